"""Fifth, check the ACK field (RFC 9293 §3.10.7.4; RFC 5681, RFC 2018, RFC 5961 §5)."""

from typing import Final

from synfin.core import rules, undo
from synfin.core.acceptance import (
    establish,
    note_timestamp,
    shrinks_without_news,
    take_window,
    unscaled_window,
)
from synfin.core.closed import reset_without_ack
from synfin.core.delayed_acks import enter_quick_mode
from synfin.core.ecn_signals import echo_answered, flags_arrived
from synfin.core.events import NO_VALUES
from synfin.core.fin_wait_2 import is_record
from synfin.core.recovery import advance, react
from synfin.core.send_again import next_rule
from synfin.core.sender import RECOVERY
from synfin.core.sequence import unwrap
from synfin.core.states import State, Trigger
from synfin.core.tcb import WRITABLE, Tcb
from synfin.core.text import sixth_onward
from synfin.core.timers import LOSS_PROBE, NAMES, NEVER, PERSIST, REORDER, RETRANSMIT, SWS_OVERRIDE
from synfin.wire.tcp import ACK, CWR, ECE, FIN, PSH, SYN, Segment


# Fifth, check the ACK field
def check_ack(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """ACK bit off: drop. Otherwise by state."""
    if not segment.flags & ACK:
        tcb.settled(rules.ACK_MISSING, segment, (segment.flags,))
        return True
    snd = tcb.snd
    ack = unwrap(segment.ack, snd.snd_una)
    if tcb.state is State.SYN_RECEIVED:
        if not snd.acks_something_new(ack):
            tcb.reply(reset_without_ack(segment), rules.ACK_SYN_RECEIVED_BAD, segment)
            return True
        note_timestamp(tcb, segment, seq)
        _syn_received_ack(tcb, segment, seq, ack)
        return _ack_by_state(tcb, segment, seq)  # after Fast Open it may cover our FIN, too
    if snd.acks_something_unsent(ack):
        tcb.settled(rules.ACK_UNSENT, segment, (tcb.ours(ack), tcb.ours(snd.snd_max)))
        silent = tcb.settings.ack_unsent_silent and tcb.state is State.ESTABLISHED
        if not silent and tcb.may_challenge(segment):
            tcb.owe_now(rules.ACK_UNSENT, (tcb.ours(ack), tcb.ours(snd.snd_max)))
        return True
    # Half of the number space away is "after" to Linux, hence not predicted.
    if snd.snd_nxt - (1 << 31) < ack < snd.snd_una and _predicted(tcb, segment, seq):
        note_timestamp(tcb, segment, seq)
    if tcb.settings.ack_too_old_check and ack < snd.snd_una - _oldest(tcb):
        tcb.settled(
            rules.ACK_TOO_OLD, segment, (tcb.ours(ack), tcb.ours(snd.snd_una), snd.max_window)
        )
        if tcb.may_challenge(segment):
            numbers = (tcb.ours(ack), tcb.ours(snd.snd_una), snd.max_window)
            tcb.owe_now(rules.ACK_TOO_OLD, numbers)
        return True
    # Only now: a forged segment with a bad ACK must not move TS.Recent, or PAWS would
    # drop the real peer's (Linux tcp_replace_ts_recent() stands in tcp_ack(), too).
    if ack >= snd.snd_una or not tcb.settings.old_acks_keep_timestamp:
        note_timestamp(tcb, segment, seq)
    established_ack(tcb, segment, seq, ack)
    return _ack_by_state(tcb, segment, seq)


def _predicted(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Linux tcp_fast_path_check(), and what it leads to: nothing about this segment without
    text is special, as far as that is looked at before its ACK field."""
    snd, rcv = tcb.snd, tcb.rcv
    if not tcb.settings.predicted_acks_stamp or tcb.state is not State.ESTABLISHED:
        return False
    if segment.flags & ~PSH != ACK or segment.payload:
        return False
    if seq != rcv.rcv_nxt or segment.options.sack:
        return False
    if tcb.ts_ok != (segment.options.ts_val >= 0) or rcv.rcv_wnd == 0 or rcv.held.block_starts:
        return False
    if unscaled_window(tcb, segment) != snd.snd_wnd or snd.snd_wnd == 0:
        return False
    # With a window scale, an active opener sets the prediction up only once text has come
    # or a window other than the SYN,ACK's (tcp_finish_connect()); a crossing SYN's ACK does.
    was_received = tcb.passive or tcb.syn_rule is rules.SYN_SENT_SIMULTANEOUS
    ready = was_received or snd.scale <= 0 or rcv.rcv_nxt > rcv.irs + 1 or snd.snd_wl1 > rcv.irs
    return ready and rcv.rcv_up <= rcv.rcv_nxt


def _oldest(tcb: Tcb) -> int:
    """How far below SND.UNA an ACK may lie (RFC 5961 §5.2: MAX.SND.WND)."""
    snd = tcb.snd
    most = max(snd.max_window, 1)
    if tcb.settings.ack_floor_by_acked:
        most = min(most, snd.snd_una - snd.iss - int(tcb.passive))
    return most


def _syn_received_ack(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """SND.UNA < SEG.ACK =< SND.NXT: enter ESTABLISHED."""
    crossed = not tcb.passive
    values = NO_VALUES
    if tcb.observer is not None:
        values = (tcb.ours(ack), tcb.ours(tcb.snd.snd_una), tcb.ours(tcb.snd.snd_nxt))
    acknowledge_syn(tcb, segment, ack)
    window = unscaled_window(tcb, segment)
    if crossed and tcb.settings.crossing_window_scaled:
        window = segment.window << tcb.snd.scale
    tcb.snd.set_window(window, seq, ack)
    rule = tcb.established_by
    if rule is rules.COOKIE_ACCEPTED:
        values = (segment.ack, tcb.snd.mss, 0)
    tcb.settled(rule, segment, values)
    establish(tcb, Trigger.RCV_ACK_OF_SYN, rule, values)
    if segment.flags & SYN:
        if crossed and tcb.settings.ack_after_crossing_syn:
            tcb.owe_now(rules.SYN_ACK_CROSSED)
            enter_quick_mode(tcb)
            tcb.note_duplicate(tcb.rcv.irs, tcb.rcv.irs + 1)
        elif tcb.settings.split_synack:
            # Our ACK of its SYN went ahead alone and was dropped (§3.10.7.3 fifth).
            tcb.owe_now(rules.SEQ_REPEATED_SYN_ACK, (0, 1))
    held = tcb.held_syn
    if held is not None:
        tcb.held_syn = None
        sixth_onward(tcb, held, tcb.rcv.irs + 1)
    if tcb.write_shut and tcb.state is State.ESTABLISHED:
        # CLOSE in SYN-RECEIVED with text pending was queued for now (§3.10.4).
        tcb.enter(Trigger.CLOSE, rules.CLOSE_CALL, (tcb.state.value, tcb.snd.unsent))


def established_ack(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """ESTABLISHED STATE's processing, which the later states share."""
    snd = tcb.snd
    tcb.deferred = -1
    if _tells_nothing(tcb, segment, ack):
        _settle_window(tcb, segment, seq, ack)
        _window_only(tcb, segment, seq, ack)
        return
    _begin_news(tcb, segment)
    newly_sacked = _take_sack(tcb, segment, ack)
    if snd.acks_something_new(ack):
        if tcb.observer is not None:
            numbers = (tcb.ours(ack), tcb.ours(snd.snd_una), tcb.ours(snd.snd_nxt))
            tcb.settled(rules.ACK_NEW, segment, numbers)
        _advance(tcb, segment, ack)
    elif ack < snd.snd_una:
        tcb.settled(rules.ACK_OLD, segment, (tcb.ours(ack), tcb.ours(snd.snd_una)))
        if newly_sacked or snd.news.dsack:
            _recover(tcb)
        return
    elif _is_duplicate(tcb, segment, seq, ack, newly_sacked):
        snd.dupacks += 1
        snd.news.duplicate = not snd.board.empty()
        tcb.settled(
            rules.ACK_DUPLICATE, segment, (tcb.ours(ack), tcb.ours(snd.snd_una), snd.dupacks)
        )
    else:
        _settle_window(tcb, segment, seq, ack)
    _window_only(tcb, segment, seq, ack)
    if segment.flags & (ECE | CWR) and tcb.ecn.ok:
        flags_arrived(tcb, segment, ack)
    window, reductions = snd.cc.cwnd, snd.echo_reductions
    _recover(tcb)
    if snd.news.congestion_echo:
        echo_answered(tcb, segment, window, reductions)


def _tells_nothing(tcb: Tcb, segment: Segment, ack: int) -> bool:
    """Nothing is outstanding, so the ACK of an ordinary segment has no news of it: the side
    that only receives need not look for any."""
    snd = tcb.snd
    if ack != snd.snd_una or not snd.board.empty() or segment.flags & (ECE | CWR):
        return False
    return not segment.options.sack


def _settle_window(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """A segment without text or FIN that acknowledges nothing new tells of the window."""
    if tcb.observer is not None and not segment.payload and not segment.flags & FIN:
        window = unscaled_window(tcb, segment)
        tcb.settled(rules.ACK_WINDOW, segment, (window, tcb.theirs(seq), tcb.ours(ack)))


def _window_only(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """What every acceptable ACK does beside acknowledging: the window, and an end to waits."""
    snd = tcb.snd
    snd.unanswered_probes = 0
    if tcb.settings.ack_ends_more:
        tcb.more_held = False
    if tcb.settings.override_by_probe:
        tcb.timers.stop(SWS_OVERRIDE)
    take_window(tcb, segment, seq, ack)


def _begin_news(tcb: Tcb, segment: Segment) -> None:
    """What this ACK tells is gathered from here on."""
    snd = tcb.snd
    news = snd.news
    news.begin(tcb.now, snd.snd_una, snd.recover, snd.fack, snd.rtt.min_rtt)
    if tcb.ts_ok and segment.options.ts_val >= 0 and segment.options.ts_ecr:
        news.echo = segment.options.ts_ecr


def _take_sack(tcb: Tcb, segment: Segment, ack: int) -> int:
    """Note what the peer holds out of order (RFC 2018 §4) or had twice (RFC 2883 §4);
    octets newly reported."""
    if not tcb.sack_ok or not segment.options.sack:
        return 0
    snd = tcb.snd
    blocks = [
        (unwrap(left, snd.snd_una), unwrap(right, snd.snd_una))
        for left, right in segment.options.sack
    ]
    if _is_dsack(blocks, ack):
        _take_dsack(tcb, blocks[0][0], blocks[0][1])
        del blocks[0]
    blocks.sort()
    low = max(ack, snd.snd_una)
    for start, end in blocks:
        if low < start < end <= snd.snd_nxt:  # what is acknowledged needs no block
            snd.board.sack(start, end, snd.news)
    return snd.news.sacked


def _is_dsack(blocks: list[tuple[int, int]], ack: int) -> bool:
    """RFC 2883 §4: the first block lies below the ACK, or within the second block."""
    start, end = blocks[0]
    if end <= ack:
        return True
    return len(blocks) > 1 and blocks[1][0] <= start and end <= blocks[1][1]


def _take_dsack(tcb: Tcb, start: int, end: int) -> None:
    """What arrived twice had perhaps not been lost (RFC 3708 §2)."""
    snd = tcb.snd
    if not start < end <= snd.snd_max or end - start > snd.max_window:
        return
    news = snd.news
    news.duplicate_text = undo.segments(snd, end - start)
    news.dsack_of_probe = snd.probe_end == end
    snd.dsack_segments += news.duplicate_text
    if snd.dsack_segments > snd.retransmitted:
        news.duplicate_text = 0
        return  # more than we ever sent again: the network duplicates
    news.dsack = True
    if snd.rack.reordering_seen and not news.dsack_of_probe:
        snd.rack.dsack_seen = True
    undo.take_dsack(snd, end, news.duplicate_text)


def _is_duplicate(tcb: Tcb, segment: Segment, seq: int, ack: int, newly_sacked: int) -> bool:
    """RFC 5681 §2: outstanding data, no text, no SYN or FIN, same ACK, same window.

    RFC 6675 §2: with SACK, whatever tells of octets not reported before.
    """
    if newly_sacked > 0:
        return True
    if tcb.snd.news.dsack or tcb.snd.board.empty():
        return False
    if segment.payload or segment.flags & (SYN | FIN):
        return False
    if seq > tcb.snd.snd_wl1 and tcb.settings.later_segment_no_duplicate:
        return False
    window = unscaled_window(tcb, segment)
    return window == tcb.snd.snd_wnd or shrinks_without_news(tcb, seq, ack, window)


def acknowledge_syn(tcb: Tcb, segment: Segment, ack: int) -> None:
    """The first acceptable ACK: our SYN, and perhaps text that it carried (RFC 7413)."""
    _begin_news(tcb, segment)
    _advance(tcb, segment, ack)
    tcb.snd.arm(tcb.now)
    if tcb.observer is not None:
        _report_timer(tcb, True)


def _advance(tcb: Tcb, segment: Segment, ack: int) -> None:
    """SND.UNA <- SEG.ACK: the retransmission queue, RTT and RTO follow."""
    snd = tcb.snd
    echo = -1
    if snd.news.echo >= 0:
        ticks = (tcb.ts_now() - segment.options.ts_ecr) & 0xFFFFFFFF
        if ticks < 1 << 31:
            echo = ticks * tcb.settings.ts_clock_ns
    tcb.progress_at = tcb.now
    tcb.r1_told = False
    tcb.syn_due = False  # our SYN is acknowledged: a repetition would be pointless
    advance(snd, ack, echo, tcb.now)
    tcb.signals |= WRITABLE
    tcb.room_due = tcb.wants_room


def _recover(tcb: Tcb) -> None:
    """Recovery, timers and the congestion window; why the next retransmission is due."""
    snd = tcb.snd
    news = snd.news
    before = snd.ca_state
    watched = tcb.observer is not None and snd.timer_runs()
    undone = snd.undone
    react(snd, news)
    if snd.ca_state == RECOVERY:
        if before != RECOVERY:
            by_time = tcb.settings.rack and snd.sack_ok
            tcb.retransmit_rule = rules.RETRANSMIT_RACK if by_time else rules.RETRANSMIT_FAST
        elif news.advanced:
            tcb.retransmit_rule = next_rule(tcb)
    elif news.advanced and snd.board.lost_octets:
        tcb.retransmit_rule = rules.RETRANSMIT_REST
    if tcb.observer is None:
        return
    if snd.undone > undone:
        reason = tcb.reason(rules.UNDONE, snd.cc.cwnd, snd.cc.ssthresh, None, None, None)
        tcb.emit("sample", reason, {"name": "cwnd"})
    if news.advanced:
        _report_timer(tcb, watched)


def _report_timer(tcb: Tcb, was_running: bool) -> None:
    """The sample, and RFC 6298 §5.2, §5.3, for whoever watches."""
    snd = tcb.snd
    rtt = snd.rtt
    if snd.last_sample >= 0:
        sample = tcb.reason(rules.RTO_SAMPLE, snd.last_sample, rtt.srtt, rtt.rttvar, rtt.rto, None)
        tcb.emit("sample", sample, {"name": "rtt"})
    elif snd.news.resent:
        karn = tcb.reason(rules.RTO_KARN, tcb.ours(snd.snd_una), None, None, None, None)
        tcb.emit("sample", karn, {"name": "rtt"})
    for slot, rule in _WATCHES:
        due = tcb.timers.due_at(slot)
        if due != NEVER:
            wait = rtt.rto if slot == RETRANSMIT else due - tcb.now
            reason = tcb.reason(rule, wait, None, None, None, None)
            tcb.emit("timer", reason, {"name": NAMES[slot], "action": "restart", "due": due})
            return
    if was_running:
        reason = tcb.reason(rules.RTO_STOPPED, tcb.ours(tcb.snd.snd_una), None, None, None, None)
        tcb.emit("timer", reason, {"name": "retransmit", "action": "stop", "due": 0})


_WATCHES: Final = (
    (RETRANSMIT, rules.RTO_ARMED),
    (LOSS_PROBE, rules.PROBE_ARMED),
    (REORDER, rules.REORDER_ARMED),
)


def _ack_by_state(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """FIN-WAIT-1, CLOSING, LAST-ACK: is our FIN acknowledged? True ends the segment."""
    state = tcb.state
    if state is State.ESTABLISHED or not tcb.snd.fin_acked:
        return False
    numbers = NO_VALUES
    if tcb.observer is not None:
        numbers = (tcb.ours(tcb.snd.snd_una), tcb.ours(tcb.snd.snd_nxt))
    if state is State.FIN_WAIT_1:
        tcb.enter(Trigger.RCV_ACK_OF_FIN, rules.ACK_FIN_WAIT_2, numbers)
        tcb.stop_timer(PERSIST)
        tcb.kept_whole = bool(segment.flags & FIN)
        tcb.start_fin_wait_2()
        if is_record(tcb):
            # What else it says is lost with the socket, unless it is new.
            return seq + len(segment.payload) <= tcb.rcv.rcv_nxt
    elif state is State.CLOSING:
        tcb.enter(Trigger.RCV_ACK_OF_FIN, rules.ACK_CLOSING, numbers)
        tcb.start_time_wait()
        return True
    elif state is State.LAST_ACK:
        tcb.enter(Trigger.RCV_ACK_OF_FIN, rules.ACK_LAST, numbers)
        tcb.finish(0, rules.ACK_LAST)
        return True
    return False
