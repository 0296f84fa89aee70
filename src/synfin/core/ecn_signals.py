"""ECN at work on a connection: CE, ECE, CWR (RFC 3168 §6.1.2, §6.1.3, §6.1.5)."""

from synfin.core import rules
from synfin.core.delayed_acks import enter_quick_mode
from synfin.core.tcb import Tcb
from synfin.wire.tcp import CE, CWR, ECE, ECT_0, NOT_ECT, SYN, Segment


def mark_outgoing(tcb: Tcb, segment: Segment, seq: int, probe: bool) -> None:
    """ECE while the peer has not answered it; ECT(0) on new text and nothing else.

    Not on what is sent again (§6.1.5), on segments without text (§6.1.4), on window
    probes (§6.1.6). CWR goes with the first new text after the window became smaller
    for any reason (§6.1.2).
    """
    ecn = tcb.ecn
    if ecn.echo:
        segment.flags |= ECE
    snd = tcb.snd
    if not ecn.may_mark or not segment.payload or seq < snd.snd_max or probe:
        return
    segment.ecn = ECT_0
    if snd.cwr_due:
        snd.cwr_due = False
        segment.flags |= CWR


def text_arrived(tcb: Tcb, segment: Segment) -> None:
    """The ECN field of text inside the window (§6.1.3; of other text it means nothing,
    §6.1.5)."""
    ecn = tcb.ecn
    if segment.ecn == NOT_ECT:
        if ecn.seen:
            _acknowledge_soon(tcb)
        return
    ecn.seen = True
    if segment.ecn != CE:
        return
    ecn.marks += 1
    tcb.settled(rules.ECN_CE, segment, (tcb.theirs(tcb.rcv.rcv_nxt), ecn.marks))
    if not ecn.echo:
        ecn.echo = True
        _acknowledge_soon(tcb)


def _acknowledge_soon(tcb: Tcb) -> None:
    """Linux tcp_enter_quickack_mode(): no delay while the sender may wait with a small
    window; the delay of RFC 9293 stays otherwise."""
    if tcb.settings.ecn_quick_acks:
        enter_quick_mode(tcb, tcb.settings.ecn_quick_acks)


def flags_arrived(tcb: Tcb, segment: Segment, ack: int) -> None:
    """ECE and CWR on a segment whose ACK, ``ack``, has been taken.

    CWR ends the echo, on a segment without text, too: some stacks send it there. One
    segment may say CWR and be marked CE: then the echo begins anew.
    """
    if ack < tcb.snd.snd_una:
        return  # an old segment: its news was taken long ago
    ecn = tcb.ecn
    if segment.flags & CWR and ecn.echo:
        ecn.echo = False
        tcb.settled(rules.ECN_CWR, segment, (tcb.theirs(tcb.rcv.rcv_nxt),))
        if segment.payload and tcb.settings.ecn_cwr_at_once:
            tcb.owe_now(rules.ACK_CWR, (tcb.theirs(tcb.rcv.rcv_nxt),))
    if segment.flags & ECE and not segment.flags & SYN:
        tcb.snd.news.congestion_echo = True
        ecn.delivered_before = tcb.snd.delivered


def echo_answered(tcb: Tcb, segment: Segment, window: int, reductions: int) -> None:
    """What the echo on ``segment`` did: as to a lost segment, but nothing goes again, and
    once in a window of data (§6.1.2). ``window`` and ``reductions`` are from before."""
    snd = tcb.snd
    tcb.ecn.delivered_ce += snd.delivered - tcb.ecn.delivered_before
    if snd.echo_reductions > reductions:
        tcb.ecn.reductions += 1
        values = (window, snd.cc.cwnd, snd.cc.ssthresh, tcb.ours(snd.snd_max))
        tcb.settled(rules.ECN_REDUCED, segment, values)
    else:
        tcb.settled(rules.ECN_ECHO_AGAIN, segment, (snd.cc.cwnd,))
