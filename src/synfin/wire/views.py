"""Headers as tools see them: every field of any bytes, nothing judged.

The decoders in :mod:`synfin.wire.tcp` and its neighbours are strict and give
objects; these views are permissive and stay over the bytes. A field that the
bytes do not reach is None. ``LAYOUT`` tells where each field stands, so that
a header can be drawn bit by bit.
"""

from typing import ClassVar, Final

from synfin.wire.checksum import Buffer

Layout = tuple[tuple[str, int, int], ...]
"""(name, first bit, width in bits) of each field, in header order."""


class HeaderView:
    """Base of the views: fields by name out of ``LAYOUT``."""

    LAYOUT: ClassVar[Layout] = ()

    def __init__(self, data: Buffer) -> None:
        self.data: bytes = bytes(data)

    def value(self, name: str) -> int | None:
        """The number in field ``name``; None beyond the end; KeyError for no field."""
        for field, first, width in self.LAYOUT:
            if field == name:
                return bits(self.data, first, width)
        raise KeyError(name)

    def fields(self) -> list[tuple[str, int, int, int | None]]:
        """(name, first bit, width, value or None) of all fields, in header order."""
        return [(name, at, width, bits(self.data, at, width)) for name, at, width in self.LAYOUT]

    @property
    def header_len(self) -> int:
        """Octets of the header as it claims, 0 when it does not reach that far."""
        return max((at + width for _name, at, width in self.LAYOUT), default=0) // 8

    @property
    def options(self) -> bytes:
        """What stands between the fixed part and the header's claimed end."""
        fixed = max((at + width for _name, at, width in self.LAYOUT), default=0) // 8
        return self.data[fixed : max(self.header_len, fixed)]

    @property
    def payload(self) -> bytes:
        """Everything after the header's claimed end."""
        return self.data[self.header_len :]


def bits(data: bytes, first: int, width: int) -> int | None:
    """``width`` bits from bit ``first`` (0 is the highest of the first octet)."""
    end = first + width
    if (end + 7) // 8 > len(data):
        return None
    chunk = int.from_bytes(data[first // 8 : (end + 7) // 8], "big")
    return chunk >> (-end % 8) & ((1 << width) - 1)


class TcpHeaderView(HeaderView):
    """A TCP header (RFC 9293 §3.1), good or bad; lengths in octets but
    ``data_offset``, which is in words as it stands."""

    LAYOUT: ClassVar[Layout] = (
        ("src_port", 0, 16),
        ("dst_port", 16, 16),
        ("seq", 32, 32),
        ("ack", 64, 32),
        ("data_offset", 96, 4),
        ("reserved", 100, 4),
        ("cwr", 104, 1),
        ("ece", 105, 1),
        ("urg", 106, 1),
        ("ack_flag", 107, 1),
        ("psh", 108, 1),
        ("rst", 109, 1),
        ("syn", 110, 1),
        ("fin", 111, 1),
        ("window", 112, 16),
        ("checksum", 128, 16),
        ("urgent", 144, 16),
    )

    @property
    def src_port(self) -> int | None:
        return bits(self.data, 0, 16)

    @property
    def dst_port(self) -> int | None:
        return bits(self.data, 16, 16)

    @property
    def seq(self) -> int | None:
        return bits(self.data, 32, 32)

    @property
    def ack(self) -> int | None:
        return bits(self.data, 64, 32)

    @property
    def data_offset(self) -> int | None:
        return bits(self.data, 96, 4)

    @property
    def reserved(self) -> int | None:
        return bits(self.data, 100, 4)

    @property
    def flags(self) -> int | None:
        """The eight control bits as in :class:`synfin.wire.tcp.Segment`."""
        return bits(self.data, 104, 8)

    @property
    def window(self) -> int | None:
        return bits(self.data, 112, 16)

    @property
    def checksum(self) -> int | None:
        return bits(self.data, 128, 16)

    @property
    def urgent(self) -> int | None:
        return bits(self.data, 144, 16)

    @property
    def header_len(self) -> int:
        """Data offset in octets, 0 when it is not there."""
        offset = self.data_offset
        return 0 if offset is None else offset * 4


class UdpHeaderView(HeaderView):
    """A UDP header (RFC 768)."""

    LAYOUT: ClassVar[Layout] = (
        ("src_port", 0, 16),
        ("dst_port", 16, 16),
        ("length", 32, 16),
        ("checksum", 48, 16),
    )


class IcmpHeaderView(HeaderView):
    """An ICMP or ICMPv6 header; ``rest`` means something else for each type."""

    LAYOUT: ClassVar[Layout] = (
        ("type", 0, 8),
        ("code", 8, 8),
        ("checksum", 16, 16),
        ("rest", 32, 32),
    )


class Ipv4HeaderView(HeaderView):
    """An IPv4 header (RFC 791 §3.1); ``frag_offset`` in units of 8 octets."""

    LAYOUT: ClassVar[Layout] = (
        ("version", 0, 4),
        ("ihl", 4, 4),
        ("dscp", 8, 6),
        ("ecn", 14, 2),
        ("total_length", 16, 16),
        ("ident", 32, 16),
        ("reserved", 48, 1),
        ("df", 49, 1),
        ("mf", 50, 1),
        ("frag_offset", 51, 13),
        ("ttl", 64, 8),
        ("protocol", 72, 8),
        ("checksum", 80, 16),
        ("src", 96, 32),
        ("dst", 128, 32),
    )

    @property
    def header_len(self) -> int:
        """IHL in octets, 0 when it is not there."""
        ihl = bits(self.data, 4, 4)
        return 0 if ihl is None else ihl * 4


class Ipv6HeaderView(HeaderView):
    """An IPv6 header (RFC 8200 §3); extension headers are part of the payload."""

    LAYOUT: ClassVar[Layout] = (
        ("version", 0, 4),
        ("traffic_class", 4, 8),
        ("flow_label", 12, 20),
        ("payload_length", 32, 16),
        ("next_header", 48, 8),
        ("hop_limit", 56, 8),
        ("src", 64, 128),
        ("dst", 192, 128),
    )


def ip_view(data: Buffer) -> HeaderView | None:
    """The view for the version that the first four bits tell; None for another."""
    version = data[0] >> 4 if len(data) else 0
    if version == 4:
        return Ipv4HeaderView(data)
    if version == 6:
        return Ipv6HeaderView(data)
    return None


UPPER_VIEWS: Final[dict[int, type[HeaderView]]] = {
    1: IcmpHeaderView,
    6: TcpHeaderView,
    17: UdpHeaderView,
    58: IcmpHeaderView,
}
"""View by protocol number."""
