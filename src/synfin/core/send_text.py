"""Text and FIN: retransmissions, new text, and why it may have to wait.

Window, congestion window, silly windows and Nagle (RFC 9293 §3.7.4, §3.8.6;
RFC 5681, RFC 6582).
"""

from synfin.core import loss_probe, pacing, rules, window_validation
from synfin.core.deferral import defers
from synfin.core.events import NO_VALUES, Value, Values
from synfin.core.forming import form, sack_length
from synfin.core.loss_detection import mark_next_candidate
from synfin.core.rules import Rule
from synfin.core.scoreboard_range import Sent
from synfin.core.send_again import largest, probe_again, retransmit, wait_for_pace
from synfin.core.sender import RECOVERY
from synfin.core.states import State, Trigger
from synfin.core.tcb import Tcb
from synfin.core.timers import LOSS_PROBE, PERSIST, SWS_OVERRIDE
from synfin.wire.tcp import ACK, FIN, PSH, Segment


def send_text(tcb: Tcb, out: list[Segment], budget: int) -> None:
    """Retransmissions first, then new text, then the FIN."""
    if tcb.state is State.SYN_RECEIVED and not tcb.fastopen_accepted:
        return
    snd = tcb.snd
    tcb.wait_rule = None
    if snd.probe_tail_due:
        _probe_tail(tcb, out)
    if snd.frto_new_text and _send_new_first(tcb, out):
        return
    if snd.board.lost_octets:
        while len(out) < budget and retransmit(tcb, out):
            pass
        if snd.board.lost_octets and snd.board.next_lost() >= 0:
            return
    if snd.buffer.end > snd.snd_nxt or snd.fin_unsent:
        _send_all_new(tcb, out, budget)
        _explain_wait(tcb)
    elif snd.ca_state == RECOVERY and not tcb.settings.rack:
        _send_what_may_be_missing(tcb, out, budget)
    tcb.sws_override = tcb.woken = False


def _send_all_new(tcb: Tcb, out: list[Segment], budget: int) -> None:
    """New text as far as the windows allow; then the tail is watched over."""
    snd = tcb.snd
    if snd.board.empty() and snd.last_sent_at and not tcb.settings.idle_halves:
        window_validation.after_idle(snd, tcb.now)
    first = snd.snd_nxt
    tcb.began_idle = tcb.settings.nagle_idle_write and snd.snd_una == first
    size = max(1, tcb.effective_mss - sack_length(tcb))
    while len(out) < budget and _send_new(tcb, out, size):
        pass
    full = tcb.wait_rule is rules.WAIT_CWND or snd.in_flight >= snd.cc.cwnd
    if snd.snd_nxt > first or full:
        window_validation.validate_window(snd, full, tcb.now)
    if snd.snd_nxt > first and tcb.state is not State.SYN_RECEIVED and not tcb.woken:
        _watch_the_tail(tcb)


def _watch_the_tail(tcb: Tcb) -> None:
    """A probe two round trips from now, where that applies (RFC 8985 §7.2)."""
    snd = tcb.snd
    if not loss_probe.schedule(snd, tcb.now, False):
        if snd.timers.running(LOSS_PROBE):
            snd.arm(tcb.now)
    elif tcb.observer is not None:
        due = tcb.timers.loss_probe
        reason = tcb.reason(rules.PROBE_ARMED, due - tcb.now, None, None, None, None)
        tcb.emit("timer", reason, {"name": "loss-probe", "action": "set", "due": due})


def _send_what_may_be_missing(tcb: Tcb, out: list[Segment], budget: int) -> None:
    """RFC 6675 §4 NextSeg() rules 3 and 4: the window has room, and there is no new text."""
    snd = tcb.snd
    for _ in range(max(0, (snd.cc.cwnd - snd.in_flight) // snd.cc.mss)):
        if len(out) >= budget or not mark_next_candidate(snd) or not retransmit(tcb, out):
            return


def _send_new_first(tcb: Tcb, out: list[Segment]) -> bool:
    """RFC 5682 §3.1 step 2b: at most two new segments, and if they may go nothing again
    until the next ACK."""
    snd = tcb.snd
    size = max(1, tcb.effective_mss - sack_length(tcb))
    while _send_new(tcb, out, size):
        pass
    if snd.snd_nxt > snd.recover:
        return True
    snd.frto = snd.frto_new_text = False
    return False


def _probe_tail(tcb: Tcb, out: list[Segment]) -> None:
    """RFC 8985 §7.3: a new segment if there is one, else the last one again; whatever the
    congestion window says."""
    snd = tcb.snd
    snd.probe_tail_due = False
    if snd.board.empty():
        return
    full = max(1, tcb.effective_mss - sack_length(tcb))
    unsent = snd.buffer.stretch(snd.snd_nxt)
    length = min(unsent, full)
    first = snd.snd_nxt
    if length and length <= snd.usable:
        _emit_new(tcb, out, length, full, rules.SEND_PROBE, length == unsent)
    elif snd.unsent == 0 and snd.fin_unsent:
        _send_lone_fin(tcb, out, probe=True)
    if snd.snd_nxt > first:
        loss_probe.sent(snd, False, tcb.now)
    elif not snd.board.ranges[-1].sacked:
        probe_again(tcb, out, full)
        loss_probe.sent(snd, True, tcb.now)
    else:
        snd.take_over(tcb.now)


def _send_new(tcb: Tcb, out: list[Segment], full: int) -> bool:
    """One segment of new text (with the FIN, if it ends there), if the rules let it.

    PSH stands on the last segment of what is queued (MUST-61), not where each SEND
    ended (SHLD-27).

    ``full`` holds for the whole burst, whatever SACK its first segment bears.
    """
    snd = tcb.snd
    unsent = snd.buffer.stretch(snd.snd_nxt)
    if unsent <= 0:
        return _send_lone_fin(tcb, out)
    if pacing.must_wait(snd, tcb.now):
        wait_for_pace(tcb)
        return False
    length = _sendable(tcb, unsent, full)
    if length <= 0:
        return False
    _emit_new(tcb, out, length, full, rules.SEND_DATA, length == unsent)
    return True


def _emit_new(tcb: Tcb, out: list[Segment], length: int, full: int, rule: Rule, ends: bool) -> None:
    """``length`` octets from SND.NXT, with the FIN if it ends there. ``ends``: no more may
    stand in this segment, because of a bound or the end of what is queued."""
    snd = tcb.snd
    unsent = snd.buffer.end - snd.snd_nxt
    fin = snd.fin_queued and length == unsent and snd.usable > length
    flags = ACK
    if length == unsent:
        pushed = not tcb.more_coming
    else:
        pushed = ends and snd.buffer.pushed_at(snd.snd_nxt + length)
    if pushed or tcb.woken or (length > full and tcb.settings.psh_on_large):
        flags |= PSH
    if fin:
        flags |= FIN
    seq = snd.snd_nxt
    payload = snd.buffer.peek(seq, length)
    if rule is not rules.SEND_PROBE:
        if snd.snd_up > seq:
            rule = rules.SEND_URGENT
        elif fin:
            rule = rules.SEND_FIN
    values = NO_VALUES if tcb.observer is None else _values_of_new(tcb, rule, seq, length)
    segment = form(tcb, flags, seq, payload, rule, values)
    if length > full:
        segment.mss = full
    if length % full and seq >= snd.snd_max and not tcb.woken:
        snd.small_end = seq + length
    kept = (FIN if fin else 0) | (PSH if pushed else 0)
    _record_new(tcb, seq, length + (1 if fin else 0), kept)
    pacing.sent(snd, length, -(-length // full), tcb.now)
    out.append(segment)


def _values_of_new(tcb: Tcb, rule: Rule, seq: int, length: int) -> Values:
    """What the rule behind ``length`` octets of new text compares."""
    snd = tcb.snd
    if rule is rules.SEND_PROBE:
        return tcb.ours(seq), snd.rtt.srtt
    if rule is rules.SEND_URGENT:
        return (tcb.ours(snd.snd_up),)
    end = tcb.ours(seq + length)
    if rule is rules.SEND_FIN:
        return end, length
    return tcb.ours(seq), end, tcb.ours(snd.snd_una), snd.snd_wnd, snd.cc.cwnd


def _send_lone_fin(tcb: Tcb, out: list[Segment], probe: bool = False) -> bool:
    snd = tcb.snd
    if not snd.fin_unsent:
        return False
    counted = tcb.settings.fin_waits_for_cwnd and not probe
    if counted and (0 < snd.in_flight >= snd.cc.cwnd or _syn_fills_window(tcb)):
        tcb.wait_rule = rules.WAIT_CWND
        return False
    if snd.usable <= 0:  # the FIN takes a number of the window like any octet
        _wait_for_window(tcb)
        return False
    seq = snd.snd_nxt
    out.append(form(tcb, ACK | FIN, seq, b"", rules.SEND_FIN, (tcb.ours(seq), 0)))
    _record_new(tcb, seq, 1, FIN)
    return False


def _syn_fills_window(tcb: Tcb) -> bool:
    """After a timeout Linux's window is one segment (tcp_enter_loss()), and a SYN that crossed
    another's and was sent again takes it."""
    return tcb.state is State.SYN_RECEIVED and not tcb.passive and tcb.syn_timeouts > 0


def _record_new(tcb: Tcb, seq: int, size: int, flags: int) -> None:
    snd = tcb.snd
    was_empty = snd.board.empty()
    sent = Sent(seq, seq + size, tcb.now, flags, tcb.effective_mss)
    snd.board.add(sent)
    if not snd.spend(sent.cost) and snd.dupacks:
        snd.limited_octets += size
    snd.snd_nxt = seq + size
    if snd.snd_nxt > snd.snd_max:
        snd.snd_max = snd.snd_nxt
    armed = snd.timer_runs()
    snd.sent_new(was_empty, tcb.now)
    tcb.timers.stop(SWS_OVERRIDE)
    if not armed and tcb.observer is not None:
        reason = tcb.reason(rules.RTO_ARMED, snd.rtt.rto, None, None, None, None)
        due = tcb.timers.retransmit
        tcb.emit("timer", reason, {"name": "retransmit", "action": "set", "due": due})
    if flags & FIN and tcb.state is State.CLOSE_WAIT:
        tcb.enter(Trigger.SENT_FIN, rules.SEND_FIN, (tcb.ours(seq + size - 1), size - 1))


def _sendable(tcb: Tcb, unsent: int, full: int) -> int:
    """How much of D = ``unsent`` (up to the end of a record or unit) may go in one segment now; 0
    with the rule that waits.

    Full segments whenever possible (SHLD-28); none beyond a window that shrank (SHLD-15).
    """
    snd = tcb.snd
    usable = snd.usable
    if usable <= 0:
        _wait_for_window(tcb)
        return 0
    limit = full
    if tcb.max_segment > full:
        limit = largest(tcb, full)
    length = min(min(unsent, usable), limit)
    room = snd.cc.cwnd - snd.in_flight
    least = full if snd.board.unit else min(length, full)
    if room < least and snd.in_flight > 0:
        tcb.wait_rule = rules.WAIT_CWND
        return 0
    if defers(tcb, unsent, full, limit):
        tcb.wait_rule = rules.WAIT_LARGER
        return 0
    if length > room and length > full:
        length = max(full, room - room % full)
    if length >= full:
        whole = length - length % full
        ends = length == unsent or (length == usable and tcb.settings.nagle_minshall)
        return length if ends and _tail_may_ride(tcb) else whole
    return length if _small_segment_may_go(tcb, length, unsent, full) else 0


def _tail_may_ride(tcb: Tcb) -> bool:
    """A large segment may end in less than Eff.snd.MSS only where that tail could go by
    itself behind the rest (Linux tcp_mss_split_point())."""
    snd = tcb.snd
    if tcb.sws_override or snd.fin_queued or _urgent(tcb):
        return True
    if tcb.corked or tcb.more_held:
        return False
    return tcb.nodelay or _no_small_segment_out(tcb)


def _urgent(tcb: Tcb) -> bool:
    """There is urgent text to send, or (Linux tcp_urg_mode()) under way."""
    snd = tcb.snd
    return snd.snd_up > (snd.snd_una if tcb.settings.urgent_defies_nagle else snd.snd_nxt)


def _no_small_segment_out(tcb: Tcb) -> bool:
    """Minshall's variant of Nagle's algorithm, where the profile has it."""
    return tcb.settings.nagle_minshall and tcb.snd.small_end <= tcb.snd.snd_una


def _small_segment_may_go(tcb: Tcb, length: int, unsent: int, full: int) -> bool:
    """Less than Eff.snd.MSS: SWS avoidance (§3.8.6.2.1, MUST-38) and Nagle (§3.7.4),
    which ``nodelay`` switches off (MUST-17)."""
    snd = tcb.snd
    if tcb.sws_override:
        return True
    # A SYN of ours that is still unacknowledged (Fast Open) is no data in flight.
    idle = snd.snd_una == snd.snd_nxt or snd.snd_nxt == snd.iss + 1 or tcb.began_idle
    if length == unsent:
        if snd.fin_queued or _urgent(tcb):
            return True
        if snd.snd_nxt + unsent < snd.buffer.end:
            return True  # the end of a record or unit: no later text may join it
        if tcb.corked or tcb.more_held:
            tcb.wait_rule = rules.WAIT_CORK
            _start_override(tcb)
            return False
        if tcb.nodelay or idle or _no_small_segment_out(tcb):
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
    if tcb.timers.running(SWS_OVERRIDE):
        return
    delay = tcb.settings.sws_override_ns
    if tcb.settings.override_by_probe:
        if tcb.snd.snd_una < tcb.snd.snd_nxt:
            return  # what is outstanding has a timer; its ACK lets us look again
        delay = max(tcb.snd.rtt.rto, tcb.settings.min_rto_ns)
    tcb.timers.start(SWS_OVERRIDE, tcb.now + delay)


def _wait_for_window(tcb: Tcb) -> None:
    """Nothing may go: with nothing outstanding only a probe can break the deadlock."""
    snd = tcb.snd
    tcb.wait_rule = rules.WAIT_WINDOW
    if snd.board.empty() and not tcb.timers.running(PERSIST):
        snd.probes = 0
        snd.waiting_since = tcb.now
        rto = max(snd.rtt.rto, tcb.settings.least_probe_gap_ns)
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
        "rate": snd.pacing_rate or snd.max_pacing_rate,
        "until_ns": snd.pace_until - tcb.now,
    }
    values = [known.get(name) for name in rule.values] + [None] * 5
    reason = tcb.reason(rule, values[0], values[1], values[2], values[3], values[4])
    tcb.emit("silence", reason, {})
