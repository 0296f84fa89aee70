"""RFC 6298 by its own numbers (MUST-18)."""

import pytest

from synfin.core.rtt import RttEstimator
from synfin.core.settings import FREEBSD, LINUX, RFC, SECOND
from tests.core.pair import MS


def sample(rtt: RttEstimator, value: int) -> None:
    rtt.sample(value, value, 0, 0)


def test_one_second_before_any_sample() -> None:
    """§2.1."""
    assert RttEstimator(RFC).rto == SECOND


def test_the_first_sample() -> None:
    """§2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 * RTTVAR = 3R."""
    rtt = RttEstimator(RFC)
    sample(rtt, 500 * MS)
    assert (rtt.srtt, rtt.rttvar, rtt.rto) == (500 * MS, 250 * MS, 1500 * MS)


def test_later_samples() -> None:
    """§2.3 with alpha 1/8, beta 1/4; RTTVAR first, from the old SRTT."""
    rtt = RttEstimator(RFC)
    sample(rtt, 800 * MS)
    sample(rtt, 1600 * MS)
    assert rtt.rttvar == (3 * 400 + 800) * MS // 4 == 500 * MS
    assert rtt.srtt == (7 * 800 + 1600) * MS // 8 == 900 * MS
    assert rtt.rto == 2900 * MS


def test_never_below_one_second() -> None:
    """§2.4."""
    rtt = RttEstimator(RFC)
    sample(rtt, 10 * MS)
    assert rtt.rto == SECOND


def test_linux_bounds_the_variance_instead() -> None:
    """tcp_rtt_estimator(): RTO = SRTT + max(4 * RTTVAR, 200 ms)."""
    rtt = RttEstimator(LINUX)
    sample(rtt, 100 * MS)
    assert rtt.rto == 300 * MS
    for _ in range(60):
        sample(rtt, 100 * MS)
    assert rtt.rto == 300 * MS


def test_backing_off_doubles_up_to_the_maximum() -> None:
    """§5.5, §2.5."""
    rtt = RttEstimator(RFC)
    seen = []
    for _ in range(8):
        rtt.back_off()
        seen.append(rtt.rto // SECOND)
    assert seen == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_sample_ends_the_backoff() -> None:
    rtt = RttEstimator(RFC)
    sample(rtt, 500 * MS)
    rtt.back_off()
    assert rtt.rto == 3 * SECOND
    sample(rtt, 500 * MS)
    assert rtt.rto == (500 + 4 * 250 * 3 // 4) * MS == 1250 * MS


def test_the_smallest_sample_is_remembered() -> None:
    rtt = RttEstimator(RFC)
    for value in (300, 100, 200):
        sample(rtt, value * MS)
    assert rtt.min_rtt == 100 * MS


def test_linux_lets_the_variance_fall_once_a_round_trip() -> None:
    """tcp_rtt_estimator(): one late ACK raises the RTO at once and is forgotten slowly."""
    rtt = RttEstimator(LINUX)
    rtt.sample(100 * MS, 100 * MS, 0, 1000)
    rtt.sample(500 * MS, 500 * MS, 500, 1000)
    raised = rtt.rto
    assert raised > 600 * MS
    rtt.sample(100 * MS, 100 * MS, 900, 2000)
    assert rtt.held == raised - 150 * MS, "same round trip: the worst sample holds"
    rtt.sample(100 * MS, 100 * MS, 1001, 3000)
    rtt.sample(100 * MS, 100 * MS, 3001, 4000)
    assert rtt.held < raised - 150 * MS


# --- FreeBSD -----------------------------------------------------------------------


def test_slop_is_added_once_and_not_doubled() -> None:
    """Switch rto_slop_ns: TCPT_RANGESET() adds it to what is backed off."""
    made = RttEstimator(RFC.but(rto_slop_ns=200 * MS, min_rto_ns=30 * MS))
    made.back_off()
    assert made.rto == 2 * SECOND
    made.sample(1 * MS, 1 * MS, 1, 2)
    assert made.rto == 230 * MS
    made.back_off()
    assert made.rto == 260 * MS


@pytest.mark.parametrize("floor", [False, True])
def test_the_slop_is_in_what_backs_off(floor: bool) -> None:
    """Linux's floor and FreeBSD's slop together, too: each backoff makes the RTO longer."""
    rtt = RttEstimator(FREEBSD.but(rto_variance_floor=floor))
    sample(rtt, 1 * MS)
    before = rtt.rto
    for _ in range(5):
        rtt.back_off()
        assert rtt.rto > before
        before = rtt.rto
