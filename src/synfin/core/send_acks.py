"""ACKs, window probes and keep-alives (RFC 9293 §3.8.6.3, §3.8.6.1, §3.8.4)."""

from typing import Final

from synfin.core import rules
from synfin.core.events import NO_VALUES, Value, Values
from synfin.core.forming import form
from synfin.core.rules import Rule
from synfin.core.sequence import wrap
from synfin.core.states import State, Trigger
from synfin.core.tcb import Tcb
from synfin.core.timers import PERSIST
from synfin.wire.tcp import ACK, FIN, Segment

_FORMED_APART: Final = frozenset({rules.RST_CHALLENGE, rules.SYN_CHALLENGE})
"""FreeBSD forms these without the connection's usual flags (tcp_respond())."""


def send_ack(tcb: Tcb, out: list[Segment]) -> None:
    """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, and its copies for duplicates."""
    rcv = tcb.rcv
    rule = rcv.owed_rule if rcv.owed_rule is not None else rules.ACK_IMMEDIATE
    copies = rcv.copies
    values = NO_VALUES if tcb.observer is None else tcb.owed_values or _ack_values(tcb, rule)
    tcb.owed_values = None
    flags, seq = ACK, tcb.own_number()
    settings = tcb.settings
    repeats = settings.acks_repeat_fin and settings.old_segments_acknowledge
    if repeats and rule not in _FORMED_APART and _fin_is_out(tcb):
        flags, seq = ACK | FIN, seq - 1
    out.append(form(tcb, flags, seq, b"", rule, values))
    for _ in range(copies):
        out.append(form(tcb, flags, seq, b"", rule, values))


def _fin_is_out(tcb: Tcb) -> bool:
    """Our FIN has been sent, nothing after it, and it is not acknowledged."""
    snd = tcb.snd
    return snd.fin_queued and snd.snd_nxt == snd.buffer.end + 1 and not snd.fin_acked


def _ack_values(tcb: Tcb, rule: Rule) -> Values:
    rcv = tcb.rcv
    snd = tcb.snd
    known: dict[str, Value] = {
        "rcv_nxt": tcb.theirs(rcv.rcv_nxt),
        "rcv_wnd": rcv.rcv_wnd,
        "delay_ns": tcb.delayed_ack_ns,
        "unacked": rcv.unacked,
        "mss": rcv.segment_size,
        "snd_nxt": tcb.ours(snd.snd_nxt),
        "snd_una": tcb.ours(snd.snd_una),
        "max_window": snd.max_window,
        "ts_recent": rcv.ts_recent,
        "iss": wrap(snd.iss),
        "seg_ack": wrap(snd.snd_una),
        "room": rcv.buffer_size - rcv.unread,
    }
    return tuple([known.get(name) for name in rule.values])


def send_probe(tcb: Tcb, out: list[Segment]) -> None:
    """§3.8.6.1: one octet beyond the window, or (Linux) an empty old segment."""
    rule = tcb.probe_due
    tcb.probe_due = None
    snd = tcb.snd
    if rule is None or not snd.board.empty():
        return  # it was answered, or text went out, before its turn came
    numbers = (snd.probes, tcb.timers.due_at(PERSIST) - tcb.now)
    if rule is rules.PERSIST_PROBE_EMPTY:
        seq = snd.snd_una - 1
        out.append(form(tcb, ACK, seq, b"", rule, (tcb.ours(seq), *numbers)))
        return
    seq = snd.snd_nxt
    text = snd.buffer.peek(seq, 1) if snd.buffer.end > seq else b""
    flags = ACK if text else ACK | FIN
    out.append(form(tcb, flags, seq, text, rule, (tcb.ours(seq), *numbers)))
    # SND.NXT stays: our own ACKs must keep a number the peer will take, and the
    # octet goes again with the rest. It may be acknowledged all the same.
    snd.snd_max = max(snd.snd_max, seq + 1)
    if flags & FIN and tcb.state is State.CLOSE_WAIT:
        tcb.enter(Trigger.SENT_FIN, rules.SEND_FIN, (tcb.ours(seq), 0))


def send_keepalive(tcb: Tcb, out: list[Segment]) -> None:
    """§3.8.4: SEG.SEQ = SND.NXT-1 and no text (SHLD-12)."""
    tcb.keepalive_due = False
    idle = tcb.now - tcb.last_heard
    seq = tcb.snd.snd_nxt - 1
    out.append(form(tcb, ACK, seq, b"", rules.KEEPALIVE_PROBE, (idle, tcb.keepalive_sent)))
