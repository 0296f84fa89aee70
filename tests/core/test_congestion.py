"""Slow start, congestion avoidance, the window after loss (MUST-19)."""

import pytest

from synfin.core.congestion import (
    CongestionControl,
    NewReno,
    initial_window,
    make_congestion_control,
)
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
        cc.on_ack(MSS, cc.cwnd, 0)
    assert cc.cwnd == 20 * MSS


def test_an_ack_for_many_segments_adds_one_mss_only() -> None:
    cc = reno()
    cc.on_ack(5 * MSS, cc.cwnd, 0)
    assert cc.cwnd == 11 * MSS


def test_an_ack_for_less_adds_less() -> None:
    """§3.1 (2): against ACK division."""
    cc = reno()
    cc.on_ack(1, cc.cwnd, 0)
    assert cc.cwnd == 10 * MSS + 1


def test_congestion_avoidance_adds_one_mss_per_window() -> None:
    cc = reno()
    cc.ssthresh = cc.cwnd
    for _ in range(9):
        cc.on_ack(MSS, cc.cwnd, 0)
    assert cc.cwnd == 10 * MSS
    cc.on_ack(MSS, cc.cwnd, 0)
    assert cc.cwnd == 11 * MSS


def test_an_application_that_sends_little_does_not_grow_the_window() -> None:
    cc = reno()
    for _ in range(50):
        cc.on_ack(10, 10, 0)
    cc.on_ack(MSS, 5 * MSS, 0)
    assert cc.cwnd == 10 * MSS, "half a window in flight is not limited by the window"
    cc.on_ack(MSS, 5 * MSS + 1, 0)
    assert cc.cwnd == 11 * MSS
    cc.cwnd = 10 * MSS
    cc.ssthresh = cc.cwnd
    for _ in range(50):
        cc.on_ack(MSS, 2 * MSS, 0)
    assert cc.cwnd == 10 * MSS


def test_fast_retransmit_halves_and_inflates_by_three() -> None:
    """RFC 5681 §3.2 (2), (3): ssthresh = FlightSize / 2, cwnd = ssthresh + 3 SMSS."""
    cc = reno()
    cc.on_recovery(20 * MSS, 0)
    assert (cc.ssthresh, cc.cwnd) == (10 * MSS, 13 * MSS)
    cc.on_duplicate()
    assert cc.cwnd == 14 * MSS


def test_a_partial_ack_deflates() -> None:
    """RFC 6582 §3.2 (3): minus what was acknowledged, plus one SMSS if that was a segment."""
    cc = reno()
    cc.on_recovery(20 * MSS, 0)
    cc.on_partial_ack(2 * MSS)
    assert cc.cwnd == 12 * MSS
    cc.on_partial_ack(MSS // 2)
    assert cc.cwnd == 11 * MSS + MSS // 2


def test_recovery_ends_without_a_burst() -> None:
    """RFC 6582 §3.2 (3) full ACK (1): min(ssthresh, max(FlightSize, SMSS) + SMSS)."""
    cc = reno()
    cc.on_recovery(20 * MSS, 0)
    cc.on_recovered(3 * MSS, 0)
    assert cc.cwnd == 4 * MSS
    cc.on_recovery(20 * MSS, 0)
    cc.on_recovered(50 * MSS, 0)
    assert cc.cwnd == cc.ssthresh == 10 * MSS


def test_a_timeout_falls_to_one_segment() -> None:
    """RFC 5681 §3.1 (4): ssthresh at the first timeout only; the loss window is one."""
    cc = reno()
    cc.on_timeout(20 * MSS, True, 0)
    assert (cc.ssthresh, cc.cwnd) == (10 * MSS, MSS)
    cc.on_timeout(MSS, False, 0)
    assert cc.ssthresh == 10 * MSS


def test_ssthresh_is_never_below_two_segments() -> None:
    cc = reno()
    cc.on_timeout(MSS, True, 0)
    assert cc.ssthresh == 2 * MSS


def test_an_idle_connection_restarts_with_the_initial_window() -> None:
    """RFC 5681 §4.1: RW = min(IW, cwnd)."""
    cc = reno()
    cc.cwnd = 100 * MSS
    cc.on_idle()
    assert cc.cwnd == 10 * MSS
    cc.cwnd = MSS
    cc.on_idle()
    assert cc.cwnd == MSS


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
    fixed.on_timeout(FAR, True, 0)
    assert fixed.cwnd == 10 * MSS


def test_a_stretched_ack_adds_one_segment_by_the_rfc_and_all_of_it_on_linux() -> None:
    """RFC 5681 §3.1: min(N, SMSS); Linux tcp_slow_start() counts what was acknowledged."""
    for settings, grown in ((RFC, 11 * 1460), (LINUX, 20 * 1460)):
        control = NewReno(1460, settings)
        control.on_ack(10 * 1460, flight_before=10 * 1460, now=0)
        assert control.cwnd == grown
