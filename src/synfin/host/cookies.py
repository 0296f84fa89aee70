"""SYN cookies: a SYN,ACK that needs no memory (RFC 4987 §3.6).

The ISS carries what the listener must remember: three bits for the peer's MSS,
five for a minute counter, 24 of a keyed hash over the four-tuple, the peer's
ISN and the counter. With timestamps, the low bits of our TSval carry window
scale, SACK and ECN, so that those survive too.
"""

from collections.abc import Callable
from hashlib import blake2s
from typing import Final

from synfin.core.ecn import SETUP, listener_agrees
from synfin.core.settings import SECOND, Settings, offered_scale
from synfin.wire.tcp import ACK, ECE, SYN, Options, Segment

MSS_TABLE: Final = (216, 536, 966, 1220, 1300, 1440, 1460, 8960)
"""The peer's MSS is rounded down to one of these."""
PERIOD_NS: Final = 64 * SECOND
LIFETIME: Final = 2
"""Cookies of this and the previous period are taken."""
TAKEN_NS: Final = LIFETIME * PERIOD_NS
"""A listener that has sent no cookie for this long takes none: an attacker's guesses
meet nothing (Linux tcp_synq_no_recent_overflow())."""
NO_SCALE: Final = 0xF
SACK_BIT: Final = 16
ECN_BIT: Final = 32
TS_BITS: Final = 6


class Cookies:
    """Makes and checks the cookies of one host."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self.key: bytes = random(16)

    def _hash(self, four_tuple: bytes, peer_isn: int, period: int) -> int:
        text = four_tuple + peer_isn.to_bytes(4, "big") + (period & 0xFFFFFFFF).to_bytes(4, "big")
        return int.from_bytes(blake2s(text, key=self.key, digest_size=3).digest(), "big")

    def make(self, four_tuple: bytes, syn: Segment, now: int) -> int:
        """The ISS that answers ``syn``."""
        period = now // PERIOD_NS
        index = _mss_index(syn.options.mss)
        return (index << 29) | ((period & 31) << 24) | self._hash(four_tuple, syn.seq, period)

    def check(self, four_tuple: bytes, peer_isn: int, cookie: int, now: int) -> int:
        """The peer's MSS if ``cookie`` is one of ours and fresh, else 0."""
        current = now // PERIOD_NS
        for period in range(current, current - LIFETIME, -1):
            if (cookie >> 24) & 31 != period & 31 or period < 0:
                continue
            if cookie & 0xFFFFFF == self._hash(four_tuple, peer_isn, period):
                return MSS_TABLE[cookie >> 29]
        return 0


def _mss_index(mss: int) -> int:
    wanted = mss if mss > 0 else 536
    best = 0
    for index, value in enumerate(MSS_TABLE):
        if value <= wanted:
            best = index
    return best


def syn_ack(
    syn: Segment, cookie: int, window: int, mss: int, settings: Settings, now: int
) -> Segment:
    """The stateless SYN,ACK."""
    options = Options(mss=mss)
    flags = SYN | ACK
    options.bsd_order = settings.option_order == "bsd"
    if settings.cookies_keep_options:
        _offer_all(options, syn.options, settings, now)
    elif syn.options.ts_val >= 0 and settings.timestamps:
        ecn = listener_agrees(syn, settings)
        flags |= ECE if ecn else 0
        options.ts_val = _mark(now // settings.ts_clock_ns, syn.options, settings, ecn)
        options.ts_ecr = syn.options.ts_val
        if syn.options.window_scale >= 0:
            options.window_scale = offered_scale(settings)
        options.sack_permitted = syn.options.sack_permitted and settings.sack
    ack = (syn.seq + 1) & 0xFFFFFFFF
    return Segment(syn.dst_port, syn.src_port, cookie, ack, flags, window, options)


def _offer_all(options: Options, offered: Options, settings: Settings, now: int) -> None:
    """Nothing depends on our TSval: every option that both sides know is agreed to."""
    if offered.ts_val >= 0 and settings.timestamps:
        options.ts_val = (now // settings.ts_clock_ns) & 0xFFFFFFFF
        options.ts_ecr = offered.ts_val
    if offered.window_scale >= 0:
        options.window_scale = offered_scale(settings)
    options.sack_permitted = offered.sack_permitted and settings.sack


def _mark(ticks: int, offered: Options, settings: Settings, ecn: bool) -> int:
    """TSval whose low bits remember the options; never ahead of the clock."""
    scale = offered.window_scale if offered.window_scale >= 0 else NO_SCALE
    bits = min(scale, 14) if scale != NO_SCALE else NO_SCALE
    bits |= SACK_BIT if offered.sack_permitted and settings.sack else 0
    bits |= ECN_BIT if ecn else 0
    value = (ticks >> TS_BITS << TS_BITS) | bits
    if value > ticks:
        value -= 1 << TS_BITS
    return value & 0xFFFFFFFF


def full_syn(ack: Segment, options: Options, settings: Settings) -> Segment:
    """As :func:`remembered_syn`, with the ``options`` that the cookie itself kept."""
    if ack.options.ts_val >= 0 and settings.timestamps:
        options.ts_val = ack.options.ts_val
    seq = (ack.seq - 1) & 0xFFFFFFFF
    return Segment(ack.src_port, ack.dst_port, seq, 0, SYN, ack.window, options)


def remembered_syn(ack: Segment, mss: int, settings: Settings) -> Segment:
    """The SYN that ``ack`` (the third segment) proves there was."""
    options = Options(mss=mss)
    flags = SYN
    if ack.options.ts_val >= 0 and settings.timestamps:
        bits = ack.options.ts_ecr & ((1 << TS_BITS) - 1)
        options.ts_val = ack.options.ts_val
        options.window_scale = -1 if bits & 0xF == NO_SCALE else bits & 0xF
        options.sack_permitted = bool(bits & SACK_BIT)
        flags |= SETUP if bits & ECN_BIT else 0
    seq = (ack.seq - 1) & 0xFFFFFFFF
    return Segment(ack.src_port, ack.dst_port, seq, 0, flags, ack.window, options)
