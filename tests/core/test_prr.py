"""Proportional rate reduction (RFC 9937 §6)."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.delivery import Delivery
from synfin.core.prr import Prr

MSS = 1000


def news(advanced: bool = False, lost: int = 0) -> Delivery:
    made = Delivery()
    made.advanced = advanced
    made.lost = lost
    return made


def test_above_ssthresh_it_sends_in_proportion() -> None:
    """From 20 to 10 segments: one segment for every two delivered."""
    prr = Prr()
    prr.begin(20 * MSS)
    sent = []
    pipe = 19 * MSS
    for _ in range(8):
        pipe -= MSS
        window = prr.window(pipe, 10 * MSS, MSS, news(), MSS)
        sent.append((window - pipe) // MSS)
        prr.out += window - pipe
        pipe = window
    assert sent == [1, 0, 1, 0, 1, 0, 1, 0]


def test_the_first_retransmission_goes_whatever_the_sum_says() -> None:
    prr = Prr()
    prr.begin(100 * MSS)
    assert prr.window(99 * MSS, 10 * MSS, MSS, news(), MSS) == 100 * MSS


def test_below_ssthresh_it_catches_up_by_one_segment_an_ack() -> None:
    """Slow start while the ACKs show progress, conservation when more is lost."""
    prr = Prr()
    prr.begin(20 * MSS)
    prr.delivered = prr.out = 5 * MSS
    assert prr.window(4 * MSS, 10 * MSS, MSS, news(advanced=True), MSS) == 6 * MSS
    prr.out += 2 * MSS
    assert prr.window(4 * MSS, 10 * MSS, MSS, news(advanced=True, lost=MSS), MSS) == 5 * MSS


def test_never_beyond_ssthresh() -> None:
    prr = Prr()
    prr.begin(20 * MSS)
    prr.out = MSS
    assert prr.window(9 * MSS, 10 * MSS, 8 * MSS, news(advanced=True), MSS) == 10 * MSS


def test_an_ack_that_delivers_nothing_changes_nothing() -> None:
    prr = Prr()
    prr.begin(20 * MSS)
    assert prr.window(15 * MSS, 10 * MSS, 0, news(), MSS) == -1


@given(st.integers(4, 200), st.lists(st.integers(1, 4), min_size=1, max_size=200))
def test_it_ends_at_ssthresh_when_a_window_has_been_delivered(
    window: int, deliveries: list[int]
) -> None:
    """§6.2: sent in all = ssthresh for every window delivered, rounded up; never a burst."""
    prr = Prr()
    prr.begin(window * MSS)
    ssthresh = window // 2 * MSS
    pipe = window * MSS
    for segments in deliveries:
        gone = min(segments * MSS, pipe)
        if gone == 0:
            break
        pipe -= gone
        allowed = max(prr.window(pipe, ssthresh, gone, news(True), MSS) - pipe, 0)
        assert allowed <= gone + MSS
        prr.out += allowed
        pipe += allowed
        assert pipe <= max(window * MSS, ssthresh + MSS)
