"""SYN cookies that keep options without timestamps (FreeBSD syncookie_generate()).

Of the ISS 24 bits are a keyed hash, eight tell the rest: MSS (three bits), window scale
(three), SACK (one) and which of two periods of 15 s it was made in (one). The price is
coarser tables, and a hash that covers those bits, too.
"""

from hashlib import blake2s
from typing import Final

from synfin.core.settings import SECOND
from synfin.wire.tcp import Options, Segment

MSS_TABLE: Final = (216, 536, 1200, 1360, 1400, 1440, 1452, 1460)
"""The peer's MSS is rounded down to one of these."""
SCALES: Final = (-1, 0, 1, 2, 4, 6, 7, 8)
"""The peer's shift is rounded down to one of these; -1: it offered none."""
PERIOD_NS: Final = 15 * SECOND
SACK_BIT: Final = 2
PERIOD_BIT: Final = 1
PERSON: Final = b"full"
"""Keeps these hashes apart from those of the other kind, made with the same secret."""


class FullCookies:
    """Makes and checks the cookies of one host; the secret is that of the other kind."""

    def __init__(self, key: bytes) -> None:
        self._key: bytes = key

    def _hash(self, four_tuple: bytes, peer_isn: int, period: int, bits: int) -> int:
        text = four_tuple + peer_isn.to_bytes(4, "big") + (period & 0xFFFFFFFF).to_bytes(4, "big")
        text += bytes((bits,))
        digest = blake2s(text, key=self._key, digest_size=3, person=PERSON).digest()
        return int.from_bytes(digest, "big")

    def make(self, four_tuple: bytes, syn: Segment, now: int, sack: bool) -> int:
        """The ISS that answers ``syn``; ``sack``: whether we use it."""
        period = now // PERIOD_NS
        options = syn.options
        bits = _below(MSS_TABLE, options.mss if options.mss > 0 else 536) << 5
        bits |= _below(SCALES, options.window_scale) << 2
        bits |= SACK_BIT if options.sack_permitted and sack else 0
        bits |= period & PERIOD_BIT
        return self._hash(four_tuple, syn.seq, period, bits) << 8 | bits

    def check(self, four_tuple: bytes, peer_isn: int, cookie: int, now: int) -> Options | None:
        """What the SYN offered, if ``cookie`` is one of ours of this or the last period."""
        current, bits = now // PERIOD_NS, cookie & 0xFF
        period = current - ((current ^ bits) & PERIOD_BIT)
        if cookie >> 8 != self._hash(four_tuple, peer_isn, period, bits):
            return None
        return Options(
            MSS_TABLE[bits >> 5], SCALES[bits >> 2 & 7], sack_permitted=bool(bits & SACK_BIT)
        )


def _below(table: tuple[int, ...], wanted: int) -> int:
    """The index of the largest value that is not above ``wanted``."""
    best = 0
    for index, value in enumerate(table):
        if value <= wanted:
            best = index
    return best
