"""SEGMENT ARRIVES in LISTEN and SYN-SENT (RFC 9293 §3.10.7.2, §3.10.7.3)."""

from synfin.core import rules
from synfin.core.acceptance import (
    adopt_syn_options,
    establish,
)
from synfin.core.acks import acknowledge_syn
from synfin.core.closed import reset_without_ack
from synfin.core.delayed_acks import wait_for_answer
from synfin.core.errno import ECONNREFUSED
from synfin.core.events import NO_VALUES
from synfin.core.sequence import first_absolute, unwrap, wrap
from synfin.core.states import Trigger
from synfin.core.tcb import CONNECTED, WRITABLE, Tcb
from synfin.core.text import check_fin, process_text, sixth_onward
from synfin.core.timers import RETRANSMIT
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment


# --- 3.10.7.2. LISTEN STATE -----------------------------------------------------------
def listen_state(tcb: Tcb, segment: Segment) -> None:
    """First RST, second ACK, third SYN, fourth anything else."""
    flags = segment.flags
    if flags & RST:
        tcb.settled(rules.LISTEN_RST, segment, (segment.seq,))
    elif flags & SYN and flags & ACK and tcb.settings.listen_syn_ack_silent:
        tcb.settled(rules.LISTEN_OTHER, segment, (flags,))
    elif flags & ACK:
        tcb.reply(reset_without_ack(segment), rules.LISTEN_ACK, segment)
    elif flags & SYN and not (flags & FIN and tcb.settings.listen_drops_syn_fin):
        _listen_syn(tcb, segment)
    else:
        tcb.settled(rules.LISTEN_OTHER, segment, (flags,))


def _listen_syn(tcb: Tcb, segment: Segment) -> None:
    """Third: RCV.NXT <- SEG.SEQ+1, IRS <- SEG.SEQ, SYN,ACK, SYN-RECEIVED."""
    tcb.passive = tcb.rcv.half_open = True
    tcb.rcv.start(first_absolute(segment.seq))
    adopt_syn_options(tcb, segment)
    values = NO_VALUES
    if tcb.observer is not None:
        values = (segment.seq, wrap(tcb.rcv.rcv_nxt), wrap(tcb.snd.iss))
    if tcb.settings.two_way:
        _counterfactual_two_way(tcb, segment)
        return
    # The SYN's window already counts: a FIN may leave in SYN-RECEIVED (§3.10.4).
    tcb.snd.set_window(segment.window, tcb.rcv.irs, tcb.snd.iss)
    rule = rules.LISTEN_SPLIT if tcb.settings.split_synack else rules.LISTEN_SYN
    tcb.enter(Trigger.RCV_SYN, rule, values)
    tcb.settled(rule, segment, values)
    tcb.syn_due = True
    tcb.syn_rule = rule
    _syn_text(tcb, segment)


def _syn_text(tcb: Tcb, segment: Segment) -> None:
    """Text on the SYN: Fast Open delivers it, the RFC queues it, Linux drops it."""
    length = len(segment.payload)
    if length == 0 and not segment.flags & FIN:
        return
    if tcb.fastopen_accepted:
        tcb.settled(rules.LISTEN_FASTOPEN, segment, (length,))
        tcb.syn_rule = rules.LISTEN_FASTOPEN
        # The window that the SYN,ACK is about to offer counts already.
        tcb.rcv.rcv_adv = tcb.rcv.rcv_nxt + min(tcb.rcv.buffer_size, 0xFFFF)
        tcb.syn_data_acked = length > 0
        process_text(tcb, segment, tcb.rcv.irs + 1)
        check_fin(tcb, segment, tcb.rcv.irs + 1 + length)
    elif tcb.settings.syn_data == "queue":
        tcb.held_syn = segment
        tcb.settled(rules.LISTEN_SYN_DATA_QUEUED, segment, (length,))
    else:
        tcb.settled(rules.LISTEN_SYN_DATA_DISCARDED, segment, (length,))


def _counterfactual_two_way(tcb: Tcb, segment: Segment) -> None:
    """Scenario 14: LISTEN + SYN is taken for a finished opening."""
    values = (segment.seq, wrap(tcb.snd.iss))
    tcb.enter(Trigger.TWO_WAY_SYN, rules.LISTEN_TWO_WAY, values)
    tcb.settled(rules.LISTEN_TWO_WAY, segment, values)
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
            tcb.settled(rules.SYN_SENT_REFUSED, segment, (segment.ack, wrap(snd.snd_nxt)))
            tcb.give_up(
                Trigger.RCV_RST,
                ECONNREFUSED,
                rules.SYN_SENT_REFUSED,
                (segment.ack, wrap(snd.snd_nxt)),
            )
        else:
            tcb.settled(rules.SYN_SENT_RST_DROPPED, segment, (segment.seq,))
    elif not flags & SYN:
        tcb.settled(rules.SYN_SENT_NO_SYN, segment, (flags,))
    elif acceptable and _echoes_nothing_of_ours(tcb, segment):
        tcb.reply(reset_without_ack(segment), rules.SYN_SENT_BAD_ECHO, segment)
    elif acceptable:
        _syn_sent_established(tcb, segment, ack)
    else:
        _syn_sent_simultaneous(tcb, segment)


def _echoes_nothing_of_ours(tcb: Tcb, segment: Segment) -> bool:
    """TSecr lies outside what we have sent since our first SYN (RFC 7323 §3.2)."""
    echo = segment.options.ts_ecr
    if not tcb.settings.syn_sent_checks_echo or not tcb.settings.timestamps:
        return False
    if segment.options.ts_val < 0 or echo <= 0:
        return False
    since = (tcb.now - tcb.first_sent_at) // tcb.settings.ts_clock_ns + 1
    return (tcb.ts_now() - echo) & 0xFFFFFFFF > since


def _syn_sent_bad_ack(tcb: Tcb, segment: Segment) -> None:
    """First: SEG.ACK =< ISS or SEG.ACK > SND.NXT: a reset, unless it is one."""
    iss = wrap(tcb.snd.iss)
    if segment.flags & RST:
        tcb.settled(rules.SYN_SENT_BAD_ACK_RST, segment, (segment.ack, iss, wrap(tcb.snd.snd_nxt)))
    else:
        tcb.reply(reset_without_ack(segment), rules.SYN_SENT_BAD_ACK, segment)
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
    values = NO_VALUES
    if tcb.observer is not None:
        values = (segment.ack, wrap(tcb.snd.iss), segment.seq, wrap(rcv.rcv_nxt))
    tcb.settled(rules.SYN_SENT_ESTABLISHED, segment, values)
    acknowledge_syn(tcb, segment, ack)
    tcb.snd.set_window(segment.window, rcv.irs, ack)
    establish(tcb, Trigger.RCV_SYN_ACK, rules.SYN_SENT_ESTABLISHED, values)
    if not wait_for_answer(tcb):
        tcb.owe_now(rules.SYN_SENT_ESTABLISHED, values)
    snd = tcb.snd
    # RFC 7413 §4.2.2: text that a Fast Open SYN carried in vain goes again at once.
    again = tcb.fastopen_cookie is not None or tcb.settings.syn_data_unacked == "resend"
    tcb.syn_data_acked = snd.snd_una == snd.snd_nxt and snd.snd_nxt > snd.iss + 1
    if snd.snd_una < snd.snd_nxt and again:
        snd.resend_syn_text()
        tcb.retransmit_rule = rules.RETRANSMIT_SYN_TEXT
    fast = tcb.fastopen_cookie is not None or tcb.fastopen_bare
    taken = not tcb.settings.answer_text_ignored or (fast and snd.snd_una == snd.snd_nxt)
    if taken and (segment.payload or segment.flags & FIN):
        sixth_onward(tcb, segment, rcv.irs + 1)


def _syn_sent_simultaneous(tcb: Tcb, segment: Segment) -> None:
    """Fourth, otherwise: SYN without ACK; enter SYN-RECEIVED, send SYN,ACK (MUST-10)."""
    tcb.rcv.start(first_absolute(segment.seq))
    tcb.rcv.rcv_adv = tcb.rcv.rcv_nxt + tcb.syn_window
    adopt_syn_options(tcb, segment)
    values = (segment.seq, wrap(tcb.rcv.rcv_nxt), wrap(tcb.snd.iss))
    tcb.settled(rules.SYN_SENT_SIMULTANEOUS, segment, values)
    tcb.enter(Trigger.RCV_SYN, rules.SYN_SENT_SIMULTANEOUS, values)
    tcb.snd.set_window(segment.window, tcb.rcv.irs, 0)
    tcb.syn_due = True
    tcb.syn_rule = rules.SYN_SENT_SIMULTANEOUS
    fin = segment.flags & FIN and not tcb.settings.fin_on_syn_ignored
    if not tcb.settings.answer_text_ignored and (segment.payload or fin):
        tcb.held_syn = segment if fin else _without_fin(segment)


def _without_fin(segment: Segment) -> Segment:
    """The same, as if it had no FIN."""
    flags = segment.flags & ~FIN
    return Segment(
        segment.src_port,
        segment.dst_port,
        segment.seq,
        segment.ack,
        flags,
        segment.window,
        segment.options,
        segment.payload,
        segment.urgent,
    )
