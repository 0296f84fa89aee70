"""A trace as pcapng: nanosecond times, one interface per host, a comment on each packet.

Written by hand (four block types): the one library for this, python-pcapng,
has had no release since 2022, has no types, and takes fourteen times as long per
packet, which is felt in captures of long transfers.

A plain capture has each packet once, at its sender's interface when it is sent, as
the ladder has it: the file's packet 7 is the ladder's. Its comment says why it was
sent, what became of it, and by which rule it was settled where it arrived.

A capture *at* some hosts has what passes there, as tcpdump would see it: what they
send, and what reaches them when it does. At more than one of them, Wireshark takes a
packet's second sight for a retransmission, and its reassembly for protocols above TCP
may say "New fragment overlaps old data"; it keeps no interfaces apart.

The bytes depend on nothing but the trace. A capture has no negative times: a run
with preparations before its time 0 begins at 0 instead.
"""

import struct
from collections.abc import Collection, Iterator, Mapping
from typing import BinaryIO, Final

from synfin.show.labels import Marks, marks_text
from synfin.show.model import Arrival, Hop, Meta, Reason, Record, Segment, Trace
from synfin.show.texts import Texts
from synfin.show.words import because, seconds
from synfin.wire.checksum import checksum

LINKTYPE_RAW: Final = 101
"""Packets begin with the IP header (IPv4 or IPv6)."""

_SECTION: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_PACKET: Final = 6
_SECRETS: Final = 10
_TLS_KEYS: Final = 0x544C534B
_OPT_COMMENT: Final = 1
_OPT_END: Final = 0
_SHB_APPLICATION: Final = 4
_IF_NAME: Final = 2
_IF_DESCRIPTION: Final = 3
_IF_TSRESOL: Final = 9
_EPB_FLAGS: Final = 2
_INBOUND: Final = 1
_OUTBOUND: Final = 2


class Writer:
    """Blocks of the pcapng format (draft-ietf-opsawg-pcapng), little-endian."""

    def __init__(self, out: BinaryIO, comment: str = "") -> None:
        self._out = out
        self._interfaces: dict[str, int] = {}
        body = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
        options = _option(_SHB_APPLICATION, b"synfin")
        if comment:
            options = _option(_OPT_COMMENT, comment.encode()) + options
        self._block(_SECTION, body + options + _END)

    def interface(self, name: str, description: str = "") -> None:
        """Declares an interface; before the first packet on it."""
        options = _option(_IF_NAME, name.encode())
        if description:
            options += _option(_IF_DESCRIPTION, description.encode())
        options += _option(_IF_TSRESOL, b"\x09")
        self._interfaces[name] = len(self._interfaces)
        self._block(_INTERFACE, struct.pack("<HHI", LINKTYPE_RAW, 0, 0) + options + _END)

    def secrets(self, keys: bytes) -> None:
        """An NSS key log, with which Wireshark reads TLS; before the packets it is for."""
        self._block(_SECRETS, struct.pack("<II", _TLS_KEYS, len(keys)) + _padded(keys) + _END)

    def packet(self, interface: str, t: int, data: bytes, comment: str, inbound: bool) -> None:
        """One packet at ``t`` ns (not negative) on a declared interface."""
        size = len(data)
        head = struct.pack(
            "<IIIII", self._interfaces[interface], t >> 32, t & 0xFFFFFFFF, size, size
        )
        options = _option(_OPT_COMMENT, comment.encode()) if comment else b""
        flags = struct.pack("<I", _INBOUND if inbound else _OUTBOUND)
        self._block(_PACKET, head + _padded(data) + options + _option(_EPB_FLAGS, flags) + _END)

    def _block(self, kind: int, body: bytes) -> None:
        size = struct.pack("<I", len(body) + 12)
        self._out.write(struct.pack("<I", kind) + size + body + size)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _option(code: int, value: bytes) -> bytes:
    # the length field has 16 bits; a longer comment is cut between characters
    value = value[:65_535].decode(errors="ignore").encode() if len(value) > 65_535 else value
    return struct.pack("<HH", code, len(value)) + _padded(value)


_END: Final = struct.pack("<HH", _OPT_END, 0)


class Capture:
    """Writes a run's packets as its records come."""

    def __init__(
        self,
        out: BinaryIO,
        meta: Meta,
        texts: Texts,
        at: Collection[str] = (),
        settled: Mapping[int, Arrival] | None = None,
        keys: bytes = b"",
    ) -> None:
        """``at``: the nodes to capture at; none: each packet once, where it is sent.

        ``settled``: the packets' arrivals, for the comments of a capture of the second kind;
        ``keys``: an NSS key log that the file is to carry.
        """
        self._texts = texts
        self._marks = Marks()
        self._start: int | None = None
        self._flying: dict[int, Segment] = {}
        self._settled = settled or {}
        self._everywhere = not at
        title = f"{meta.scenario}: {meta.title_in(texts.lang)}"
        self._writer = Writer(out, title)
        if keys:
            self._writer.secrets(keys)
        nodes = [h for h in meta.hosts if not at or h.name in at]
        self._names = {h.name for h in nodes}
        for node in nodes:
            self._writer.interface(node.name, ", ".join(node.addresses))

    def feed(self, record: Record) -> None:
        """Takes any record; packets sent, passed on and arriving are written."""
        if self._start is None:
            self._start = min(record.t, 0)
        if isinstance(record, Segment):
            self._sent(record)
        elif self._everywhere:
            return
        elif isinstance(record, Arrival):
            segment = self._flying.pop(record.n, None)
            if segment is not None:
                self._arrived(segment, record)
        elif isinstance(record, Hop):
            self._forwarded(record)

    def _time(self, t: int) -> int:
        """The file's time, ns, never negative."""
        return max(t - (self._start or 0), 0)

    def _sent(self, segment: Segment) -> None:
        """A twin that the network made was never at its sender's interface."""
        marks = marks_text(self._marks.of(segment), segment, self._texts)
        if not self._everywhere:
            self._flying[segment.n] = segment
        if segment.source not in self._names or not segment.data:
            return
        if segment.copy_of is None or self._everywhere:
            text = self._comment("pcap-sent", segment, segment.reason, marks)
            text = " ".join(x for x in (text, self._outcome(segment)) if x)
            at = self._time(segment.t)
            self._writer.packet(segment.source, at, segment.data, text, inbound=False)

    def _outcome(self, segment: Segment) -> str:
        """When and where it arrived, and the rule that settled it there."""
        arrival = self._settled.get(segment.n)
        if arrival is None:
            return ""
        text = self._texts.ui("pcap-then", host=arrival.host, time=seconds(arrival.t))
        return " ".join(x for x in (text, because(arrival.reason, self._texts)) if x)

    def _arrived(self, segment: Segment, arrival: Arrival) -> None:
        text = self._comment("pcap-arrived", segment, arrival.reason, "")
        if arrival.host in self._names and segment.data:
            at = self._time(arrival.t)
            data = with_mark(segment.data) if segment.marked else segment.data
            self._writer.packet(arrival.host, at, data, text, inbound=True)

    def _forwarded(self, hop: Hop) -> None:
        """At a router: the packet as it goes on, with the TTL that is left."""
        segment = self._flying.get(hop.n)
        if segment is None or hop.source not in self._names or not segment.data:
            return
        text = self._texts.ui("pcap-forwarded", n=hop.n, source=hop.source, target=hop.target)
        data = with_ttl(segment.data, hop.ttl)
        self._writer.packet(hop.source, self._time(hop.t), data, text, inbound=False)

    def _comment(self, key: str, segment: Segment, reason: Reason | None, marks: str) -> str:
        head = self._texts.ui(key, n=segment.n, source=segment.source, target=segment.target)
        return " ".join(x for x in (head, marks, because(reason, self._texts)) if x)


def with_mark(data: bytes) -> bytes:
    """An IP packet as a congested queue left it: CE in its ECN field (RFC 3168 §5)."""
    if data[0] >> 4 == 6:
        return data[:1] + bytes([data[1] | 0x30]) + data[2:]
    size = (data[0] & 15) * 4
    head = data[:1] + bytes([data[1] | 3]) + data[2:10] + b"\0\0" + data[12:size]
    return head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + data[size:]


def with_ttl(data: bytes, ttl: int) -> bytes:
    """An IP packet with another TTL or hop limit, its header checksum made good again."""
    if data[0] >> 4 == 6:
        return data[:7] + bytes([ttl]) + data[8:]
    size = (data[0] & 15) * 4
    head = data[:8] + bytes([ttl]) + data[9:10] + b"\0\0" + data[12:size]
    return head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + data[size:]


def in_time_order(trace: Trace) -> Iterator[Record]:
    """The trace's records; arrivals of packets that no record tells of are added.

    A recorder may leave out the arrival of a packet nobody settled (a router
    that forwards it); ``arrives`` still says when it came.
    """
    told = {r.n for r in trace.records if isinstance(r, Arrival)}
    missing = [
        Arrival(s.n, s.arrives, s.target, 0, None)
        for s in trace.segments()
        if s.arrives is not None and s.n not in told
    ]
    yield from sorted([*trace.records, *missing], key=lambda r: r.t)


def write(
    out: BinaryIO, trace: Trace, texts: Texts, at: Collection[str] = (), keys: bytes = b""
) -> None:
    """The whole trace as a pcapng file; ``at``: as seen by these nodes (see above);
    ``keys``: an NSS key log for Wireshark.

    Raises :class:`~synfin.show.model.TraceError` when there is no such node.
    """
    for name in at:
        trace.host(name)
    settled = {r.n: r for r in trace.records if isinstance(r, Arrival)}
    capture = Capture(out, trace.meta, texts, at, {} if at else settled, keys)
    for record in in_time_order(trace):
        capture.feed(record)
