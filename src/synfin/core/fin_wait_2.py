"""FIN-WAIT-2 after close(): the switch ``fin_wait_2_record``.

Nobody can read any more, so Linux keeps no socket for the wait but a record like
TIME-WAIT's (net/ipv4/tcp_minisocks.c, tcp_timewait_state_process()): it repeats its ACK
for what lies outside the window, takes the FIN, and calls anything else an error.
"""

from synfin.core import rules
from synfin.core.checks import outdated
from synfin.core.closed import reset_for
from synfin.core.states import State, Trigger
from synfin.core.tcb import Tcb
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment


def is_record(tcb: Tcb) -> bool:
    """The application has closed, our FIN is acknowledged, the peer's is awaited. (If the
    ACK of our FIN was a FIN, an odd one, the socket stays.)"""
    if not tcb.detached or tcb.kept_whole:
        return False
    return tcb.state is State.FIN_WAIT_2 and tcb.settings.fin_wait_2_record


def record_settles(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """False for the FIN, which then goes the usual way."""
    rcv = tcb.rcv
    flags = segment.flags
    end = seq + segment.seg_len
    stale = tcb.ts_ok and outdated(tcb, segment)
    if stale or not rcv.acceptable(seq, segment.seg_len, True):
        numbers = (tcb.theirs(seq), segment.seg_len, tcb.theirs(rcv.rcv_nxt), rcv.rcv_wnd)
        tcb.settled(rules.SEQ_UNACCEPTABLE, segment, numbers)
        if tcb.may_answer(segment):
            tcb.owe_now(rules.SEQ_UNACCEPTABLE, numbers)
        return True
    if flags & RST:
        values = (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt), rcv.rcv_wnd)
        tcb.settled(rules.RST_EXACT, segment, values)
        tcb.was_reset = True
        tcb.give_up(Trigger.RCV_RST, 0, rules.RST_EXACT, values)
        return True
    late = end > rcv.rcv_nxt and bool(flags & ACK) and segment.seg_len > 0
    if flags & SYN and seq >= rcv.rcv_nxt:
        _end(tcb, segment, seq)
    elif not late:
        tcb.settled(rules.ACK_WINDOW, segment, (segment.window, tcb.theirs(seq), segment.ack))
    elif not flags & FIN or end != rcv.rcv_nxt + 1:
        _end(tcb, segment, seq)
    else:
        return False
    return True


def _end(tcb: Tcb, segment: Segment, seq: int) -> None:
    """A reset, and the record is gone (SHLD-3)."""
    values = (tcb.theirs(seq), len(segment.payload))
    tcb.reply(reset_for(segment), rules.TEXT_AFTER_CLOSE, segment)
    tcb.was_reset = True
    tcb.give_up(Trigger.ABORT, 0, rules.TEXT_AFTER_CLOSE, values)
