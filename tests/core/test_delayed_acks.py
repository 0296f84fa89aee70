"""Delayed ACKs: how Linux chooses between at once and later, and D-SACK."""

import pytest

from synfin.core import delayed_acks
from synfin.core.settings import LINUX, SECOND, Settings
from synfin.core.states import State
from synfin.wire.tcp import ACK, FIN, PSH, Options
from tests.core.pair import MS, PLAIN, Solo, rule_of

ADAPTIVE = PLAIN.but(adaptive_acks=True, quick_acks=16, delayed_ack_ns=40 * MS, min_rto_ns=200 * MS)
WITH_SACK = PLAIN.but(sack=True)


def sizes(solo: Solo, *segments: tuple[int, int], gap: int = 10 * MS) -> list[int]:
    """How many segments answer each (seq, length), ``gap`` ns apart, within that gap."""
    answers = []
    for seq, length in segments:
        sent = solo.arrive(ACK, seq, 1, bytes(length))
        answers.append(len(sent) + len(solo.wait(gap)))
    return answers


def test_a_burst_is_acknowledged_at_once_sixteen_times() -> None:
    solo = Solo(ADAPTIVE).established()
    segments = [(1 + 100 * n, 100) for n in range(20)]
    answers = [len(solo.arrive(ACK, seq, 1, bytes(size))) for seq, size in segments]
    assert answers == [1] * 16 + [0] * 4
    assert solo.conn.acking.quick == 0


def test_a_small_window_earns_fewer_quick_acks() -> None:
    """As many as the window holds pairs of segments."""
    solo = Solo(ADAPTIVE.but(receive_buffer=6000)).established()
    solo.arrive(ACK, 1, 1, bytes(1000))
    assert solo.conn.acking.quick == 2 - 1


def test_an_answer_makes_it_a_conversation() -> None:
    solo = Solo(ADAPTIVE).established()
    assert rule_of(solo.arrive(ACK | PSH, 1, 1, b"question")[0]) == "send.ack-quick"
    solo.send(b"answer")
    assert solo.conn.acking.pingpong
    assert solo.arrive(ACK | PSH, 9, 7, b"question") == []
    (when, segment), *rest = solo.wait(SECOND)
    assert (when, rule_of(segment), rest) == (40 * MS, "send.ack-delayed", [])
    assert not solo.conn.acking.pingpong, "no answer came in time"


def test_text_that_is_no_answer_starts_no_conversation() -> None:
    solo = Solo(ADAPTIVE).established()
    solo.arrive(ACK | PSH, 1, 1, b"question")
    solo.wait(41 * MS)
    solo.send(b"something else")
    assert not solo.conn.acking.pingpong


def test_the_wait_follows_the_gaps_between_segments() -> None:
    """From 40 ms on, up to 200 ms, bounded by SRTT where one is known."""
    solo = Solo(ADAPTIVE).established()
    conn = solo.conn
    conn.snd.rtt.rto = SECOND
    conn.snd.rtt.srtt = SECOND
    conn.acking.ato = 300 * MS
    conn.acking.heard_at = solo.now
    conn.acking.pingpong = True
    solo.now += 290 * MS
    assert solo.arrive(ACK, 1, 1, b"x") == []
    assert conn.acking.ato == 440 * MS
    assert [when for when, _ in solo.wait(SECOND)] == [delayed_acks.LONGEST]
    conn.snd.rtt.srtt = 90 * MS
    conn.acking.pingpong = True
    conn.acking.ato = 300 * MS
    conn.acking.heard_at = solo.now
    assert solo.arrive(ACK, 2, 1, b"x") == []
    assert [when for when, _ in solo.wait(SECOND)] == [90 * MS]


def test_a_long_silence_brings_quick_acks_back() -> None:
    solo = Solo(ADAPTIVE).established()
    solo.arrive(ACK, 1, 1, b"x")
    solo.conn.acking.quick = 0
    assert solo.arrive(ACK, 2, 1, b"x") == []
    solo.wait(2 * SECOND)
    assert len(solo.arrive(ACK, 3, 1, b"x")) == 1


def test_more_than_a_full_segment_is_acknowledged_if_reading_keeps_up() -> None:
    solo = Solo(ADAPTIVE).established()
    conn = solo.conn
    solo.arrive(ACK, 1, 1, bytes(1000))
    conn.acking.pingpong = True
    conn.recv(5000, solo.now)
    solo.poll()
    assert solo.arrive(ACK, 1001, 1, bytes(1000)) == []
    conn.recv(5000, solo.now)
    assert rule_of(solo.arrive(ACK, 2001, 1, bytes(1000))[0]) == "send.ack-second-segment"
    conn.recv(5000, solo.now)
    assert solo.arrive(ACK, 3001, 1, bytes(1000)) == []
    assert solo.arrive(ACK, 4001, 1, bytes(1000)) == [], "nobody has read: the window would shrink"
    conn.recv(5000, solo.now)
    assert rule_of(solo.poll()[0]) == "send.ack-after-read"


def test_reading_the_end_of_a_write_sends_the_ack_that_waits() -> None:
    """Unless an answer is to be expected."""
    solo = Solo(ADAPTIVE).established()
    solo.arrive(ACK, 1, 1, b"x")
    solo.conn.acking.quick = 0
    solo.conn.recv(10, solo.now)
    assert solo.arrive(ACK | PSH, 2, 1, b"end") == []
    solo.conn.recv(10, solo.now)
    assert rule_of(solo.poll()[0]) == "send.ack-after-read"
    solo.conn.acking.pingpong = True
    assert solo.arrive(ACK | PSH, 5, 1, b"end") == []
    solo.conn.recv(10, solo.now)
    assert solo.poll() == []


def test_the_full_size_shrinks_when_two_smaller_ones_come() -> None:
    solo = Solo(ADAPTIVE).established()
    solo.arrive(ACK, 1, 1, bytes(1460))
    solo.arrive(ACK, 1461, 1, bytes(1000))
    assert solo.conn.rcv.segment_size == 1460
    solo.arrive(ACK, 2461, 1, bytes(1000))
    assert solo.conn.rcv.segment_size == 1000


# --- FIN ---------------------------------------------------------------------------


def test_a_fin_after_text_waits_for_the_applications_own() -> None:
    solo = Solo(ADAPTIVE).established()
    solo.arrive(ACK | PSH, 1, 1, b"last words")
    assert solo.arrive(FIN | ACK, 11, 1) == []
    assert solo.conn.state is State.CLOSE_WAIT
    assert [(when, rule_of(s)) for when, s in solo.wait(SECOND)] == [(40 * MS, "send.ack-delayed")]


def test_a_fin_alone_is_acknowledged_at_once() -> None:
    solo = Solo(ADAPTIVE).established()
    assert rule_of(solo.arrive(FIN | ACK, 1, 1)[0]) == "send.ack-of-fin"


def test_a_fin_with_much_text_is_acknowledged_at_once() -> None:
    solo = Solo(ADAPTIVE).established()
    solo.arrive(ACK, 1, 1, bytes(1000))
    solo.conn.recv(5000, solo.now)
    segments = solo.arrive(FIN | ACK, 1001, 1, bytes(1460))
    assert len(segments) == 0, "one full segment and the FIN, and nobody has read"
    solo.conn.recv(5000, solo.now)
    assert [s.ack for s in solo.poll()] == []
    assert len(solo.wait(SECOND)) == 1


@pytest.mark.parametrize("state", [State.FIN_WAIT_1, State.FIN_WAIT_2])
def test_a_fin_that_ends_the_connection_is_acknowledged_at_once(state: State) -> None:
    solo = Solo(ADAPTIVE).in_state(state)
    acked = 2 if state is State.FIN_WAIT_2 else 1
    assert rule_of(solo.arrive(FIN | ACK, 1, acked)[0]) == "send.ack-of-fin"


# --- what came twice -----------------------------------------------------------------


@pytest.mark.parametrize("base", [ADAPTIVE, PLAIN])
def test_a_repetition_is_answered_at_once_and_ends_a_conversation(base: Settings) -> None:
    solo = Solo(base).established()
    solo.arrive(ACK, 1, 1, b"abc")
    solo.conn.acking.pingpong = base.adaptive_acks
    assert len(solo.arrive(ACK, 1, 1, b"abc")) == 1
    assert not solo.conn.acking.pingpong


def test_d_sack_reports_old_text_first() -> None:
    """RFC 2883 §4.1, §4.2."""
    solo = Solo(WITH_SACK).established(Options(mss=1460, sack_permitted=True))
    solo.arrive(ACK, 1, 1, bytes(100))
    assert blocks(solo, 1, 100) == [(1, 101)]
    assert blocks(solo, 301, 100) == [(301, 401)]
    assert blocks(solo, 351, 100) == [(351, 401), (301, 451)]
    assert blocks(solo, 51, 100) == [(51, 101), (301, 451)]
    assert blocks(solo, 451, 50) == [(301, 501)], "nothing came twice"


def test_d_sack_can_be_switched_off_and_needs_sack() -> None:
    quiet = Solo(WITH_SACK.but(dsack=False)).established(Options(mss=1460, sack_permitted=True))
    quiet.arrive(ACK, 1, 1, bytes(100))
    assert blocks(quiet, 1, 100) == []
    without = Solo(WITH_SACK).established()
    without.arrive(ACK, 1, 1, bytes(100))
    assert blocks(without, 1, 100) == []


def test_a_repeated_fin_is_reported_too() -> None:
    solo = Solo(WITH_SACK).established(Options(mss=1460, sack_permitted=True))
    solo.arrive(FIN | ACK, 1, 1)
    (segment,) = solo.arrive(FIN | ACK, 1, 1)
    assert relative(solo, segment.options.sack) == [(1, 2)]


def blocks(solo: Solo, seq: int, length: int) -> list[tuple[int, int]]:
    (segment,) = solo.arrive(ACK, seq, 1, bytes(length))
    return relative(solo, segment.options.sack)


def relative(solo: Solo, sack: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    return [((a - solo.irs) & 0xFFFFFFFF, (b - solo.irs) & 0xFFFFFFFF) for a, b in sack]


def test_linux_has_both() -> None:
    assert LINUX.adaptive_acks
    assert LINUX.dsack


# --- duplicate ACKs that wait ------------------------------------------------------------


COMPRESSING = ADAPTIVE.but(sack=True, sack_compression_ns=MS)


def with_a_gap(settings: Settings = COMPRESSING) -> Solo:
    """In a conversation; octet 1 is missing and three duplicate ACKs have left."""
    solo = Solo(settings).established(Options(mss=1460, sack_permitted=True))
    solo.conn.acking.pingpong = True
    solo.conn.snd.rtt.srtt = 100 * MS
    answers = [len(solo.arrive(ACK, 11 + 10 * n, 1, bytes(10))) for n in range(3)]
    assert answers == [1, 1, 1]
    return solo


def test_later_duplicates_go_as_one() -> None:
    solo = with_a_gap()
    assert [len(solo.arrive(ACK, 41 + 10 * n, 1, bytes(10))) for n in range(5)] == [0] * 5
    ((when, segment),) = solo.wait(SECOND)
    assert (when, rule_of(segment)) == (MS, "send.ack-compressed")
    assert relative(solo, segment.options.sack) == [(11, 91)]


def test_they_wait_no_longer_than_a_twentieth_of_the_round_trip() -> None:
    solo = with_a_gap()
    solo.conn.snd.rtt.srtt = 4 * MS
    assert solo.arrive(ACK, 41, 1, bytes(10)) == []
    assert [when for when, _ in solo.wait(SECOND)] == [MS // 5]


def test_no_more_than_44_wait() -> None:
    solo = with_a_gap()
    answers = [len(solo.arrive(ACK, 41 + 10 * n, 1, bytes(10))) for n in range(46)]
    assert answers == [0] * 44 + [1, 0]


def test_a_new_number_begins_anew_and_filling_the_gap_does_not_wait() -> None:
    solo = with_a_gap()
    assert solo.arrive(ACK, 51, 1, bytes(10)) == []
    assert rule_of(solo.arrive(ACK, 1, 1, bytes(10))[0]) == "send.ack-gap-filled"
    assert [len(solo.arrive(ACK, 71 + 10 * n, 1, bytes(10))) for n in range(4)] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "settings", [COMPRESSING.but(sack_compression_ns=0), COMPRESSING.but(adaptive_acks=False)]
)
def test_elsewhere_each_goes_by_itself(settings: Settings) -> None:
    solo = with_a_gap(settings)
    assert len(solo.arrive(ACK, 41, 1, bytes(10))) == 1


def test_a_first_guess_at_the_peers_segments() -> None:
    """tcp_initialize_rcv_mss()."""
    assert Solo(ADAPTIVE).established().conn.rcv.segment_size == 536
    assert Solo(ADAPTIVE).established(Options(mss=100)).conn.rcv.segment_size == 100
    small = Solo(ADAPTIVE.but(receive_buffer=400)).established()
    assert small.conn.rcv.segment_size == 200
