"""SND.UNA, SND.NXT, SND.WND; recovery from loss; the retransmission timer's facts."""

from synfin.core.scoreboard import Sent
from synfin.core.sender import (
    ACK_ADVANCED,
    ACK_DUPLICATED,
    ACK_FAST_RETRANSMIT,
    ACK_PARTIAL,
    ACK_RECOVERED,
    Sender,
)
from synfin.core.settings import RFC, SECOND
from synfin.core.timers import NEVER, RETRANSMIT, Timers
from tests.core.pair import MS

ISS = 1 << 32
MSS = 100


def sender(segments: int = 10, sack: bool = False) -> Sender:
    """``segments`` of MSS octets are outstanding, sent at 0, 1, 2 … ms."""
    snd = Sender(RFC, ISS, Timers())
    snd.set_mss(MSS, fresh=True)
    snd.snd_una = snd.snd_nxt = snd.snd_max = ISS + 1
    snd.recover = ISS
    snd.sack_ok = sack
    snd.set_window(65535, 1, ISS + 1)
    snd.buffer.append(bytes(segments * MSS))
    for n in range(segments):
        start = ISS + 1 + n * MSS
        snd.board.add(Sent(start, start + MSS, n * MS, 0, MSS))
        snd.snd_nxt = snd.snd_max = start + MSS
        snd.sent_something(n * MS)
    return snd


def at(octets: int) -> int:
    return ISS + 1 + octets


def test_an_ack_advances_and_restarts_the_timer() -> None:
    """RFC 6298 §5.3."""
    snd = sender()
    assert snd.timers.due[RETRANSMIT] == SECOND
    assert snd.take_ack(at(100), -1, 50 * MS) == ACK_ADVANCED
    assert snd.timers.due[RETRANSMIT] == 50 * MS + SECOND
    assert (snd.snd_una, snd.in_flight, snd.room()) == (at(100), 900, (1 << 20) - 900)


def test_the_last_ack_stops_the_timer() -> None:
    """RFC 6298 §5.2."""
    snd = sender()
    snd.take_ack(at(1000), -1, 50 * MS)
    assert snd.timers.due[RETRANSMIT] == NEVER


def test_the_sample_is_that_of_the_last_range_acknowledged() -> None:
    snd = sender()
    snd.take_ack(at(300), -1, 102 * MS)
    assert snd.last_sample == 100 * MS


def test_karn_no_sample_from_what_was_sent_twice() -> None:
    """MUST-18, RFC 6298 §3."""
    snd = sender(2)
    snd.timed_out(SECOND, back_off=True)
    snd.board.sent_again(0, SECOND)
    snd.take_ack(at(100), -1, SECOND + 50 * MS)
    assert snd.last_sample == -1
    assert snd.rtt.srtt == 0


def test_a_timestamp_gives_a_sample_all_the_same() -> None:
    """RFC 6298 §3: timestamps remove the ambiguity."""
    snd = sender(2)
    snd.timed_out(SECOND, back_off=True)
    snd.board.sent_again(0, SECOND)
    snd.take_ack(at(100), 50 * MS, SECOND + 50 * MS)
    assert snd.rtt.srtt == 50 * MS


def test_the_third_duplicate_ack_retransmits() -> None:
    """RFC 5681 §3.2 (2): not the first, not the second, and the fourth not again."""
    snd = sender()
    outcomes = [snd.take_duplicate(10 * MS) for _ in range(4)]
    assert outcomes == [ACK_DUPLICATED, ACK_DUPLICATED, ACK_FAST_RETRANSMIT, ACK_DUPLICATED]
    assert snd.board.next_lost() == 0
    assert snd.board.lost_octets == MSS
    assert snd.cc.ssthresh == 500
    assert snd.cc.cwnd == 500 + 3 * MSS + MSS


def test_with_sack_nothing_is_inflated() -> None:
    """RFC 6675: the flight size falls by what is SACKed instead."""
    snd = sender(sack=True)
    for _ in range(4):
        snd.take_duplicate(10 * MS)
    assert snd.cc.cwnd == 500


def test_a_partial_ack_retransmits_the_next_hole() -> None:
    """RFC 6582 §3.2 (3)."""
    snd = sender()
    for _ in range(3):
        snd.take_duplicate(10 * MS)
    snd.board.sent_again(0, 10 * MS)
    assert snd.take_ack(at(300), -1, 60 * MS) == ACK_PARTIAL
    assert snd.board.ranges[snd.board.next_lost()].start == at(300)
    assert snd.cc.cwnd == 500 + 3 * MSS - 300 + MSS
    assert snd.in_recovery


def test_an_ack_of_everything_ends_recovery() -> None:
    snd = sender()
    for _ in range(3):
        snd.take_duplicate(10 * MS)
    snd.board.sent_again(0, 10 * MS)
    assert snd.take_ack(at(1000), -1, 60 * MS) == ACK_RECOVERED
    assert not snd.in_recovery
    assert snd.cc.cwnd == 2 * MSS


def test_duplicates_after_a_timeout_start_no_second_recovery() -> None:
    """RFC 6582 §3.2 (4): the losses that the timeout covers are not counted again."""
    snd = sender()
    snd.timed_out(SECOND, back_off=True)
    assert [snd.take_duplicate(SECOND) for _ in range(4)] == [ACK_DUPLICATED] * 4


def test_a_timeout_marks_everything_and_backs_off() -> None:
    """RFC 6298 §5.4 to §5.6, RFC 5681 §3.1."""
    snd = sender()
    snd.timed_out(SECOND, back_off=True)
    assert snd.board.lost_octets == 1000
    assert snd.in_flight == 0
    assert snd.cc.cwnd == MSS
    assert snd.rtt.rto == 2 * SECOND
    assert snd.timers.due[RETRANSMIT] == 3 * SECOND
    assert snd.timeouts == 1


def test_a_timeout_believes_no_sack_that_starts_at_snd_una() -> None:
    """RFC 2018 §8: the peer has reneged, or the front would have been acknowledged."""
    snd = sender(sack=True)
    snd.board.sack(at(0), at(200))
    snd.timed_out(SECOND, back_off=True)
    assert snd.board.lost_octets == 1000


def test_an_older_segments_window_is_not_news() -> None:
    """§3.10.7.4 fifth: SND.WL1 and SND.WL2."""
    snd = sender()
    snd.set_window(500, 1000, at(100))
    assert snd.window_is_news(1001, at(0))
    assert snd.window_is_news(1000, at(100))
    assert not snd.window_is_news(1000, at(99))
    assert not snd.window_is_news(999, at(500))


def test_usable_window_may_be_negative() -> None:
    """MUST-34."""
    snd = sender()
    snd.set_window(100, 2, at(0))
    assert snd.usable == -900


def test_the_fin_has_the_number_after_the_last_octet() -> None:
    snd = sender(1)
    snd.fin_queued = True
    assert (snd.fin_unsent, snd.fin_acked) == (True, False)
    snd.snd_nxt = snd.snd_max = at(101)
    assert (snd.fin_unsent, snd.fin_acked) == (False, False)
    snd.board.add(Sent(at(100), at(101), 0, 1, MSS))
    snd.take_ack(at(101), -1, MS)
    assert (snd.fin_unsent, snd.fin_acked) == (False, True)
