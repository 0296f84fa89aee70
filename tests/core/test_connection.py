"""The user calls by state (RFC 9293 §3.9.1, §3.10.1 to §3.10.6)."""

import pytest

from synfin.core.errno import ECONNABORTED, ECONNRESET, ENOTCONN, EPIPE
from synfin.core.settings import RFC, SECOND
from synfin.core.states import State
from synfin.core.tcb import CLOSED, EOF, WRITABLE
from synfin.core.timers import NEVER
from synfin.wire.tcp import ACK, FIN, PSH, RST, SYN, Options
from tests.core.pair import ISS, PLAIN, Duo, Solo, rule_of

BEHIND = (
    State.ESTABLISHED,
    State.FIN_WAIT_1,
    State.FIN_WAIT_2,
    State.CLOSE_WAIT,
    State.CLOSING,
    State.LAST_ACK,
    State.TIME_WAIT,
)


# --- OPEN --------------------------------------------------------------------------


def test_active_open_sends_a_syn() -> None:
    """§3.10.1: <SEQ=ISS><CTL=SYN>, SND.UNA = ISS, SND.NXT = ISS + 1."""
    solo = Solo()
    solo.conn.open_active(solo.now)
    (syn,) = solo.poll()
    assert (syn.seq, syn.ack, syn.flags) == (ISS, 0, SYN)
    assert solo.conn.ours(solo.conn.snd.snd_nxt) == 1
    assert solo.conn.ours(solo.conn.snd.snd_una) == 0


def test_passive_open_is_silent() -> None:
    solo = Solo().listening()
    assert solo.poll() == []
    assert solo.conn.deadline() == NEVER


def test_send_in_listen_opens_actively() -> None:
    """§3.10.2: LISTEN -> SYN-SENT; the text goes once the connection is there."""
    solo = Solo().listening()
    assert solo.show(*solo.send(b"hello")) == ["SYN 0+0"]
    assert solo.state == "SYN-SENT"
    assert not solo.conn.passive
    out = solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460))
    assert solo.show(*out)[-1] == "PSH,ACK 1+5 1"


# --- SEND --------------------------------------------------------------------------


def test_send_queues_before_established() -> None:
    """§3.10.2: SYN-SENT and SYN-RECEIVED."""
    solo = Solo().syn_received()
    assert solo.send(b"welcome") == []
    assert solo.watch.rules("silence") == ["wait.not-established"]
    assert solo.show(*solo.arrive(ACK, 1, 1)) == ["PSH,ACK 1+7 1"]


def test_send_takes_what_there_is_room_for() -> None:
    solo = Solo(PLAIN.but(send_buffer=1000)).established()
    assert solo.conn.send(bytes(1500), solo.now) == 1000
    assert solo.conn.send(b"x", solo.now) == 0
    solo.poll()
    solo.arrive(ACK, 1, 501)
    assert solo.conn.send(bytes(1500), solo.now) == 500


def test_send_in_close_wait_still_works() -> None:
    solo = Solo().in_state(State.CLOSE_WAIT)
    assert solo.show(*solo.send(b"last")) == ["PSH,ACK 1+4 2"]


@pytest.mark.parametrize(
    "state",
    [State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.LAST_ACK, State.TIME_WAIT],
)
def test_send_after_close_is_an_error(state: State) -> None:
    """§3.10.2: "error: connection closing"."""
    solo = Solo().in_state(state)
    assert solo.conn.send(b"x", solo.now) == -EPIPE


def test_send_without_a_connection() -> None:
    """§3.10.2: "error: connection does not exist"."""
    solo = Solo()
    assert solo.conn.send(b"x", solo.now) == -ENOTCONN


# --- RECEIVE -----------------------------------------------------------------------


def test_receive_and_the_end() -> None:
    """§3.10.3; MUST-12: the end is a FIN, not an error."""
    solo = Solo().established()
    solo.arrive(ACK | PSH, 1, 1, b"hello")
    assert solo.conn.peek(3) == b"hel"
    assert solo.conn.recv(3, solo.now) == b"hel"
    assert solo.conn.recv(99, solo.now) == b"lo"
    assert (solo.conn.recv(99, solo.now), solo.conn.eof) == (b"", False)
    solo.arrive(ACK | FIN, 6, 1)
    assert (solo.conn.recv(99, solo.now), solo.conn.eof) == (b"", True)
    assert solo.conn.signals & EOF
    assert solo.conn.error == 0


# --- CLOSE -------------------------------------------------------------------------


def test_close_in_listen() -> None:
    """§3.10.4: delete the TCB; nothing is sent."""
    solo = Solo().listening()
    assert solo.conn.shutdown(solo.now) == 0
    assert (solo.state, solo.poll(), solo.conn.error) == ("CLOSED", [], 0)
    assert solo.arrive(SYN, 0, 0) == []


def test_close_in_syn_sent() -> None:
    """§3.10.4: "error: closing" for queued SENDs; no FIN, no RST, no timer."""
    solo = Solo().syn_sent()
    solo.conn.send(b"never", solo.now)
    solo.conn.shutdown(solo.now)
    assert (solo.state, solo.poll()) == ("CLOSED", [])
    assert solo.conn.error == ECONNABORTED
    assert solo.conn.deadline() == NEVER


def test_close_in_syn_received_without_text() -> None:
    """§3.10.4: form a FIN segment and send it, enter FIN-WAIT-1."""
    solo = Solo().syn_received()
    solo.conn.shutdown(solo.now)
    assert solo.state == "FIN-WAIT-1"
    assert solo.show(*solo.poll()) == ["FIN,ACK 1+0 1"]
    assert solo.arrive(ACK, 1, 2) == []
    assert solo.state == "FIN-WAIT-2"


def test_close_in_syn_received_with_text() -> None:
    """§3.10.4: otherwise, queue for processing after entering ESTABLISHED."""
    solo = Solo().syn_received()
    solo.conn.send(b"hello", solo.now)
    solo.conn.shutdown(solo.now)
    assert (solo.state, solo.poll()) == ("SYN-RECEIVED", [])
    assert solo.show(*solo.arrive(ACK, 1, 1)) == ["FIN,PSH,ACK 1+5 1"]
    assert solo.watch.states()[-2:] == ["ESTABLISHED", "FIN-WAIT-1"]


def test_close_in_close_wait() -> None:
    """§3.10.4: LAST-ACK when the FIN has been sent, not before."""
    solo = Solo().in_state(State.CLOSE_WAIT)
    solo.conn.send(b"bye", solo.now)
    solo.conn.shutdown(solo.now)
    assert solo.show(*solo.poll()) == ["FIN,PSH,ACK 1+3 2"]
    assert solo.state == "LAST-ACK"
    solo.arrive(ACK, 2, 5)
    assert solo.state == "CLOSED"


@pytest.mark.parametrize("state", [State.FIN_WAIT_1, State.FIN_WAIT_2, State.LAST_ACK])
def test_a_second_close_sends_no_second_fin(state: State) -> None:
    solo = Solo().in_state(state)
    assert solo.conn.shutdown(solo.now) == 0
    assert solo.poll() == []


def test_close_without_a_connection() -> None:
    assert Solo().conn.shutdown(0) == -ENOTCONN


def test_half_close_leaves_the_other_direction_open() -> None:
    duo = Duo().established()
    duo.a.send(b"question", duo.now)
    duo.a.shutdown(duo.now)
    duo.run(SECOND)
    assert (duo.state("A"), duo.state("B")) == ("FIN-WAIT-2", "CLOSE-WAIT")
    duo.b.send(bytes(50_000), duo.now)
    duo.run(10 * SECOND)
    assert duo.a.unread == 50_000
    duo.b.shutdown(duo.now)
    duo.run(SECOND)
    assert (duo.state("A"), duo.state("B")) == ("TIME-WAIT", "CLOSED")


def test_simultaneous_close() -> None:
    """Figure 13."""
    duo = Duo().established()
    duo.a.shutdown(duo.now)
    duo.b.shutdown(duo.now)
    duo.run(SECOND)
    assert duo.state("A") == duo.state("B") == "TIME-WAIT"
    assert duo.watch_a.states()[-3:] == ["FIN-WAIT-1", "CLOSING", "TIME-WAIT"]
    assert [s.flags for s in duo.of("A")] == [FIN | ACK, ACK]


# --- the socket's close(): nobody reads any more (MAY-1, SHLD-3) -------------------


def test_close_with_unread_text_resets() -> None:
    """SHLD-3: the peer learns that its data was lost."""
    solo = Solo().established()
    solo.arrive(ACK, 1, 1, b"unread")
    solo.conn.close(solo.now)
    (reset,) = solo.poll()
    assert solo.show(reset) == ["RST,ACK 1+0 7"]
    assert rule_of(reset) == "close.unread-data"
    assert solo.state == "CLOSED"


def test_text_after_close_resets() -> None:
    """SHLD-3: and where the next RST would be right for the peer: <SEQ=SEG.ACK>."""
    solo = Solo().established()
    solo.conn.close(solo.now)
    assert solo.show(*solo.poll()) == ["FIN,ACK 1+0 1"]
    (reset,) = solo.arrive(ACK, 1, 2, b"too late")
    assert solo.show(reset) == ["RST 2+0"]
    assert solo.state == "CLOSED"


def test_after_shutdown_the_application_still_reads() -> None:
    solo = Solo().established()
    solo.conn.shutdown(solo.now)
    solo.poll()
    solo.arrive(ACK, 1, 2, b"in time")
    assert solo.conn.recv(99, solo.now) == b"in time"


# --- ABORT -------------------------------------------------------------------------


@pytest.mark.parametrize("state", BEHIND)
def test_abort(state: State) -> None:
    """§3.10.5: <SEQ=SND.NXT><CTL=RST> where the peer may still wait, else silence; then
    CLOSED. (Figure 5 note 3 lets who sends a RST keep TIME-WAIT; §3.10.5 does not.)"""
    solo = Solo(PLAIN.but(linger_reset_ack=False)).in_state(state)
    nxt = solo.conn.ours(solo.conn.snd.snd_nxt)
    solo.conn.abort(solo.now)
    silent = state in (State.CLOSING, State.LAST_ACK, State.TIME_WAIT)
    assert solo.show(*solo.poll()) == ([] if silent else [f"RST {nxt}+0"])
    assert solo.state == "CLOSED"
    assert solo.conn.deadline() == NEVER


def test_abort_before_anything_was_sent_or_answered() -> None:
    for solo in (Solo().listening(), Solo().syn_sent()):
        solo.conn.abort(solo.now)
        assert (solo.state, solo.poll()) == ("CLOSED", [])


def test_abort_in_syn_received() -> None:
    solo = Solo().syn_received()
    solo.conn.abort(solo.now)
    assert solo.show(*solo.poll()) == ["RST,ACK 1+0 1"]


def test_abort_flushes_the_queues_and_tells() -> None:
    """ "All queued SENDs and RECEIVEs should be given connection reset notification"."""
    solo = Solo().established(window=10)
    solo.conn.send(bytes(100), solo.now)
    solo.poll()
    solo.arrive(ACK, 1, 1, b"unread", window=10)
    solo.conn.abort(solo.now)
    assert [s.flags & RST for s in solo.poll()] == [RST]
    assert (solo.conn.unread, solo.conn.error) == (0, ECONNRESET)
    assert solo.conn.signals & CLOSED
    assert solo.conn.signals & WRITABLE
    assert solo.wait(1000 * SECOND) == []


def test_the_peer_of_an_abort_knows_it() -> None:
    """MUST-12: ECONNRESET and not an end of file."""
    duo = Duo().established()
    duo.a.abort(duo.now)
    duo.run(SECOND)
    assert (duo.state("B"), duo.b.error) == ("CLOSED", ECONNRESET)
    assert not duo.b.eof
    assert duo.b.was_reset


# --- STATUS ------------------------------------------------------------------------


def test_status() -> None:
    """§3.9.1.5: what is asked for stands in attributes."""
    solo = Solo(RFC.but(delayed_ack_ns=0)).established(Options(mss=1460), window=5000)
    conn = solo.conn
    solo.send(b"12345")
    solo.arrive(ACK, 1, 1, b"123", window=5000)
    assert (conn.local_port, conn.remote_port, conn.state.value) == (80, 4000, "ESTABLISHED")
    assert (conn.rcv.rcv_wnd, conn.snd.snd_wnd) == (65_532, 5000)
    assert (conn.snd.in_flight, conn.unread, conn.unsent, conn.urgent_left) == (5, 3, 0, 0)
