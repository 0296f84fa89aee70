"""When slow start ends: HyStart and HyStart++ (RFC 9406)."""

import pytest

from synfin.core.cubic import Cubic
from synfin.core.hystart import (
    HyStart,
    HyStartPlus,
    SlowStart,
    make_slow_start,
    rise,
)
from synfin.core.problems import Problem
from synfin.core.settings import LINUX, MILLISECOND, RFC, Settings

MSS = 1000
CLASSIC = LINUX.but(hystart="classic", congestion_control="cubic")
PLUS = RFC.but(hystart="plus", congestion_control="cubic", slow_start_limit=8)


class Path:
    """Rounds of slow start over a path whose RTT the test chooses; ACKs ``gap`` apart."""

    def __init__(self, settings: Settings) -> None:
        self.cc = Cubic(MSS, settings)
        self.now = 0
        self.una = 0
        self.nxt = self.cc.cwnd

    def round(self, rtt: int, gap: int, ack_segments: int = 2) -> int:
        """One round; the window after it, segments."""
        self.now += rtt
        end = self.nxt
        first = True
        while self.una < end:
            acked = min(ack_segments * MSS, end - self.una)
            self.now += 0 if first else gap
            first = False
            self.una += acked
            self.cc.on_rtt(rtt, self.una, self.nxt, self.now)
            self.cc.on_ack(acked, True, self.now)
            self.nxt = self.una + self.cc.cwnd
        return self.cc.segments

    def slow(self) -> bool:
        return self.cc.cwnd < self.cc.ssthresh


@pytest.mark.parametrize(
    ("least_ms", "expected_us"), [(1, 4000), (32, 4000), (80, 10_000), (128, 16_000), (900, 16_000)]
)
def test_how_much_is_a_rise(least_ms: int, expected_us: int) -> None:
    """RFC 9406 §4.2: an eighth, from 4 to 16 ms."""
    assert rise(least_ms * MILLISECOND) == expected_us * 1000


def test_which_is_made() -> None:
    assert type(make_slow_start(RFC.but(hystart="off"))) is SlowStart
    assert type(make_slow_start(CLASSIC)) is HyStart
    assert type(make_slow_start(PLUS)) is HyStartPlus
    with pytest.raises(Problem, match="hystart must be one of off, classic, plus"):
        RFC.but(hystart="on")


# -- classic ------------------------------------------------------------------------
def feed(hystart: HyStart, rtt: int, gap: int, count: int) -> list[bool]:
    """``count`` ACKs of one round of 20 segments, ``gap`` apart, on a path of 80 ms."""
    return [
        hystart.ends(rtt, 80 * MILLISECOND, 1 + index, 1000, index * gap, 20, MSS)
        for index in range(count)
    ]


def test_a_rise_of_the_delay_ends_slow_start() -> None:
    """Eight samples of a round are gathered; at the ninth an eighth more is a queue."""
    late = 90 * MILLISECOND + 1
    assert feed(HyStart(CLASSIC), late, 3 * MILLISECOND, 9) == [False] * 8 + [True]


def test_an_eighth_alone_does_not() -> None:
    assert not any(feed(HyStart(CLASSIC), 90 * MILLISECOND, 3 * MILLISECOND, 50))


def test_one_quick_sample_clears_the_round() -> None:
    """The round's least counts, not its average."""
    hystart = HyStart(CLASSIC)
    hystart.ends(80 * MILLISECOND, 80 * MILLISECOND, 1, 1000, 0, 20, MSS)
    assert not any(feed(hystart, 120 * MILLISECOND, 3 * MILLISECOND, 50))


def test_a_train_of_half_a_round_trip_ends_slow_start() -> None:
    """ACKs 1 ms apart, for longer than (80 ms + 1 ms)/2."""
    found = feed(HyStart(CLASSIC), 80 * MILLISECOND, MILLISECOND, 42)
    assert found == [False] * 41 + [True]


def test_pacing_stretches_a_train_so_it_must_be_twice_as_long() -> None:
    """Linux tcp_cubic.c: a paced window takes half of a round trip by itself."""
    found = feed(HyStart(CLASSIC.but(pacing=True)), 80 * MILLISECOND, MILLISECOND, 83)
    assert found == [False] * 82 + [True]


def test_a_train_with_gaps_does_not() -> None:
    """More than 2 ms between ACKs: no train."""
    gap = 2 * MILLISECOND + 1
    assert not any(feed(HyStart(CLASSIC), 80 * MILLISECOND, gap, 100))


def test_a_small_window_is_left_alone() -> None:
    """Below 16 segments there is too little to see."""
    hystart = HyStart(CLASSIC)
    late = 200 * MILLISECOND
    for count in range(50):
        assert not hystart.ends(late, 80 * MILLISECOND, count, 1000, 0, 15, MSS)


def test_ssthresh_becomes_the_window() -> None:
    path = Path(CLASSIC)
    for _ in range(3):
        path.round(80 * MILLISECOND, 3 * MILLISECOND)
    assert path.slow()
    path.round(95 * MILLISECOND, 3 * MILLISECOND)
    assert not path.slow()
    assert path.cc.ssthresh % MSS == 0
    # From there congestion avoidance: 5 % per round trip before any loss.
    before = path.cc.segments
    path.round(95 * MILLISECOND, 3 * MILLISECOND)
    assert path.cc.segments == pytest.approx(before * 1.05, abs=2)


def test_a_timeout_begins_anew() -> None:
    hystart = HyStart(CLASSIC)
    late = 95 * MILLISECOND
    assert any(feed(hystart, late, 3 * MILLISECOND, 20))
    assert not any(feed(hystart, late, 3 * MILLISECOND, 20))
    hystart.timed_out()
    assert any(feed(hystart, late, 3 * MILLISECOND, 20))


# -- HyStart++ ------------------------------------------------------------------------
def plus_round(hystart: HyStartPlus, number: int, rtt: int, count: int) -> list[bool]:
    """``count`` samples of round ``number``, which is 100 octets long."""
    return [
        hystart.ends(rtt, rtt, number * 100 + index, (number + 1) * 100, 0, 20, MSS)
        for index in range(count)
    ]


def test_the_eighth_sample_of_a_slower_round_begins_conservative_slow_start() -> None:
    """§4.2: an eighth more than the round before; growth by a quarter then."""
    for late, step in ((90 * MILLISECOND - 1, 8 * MSS), (90 * MILLISECOND, 2 * MSS)):
        hystart = HyStartPlus(PLUS)
        assert not any(plus_round(hystart, 1, 80 * MILLISECOND, 20))
        assert not any(plus_round(hystart, 2, late, 7))
        assert hystart.growth(8 * MSS, MSS) == 8 * MSS
        hystart.ends(late, late, 207, 300, 0, 20, MSS)
        assert hystart.growth(8 * MSS, MSS) == step


def test_conservative_slow_start_takes_five_rounds() -> None:
    """The partial round in which it began counts; then congestion avoidance."""
    hystart = HyStartPlus(PLUS)
    plus_round(hystart, 1, 80 * MILLISECOND, 20)
    for number in range(2, 7):
        assert not any(plus_round(hystart, number, 95 * MILLISECOND, 20))
    assert plus_round(hystart, 7, 95 * MILLISECOND, 1) == [True]


def test_the_quarters_of_octets_add_up() -> None:
    hystart = HyStartPlus(PLUS)
    plus_round(hystart, 1, 80 * MILLISECOND, 20)
    plus_round(hystart, 2, 95 * MILLISECOND, 20)
    assert sum(hystart.growth(1, MSS) for _ in range(4000)) == 1000


def test_a_delay_that_falls_again_resumes_slow_start() -> None:
    """§4.2: it was jitter."""
    path = Path(PLUS)
    path.round(80 * MILLISECOND, MILLISECOND)
    path.round(80 * MILLISECOND, MILLISECOND)
    path.round(95 * MILLISECOND, MILLISECOND)
    before = path.round(95 * MILLISECOND, MILLISECOND)
    path.round(80 * MILLISECOND, MILLISECOND)
    after = path.round(80 * MILLISECOND, MILLISECOND)
    assert after > 2 * before
    assert path.slow()


def test_after_a_loss_it_is_the_standard_slow_start() -> None:
    """§4.3: for the first slow start only."""
    path = Path(PLUS)
    path.round(80 * MILLISECOND, MILLISECOND)
    path.cc.ssthresh_after_loss(path.cc.cwnd, path.now)
    path.cc.ssthresh = 1 << 30
    for _ in range(4):
        path.round(200 * MILLISECOND, MILLISECOND)
    assert path.slow()
    assert path.cc.slow_start.growth(8 * MSS, MSS) == 8 * MSS


def test_how_much_an_ack_adds_is_a_switch() -> None:
    """§4.2: min(N, L * SMSS), L = 8 in §4.3; RFC 5681 §3.1 says 1."""
    assert HyStartPlus(PLUS).growth(20 * MSS, MSS) == 8 * MSS
    assert HyStartPlus(PLUS.but(slow_start_limit=1)).growth(20 * MSS, MSS) == MSS
