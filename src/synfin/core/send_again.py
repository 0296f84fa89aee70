"""Sending again: what is lost, what a timeout says, the tail that a probe repeats.

RFC 5681 §3.2, RFC 6675 §4 and §5, RFC 6298 §5.4, RFC 8985 §7.3. What is lost was marked by
:mod:`synfin.core.loss_detection`; here it leaves, as far as the congestion window allows.
"""

from synfin.core import pacing, rules, undo
from synfin.core.events import NO_VALUES, Value, Values
from synfin.core.forming import form, sack_length
from synfin.core.rules import Rule
from synfin.core.scoreboard_range import Sent
from synfin.core.sender import RECOVERY
from synfin.core.tcb import Tcb
from synfin.core.timers import PACING
from synfin.wire.tcp import ACK, FIN, PSH, SYN, Segment


def retransmit(tcb: Tcb, out: list[Segment]) -> bool:
    """Send the first lost range again, at most one full segment of it, or what the device cuts.

    A window that shrank meanwhile does not hold it back (SHLD-16, MAY-7), unless the switch
    ``resends_within_window`` says so.
    """
    snd = tcb.snd
    board = snd.board
    index = board.next_lost()
    if index < 0 or board.ranges[index].flags & SYN:
        return False
    sent = board.ranges[index]
    room = tcb.effective_mss - sack_length(tcb)
    length = sent.end - sent.start - (sent.flags & FIN)
    cost = board.unit or min(length or 1, room)
    if not snd.retransmit_now and snd.in_flight + cost > snd.cc.cwnd:
        tcb.wait_rule = rules.WAIT_CWND
        return False
    if pacing.must_wait(snd, tcb.now):
        wait_for_pace(tcb)
        return False
    most = min(_most_again(tcb, room), _window_for(tcb, sent, room))
    if most == 0:
        tcb.wait_rule = rules.WAIT_WINDOW
        return False
    if length > most:
        board.split(index, sent.start + most)
        length = most
    elif length < room and tcb.settings.collapses:
        stretch = snd.buffer.stretch(sent.start)
        board.collapse(index, min(room, stretch), snd.snd_una + snd.snd_wnd)
        length = sent.end - sent.start - (sent.flags & FIN)
    segment = _form_again(tcb, sent, room)
    undo.note_retransmission(snd, tcb.ts_now(), sent.cost)
    board.sent_again(index, tcb.now)
    snd.spend(sent.cost)
    snd.retransmit_now = False
    count = max(1, -(-length // room))
    snd.retransmitted += count
    snd.sent_again(index == board.head, tcb.now)
    pacing.sent(snd, length, count, tcb.now)
    out.append(segment)
    if tcb.retransmit_rule is not rules.RETRANSMIT_MTU:
        tcb.retransmit_rule = next_rule(tcb)
    return True


def _window_for(tcb: Tcb, sent: Sent, full: int) -> int:
    """How many octets of ``sent`` the window lets go again: whole segments, if any fits."""
    snd = tcb.snd
    room = snd.snd_una + snd.snd_wnd - sent.start
    if not tcb.settings.resends_within_window or room >= sent.end - sent.start:
        return max(full, sent.end - sent.start)
    if room <= 0:
        return full if sent.start == snd.snd_una else 0  # the front asks like a probe
    return room - room % full or room


def next_rule(tcb: Tcb) -> Rule:
    """Why whatever else is lost goes again, behind the first that was."""
    if tcb.snd.ca_state != RECOVERY:
        return rules.RETRANSMIT_REST
    if not tcb.sack_ok:
        return rules.RETRANSMIT_PARTIAL
    return rules.RETRANSMIT_RACK if tcb.settings.rack else rules.RETRANSMIT_SACK


def _most_again(tcb: Tcb, full: int) -> int:
    """Octets that one retransmission may carry where a device cuts segments."""
    snd = tcb.snd
    if tcb.max_segment <= full or snd.retransmit_now:
        return full
    quota = (snd.cc.cwnd - snd.in_flight) // full * full
    return max(full, min(largest(tcb, full), quota))


def largest(tcb: Tcb, full: int) -> int:
    """Octets of one segment that a device will cut into ``full`` ones."""
    return pacing.largest(tcb.snd, full, tcb.max_segment - tcb.max_segment % full)


def _form_again(tcb: Tcb, sent: Sent, full: int) -> Segment:
    """The segment that carries the whole of ``sent`` once more."""
    snd = tcb.snd
    rule = _retransmit_rule(tcb, sent)
    length = sent.end - sent.start - (sent.flags & FIN)
    flags = ACK | (sent.flags & (FIN | PSH))
    if length > full and tcb.settings.psh_on_large:
        flags |= PSH
    payload = snd.buffer.peek(sent.start, length)
    values = NO_VALUES if tcb.observer is None else _retransmit_values(tcb, rule, sent)
    segment = form(tcb, flags, sent.start, payload, rule, values)
    if length > full:
        segment.mss = full
    return segment


def _retransmit_rule(tcb: Tcb, sent: Sent) -> Rule:
    if tcb.retransmit_rule is rules.RTO_DATA and sent.start == tcb.snd.buffer.end:
        return rules.RTO_FIN
    return tcb.retransmit_rule


def _retransmit_values(tcb: Tcb, rule: Rule, sent: Sent) -> Values:
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
        "rtt_ns": snd.rack.rtt,
        "srtt_ns": snd.rtt.srtt,
    }
    return tuple([known.get(name) for name in rule.values])


def probe_again(tcb: Tcb, out: list[Segment], full: int) -> None:
    """The last segment once more, though nothing says that it was lost (RFC 8985 §7.3)."""
    snd = tcb.snd
    board = snd.board
    sent = board.ranges[-1]
    length = sent.end - sent.start - (sent.flags & FIN)
    if length > full:
        board.split(len(board.ranges) - 1, sent.start + (length - 1) // full * full)
        sent = board.ranges[-1]
    tcb.retransmit_rule = rules.RETRANSMIT_PROBE
    out.append(_form_again(tcb, sent, full))
    sent.transmissions += 1
    sent.sent_at = tcb.now
    if sent.resent:
        board.watch_resent(tcb.now, sent)
    snd.retransmitted += 1
    snd.last_sent_at = tcb.now


def wait_for_pace(tcb: Tcb) -> None:
    """The pacing timer sends what the windows would allow at once."""
    tcb.wait_rule = rules.WAIT_PACING
    tcb.timers.start(PACING, tcb.snd.pace_until)
