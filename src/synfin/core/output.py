"""What to send now (RFC 9293 §3.7, §3.8): SYN, text and FIN, ACKs, probes, in that order.

:func:`poll` is the only place where segments are made of the connection's state;
each carries the rule that made it when somebody watches.
"""

from synfin.core import rules
from synfin.core.checks import is_request
from synfin.core.receiver import NOW
from synfin.core.send_acks import send_ack, send_keepalive, send_probe
from synfin.core.send_space import after_ack
from synfin.core.send_syn import send_syn
from synfin.core.send_text import send_text
from synfin.core.states import State
from synfin.core.tcb import Tcb
from synfin.core.timers import USER_TIMEOUT
from synfin.wire.tcp import Segment


def poll(tcb: Tcb, budget: int) -> list[Segment]:
    """Up to about ``budget`` segments to send at ``tcb.now``; more may wait.

    Drivers hand over all that has arrived before they poll, so that one ACK serves
    for all of it (MUST-59).
    """
    out = tcb.outbox
    tcb.outbox = []
    state = tcb.state
    if state is State.CLOSED or state is State.LISTEN:
        return out
    if tcb.syn_due:
        send_syn(tcb, out)
    alone = tcb.rcv.copies > 0 or not tcb.settings.text_carries_duplicate_acks
    if tcb.rcv.owed == NOW and tcb.rcv.owed_rule is rules.ACK_OUT_OF_ORDER and alone:
        send_ack(tcb, out)  # the peer counts those without text only (RFC 5681 §2)
    if tcb.rcv.owed == NOW and state is State.CLOSING and not alone:
        send_ack(tcb, out)  # tcp_fin() sends it itself
    if state is not State.SYN_SENT and state is not State.TIME_WAIT:
        send_text(tcb, out, budget)
    if tcb.rcv.owed == NOW:
        send_ack(tcb, out)
    if tcb.probe_due is not None:
        send_probe(tcb, out)
    if tcb.keepalive_due:
        send_keepalive(tcb, out)
    if tcb.user_timeout and not tcb.timers.running(USER_TIMEOUT):
        request = tcb.settings.request_sockets and is_request(tcb)
        if tcb.snd.pending and not request:
            tcb.timers.start(USER_TIMEOUT, tcb.now + tcb.user_timeout)
    if tcb.room_due:
        after_ack(tcb)
    tcb.segments_out += len(out)
    return out
