"""CUBIC against RFC 9438's formulas, computed here with exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core.congestion import UNKNOWN_SSTHRESH
from synfin.core.controllers import make_congestion_control
from synfin.core.cubic import Cubic, Curve, cube_root
from synfin.core.settings import LINUX, MILLISECOND, RFC, SECOND, Settings

MSS = 1000
C = Fraction(2, 5)
"""RFC 9438 §5.1."""
ALPHA = Fraction(3) * (1 - Fraction(7, 10)) / (1 + Fraction(7, 10))
"""§4.3."""
FINE = 10**6
TEXT = RFC.but(congestion_control="cubic")
KERNEL = LINUX.but(congestion_control="cubic", cubic_rfc9438=False)


def cubic(window: int, settings: Settings = TEXT) -> Cubic:
    """A controller with ``window`` segments, in congestion avoidance."""
    cc = Cubic(MSS, settings)
    cc.cwnd = cc.ssthresh = window * MSS
    return cc


def after_loss(window: int, settings: Settings = TEXT) -> Cubic:
    """The same, just reduced."""
    cc = cubic(window, settings)
    cc.cwnd = cc.ssthresh = cc.ssthresh_after_loss(cc.cwnd, 0)
    return cc


def root(value: Fraction) -> Fraction:
    """The cube root, a little below, to a millionth."""
    return Fraction(cube_root(int(value * FINE**3)), FINE)


def w_cubic(w_max: int, start: int, time: Fraction) -> Fraction:
    """Equations 1 and 2, segments and seconds."""
    k = root((w_max - start) / C)
    return C * (time - k) ** 3 + w_max


def rounds(cc: Cubic, rtt: int, start: int, until: int) -> list[tuple[int, int]]:
    """A window of segments per ``rtt``, acknowledged one by one; (time, segments) at the
    end of each round."""
    now = start
    found = []
    while now < until:
        window = cc.segments
        for index in range(window):
            cc.on_ack(MSS, True, now + (index + 1) * rtt // window)
        now += rtt
        found.append((now, cc.segments))
    return found


# -- the curve ---------------------------------------------------------------------
@given(st.integers(0, 10**40))
def test_the_cube_root_is_exact(value: int) -> None:
    found = cube_root(value)
    assert found**3 <= value < (found + 1) ** 3


@given(st.integers(10, 20_000), st.integers(1, 99), st.integers(0, 40 * SECOND))
def test_the_curve_is_equation_1(w_max: int, percent: int, time: int) -> None:
    """Off by rounding alone: C is 410/1024 and not 0.4 (0.1 %), K and t have 1/1024 s."""
    start = max(1, w_max * percent // 100)
    curve = Curve()
    curve.w_max = w_max
    curve.begin(start, 0)
    seconds = Fraction(time, SECOND)
    expected = w_cubic(w_max, start, seconds)
    distance = abs(seconds - root((w_max - start) / C)) + Fraction(1, 100)
    steepness = 3 * C * distance**2
    k_error = Fraction(2, 1024) + root((w_max - start) / C) / 2000
    allowed = 2 + steepness * k_error + abs(expected - w_max) / 1000
    assert abs(curve.target(time) - expected) <= allowed


def test_the_plateau_lies_at_k() -> None:
    """§4.2: at K the window is W_max again: K = cbrt(300 / 0.4) s after 1000 became 700."""
    curve = Curve()
    curve.w_max = 1000
    curve.begin(700, 0)
    k = 9_085_602_964  # cbrt(750) s
    assert abs(curve.k * SECOND // 1024 - k) < 6 * MILLISECOND
    assert curve.target(0) == pytest.approx(700, abs=1)
    assert curve.target(k) == 1000
    assert curve.target(2 * k) == pytest.approx(1300, abs=2)


def test_an_epoch_above_w_max_has_its_own_plateau() -> None:
    """§4.2: cwnd_start above W_max: K is 0."""
    curve = Curve()
    curve.w_max = 100
    curve.begin(200, 0)
    assert (curve.k, curve.origin, curve.target(0)) == (0, 200, 200)


@pytest.mark.parametrize("settings", [TEXT, KERNEL])
@pytest.mark.parametrize("rtt_ms", [50, 100, 200])
def test_the_window_follows_the_curve(rtt_ms: int, settings: Settings) -> None:
    """A long run, round by round: the window is W_cubic, a round trip late at most."""
    cc = after_loss(1000, settings)
    start = cc.segments
    rtt = rtt_ms * MILLISECOND
    cc.on_rtt(rtt, 0, 0, 0)
    for now, window in rounds(cc, rtt, 0, 14 * SECOND)[3:]:
        late = w_cubic(1000, start, Fraction(now - rtt, SECOND))
        early = w_cubic(1000, start, Fraction(now + rtt, SECOND))
        # 1 % per round trip is the least even where the curve is flat.
        assert late * Fraction(99, 100) - 3 <= window <= early * Fraction(101, 100) + 3


# -- reductions ----------------------------------------------------------------------
def test_a_loss_leaves_seven_tenths() -> None:
    """§4.6, in whole segments, and at least two."""
    assert after_loss(1000).cwnd == 700 * MSS
    assert after_loss(10).cwnd == 7 * MSS
    assert after_loss(1).cwnd == 2 * MSS


def test_fast_convergence() -> None:
    """§4.7: a window that did not get back to W_max leaves (1+beta)/2 of itself as W_max."""
    cc = after_loss(1000)
    assert cc.curve.w_max == 1000
    cc.cwnd = 800 * MSS
    cc.ssthresh_after_loss(cc.cwnd, SECOND)
    assert cc.curve.w_max == 680
    cc.cwnd = 900 * MSS
    cc.ssthresh_after_loss(cc.cwnd, 2 * SECOND)
    assert cc.curve.w_max == 900


def test_a_timeout_begins_on_its_own_plateau() -> None:
    """§4.8: after slow start, K is 0 and W_max the window there."""
    cc = after_loss(1000)
    cc.ssthresh = cc.ssthresh_after_loss(cc.cwnd, 0)
    cc.on_timeout(0)
    cc.cwnd = cc.ssthresh
    window = cc.segments
    cc.on_ack(MSS, True, SECOND)
    assert (cc.curve.k, cc.curve.origin) == (0, window)


def test_an_undo_restores_the_curve_by_the_text_and_not_on_linux() -> None:
    """§4.9.1."""
    for settings, restored in ((TEXT, True), (KERNEL, False)):
        cc = after_loss(1000, settings)
        rounds(cc, 100 * MILLISECOND, 0, SECOND)
        cc.ssthresh_after_loss(cc.cwnd, SECOND)
        assert cc.curve.epoch == -1
        converged = cc.curve.w_max
        assert converged < 1000
        cc.on_undo(SECOND)
        if restored:
            assert cc.curve.w_max == 1000
            assert 0 <= cc.curve.epoch < SECOND
        else:
            assert (cc.curve.epoch, cc.curve.w_max) == (-1, converged)


# -- beside Reno ---------------------------------------------------------------------
def test_a_small_window_grows_as_reno_would() -> None:
    """§4.3: with W_max 20 and 40 ms the curve takes 2.5 s to get back, W_est only
    (W_max - start) / alpha = 12 round trips."""
    cc = after_loss(20)
    start = cc.segments
    rtt = 40 * MILLISECOND
    cc.on_rtt(rtt, 0, 0, 0)
    for count, (_, window) in enumerate(rounds(cc, rtt, 0, 12 * rtt), 1):
        assert start + ALPHA * count - 2 <= window <= start + ALPHA * count + 1
    assert cc.segments >= 19
    assert cc.curve.target(12 * rtt) <= 18


def test_past_w_max_the_text_grows_by_one_segment_per_round_trip() -> None:
    """§4.3: alpha becomes 1; Linux keeps 9/17."""
    grown = []
    for settings in (TEXT, KERNEL):
        cc = after_loss(20, settings)
        cc.on_rtt(10 * MILLISECOND, 0, 0, 0)
        rounds(cc, 10 * MILLISECOND, 0, 200 * MILLISECOND)
        at_plateau = cc.segments
        rounds(cc, 10 * MILLISECOND, 200 * MILLISECOND, 600 * MILLISECOND)
        grown.append(cc.segments - at_plateau)
    assert grown[0] in range(36, 43)
    assert grown[1] in range(19, 25)


def test_growth_is_bounded_by_half_a_window_per_round_trip() -> None:
    """§4.2: target is at most 1.5 cwnd, however far the curve has run ahead."""
    cc = after_loss(1000)
    cc.on_ack(MSS, True, 0)
    before = cc.segments
    rounds(cc, 100 * MILLISECOND, 60 * SECOND, 60 * SECOND + 100 * MILLISECOND)
    assert before * 14 // 10 < cc.segments <= before * 3 // 2 + 1


def test_idle_time_is_no_growth() -> None:
    """§5.8."""
    busy, idle = after_loss(1000), after_loss(1000)
    for cc in (busy, idle):
        cc.on_ack(MSS, True, 0)
    idle.on_idle(5 * SECOND, 5 * SECOND)
    idle.on_ack(MSS, True, 5 * SECOND)
    busy.on_ack(MSS, True, 5 * SECOND)
    assert idle.interval > busy.interval
    assert idle.curve.epoch == 5 * SECOND


def test_what_does_not_fill_the_window_does_not_open_it() -> None:
    cc = after_loss(100)
    for count in range(1000):
        cc.on_ack(MSS, False, count * SECOND)
    assert cc.segments == 70


# -- slow start -----------------------------------------------------------------------
def test_slow_start_counts_what_was_acknowledged_up_to_ssthresh() -> None:
    """A stretched ACK that crosses ssthresh: the rest counts in congestion avoidance."""
    cc = Cubic(MSS, KERNEL)
    assert cc.ssthresh == UNKNOWN_SSTHRESH
    cc.on_ack(10 * MSS, True, 0)
    assert cc.segments == 20
    cc.ssthresh = 25 * MSS
    cc.on_ack(10 * MSS, True, 0)
    assert cc.segments == 25
    assert cc.grown == 5


def test_parts_of_segments_add_up() -> None:
    """The window grows by whole segments, whatever the ACKs cover."""
    cc = Cubic(MSS, KERNEL)
    for _ in range(4):
        cc.on_ack(MSS // 4, True, 0)
        assert cc.cwnd % MSS == 0
    assert cc.segments == 11


def test_it_is_made_by_its_name() -> None:
    assert make_congestion_control("cubic", MSS, TEXT).name() == "cubic"
    assert make_congestion_control("newreno", MSS, RFC).name() == "newreno"
    assert make_congestion_control("fixed", MSS, RFC).name() == "fixed"


# -- whatever happens --------------------------------------------------------------------
STEP = st.tuples(
    st.sampled_from(["ack", "ack", "ack", "ack", "rtt", "loss", "timeout", "undo", "idle"]),
    st.integers(1, 20 * MSS),
    st.integers(0, 2 * SECOND),
)


@given(st.lists(STEP, max_size=80), st.sampled_from(["off", "classic", "plus"]), st.booleans())
def test_whatever_happens(steps: list[tuple[str, int, int]], hystart: str, full: bool) -> None:
    """Never below a segment, whole segments, and no shrinking by ACKs; at most doubled."""
    cc = Cubic(MSS, TEXT.but(hystart=hystart, cubic_rfc9438=full))
    now = 0
    for kind, size, pause in steps:
        now += pause
        before = cc.cwnd
        if kind == "ack":
            cc.on_ack(size, True, now)
            assert before <= cc.cwnd <= before + size + MSS
        elif kind == "rtt":
            cc.on_rtt(size * 1000, now, now + size, now)
            assert cc.cwnd == before
        elif kind == "loss":
            ssthresh = cc.ssthresh_after_loss(before, now)
            assert 2 * MSS <= ssthresh <= max(before, 2 * MSS)
            cc.cwnd = cc.ssthresh = ssthresh
        elif kind == "timeout":
            cc.ssthresh = cc.ssthresh_after_loss(before, now)
            cc.on_timeout(now)
            cc.cwnd = MSS
        elif kind == "undo":
            cc.on_undo(now)
        else:
            cc.on_idle(pause, now)
        assert cc.cwnd >= MSS
        assert cc.cwnd % MSS == 0
