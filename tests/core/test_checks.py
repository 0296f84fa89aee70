"""§3.10.7.4, first to fourth: sequence number, RST, SYN; PAWS; RFC 5961's limits."""

import pytest

from synfin.core.errno import ECONNRESET, EPIPE
from synfin.core.settings import RFC, SECOND
from synfin.core.states import State
from synfin.wire.tcp import ACK, FIN, RST, SYN, URG, Options
from tests.core.pair import ISS, MS, PLAIN, Solo, rule_of

SYNCHRONIZED = (
    State.ESTABLISHED,
    State.FIN_WAIT_1,
    State.FIN_WAIT_2,
    State.CLOSE_WAIT,
    State.CLOSING,
    State.LAST_ACK,
)
STAMPS = RFC.but(window_scale=-1, sack=False, delayed_ack_ns=0)
DAY = 24 * 3600 * SECOND


def stamped(value: int, echo: int = 0) -> Options:
    return Options(ts_val=value, ts_ecr=echo)


def with_stamps(value: int = 1000) -> Solo:
    return Solo(STAMPS).established(Options(mss=1460, ts_val=value, ts_ecr=0))


# --- first: sequence number --------------------------------------------------------


@pytest.mark.parametrize("state", SYNCHRONIZED)
@pytest.mark.parametrize(("flags", "seq"), [(ACK, -100), (FIN | ACK, 70_000), (SYN, 70_000)])
def test_unacceptable_is_answered_by_an_ack_and_dropped(state: State, flags: int, seq: int) -> None:
    """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>."""
    solo = Solo().in_state(state)
    nxt, rcv = solo.conn.ours(solo.conn.snd.snd_nxt), solo.conn.theirs(solo.conn.rcv.rcv_nxt)
    (answer,) = solo.arrive(flags, seq, nxt)
    assert solo.show(answer) == [f"ACK {nxt}+0 {rcv}"]
    assert solo.conn.state is state


@pytest.mark.parametrize("state", SYNCHRONIZED)
def test_but_a_reset_out_of_the_window_is_dropped_silently(state: State) -> None:
    """RFC 5961 §3.2 (1)."""
    solo = Solo().in_state(state)
    assert solo.arrive(RST, -100, 0) == []
    assert solo.arrive(RST, 70_000, 0) == []
    assert solo.conn.state is state


def test_only_the_text_inside_the_window_is_taken() -> None:
    """ "trim off any portions that lie outside the window"."""
    solo = Solo(PLAIN.but(receive_buffer=10)).established()
    solo.arrive(ACK, -4, 1, b"0123456789")
    assert solo.conn.peek(99) == b"56789"
    solo.arrive(ACK, 6, 1, b"abcdefghij")
    assert solo.conn.recv(99, solo.now) == b"56789abcde"


def test_urg_and_rst_count_when_the_window_is_closed() -> None:
    """MUST-66: at SEG.SEQ = RCV.NXT with RCV.WND = 0."""
    solo = Solo(PLAIN.but(receive_buffer=10)).established()
    solo.arrive(ACK, 1, 1, bytes(10))
    assert solo.conn.rcv.rcv_wnd == 0
    (answer,) = solo.arrive(ACK | URG, 11, 1, b"!", urgent=1)
    assert solo.show(answer) == ["ACK 1+0 11"]
    assert solo.conn.urgent_left == 11
    assert solo.conn.unread == 10
    assert solo.arrive(RST, 11, 0) == []
    assert solo.state == "CLOSED"


def test_an_ack_counts_when_the_window_is_closed() -> None:
    """§3.4: with RCV.WND zero, ACKs in order are taken; so both ends can send at once."""
    solo = Solo(PLAIN.but(receive_buffer=10)).established()
    solo.arrive(ACK, 1, 1, bytes(10))
    assert solo.show(*solo.send(b"hello")) == ["PSH,ACK 1+5 11"]
    solo.arrive(ACK, 11, 6, b"more")
    assert solo.conn.snd.snd_una - solo.conn.snd.iss == 6


# --- PAWS (RFC 7323 §5) ------------------------------------------------------------


def test_paws_drops_an_older_timestamp_and_acknowledges() -> None:
    solo = with_stamps(1000)
    (answer,) = solo.arrive(ACK, 1, 1, b"old", options=stamped(999))
    assert solo.show(answer) == ["ACK 1+0 1"]
    assert rule_of(answer) == "paws.dropped"
    assert solo.conn.unread == 0
    solo.arrive(ACK, 1, 1, b"new", options=stamped(1000))
    assert solo.conn.recv(9, solo.now) == b"new"


@pytest.mark.parametrize("ignored", [False, True])
def test_an_old_ack_with_an_old_timestamp_may_be_ignored(ignored: bool) -> None:
    """Linux tcp_disordered_ack_check(): without text, from below RCV.NXT; no other."""
    solo = Solo(STAMPS.but(paws_ignores_old_acks=ignored))
    solo.established(Options(mss=1460, ts_val=1000, ts_ecr=0))
    solo.arrive(ACK, 1, 1, b"text", options=stamped(1001))
    assert len(solo.arrive(ACK, 1, 1, options=stamped(9))) == (0 if ignored else 1)
    assert len(solo.arrive(ACK, 5, 1, options=stamped(9))) == 1
    assert len(solo.arrive(ACK, 1, 1, b"text", options=stamped(9))) == 1
    assert solo.conn.rcv.ts_recent == 1001


@pytest.mark.parametrize(
    ("seq", "window", "scale", "kept"),
    [(5, 65535, 0, True), (4, 65535, 0, False), (5, 60000, 0, False), (5, 65535, 3, False)],
)
def test_a_predicted_ack_moves_ts_recent_however_old(
    seq: int, window: int, scale: int, kept: bool
) -> None:
    """Linux tcp_rcv_established(): the next segment with the window that is known; with a
    window scale not before text has come or another window."""
    switches = STAMPS.but(
        predicted_acks_stamp=True, old_acks_keep_timestamp=True, window_scale=scale or -1
    )
    solo = Solo(switches)
    options = Options(mss=1460, ts_val=1000, ts_ecr=0, window_scale=scale or -1)
    solo.established(options)
    if scale:
        seq = 1
    else:
        solo.arrive(ACK, 1, 1, b"text", options=stamped(1001))
    before = solo.conn.rcv.ts_recent
    solo.arrive(ACK, seq, 0, window=window, options=stamped(2000))
    assert solo.conn.rcv.ts_recent == (2000 if kept else before)


def test_paws_compares_in_modular_order() -> None:
    """§5.3: across 2**32."""
    solo = with_stamps(0xFFFFFFFF)
    solo.arrive(ACK, 1, 1, b"one", options=stamped(5))
    assert solo.conn.recv(9, solo.now) == b"one"
    solo.arrive(ACK, 4, 1, b"two", options=stamped(0xFFFFFFFF))
    assert solo.conn.unread == 0


def test_paws_never_drops_a_reset() -> None:
    solo = with_stamps(1000)
    solo.arrive(RST, 1, 0, options=stamped(1))
    assert solo.state == "CLOSED"


@pytest.mark.parametrize(("silence", "taken"), [(24 * DAY, False), (24 * DAY + 1, True)])
def test_paws_after_24_days_of_silence(silence: int, taken: bool) -> None:
    """§5.5: the sign of the timestamp clock may have changed, so TS.Recent is invalid."""
    solo = with_stamps(1000)
    solo.wait(silence)
    solo.arrive(ACK, 1, 1, b"text", options=stamped(999))
    assert solo.conn.unread == (4 if taken else 0)


def test_a_segment_without_the_option_is_dropped_once_it_was_agreed() -> None:
    """RFC 7323 §3.2: SHOULD drop; a RST is taken all the same."""
    solo = with_stamps()
    solo.arrive(ACK, 1, 1, b"text")
    assert solo.conn.unread == 0
    solo.arrive(RST, 1, 0)
    assert solo.state == "CLOSED"


def test_ts_recent_is_that_of_the_segment_at_the_left_edge() -> None:
    """RFC 7323 §4.3 (2): SEG.SEQ <= Last.ACK.sent, so that delayed ACKs and holes
    do not spoil the measurement."""
    solo = with_stamps(1000)
    solo.arrive(ACK, 101, 1, b"gap", options=stamped(2000))
    assert solo.conn.rcv.ts_recent == 1000
    (answer,) = solo.arrive(ACK, 1, 1, bytes(100), options=stamped(1500))
    assert answer.options.ts_ecr == 1500


@pytest.mark.parametrize(("keeps", "recent"), [(False, 2000), (True, 1000)])
def test_an_overtaken_segment_still_has_a_timestamp(keeps: bool, recent: int) -> None:
    """RFC 7323 §4.3 (2) asks for SEG.SEQ alone; Linux for an ACK that is not old, too."""
    settings = STAMPS.but(old_acks_keep_timestamp=keeps)
    solo = Solo(settings).established(Options(mss=1460, ts_val=1000, ts_ecr=0))
    solo.send(b"12345")
    solo.arrive(ACK, 101, 6, b"second", options=stamped(2001))
    assert solo.conn.snd.snd_una == solo.conn.snd.iss + 6
    (answer,) = solo.arrive(ACK, 1, 1, b"first", options=stamped(2000))
    assert answer.options.ts_ecr == recent


def test_an_acceptable_ts_recent_is_echoed_in_every_segment() -> None:
    solo = with_stamps(1000)
    (segment,) = solo.send(b"x")
    assert segment.options.ts_ecr == 1000
    assert segment.options.ts_val == solo.conn.ts_now()


# --- second: RST (RFC 5961 §3) -----------------------------------------------------


@pytest.mark.parametrize(
    ("state", "errno"),
    [
        (State.ESTABLISHED, ECONNRESET),
        (State.FIN_WAIT_1, ECONNRESET),
        (State.FIN_WAIT_2, ECONNRESET),
        (State.CLOSE_WAIT, EPIPE),
    ],
)
def test_an_exact_reset_ends_the_connection_and_is_told(state: State, errno: int) -> None:
    """MUST-12: an abort is not a normal end; no segment answers it."""
    solo = Solo().in_state(state)
    seq = solo.conn.theirs(solo.conn.rcv.rcv_nxt)
    assert solo.arrive(RST, seq, 0) == []
    assert solo.state == "CLOSED"
    assert solo.conn.was_reset
    assert solo.conn.error == errno


@pytest.mark.parametrize("state", [State.CLOSING, State.LAST_ACK])
@pytest.mark.parametrize(("detached", "errno"), [(True, 0), (False, ECONNRESET)])
def test_a_reset_after_both_fins_just_ends_it(state: State, detached: bool, errno: int) -> None:
    """An application that is still there hears of it."""
    solo = Solo().in_state(state)
    solo.conn.detached = detached
    solo.arrive(RST, 2, 0)
    assert (solo.state, solo.conn.error) == ("CLOSED", errno)
    assert solo.conn.was_reset


@pytest.mark.parametrize("seq", [2, 65_535])
def test_a_reset_inside_the_window_is_challenged(seq: int) -> None:
    """§3.2 (3): an ACK, by which the true peer would send an exact RST."""
    solo = Solo().established()
    (answer,) = solo.arrive(RST, seq, 0)
    assert rule_of(answer) == "rst.challenge-ack"
    assert solo.show(answer) == ["ACK 1+0 1"]
    assert solo.state == "ESTABLISHED"


def test_a_reset_may_carry_text() -> None:
    """SHLD-2: it is a reset all the same."""
    solo = Solo().established()
    solo.arrive(RST, 1, 0, b"go away")
    assert solo.state == "CLOSED"
    assert solo.conn.unread == 0


def test_before_rfc_5961_any_reset_in_the_window_killed() -> None:
    solo = Solo(PLAIN.but(rfc5961=False)).established()
    solo.arrive(RST, 65_000, 0)
    assert solo.state == "CLOSED"


# --- fourth: SYN (RFC 5961 §4) -----------------------------------------------------


@pytest.mark.parametrize("state", SYNCHRONIZED)
@pytest.mark.parametrize("seq", [5, 0, -9])
def test_a_syn_is_challenged_whatever_its_number(state: State, seq: int) -> None:
    solo = Solo().in_state(state)
    (answer,) = solo.arrive(SYN, seq, 0)
    assert answer.flags == ACK
    assert solo.conn.state is state


def test_before_rfc_5961_a_syn_in_the_window_reset() -> None:
    """RFC 793 §3.9."""
    solo = Solo(PLAIN.but(rfc5961=False)).established()
    (reset,) = solo.arrive(SYN, 5, 0)
    assert reset.flags & RST
    assert solo.state == "CLOSED"
    assert solo.conn.error == ECONNRESET


# --- RFC 5961 §7: the limit --------------------------------------------------------


def test_at_most_ten_challenge_acks_in_five_seconds() -> None:
    solo = Solo().established()
    answers = [len(solo.arrive(RST, 2, 0)) for _ in range(15)]
    assert answers == [1] * 10 + [0] * 5
    solo.wait(5 * SECOND - MS)
    assert solo.arrive(RST, 2, 0) == []
    solo.wait(MS)
    assert len(solo.arrive(RST, 2, 0)) == 1


@pytest.mark.parametrize(("below", "state"), [(True, "CLOSED"), (False, "CLOSE-WAIT")])
def test_linux_takes_a_reset_numbered_like_the_fin(below: bool, state: str) -> None:
    """tcp_reset_check(): SEG.SEQ = RCV.NXT-1, after the peer's FIN only."""
    solo = Solo(PLAIN.but(rst_below_fin=below)).in_state(State.CLOSE_WAIT)
    assert solo.arrive(RST, 1, 0) == []
    assert solo.state == state
    fresh = Solo(PLAIN.but(rst_below_fin=below)).established()
    assert fresh.arrive(RST, 0, 0) == []
    assert fresh.state == "ESTABLISHED"


def test_the_limit_is_the_connections_own() -> None:
    """CVE-2016-5696: a limit that all connections share tells one about another."""
    one, other = Solo().established(), Solo().established()
    for _ in range(20):
        one.arrive(RST, 2, 0)
    assert len(other.arrive(RST, 2, 0)) == 1


# --- SYN-RECEIVED ------------------------------------------------------------------


def test_the_same_syn_again_is_answered_again() -> None:
    solo = Solo().syn_received()
    assert solo.show(*solo.arrive(SYN, 0, 0)) == ["SYN,ACK 0+0 1"]


def test_another_syn_returns_to_listen() -> None:
    """Fourth: "If the connection was initiated with a passive OPEN, then return"."""
    solo = Solo().syn_received()
    assert solo.arrive(SYN, 5, 0) == []
    assert solo.state == "LISTEN"


@pytest.mark.parametrize(("flags", "reset"), [(SYN, (0, RST | ACK)), (SYN | ACK, (ISS + 1, RST))])
def test_linux_resets_another_syn_and_forgets_the_first(flags: int, reset: tuple[int, int]) -> None:
    """tcp_check_req(); RFC 793 §3.9."""
    solo = Solo(PLAIN.but(syn_received_new_syn="reset")).syn_received()
    (answer,) = solo.arrive(flags, 5, 1)
    assert (answer.seq, answer.flags) == reset
    assert solo.state == "LISTEN"


def test_a_repeated_syn_ack_after_a_lost_ack_is_acknowledged_again() -> None:
    """Appendix A.2 / §3.8.1: SEG.SEQ = IRS lies left of the window."""
    solo = Solo().established()
    assert solo.show(*solo.arrive(SYN | ACK, 0, 1)) == ["ACK 1+0 1"]


# --- FreeBSD's switches ---------------------------------------------------------------


def test_insecure_rst_takes_any_in_the_window() -> None:
    """Switch rst_in_window_kills."""
    solo = Solo(PLAIN.but(rst_in_window_kills=True)).established()
    assert solo.arrive(RST, 100, 0) == []
    assert (solo.state, solo.conn.error) == ("CLOSED", ECONNRESET)


def test_insecure_syn_resets_in_the_window_and_challenges_outside() -> None:
    """Switch syn_in_window_resets."""
    solo = Solo(PLAIN.but(syn_in_window_resets=True)).established()
    (answer,) = solo.arrive(SYN, 70_000, 0)
    assert (answer.flags, solo.state) == (ACK, "ESTABLISHED")
    (answer,) = solo.arrive(SYN, 100, 0)
    assert solo.show(answer) == ["RST,ACK 1+0 1"]
    assert (solo.state, solo.conn.error) == ("CLOSED", ECONNRESET)


@pytest.mark.parametrize(("epipe", "error"), [(True, EPIPE), (False, ECONNRESET)])
def test_the_error_of_a_reset_in_close_wait(epipe: bool, error: int) -> None:
    solo = Solo(PLAIN.but(reset_in_close_wait_epipe=epipe)).in_state(State.CLOSE_WAIT)
    solo.arrive(RST, solo.conn.theirs(solo.conn.rcv.rcv_nxt), 0)
    assert solo.conn.error == error


@pytest.mark.parametrize(("switch", "state"), [(False, "CLOSING"), (True, "TIME-WAIT")])
def test_the_ack_of_a_segment_from_below_the_window(switch: bool, state: str) -> None:
    """Switch old_segments_acknowledge: the peer's FIN again, now with our FIN's ACK."""
    solo = Solo(PLAIN.but(old_segments_acknowledge=switch)).in_state(State.CLOSING)
    solo.arrive(FIN | ACK, solo.conn.theirs(solo.conn.rcv.rcv_nxt) - 1, 2)
    assert solo.state == state
