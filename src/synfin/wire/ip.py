"""IP packets (RFC 791, RFC 8200) as the rest of the house passes them around."""

from typing import Final

from synfin.wire.icmp import IcmpMessage
from synfin.wire.tcp import Segment
from synfin.wire.udp import Datagram

PROTO_ICMP: Final = 1
PROTO_TCP: Final = 6
PROTO_UDP: Final = 17
PROTO_ICMPV6: Final = 58

Body = Segment | Datagram | IcmpMessage | bytes


class Packet:
    """One IP packet; ``src``/``dst`` are 4 octets (IPv4) or 16 (IPv6).

    ``body`` is the decoded upper layer, or plain bytes for a fragment or a
    protocol nobody here speaks. ``frag_offset`` is in octets. ``ttl`` is the
    hop limit for IPv6, ``tos`` the whole Diffserv + ECN octet.
    """

    def __init__(
        self,
        src: bytes,
        dst: bytes,
        proto: int,
        body: Body,
        ttl: int = 64,
        tos: int = 0,
        ident: int = 0,
        df: bool = False,
        more_fragments: bool = False,
        frag_offset: int = 0,
        options: bytes = b"",
    ) -> None:
        self.src: bytes = src
        self.dst: bytes = dst
        self.proto: int = proto
        self.body: Body = body
        self.ttl: int = ttl
        self.tos: int = tos
        self.ident: int = ident
        self.df: bool = df
        self.more_fragments: bool = more_fragments
        self.frag_offset: int = frag_offset
        self.options: bytes = options
