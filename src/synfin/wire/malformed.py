"""What a decoder returns instead of raising: bytes that are no proper packet."""

from typing import Final

CHECKSUM: Final = "checksum"
"""The one ``kind`` that means: well formed, but some bits changed on the way."""
HEADER: Final = "header"
"""The ``kind`` of everything else: lengths or versions that cannot be."""


class Malformed:
    """Bytes that are not acceptable as a packet; no decoder ever raises.

    - ``kind``: :data:`CHECKSUM` or :data:`HEADER`.
    - ``protocol``: ``ip``, ``tcp``, ``udp``, ``icmp`` or ``icmpv6``.
    - ``what``: a stable slug that says what is wrong (``tcp-data-offset``,
      ``ip-total-length``, ``bad-checksum`` …), the same in every language.
    - ``packet``: the IP header with the undecoded body (a
      :class:`synfin.wire.ip.Packet`), when at least that could be read.
    """

    def __init__(self, kind: str, protocol: str, what: str, packet: object | None = None) -> None:
        self.kind: str = kind
        self.protocol: str = protocol
        self.what: str = what
        self.packet: object | None = packet

    def __repr__(self) -> str:
        return f"Malformed({self.protocol}, {self.what})"


def bad_checksum(protocol: str) -> Malformed:
    """The value for a checksum that does not fit (MUST-3 for TCP)."""
    return Malformed(CHECKSUM, protocol, "bad-checksum")


def bad_header(protocol: str, what: str) -> Malformed:
    """The value for a header that cannot be right."""
    return Malformed(HEADER, protocol, what)
