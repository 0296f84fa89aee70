"""ECN at work (RFC 3168 §6.1.2 to §6.1.6; SHLD-8)."""

from synfin.core.settings import LINUX, SECOND, Settings
from synfin.wire.tcp import ACK, CE, CWR, ECE, ECT_0, FIN, NOT_ECT, RST, SYN, Options, Segment
from tests.core.pair import MS, PLAIN, Duo, Solo

MSS = 1000


def agreed(settings: Settings = PLAIN, window: int = 65535) -> Solo:
    """ESTABLISHED; both ends use ECN."""
    solo = Solo(settings.but(ecn="ask", nagle=False))
    solo.conn.open_active(solo.now)
    solo.poll()
    solo.arrive(SYN | ACK | ECE, 0, 1, window=window, options=Options(mss=MSS))
    assert solo.conn.ecn.may_mark
    return solo


def come(
    solo: Solo, ecn: int, seq: int, text: bytes = bytes(10), flags: int = ACK
) -> list[Segment]:
    """Text with that ECN field arrives; what is sent at once."""
    segment = solo.segment(flags, seq, 1, text)
    segment.ecn = ecn
    solo.conn.receive(segment, solo.now)
    return solo.poll()


def echoes(sent: list[Segment]) -> list[bool]:
    """Which of them say ECE."""
    return [bool(segment.flags & ECE) for segment in sent]


# --- what leaves marked ---------------------------------------------------------------
def test_new_text_is_marked_and_nothing_else() -> None:
    """§6.1.4 pure ACKs, §6.1.5 what is sent again, a FIN alone."""
    solo = agreed()
    (text,) = solo.send(bytes(100))
    assert text.ecn == ECT_0
    (again,) = [s for _, s in solo.wait(SECOND)][:1]
    assert (len(again.payload), again.ecn) == (100, NOT_ECT)
    solo.arrive(ACK, 1, 101)
    (ack,) = come(solo, NOT_ECT, 1)
    assert ack.ecn == NOT_ECT
    solo.conn.shutdown(solo.now)
    (fin,) = solo.poll()
    assert fin.flags & FIN
    assert fin.ecn == NOT_ECT


def test_a_fast_retransmission_is_not_marked() -> None:
    solo = agreed()
    solo.send(bytes(5 * MSS))
    sent = [s for _ in range(3) for s in solo.arrive(ACK, 1, 1)]
    lost = [s for s in sent if (s.seq - solo.iss) & 0xFFFFFFFF == 1]
    assert [s.ecn for s in lost] == [NOT_ECT]


def test_window_probes_are_not_marked() -> None:
    """§6.1.6; and the octet that a probe carried is no new text afterwards."""
    solo = agreed(window=0)
    assert solo.send(bytes(10)) == []
    (probe,) = [s for _, s in solo.wait(SECOND)]
    assert (len(probe.payload), probe.ecn) == (1, NOT_ECT)


def test_without_agreement_nothing_is_marked_or_echoed() -> None:
    solo = Solo().established()
    assert [s.ecn for s in solo.send(bytes(100))] == [NOT_ECT]
    assert echoes(come(solo, CE, 1)) == [False]


# --- the receiver: CE, ECE, CWR ----------------------------------------------------------
def test_ce_is_echoed_until_cwr_comes() -> None:
    """§6.1.3."""
    solo = agreed()
    assert echoes(come(solo, ECT_0, 1)) == [False]
    assert echoes(come(solo, CE, 11)) == [True]
    assert echoes(come(solo, ECT_0, 21)) == [True]
    assert echoes(solo.send(bytes(5))) == [True], "on text, too"
    assert echoes(come(solo, ECT_0, 31, flags=ACK | CWR)) == [False]
    assert solo.conn.ecn.marks == 1


def test_cwr_and_ce_on_one_segment_begin_a_new_echo() -> None:
    """§6.1.3: CWR answers the old CE, this is a new one."""
    solo = agreed()
    come(solo, CE, 1)
    assert echoes(come(solo, CE, 11, flags=ACK | CWR)) == [True]


def test_cwr_without_text_counts_too() -> None:
    """Linux since 5.8, for stacks that send it so."""
    solo = agreed()
    come(solo, CE, 1)
    solo.arrive(ACK | CWR, 11, 1)
    assert echoes(come(solo, ECT_0, 11)) == [False]


def test_text_out_of_order_is_looked_at_old_text_is_not() -> None:
    """§6.1.5: the ECN field outside the window means nothing."""
    solo = agreed()
    assert echoes(come(solo, CE, 101)) == [True]
    other = agreed()
    come(other, ECT_0, 1)
    assert echoes(come(other, CE, 1)) == [False]
    assert other.conn.ecn.marks == 0


def test_fin_and_probes_carry_the_echo() -> None:
    solo = agreed()
    come(solo, CE, 1)
    solo.conn.shutdown(solo.now)
    assert echoes(solo.poll()) == [True]


def test_linux_acknowledges_the_first_ce_and_cwr_at_once() -> None:
    """tcp_enter_quickack_mode() and tcp_ecn_accept_cwr(); the RFC lets ACKs wait."""
    linux = agreed(LINUX.but(timestamps=False, window_scale=-1, sack=False))
    ends = range(1, 1000, 10)
    seq = next(n for n in ends if come(linux, ECT_0, n) == []) + 10
    assert come(linux, ECT_0, seq) == [], "ACKs wait by now"
    assert echoes(come(linux, CE, seq + 10)) == [True]
    assert echoes(come(linux, CE, seq + 20)) == [True]
    assert come(linux, CE, seq + 30) == [], "two were quick"
    assert echoes(come(linux, ECT_0, seq + 40, flags=ACK | CWR)) == [False]
    assert echoes(come(linux, NOT_ECT, seq + 50)) == [False], "probably sent again"
    rfc = agreed(PLAIN.but(delayed_ack_ns=40 * MS))
    assert come(rfc, CE, 1) == []
    assert [(when, echoes([s])) for when, s in rfc.wait(SECOND)] == [(40 * MS, [True])]


def test_a_reset_with_ack_carries_the_echo() -> None:
    """As the kernel's does (tests/live/ecn.scn)."""
    solo = agreed()
    come(solo, CE, 1)
    solo.conn.abort(solo.now)
    assert [s.flags for s in solo.poll()] == [RST | ACK | ECE]


# --- the sender: ECE, a smaller window, CWR ------------------------------------------------
def test_ece_halves_the_window_once_and_cwr_tells_it() -> None:
    """§6.1.2."""
    solo = agreed()
    assert len(solo.send(bytes(20 * MSS))) == 10
    sent = solo.arrive(ACK | ECE, 1, MSS + 1)
    threshold = solo.conn.snd.cc.ssthresh
    assert threshold <= 6 * MSS
    for n in range(2, 11):
        sent += solo.arrive(ACK | ECE, 1, n * MSS + 1)
    assert solo.conn.snd.cc.ssthresh == threshold, "once in a window of data"
    assert solo.conn.snd.cc.cwnd <= threshold + MSS
    assert solo.conn.ecn.reductions == 1
    assert solo.conn.ecn.delivered_ce == 10 * MSS
    assert [bool(s.flags & CWR) for s in sent][:2] == [True, False]
    assert [s.ecn for s in sent] == [ECT_0] * len(sent), "and nothing goes again"


def test_a_window_of_data_later_ece_counts_again() -> None:
    solo = agreed()
    solo.send(bytes(10 * MSS))
    solo.arrive(ACK | ECE, 1, 10 * MSS + 1)
    solo.send(bytes(4 * MSS))
    solo.arrive(ACK | ECE, 1, 14 * MSS + 1)
    assert solo.conn.ecn.reductions == 2


def test_an_old_ack_says_nothing_about_congestion() -> None:
    solo = agreed()
    solo.send(bytes(4 * MSS))
    solo.arrive(ACK, 1, 2 * MSS + 1)
    solo.arrive(ACK | ECE, 1, MSS + 1)
    assert solo.conn.ecn.reductions == 0


def test_a_timeout_is_told_by_cwr_on_the_first_new_text() -> None:
    """§6.1.2: whatever made the window smaller."""
    solo = agreed()
    solo.send(bytes(MSS))
    again = [s for _, s in solo.wait(SECOND)]
    assert [s.flags & CWR for s in again] == [0] * len(again)
    solo.arrive(ACK, 1, MSS + 1)
    first, second = solo.send(bytes(2 * MSS))
    assert (bool(first.flags & CWR), bool(second.flags & CWR)) == (True, False)


def test_without_agreement_ece_means_nothing() -> None:
    solo = Solo().established()
    solo.send(bytes(1460))
    before = solo.conn.snd.cc.cwnd
    solo.arrive(ACK | ECE, 1, 1461)
    assert solo.conn.snd.cc.cwnd >= before


def test_the_whole_loop_between_two_ends() -> None:
    """ECT(0), CE on the way, ECE back, CWR, quiet again."""
    duo = Duo(PLAIN.but(ecn="ask")).established()
    duo.a.send(bytes(60_000), duo.now)
    duo.a.poll(duo.now, 0)
    marked = 0
    for segment in duo.a.poll(duo.now):
        if marked == 0:
            segment.ecn = CE
            marked = 1
        duo.b.receive(segment, duo.now)
        duo._pump()
    duo.run(3 * SECOND)
    assert (duo.b.ecn.marks, duo.a.ecn.reductions) == (1, 1)
    assert duo.b.unread == 60_000
    assert not duo.b.ecn.echo
    assert sum(bool(s.flags & CWR) for s in duo.of("A")) == 1
    assert any(s.flags & ECE for s in duo.of("B"))
    assert not duo.of("B")[-1].flags & ECE
