"""Taps: told of every packet put on the wire, its fate, and every arrival.

A tap sees :class:`Transmission` records. Their numbers ``n`` count 1, 2, … in
order of sending by whoever made the packet (a host, an attacker, or a router
for ICMP and for fragments); a packet that is forwarded keeps its number.
"""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.wire.address import format_address
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import Packet, encode_packet
from synfin.wire.tcp import Segment, flag_names

IN_FLIGHT: Final = "in-flight"
DELIVERED: Final = "delivered"
DROPPED: Final = "dropped"
QUEUE_FULL: Final = "queue-full"
CORRUPTED: Final = "corrupted"
EXPIRED: Final = "expired"
FRAGMENTED: Final = "fragmented"


class Transmission:
    """One packet sent by its origin, and what became of it.

    - ``n``: its number; ``time``: when it was sent, ns; ``packet``: as it left
      (after a fault edited it), with the origin's TTL; do not change it.
    - ``origin``: name of the sending node; ``target``: name of the node that has
      the destination address, or the address as text (broadcast, nobody).
    - ``fate``: ``in-flight`` until known, then ``delivered``, ``corrupted`` (it
      arrives, its checksum does not fit), ``dropped``, ``queue-full``,
      ``expired`` (TTL) or ``fragmented`` (a router cut it; the pieces have
      numbers of their own and name it in ``part_of``).
    - ``cause``: finer: ``fault``, ``loss``, ``link-down``, ``host-down``,
      ``no-route``, ``too-big``, ``filtered``, ``no-state`` (a middlebox has forgotten the
      connection), ``ttl``, ``queue``, ``aqm`` (dropped
      before the queue was full), or "".
    - ``arrives``: when it reaches its destination, ns; None when it does not, or
      not yet known.
    - ``fault``: the text of the faults that acted on it, or None.
    - ``copy_of``: number of the packet this one duplicates, else 0.
    - ``spoofed``: its source address is not its sender's.
    - ``marked``: a queue on its way set CE (RFC 3168 §5); ``packet`` is as it was before.
    - ``next_hop`` and ``hop_arrives``: the first node on its way and when it is
      there (the destination itself on a direct link).
    """

    def __init__(
        self,
        n: int,
        time: int,
        packet: Packet,
        data: bytes,
        origin: str,
        target: str,
        spoofed: bool,
    ) -> None:
        self.n: int = n
        self.time: int = time
        self.packet: Packet = packet
        self.raw: bytes = data
        self.origin: str = origin
        self.target: str = target
        self.spoofed: bool = spoofed
        self.fate: str = IN_FLIGHT
        self.cause: str = ""
        self.arrives: int | None = None
        self.fault: str | None = None
        self.copy_of: int = 0
        self.part_of: int = 0
        self.next_hop: str = ""
        self.hop_arrives: int | None = None
        self.damaged: bool = False
        self.marked: bool = False
        self.announced: bool = False

    def data(self) -> bytes:
        """The whole IP packet as octets, as it left its origin (corrupted ones as
        they are after the damage)."""
        return self.raw or encode_packet(self.packet)


class Hop:
    """One forwarding step of packet ``n``: sent by ``source`` to ``target`` at ``time``,
    there at ``arrives`` (None: it was lost on this hop). ``packet`` has this hop's TTL."""

    def __init__(self, source: str, target: str, packet: Packet, time: int) -> None:
        self.source: str = source
        self.target: str = target
        self.packet: Packet = packet
        self.time: int = time
        self.arrives: int | None = None


@mypyc_attr(allow_interpreted_subclasses=True)
class Tap:
    """Base class; every method does nothing. A tap must not drive the network."""

    def transmitted(self, sent: Transmission) -> None:
        """A packet left its origin. On a direct link its fate is known already."""

    def forwarded(self, sent: Transmission, hop: Hop) -> None:
        """A router or switch sent it on."""

    def settled(self, sent: Transmission) -> None:
        """``fate``, ``cause`` and ``arrives`` are known now. Called after
        :meth:`transmitted`; again when they change (the host went down before the
        packet came, a broadcast reached one more host: the last word counts)."""

    def arrived(self, sent: Transmission, host: str, packet: Packet, time: int) -> None:
        """It is at a host, which looks at it next (events that follow are its doing)."""

    def handled(self, sent: Transmission, host: str, time: int) -> None:
        """The host has looked at it; replies have not been polled yet."""

    def host(self, name: str, action: str, time: int) -> None:
        """``crash``, ``power-off``, ``reboot``, ``link-down`` or ``link-up``."""


class LogTap(Tap):
    """Keeps one line per happening: for determinism tests and for debugging."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        copy = f" copy_of={sent.copy_of}" if sent.copy_of else ""
        part = f" part_of={sent.part_of}" if sent.part_of else ""
        spoofed = " spoofed" if sent.spoofed else ""
        fault = f" fault={sent.fault!r}" if sent.fault else ""
        self.lines.append(
            f"{seconds(sent.time)} #{sent.n} {sent.origin}>{sent.target}"
            f" {describe(sent.packet)}{copy}{part}{spoofed}{fault} {sent.data().hex()}"
        )

    def forwarded(self, sent: Transmission, hop: Hop) -> None:
        """See :class:`Tap`."""
        self.lines.append(
            f"{seconds(hop.time)} #{sent.n} hop {hop.source}>{hop.target}"
            f" ttl={hop.packet.ttl} arrives={_maybe(hop.arrives)}"
        )

    def settled(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        self.lines.append(f"  #{sent.n} {sent.fate} {sent.cause} arrives={_maybe(sent.arrives)}")

    def arrived(self, sent: Transmission, host: str, packet: Packet, time: int) -> None:
        """See :class:`Tap`."""
        self.lines.append(f"{seconds(time)} #{sent.n} at {host} ttl={packet.ttl}")

    def host(self, name: str, action: str, time: int) -> None:
        """See :class:`Tap`."""
        self.lines.append(f"{seconds(time)} {name} {action}")


def seconds(time: int) -> str:
    """Nanoseconds as seconds with nine decimals."""
    sign = "-" if time < 0 else ""
    whole, rest = divmod(abs(time), 1_000_000_000)
    return f"{sign}{whole}.{rest:09d}"


def describe(packet: Packet) -> str:
    """A packet in a few words, absolute numbers."""
    body = packet.body
    if isinstance(body, Segment):
        flags = ",".join(flag_names(body.flags)) or "none"
        return (
            f"{flags} {body.src_port}>{body.dst_port} seq={body.seq} ack={body.ack}"
            f" win={body.window} len={len(body.payload)}"
        )
    if isinstance(body, IcmpMessage):
        return f"ICMP {body.type}/{body.code} rest={body.rest}"
    if isinstance(body, bytes):
        return f"IP {packet.proto} {format_address(packet.dst)} offset={packet.frag_offset}"
    return f"UDP {body.src_port}>{body.dst_port} len={len(body.payload)}"


def _maybe(time: int | None) -> str:
    return "never" if time is None else seconds(time)
