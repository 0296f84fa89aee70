"""Slow start, congestion avoidance, the window after loss (MUST-19)."""

import pytest

from synfin.core.congestion import (
    CongestionControl,
    NewReno,
    initial_window,
)
from synfin.core.controllers import make_congestion_control
from synfin.core.settings import LINUX, RFC

MSS = 1000
FAR = 1 << 30


def reno(segments: int = 10) -> NewReno:
    return NewReno(MSS, RFC.but(initial_window_segments=segments))


@pytest.mark.parametrize(
    ("mss", "expected"), [(1460, 14_600), (536, 5360), (1448, 14_480), (9000, 18_000)]
)
def test_initial_window_of_rfc_6928(mss: int, expected: int) -> None:
    """IW = min(10 MSS, max(2 MSS, 14600))."""
    assert initial_window(mss, 10) == expected


@pytest.mark.parametrize(("mss", "segments"), [(2200, 2), (1460, 3), (1095, 4), (536, 4)])
def test_initial_window_of_rfc_5681(mss: int, segments: int) -> None:
    """§3.1: 2, 3 or 4 segments by the size of the MSS; at most 4380 octets but two."""
    assert initial_window(mss, 3) // mss == segments


def test_slow_start_doubles_per_round_trip() -> None:
    """RFC 5681 §3.1: each ACK of new data adds min(acked, SMSS)."""
    cc = reno()
    for _ in range(10):
        cc.on_ack(MSS, True, 0)
    assert cc.cwnd == 20 * MSS


def test_an_ack_for_many_segments_adds_one_mss_only() -> None:
    cc = reno()
    cc.on_ack(5 * MSS, True, 0)
    assert cc.cwnd == 11 * MSS


def test_an_ack_for_less_adds_less() -> None:
    """§3.1 (2): against ACK division."""
    cc = reno()
    cc.on_ack(1, True, 0)
    assert cc.cwnd == 10 * MSS + 1


def test_congestion_avoidance_adds_one_mss_per_window() -> None:
    cc = reno()
    cc.ssthresh = cc.cwnd
    for _ in range(9):
        cc.on_ack(MSS, True, 0)
    assert cc.cwnd == 10 * MSS
    cc.on_ack(MSS, True, 0)
    assert cc.cwnd == 11 * MSS


def test_a_window_that_was_not_full_does_not_grow() -> None:
    """RFC 7661's concern; the sender judges, the controller obeys."""
    cc = reno()
    cc.on_ack(MSS, False, 0)
    assert cc.cwnd == 10 * MSS
    cc.ssthresh = cc.cwnd
    for _ in range(50):
        cc.on_ack(MSS, False, 0)
    assert cc.cwnd == 10 * MSS


def test_ssthresh_is_half_the_flight_and_never_below_two_segments() -> None:
    """RFC 5681 §3.1 equation 4."""
    cc = reno()
    assert cc.ssthresh_after_loss(20 * MSS, 0) == 10 * MSS
    assert cc.ssthresh_after_loss(MSS, 0) == 2 * MSS


def test_a_smaller_path_keeps_the_octets() -> None:
    cc = reno()
    cc.shrink_mss(500)
    assert (cc.mss, cc.cwnd) == (500, 10 * MSS)


def test_others_may_be_chosen() -> None:
    """MAY-18 leaves the room: by name, behind one interface."""
    assert make_congestion_control("newreno", MSS, RFC).name() == "newreno"
    fixed = make_congestion_control("fixed", MSS, LINUX)
    assert fixed.name() == "fixed"
    assert isinstance(fixed, CongestionControl)
    fixed.on_timeout(0)
    fixed.on_ack(FAR, True, 0)
    assert fixed.cwnd == 10 * MSS


def test_a_stretched_ack_adds_one_segment_by_the_rfc_and_all_of_it_on_linux() -> None:
    """RFC 5681 §3.1: min(N, SMSS); Linux tcp_slow_start() counts what was acknowledged."""
    for settings, grown in ((RFC, 11 * 1460), (LINUX, 20 * 1460)):
        control = NewReno(1460, settings)
        control.on_ack(10 * 1460, limited=True, now=0)
        assert control.cwnd == grown
