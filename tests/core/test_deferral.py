"""Waiting for a larger segment (Linux tcp_tso_should_defer())."""

import pytest

from synfin.core.connection import Connection
from synfin.core.deferral import defers
from synfin.core.sender import RECOVERY
from synfin.core.settings import LINUX, RFC, Settings
from tests.core.flight import ISS, MSS, sender
from tests.core.pair import MS

FULL = MSS
LARGE = 5 * MSS


def waiting(settings: Settings = LINUX) -> Connection:
    """Nine of ten segments of the window are out, the first sent 100 ms ago at a round trip
    of 100 ms; something left just now."""
    conn = Connection(settings, b"\n\0\0\1", 1000, b"\n\0\0\2", 80, ISS)
    conn.snd = sender(9, sack=True, settings=settings)
    conn.timers = conn.snd.timers
    conn.snd.buffer.append(bytes(10 * MSS))
    conn.snd.rtt.srtt = 100 * MS
    conn.snd.cc.cwnd = 10 * MSS
    conn.max_segment = 10_000
    conn.now = conn.transmitted_at = 100 * MS
    return conn


def test_one_segments_room_waits_when_the_ack_is_due() -> None:
    assert defers(waiting(), 10 * MSS, FULL, LARGE)


def test_a_third_of_the_window_is_worth_sending() -> None:
    conn = waiting()
    conn.snd.cc.cwnd = 14 * MSS
    assert not defers(conn, 10 * MSS, FULL, LARGE)


@pytest.mark.parametrize("late", [1, 5])
def test_not_when_nothing_left_within_a_millisecond(late: int) -> None:
    conn = waiting()
    conn.transmitted_at -= late * MS
    assert not defers(conn, 10 * MSS, FULL, LARGE)


def test_not_when_the_ack_comes_too_late() -> None:
    conn = waiting()
    conn.now = conn.transmitted_at = 90 * MS
    assert not defers(conn, 10 * MSS, FULL, LARGE)


def test_not_in_recovery_and_not_for_a_single_segment() -> None:
    conn = waiting()
    assert not defers(conn, FULL, FULL, LARGE)
    conn.snd.ca_state = RECOVERY
    assert not defers(conn, 10 * MSS, FULL, LARGE)


def test_no_other_profile_waits() -> None:
    assert not defers(waiting(RFC), 10 * MSS, FULL, LARGE)


def test_a_timer_or_a_read_does_not_end_the_wait_but_a_send_does() -> None:
    """tcp_write_xmit() runs for ACKs and for what the application sends."""
    conn = waiting()
    assert defers(conn, 10 * MSS, FULL, LARGE)
    conn.now += 30 * MS
    assert defers(conn, 10 * MSS, FULL, LARGE)
    conn.snd.buffer.append(b"more")
    assert not defers(conn, 10 * MSS, FULL, LARGE)
