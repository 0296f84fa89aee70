"""When the ACK for text leaves: at once, with a second segment, or a little later.

RFC 9293 §3.8.6.3 asks for every second full segment and for less than 0.5 s
(MUST-40, SHLD-18, SHLD-19). With the switch ``adaptive_acks`` the choice is Linux's
(net/ipv4/tcp_input.c, tcp_output.c, tcp_timer.c): a burst begins in *quick-ACK
mode*, in which every segment is acknowledged at once, because the sender's window
has to grow; once we answer text by text the connection counts as a conversation
(*pingpong mode*) and ACKs wait for the next answer to ride on. How long they wait
follows the gaps between the peer's segments.
"""

from typing import Final

from synfin.core import rules
from synfin.core.receiver import DELAYED, NONE, NOW
from synfin.core.rules import Rule
from synfin.core.settings import MILLISECOND, SECOND
from synfin.core.tcb import Tcb
from synfin.core.timers import DELAYED_ACK, NEVER
from synfin.wire.tcp import FIN, PSH, SYN, Segment

LONGEST: Final = 200 * MILLISECOND
"""Linux TCP_DELACK_MAX."""
HALF_A_SECOND: Final = SECOND // 2
LEAST_SEGMENT: Final = 88
"""Linux TCP_MIN_MSS."""
TIMESTAMPS: Final = 12
"""Octets of that option in each segment."""
AT_ONCE: Final = 3
"""Linux TCP_FASTRETRANS_THRESH: so many duplicate ACKs are never held back."""
MOST_COMPRESSED: Final = 44
"""Linux tcp_comp_sack_nr."""


def connected(tcb: Tcb) -> None:
    """ESTABLISHED: a first guess at the peer's segments (Linux tcp_initialize_rcv_mss())."""
    state = tcb.acking
    if state.adaptive:
        rcv = tcb.rcv
        guess = min(min(tcb.settings.mss, tcb.snd.mss), min(rcv.rcv_wnd // 2, 536))
        rcv.segment_size = max(max(rcv.segment_size if rcv.unread else 0, guess), LEAST_SEGMENT)
        state.heard_at = tcb.now


def text_has_come(tcb: Tcb, segment: Segment, length: int) -> None:
    """Text in order was taken (Linux tcp_event_data_recv()): estimate the gap between
    segments. ``length`` is what the segment carried."""
    state = tcb.acking
    state.due = True
    if not state.adaptive or segment.flags & SYN:
        return
    measure(tcb, segment, length)
    least = tcb.delayed_ack_ns
    if state.ato == 0:
        more_quick_acks(tcb)
        state.ato = least
    else:
        gap = tcb.now - state.heard_at
        rto = tcb.snd.rtt.rto
        if gap <= least // 2:
            state.ato = state.ato // 2 + least // 2
        elif gap < state.ato:
            state.ato = min(state.ato // 2 + gap, rto)
        elif gap > rto:
            more_quick_acks(tcb)  # the sender begins anew, from a small window
    state.heard_at = tcb.now


def measure(tcb: Tcb, segment: Segment, length: int) -> None:
    """How large the peer's full segment is (Linux tcp_measure_rcv_mss()): grows at once,
    shrinks when two segments in a row have the same smaller size."""
    rcv = tcb.rcv
    size = segment.mss or length
    state = tcb.acking
    before = state.small_size
    state.small_size = 0
    if size >= rcv.segment_size:
        most = tcb.settings.mss - (TIMESTAMPS if tcb.ts_ok else 0)  # Linux tp->advmss
        rcv.segment_size = min(size, most)
        if segment.flags & PSH:
            state.pushed = max(state.pushed, 1)
        return
    if size >= 536 or (size >= LEAST_SEGMENT and not segment.flags & (PSH | FIN)):
        state.small_size = size
        if size == before:
            rcv.segment_size = size
            return
    state.pushed = 2 if state.pushed else 1


def more_quick_acks(tcb: Tcb, most: int = 0) -> None:
    """As many as the window holds pairs of segments, but no more than ``most`` (0: the
    switch ``quick_acks``; Linux tcp_incr_quickack())."""
    rcv = tcb.rcv
    pairs = max(rcv.rcv_wnd // (2 * max(rcv.segment_size, 1)), 2)
    tcb.acking.quick = max(tcb.acking.quick, min(pairs, most or tcb.settings.quick_acks))


def enter_quick_mode(tcb: Tcb, most: int = 0) -> None:
    """Something came twice: the sender has lost our ACKs or is in trouble. ``most`` as
    above (Linux tcp_enter_quickack_mode())."""
    state = tcb.acking
    if state.adaptive:
        more_quick_acks(tcb, most)
        state.pingpong = False
        state.ato = tcb.delayed_ack_ns


def owe_for_text(tcb: Tcb) -> None:
    """Decide about the ACK for what was delivered since the last look."""
    state = tcb.acking
    state.due = False
    if tcb.delayed_ack_ns == 0:
        tcb.owe_now(rules.ACK_IMMEDIATE)
    elif state.adaptive:
        _owe_adaptively(tcb)
    elif tcb.rcv.unacked >= 2 * tcb.rcv.segment_size or (
        tcb.settings.second_segment_acks and tcb.timers.running(DELAYED_ACK)
    ):
        tcb.owe_now(rules.ACK_SECOND_SEGMENT)
    elif state.quick > 0:
        state.quick -= 1
        tcb.owe_now(rules.ACK_IMMEDIATE)
    else:
        _wait(tcb, tcb.delayed_ack_ns)


def _owe_numbered(tcb: Tcb, rule: Rule, value: int) -> None:
    """An ACK of RCV.NXT is due at once, for ``rule``, which compared ``value``, too."""
    if tcb.observer is None:
        tcb.rcv.owe(NOW, rule)
    else:
        tcb.owe_now(rule, (tcb.theirs(tcb.rcv.rcv_nxt), value))


def look_again(tcb: Tcb) -> None:
    """An ACK waits and something else came: in quick-ACK mode it waits no longer (Linux
    tcp_ack_snd_check() runs for every segment)."""
    state = tcb.acking
    if state.adaptive and state.quick > 0 and not state.pingpong:
        _owe_numbered(tcb, rules.ACK_QUICK, state.quick)


def owe_for_fin(tcb: Tcb) -> None:
    """A FIN in ESTABLISHED was taken: at once, or (Linux tcp_fin()) as in a conversation,
    because the application will soon close, too."""
    state = tcb.acking
    state.due = False
    if not state.adaptive or tcb.delayed_ack_ns == 0:
        tcb.owe_now(rules.ACK_OF_FIN)
        return
    state.pingpong = True
    if state.ato == 0 or tcb.rcv.owed == NOW:
        tcb.owe_now(rules.ACK_OF_FIN)  # nothing to estimate from: the next tick at the latest
    else:
        _owe_adaptively(tcb)


def _owe_adaptively(tcb: Tcb) -> None:
    """Linux __tcp_ack_snd_check(): more than a full segment, if reading has kept pace, or
    quick-ACK mode."""
    rcv = tcb.rcv
    state = tcb.acking
    if rcv.rcv_nxt - rcv.last_ack_sent > rcv.segment_size and _window_keeps_up(tcb):
        tcb.owe_now(rules.ACK_SECOND_SEGMENT)
    elif state.quick > 0 and not state.pingpong:
        _owe_numbered(tcb, rules.ACK_QUICK, state.quick)
    else:
        _delay_adaptively(tcb)


def _window_keeps_up(tcb: Tcb) -> bool:
    """Whether the window to be offered is no smaller than the one offered last; if it is,
    reading will send the ACK."""
    rcv = tcb.rcv
    room = max(0, rcv.buffer_size - rcv.unread)
    return min(room, 0xFFFF << rcv.scale) >= min(
        rcv.last_edge_sent - rcv.last_ack_sent, rcv.buffer_size
    )


def _delay_adaptively(tcb: Tcb) -> None:
    """Linux tcp_send_delayed_ack(): the estimate, bounded by SRTT and 200 ms."""
    state = tcb.acking
    delay = state.ato
    if delay > tcb.delayed_ack_ns:
        most = LONGEST if state.pingpong or state.pushed else HALF_A_SECOND
        srtt = tcb.snd.rtt.srtt
        if srtt:
            most = min(most, max(srtt, tcb.delayed_ack_ns))
        delay = min(delay, most)
    _wait(tcb, min(delay, LONGEST))


def _wait(tcb: Tcb, delay: int) -> None:
    """The ACK may wait ``delay`` ns; a timer that runs is only ever shortened."""
    timers = tcb.timers
    rcv = tcb.rcv
    due = tcb.now + delay
    before = timers.delayed_ack
    if before != NEVER:
        if tcb.acking.adaptive and before <= tcb.now + delay // 4:
            _owe_numbered(tcb, rules.ACK_DELAYED, delay)  # it is all but due
            return
        due = min(due, before)
    rcv.owe(DELAYED, rules.ACK_DELAYED)
    if tcb.observer is not None:
        waited = tcb.reason(rules.WAIT_ACK, due - tcb.now, None, None, None, None)
        tcb.emit("silence", waited, {})
    if before != due:
        tcb.acking.delay = delay
        if tcb.observer is None:
            timers.start(DELAYED_ACK, due)
        else:
            tcb.start_timer(DELAYED_ACK, due, rules.ACK_DELAYED, tcb.theirs(rcv.rcv_nxt), delay)


def compress(tcb: Tcb) -> bool:
    """Linux __tcp_ack_snd_check(), sack_compression: text came out of order. The first three
    duplicate ACKs for a number leave at once, as the peer's fast retransmission counts
    them (RFC 5681 §3.2); later ones wait a little, together. True when this one waits."""
    settings = tcb.settings
    state = tcb.acking
    if not settings.sack_compression_ns or not tcb.sack_ok or tcb.delayed_ack_ns == 0:
        return False
    if not state.adaptive or (state.quick > 0 and not state.pingpong):
        return False
    rcv = tcb.rcv
    if state.duplicates_for != rcv.rcv_nxt:
        state.duplicates_for = rcv.rcv_nxt
        state.duplicates = 0
    if state.duplicates < AT_ONCE:
        state.duplicates += 1
        return False
    if rcv.owed == NOW or state.compressed >= MOST_COMPRESSED:
        return False
    state.compressed += 1
    due = tcb.now + min(settings.sack_compression_ns, tcb.snd.rtt.srtt // 20)
    rcv.owe(DELAYED, rules.ACK_COMPRESSED)
    if state.compressed == 1 and due < tcb.timers.delayed_ack:
        tcb.start_timer(DELAYED_ACK, due, rules.ACK_COMPRESSED, tcb.theirs(rcv.rcv_nxt), 1)
    return True


def wait_for_answer(tcb: Tcb) -> bool:
    """The SYN,ACK came, and a blocking SEND waits or TCP_QUICKACK 0 was asked for: our
    text may carry the third segment's ACK (Linux tcp_rcv_synsent_state_process()). True
    when the ACK waits."""
    state = tcb.acking
    if not state.adaptive or not (state.pingpong or state.writer_waits):
        return False
    if tcb.delayed_ack_ns == 0:
        return False
    enter_quick_mode(tcb)
    state.heard_at = tcb.now
    _wait(tcb, LONGEST)
    return True


def ack_has_left(tcb: Tcb, text: bool) -> None:
    """A segment with ACK was formed; ``text``: it carries some (Linux
    tcp_event_ack_sent(), tcp_event_data_sent())."""
    state = tcb.acking
    state.due = False
    if not state.adaptive:
        return
    state.compressed = 0
    if state.quick > 0 and tcb.rcv.owed != NONE:
        state.quick -= 1
        if state.quick == 0:
            state.ato = tcb.delayed_ack_ns
    state.pushed = 0
    if text and tcb.now - state.heard_at < state.ato:
        state.pingpong = True


def text_was_read(tcb: Tcb) -> bool:
    """The application has read (Linux tcp_cleanup_rbuf()): an ACK that waits for no second
    segment leaves when reading emptied the buffer and nothing says that we will answer."""
    state = tcb.acking
    rcv = tcb.rcv
    if not state.adaptive or rcv.owed != DELAYED:
        return False
    drained = rcv.unread == 0 and rcv.held.empty()
    pushed = state.pushed >= 2 or (state.pushed == 1 and not state.pingpong)
    if rcv.rcv_nxt - rcv.last_ack_sent > rcv.segment_size or (drained and pushed):
        _owe_numbered(tcb, rules.ACK_AFTER_READ, rcv.unread)
        return True
    return False


def timer_expired(tcb: Tcb) -> None:
    """No answer came in time (Linux tcp_delack_timer_handler()): the estimate was too
    short, or this is no conversation after all."""
    if tcb.rcv.owed == NONE:
        return
    state = tcb.acking
    if state.compressed:
        _owe_numbered(tcb, rules.ACK_COMPRESSED, state.compressed)
        return
    if state.adaptive:
        if state.pingpong:
            state.pingpong = False
            state.ato = tcb.delayed_ack_ns
        else:
            state.ato = min(state.ato * 2, tcb.snd.rtt.rto)
    _owe_numbered(tcb, rules.ACK_DELAYED, state.delay)


def set_quick(tcb: Tcb, value: int) -> None:
    """TCP_QUICKACK: 0 enters pingpong mode; odd leaves it; even ones only for the ACK that
    waits now (Linux tcp_sock_set_quickack())."""
    state = tcb.acking
    if not state.adaptive:
        state.quick = max(state.quick, 1) if value else 0
        return
    state.pingpong = value == 0
    if value and tcb.rcv.owed == DELAYED:
        state.pushed = max(state.pushed, 1)
        text_was_read(tcb)
        if value & 1 == 0:
            state.pingpong = True
