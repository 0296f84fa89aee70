"""Sequence numbers: wrapped on the wire, absolute inside (RFC 9293 §3.4).

An absolute number never wraps, so plain ``<`` is right everywhere. The ISS
starts at 2**32 + iss, which leaves room below for old duplicates.
"""

from typing import Final, NewType

Seq = NewType("Seq", int)
"""An absolute sequence number."""

MODULUS: Final = 1 << 32
HALF: Final = 1 << 31


def wrap(seq: int) -> int:
    """The 32 bits of ``seq`` that go on the wire."""
    return seq & 0xFFFFFFFF


def unwrap(wire: int, near: int) -> int:
    """The absolute number closest to ``near`` whose low 32 bits are ``wire``."""
    delta = (wire - near) & 0xFFFFFFFF
    if delta >= HALF:
        delta -= MODULUS
    return near + delta


def first_absolute(wire: int) -> int:
    """Where a sequence space that starts with ``wire`` begins."""
    return MODULUS + wire


def modular_less(a: int, b: int) -> bool:
    """``a`` is before ``b`` in modular 32-bit order (timestamps, RFC 7323 §5.3)."""
    return ((a - b) & 0xFFFFFFFF) >= HALF
