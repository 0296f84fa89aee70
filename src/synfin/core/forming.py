"""Forming a segment: header fields, options, the ACK that rides along, its reason."""

from synfin.core.delayed_acks import ack_has_left
from synfin.core.ecn_signals import mark_outgoing
from synfin.core.events import Event, Values, reason_with
from synfin.core.receiver import Receiver
from synfin.core.rules import PERSIST_PROBE, Rule
from synfin.core.sendbuffer import Chunk
from synfin.core.sequence import wrap
from synfin.core.tcb import Tcb
from synfin.core.timers import DELAYED_ACK
from synfin.wire.options import MAX_OPTIONS_LEN
from synfin.wire.tcp import NO_OPTIONS, URG, Options, Segment


def sack_length(tcb: Tcb) -> int:
    """Octets the SACK option takes on the next segment (RFC 2018 §3)."""
    blocks = len(tcb.rcv.held.recent) + (1 if tcb.rcv.dsack is not None else 0)
    if not tcb.sack_ok or blocks == 0:
        return 0
    room = _sack_room(tcb)
    return 4 + 8 * min(blocks, room) if room > 0 else 0


def _sack_room(tcb: Tcb) -> int:
    """How many blocks fit beside the other options: 4, 3 with timestamps, 2 signed."""
    return (MAX_OPTIONS_LEN - tcb.option_len - 4) // 8


def options_now(tcb: Tcb) -> Options:
    """Options of a segment without SYN: timestamps and SACK, as negotiated."""
    rcv = tcb.rcv
    reports = tcb.sack_ok and (rcv.dsack is not None or bool(rcv.held.recent))
    if not tcb.ts_ok and not reports:
        return NO_OPTIONS
    value = tcb.ts_now() if tcb.ts_ok else -1
    echo = max(rcv.ts_recent, 0) if tcb.ts_ok else 0
    if reports:
        return Options(ts_val=value, ts_ecr=echo, sack=_sack_blocks(rcv, _sack_room(tcb)))
    last = tcb.last_options
    if last.ts_val != value or last.ts_ecr != echo:
        last = tcb.last_options = Options(ts_val=value, ts_ecr=echo)
    return last


def _sack_blocks(rcv: Receiver, room: int) -> tuple[tuple[int, int], ...]:
    """At most ``room`` blocks: what came twice (RFC 2883 §4), then what is held, the
    latest first (RFC 2018 §4)."""
    blocks = rcv.held.recent
    if rcv.dsack is not None:
        blocks = [rcv.dsack, *blocks]
    return tuple([(wrap(left), wrap(right)) for left, right in blocks[:room]])


def form(
    tcb: Tcb,
    flags: int,
    seq: int,
    payload: Chunk,
    rule: Rule,
    values: Values,
) -> Segment:
    """<SEQ=seq><ACK=RCV.NXT> with window and options; the ACK owed rides along. ``values``:
    what ``rule`` compared, for whoever watches."""
    rcv = tcb.rcv
    tcb.transmitted_at = tcb.now
    segment = Segment(
        tcb.local_port,
        tcb.remote_port,
        wrap(seq),
        wrap(rcv.rcv_nxt),
        flags,
        rcv.window_field(tcb.effective_mss, False),
        options_now(tcb),
        payload,
    )
    if tcb.snd.snd_up > tcb.snd.snd_una:
        mark_urgent(tcb, segment, seq)
    ack_has_left(tcb, len(payload) > 0)
    if tcb.ecn.ok:
        mark_outgoing(tcb, segment, seq, rule is PERSIST_PROBE)
    rcv.acknowledged()
    if tcb.timers.running(DELAYED_ACK):
        tcb.stop_timer(DELAYED_ACK)
    if tcb.observer is not None:
        tell(tcb, segment, rule, values)
    return segment


def mark_urgent(tcb: Tcb, segment: Segment, seq: int) -> None:
    """URG on every segment, probes too, before the end of urgent data of any length
    (MUST-31); SEG.UP counts to the octet after it (MUST-62)."""
    distance = tcb.snd.snd_up - seq
    if distance > 0:
        segment.flags |= URG
        segment.urgent = min(distance, 0xFFFF)


def tell(tcb: Tcb, segment: Segment, rule: Rule, values: Values) -> None:
    """Whoever watches hears that ``segment`` was formed, and why."""
    if tcb.observer is not None:
        reason = reason_with(rule, values)
        segment.reason = reason
        tcb.observer.event(Event("segment-out", tcb.now, tcb.id, reason, {}, segment))
