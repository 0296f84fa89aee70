"""Faults: which packets they act on, and what they do to them.

A fault meets a packet once, when it leaves the node that made it, and counts it
then; copies and forwarded packets are not met again.
"""

import random
from typing import Final

from synfin.sim.edits import Edit
from synfin.sim.flows import Look
from synfin.sim.luck import Luck
from synfin.sim.node import with_ttl
from synfin.sim.streams import stream
from synfin.wire.address import format_address
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import Packet
from synfin.wire.tcp import ACK, CE, FIN, NOT_ECT, RST, SYN, Segment
from synfin.wire.udp import Datagram

DROP: Final = "drop"
DELAY: Final = "delay"
DUP: Final = "dup"
REORDER: Final = "reorder"
CORRUPT: Final = "corrupt"
SET: Final = "set"
MARK: Final = "mark"
ACTIONS: Final = (DROP, DELAY, DUP, REORDER, CORRUPT, SET, MARK)

KINDS: Final = (
    "*",
    "ACK",
    "DATA",
    "PROBE",
    "WINDOW-UPDATE",
    "TCP",
    "UDP",
    "ICMP",
    "FRAG",
)
"""Words for a kind of packet, beside lists of TCP flags."""

REORDER_HOLD: Final = 200_000_000
"""A packet held back for the next one waits no longer than this, ns."""

EVER: Final = 1 << 62


class Selector:
    """Which packets: direction, kind, and counts among those.

    - ``source``/``target``: a node's name, an address as text, or ``*``. They are
      the packet's maker and its final destination, whatever the hops.
    - ``flags``: flags that must all be set, for ``kind`` "flags". ``SYN`` without
      ``ACK`` in the list means a SYN without ACK.
    - ``after``: counting starts once such a packet has been sent in either direction.
    - ``first``..``last``: which of the matching packets (1 is the first).
    - ``seq_low``..``seq_high``: some octet (or, without any, the number itself) lies
      in this range, relative to the sender's ISN; -1: any.
    - ``start``..``end``: sent at such a time, ns, both included.
    - ``packet``: the N-th packet of the whole run; 0: any.
    - ``probability``: of those that are left, seeded.
    """

    def __init__(self) -> None:
        self.source: str = "*"
        self.target: str = "*"
        self.kind: str = "*"
        self.flags: int = 0
        self.after_kind: str = ""
        self.after_flags: int = 0
        self.first: int = 1
        self.last: int = EVER
        self.seq_low: int = -1
        self.seq_high: int = -1
        self.start: int = -EVER
        self.end: int = EVER
        self.packet: int = 0
        self.probability: float = 1.0
        self.counted: int = 0
        self._armed: bool = False
        self.luck: Luck | None = None

    def seed(self, luck: Luck) -> None:
        """Gives it a stream to draw from; needed when ``probability`` < 1."""
        self.luck = luck

    def reset(self) -> None:
        """Forgets its counts: a new run begins."""
        self.counted = 0
        self._armed = False

    def takes(self, look: Look) -> bool:
        """Whether the packet is one of those meant; counts it."""
        armed = self.after_kind == "" or self._armed
        if not armed and self._either_way(look):
            self._armed = matches_kind(look, self.after_kind, self.after_flags)
        if not armed or not self._matches(look):
            return False
        self.counted += 1
        if self.counted < self.first or self.counted > self.last:
            return False
        if self.probability >= 1.0:
            return True
        return self.luck is not None and self.luck.strikes(self.probability)

    def _matches(self, look: Look) -> bool:
        if self.packet and look.n != self.packet:
            return False
        if look.now < self.start or look.now > self.end:
            return False
        if not (
            names(self.source, look.origin, look.packet.src)
            and names(self.target, look.target, look.packet.final_dst)
        ):
            return False
        if not matches_kind(look, self.kind, self.flags):
            return False
        return self.seq_low < 0 or self._in_range(look)

    def _in_range(self, look: Look) -> bool:
        segment = look.packet.body
        if not isinstance(segment, Segment):
            return False
        last = look.seq + max(segment.seg_len, 1) - 1
        return look.seq <= self.seq_high and last >= self.seq_low

    def _either_way(self, look: Look) -> bool:
        packet = look.packet
        there = names(self.source, look.origin, packet.src)
        if there and names(self.target, look.target, packet.final_dst):
            return True
        back = names(self.target, look.origin, packet.src)
        return back and names(self.source, look.target, packet.final_dst)


def names(wanted: str, node: str, address: bytes) -> bool:
    """Whether ``wanted`` (a name, an address, ``*``) means this node or address."""
    return wanted in ("*", node) or (
        ("." in wanted or ":" in wanted) and wanted == format_address(address)
    )


def matches_kind(look: Look, kind: str, flags: int) -> bool:
    """Whether the packet is of ``kind`` (see :data:`KINDS`; "flags": has ``flags``)."""
    if kind == "*":
        return True
    packet = look.packet
    segment = packet.body
    if not isinstance(segment, Segment):
        return matches_other(packet, kind)
    if kind == "flags":
        if segment.flags & flags != flags:
            return False
        return not (flags == SYN and segment.flags & ACK)
    if kind == "ACK":
        pure = segment.flags & (SYN | FIN | RST | ACK) == ACK
        return pure and len(segment.payload) == 0
    if kind == "DATA":
        return len(segment.payload) > 0
    if kind == "PROBE":
        return look.probe
    if kind == "WINDOW-UPDATE":
        return look.window_update
    return kind == "TCP"


def matches_other(packet: Packet, kind: str) -> bool:
    """:func:`matches_kind` for what is no TCP segment."""
    if kind == "FRAG":
        return packet.fragmented
    if kind == "UDP":
        return isinstance(packet.body, Datagram)
    if kind == "DATA":
        return isinstance(packet.body, Datagram) and len(packet.body.payload) > 0
    return kind == "ICMP" and isinstance(packet.body, IcmpMessage)


class Fault:
    """A selector and one action.

    - ``drop``; ``delay``: ``time`` is the packet's whole transit time, ns;
    - ``dup``: a copy, following at once (``time`` -1) or in transit for ``time``;
    - ``reorder``: it leaves after the next packet to the same host, at the latest
      ``time`` ns later (-1: 200 ms);
    - ``corrupt``: one bit of the payload (or header) flips: the checksum fails;
    - ``mark``: what a router does whose queue has grown: CE if the packet declares ECT,
      else it is dropped (RFC 3168 §5);
    - ``set``: fields are changed (``edits``), the checksum is made good again.

    ``acted`` counts how often it did something.
    """

    def __init__(
        self,
        selector: Selector,
        action: str,
        time: int = -1,
        edits: tuple[Edit, ...] = (),
        text: str = "",
    ) -> None:
        self.selector: Selector = selector
        self.action: str = action
        self.time: int = time
        self.edits: tuple[Edit, ...] = edits
        self.text: str = text or f"{selector.source}>{selector.target} {action}"
        self.acted: int = 0
        self.rng: random.Random = random.Random(0)

    def __str__(self) -> str:
        return self.text

    def seed(self, seed: int, name: str) -> None:
        """Begins a run with these streams: counts start at 0."""
        self.rng = stream(seed, name)
        self.acted = 0
        self.selector.reset()
        self.selector.seed(Luck(seed, name + "/p"))


class Verdict:
    """What all faults together say about one packet."""

    def __init__(self, packet: Packet) -> None:
        self.packet: Packet = packet
        self.dropped: bool = False
        self.transit: int = -1
        self.copies: list[int] = []
        self.hold: int = -1
        self.corrupt: Fault | None = None
        self.texts: list[str] = []


def judge(faults: list[Fault], look: Look, isn: int, peer_isn: int) -> Verdict:
    """Every fault counts the packet as it was sent; those that take it act, in order."""
    verdict = Verdict(look.packet)
    for fault in faults:
        if fault.selector.takes(look) and _act(fault, verdict, isn, peer_isn):
            fault.acted += 1
            verdict.texts.append(fault.text)
    return verdict


def _act(fault: Fault, verdict: Verdict, isn: int, peer_isn: int) -> bool:
    action = fault.action
    if action == DROP:
        verdict.dropped = True
    elif action == DELAY:
        verdict.transit = fault.time
    elif action == DUP:
        verdict.copies.append(fault.time)
    elif action == REORDER:
        verdict.hold = fault.time if fault.time >= 0 else REORDER_HOLD
    elif action == CORRUPT:
        verdict.corrupt = fault
    elif action == MARK:
        return _mark(verdict)
    else:
        changed = verdict.packet
        for edit in fault.edits:
            changed = edit.apply(changed, isn, peer_isn)
        if changed is verdict.packet:
            return False
        verdict.packet = changed
    return True


def _mark(verdict: Verdict) -> bool:
    """Congestion Experienced; False when the packet says so already."""
    packet = verdict.packet
    if packet.tos & 3 == CE:
        return False
    if packet.tos & 3 == NOT_ECT:
        verdict.dropped = True
        return True
    verdict.packet = with_ttl(packet, packet.ttl)
    verdict.packet.tos |= CE
    return True
