"""Segments that meet no connection (RFC 9293 §3.10.7.1, §3.5.2)."""

from synfin.core import rules
from synfin.core.events import Reason, Value
from synfin.core.rules import Rule
from synfin.wire.tcp import ACK, RST, Segment


def reset_without_ack(segment: Segment) -> Segment:
    """<SEQ=SEG.ACK><CTL=RST>: for a segment that has an ACK."""
    return Segment(segment.dst_port, segment.src_port, segment.ack, 0, RST, 0)


def reset_with_ack(segment: Segment) -> Segment:
    """<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>: for a segment that has none."""
    ack = (segment.seq + segment.seg_len) & 0xFFFFFFFF
    return Segment(segment.dst_port, segment.src_port, 0, ack, RST | ACK, 0)


def reset_for(segment: Segment) -> Segment:
    """The reset that ``segment``'s sender will find acceptable."""
    return reset_without_ack(segment) if segment.flags & ACK else reset_with_ack(segment)


def closed_state(segment: Segment) -> tuple[Rule, Segment | None]:
    """§3.10.7.1: the rule that settles ``segment`` and the reset to send, if any."""
    if segment.flags & RST:
        return rules.CLOSED_RST_IGNORED, None
    if segment.flags & ACK:
        return rules.CLOSED_RESET, reset_without_ack(segment)
    return rules.CLOSED_RESET_ACK, reset_with_ack(segment)


def closed_reason(rule: Rule, segment: Segment) -> Reason:
    """The reason for :func:`closed_state`'s answer, in wire numbers."""
    known: dict[str, Value] = {
        "seg_seq": segment.seq,
        "seg_ack": segment.ack,
        "seg_len": segment.seg_len,
    }
    return Reason(rule, {name: known[name] for name in rule.values})
