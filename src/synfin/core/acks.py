"""Fifth, check the ACK field (RFC 9293 §3.10.7.4; RFC 5681, RFC 2018, RFC 5961 §5)."""

from synfin.core import rules
from synfin.core.acceptance import (
    establish,
    note_timestamp,
    take_window,
    unscaled_window,
)
from synfin.core.closed import reset_without_ack
from synfin.core.ecn_signals import flags_arrived
from synfin.core.sender import ACK_FAST_RETRANSMIT, ACK_PARTIAL
from synfin.core.sequence import unwrap
from synfin.core.states import State, Trigger
from synfin.core.tcb import WRITABLE, Tcb
from synfin.core.text import sixth_onward
from synfin.core.timers import NEVER, PERSIST, RETRANSMIT
from synfin.wire.tcp import ACK, CWR, ECE, FIN, SYN, Segment


# Fifth, check the ACK field
def check_ack(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """ACK bit off: drop. Otherwise by state."""
    if not segment.flags & ACK:
        tcb.settled(rules.ACK_MISSING, segment, segment.flags)
        return True
    snd = tcb.snd
    ack = unwrap(segment.ack, snd.snd_una)
    if tcb.state is State.SYN_RECEIVED:
        if not snd.acks_something_new(ack):
            tcb.reply(reset_without_ack(segment), rules.ACK_SYN_RECEIVED_BAD, segment)
            return True
        note_timestamp(tcb, segment, seq)
        _syn_received_ack(tcb, segment, seq, ack)
        return _ack_by_state(tcb)  # after Fast Open it may cover our FIN, too
    if snd.acks_something_unsent(ack):
        tcb.settled(rules.ACK_UNSENT, segment, tcb.ours(ack), tcb.ours(snd.snd_max))
        silent = tcb.settings.ack_unsent_silent and tcb.state is State.ESTABLISHED
        if not silent and tcb.may_challenge(segment):
            tcb.owe_now(rules.ACK_UNSENT, tcb.ours(ack), tcb.ours(snd.snd_max))
        return True
    if tcb.settings.ack_too_old_check and ack < snd.snd_una - max(snd.max_window, 1):
        tcb.settled(
            rules.ACK_TOO_OLD, segment, tcb.ours(ack), tcb.ours(snd.snd_una), snd.max_window
        )
        if tcb.may_challenge(segment):
            numbers = (tcb.ours(ack), tcb.ours(snd.snd_una), snd.max_window)
            tcb.owe_now(rules.ACK_TOO_OLD, *numbers)
        return True
    # Only now: a forged segment with a bad ACK must not move TS.Recent, or PAWS would
    # drop the real peer's (Linux tcp_replace_ts_recent() stands in tcp_ack(), too).
    note_timestamp(tcb, segment, seq)
    _established_ack(tcb, segment, seq, ack)
    if segment.flags & (ECE | CWR) and tcb.ecn.ok:
        flags_arrived(tcb, segment, ack)
    return _ack_by_state(tcb)


def _syn_received_ack(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """SND.UNA < SEG.ACK =< SND.NXT: enter ESTABLISHED."""
    crossed = not tcb.passive
    values = (tcb.ours(ack), tcb.ours(tcb.snd.snd_una), tcb.ours(tcb.snd.snd_nxt))
    acknowledge(tcb, segment, ack)
    tcb.snd.set_window(unscaled_window(tcb, segment), seq, ack)
    rule = tcb.established_by
    if rule is rules.COOKIE_ACCEPTED:
        values = (segment.ack, tcb.snd.mss, 0)
    tcb.settled(rule, segment, *values)
    establish(tcb, Trigger.RCV_ACK_OF_SYN, rule, *values)
    if segment.flags & SYN:
        if crossed and tcb.settings.ack_after_crossing_syn:
            tcb.owe_now(rules.SYN_ACK_CROSSED)
            tcb.note_duplicate(tcb.rcv.irs, tcb.rcv.irs + 1)
        elif tcb.settings.split_synack:
            # Our ACK of its SYN went ahead alone and was dropped (§3.10.7.3 fifth).
            tcb.owe_now(rules.SEQ_REPEATED_SYN_ACK, 0, 1)
    held = tcb.held_syn
    if held is not None:
        tcb.held_syn = None
        sixth_onward(tcb, held, tcb.rcv.irs + 1)
    if tcb.write_shut and tcb.state is State.ESTABLISHED:
        # CLOSE in SYN-RECEIVED with text pending was queued for now (§3.10.4).
        tcb.enter(Trigger.CLOSE, rules.CLOSE_CALL, tcb.state.value, tcb.snd.unsent)


def _established_ack(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """ESTABLISHED STATE's processing, which the later states share."""
    snd = tcb.snd
    newly_sacked = _take_sack(tcb, segment)
    if snd.acks_something_new(ack):
        tcb.settled(
            rules.ACK_NEW, segment, tcb.ours(ack), tcb.ours(snd.snd_una), tcb.ours(snd.snd_nxt)
        )
        acknowledge(tcb, segment, ack)
    elif ack < snd.snd_una:
        tcb.settled(rules.ACK_OLD, segment, tcb.ours(ack), tcb.ours(snd.snd_una))
        return
    elif _is_duplicate(tcb, segment, newly_sacked):
        _duplicate(tcb, segment, ack)
    elif not segment.payload and not segment.flags & FIN:
        tcb.settled(
            rules.ACK_WINDOW, segment, unscaled_window(tcb, segment), tcb.theirs(seq), tcb.ours(ack)
        )
    snd.unanswered_probes = 0
    take_window(tcb, segment, seq, ack)


def _take_sack(tcb: Tcb, segment: Segment) -> int:
    """Note what the peer holds out of order (RFC 2018 §4); octets newly reported."""
    if not tcb.sack_ok:
        return 0
    snd = tcb.snd
    newly = 0
    for left, right in segment.options.sack:
        start = unwrap(left, snd.snd_una)
        end = unwrap(right, snd.snd_una)
        if snd.snd_una <= start < end <= snd.snd_nxt:
            newly += snd.board.sack(start, end)
    return newly


def _is_duplicate(tcb: Tcb, segment: Segment, newly_sacked: int) -> bool:
    """RFC 5681 §2: outstanding data, no text, no SYN or FIN, same ACK, same window.

    RFC 6675 §2: with SACK, whatever tells of octets not reported before.
    """
    if newly_sacked > 0:
        return True
    if tcb.snd.board.empty() or segment.payload or segment.flags & (SYN | FIN):
        return False
    return unscaled_window(tcb, segment) == tcb.snd.snd_wnd


def _duplicate(tcb: Tcb, segment: Segment, ack: int) -> None:
    snd = tcb.snd
    outcome = snd.take_duplicate(tcb.now)
    if outcome == ACK_FAST_RETRANSMIT:
        tcb.retransmit_rule = rules.RETRANSMIT_FAST
    tcb.settled(rules.ACK_DUPLICATE, segment, tcb.ours(ack), tcb.ours(snd.snd_una), snd.dupacks)


def acknowledge(tcb: Tcb, segment: Segment, ack: int) -> None:
    """SND.UNA <- SEG.ACK: the retransmission queue, RTT, RTO and windows follow."""
    snd = tcb.snd
    echo = -1
    if tcb.ts_ok and segment.options.ts_val >= 0 and segment.options.ts_ecr:
        ticks = (tcb.ts_now() - segment.options.ts_ecr) & 0xFFFFFFFF
        if ticks < 1 << 31:
            echo = ticks * tcb.settings.ts_clock_ns
    tcb.progress_at = tcb.now
    tcb.r1_told = False
    tcb.syn_due = False  # our SYN is acknowledged: a repetition would be pointless
    was_running = snd.timers.running(RETRANSMIT)
    outcome = snd.take_ack(ack, echo, tcb.now)
    if outcome == ACK_PARTIAL:
        tcb.retransmit_rule = rules.RETRANSMIT_PARTIAL
    elif snd.board.lost_octets:
        tcb.retransmit_rule = rules.RETRANSMIT_REST
    tcb.signals |= WRITABLE
    if tcb.observer is not None:
        _report_timer(tcb, was_running)


def _report_timer(tcb: Tcb, was_running: bool) -> None:
    """The sample, and RFC 6298 §5.2, §5.3, for whoever watches."""
    snd = tcb.snd
    rtt = snd.rtt
    if snd.last_sample >= 0:
        sample = tcb.reason(rules.RTO_SAMPLE, snd.last_sample, rtt.srtt, rtt.rttvar, rtt.rto, None)
        tcb.emit("sample", sample, {"name": "rtt"})
    elif snd.board.ambiguous:
        karn = tcb.reason(rules.RTO_KARN, tcb.ours(snd.snd_una), None, None, None, None)
        tcb.emit("sample", karn, {"name": "rtt"})
    due = tcb.timers.due[RETRANSMIT]
    if due != NEVER:
        reason = tcb.reason(rules.RTO_ARMED, tcb.snd.rtt.rto, None, None, None, None)
        tcb.emit("timer", reason, {"name": "retransmit", "action": "restart", "due": due})
    elif was_running:
        reason = tcb.reason(rules.RTO_STOPPED, tcb.ours(tcb.snd.snd_una), None, None, None, None)
        tcb.emit("timer", reason, {"name": "retransmit", "action": "stop", "due": 0})


def _ack_by_state(tcb: Tcb) -> bool:
    """FIN-WAIT-1, CLOSING, LAST-ACK: is our FIN acknowledged? True ends the segment."""
    state = tcb.state
    if state is State.ESTABLISHED or not tcb.snd.fin_acked:
        return False
    numbers = (tcb.ours(tcb.snd.snd_una), tcb.ours(tcb.snd.snd_nxt))
    if state is State.FIN_WAIT_1:
        tcb.enter(Trigger.RCV_ACK_OF_FIN, rules.ACK_FIN_WAIT_2, *numbers)
        tcb.stop_timer(PERSIST)
        tcb.start_fin_wait_2()
    elif state is State.CLOSING:
        tcb.enter(Trigger.RCV_ACK_OF_FIN, rules.ACK_CLOSING, *numbers)
        tcb.start_time_wait()
        return True
    elif state is State.LAST_ACK:
        tcb.enter(Trigger.RCV_ACK_OF_FIN, rules.ACK_LAST, *numbers)
        tcb.finish(0, rules.ACK_LAST)
        return True
    return False
