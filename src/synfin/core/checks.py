"""First sequence number, second RST, fourth SYN (RFC 9293 §3.10.7.4; RFC 5961, RFC 7323).

There is no third step: security compartments are not implemented (Appendix A.1
calls them historic).
"""

from synfin.core import rules
from synfin.core.acceptance import PAWS_VALID_NS, unscaled_window
from synfin.core.closed import reset_with_ack, reset_without_ack
from synfin.core.delayed_acks import enter_quick_mode
from synfin.core.errno import ECONNREFUSED, ECONNRESET, EPIPE
from synfin.core.rules import Rule
from synfin.core.sequence import modular_less, unwrap, wrap
from synfin.core.settings import SECOND
from synfin.core.states import State, Trigger
from synfin.core.tcb import BACK_TO_LISTEN, Tcb
from synfin.core.timeouts import queue_reset
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment


# --- SYN-RECEIVED as a request (the switch ``request_sockets``) -------------------------
def is_request(tcb: Tcb) -> bool:
    """Opened passively, and only half: nobody but the listener knows of it."""
    return tcb.state is State.SYN_RECEIVED and tcb.passive and not tcb.fastopen_accepted


def check_request(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Linux tcp_check_req(): a repeated SYN, then the ACK field, then all the rest."""
    rcv = tcb.rcv
    flags = segment.flags
    stale = tcb.ts_ok and (outdated(tcb, segment) or _foreign_echo(tcb, segment))
    if seq == rcv.irs and flags & (SYN | RST | ACK) == SYN and not stale:
        return _repeated_syn(tcb, segment)
    inside = rcv.acceptable(seq, segment.seg_len, True)
    if flags & RST and inside and not stale and seq != rcv.rcv_nxt:
        return False  # challenged, whatever it acknowledges
    if flags & ACK and segment.ack != wrap(tcb.snd.iss + 1):
        if flags & RST:
            tcb.settled(rules.RST_OUTSIDE, segment, (tcb.theirs(seq), 1, rcv.rcv_wnd))
        else:
            tcb.reply(reset_without_ack(segment), rules.ACK_SYN_RECEIVED_BAD, segment)
        return True
    if stale or not inside:
        numbers = (tcb.theirs(seq), segment.seg_len, 1, rcv.rcv_wnd)
        tcb.settled(rules.SEQ_UNACCEPTABLE, segment, numbers)
        if not flags & RST and tcb.may_answer(segment):
            tcb.owe_now(rules.SEQ_UNACCEPTABLE, numbers)
        return True
    return False


def _foreign_echo(tcb: Tcb, segment: Segment) -> bool:
    """It echoes a timestamp that none of our SYN,ACKs bore."""
    first, last = tcb.stamps_sent
    echo = segment.options.ts_ecr
    if segment.options.ts_val < 0 or echo == 0 or first < 0:
        return False
    return modular_less(echo, first) or modular_less(last, echo)


# First, check sequence number
def check_sequence(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Table 6, PAWS before it (RFC 7323 §5.3), Appendix A.2 beside it."""
    if tcb.settings.request_sockets and is_request(tcb):
        return check_request(tcb, segment, seq)
    if tcb.settings.ack_bit_first and not segment.flags & (ACK | RST | SYN):
        tcb.settled(rules.ACK_MISSING, segment, (segment.flags,))
        return True
    if tcb.ts_ok and _paws_rejects(tcb, segment, seq):
        return True
    rcv = tcb.rcv
    length = segment.seg_len
    same_syn = bool(segment.flags & SYN) and seq == rcv.irs and tcb.state is State.SYN_RECEIVED
    if same_syn and not segment.flags & ACK:
        return _repeated_syn(tcb, segment)  # its text may well overlap the window
    if rcv.acceptable(seq, length, tcb.settings.right_edge_acks):
        return False
    if same_syn:
        return _repeated_syn(tcb, segment)
    if segment.flags & RST and seq == rcv.rcv_nxt - 1 and _rst_below_fin(tcb):
        return False
    if rcv.rcv_wnd == 0 and seq == rcv.rcv_nxt and not segment.flags & SYN:
        # Window zero: ACK, URG and RST still count (MUST-66); process_text() drops the text.
        return False
    at_left_edge = rcv.last_ack_sent <= seq + length <= rcv.rcv_nxt
    if tcb.settings.left_edge_acks and at_left_edge and not segment.flags & SYN:
        return False
    _unacceptable(tcb, segment, seq)
    return not _old_but_acknowledges(tcb, segment, seq)


def _old_but_acknowledges(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """FreeBSD: a segment from below the window is cut to nothing, and its ACK counts."""
    if not tcb.settings.old_segments_acknowledge or tcb.state is State.SYN_RECEIVED:
        return False
    return segment.flags & (ACK | SYN | RST) == ACK and seq < tcb.rcv.rcv_nxt


def _rst_below_fin(tcb: Tcb) -> bool:
    """Linux tcp_reset_check(): some peers number the RST like the FIN before it."""
    return tcb.settings.rst_below_fin and tcb.rcv.fin_received


def _paws_rejects(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """RFC 7323 §5.3 R1; a RST is exempt, and so is an outdated TS.Recent (§5.5)."""
    value = segment.options.ts_val
    rcv = tcb.rcv
    if segment.flags & RST:
        return False
    if value < 0:
        # RFC 7323 §3.2: a segment without the option SHOULD be dropped.
        if segment.flags & SYN or not tcb.settings.missing_timestamp_drops:
            return False
        tcb.settled(rules.TS_MISSING, segment, (tcb.theirs(unwrap(segment.seq, rcv.rcv_nxt)),))
        return True
    if not outdated(tcb, segment) or _late_duplicate_ack(tcb, segment, seq):
        return False
    tcb.paws_drops += 1
    tcb.settled(rules.PAWS_DROP, segment, (value, rcv.ts_recent))
    bare = segment.flags & ACK and not segment.seg_len
    if bare and seq < rcv.rcv_nxt and tcb.settings.paws_ignores_old_acks:
        return True
    _answer(tcb, segment, seq, rules.PAWS_DROP, (value, rcv.ts_recent))
    return True


def _late_duplicate_ack(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Linux tcp_disordered_ack(): an ACK with nothing new that was overtaken, by no more
    than some RTOs; it is no sign of an old connection."""
    snd, rcv = tcb.snd, tcb.rcv
    if not tcb.settings.paws_spares_duplicate_acks:
        return False
    if segment.flags & (ACK | SYN | FIN) != ACK or segment.payload or seq != rcv.rcv_nxt:
        return False
    if unwrap(segment.ack, snd.snd_una) != snd.snd_una:
        return False
    if seq > snd.snd_wl1 or not 0 < unscaled_window(tcb, segment) <= snd.snd_wnd:
        return False  # it may tell of a window
    late = (rcv.ts_recent - segment.options.ts_val) & 0xFFFFFFFF
    return late * SECOND <= snd.rtt.rto * 1200


def outdated(tcb: Tcb, segment: Segment) -> bool:
    """Its timestamp is older than one that has come."""
    value = segment.options.ts_val
    rcv = tcb.rcv
    if value < 0 or rcv.ts_recent < 0 or not modular_less(value, rcv.ts_recent):
        return False
    return tcb.now - rcv.ts_recent_at <= PAWS_VALID_NS


def _answer(tcb: Tcb, segment: Segment, seq: int, rule: Rule, values: tuple[int, ...]) -> None:
    """The ACK in reply to what cannot be taken, if it may leave; it names what came twice."""
    if not tcb.may_answer(segment):
        return
    rcv = tcb.rcv
    if segment.seg_len and seq < rcv.rcv_nxt and not segment.flags & SYN:
        enter_quick_mode(tcb)
        tcb.note_duplicate(seq, min(seq + segment.seg_len, rcv.rcv_nxt))
    tcb.owe_now(rule, values)


def _repeated_syn(tcb: Tcb, segment: Segment) -> bool:
    """SEG.SEQ = RCV.NXT-1 with SYN in SYN-RECEIVED (Appendix A.2)."""
    if segment.flags & RST:
        tcb.settled(rules.SEQ_UNACCEPTABLE_RST, segment, (0, 1, tcb.rcv.rcv_wnd))
        return True
    if segment.flags & ACK:
        return False
    values = (segment.seq, wrap(tcb.rcv.irs))
    crossed = tcb.settings.request_sockets and not tcb.passive
    if tcb.settings.syn_received_duplicate_syn == "resend" and not crossed:
        if tcb.settings.request_sockets and is_request(tcb) and not tcb.may_answer(segment):
            return True
        tcb.settled(rules.SYN_RECEIVED_AGAIN, segment, values)
        tcb.syn_due = True
        tcb.syn_rule = rules.SYN_RECEIVED_AGAIN
        tcb.ecn.take_another_syn(segment, tcb.settings)
    else:
        _unacceptable(tcb, segment, tcb.rcv.irs)
    return True


def _unacceptable(tcb: Tcb, segment: Segment, seq: int) -> None:
    """An ACK in reply, unless RST; then drop (§3.10.7.4 first)."""
    rcv = tcb.rcv
    relative = tcb.theirs(seq)
    nxt = tcb.theirs(rcv.rcv_nxt)
    if segment.flags & RST:
        tcb.settled(rules.RST_OUTSIDE, segment, (relative, nxt, rcv.rcv_wnd))
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
    tcb.settled(rule, segment, values)
    _answer(tcb, segment, seq, rule, values)


# Second, check the RST bit
def check_rst(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """RFC 5961 §3.2: exact kills, in the window is challenged (outside: dropped above).

    Text that a RST carries changes nothing (SHLD-2).
    """
    if not segment.flags & RST:
        return False
    rcv = tcb.rcv
    values = (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt), rcv.rcv_wnd)
    exact = seq == rcv.rcv_nxt or (seq == rcv.rcv_nxt - 1 and _rst_below_fin(tcb))
    if tcb.settings.rst_at_sack_edge and tcb.sack_ok and rcv.held.recent:
        exact = exact or seq == rcv.held.block_ends[-1]
    if not exact and tcb.settings.rfc5961 and not tcb.settings.rst_in_window_kills:
        tcb.settled(rules.RST_CHALLENGE, segment, values)
        if tcb.may_challenge(segment):
            tcb.owe_now(rules.RST_CHALLENGE, values)
        return True
    rule = rules.RST_EXACT if exact else rules.RST_793
    _reset_by_peer(tcb, segment, rule, values)
    return True


def _reset_by_peer(tcb: Tcb, segment: Segment, rule: Rule, values: tuple[int, int, int]) -> None:
    """What a valid RST does, by state: an abort, never an orderly end (MUST-12)."""
    state = tcb.state
    if state is State.SYN_RECEIVED:
        if tcb.fastopen_accepted:
            # The application has it already: to its socket this is a connection.
            tcb.settled(rule, segment, values)
            tcb.give_up(Trigger.RCV_RST, ECONNRESET, rule, (values[0], values[1]))
        elif tcb.passive:
            tcb.settled(rules.RST_SYN_RECEIVED_PASSIVE, segment, (values[0], values[1]))
            back_to_listen(tcb, Trigger.RCV_RST_PASSIVE, rules.RST_SYN_RECEIVED_PASSIVE, values)
        else:
            tcb.settled(rules.RST_SYN_RECEIVED_ACTIVE, segment, (values[0], values[1]))
            error = ECONNRESET if tcb.settings.crossing_reset_is_reset else ECONNREFUSED
            tcb.give_up(
                Trigger.RCV_RST, error, rules.RST_SYN_RECEIVED_ACTIVE, (values[0], values[1])
            )
        return
    tcb.settled(rule, segment, (values[0], values[1], values[2]))
    closing = state is State.CLOSING or state is State.LAST_ACK
    if closing:
        rule = rules.RST_CLOSING
    error = ECONNRESET
    if closing and tcb.detached:
        error = 0
    elif state is State.CLOSE_WAIT and tcb.settings.reset_in_close_wait_epipe:
        error = EPIPE
    tcb.was_reset = True
    tcb.give_up(Trigger.RCV_RST, error, rule, values)


def back_to_listen(tcb: Tcb, trigger: Trigger, rule: Rule, values: tuple[int, ...]) -> None:
    """A passively opened connection returns to LISTEN; the host drops the child."""
    tcb.enter(trigger, rule, values[:3])
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
            tcb.settled(rules.SEQ_REPEATED_SYN_ACK, segment, (0, 1))
            return False
        if tcb.passive and not tcb.fastopen_accepted:
            return _new_syn_in_syn_received(tcb, segment, seq)
    values = (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt))
    if tcb.settings.rfc5961 and not tcb.settings.syn_in_window_resets:
        tcb.settled(rules.SYN_CHALLENGE, segment, values)
        if tcb.may_challenge(segment):
            tcb.owe_now(rules.SYN_CHALLENGE, values)
        return True
    if tcb.settings.syn_in_window_resets:
        tcb.settled(rules.SYN_793, segment, values)
        queue_reset(tcb, rules.SYN_793, *values)
    else:
        tcb.reply(reset_without_ack(segment), rules.SYN_793, segment)
    tcb.give_up(Trigger.RCV_RST, ECONNRESET, rules.SYN_793, values)
    return True


def _new_syn_in_syn_received(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Another SYN in the window while we wait for the first one's ACK (§3.5)."""
    values = (tcb.theirs(seq), tcb.theirs(tcb.rcv.rcv_nxt), tcb.rcv.rcv_wnd)
    if tcb.settings.syn_received_new_syn == "listen":
        tcb.settled(rules.SYN_RECEIVED_NEW_SYN_LISTEN, segment, values)
        back_to_listen(tcb, Trigger.RCV_NEW_SYN, rules.SYN_RECEIVED_NEW_SYN_LISTEN, values)
        return True
    answer = reset_without_ack(segment) if segment.flags & ACK else reset_with_ack(segment)
    tcb.reply(answer, rules.SYN_RECEIVED_NEW_SYN_RESET, segment)
    back_to_listen(tcb, Trigger.RCV_NEW_SYN, rules.SYN_RECEIVED_NEW_SYN_RESET, values)
    return True
