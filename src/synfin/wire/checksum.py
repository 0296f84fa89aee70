"""The Internet checksum (RFC 1071), as IP, ICMP, UDP and TCP use it.

2**16 is 1 modulo 0xFFFF, so the ones-complement sum of 16-bit words is the
whole buffer, read as one number, modulo 0xFFFF: one division instead of a
loop. Ones-complement arithmetic has two zeros: the sum is 0x0000 only when
every word is zero, and 0xFFFF otherwise.
"""

from typing import Final

Buffer = bytes | bytearray | memoryview

MODULUS: Final = 0xFFFF


def number(data: Buffer) -> int:
    """``data`` as one big number, padded with a zero octet to whole words."""
    value = int.from_bytes(data, "big")
    if len(data) & 1:
        value <<= 8
    return value


def fold(total: int) -> int:
    """A sum of words (or of whole buffers) as 16 bits, 0 only when ``total`` is 0."""
    if total == 0:
        return 0
    return total % MODULUS or MODULUS


def partial_sum(data: Buffer, initial: int = 0) -> int:
    """The uninverted sum of ``data`` added to ``initial`` (a sum of what stands
    before it, which must be an even number of octets)."""
    return fold(number(data) + initial)


def checksum(data: Buffer, initial: int = 0) -> int:
    """The field to store: the complement of the sum (RFC 1071 §1), 0 … 0xFFFF."""
    return MODULUS - partial_sum(data, initial)


def field(total: int) -> int:
    """The field for a sum of numbers that is not zero (:func:`checksum`, unrolled)."""
    return (MODULUS - total % MODULUS) % MODULUS


def verifies(data: Buffer, initial: int = 0) -> bool:
    """True when ``data``, its checksum field included, sums up to 0xFFFF. Nothing
    but zeros sums up to the other zero, and is refused."""
    total = number(data) + initial
    return total != 0 and total % MODULUS == 0


def pseudo_sum(src: bytes, dst: bytes, proto: int, length: int) -> int:
    """The sum over the pseudo-header, unfolded.

    Serves IPv4 (RFC 9293 §3.1) and IPv6 (RFC 8200 §8.1) alike: they differ in
    the width of fields whose upper words are zero. ``length`` is that of the
    upper layer, header and data, octets.
    """
    return int.from_bytes(src, "big") + int.from_bytes(dst, "big") + proto + length


def offload_sum(src: bytes, dst: bytes, proto: int, length: int) -> int:
    """What the checksum field holds when a device shall finish the work: the
    uninverted pseudo-header sum over the whole (still uncut) segment."""
    return fold(pseudo_sum(src, dst, proto, length))
