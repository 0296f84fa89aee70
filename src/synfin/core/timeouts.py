"""Timers that expire (RFC 9293 §3.10.8, §3.8.3, §3.8.4, §3.8.6.1; RFC 6298 §5)."""

from typing import Final

from synfin.core import loss_probe, recovery, rules
from synfin.core.delayed_acks import timer_expired as delayed_ack_expired
from synfin.core.errno import ETIMEDOUT
from synfin.core.forming import mark_urgent, options_now
from synfin.core.rules import Rule
from synfin.core.sequence import wrap
from synfin.core.settings import MILLISECOND, SECOND, Settings
from synfin.core.states import State, Trigger
from synfin.core.tcb import NOTICE, Tcb
from synfin.core.timers import (
    DELAYED_ACK,
    FIN_WAIT_2,
    KEEPALIVE,
    LOSS_PROBE,
    NAMES,
    NEVER,
    PERSIST,
    REORDER,
    RETRANSMIT,
    SWS_OVERRIDE,
    USER_TIMEOUT,
)
from synfin.wire.tcp import ACK, ECE, RST, SYN, Segment

MAX_TIMERS_PER_TICK: Final = 32
"""Every expiry re-arms later than now, so this is never reached; it bounds the loop."""
LEAST_WAIT_NS: Final = 4 * MILLISECOND
"""A jiffy of Linux, the least that a timer waits."""


def tick(tcb: Tcb) -> None:
    """Let every timer that is due at ``tcb.now`` expire."""
    for _ in range(MAX_TIMERS_PER_TICK):
        slot = tcb.timers.take_due(tcb.now)
        if slot < 0:
            return
        if tcb.observer is not None:
            tcb.emit("timer", None, {"name": NAMES[slot], "action": "fire", "due": tcb.now})
        _expire(tcb, slot)


def _expire(tcb: Tcb, slot: int) -> None:
    if slot == RETRANSMIT:
        _retransmission_timeout(tcb)
    elif slot == LOSS_PROBE:
        loss_probe.expired(tcb.snd, tcb.now)
    elif slot == REORDER:
        if recovery.reorder_timeout(tcb.snd, tcb.now):
            tcb.retransmit_rule = rules.RETRANSMIT_RACK
    elif slot == PERSIST:
        _persist_timeout(tcb)
    elif slot == DELAYED_ACK:
        delayed_ack_expired(tcb)
    elif slot == KEEPALIVE:
        _keepalive_timeout(tcb)
    elif slot == USER_TIMEOUT:
        _user_timeout(tcb)
    elif slot == FIN_WAIT_2:
        timeout = tcb.fin_wait_2_timeout
        tcb.give_up(Trigger.GIVE_UP, 0, rules.FIN_WAIT_2_TIMEOUT, (timeout,))
    elif slot == SWS_OVERRIDE:
        tcb.sws_override = True
        tcb.woken = tcb.settings.override_by_probe  # Linux tcp_write_wakeup()
        tcb.more_coming = tcb.more_held = False


# -- retransmission (RFC 6298 §5.4-5.6) ----------------------------------------------
def _retransmission_timeout(tcb: Tcb) -> None:
    board = tcb.snd.board
    if board.empty():
        return
    if board.front().flags & SYN:
        _syn_timeout(tcb)
    else:
        _text_timeout(tcb)


def _syn_timeout(tcb: Tcb) -> None:
    """Our SYN or SYN,ACK was not acknowledged (MUST-22, MUST-23)."""
    expiry = tcb.syn_timeouts + 1
    elapsed = tcb.now - tcb.first_sent_at
    answering = tcb.state is not State.SYN_SENT
    if _syn_is_hopeless(tcb, expiry, elapsed, answering):
        rule = rules.GIVE_UP_SYN_ACK if answering else rules.GIVE_UP_SYN
        tcb.give_up(Trigger.GIVE_UP, tcb.soft_error or ETIMEDOUT, rule, (tcb.syn_timeouts, elapsed))
        return
    tcb.syn_timeouts = expiry
    if tcb.snd.first_retransmit_at == 0:
        tcb.snd.first_retransmit_at = tcb.now
    rtt = tcb.snd.rtt
    schedule = tcb.settings.syn_schedule_ns
    if schedule and not answering:
        rtt.rto = schedule[expiry]
    elif answering or expiry > tcb.settings.syn_linear_timeouts:
        rtt.back_off()
    if tcb.deferred_ns > elapsed:
        _stay_silent(tcb)
        return
    tcb.snd.board.front().transmissions += 1  # Karn, even before it leaves
    tcb.syn_due = True
    tcb.syn_rule = rules.RTO_SYN_ACK if answering else rules.RTO_SYN
    if tcb.quick_retry:
        tcb.quick_retry = False
        tcb.syn_rule = rules.SYN_SENT_RETRY
    if not tcb.passive:
        _tell_r1(tcb, expiry)
        _clamp_to_user_timeout(tcb)


def _clamp_to_user_timeout(tcb: Tcb) -> None:
    """The user timeout of an opening, once a second SYN leaves (``syn_user_timeout``)."""
    if tcb.user_timeout and tcb.settings.syn_user_timeout:
        least = LEAST_WAIT_NS if tcb.syn_timeouts == 1 else 0
        end = max(tcb.first_sent_at + tcb.user_timeout, tcb.now + least)
        tcb.timers.start(USER_TIMEOUT, end)


def _stay_silent(tcb: Tcb) -> None:
    """The peer has our SYN,ACK; its text is waited for (Linux syn_ack_recalc())."""
    rto = tcb.snd.rtt.rto
    tcb.start_timer(RETRANSMIT, tcb.now + rto, rules.RTO_ARMED, rto)
    if tcb.observer is not None:
        seconds = tcb.deferred_ns // SECOND
        reason = tcb.reason(rules.LISTENER_DEFERRED, seconds, None, None, None, None)
        tcb.emit("silence", reason, {})


def _syn_is_hopeless(tcb: Tcb, expiry: int, elapsed: int, answering: bool) -> bool:
    """R2 for SYNs: by schedule (4.4BSD), by time (RFC) or by count (Linux)."""
    schedule = tcb.settings.syn_schedule_ns
    if schedule and not answering:
        return expiry >= len(schedule)
    if answering and tcb.settings.synack_retries:
        return expiry > tcb.settings.synack_retries
    if tcb.syn_r2_ns > 0:
        return elapsed >= tcb.syn_r2_ns
    if expiry > tcb.settings.syn_linear_timeouts + tcb.syn_retries:
        return True
    # Linux tcp_write_timeout() also asks retransmits_timed_out(), which knows nothing of
    # the linear ones: 2 retries and 4 linear ones end after 7 s, not after 11 s.
    settings = tcb.settings
    most = doubling_ns(tcb.syn_retries, settings.initial_rto_ns, settings.max_rto_ns)
    return elapsed >= most


def _text_timeout(tcb: Tcb) -> None:
    """RETRANSMISSION TIMEOUT, with the thresholds R1 and R2 (§3.8.3, MUST-20)."""
    snd = tcb.snd
    # A range that waited behind others was not in trouble yet: count from progress.
    elapsed = tcb.now - max(snd.board.front().first_sent, tcb.progress_at)
    if _text_is_hopeless(tcb, elapsed):
        error = 0 if tcb.detached and tcb.state is State.LAST_ACK else ETIMEDOUT
        error = (tcb.soft_error or error) if error else 0
        tcb.give_up(Trigger.GIVE_UP, error, rules.GIVE_UP, (snd.timeouts, elapsed))
        return
    recovery.timed_out(snd, tcb.now, back_off=True)
    tcb.retransmit_rule = rules.RTO_DATA
    _tell_r1(tcb, snd.timeouts)


def _tell_r1(tcb: Tcb, timeouts: int) -> None:
    """R1 is reached, for a SYN as for text: the application hears of it, once (SHLD-9)."""
    if timeouts >= tcb.settings.r1 and not tcb.r1_told:
        tcb.r1_told = True
        tcb.signal(NOTICE, "delivery-trouble", rules.LIMITED_R1)


def _text_is_hopeless(tcb: Tcb, elapsed: int) -> bool:
    """R2 reached. A peer that closed its window but still answers is not (SHLD-17)."""
    snd = tcb.snd
    if snd.snd_wnd == 0:
        elapsed = min(elapsed, tcb.now - tcb.last_heard)
    most = tcb.settings.most_retransmissions
    if most:
        return snd.timeouts >= most
    if tcb.r2_ns > 0:
        return elapsed >= tcb.r2_ns
    if snd.timeouts == 0:
        return False
    retries = tcb.settings.retries2
    if tcb.detached and tcb.settings.orphan_retries:
        retries = min(retries, tcb.settings.orphan_retries)
    since = tcb.now - snd.first_retransmit_at
    if snd.snd_wnd == 0:
        since = min(since, tcb.now - tcb.last_heard)
    return since >= retries_to_ns(retries, tcb.settings)


def retries_to_ns(retries: int, settings: Settings) -> int:
    """Linux retransmits_timed_out(): the time ``retries`` expiries take at the
    minimum RTO, doubling up to the maximum (15 of them: 924.6 s)."""
    return doubling_ns(retries, settings.min_rto_ns, settings.max_rto_ns)


def doubling_ns(retries: int, first: int, most: int) -> int:
    """Linux tcp_model_timeout(): how long ``retries`` expiries and one more take, from
    ``first`` ns on, doubling up to ``most`` ns."""
    first = min(first, most)
    doublings = (most // first).bit_length() - 1
    if retries <= doublings:
        return ((2 << retries) - 1) * first
    return ((2 << doublings) - 1) * first + (retries - doublings) * most


# -- zero window (§3.8.6.1) -------------------------------------------------------------
def _persist_timeout(tcb: Tcb) -> None:
    """Probe, ever more rarely, for as long as the peer answers (MUST-37, SHLD-30)."""
    snd = tcb.snd
    if snd.usable > 0 or not snd.board.empty():
        return
    if _probing_is_hopeless(tcb):
        silent = tcb.now - tcb.last_heard
        error = tcb.soft_error or ETIMEDOUT
        tcb.give_up(Trigger.GIVE_UP, error, rules.GIVE_UP, (snd.unanswered_probes, silent))
        return
    snd.probes += 1
    snd.unanswered_probes += 1
    empty = tcb.settings.empty_window_probes
    tcb.probe_due = rules.PERSIST_PROBE_EMPTY if empty else rules.PERSIST_PROBE
    interval = min(snd.rtt.rto << min(snd.probes, 20), tcb.settings.max_rto_ns)
    interval = max(interval, tcb.settings.least_probe_gap_ns)
    tcb.start_timer(PERSIST, tcb.now + interval, rules.PERSIST_ARMED, snd.snd_wnd, interval)


def _probing_is_hopeless(tcb: Tcb) -> bool:
    """Unanswered probes fall under R2, like any retransmission.

    Linux tcp_probe_timer(): once the application has closed, answers count no more:
    a peer could hold the connection for ever by never opening its window.
    """
    snd = tcb.snd
    orphan = tcb.settings.orphan_retries if tcb.detached else 0
    if orphan and snd.probes >= orphan and snd.rtt.rto << snd.probes >= tcb.settings.max_rto_ns:
        return True
    if snd.unanswered_probes == 0:
        return False
    if tcb.settings.most_retransmissions:
        return snd.unanswered_probes >= tcb.settings.most_retransmissions
    if tcb.r2_ns > 0:
        return tcb.now - tcb.last_heard >= tcb.r2_ns
    return snd.unanswered_probes >= tcb.settings.retries2


# -- keep-alive (§3.8.4) -------------------------------------------------------------------
def _keepalive_timeout(tcb: Tcb) -> None:
    """MAY-5; only with nothing outstanding and nothing heard for the interval (MUST-26)."""
    if not tcb.keepalive:
        return
    if tcb.snd.pending:
        tcb.timers.start(KEEPALIVE, tcb.now + tcb.keepalive_idle)
        return
    idle = tcb.now - tcb.last_heard
    if tcb.keepalive_sent == 0 and idle < tcb.keepalive_idle:
        tcb.timers.start(KEEPALIVE, tcb.last_heard + tcb.keepalive_idle)
        return
    if tcb.keepalive_sent >= tcb.keepalive_probes:
        _keepalive_gives_up(tcb)
        return
    tcb.keepalive_sent += 1
    tcb.keepalive_due = True
    tcb.timers.start(KEEPALIVE, tcb.now + tcb.keepalive_interval)


def _keepalive_gives_up(tcb: Tcb) -> None:
    """All probes unanswered: one alone would prove nothing (MUST-29)."""
    values = (tcb.keepalive_sent, tcb.keepalive_probes)
    if tcb.settings.keepalive_reset:
        queue_reset(tcb, rules.KEEPALIVE_GIVE_UP, *values)
    error = tcb.soft_error or ETIMEDOUT
    tcb.give_up(Trigger.GIVE_UP, error, rules.KEEPALIVE_GIVE_UP, values)


def queue_reset(tcb: Tcb, rule: Rule, a: int = 0, b: int = 0) -> None:
    """<SEQ=SND.NXT><CTL=RST> of our own accord (§3.10.5); with ACK as stacks do."""
    flags = RST | ACK if tcb.settings.linger_reset_ack else RST
    flags |= ECE if tcb.ecn.echo else 0
    ack = wrap(tcb.rcv.rcv_nxt) if flags & ACK else 0
    seq = wrap(tcb.own_number())
    options = options_now(tcb)  # RFC 7323 §3.2: TSopt SHOULD stand on a RST, too
    segment = Segment(tcb.local_port, tcb.remote_port, seq, ack, flags, 0, options)
    if tcb.settings.reset_bears_urgent:
        mark_urgent(tcb, segment, tcb.own_number())
    if tcb.observer is not None:
        segment.reason = tcb.reason(rule, a, b, None, None, None)
    tcb.outbox.append(segment)


def _next_look(tcb: Tcb) -> int:
    """When the retransmission timer expires; now, if it does not run."""
    due = tcb.timers.retransmit
    return tcb.now if due == NEVER else max(tcb.now, due)


# -- USER TIMEOUT (§3.10.8) ----------------------------------------------------------------
def _user_timeout(tcb: Tcb) -> None:
    """Nothing the peer acknowledged for so long: abort (MUST-21)."""
    snd = tcb.snd
    if not tcb.user_timeout or not snd.pending:
        return
    began = snd.waiting_since if snd.board.empty() else snd.board.front().first_sent
    since = max(tcb.progress_at, began)
    if tcb.settings.user_timeout_from_retransmission and not snd.board.empty():
        since = snd.first_retransmit_at or _next_look(tcb)
        opening = bool(snd.board.front().flags & SYN) and not tcb.passive
        if opening and snd.first_retransmit_at and tcb.settings.syn_user_timeout:
            since = tcb.first_sent_at
    elapsed = tcb.now - since
    if elapsed < tcb.user_timeout:
        tcb.timers.start(USER_TIMEOUT, since + tcb.user_timeout)
        return
    error = tcb.soft_error or ETIMEDOUT
    tcb.give_up(Trigger.GIVE_UP, error, rules.USER_TIMEOUT, (elapsed, tcb.user_timeout))
