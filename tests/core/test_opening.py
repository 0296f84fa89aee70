"""SEGMENT ARRIVES in LISTEN and SYN-SENT (RFC 9293 §3.10.7.2, §3.10.7.3)."""

import pytest

from synfin.core.errno import ECONNREFUSED
from synfin.core.states import State
from synfin.core.tcb import BACK_TO_LISTEN
from synfin.wire.tcp import ACK, FIN, PSH, RST, SYN, URG, Options, Segment
from tests.core.pair import IRS, ISS, MS, PLAIN, Duo, Solo, rule_of

# --- 3.10.7.2 LISTEN ---------------------------------------------------------------


def test_listen_first_a_reset_is_ignored() -> None:
    solo = Solo().listening()
    assert solo.arrive(RST, 0, 0) == []
    assert solo.arrive(RST | ACK, 0, 1) == []
    assert solo.arrive(RST | SYN, 0, 1) == []
    assert solo.state == "LISTEN"


@pytest.mark.parametrize("flags", [ACK, SYN | ACK, FIN | ACK])
def test_listen_second_any_ack_is_reset(flags: int) -> None:
    """<SEQ=SEG.ACK><CTL=RST>."""
    solo = Solo().listening()
    (reset,) = solo.arrive(flags, 0, 77)
    assert solo.show(reset) == ["RST 77+0"]
    assert solo.state == "LISTEN"


def test_listen_third_a_syn() -> None:
    """RCV.NXT = SEG.SEQ + 1, IRS = SEG.SEQ, SND.NXT = ISS + 1, SND.UNA = ISS."""
    solo = Solo().syn_received()
    conn = solo.conn
    assert conn.state is State.SYN_RECEIVED
    assert conn.passive
    assert conn.rcv.rcv_nxt & 0xFFFFFFFF == (IRS + 1) & 0xFFFFFFFF
    assert (conn.snd.snd_nxt - conn.snd.iss, conn.snd.snd_una - conn.snd.iss) == (1, 0)


@pytest.mark.parametrize("flags", [0, FIN, PSH, URG])
def test_listen_fourth_anything_else_is_dropped(flags: int) -> None:
    solo = Solo().listening()
    assert solo.arrive(flags, 0, 0, b"text") == []
    assert solo.state == "LISTEN"


def test_text_on_a_syn_waits_for_established() -> None:
    """Third: other text SHOULD be queued for later; SYN,ACK does not cover it."""
    solo = Solo().listening()
    (answer,) = solo.arrive(SYN, 0, 0, b"early")
    assert solo.show(answer) == ["SYN,ACK 0+0 1"]
    assert solo.conn.unread == 0
    (ack,) = solo.arrive(ACK, 1, 1)
    assert solo.show(ack) == ["ACK 1+0 6"]
    assert solo.conn.recv(99, solo.now) == b"early"


def test_a_syn_with_fin_ends_in_close_wait_after_the_handshake() -> None:
    solo = Solo().listening()
    assert solo.show(*solo.arrive(SYN | FIN, 0, 0)) == ["SYN,ACK 0+0 1"]
    assert solo.show(*solo.arrive(ACK, 1, 1)) == ["ACK 1+0 2"]
    assert solo.state == "CLOSE-WAIT"


# --- 3.10.7.3 SYN-SENT -------------------------------------------------------------


@pytest.mark.parametrize("ack", [0, 2, -5, 1000])
def test_syn_sent_first_an_ack_of_something_else_is_reset(ack: int) -> None:
    """SEG.ACK =< ISS or SEG.ACK > SND.NXT: <SEQ=SEG.ACK><CTL=RST>, and we stay."""
    solo = Solo().syn_sent()
    (reset,) = solo.arrive(SYN | ACK, 0, ack)
    assert solo.show(reset) == [f"RST {ack}+0"]
    assert solo.state == "SYN-SENT"


def test_syn_sent_first_but_not_if_it_is_a_reset() -> None:
    solo = Solo().syn_sent()
    assert solo.arrive(RST | ACK, 0, 2) == []
    assert solo.state == "SYN-SENT"
    assert solo.conn.error == 0


def test_syn_sent_second_refused() -> None:
    """An acceptable ACK with RST: "error: connection reset", which sockets call refused."""
    solo = Solo().syn_sent()
    assert solo.arrive(RST | ACK, 0, 1) == []
    assert solo.state == "CLOSED"
    assert solo.conn.error == ECONNREFUSED


def test_syn_sent_second_a_reset_without_ack_is_dropped() -> None:
    solo = Solo().syn_sent()
    assert solo.arrive(RST, 0, 0) == []
    assert solo.state == "SYN-SENT"


def test_syn_sent_fourth_established() -> None:
    solo = Solo().established()
    conn = solo.conn
    assert conn.snd.snd_una - conn.snd.iss == 1
    assert conn.theirs(conn.rcv.rcv_nxt) == 1
    assert conn.snd.snd_wnd == 65535


def test_syn_sent_fourth_with_text_and_fin() -> None:
    """The sixth step of §3.10.7.4 goes on with what else the SYN,ACK carries."""
    solo = Solo().syn_sent()
    (ack,) = solo.arrive(SYN | ACK | FIN, 0, 1, b"hello")
    assert solo.show(ack) == ["ACK 1+0 7"]
    assert solo.state == "CLOSE-WAIT"
    assert solo.conn.recv(9, solo.now) == b"hello"
    assert solo.conn.eof


def test_syn_sent_fourth_simultaneous_open() -> None:
    """MUST-10: SYN-RECEIVED, <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>; not from a passive OPEN
    (MUST-11)."""
    solo = Solo().syn_sent()
    (answer,) = solo.arrive(SYN, 0, 0)
    assert solo.show(answer) == ["SYN,ACK 0+0 1"]
    assert solo.state == "SYN-RECEIVED"
    assert not solo.conn.passive
    assert solo.arrive(SYN | ACK, 0, 1) == []
    assert solo.state == "ESTABLISHED"


def test_two_ends_open_at_once() -> None:
    """MUST-10, Figure 8: both go through SYN-RECEIVED; four segments, then silence."""
    duo = Duo()
    duo.a.open_active(duo.now)
    duo.b.open_active(duo.now)
    duo.run(60 * 1000 * MS)
    assert duo.watch_a.states() == duo.watch_b.states() == [
        "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
    ]  # fmt: skip
    assert [s.flags for s in duo.of("A")] == [SYN, SYN | ACK]


def test_linux_acknowledges_once_more_after_a_simultaneous_open() -> None:
    """tcp_rcv_state_process(), SYN-RECEIVED: each end sends an ACK besides; no more."""
    duo = Duo(PLAIN.but(ack_after_crossing_syn=True))
    duo.a.open_active(duo.now)
    duo.b.open_active(duo.now)
    duo.run(60 * 1000 * MS)
    assert [s.flags for s in duo.of("A")] == [SYN, SYN | ACK, ACK]
    assert [s.flags for s in duo.of("B")] == [SYN, SYN | ACK, ACK]


@pytest.mark.parametrize(("scaled", "window"), [(False, 1000), (True, 4000)])
def test_the_window_of_a_crossing_syn_ack(scaled: bool, window: int) -> None:
    """RFC 7323 §2.2: never scaled; Linux tcp_rcv_state_process() does scale it."""
    solo = Solo(PLAIN.but(window_scale=2, crossing_window_scaled=scaled)).syn_sent()
    solo.arrive(SYN, 0, 0, window=1000, options=Options(mss=1460, window_scale=2))
    solo.arrive(SYN | ACK, 0, 1, window=1000)
    assert solo.state == "ESTABLISHED"
    assert solo.conn.snd.snd_wnd == window


def test_text_on_a_crossing_syn_is_kept() -> None:
    """Fourth: "If there are other controls or text in the segment, queue them"."""
    solo = Solo().syn_sent()
    solo.arrive(SYN, 0, 0, b"early")
    (ack,) = solo.arrive(ACK, 1, 1)
    assert solo.show(ack) == ["ACK 1+0 6"]
    assert solo.conn.recv(9, solo.now) == b"early"


@pytest.mark.parametrize("flags", [0, FIN, PSH | ACK])
def test_syn_sent_fifth_neither_syn_nor_rst_is_dropped(flags: int) -> None:
    solo = Solo().syn_sent()
    assert solo.arrive(flags, 0, 1) == []
    assert solo.state == "SYN-SENT"


# --- where SYN-RECEIVED came from (MUST-11) ----------------------------------------


def test_a_reset_in_syn_received_returns_a_passive_open_to_listen() -> None:
    """Figure 5 note 1, §3.10.7.4 second: nobody is told."""
    solo = Solo().syn_received()
    assert solo.arrive(RST, 1, 0) == []
    assert solo.state == "LISTEN"
    assert solo.conn.signals & BACK_TO_LISTEN
    assert solo.conn.error == 0


def test_a_reset_in_syn_received_refuses_an_active_open() -> None:
    solo = Solo().syn_sent()
    solo.arrive(SYN, 0, 0)
    assert solo.arrive(RST, 1, 0) == []
    assert solo.state == "CLOSED"
    assert solo.conn.error == ECONNREFUSED


def test_the_isn_of_an_old_syn_is_answered_and_then_reset_by_the_peer() -> None:
    """Figure 9: an old duplicate SYN, SYN,ACK of it, RST, and the right SYN after it."""
    duo = Duo()
    duo.b.open_passive(duo.now)
    old = Segment(4000, 80, 90, 0, SYN, 65535)
    duo.b.receive(old, duo.now)
    duo.a.open_active(duo.now)
    duo.run(40 * MS)
    assert duo.state("B") == "SYN-RECEIVED"
    duo.run(60 * MS)  # A answers SYN,ACK of 91 by <SEQ=91><CTL=RST>
    assert [s.flags for s in duo.of("A")] == [SYN, RST]
    assert duo.of("A")[1].seq == 91
    assert duo.state("A") == "SYN-SENT"
    duo.run(100 * MS)
    assert duo.state("B") == "LISTEN"


# --- options in SYNs ---------------------------------------------------------------


def test_options_count_only_if_both_sides_send_them() -> None:
    """RFC 7323 §1.3, RFC 2018 §2."""
    solo = Solo(PLAIN.but(timestamps=True, sack=True, window_scale=2))
    solo.established(Options(mss=1460))
    conn = solo.conn
    assert not conn.ts_ok
    assert not conn.sack_ok
    assert (conn.snd.scale, conn.rcv.scale) == (0, 0)


def test_the_reset_tells_why() -> None:
    solo = Solo().listening()
    (reset,) = solo.arrive(ACK, 0, 5)
    assert rule_of(reset) == "listen.ack-reset"
    assert reset.seq == ISS + 5


# --- text on our SYN (§3.10.7.3; RFC 7413) ------------------------------------------------


@pytest.mark.parametrize(
    ("acked", "after"),
    [(6, ["ACK 6+0 1"]), (1, ["PSH,ACK 1+5 1"]), (3, ["PSH,ACK 3+3 1"])],
)
def test_a_syn_may_carry_text(acked: int, after: list[str]) -> None:
    """What the SYN,ACK did not cover goes again with the third segment."""
    solo = Solo(PLAIN.but(syn_carries_data=True, syn_data_unacked="resend"))
    solo.conn.snd.buffer.append(b"hello")
    solo.conn.open_active(solo.now)
    assert solo.show(*solo.poll()) == ["SYN 0+5"]
    out = solo.arrive(SYN | ACK, 0, acked, options=Options(mss=1460))
    assert solo.show(*out) == after
    assert solo.arrive(ACK, 1, 6) == []
    assert solo.conn.snd.board.empty()


def test_the_text_of_a_syn_fits_the_mtu() -> None:
    """§3.7.1: with the headers and all options that a SYN may have."""
    solo = Solo(PLAIN.but(syn_carries_data=True, mss=8960), mtu=1500)
    solo.conn.snd.buffer.append(bytes(5000))
    solo.conn.open_active(solo.now)
    (syn,) = solo.poll()
    assert len(syn.payload) == 1420


def test_by_default_it_does_not() -> None:
    solo = Solo()
    solo.conn.snd.buffer.append(b"hello")
    solo.conn.open_active(solo.now)
    assert solo.show(*solo.poll()) == ["SYN 0+0"]
    out = solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460))
    assert solo.show(*out) == ["PSH,ACK 1+5 1"]


def test_no_sample_from_a_syn_that_was_sent_twice() -> None:
    """MUST-18: Karn's rule holds for SYNs."""
    solo = Solo().syn_sent()
    solo.wait(1100 * MS)
    solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460))
    assert solo.conn.snd.rtt.srtt == 0
