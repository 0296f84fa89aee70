"""SEGMENT ARRIVES (RFC 9293 §3.10.7), step by step, in the RFC's order and words.

Each step of §3.10.7.4 is a function that returns True when it settled the
segment, so that the RFC can be read beside this file.
"""

from synfin.core import rules
from synfin.core.acceptance import (
    adopt_syn_options,
    establish,
    note_timestamp,
    take_window,
    unscaled_window,
)
from synfin.core.closed import reset_with_ack, reset_without_ack
from synfin.core.errno import ECONNREFUSED, ECONNRESET, EPIPE
from synfin.core.rules import Rule
from synfin.core.sender import (
    ACK_FAST_RETRANSMIT,
    ACK_PARTIAL,
)
from synfin.core.sequence import first_absolute, modular_less, unwrap, wrap
from synfin.core.states import State, Trigger
from synfin.core.tcb import BACK_TO_LISTEN, CONNECTED, WRITABLE, Tcb
from synfin.core.text import check_fin, check_urg, process_text
from synfin.core.timers import NEVER, PERSIST, RETRANSMIT
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment

PAWS_VALID_NS = 24 * 24 * 3600 * 1_000_000_000
"""RFC 7323 §5.5: TS.Recent older than 24 days is not trusted."""


def segment_arrives(tcb: Tcb, segment: Segment) -> None:
    """Dispatch on the state (§3.10.7.1 to §3.10.7.4); CLOSED is the host's."""
    tcb.segments_in += 1
    tcb.last_heard = tcb.now
    tcb.keepalive_sent = 0
    state = tcb.state
    if state is State.LISTEN:
        listen_state(tcb, segment)
    elif state is State.SYN_SENT:
        syn_sent_state(tcb, segment)
    elif state is not State.CLOSED:
        other_states(tcb, segment)


def reply(tcb: Tcb, segment: Segment, rule: Rule, cause: Segment) -> None:
    """Queue a reset formed here; it is settled and sent by the same rule."""
    if tcb.observer is not None:
        values = {"seg_seq": cause.seq, "seg_ack": cause.ack, "seg_len": cause.seg_len}
        values["iss"] = wrap(tcb.snd.iss)
        values["snd_nxt"] = wrap(tcb.snd.snd_nxt)
        values["snd_una"] = wrap(tcb.snd.snd_una)
        values["rcv_nxt"] = wrap(tcb.rcv.rcv_nxt)
        values["rcv_wnd"] = tcb.rcv.rcv_wnd
        values["length"] = len(cause.payload)
        named = [values.get(name) for name in rule.values] + [None] * 5
        segment.reason = tcb.reason(rule, named[0], named[1], named[2], named[3], named[4])
        tcb.settled(rule, cause, named[0], named[1], named[2], named[3])
    tcb.outbox.append(segment)


# --- 3.10.7.2. LISTEN STATE -----------------------------------------------------------
def listen_state(tcb: Tcb, segment: Segment) -> None:
    """First RST, second ACK, third SYN, fourth anything else."""
    flags = segment.flags
    if flags & RST:
        tcb.settled(rules.LISTEN_RST, segment, segment.seq)
    elif flags & ACK:
        reply(tcb, reset_without_ack(segment), rules.LISTEN_ACK, segment)
    elif flags & SYN:
        _listen_syn(tcb, segment)
    else:
        tcb.settled(rules.LISTEN_OTHER, segment, flags)


def _listen_syn(tcb: Tcb, segment: Segment) -> None:
    """Third: RCV.NXT <- SEG.SEQ+1, IRS <- SEG.SEQ, SYN,ACK, SYN-RECEIVED."""
    tcb.passive = True
    tcb.rcv.start(first_absolute(segment.seq))
    adopt_syn_options(tcb, segment)
    values = (segment.seq, wrap(tcb.rcv.rcv_nxt), wrap(tcb.snd.iss))
    if tcb.settings.two_way:
        _counterfactual_two_way(tcb, segment)
        return
    rule = rules.LISTEN_SPLIT if tcb.settings.split_synack else rules.LISTEN_SYN
    tcb.enter(Trigger.RCV_SYN, rule, *values)
    tcb.settled(rule, segment, *values)
    tcb.syn_due = True
    tcb.syn_rule = rule
    _syn_text(tcb, segment)


def _syn_text(tcb: Tcb, segment: Segment) -> None:
    """Text on the SYN: Fast Open delivers it, the RFC queues it, Linux drops it."""
    length = len(segment.payload)
    if length == 0 and not segment.flags & FIN:
        return
    if tcb.fastopen_accepted:
        tcb.settled(rules.LISTEN_FASTOPEN, segment, length)
        tcb.syn_rule = rules.LISTEN_FASTOPEN
        tcb.snd.set_window(segment.window, tcb.rcv.irs, tcb.snd.iss)
        # The window that the SYN,ACK is about to offer counts already.
        tcb.rcv.rcv_adv = tcb.rcv.rcv_nxt + min(tcb.rcv.buffer_size, 0xFFFF)
        process_text(tcb, segment, tcb.rcv.irs + 1)
        check_fin(tcb, segment, tcb.rcv.irs + 1 + length)
    elif tcb.settings.syn_data == "queue":
        tcb.held_syn = segment
        tcb.settled(rules.LISTEN_SYN_DATA_QUEUED, segment, length)
    else:
        tcb.settled(rules.LISTEN_SYN_DATA_DISCARDED, segment, length)


def _counterfactual_two_way(tcb: Tcb, segment: Segment) -> None:
    """Scenario 14: LISTEN + SYN is taken for a finished opening."""
    values = (segment.seq, wrap(tcb.snd.iss))
    tcb.enter(Trigger.TWO_WAY_SYN, rules.LISTEN_TWO_WAY, *values)
    tcb.settled(rules.LISTEN_TWO_WAY, segment, *values)
    tcb.syn_due = True
    tcb.syn_rule = rules.LISTEN_TWO_WAY
    tcb.snd.set_window(segment.window, tcb.rcv.irs, tcb.snd.iss)
    tcb.signal(CONNECTED | WRITABLE, "connected", rules.LISTEN_TWO_WAY)


# --- 3.10.7.3. SYN-SENT STATE -----------------------------------------------------------
def syn_sent_state(tcb: Tcb, segment: Segment) -> None:
    """First ACK, second RST, (third security,) fourth SYN, fifth the rest."""
    flags = segment.flags
    snd = tcb.snd
    ack = unwrap(segment.ack, snd.snd_una)
    acceptable = bool(flags & ACK) and snd.acks_something_new(ack)
    if flags & ACK and not acceptable:
        _syn_sent_bad_ack(tcb, segment)
    elif flags & RST:
        if acceptable:
            tcb.settled(rules.SYN_SENT_REFUSED, segment, segment.ack, wrap(snd.snd_nxt))
            tcb.give_up(
                Trigger.RCV_RST,
                ECONNREFUSED,
                rules.SYN_SENT_REFUSED,
                segment.ack,
                wrap(snd.snd_nxt),
            )
        else:
            tcb.settled(rules.SYN_SENT_RST_DROPPED, segment, segment.seq)
    elif not flags & SYN:
        tcb.settled(rules.SYN_SENT_NO_SYN, segment, flags)
    elif acceptable:
        _syn_sent_established(tcb, segment, ack)
    else:
        _syn_sent_simultaneous(tcb, segment)


def _syn_sent_bad_ack(tcb: Tcb, segment: Segment) -> None:
    """First: SEG.ACK =< ISS or SEG.ACK > SND.NXT: a reset, unless it is one."""
    iss = wrap(tcb.snd.iss)
    if segment.flags & RST:
        tcb.settled(rules.SYN_SENT_BAD_ACK_RST, segment, segment.ack, iss, wrap(tcb.snd.snd_nxt))
        return
    reply(tcb, reset_without_ack(segment), rules.SYN_SENT_BAD_ACK, segment)
    retry = tcb.settings.quick_syn_retry_ns
    if retry and tcb.syn_timeouts == 0:
        tcb.start_timer(RETRANSMIT, tcb.now + retry, rules.SYN_SENT_RETRY, retry)
        tcb.quick_retry = True


def _syn_sent_established(tcb: Tcb, segment: Segment, ack: int) -> None:
    """Fourth: our SYN has been ACKed."""
    rcv = tcb.rcv
    rcv.start(first_absolute(segment.seq))
    rcv.rcv_adv = rcv.rcv_nxt + tcb.syn_window
    adopt_syn_options(tcb, segment)
    values = (segment.ack, wrap(tcb.snd.iss), segment.seq, wrap(rcv.rcv_nxt))
    tcb.settled(rules.SYN_SENT_ESTABLISHED, segment, *values)
    _acknowledge(tcb, segment, ack)
    tcb.snd.set_window(segment.window, rcv.irs, ack)
    establish(tcb, Trigger.RCV_SYN_ACK, rules.SYN_SENT_ESTABLISHED, *values)
    tcb.owe_now(rules.SYN_SENT_ESTABLISHED, *values)
    snd = tcb.snd
    # RFC 7413 §4.2.2: text that a Fast Open SYN carried in vain goes again at once.
    again = tcb.fastopen_cookie is not None or tcb.settings.syn_data_unacked == "resend"
    if snd.snd_una < snd.snd_nxt and again:
        snd.pull_back()
        tcb.stop_timer(RETRANSMIT)
    if segment.payload or segment.flags & FIN:
        _sixth_onward(tcb, segment, rcv.irs + 1)


def _syn_sent_simultaneous(tcb: Tcb, segment: Segment) -> None:
    """Fourth, otherwise: SYN without ACK; enter SYN-RECEIVED, send SYN,ACK (MUST-10)."""
    tcb.rcv.start(first_absolute(segment.seq))
    tcb.rcv.rcv_adv = tcb.rcv.rcv_nxt + tcb.syn_window
    adopt_syn_options(tcb, segment)
    values = (segment.seq, wrap(tcb.rcv.rcv_nxt), wrap(tcb.snd.iss))
    tcb.settled(rules.SYN_SENT_SIMULTANEOUS, segment, *values)
    tcb.enter(Trigger.RCV_SYN, rules.SYN_SENT_SIMULTANEOUS, *values)
    tcb.snd.set_window(segment.window, tcb.rcv.irs, 0)
    tcb.syn_due = True
    tcb.syn_rule = rules.SYN_SENT_SIMULTANEOUS
    if segment.payload or segment.flags & FIN:
        tcb.held_syn = segment


# --- 3.10.7.4. Other States ---------------------------------------------------------------
def other_states(tcb: Tcb, segment: Segment) -> None:
    """First sequence, second RST, (third security,) fourth SYN, fifth ACK, then the rest."""
    seq = unwrap(segment.seq, tcb.rcv.rcv_nxt)
    if check_sequence(tcb, segment, seq):
        return
    if check_rst(tcb, segment, seq) or check_syn(tcb, segment, seq):
        return
    if check_ack(tcb, segment, seq):
        return
    if segment.flags & SYN:
        # App. A.2: of a repeated SYN,ACK only the ACK was still of use.
        seq += 1
    _sixth_onward(tcb, segment, seq)


def _sixth_onward(tcb: Tcb, segment: Segment, seq: int) -> None:
    """Sixth URG, seventh text, eighth FIN; ``seq`` is the first octet of text."""
    check_urg(tcb, segment, seq)
    if segment.payload and process_text(tcb, segment, seq):
        return
    check_fin(tcb, segment, seq + len(segment.payload))


# First, check sequence number
def check_sequence(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Table 6, PAWS before it (RFC 7323 §5.3), Appendix A.2 beside it."""
    if tcb.ts_ok and _paws_rejects(tcb, segment):
        return True
    rcv = tcb.rcv
    length = segment.seg_len
    if rcv.acceptable(seq, length):
        note_timestamp(tcb, segment, seq)
        return False
    if segment.flags & SYN and seq == rcv.irs and tcb.state is State.SYN_RECEIVED:
        return _repeated_syn(tcb, segment)
    if segment.flags & RST and seq == rcv.rcv_nxt - 1 and _rst_below_fin(tcb):
        return False
    if rcv.rcv_wnd == 0 and seq == rcv.rcv_nxt and not segment.flags & SYN:
        # Window zero: ACK, URG and RST still count (MUST-66); process_text() drops the text.
        return False
    _unacceptable(tcb, segment, seq)
    return True


def _rst_below_fin(tcb: Tcb) -> bool:
    """Linux tcp_reset_check(): some peers number the RST like the FIN before it."""
    return tcb.settings.rst_below_fin and tcb.rcv.fin_received


def _paws_rejects(tcb: Tcb, segment: Segment) -> bool:
    """RFC 7323 §5.3 R1; a RST is exempt, and so is an outdated TS.Recent (§5.5)."""
    value = segment.options.ts_val
    rcv = tcb.rcv
    if segment.flags & RST:
        return False
    if value < 0:
        # RFC 7323 §3.2: a segment without the option SHOULD be dropped.
        if segment.flags & SYN:
            return False
        tcb.settled(rules.TS_MISSING, segment, tcb.theirs(unwrap(segment.seq, rcv.rcv_nxt)))
        return True
    if rcv.ts_recent < 0 or not modular_less(value, rcv.ts_recent):
        return False
    if tcb.now - rcv.ts_recent_at > PAWS_VALID_NS:
        return False
    tcb.settled(rules.PAWS_DROP, segment, value, rcv.ts_recent)
    if tcb.may_challenge(segment):
        tcb.owe_now(rules.PAWS_DROP, value, rcv.ts_recent)
    return True


def _repeated_syn(tcb: Tcb, segment: Segment) -> bool:
    """SEG.SEQ = RCV.NXT-1 with SYN in SYN-RECEIVED (Appendix A.2)."""
    if segment.flags & RST:
        tcb.settled(rules.SEQ_UNACCEPTABLE_RST, segment, 0, 1, tcb.rcv.rcv_wnd)
        return True
    if segment.flags & ACK:
        return False
    values = (segment.seq, wrap(tcb.rcv.irs))
    if tcb.settings.syn_received_duplicate_syn == "resend":
        tcb.settled(rules.SYN_RECEIVED_AGAIN, segment, *values)
        tcb.syn_due = True
        tcb.syn_rule = rules.SYN_RECEIVED_AGAIN
    else:
        _unacceptable(tcb, segment, tcb.rcv.irs)
    return True


def _unacceptable(tcb: Tcb, segment: Segment, seq: int) -> None:
    """An ACK in reply, unless RST; then drop (§3.10.7.4 first)."""
    rcv = tcb.rcv
    relative = tcb.theirs(seq)
    nxt = tcb.theirs(rcv.rcv_nxt)
    if segment.flags & RST:
        tcb.settled(rules.RST_OUTSIDE, segment, relative, nxt, rcv.rcv_wnd)
        return
    flags = segment.flags
    rule = rules.SEQ_UNACCEPTABLE
    values: tuple[int, ...] = (relative, segment.seg_len, nxt, rcv.rcv_wnd)
    if flags & SYN and flags & ACK and seq == rcv.irs:
        rule, values = rules.SEQ_REPEATED_SYN_ACK, (relative, nxt)
    elif flags & SYN and tcb.settings.rfc5961 and tcb.state is not State.SYN_RECEIVED:
        # RFC 5961 §4.2: whatever the sequence number.
        rule, values = rules.SYN_CHALLENGE, (relative, nxt)
    elif flags & FIN and rcv.fin_received and seq + segment.seg_len == rcv.rcv_nxt:
        rule, values = rules.FIN_AGAIN, (relative, nxt)
    tcb.settled(rule, segment, *values)
    if tcb.may_challenge(segment):
        tcb.owe_now(rule, *values)


# Second, check the RST bit
def check_rst(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """RFC 5961 §3.2: exact kills, in the window is challenged (outside: dropped above)."""
    if not segment.flags & RST:
        return False
    rcv = tcb.rcv
    values = (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt), rcv.rcv_wnd)
    exact = seq == rcv.rcv_nxt or (seq == rcv.rcv_nxt - 1 and _rst_below_fin(tcb))
    if not exact and tcb.settings.rfc5961:
        tcb.settled(rules.RST_CHALLENGE, segment, *values)
        if tcb.may_challenge(segment):
            tcb.owe_now(rules.RST_CHALLENGE, *values)
        return True
    rule = rules.RST_EXACT if exact else rules.RST_793
    _reset_by_peer(tcb, segment, rule, values)
    return True


def _reset_by_peer(tcb: Tcb, segment: Segment, rule: Rule, values: tuple[int, int, int]) -> None:
    """What a valid RST does, by state."""
    state = tcb.state
    if state is State.SYN_RECEIVED:
        if tcb.passive:
            tcb.settled(rules.RST_SYN_RECEIVED_PASSIVE, segment, values[0], values[1])
            back_to_listen(tcb, Trigger.RCV_RST_PASSIVE, rules.RST_SYN_RECEIVED_PASSIVE, values)
        else:
            tcb.settled(rules.RST_SYN_RECEIVED_ACTIVE, segment, values[0], values[1])
            tcb.give_up(
                Trigger.RCV_RST, ECONNREFUSED, rules.RST_SYN_RECEIVED_ACTIVE, values[0], values[1]
            )
        return
    tcb.settled(rule, segment, values[0], values[1], values[2])
    closing = state is State.CLOSING or state is State.LAST_ACK
    if closing:
        rule = rules.RST_CLOSING
    error = 0 if closing and tcb.detached else EPIPE if state is State.CLOSE_WAIT else ECONNRESET
    tcb.was_reset = True
    tcb.give_up(Trigger.RCV_RST, error, rule, values[0], values[1])


def back_to_listen(tcb: Tcb, trigger: Trigger, rule: Rule, values: tuple[int, ...]) -> None:
    """A passively opened connection returns to LISTEN; the host drops the child."""
    tcb.enter(trigger, rule, *values[:3])
    tcb.timers.stop_all()
    tcb.snd.board.clear()
    tcb.syn_due = False
    tcb.rcv.owed = 0
    tcb.signals |= BACK_TO_LISTEN


# Fourth, check the SYN bit
def check_syn(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """SYN-RECEIVED by passive OPEN has its own rule; elsewhere RFC 5961 §4.2."""
    if not segment.flags & SYN:
        return False
    rcv = tcb.rcv
    if tcb.state is State.SYN_RECEIVED:
        if seq == rcv.irs and segment.flags & ACK:
            tcb.settled(rules.SEQ_REPEATED_SYN_ACK, segment, 0, 1)
            return False
        if tcb.passive:
            return _new_syn_in_syn_received(tcb, segment, seq)
    values = (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt))
    if tcb.settings.rfc5961:
        tcb.settled(rules.SYN_CHALLENGE, segment, *values)
        if tcb.may_challenge(segment):
            tcb.owe_now(rules.SYN_CHALLENGE, *values)
        return True
    reply(tcb, reset_without_ack(segment), rules.SYN_793, segment)
    tcb.give_up(Trigger.RCV_RST, ECONNRESET, rules.SYN_793, *values)
    return True


def _new_syn_in_syn_received(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Another SYN in the window while we wait for the first one's ACK (§3.5)."""
    values = (tcb.theirs(seq), tcb.theirs(tcb.rcv.rcv_nxt), tcb.rcv.rcv_wnd)
    if tcb.settings.syn_received_new_syn == "listen":
        tcb.settled(rules.SYN_RECEIVED_NEW_SYN_LISTEN, segment, *values)
        back_to_listen(tcb, Trigger.RCV_NEW_SYN, rules.SYN_RECEIVED_NEW_SYN_LISTEN, values)
        return True
    answer = reset_without_ack(segment) if segment.flags & ACK else reset_with_ack(segment)
    reply(tcb, answer, rules.SYN_RECEIVED_NEW_SYN_RESET, segment)
    back_to_listen(tcb, Trigger.RCV_NEW_SYN, rules.SYN_RECEIVED_NEW_SYN_RESET, values)
    return True


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
            reply(tcb, reset_without_ack(segment), rules.ACK_SYN_RECEIVED_BAD, segment)
            return True
        _syn_received_ack(tcb, segment, seq, ack)
        return False
    if snd.acks_something_unsent(ack):
        tcb.settled(rules.ACK_UNSENT, segment, tcb.ours(ack), tcb.ours(snd.snd_max))
        if tcb.may_challenge(segment):
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
    _established_ack(tcb, segment, seq, ack)
    return _ack_by_state(tcb)


def _syn_received_ack(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """SND.UNA < SEG.ACK =< SND.NXT: enter ESTABLISHED."""
    crossed = not tcb.passive
    values = (tcb.ours(ack), tcb.ours(tcb.snd.snd_una), tcb.ours(tcb.snd.snd_nxt))
    _acknowledge(tcb, segment, ack)
    tcb.snd.set_window(unscaled_window(tcb, segment), seq, ack)
    rule = tcb.established_by
    if rule is rules.COOKIE_ACCEPTED:
        values = (segment.ack, tcb.snd.mss, 0)
    tcb.settled(rule, segment, *values)
    establish(tcb, Trigger.RCV_ACK_OF_SYN, rule, *values)
    if segment.flags & SYN:
        if crossed and tcb.settings.ack_after_crossing_syn:
            tcb.owe_now(rules.SYN_ACK_CROSSED)
        elif tcb.settings.split_synack:
            # Our ACK of its SYN went ahead alone and was dropped (§3.10.7.3 fifth).
            tcb.owe_now(rules.SEQ_REPEATED_SYN_ACK, 0, 1)
    held = tcb.held_syn
    if held is not None:
        tcb.held_syn = None
        _sixth_onward(tcb, held, tcb.rcv.irs + 1)
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
        _acknowledge(tcb, segment, ack)
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
    """RFC 5681 §2: outstanding data, no text, no SYN or FIN, same ACK, same window."""
    if tcb.snd.board.empty() or segment.payload or segment.flags & (SYN | FIN):
        return False
    return newly_sacked > 0 or unscaled_window(tcb, segment) == tcb.snd.snd_wnd


def _duplicate(tcb: Tcb, segment: Segment, ack: int) -> None:
    snd = tcb.snd
    outcome = snd.take_duplicate(tcb.now)
    if outcome == ACK_FAST_RETRANSMIT:
        tcb.retransmit_rule = rules.RETRANSMIT_FAST
    tcb.settled(rules.ACK_DUPLICATE, segment, tcb.ours(ack), tcb.ours(snd.snd_una), snd.dupacks)


def _acknowledge(tcb: Tcb, segment: Segment, ack: int) -> None:
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
