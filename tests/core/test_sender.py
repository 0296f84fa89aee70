"""SND.UNA, SND.NXT, SND.WND; recovery from loss; the retransmission timer's facts."""

from synfin.core.congestion import CongestionControl
from synfin.core.recovery import timed_out
from synfin.core.scoreboard_range import Sent
from synfin.core.settings import RFC, SECOND
from synfin.core.timers import NEVER, RETRANSMIT
from tests.core.flight import MSS, acknowledge, at, sender
from tests.core.pair import MS


def test_an_ack_advances_and_restarts_the_timer() -> None:
    """RFC 6298 §5.3."""
    snd = sender()
    assert snd.timers.due[RETRANSMIT] == SECOND
    acknowledge(snd, at(100), 50 * MS)
    assert snd.timers.due[RETRANSMIT] == 50 * MS + SECOND
    assert (snd.snd_una, snd.in_flight, snd.room()) == (at(100), 900, (1 << 20) - 900)


def test_the_last_ack_stops_the_timer() -> None:
    """RFC 6298 §5.2."""
    snd = sender()
    acknowledge(snd, at(1000), 50 * MS)
    assert snd.timers.due[RETRANSMIT] == NEVER


def test_the_sample_is_that_of_the_first_range_acknowledged() -> None:
    """So that the wait of a delayed ACK is part of the RTT; the minimum leaves it out."""
    snd = sender()
    acknowledge(snd, at(300), 102 * MS)
    assert snd.last_sample == 102 * MS
    assert snd.rtt.min_rtt == 100 * MS


def test_karn_no_sample_from_what_was_sent_twice() -> None:
    """MUST-18, RFC 6298 §3."""
    snd = sender(2)
    timed_out(snd, SECOND, back_off=True)
    snd.board.sent_again(0, SECOND)
    acknowledge(snd, at(100), SECOND + 50 * MS)
    assert snd.last_sample == -1
    assert snd.rtt.srtt == 0


def test_a_timestamp_gives_a_sample_all_the_same() -> None:
    """RFC 6298 §3: timestamps remove the ambiguity."""
    snd = sender(2)
    timed_out(snd, SECOND, back_off=True)
    snd.board.sent_again(0, SECOND)
    acknowledge(snd, at(100), SECOND + 50 * MS, echo=50 * MS)
    assert snd.rtt.srtt == 50 * MS


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
    acknowledge(snd, at(101), MS)
    assert (snd.fin_unsent, snd.fin_acked) == (False, True)


def test_the_controller_hears_of_an_idle_time() -> None:
    """RFC 9438 §5.8: text leaves with nothing outstanding, so long after the last."""
    snd = sender()
    heard: list[tuple[int, int]] = []

    class Listening(CongestionControl):
        def on_idle(self, idle: int, now: int) -> None:
            heard.append((idle, now))

    snd.cc = Listening(MSS, RFC)
    snd.sent_new(True, SECOND)
    snd.sent_new(False, 2 * SECOND)
    snd.sent_new(True, 5 * SECOND)
    assert heard[1:] == [(3 * SECOND, 5 * SECOND)]
