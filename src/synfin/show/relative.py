"""One way of counting sequence numbers per run, in packets and in reasons alike.

The engine compares numbers as they stand on the wire until a connection is
synchronized ("SEG.ACK = 3937613763, ISS = 3937613762") and relative ones from
then on. Beside a ladder that says ``ack=1`` a learner wants 1 and 0. But where
a scenario fixes its ISNs (RFC 9293's figures with 90, 100, 300), two
incarnations meet and the absolute numbers are the story: then packets and
reasons both show those.
"""

from dataclasses import replace
from typing import Final

from synfin.show.model import (
    Arrival,
    Reason,
    Record,
    Segment,
    Signal,
    Silence,
    StateChange,
    Tcb,
    Timer,
    Trace,
    Value,
)

_MODULUS: Final = 1 << 32

_OWN: Final = frozenset(
    {"iss", "snd_una", "snd_nxt", "seg_ack", "recover", "seq", "end", "snd_up", "snd_wl2"}
)
"""Values in the space of the end that applied the rule; what it was acknowledged, too."""

_PEER: Final = frozenset({"seg_seq", "rcv_nxt", "irs", "rcv_up", "snd_wl1"})
"""Values in the peer's space."""

_ON_THE_WIRE: Final = (
    "open.", "closed.", "listen.", "syn-sent.", "cf.", "cookie.", "rto.syn",
    "syn-received.syn-again", "time-wait.new-syn", "time-wait.reused",
)  # fmt: skip
"""Rules whose values are wire numbers; all others have relative ones."""

_NOT_TCP: Final = ("icmp.", "udp.", "ip.")

_NEAR: Final = 1 << 24
"""A number further from the ISN than this has another base: it is left alone."""

FIXED_BELOW: Final = 100_000
"""An ISN this small was fixed by the scenario (by chance: once in 40,000 connections)."""

Bases = tuple[int | None, int | None]
"""(own ISN, peer's ISN), None while unknown."""


def one_way_of_counting(trace: Trace) -> Trace:
    """The trace with all numbers relative, or all absolute where ISNs are fixed."""
    segments = {s.n: s for s in trace.segments() if s.proto == "tcp"}
    isns = {(s.abs_seq - s.seq) % _MODULUS for s in segments.values() if "SYN" in s.flags}
    if not isns:
        return trace
    numbers = _Numbers(trace, segments, absolute=min(isns) < FIXED_BELOW)
    return replace(trace, records=tuple(numbers.changed(record) for record in trace.records))


class _Numbers:
    """Knows each connection's ISNs and which way to count."""

    def __init__(self, trace: Trace, segments: dict[int, Segment], absolute: bool) -> None:
        self._segments = segments
        self._absolute = absolute
        self._bases: dict[int, Bases] = {}
        # a control block knows its ISNs; packets tell what no control block did
        for record in trace.records:
            if isinstance(record, Tcb):
                iss, irs = record.fields.get("iss"), record.fields.get("irs")
                own = iss if isinstance(iss, int) else None
                self._learn(record.conn, (own, irs if isinstance(irs, int) else None))
        for segment in segments.values():
            self._learn(segment.conn, _bases_of(segment))

    def _learn(self, conn: int, found: Bases) -> None:
        own, peer = self._bases.get(conn, (None, None))
        if conn:
            self._bases[conn] = found[0] if own is None else own, found[1] if peer is None else peer

    def changed(self, record: Record) -> Record:
        """The record, counted in the run's way."""
        match record:
            case Segment() if record.n in self._segments:
                out = replace(record, reason=self._reason(record, record.conn, record.reason))
                if self._absolute:
                    ack = record.abs_ack if "ACK" in record.flags else record.ack
                    out = replace(out, seq=record.abs_seq, ack=ack)
                return out
            case Arrival():
                also = (self._reason(record, record.conn, other) for other in record.also)
                return replace(
                    record,
                    reason=self._reason(record, record.conn, record.reason),
                    also=tuple(r for r in also if r is not None),
                )
            case StateChange() | Signal() | Timer() | Silence():
                return replace(record, reason=self._reason(record, record.conn, record.reason))
            case _:
                return record

    def _reason(self, record: Record, conn: int, reason: Reason | None) -> Reason | None:
        if reason is None or reason.rule.startswith(_NOT_TCP):
            return reason
        on_the_wire = reason.rule.startswith(_ON_THE_WIRE)
        if on_the_wire == self._absolute or reason.rule.startswith("open."):
            return reason  # who chooses an ISS shall always see it as it is
        own, peer = self._bases.get(conn, (None, None))
        packet = self._segments.get(record.n) if isinstance(record, Arrival | Segment) else None
        if packet is not None:
            # what no connection knows, the packet itself tells; arriving, the sides change
            told = _bases_of(packet)
            told = told if isinstance(record, Segment) else (told[1], told[0])
            own = told[0] if own is None else own
            peer = told[1] if peer is None else peer
        chosen = "iss" if reason.rule.startswith("listen.") else ""
        values = {
            k: v if k == chosen else self._number(k, v, own, peer) for k, v in reason.values.items()
        }
        return Reason(reason.rule, reason.source, values)

    def _number(self, name: str, value: Value, own: int | None, peer: int | None) -> Value:
        base = own if name in _OWN else peer if name in _PEER else None
        if base is None or not isinstance(value, int) or isinstance(value, bool):
            return value
        if self._absolute:
            return (value + base) % _MODULUS
        number = (value - base) % _MODULUS
        # a little before the ISN: an old segment, as Wireshark would show it
        number = number - _MODULUS if number >= _MODULUS // 2 else number
        return number if abs(number) < _NEAR else value


def _bases_of(sent: Segment) -> Bases:
    """The ISNs as a segment's sender knows them."""
    own = (sent.abs_seq - sent.seq) % _MODULUS
    return own, (sent.abs_ack - sent.ack) % _MODULUS if "ACK" in sent.flags else None
