"""Fast retransmit, fast recovery, timeouts by the RFCs (MUST-19)."""

from synfin.core.loss_detection import mark_next_candidate
from synfin.core.recovery import timed_out
from synfin.core.sender import LOSS, OPEN, RECOVERY
from synfin.core.settings import LINUX, RFC, SECOND
from synfin.core.timers import RETRANSMIT
from synfin.core.window_validation import after_idle
from tests.core.flight import MSS, acknowledge, at, duplicate, more, send_again, sender
from tests.core.pair import MS


def test_the_third_duplicate_ack_retransmits() -> None:
    """RFC 5681 §3.2 (2), (3), (4): not the first, not the second; the fourth inflates."""
    snd = sender()
    states = []
    for _ in range(4):
        duplicate(snd, 10 * MS)
        states.append(snd.ca_state == RECOVERY)
    assert states == [False, False, True, True]
    assert send_again(snd, 10 * MS) == (0, MSS)
    assert snd.board.next_lost() == -1
    assert snd.cc.ssthresh == 500
    assert snd.cc.cwnd == 500 + 3 * MSS + MSS


def test_each_of_the_first_two_duplicates_lets_one_segment_out() -> None:
    """RFC 3042: the flight seems one segment smaller; the window itself stays."""
    snd = sender()
    before = snd.in_flight
    duplicate(snd, 10 * MS)
    duplicate(snd, 10 * MS)
    assert snd.in_flight == before - 2 * MSS
    plain = sender(settings=RFC.but(limited_transmit=False))
    duplicate(plain, 10 * MS)
    assert plain.in_flight == before


def test_what_limited_transmit_sent_does_not_count_for_ssthresh() -> None:
    """RFC 5681 §3.2 (2)."""
    snd = sender()
    snd.limited_octets = 200
    for _ in range(3):
        duplicate(snd, 10 * MS)
    assert snd.cc.ssthresh == 400


def test_with_sack_nothing_is_inflated() -> None:
    """RFC 6675: the flight size falls by what is SACKed instead."""
    snd = sender(sack=True)
    for n in range(4):
        duplicate(snd, 10 * MS, (100, 200 + n * 100))
    assert snd.cc.cwnd == 500
    assert snd.board.sacked_octets == 400


def test_two_segments_sacked_above_a_hole_make_it_lost() -> None:
    """RFC 6675 §4 IsLost(): more than (DupThresh - 1) * SMSS above it."""
    snd = sender(sack=True)
    for n in range(3):
        duplicate(snd, 10 * MS, (300, 400 + n * 100))
    lost = [(r.start - at(0), r.end - at(0)) for r in snd.board.ranges if r.lost]
    assert lost == [(0, 100), (100, 200), (200, 300)]


def test_a_partial_ack_retransmits_the_next_hole() -> None:
    """RFC 6582 §3.2 (3): deflate by what was acknowledged, add one segment."""
    snd = sender()
    for _ in range(3):
        duplicate(snd, 10 * MS)
    send_again(snd, 10 * MS)
    acknowledge(snd, at(300), 60 * MS)
    assert snd.board.ranges[snd.board.next_lost()].start == at(300)
    assert snd.cc.cwnd == 500 + 3 * MSS - 300 + MSS
    assert snd.ca_state == RECOVERY


def test_an_ack_of_everything_ends_recovery() -> None:
    """RFC 6582 §3.2 (3) full ACK (1): min(ssthresh, max(FlightSize, SMSS) + SMSS)."""
    snd = sender()
    for _ in range(3):
        duplicate(snd, 10 * MS)
    send_again(snd, 10 * MS)
    acknowledge(snd, at(1000), 60 * MS)
    assert snd.ca_state == OPEN
    assert snd.cc.cwnd == 2 * MSS


def test_duplicates_after_a_timeout_start_no_second_recovery() -> None:
    """RFC 6582 §3.2 (4): the losses that the timeout covers are not counted again."""
    snd = sender()
    timed_out(snd, SECOND, back_off=True)
    for _ in range(4):
        duplicate(snd, SECOND)
    assert snd.ca_state == LOSS


def test_a_timeout_marks_everything_and_backs_off() -> None:
    """RFC 6298 §5.4 to §5.6, RFC 5681 §3.1: the loss window is one segment."""
    snd = sender()
    timed_out(snd, SECOND, back_off=True)
    assert snd.board.lost_octets == 1000
    assert snd.in_flight == 0
    assert (snd.cc.ssthresh, snd.cc.cwnd) == (500, MSS)
    assert snd.rtt.rto == 2 * SECOND
    assert snd.timers.due[RETRANSMIT] == 3 * SECOND
    assert snd.timeouts == 1
    timed_out(snd, 3 * SECOND, back_off=True)
    assert snd.cc.ssthresh == 500, "the first timeout only"


def test_a_timeout_believes_no_sack_that_starts_at_snd_una() -> None:
    """RFC 2018 §8: the peer has reneged, or the front would have been acknowledged."""
    snd = sender(sack=True)
    snd.news.begin(0, snd.snd_una, snd.recover, snd.fack)
    snd.board.sack(at(0), at(200), snd.news)
    timed_out(snd, SECOND, back_off=True)
    assert snd.board.lost_octets == 1000


def test_an_idle_connection_restarts_with_the_initial_window() -> None:
    """RFC 5681 §4.1: RW = min(IW, cwnd); Linux halves the window once per RTO."""
    for settings, window in ((RFC, 1000), (LINUX, 5000)):
        snd = sender(0, settings=settings)
        snd.cc.cwnd = 20_000
        snd.rtt.rto = SECOND
        after_idle(snd, SECOND)
        assert snd.cc.cwnd == 20_000, "not before more than one RTO has passed"
        after_idle(snd, 2 * SECOND + SECOND // 2)
        assert snd.cc.cwnd == window


def test_with_nothing_new_what_may_be_missing_goes_again() -> None:
    """RFC 6675 §4 NextSeg() rule 3 (below the highest SACK), then rule 4, once."""
    snd = sender(6, sack=True)
    for n in range(3):
        duplicate(snd, 10 * MS, (100 + n * 100, 200 + n * 100))
    assert send_again(snd, 10 * MS) == (0, 100)
    duplicate(snd, 11 * MS, (500, 600))
    assert mark_next_candidate(snd)
    assert send_again(snd, 11 * MS) == (400, 500)
    acknowledge(snd, at(400), 60 * MS)
    assert mark_next_candidate(snd) is False, "the highest is SACKed, all below went again"


def test_the_rescue_retransmission_comes_once() -> None:
    snd = sender(6, sack=True)
    for n in range(3):
        duplicate(snd, 10 * MS, (100 + n * 100, 200 + n * 100))
    send_again(snd, 10 * MS)
    assert mark_next_candidate(snd)
    assert send_again(snd, 11 * MS) == (500, 600)
    assert not mark_next_candidate(snd)


def test_an_ack_of_few_octets_opens_the_window_by_few() -> None:
    """RFC 5681 §3.1 equation 2: min(N, SMSS), or a receiver could divide its ACKs."""
    snd = sender()
    snd.cc.cwnd = 1000
    for n in range(5):
        acknowledge(snd, at(10 * (n + 1)), (20 + n) * MS)
    assert snd.cc.cwnd == 1050


def test_duplicates_of_the_number_that_ended_recovery_start_no_other() -> None:
    """RFC 6582 §3.2 step 2: what was sent again needlessly makes them."""
    snd = sender()
    timed_out(snd, SECOND, back_off=True)
    acknowledge(snd, at(1000), SECOND + 10 * MS)
    assert snd.ca_state == OPEN
    more(snd, 4, SECOND + 10 * MS)
    for _ in range(4):
        duplicate(snd, SECOND + 20 * MS)
    assert snd.ca_state != RECOVERY
    acknowledge(snd, at(1100), SECOND + 30 * MS)
    for _ in range(3):
        duplicate(snd, SECOND + 40 * MS)
    assert snd.ca_state == RECOVERY


def test_a_timeout_in_fast_recovery_is_a_second_sign_of_congestion() -> None:
    """RFC 5681 §4.3, §3.1: lowered again, but not for each expiry; Linux lowers once."""
    snd = sender()
    for _ in range(3):
        duplicate(snd, 10 * MS)
    send_again(snd, 10 * MS)
    acknowledge(snd, at(400), 60 * MS)
    assert snd.cc.ssthresh == 500
    for seconds in (2, 4):
        timed_out(snd, seconds * SECOND, back_off=True)
        assert snd.cc.ssthresh == 300
    other = sender(sack=True, settings=LINUX)
    duplicate(other, 105 * MS, (100, 400))
    ssthresh = other.cc.ssthresh
    timed_out(other, 2 * SECOND, back_off=True)
    assert other.cc.ssthresh == ssthresh


def test_three_separate_stretches_tell_of_a_loss_however_short() -> None:
    """RFC 6675 §4 IsLost(): DupThresh discontiguous SACKed sequences."""
    snd = sender(sack=True)
    for block in ((400, 410), (500, 510), (600, 610)):
        duplicate(snd, 10 * MS, block)
    lost = [(r.start - at(0), r.end - at(0)) for r in snd.board.ranges if r.lost]
    assert lost == [(0, 100), (100, 200), (200, 300), (300, 400)]


def test_a_front_that_is_known_to_be_lost_is_no_news() -> None:
    snd = sender()
    assert snd.board.mark_front_lost(MSS) == MSS
    assert snd.board.mark_front_lost(MSS) == 0
