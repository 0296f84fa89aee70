"""§3.10.7.4, sixth to eighth: URG, text, FIN; what is acknowledged and when."""

import pytest

from synfin.core.settings import LINUX, RFC, SECOND
from synfin.core.states import State
from synfin.core.tcb import URGENT
from synfin.wire.tcp import ACK, FIN, PSH, URG, Options
from tests.core.pair import MS, PLAIN, Duo, Solo, rule_of

DELAYING = PLAIN.but(delayed_ack_ns=200 * MS)


# --- urgent data, receiving (MUST-30 to MUST-33, MUST-62) --------------------------


def test_the_pointer_names_the_octet_after_the_urgent_data() -> None:
    """MUST-30, MUST-62: of 5 octets with pointer 3, three are urgent."""
    solo = Solo().established()
    solo.arrive(ACK | URG, 1, 1, b"abcde", urgent=3)
    conn = solo.conn
    assert conn.urgent_left == 3
    assert conn.recv(2, solo.now) == b"ab"
    assert conn.urgent_left == 1
    conn.recv(1, solo.now)
    assert conn.urgent_left == 0


def test_the_application_is_told_when_it_comes_and_when_it_advances() -> None:
    """MUST-32; MUST-33: how much is left to read."""
    solo = Solo().established()
    solo.arrive(ACK | URG, 1, 1, urgent=1000)
    assert solo.conn.signals & URGENT
    assert solo.conn.urgent_left == 1000
    solo.conn.signals = 0
    solo.arrive(ACK | URG, 1, 1, bytes(10), urgent=1000)
    assert not solo.conn.signals & URGENT, "the same pointer again is no news"
    solo.arrive(ACK | URG, 11, 1, urgent=1990)
    assert solo.conn.signals & URGENT
    assert solo.conn.urgent_left == 2000
    assert solo.watch.names("signal").count("urgent") == 2


def test_the_pointer_never_recedes() -> None:
    """RCV.UP <- max(RCV.UP, SEG.UP)."""
    solo = Solo().established()
    solo.arrive(ACK | URG, 1, 1, urgent=1000)
    solo.arrive(ACK | URG, 1, 1, urgent=10)
    assert solo.conn.urgent_left == 1000


def test_an_urgent_pointer_to_what_was_read_is_no_news() -> None:
    solo = Solo().established()
    solo.arrive(ACK, 1, 1, bytes(10))
    solo.conn.recv(10, solo.now)
    solo.conn.signals = 0
    solo.arrive(ACK | URG, 11, 1, urgent=0)
    assert not solo.conn.signals & URGENT


def test_after_the_peers_fin_urg_is_ignored() -> None:
    solo = Solo().in_state(State.CLOSE_WAIT)
    solo.arrive(ACK | URG, 2, 1, urgent=5)
    assert solo.conn.urgent_left == 0


@pytest.mark.parametrize("length", [1, 1461, 200_000])
def test_urgent_data_of_any_length(length: int) -> None:
    """MUST-31: longer than a segment, longer than the 16 bits of the pointer."""
    duo = Duo(PLAIN.but(receive_buffer=1 << 20, window_scale=5)).established()
    assert duo.a.send(bytes(length), duo.now, urgent=True) == length
    duo.run(duo.delay)
    assert duo.b.signals & URGENT
    told = duo.b.urgent_left
    assert told == min(length, 9 * 1460 + 0xFFFF), "ten segments have come, the tenth tells most"
    duo.run(60 * SECOND)
    assert duo.b.unread == duo.b.urgent_left == length
    assert all(s.flags & URG for s in duo.of("A") if s.payload)


# --- text --------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2])
def test_text_is_taken_while_the_peer_may_send(state: State) -> None:
    solo = Solo().in_state(state)
    nxt = solo.conn.ours(solo.conn.snd.snd_nxt)
    assert solo.show(*solo.arrive(ACK, 1, nxt, b"late")) == [f"ACK {nxt}+0 5"]
    assert solo.conn.recv(9, solo.now) == b"late"


@pytest.mark.parametrize("state", [State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK])
def test_text_after_the_peers_fin_is_ignored(state: State) -> None:
    """ "This should not occur since a FIN has been received"."""
    solo = Solo().in_state(state)
    solo.arrive(ACK, 2, 1, b"ghost")
    assert solo.conn.unread == 0


def test_out_of_order_text_waits() -> None:
    """SHLD-31; MAY-13: and is answered by an ACK at once."""
    solo = Solo().established()
    assert solo.show(*solo.arrive(ACK, 6, 1, b"world")) == ["ACK 1+0 1"]
    assert solo.conn.unread == 0
    assert solo.show(*solo.arrive(ACK, 1, 1, b"hello")) == ["ACK 1+0 11"]
    assert solo.conn.recv(99, solo.now) == b"helloworld"


def test_old_text_is_acknowledged_again() -> None:
    solo = Solo().established()
    solo.arrive(ACK, 1, 1, b"hello")
    (answer,) = solo.arrive(ACK, 1, 1, b"hello")
    assert solo.show(answer) == ["ACK 1+0 6"]
    assert solo.conn.unread == 5


def test_push_may_be_told_to_the_application() -> None:
    """MAY-17."""
    solo = Solo().established()
    solo.arrive(ACK, 1, 1, b"a")
    solo.arrive(ACK | PSH, 2, 1, b"b")
    assert solo.watch.names("signal")[-2:] == ["readable", "pushed"]


# --- delayed ACKs (MUST-40, SHLD-18, SHLD-19) --------------------------------------


def test_an_ack_may_wait_but_not_half_a_second() -> None:
    """MUST-40, SHLD-18."""
    solo = Solo(DELAYING).established()
    assert solo.arrive(ACK, 1, 1, b"x") == []
    sent = solo.wait(10 * SECOND)
    assert [(when, rule_of(s)) for when, s in sent] == [(200 * MS, "send.ack-delayed")]
    assert RFC.delayed_ack_ns < SECOND // 2
    assert LINUX.delayed_ack_ns < SECOND // 2


def test_every_second_full_segment_is_acknowledged() -> None:
    """SHLD-19."""
    solo = Solo(DELAYING).established()
    answers = [len(solo.arrive(ACK, 1 + 1460 * n, 1, bytes(1460))) for n in range(6)]
    assert answers == [0, 1, 0, 1, 0, 1]


def test_two_segments_worth_of_small_ones_are_acknowledged_too() -> None:
    """SHLD-19: or 2*RMSS octets of new data."""
    solo = Solo(DELAYING).established()
    solo.arrive(ACK, 1, 1, bytes(1460))
    solo.arrive(ACK, 1461, 1, bytes(1460))
    answers = [len(solo.arrive(ACK, 2921 + 500 * n, 1, bytes(500))) for n in range(6)]
    assert answers == [0, 0, 0, 0, 0, 1]


def test_linux_delays_only_after_some_quick_acks() -> None:
    """tcp_enter_quickack_mode(); tcp(7) TCP_QUICKACK."""
    solo = Solo(DELAYING.but(quick_acks=2)).established()
    assert [len(solo.arrive(ACK, n, 1, b"x")) for n in (1, 2, 3, 4)] == [1, 1, 0, 0]


@pytest.mark.parametrize("flags", [ACK, ACK | PSH])
def test_a_gap_is_reported_at_once_and_so_is_its_end(flags: int) -> None:
    """RFC 5681 §4.2."""
    solo = Solo(DELAYING).established()
    assert rule_of(solo.arrive(flags, 101, 1, bytes(100))[0]) == "send.ack-duplicate"
    assert rule_of(solo.arrive(flags, 1, 1, bytes(100))[0]) == "send.ack-gap-filled"


def test_text_of_ours_carries_the_ack_that_waits() -> None:
    solo = Solo(DELAYING).established()
    solo.arrive(ACK, 1, 1, b"question")
    assert solo.show(*solo.send(b"answer")) == ["PSH,ACK 1+6 9"]
    sent = solo.wait(500 * MS)
    assert sent == []


# --- FIN ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (State.ESTABLISHED, State.CLOSE_WAIT),
        (State.FIN_WAIT_1, State.CLOSING),
        (State.FIN_WAIT_2, State.TIME_WAIT),
    ],
)
def test_fin_by_state(state: State, after: State) -> None:
    """Eighth; MUST-12: the end is told as a normal one."""
    solo = Solo(DELAYING).in_state(state)
    nxt = solo.conn.ours(solo.conn.snd.snd_nxt)
    acked = 2 if state is State.FIN_WAIT_2 else 1
    assert solo.show(*solo.arrive(FIN | ACK, 1, acked)) == [f"ACK {nxt}+0 2"]
    assert solo.conn.state is after
    assert solo.conn.eof
    assert (solo.conn.error, solo.conn.was_reset) == (0, False)


@pytest.mark.parametrize("state", [State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK])
def test_a_second_fin_changes_nothing(state: State) -> None:
    solo = Solo().in_state(state)
    solo.arrive(FIN | ACK, 1, 1)
    assert solo.conn.state is state


def test_a_fin_ahead_of_a_gap_counts_when_the_gap_closes() -> None:
    solo = Solo().established()
    assert solo.show(*solo.arrive(FIN | ACK, 6, 1, b"world")) == ["ACK 1+0 1"]
    assert solo.state == "ESTABLISHED"
    assert solo.show(*solo.arrive(ACK, 1, 1, b"hello")) == ["ACK 1+0 12"]
    assert solo.state == "CLOSE-WAIT"
    assert not solo.conn.eof, "ten octets are still to be read"
    solo.conn.recv(10, solo.now)
    assert solo.conn.eof


def test_a_fin_beyond_the_window_does_not_count() -> None:
    solo = Solo(PLAIN.but(receive_buffer=10)).established()
    solo.arrive(ACK | FIN, 1, 1, bytes(20))
    assert solo.state == "ESTABLISHED"
    assert solo.conn.unread == 10


def test_a_fin_needs_no_room_for_itself() -> None:
    """Ten octets fill the buffer; the FIN behind them is taken."""
    solo = Solo(PLAIN.but(receive_buffer=10)).established()
    solo.arrive(ACK | FIN, 1, 1, bytes(10))
    assert solo.state == "CLOSE-WAIT"


def test_a_fin_alone_before_a_closed_window_must_come_again() -> None:
    """Table 6: a length of one, a window of zero. The answer says so."""
    solo = Solo(PLAIN.but(receive_buffer=10)).established()
    solo.arrive(ACK, 1, 1, bytes(10))
    (answer,) = solo.arrive(FIN | ACK, 11, 1)
    assert (solo.show(answer), answer.window) == (["ACK 1+0 11"], 0)
    assert solo.state == "ESTABLISHED"
    solo.conn.recv(10, solo.now)
    solo.poll()
    assert solo.show(*solo.arrive(FIN | ACK, 11, 1)) == ["ACK 1+0 12"]
    assert solo.state == "CLOSE-WAIT"


def test_what_the_application_left_unread_when_the_peer_closed_is_still_there() -> None:
    solo = Solo(RFC).established(Options(mss=1460))
    solo.arrive(ACK | FIN, 1, 1, b"last words")
    assert solo.conn.recv(99, solo.now) == b"last words"
    assert solo.conn.eof


# --- FreeBSD -----------------------------------------------------------------------

SECOND_SEGMENT = DELAYING.but(second_segment_acks=True, delayed_ack_ns=40 * MS)


def test_the_second_segment_is_acknowledged_however_short() -> None:
    """Switch second_segment_acks."""
    solo = Solo(SECOND_SEGMENT).established()
    assert solo.arrive(ACK, 1, 1, b"a") == []
    (answer,) = solo.arrive(ACK, 2, 1, b"b")
    assert rule_of(answer) == "send.ack-second-segment"


def test_text_from_below_rcv_nxt_is_acknowledged_at_once() -> None:
    """Switch old_text_acks: part of it is new all the same."""
    solo = Solo(SECOND_SEGMENT.but(old_text_acks=True)).established()
    solo.arrive(ACK, 1, 1, b"abc")
    solo.wait(50 * MS)
    (answer,) = solo.arrive(ACK, 2, 1, b"bcde")
    assert solo.show(answer) == ["ACK 1+0 6"]


@pytest.mark.parametrize(("switch", "shown"), [(False, "ACK 2+0 2"), (True, "FIN,ACK 1+0 2")])
def test_an_ack_while_our_fin_is_out(switch: bool, shown: str) -> None:
    """Switch acks_repeat_fin, which needs old_segments_acknowledge."""
    settings = PLAIN.but(acks_repeat_fin=switch, old_segments_acknowledge=True)
    solo = Solo(settings).in_state(State.FIN_WAIT_1)
    (answer,) = solo.arrive(ACK | FIN, 1, 1)
    assert solo.show(answer) == [shown]
