"""Pacing and TSO sizing (Linux tcp_update_pacing_rate(), tcp_tso_autosize())."""

import pytest

from synfin.core import pacing
from synfin.core.sender import Sender
from synfin.core.settings import LINUX, RFC, SECOND
from tests.core.flight import sender
from tests.core.pair import MS


def paced(rate: int) -> Sender:
    snd = sender(0, settings=LINUX)
    snd.max_pacing_rate = snd.pacing_rate = rate
    snd.paces = True
    return snd


def test_two_windows_per_round_trip_in_slow_start_then_1_2() -> None:
    snd = sender(0, settings=LINUX)
    snd.rtt.srtt = 100 * MS
    pacing.update_rate(snd)
    assert snd.pacing_rate == 2 * snd.cc.cwnd * 10
    snd.cc.ssthresh = snd.cc.cwnd
    pacing.update_rate(snd)
    assert snd.pacing_rate == snd.cc.cwnd * 12
    snd.max_pacing_rate = 500
    pacing.update_rate(snd)
    assert snd.pacing_rate == 500


def test_the_first_ten_segments_leave_at_once() -> None:
    snd = paced(1000)
    for _ in range(9):
        pacing.sent(snd, 100, 1, 0)
    assert not pacing.must_wait(snd, 0)
    pacing.sent(snd, 100, 1, 0)
    assert snd.pace_until == SECOND // 10
    assert pacing.must_wait(snd, SECOND // 10 - 1)
    assert not pacing.must_wait(snd, SECOND // 10)


def test_a_late_timer_is_made_good_by_half_a_gap_at_most() -> None:
    snd = paced(1000)
    snd.text_segments = 20
    snd.pace_until = 100 * MS
    pacing.sent(snd, 100, 1, 130 * MS)
    assert snd.pace_until == 130 * MS + 70 * MS
    pacing.sent(snd, 100, 1, 900 * MS)
    assert snd.pace_until == 950 * MS


def test_a_large_segment_takes_a_millisecond_of_the_rate() -> None:
    snd = sender(0, settings=LINUX)
    snd.cc.cwnd = 200 * snd.cc.mss
    assert pacing.largest(snd, 1000, 60_000) == 60_000, "no rate is known yet"
    snd.pacing_rate = 1 << 20
    snd.rtt.min_rtt = 100 * MS
    assert pacing.largest(snd, 1000, 60_000) == 2000, "1024 octets, but two segments at least"
    snd.pacing_rate = 10 << 20
    assert pacing.largest(snd, 1000, 60_000) == 10_000
    snd.rtt.min_rtt = MS // 10
    assert pacing.largest(snd, 1000, 60_000) == 60_000, "on a short path as large as may be"


@pytest.mark.parametrize(("window", "largest"), [(1, 1), (2, 1), (3, 1), (4, 2), (11, 5)])
def test_two_large_segments_fit_into_the_window(window: int, largest: int) -> None:
    snd = sender(0, settings=LINUX)
    snd.cc.cwnd = window * snd.cc.mss
    assert pacing.largest(snd, 1000, 60_000) == largest * 1000


def test_other_profiles_send_what_the_windows_allow() -> None:
    snd = sender(0, settings=RFC)
    snd.pacing_rate = 1
    assert pacing.largest(snd, 1000, 60_000) == 60_000


def test_a_clock_may_begin_below_zero() -> None:
    snd = sender(4, settings=LINUX.but(pacing=True))
    assert not pacing.must_wait(snd, -5 * SECOND)
