"""Sixth URG, seventh text, eighth FIN (RFC 9293 §3.10.7.4)."""

from synfin.core import rules
from synfin.core.closed import reset_for
from synfin.core.delayed_acks import (
    compress,
    enter_quick_mode,
    look_again,
    measure,
    owe_for_fin,
    owe_for_text,
    text_has_come,
)
from synfin.core.ecn_signals import text_arrived
from synfin.core.errno import ECONNRESET, EPIPE
from synfin.core.events import NO_VALUES
from synfin.core.receiver import DELAYED
from synfin.core.sendbuffer import Chunk
from synfin.core.states import State, Trigger
from synfin.core.tcb import EOF, READABLE, URGENT, Tcb
from synfin.wire.tcp import FIN, PSH, URG, Segment


def sixth_onward(tcb: Tcb, segment: Segment, seq: int) -> None:
    """Sixth URG, seventh text, eighth FIN; ``seq`` is the first octet of text."""
    if tcb.settings.text_after_shutdown_resets and _after_shutdown(tcb, segment, seq):
        return
    check_urg(tcb, segment, seq)
    if segment.payload and process_text(tcb, segment, seq):
        return
    check_fin(tcb, segment, seq + len(segment.payload))
    answer_text(tcb)


def answer_text(tcb: Tcb) -> None:
    """A segment has been processed: when does the ACK for what it brought leave?"""
    if tcb.acking.due:
        owe_for_text(tcb)
    elif tcb.rcv.owed == DELAYED:
        look_again(tcb)


def _after_shutdown(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Linux tcp_rcv_state_process(), step 7: nobody waits for this text or FIN any more.
    True when that settled it."""
    rcv = tcb.rcv
    fin = segment.flags & FIN
    end = seq + len(segment.payload) + fin
    waiting = tcb.state is State.FIN_WAIT_1 or tcb.state is State.FIN_WAIT_2
    if end == seq or not (rcv.fin_received or (waiting and (tcb.detached or tcb.read_shut))):
        return False
    numbers = (tcb.theirs(seq), len(segment.payload))
    if rcv.fin_received and seq >= rcv.rcv_nxt:
        tcb.settled(rules.TEXT_AFTER_FIN, segment, numbers)
        return True
    if end - fin > rcv.rcv_nxt:
        _late_text(tcb, segment, seq)
        return True
    if rcv.fin_received:
        rule = rules.FIN_AGAIN if fin else rules.TEXT_OLD
        values = (
            (*numbers, tcb.theirs(rcv.rcv_nxt))
            if rule is rules.TEXT_OLD
            else (tcb.theirs(end - 1), tcb.theirs(rcv.rcv_nxt))
        )
        tcb.settled(rule, segment, values)
        tcb.owe_now(rule, values)
        enter_quick_mode(tcb)
        tcb.note_duplicate(seq, end)
        return True
    return False


# Sixth, check the URG bit
def check_urg(tcb: Tcb, segment: Segment, seq: int) -> None:
    """RCV.UP <- max(RCV.UP, SEG.UP); tell the user once per run of urgent data (MUST-32).

    SEG.UP points to the octet after the urgent data (MUST-62).
    """
    if not segment.flags & URG or not _receives_text(tcb):
        return
    rcv = tcb.rcv
    pointer = seq + segment.urgent
    if pointer <= rcv.rcv_up or pointer <= rcv.rcv_nxt - rcv.unread:
        return
    rcv.rcv_up = pointer
    tcb.settled(rules.URG_SIGNAL, segment, (tcb.theirs(pointer), tcb.theirs(rcv.rcv_nxt)))
    tcb.signal(URGENT, "urgent", rules.URG_SIGNAL)


def _receives_text(tcb: Tcb) -> bool:
    """ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2 (and SYN-RECEIVED for Fast Open)."""
    state = tcb.state
    return (
        state is State.ESTABLISHED
        or state is State.FIN_WAIT_1
        or state is State.FIN_WAIT_2
        or (state is State.SYN_RECEIVED and tcb.fastopen_accepted)
    )


# Seventh, process the segment text
def process_text(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Deliver, hold or drop the text; True when that ended the connection."""
    rcv = tcb.rcv
    length = len(segment.payload)
    if rcv.fin_received or not _receives_text(tcb):
        tcb.settled(rules.TEXT_AFTER_FIN, segment, (tcb.theirs(seq), length))
        return False
    end = seq + length
    if end <= rcv.rcv_nxt:
        tcb.settled(rules.TEXT_OLD, segment, (tcb.theirs(seq), length, tcb.theirs(rcv.rcv_nxt)))
        tcb.owe_now(rules.TEXT_OLD, (tcb.theirs(seq), length, tcb.theirs(rcv.rcv_nxt)))
        enter_quick_mode(tcb)
        tcb.note_duplicate(seq, end)
        return False
    if tcb.detached and tcb.settings.reset_orphans_with_data:
        _late_text(tcb, segment, seq)
        return True
    if rcv.acceptable_window == 0:
        _no_room(tcb, segment, seq)
        return False
    start = max(seq, rcv.rcv_nxt)
    stop = min(end, rcv.edge)
    if seq < rcv.rcv_nxt:
        tcb.note_duplicate(seq, rcv.rcv_nxt)
        if tcb.settings.old_text_acks:
            tcb.owe_now(rules.TEXT_OLD, (tcb.theirs(seq), length, tcb.theirs(rcv.rcv_nxt)))
    elif len(rcv.held.block_starts) > 0:
        again = rcv.held.overlap(start, stop)
        tcb.note_duplicate(again[0], again[1])
    if start == seq and stop == end and seq == rcv.rcv_nxt:
        in_order(tcb, segment)
        return False
    data: Chunk = segment.payload
    if stop - start != length:
        data = data[start - seq : stop - seq]
    data = rcv.keep(data)
    _size_up(tcb, length)
    if start > rcv.rcv_nxt:
        _hold(tcb, segment, start, data)
    else:
        _take(tcb, segment, data, segment.flags & FIN != 0 and stop == end)
    return False


def in_order(tcb: Tcb, segment: Segment) -> None:
    """The whole text of the segment is next, and there is room for it."""
    payload = segment.payload
    _size_up(tcb, len(payload))
    _take(tcb, segment, tcb.rcv.keep(payload), segment.flags & FIN != 0)


def _size_up(tcb: Tcb, length: int) -> None:
    """A segment of ``length`` octets came: is that the peer's full one?"""
    rcv = tcb.rcv
    if length > rcv.segment_size and not tcb.acking.adaptive:
        rcv.segment_size = min(length, tcb.settings.mss)


def _late_text(tcb: Tcb, segment: Segment, seq: int) -> None:
    """Text after CLOSE: a reset tells the peer that it was lost (SHLD-3)."""
    values = (tcb.theirs(seq), len(segment.payload))
    answer = reset_for(segment)
    tcb.settled(rules.TEXT_AFTER_CLOSE, segment, values)
    if tcb.observer is not None:
        answer.reason = tcb.reason(rules.TEXT_AFTER_CLOSE, values[0], values[1], None, None, None)
    tcb.outbox.append(answer)
    tcb.was_reset = True
    error = 0
    if not tcb.detached:
        error = EPIPE if tcb.state is State.CLOSE_WAIT else ECONNRESET
    tcb.give_up(Trigger.ABORT, error, rules.TEXT_AFTER_CLOSE, values)


def _no_room(tcb: Tcb, segment: Segment, seq: int) -> None:
    """A window probe, usually: dropped, but answered (§3.8.6.1)."""
    rcv = tcb.rcv
    tcb.settled(rules.TEXT_NO_ROOM, segment, (tcb.theirs(seq), len(segment.payload), rcv.rcv_wnd))
    tcb.owe_now(rules.WINDOW_FULL, (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt), rcv.rcv_wnd))


def _hold(tcb: Tcb, segment: Segment, seq: int, data: Chunk) -> None:
    """Out of order: keep it, and say what is still missing (SHLD-31, RFC 5681 §4.2)."""
    rcv = tcb.rcv
    if tcb.acking.adaptive:
        measure(tcb, segment, len(segment.payload))
    rcv.hold().add(seq, data)
    tcb.settled(
        rules.TEXT_OUT_OF_ORDER,
        segment,
        (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt), rcv.held.octets),
    )
    if tcb.ecn.ok:
        text_arrived(tcb, segment)
    if not compress(tcb):
        tcb.owe_now(rules.ACK_OUT_OF_ORDER, (tcb.theirs(rcv.rcv_nxt), tcb.theirs(seq)))


def _take(tcb: Tcb, segment: Segment, data: Chunk, last: bool) -> None:
    """The text begins at RCV.NXT: it is delivered, and what waited behind it (nothing can,
    if it is the ``last``: its FIN follows). The signal tells of a PSH (MAY-17)."""
    rcv = tcb.rcv
    before = rcv.rcv_nxt
    rcv.deliver(data)
    if last:
        rcv.forget_held()
    gap = len(rcv.held.block_starts) > 0
    if gap:
        rcv.deliver_held()
        tcb.settled(rules.TEXT_FILLS_GAP, segment, (tcb.theirs(before), tcb.theirs(rcv.rcv_nxt)))
        tcb.owe_now(rules.ACK_GAP_FILLED)
    elif tcb.observer is not None:
        numbers = (tcb.theirs(before), len(data), tcb.theirs(rcv.rcv_nxt))
        tcb.settled(rules.TEXT_IN_ORDER, segment, numbers)
    text_has_come(tcb, segment, len(segment.payload))
    tcb.acking.due = not gap
    if tcb.ecn.ok:
        text_arrived(tcb, segment)
    if tcb.detached:
        rcv.drop_unread()  # nobody will read: room for the rest, or its FIN never comes
    tcb.signal(READABLE, "pushed" if segment.flags & PSH else "readable")


# Eighth, check the FIN bit
def check_fin(tcb: Tcb, segment: Segment, seq: int) -> None:
    """``seq`` is the FIN's own number. It counts once everything before it has come."""
    rcv = tcb.rcv
    if segment.flags & FIN and not rcv.fin_received and _may_hold_fin(tcb, seq):
        rcv.fin_seq = seq
        if seq > rcv.rcv_nxt and tcb.settings.sack_counts_fin:
            again = rcv.held.overlap(seq, seq + 1)
            if not segment.payload:
                tcb.note_duplicate(again[0], again[1])
            rcv.hold().note_block(seq, seq + 1)  # it has a number, so SACK tells of it
    if rcv.fin_received:
        if segment.flags & FIN:
            tcb.owe_now(rules.FIN_AGAIN, (tcb.theirs(seq), tcb.theirs(rcv.rcv_nxt)))
        return
    if rcv.fin_seq < 0 or rcv.fin_seq != rcv.rcv_nxt or tcb.state is State.CLOSED:
        if segment.flags & FIN and not segment.payload:
            if seq < rcv.rcv_nxt:
                enter_quick_mode(tcb)
                tcb.note_duplicate(seq, seq + 1)
            tcb.owe_now(rules.ACK_OUT_OF_ORDER, (tcb.theirs(rcv.rcv_nxt), tcb.theirs(seq)))
        return
    _fin_arrives(tcb, segment)


def _may_hold_fin(tcb: Tcb, seq: int) -> bool:
    """The FIN lies in the window, or right behind the last octet it allows."""
    rcv = tcb.rcv
    if rcv.rcv_wnd == 0 and seq == rcv.rcv_nxt and not rcv.unacked:
        return False
    return rcv.rcv_nxt <= seq <= rcv.rcv_adv


def _fin_arrives(tcb: Tcb, segment: Segment) -> None:
    """RCV.NXT over the FIN, ACK it, tell the user, change state."""
    rcv = tcb.rcv
    rcv.fin_received = True
    rcv.forget_held()
    rcv.dsack = None
    values = NO_VALUES
    if tcb.observer is not None:
        values = (tcb.theirs(rcv.fin_seq), tcb.theirs(rcv.rcv_nxt + 1))
    rcv.rcv_nxt += 1
    if rcv.rcv_adv < rcv.rcv_nxt:
        rcv.rcv_adv = rcv.rcv_nxt
    tcb.settled(rules.FIN_RECEIVED, segment, values)
    state = tcb.state
    if state is State.ESTABLISHED or state is State.SYN_RECEIVED:
        owe_for_fin(tcb)
    else:
        tcb.acking.due = False
        tcb.owe_now(rules.ACK_OF_FIN)
    if state is State.FIN_WAIT_1:
        tcb.enter(Trigger.RCV_FIN, rules.FIN_BOTH, values)
    elif state is State.FIN_WAIT_2:
        tcb.enter(Trigger.RCV_FIN, rules.FIN_TIME_WAIT, values)
        tcb.start_time_wait()
    else:
        tcb.enter(Trigger.RCV_FIN, rules.FIN_RECEIVED, values)
    tcb.signal(EOF | READABLE, "eof", rules.FIN_RECEIVED)
