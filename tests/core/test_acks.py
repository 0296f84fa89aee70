"""§3.10.7.4, fifth: the ACK field, by state; SACK understood (RFC 2018)."""

import pytest

from synfin.core.settings import RFC
from synfin.core.states import State
from synfin.core.tcb import CONNECTED
from synfin.wire.tcp import ACK, FIN, PSH, SYN, Options
from tests.core.pair import PLAIN, Duo, Solo, rule_of

SACK = RFC.but(window_scale=-1, timestamps=False, delayed_ack_ns=0)
SACK_OK = Options(mss=1000, sack_permitted=True)


def with_text_out(segments: int = 10, settings: object = None) -> Solo:
    """``segments`` of 1000 octets have left."""
    solo = Solo(SACK).established(SACK_OK)
    out = solo.send(bytes(1000 * segments))
    assert len(out) == segments
    return solo


def sack(solo: Solo, *blocks: tuple[int, int]) -> Options:
    """Blocks in numbers relative to our ISN."""
    edges = [((a + solo.iss) & 0xFFFFFFFF, (b + solo.iss) & 0xFFFFFFFF) for a, b in blocks]
    return Options(sack=tuple(edges))


# --- ACK bit off, SYN-RECEIVED -----------------------------------------------------


@pytest.mark.parametrize("state", [State.ESTABLISHED, State.FIN_WAIT_2, State.CLOSE_WAIT])
def test_without_ack_a_segment_is_dropped(state: State) -> None:
    solo = Solo().in_state(state)
    seq = solo.conn.theirs(solo.conn.rcv.rcv_nxt)
    assert solo.arrive(PSH, seq, 0, b"text") == []
    assert solo.conn.unread == 0


@pytest.mark.parametrize("ack", [0, 2, -10])
def test_syn_received_a_wrong_ack_is_reset(ack: int) -> None:
    """<SEQ=SEG.ACK><CTL=RST>; the half-open connection stays."""
    solo = Solo().syn_received()
    (reset,) = solo.arrive(ACK, 1, ack)
    assert solo.show(reset) == [f"RST {ack}+0"]
    assert solo.state == "SYN-RECEIVED"


def test_syn_received_the_right_ack_establishes() -> None:
    """SND.WND, SND.WL1 and SND.WL2 come from that segment."""
    solo = Solo().syn_received()
    assert solo.arrive(ACK, 1, 1, window=777) == []
    conn = solo.conn
    assert conn.state is State.ESTABLISHED
    assert conn.signals & CONNECTED
    assert (conn.snd.snd_wnd, conn.ours(conn.snd.snd_wl2), conn.theirs(conn.snd.snd_wl1)) == (
        777,
        1,
        1,
    )


def test_the_third_segment_may_carry_text_and_fin() -> None:
    solo = Solo().syn_received()
    assert solo.show(*solo.arrive(ACK | FIN, 1, 1, b"hello")) == ["ACK 1+0 7"]
    assert solo.state == "CLOSE-WAIT"


# --- ESTABLISHED and later ---------------------------------------------------------


def test_an_ack_of_something_not_sent_is_answered() -> None:
    """SEG.ACK > SND.NXT: send an ACK, drop the segment."""
    solo = Solo().established()
    (answer,) = solo.arrive(ACK, 1, 2, b"text")
    assert rule_of(answer) == "ack.unsent"
    assert solo.conn.unread == 0


def test_an_old_ack_is_ignored_but_its_text_is_not() -> None:
    """SEG.ACK < SND.UNA: "it can be ignored"."""
    solo = Solo().established()
    solo.send(b"hello")
    solo.arrive(ACK, 1, 6)
    solo.arrive(ACK, 1, 1, b"text", window=5)
    assert solo.conn.unread == 4
    assert solo.conn.snd.snd_wnd == 65535


def test_an_ack_far_too_old_is_blind_injection() -> None:
    """MAY-12, RFC 5961 §5: SND.UNA - MAX.SND.WND =< SEG.ACK, else an ACK and drop."""
    solo = Solo().established(window=100)
    for _ in range(3):
        solo.send(bytes(100))
        solo.arrive(ACK, 1, solo.conn.ours(solo.conn.snd.snd_nxt), window=100)
    assert solo.conn.ours(solo.conn.snd.snd_una) == 301
    assert solo.show(*solo.arrive(ACK, 1, 201, b"fine")) == ["ACK 301+0 5"]
    (answer,) = solo.arrive(ACK, 5, 200, b"evil")
    assert rule_of(answer) == "ack.too-old"
    assert solo.conn.recv(99, solo.now) == b"fine"


def test_the_window_is_taken_from_newer_segments_only() -> None:
    solo = Solo().established()
    solo.send(b"hello")
    solo.arrive(ACK, 1, 6, b"ab", window=500)
    solo.arrive(ACK, 1, 6, window=9)
    assert solo.conn.snd.snd_wnd == 500
    solo.arrive(ACK, 3, 6, window=600)
    assert solo.conn.snd.snd_wnd == 600


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (State.FIN_WAIT_1, State.FIN_WAIT_2),
        (State.CLOSING, State.TIME_WAIT),
        (State.LAST_ACK, State.CLOSED),
    ],
)
def test_the_ack_of_our_fin(state: State, after: State) -> None:
    solo = Solo().in_state(state)
    seq = solo.conn.theirs(solo.conn.rcv.rcv_nxt)
    assert solo.arrive(ACK, seq, 1) == []
    assert solo.conn.state is state
    assert solo.arrive(ACK, seq, 2) == []
    assert solo.conn.state is after
    assert solo.conn.error == 0


def test_fin_wait_1_to_time_wait_at_one_blow() -> None:
    """Figure 5 note 2: FIN and the ACK of ours in one segment."""
    solo = Solo().in_state(State.FIN_WAIT_1)
    assert solo.show(*solo.arrive(FIN | ACK, 1, 2)) == ["ACK 2+0 2"]
    assert solo.watch.states()[-2:] == ["FIN-WAIT-2", "TIME-WAIT"]


def test_time_wait_answers_the_fin_again() -> None:
    solo = Solo().in_state(State.TIME_WAIT)
    assert solo.show(*solo.arrive(FIN | ACK, 1, 2)) == ["ACK 2+0 2"]


# --- merging (MUST-58, MUST-59) ----------------------------------------------------


def test_everything_queued_is_processed_before_one_ack_leaves() -> None:
    """MUST-58, MUST-59: five segments in one batch, one ACK for all."""
    solo = Solo().established()
    for n in range(5):
        solo.conn.receive(solo.segment(ACK, 1 + 100 * n, 1, bytes(100)), solo.now)
    assert solo.show(*solo.poll()) == ["ACK 1+0 501"]


def test_but_each_segment_out_of_order_earns_its_own_duplicate() -> None:
    """RFC 5681 §3.2: the peer counts three of them."""
    solo = Solo().established()
    for n in range(1, 4):
        solo.conn.receive(solo.segment(ACK, 1 + 100 * n, 1, bytes(100)), solo.now)
    assert solo.show(*solo.poll()) == ["ACK 1+0 1"] * 3


def test_an_ack_rides_on_text() -> None:
    solo = Solo().established()
    solo.conn.receive(solo.segment(ACK, 1, 1, b"question"), solo.now)
    solo.conn.send(b"answer", solo.now)
    assert solo.show(*solo.poll()) == ["PSH,ACK 1+6 9"]


# --- SACK understood ---------------------------------------------------------------


def test_sacked_octets_leave_the_flight() -> None:
    solo = with_text_out()
    solo.arrive(ACK, 1, 1, options=sack(solo, (3001, 5001)))
    snd = solo.conn.snd
    assert snd.board.sacked_octets == 2000
    assert snd.in_flight == 8000


def test_only_holes_are_sent_again() -> None:
    """RFC 2018 §5: what has been SACKed need not be retransmitted."""
    solo = with_text_out(5)
    solo.arrive(ACK, 1, 1, options=sack(solo, (1001, 2001)))
    solo.arrive(ACK, 1, 1, options=sack(solo, (1001, 3001)))
    assert solo.show(*solo.arrive(ACK, 1, 1, options=sack(solo, (1001, 5001)))) == ["ACK 1+1000 1"]
    assert solo.arrive(ACK, 1, 5001) == []


def test_blocks_that_make_no_sense_are_ignored() -> None:
    """Left of SND.UNA, right at it, beyond SND.NXT, or turned around."""
    solo = with_text_out(3)
    solo.arrive(ACK, 1, 1001)
    for block in ((1, 500), (1001, 2001), (2001, 9001), (2001, 1501), (3001, 3001)):
        solo.arrive(ACK, 1, 1001, options=sack(solo, block))
    assert solo.conn.snd.board.sacked_octets == 0


def test_sack_is_not_believed_unless_agreed() -> None:
    solo = Solo(SACK).established(Options(mss=1000))
    solo.send(bytes(3000))
    solo.arrive(ACK, 1, 1, options=sack(solo, (1001, 2001)))
    assert solo.conn.snd.board.sacked_octets == 0


@pytest.mark.parametrize("sacks", [False, True])
def test_a_hole_is_repaired_without_waiting_for_the_timer(sacks: bool) -> None:
    """Two real ends; the second of ten segments is lost."""
    duo = Duo(PLAIN.but(sack=sacks)).established()
    duo.lose = {("A", 4)}  # SYN, ACK, first, second
    duo.a.send(bytes(14_600), duo.now)
    duo.run(3 * 2 * duo.delay)
    assert duo.b.unread == 14_600
    assert [rule_of(s) for s in duo.of("A")].count("retransmit.fast") == 1
    # With SACK the last segment is the rescue retransmission of RFC 6675 §4 rule 4.
    assert len(duo.of("A")) == 11 + sacks


def test_the_peer_of_a_hole_says_what_it_holds() -> None:
    """RFC 2018 §3, §4."""
    solo = Solo(SACK).established(SACK_OK)
    (answer,) = solo.arrive(ACK, 1001, 1, bytes(1000))
    blocks = [((a - solo.irs) & 0xFFFFFFFF, (b - solo.irs) & 0xFFFFFFFF)
              for a, b in answer.options.sack]  # fmt: skip
    assert blocks == [(1001, 2001)]
    (answer,) = solo.arrive(ACK, 1, 1, bytes(1000))
    assert answer.options.sack == ()
    assert solo.show(answer) == ["ACK 1+0 2001"]


@pytest.mark.parametrize(("stamps", "most"), [(False, 4), (True, 3)])
def test_as_many_blocks_as_fit_the_newest_first(stamps: bool, most: int) -> None:
    """RFC 2018 §3, §4: 40 octets of options hold four, three beside timestamps."""
    solo = Solo(SACK.but(timestamps=stamps))
    value = 1000 if stamps else -1
    solo.established(Options(mss=1000, sack_permitted=True, ts_val=value))
    for n in range(1, 6):
        (answer,) = solo.arrive(ACK, 200 * n + 1, 1, bytes(100), options=Options(ts_val=value))
    lefts = [(left - solo.irs) & 0xFFFFFFFF for left, _ in answer.options.sack]
    assert lefts == [1001, 801, 601, 401][:most]


def test_a_syn_is_never_sacked_into_the_wrong_number() -> None:
    solo = Solo(SACK).syn_sent()
    solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1000, sack=((1, 2),)))
    assert solo.state == "ESTABLISHED"
