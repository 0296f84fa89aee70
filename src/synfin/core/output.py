"""What to send now: forming segments (RFC 9293 §3.7, §3.8; RFC 5681; RFC 7323).

:func:`poll` is the only place where segments are made of the connection's
state; each carries the rule that made it when somebody watches.
"""

from synfin.core import rules
from synfin.core.events import Event, Value
from synfin.core.receiver import NOW
from synfin.core.rules import Rule
from synfin.core.scoreboard import Sent
from synfin.core.sendbuffer import Chunk
from synfin.core.sequence import wrap
from synfin.core.states import State, Trigger
from synfin.core.tcb import Tcb
from synfin.core.timers import DELAYED_ACK, PERSIST, RETRANSMIT, SWS_OVERRIDE, USER_TIMEOUT
from synfin.wire.tcp import ACK, FIN, NO_OPTIONS, PSH, SYN, URG, Options, Segment


def poll(tcb: Tcb, budget: int) -> list[Segment]:
    """Up to about ``budget`` segments to send at ``tcb.now``; more may wait."""
    out = tcb.outbox
    tcb.outbox = []
    state = tcb.state
    if state is State.CLOSED or state is State.LISTEN:
        return out
    if tcb.syn_due:
        _send_syn(tcb, out)
    if state is not State.SYN_SENT and state is not State.TIME_WAIT:
        _send_text(tcb, out, budget)
    if tcb.rcv.owed == NOW:
        _send_ack(tcb, out)
    if tcb.probe_due is not None:
        _send_probe(tcb, out)
    if tcb.keepalive_due:
        _send_keepalive(tcb, out)
    if tcb.user_timeout and not tcb.timers.running(USER_TIMEOUT):
        if not tcb.snd.board.empty() or tcb.snd.unsent:
            tcb.timers.start(USER_TIMEOUT, tcb.now + tcb.user_timeout)
    tcb.segments_out += len(out)
    return out


# -- forming a segment ---------------------------------------------------------------
def sack_length(tcb: Tcb) -> int:
    """Octets the SACK option takes on the next segment (RFC 2018 §3)."""
    blocks = len(tcb.rcv.held.recent)
    if not tcb.sack_ok or blocks == 0:
        return 0
    return 4 + 8 * min(blocks, 3 if tcb.ts_ok else 4)


def options_now(tcb: Tcb) -> Options:
    """Options of a segment without SYN: timestamps and SACK, as negotiated."""
    if not tcb.ts_ok and (not tcb.sack_ok or not tcb.rcv.held.recent):
        return NO_OPTIONS
    options = Options()
    if tcb.ts_ok:
        options.ts_val = tcb.ts_now()
        options.ts_ecr = max(tcb.rcv.ts_recent, 0)
    if tcb.sack_ok and tcb.rcv.held.recent:
        room = 3 if tcb.ts_ok else 4
        options.sack = tuple(
            [(wrap(left), wrap(right)) for left, right in tcb.rcv.held.recent[:room]]
        )
    return options


def form(
    tcb: Tcb,
    flags: int,
    seq: int,
    payload: Chunk,
    rule: Rule,
    a: Value = None,
    b: Value = None,
    c: Value = None,
    d: Value = None,
    e: Value = None,
) -> Segment:
    """<SEQ=seq><ACK=RCV.NXT> with window and options; the ACK owed rides along."""
    rcv = tcb.rcv
    segment = Segment(
        tcb.local_port,
        tcb.remote_port,
        wrap(seq),
        wrap(rcv.rcv_nxt),
        flags,
        rcv.window_field(tcb.effective_mss, False),
        options_now(tcb),
        payload,
    )
    rcv.acknowledged()
    if tcb.timers.running(DELAYED_ACK):
        tcb.stop_timer(DELAYED_ACK)
    _watched(tcb, segment, rule, a, b, c, d, e)
    return segment


def _watched(
    tcb: Tcb, segment: Segment, rule: Rule, a: Value, b: Value, c: Value, d: Value, e: Value
) -> None:
    if tcb.observer is not None:
        reason = tcb.reason(rule, a, b, c, d, e)
        segment.reason = reason
        tcb.observer.event(Event("segment-out", tcb.now, tcb.id, reason, {}, segment))


# -- SYN and SYN,ACK (§3.10.1, §3.10.7.2) --------------------------------------------
def _send_syn(tcb: Tcb, out: list[Segment]) -> None:
    tcb.syn_due = False
    snd = tcb.snd
    rule = tcb.syn_rule
    with_ack = tcb.state is not State.SYN_SENT
    if rule is rules.LISTEN_SPLIT and snd.board.empty():
        out.append(form(tcb, ACK, snd.iss, b"", rule, 0, 1, 0))
        with_ack = False
    text = _syn_text(tcb)
    segment = Segment(
        tcb.local_port,
        tcb.remote_port,
        wrap(snd.iss),
        wrap(tcb.rcv.rcv_nxt) if with_ack else 0,
        SYN | ACK if with_ack else SYN,
        _syn_window(tcb),
        _syn_options(tcb, with_ack),
        text,
    )
    if with_ack:
        tcb.rcv.acknowledged()
        tcb.timers.stop(DELAYED_ACK)
    _record_syn(tcb, len(text))
    _watched(tcb, segment, rule, *_syn_values(tcb, rule), None, None)
    out.append(segment)


def _syn_values(tcb: Tcb, rule: Rule) -> tuple[Value, Value, Value]:
    """The values that the rules which make SYNs name."""
    iss = wrap(tcb.snd.iss)
    text = tcb.snd.snd_nxt - tcb.snd.iss - 1
    if rule is rules.LISTEN_FASTOPEN:
        text = tcb.rcv.rcv_nxt - tcb.rcv.irs - 1
    known: dict[str, Value] = {
        "iss": iss,
        "seq": iss,
        "count": tcb.syn_timeouts,
        "rto_ns": tcb.snd.rtt.rto,
        "seg_seq": wrap(tcb.rcv.irs),
        "irs": wrap(tcb.rcv.irs),
        "rcv_nxt": wrap(tcb.rcv.rcv_nxt),
        "cookie_len": len(tcb.fastopen_cookie or b""),
        "data_len": text,
        "delay_ns": tcb.settings.quick_syn_retry_ns,
    }
    names = rule.values
    values = [known.get(name) for name in names] + [None, None, None]
    return values[0], values[1], values[2]


def _syn_text(tcb: Tcb) -> Chunk:
    """Text on our first SYN: with a Fast Open cookie, or when the lab says so."""
    snd = tcb.snd
    cookie = tcb.fastopen_cookie
    if tcb.state is not State.SYN_SENT or not snd.board.empty():
        return b""
    if not (cookie or tcb.settings.syn_carries_data):
        return b""
    size = min(tcb.settings.mss - 40, snd.buffer.end - snd.buffer.start)
    return snd.buffer.peek(snd.buffer.start, size)


def _syn_window(tcb: Tcb) -> int:
    if tcb.state is State.SYN_SENT:
        tcb.syn_window = min(tcb.rcv.buffer_size, 0xFFFF)
        return tcb.syn_window
    return tcb.rcv.window_field(tcb.effective_mss, True)


def _syn_options(tcb: Tcb, answering: bool) -> Options:
    """Ours to offer, or what both can use (RFC 7323 §1.3; MSS: §3.7.1, SHLD-5, MAY-3)."""
    settings = tcb.settings
    options = Options()
    if settings.send_mss_option:
        options.mss = max(min(settings.mss, tcb.mtu - tcb.header_len), 1)
        if tcb.user_mss:
            options.mss = min(options.mss, tcb.user_mss)
    options.window_scale = tcb.offered_scale
    options.sack_permitted = tcb.sack_ok if answering else settings.sack
    if tcb.ts_ok if answering else settings.timestamps:
        options.ts_val = tcb.ts_now()
        options.ts_ecr = max(tcb.rcv.ts_recent, 0)
    if answering:
        options.fastopen = tcb.fastopen_reply
    elif tcb.syn_timeouts == 0:
        # RFC 7413 §4.1.3.1: after a timeout try without the option.
        options.fastopen = tcb.fastopen_cookie
    return options


def _record_syn(tcb: Tcb, text: int) -> None:
    """On the retransmission queue; RFC 6298 §5.1."""
    snd = tcb.snd
    if snd.board.empty():
        end = snd.iss + 1 + text
        sent = Sent(snd.iss, end, tcb.now, SYN, snd.mss)
        snd.board.add(sent)
        snd.snd_nxt = snd.snd_max = end
        tcb.first_sent_at = tcb.now
    else:
        snd.board.sent_again(snd.board.head, tcb.now)
        snd.retransmit_now = False
    if tcb.syn_rule is not rules.LISTEN_TWO_WAY:
        tcb.start_timer(RETRANSMIT, tcb.now + snd.rtt.rto, rules.RTO_ARMED, snd.rtt.rto)
    else:
        snd.board.clear()
        snd.snd_una = snd.snd_nxt


# -- text and FIN -----------------------------------------------------------------------
def _send_text(tcb: Tcb, out: list[Segment], budget: int) -> None:
    """Retransmissions first, then new text, then the FIN."""
    if tcb.state is State.SYN_RECEIVED and not tcb.fastopen_accepted:
        return
    snd = tcb.snd
    tcb.wait_rule = None
    if snd.board.lost_octets:
        while len(out) < budget and _retransmit(tcb, out):
            pass
        if snd.board.lost_octets and snd.board.next_lost() >= 0:
            return
    if snd.buffer.end > snd.snd_nxt or snd.fin_unsent:
        _restart_after_idle(tcb)
        while len(out) < budget and _send_new(tcb, out):
            pass
        _explain_wait(tcb)
    tcb.sws_override = False


def _restart_after_idle(tcb: Tcb) -> None:
    """RFC 5681 §4.1."""
    snd = tcb.snd
    if snd.snd_una == snd.snd_nxt and snd.last_sent_at:
        if tcb.now - snd.last_sent_at > snd.rtt.rto:
            snd.cc.on_idle()


def _retransmit(tcb: Tcb, out: list[Segment]) -> bool:
    """Send the first lost range again, at most one full segment of it."""
    snd = tcb.snd
    board = snd.board
    index = board.next_lost()
    if index < 0 or board.ranges[index].flags & SYN:
        return False
    sent = board.ranges[index]
    room = tcb.effective_mss - sack_length(tcb)
    if not snd.retransmit_now and snd.in_flight + min(sent.end - sent.start, room) > snd.cc.cwnd:
        tcb.wait_rule = rules.WAIT_CWND
        return False
    fin_only = sent.start == snd.buffer.end
    if not fin_only and sent.end - sent.start - (sent.flags & FIN) > room:
        board.split(index, sent.start + room)
    rule = _retransmit_rule(tcb, sent)
    length = sent.end - sent.start - (sent.flags & FIN)
    flags = ACK | (sent.flags & FIN)
    if length and sent.start + length == snd.buffer.end:
        flags |= PSH
    payload = snd.buffer.peek(sent.start, length)
    segment = form(tcb, flags, sent.start, payload, rule, *_retransmit_values(tcb, rule, sent))
    _mark_urgent(tcb, segment, sent.start)
    board.sent_again(index, tcb.now)
    snd.retransmit_now = False
    snd.retransmitted += 1
    snd.sent_something(tcb.now)
    out.append(segment)
    if rule is not rules.RETRANSMIT_MTU:
        tcb.retransmit_rule = rules.RETRANSMIT_REST
    return True


def _retransmit_rule(tcb: Tcb, sent: Sent) -> Rule:
    if tcb.retransmit_rule is rules.RTO_DATA and sent.start == tcb.snd.buffer.end:
        return rules.RTO_FIN
    return tcb.retransmit_rule


def _retransmit_values(tcb: Tcb, rule: Rule, sent: Sent) -> tuple[Value, Value, Value]:
    snd = tcb.snd
    known: dict[str, Value] = {
        "seq": tcb.ours(sent.start),
        "count": snd.timeouts,
        "rto_ns": snd.rtt.rto,
        "snd_nxt": tcb.ours(snd.snd_nxt),
        "cwnd": snd.cc.cwnd,
        "dupacks": snd.dupacks,
        "ssthresh": snd.cc.ssthresh,
        "recover": tcb.ours(snd.recover),
        "mss": snd.mss,
        "mtu": tcb.mtu,
    }
    values = [known.get(name) for name in rule.values] + [None, None, None]
    return values[0], values[1], values[2]


def _send_new(tcb: Tcb, out: list[Segment]) -> bool:
    """One segment of new text (with the FIN, if it ends there), if the rules let it."""
    snd = tcb.snd
    unsent = snd.buffer.end - snd.snd_nxt
    if unsent <= 0:
        return _send_lone_fin(tcb, out)
    full = max(1, tcb.effective_mss - sack_length(tcb))
    length = _sendable(tcb, unsent, full)
    if length <= 0:
        return False
    fin = snd.fin_queued and length == unsent and snd.usable > length
    flags = ACK
    if length == unsent and not tcb.more_coming:
        flags |= PSH
    if fin:
        flags |= FIN
    seq = snd.snd_nxt
    payload = snd.buffer.peek(seq, length)
    rule = rules.SEND_FIN if fin else rules.SEND_DATA
    if snd.snd_up > seq:
        rule = rules.SEND_URGENT
        segment = form(tcb, flags, seq, payload, rule, tcb.ours(snd.snd_up))
    elif fin:
        segment = form(tcb, flags, seq, payload, rule, tcb.ours(seq + length), length)
    else:
        numbers = (tcb.ours(seq), tcb.ours(seq + length), tcb.ours(snd.snd_una))
        segment = form(tcb, flags, seq, payload, rule, *numbers, snd.snd_wnd, snd.cc.cwnd)
    if length > full:
        segment.mss = full
    _mark_urgent(tcb, segment, seq)
    _record_new(tcb, seq, length + (1 if fin else 0), FIN if fin else 0)
    out.append(segment)
    return True


def _send_lone_fin(tcb: Tcb, out: list[Segment]) -> bool:
    snd = tcb.snd
    if not snd.fin_unsent:
        return False
    if snd.usable <= 0 and snd.snd_wnd == 0:
        _wait_for_window(tcb)
        return False
    seq = snd.snd_nxt
    out.append(form(tcb, ACK | FIN, seq, b"", rules.SEND_FIN, tcb.ours(seq), 0))
    _record_new(tcb, seq, 1, FIN)
    return False


def _record_new(tcb: Tcb, seq: int, size: int, flags: int) -> None:
    snd = tcb.snd
    snd.board.add(Sent(seq, seq + size, tcb.now, flags, snd.mss))
    snd.snd_nxt = seq + size
    if snd.snd_nxt > snd.snd_max:
        snd.snd_max = snd.snd_nxt
    armed = tcb.timers.running(RETRANSMIT)
    snd.sent_something(tcb.now)
    tcb.timers.stop(SWS_OVERRIDE)
    if not armed and tcb.observer is not None:
        reason = tcb.reason(rules.RTO_ARMED, snd.rtt.rto, None, None, None, None)
        due = tcb.timers.due[RETRANSMIT]
        tcb.emit("timer", reason, {"name": "retransmit", "action": "set", "due": due})
    if flags & FIN and tcb.state is State.CLOSE_WAIT:
        tcb.enter(Trigger.SENT_FIN, rules.SEND_FIN, tcb.ours(seq + size - 1), size - 1)


def _mark_urgent(tcb: Tcb, segment: Segment, seq: int) -> None:
    """URG while the urgent data has not all been sent; SEG.UP counts to the octet
    after it (MUST-62)."""
    distance = tcb.snd.snd_up - seq
    if distance > 0:
        segment.flags |= URG
        segment.urgent = min(distance, 0xFFFF)


def _sendable(tcb: Tcb, unsent: int, full: int) -> int:
    """How much of D = ``unsent`` may go in one segment now; 0 with the rule that waits."""
    snd = tcb.snd
    usable = snd.usable
    if usable <= 0:
        _wait_for_window(tcb)
        return 0
    limit = full
    if tcb.max_segment > full:
        limit = tcb.max_segment - tcb.max_segment % full
    length = min(unsent, usable, limit)
    room = snd.cc.cwnd - snd.in_flight
    if room < min(length, full) and snd.in_flight > 0:
        tcb.wait_rule = rules.WAIT_CWND
        return 0
    if length > room and length > full:
        length = max(full, room - room % full)
    if length >= full:
        return length if length == unsent else length - length % full
    return length if _small_segment_may_go(tcb, length, unsent, full) else 0


def _small_segment_may_go(tcb: Tcb, length: int, unsent: int, full: int) -> bool:
    """Less than Eff.snd.MSS: SWS avoidance (§3.8.6.2.1, MUST-38) and Nagle (§3.7.4)."""
    snd = tcb.snd
    if tcb.sws_override:
        return True
    # A SYN of ours that is still unacknowledged (Fast Open) is no data in flight.
    idle = snd.snd_una == snd.snd_nxt or snd.snd_nxt == snd.iss + 1
    if length == unsent:
        if snd.fin_queued or snd.snd_up > snd.snd_nxt:
            return True
        if tcb.corked or tcb.more_coming:
            tcb.wait_rule = rules.WAIT_CORK
            _start_override(tcb)
            return False
        if tcb.nodelay or idle:
            return True
        tcb.wait_rule = rules.WAIT_NAGLE
        return False
    if 2 * length >= snd.max_window and (tcb.nodelay or idle):
        return True
    tcb.wait_rule = rules.WAIT_SWS
    if idle:
        _start_override(tcb)
    return False


def _start_override(tcb: Tcb) -> None:
    """The override timeout keeps a small window or a cork from waiting for ever."""
    if not tcb.timers.running(SWS_OVERRIDE):
        tcb.timers.start(SWS_OVERRIDE, tcb.now + tcb.settings.sws_override_ns)


def _wait_for_window(tcb: Tcb) -> None:
    """Nothing may go: with nothing outstanding only a probe can break the deadlock."""
    snd = tcb.snd
    tcb.wait_rule = rules.WAIT_WINDOW
    if snd.board.empty() and not tcb.timers.running(PERSIST):
        snd.probes = 0
        rto = snd.rtt.rto
        tcb.start_timer(PERSIST, tcb.now + rto, rules.PERSIST_ARMED, snd.snd_wnd, rto)


def _explain_wait(tcb: Tcb) -> None:
    """Report why what is queued does not go."""
    rule = tcb.wait_rule
    if tcb.observer is None or rule is None:
        return
    snd = tcb.snd
    known: dict[str, Value] = {
        "length": snd.unsent,
        "mss": tcb.effective_mss,
        "in_flight": snd.in_flight,
        "usable": snd.usable,
        "max_window": snd.max_window,
        "snd_wnd": snd.snd_wnd,
        "cwnd": snd.cc.cwnd,
    }
    values = [known.get(name) for name in rule.values] + [None] * 5
    reason = tcb.reason(rule, values[0], values[1], values[2], values[3], values[4])
    tcb.emit("silence", reason, {})


# -- ACKs and probes --------------------------------------------------------------------
def _send_ack(tcb: Tcb, out: list[Segment]) -> None:
    """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, and its copies for duplicates."""
    rcv = tcb.rcv
    rule = rcv.owed_rule if rcv.owed_rule is not None else rules.ACK_IMMEDIATE
    copies = rcv.copies
    values = tcb.owed_values or _ack_values(tcb, rule)
    tcb.owed_values = None
    for _ in range(1 + copies):
        out.append(form(tcb, ACK, tcb.snd.snd_nxt, b"", rule, *values))


def _ack_values(tcb: Tcb, rule: Rule) -> tuple[Value, Value, Value, Value]:
    if tcb.observer is None:
        return None, None, None, None
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
    values = [known.get(name) for name in rule.values] + [None] * 4
    return values[0], values[1], values[2], values[3]


def _send_probe(tcb: Tcb, out: list[Segment]) -> None:
    """§3.8.6.1: one octet beyond the window, or (Linux) an empty old segment."""
    rule = tcb.probe_due
    tcb.probe_due = None
    snd = tcb.snd
    if rule is None or not snd.board.empty():
        return  # it was answered, or text went out, before its turn came
    numbers = (snd.probes, tcb.timers.due[PERSIST] - tcb.now)
    if rule is rules.PERSIST_PROBE_EMPTY:
        seq = snd.snd_una - 1
        out.append(form(tcb, ACK, seq, b"", rule, tcb.ours(seq), *numbers))
        return
    seq = snd.snd_nxt
    text = snd.buffer.peek(seq, 1) if snd.buffer.end > seq else b""
    flags = ACK if text else ACK | FIN
    out.append(form(tcb, flags, seq, text, rule, tcb.ours(seq), *numbers))
    # SND.NXT stays: our own ACKs must keep a number the peer will take, and the
    # octet goes again with the rest. It may be acknowledged all the same.
    snd.snd_max = max(snd.snd_max, seq + 1)
    if flags & FIN and tcb.state is State.CLOSE_WAIT:
        tcb.enter(Trigger.SENT_FIN, rules.SEND_FIN, tcb.ours(seq), 0)


def _send_keepalive(tcb: Tcb, out: list[Segment]) -> None:
    """§3.8.4: SEG.SEQ = SND.NXT-1 and no text (SHLD-12)."""
    tcb.keepalive_due = False
    idle = tcb.now - tcb.last_heard
    seq = tcb.snd.snd_nxt - 1
    out.append(form(tcb, ACK, seq, b"", rules.KEEPALIVE_PROBE, idle, tcb.keepalive_sent))
