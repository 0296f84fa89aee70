"""TCP options between bytes and :class:`Options` (RFC 9293 §3.1, §3.2).

Reading is tolerant: any alignment (MUST-64), unknown kinds skipped by their
length (MUST-6), a bad length ends the reading and is reported (MUST-7).
Writing uses the order that Linux uses, with NOPs so that words stay aligned, or on
request FreeBSD's.
"""

import struct
from typing import Final

from synfin.wire.checksum import Buffer
from synfin.wire.interpreted import mypyc_attr

MAX_OPTIONS_LEN: Final = 40
"""The data offset has four bits, 15 words, and five of them are the header."""

EOL: Final = 0
NOP: Final = 1
MSS: Final = 2
WINDOW_SCALE: Final = 3
SACK_PERMITTED: Final = 4
SACK: Final = 5
TIMESTAMPS: Final = 8
MD5: Final = 19
"""RFC 2385."""
FASTOPEN: Final = 34
EXPERIMENTAL: Final = 254
FASTOPEN_MAGIC: Final = 0xF989
"""RFC 7413 §4.1.1 / RFC 6994: Fast Open under the experimental kind."""

COOKIE_MIN: Final = 4
COOKIE_MAX: Final = 16

_TIMESTAMPS_HEAD: Final = 0x0101080A
"""NOP NOP kind 8 length 10: how timestamps stand in nearly every segment."""
_MSS_HEAD: Final = 0x0204
_SACK_AND_STAMPS: Final = 0x0402080A
_SCALE_HEAD: Final = 0x010303
"""MSS, SACK-permitted and timestamps, NOP and window scale: what Linux writes in a SYN."""

_U16: Final = struct.Struct("!H")
_U32: Final = struct.Struct("!I")
_PAIR: Final = struct.Struct("!II")
_TRIPLE: Final = struct.Struct("!III")
_USUAL_SYN: Final = struct.Struct("!HHIIII")


@mypyc_attr(acyclic=True, free_list_len=1)
class Options:
    """Parsed TCP options; ``-1`` or ``None`` means *absent*.

    ``ts_val``/``ts_ecr`` are modular 32-bit numbers (RFC 7323 §3.2).
    ``window_scale`` is as received; a shift above 14 counts as 14 (RFC 7323 §2.3).
    ``sack`` holds (left, right) edges as wire numbers (RFC 2018 §3).
    ``fastopen`` is ``b""`` for a cookie request (RFC 7413 §2);
    ``fastopen_experimental`` says it came, or goes, as kind 254.
    ``unknown`` lists the kinds skipped (MUST-6), known ones of a wrong length
    among them; ``malformed`` is true when a bad length ended the parse early
    (MUST-7).
    """

    def __init__(
        self,
        mss: int = -1,
        window_scale: int = -1,
        sack_permitted: bool = False,
        ts_val: int = -1,
        ts_ecr: int = 0,
        sack: tuple[tuple[int, int], ...] = (),
        fastopen: bytes | None = None,
        fastopen_experimental: bool = False,
    ) -> None:
        self.mss: int = mss
        self.window_scale: int = window_scale
        self.sack_permitted: bool = sack_permitted
        self.ts_val: int = ts_val
        self.ts_ecr: int = ts_ecr
        self.sack: tuple[tuple[int, int], ...] = sack
        self.fastopen: bytes | None = fastopen
        self.fastopen_experimental: bool = fastopen_experimental
        self.bsd_order: bool = False
        """Written as FreeBSD does it, not as Linux does."""
        self.md5: bytes | None = None
        """The signature of RFC 2385, 16 octets."""
        self.wire_length: int = -1
        """How many octets these took on the wire, where that matters (a signature covers
        the length of its header)."""
        self.unknown: tuple[int, ...] = ()
        self.malformed: bool = False

    def copy(self) -> "Options":
        """The same values, for whoever changes one: options may be shared by segments."""
        new = Options(
            self.mss,
            self.window_scale,
            self.sack_permitted,
            self.ts_val,
            self.ts_ecr,
            self.sack,
            self.fastopen,
            self.fastopen_experimental,
        )
        new.bsd_order = self.bsd_order
        new.md5 = self.md5
        new.wire_length = self.wire_length
        new.unknown = self.unknown
        new.malformed = self.malformed
        return new


NO_OPTIONS: Final = Options()
"""Shared by every segment without options; never changed."""


# --- reading ------------------------------------------------------------------


def parse_options(buf: Buffer) -> Options:
    """The options in ``buf``, the octets between header and data; never raises.

    EOL, NOP and MSS (MUST-4) and the later ones are read from any segment (MUST-5).
    """
    size = len(buf)
    if size == 0:
        return NO_OPTIONS
    if size == 12:
        head, value, echo = _TRIPLE.unpack(buf)
        if head == _TIMESTAMPS_HEAD:
            return Options(-1, -1, False, value, echo)
    if size == 20:
        first, mss, second, value, echo, last = _USUAL_SYN.unpack(buf)
        if first == _MSS_HEAD and second == _SACK_AND_STAMPS and last >> 8 == _SCALE_HEAD:
            return Options(mss, last & 0xFF, True, value, echo)
    options = Options()
    at = 0
    while at < size:
        kind = buf[at]
        if kind == NOP:
            at += 1
            continue
        if kind == EOL:
            break
        # Every other kind has a length (MUST-68).
        length = buf[at + 1] if at + 1 < size else 0
        if length < 2 or at + length > size:
            options.malformed = True
            break
        if not _take(options, kind, bytes(buf[at + 2 : at + length])):
            options.unknown += (kind,)
        at += length
    if options.md5 is not None:
        options.wire_length = size
    return options


def _take(options: Options, kind: int, value: bytes) -> bool:
    """Store one option; False when its kind is unknown or its length wrong for it."""
    size = len(value)
    if kind == TIMESTAMPS and size == 8:
        options.ts_val, options.ts_ecr = _PAIR.unpack(value)
    elif kind == SACK and size >= 8 and size % 8 == 0:
        options.sack = tuple([_PAIR.unpack_from(value, at) for at in range(0, size, 8)])
    elif kind == MSS and size == 2:
        options.mss = _U16.unpack(value)[0]
    elif kind == WINDOW_SCALE and size == 1:
        options.window_scale = value[0]
    elif kind == SACK_PERMITTED and size == 0:
        options.sack_permitted = True
    elif kind == MD5 and size == 16:
        options.md5 = value
    elif kind == FASTOPEN and _cookie_length_ok(size):
        options.fastopen = value
        options.fastopen_experimental = False
    elif kind == EXPERIMENTAL and size >= 2 and _U16.unpack_from(value)[0] == FASTOPEN_MAGIC:
        if not _cookie_length_ok(size - 2):
            return False
        options.fastopen = value[2:]
        options.fastopen_experimental = True
    else:
        return False
    return True


def _cookie_length_ok(size: int) -> bool:
    """RFC 7413 §4.1.1: none (a request), or 4 to 16 octets, an even number."""
    return size == 0 or (COOKIE_MIN <= size <= COOKIE_MAX and size & 1 == 0)


# --- writing ------------------------------------------------------------------


def encode_options(options: Options) -> bytes:
    """The octets, a multiple of 4 and at most 40.

    Order: MD5 signature, MSS, SACK-permitted with timestamps, window scale, SACK, Fast Open.
    SACK blocks that do not fit are left out, the last ones first; a cookie that
    does not fit is left out whole. Zeros after the last option, where a cookie
    makes them necessary, are EOL padding (MUST-69).
    """
    if options is NO_OPTIONS:
        return b""
    if options.bsd_order:
        return _encode_bsd(options)
    if _is_usual_syn(options):
        return _USUAL_SYN.pack(
            _MSS_HEAD,
            options.mss & 0xFFFF,
            _SACK_AND_STAMPS,
            options.ts_val & 0xFFFFFFFF,
            options.ts_ecr & 0xFFFFFFFF,
            _SCALE_HEAD << 8 | options.window_scale & 0xFF,
        )
    out = b""
    if options.md5 is not None:
        out = b"\x01\x01\x13\x12" + options.md5
    if options.mss >= 0:
        out += b"\x02\x04" + _U16.pack(options.mss & 0xFFFF)
    if options.ts_val >= 0:
        out += b"\x04\x02\x08\x0a" if options.sack_permitted else b"\x01\x01\x08\x0a"
        out += _PAIR.pack(options.ts_val & 0xFFFFFFFF, options.ts_ecr & 0xFFFFFFFF)
    elif options.sack_permitted:
        out += b"\x01\x01\x04\x02"
    if options.window_scale >= 0:
        out += b"\x01\x03\x03" + bytes((options.window_scale & 0xFF,))
    if options.sack:
        out += _encode_sack(options.sack, MAX_OPTIONS_LEN - len(out))
    if options.fastopen is not None:
        out += _encode_fastopen(options, MAX_OPTIONS_LEN - len(out))
    return out


def _is_usual_syn(options: Options) -> bool:
    """All that Linux offers on a SYN, and nothing else."""
    if options.mss < 0 or options.ts_val < 0 or options.window_scale < 0:
        return False
    if not options.sack_permitted or options.sack or options.fastopen is not None:
        return False
    return options.md5 is None


def _encode_bsd(options: Options) -> bytes:
    """FreeBSD tcp_addoptions(): NOPs only where an option wants its alignment, zeros at
    the end."""
    out = b""
    if options.mss >= 0:
        out = b"\x02\x04" + _U16.pack(options.mss & 0xFFFF)
    if options.window_scale >= 0:
        out += b"\x01\x03\x03" + bytes((options.window_scale & 0xFF,))
    if options.sack_permitted:
        out += b"\x04\x02"
    if options.ts_val >= 0:
        out += bytes((NOP,)) * (-(len(out) + 2) % 4) + b"\x08\x0a"
        out += _PAIR.pack(options.ts_val & 0xFFFFFFFF, options.ts_ecr & 0xFFFFFFFF)
    if options.md5 is not None:
        out += bytes((NOP,)) * ((2 - len(out)) % 4) + b"\x13\x12" + options.md5
    if options.sack:
        out += _encode_sack(options.sack, MAX_OPTIONS_LEN - len(out))
    if options.fastopen is not None:
        cookie = _fastopen_option(options)
        if len(out) + len(cookie) <= MAX_OPTIONS_LEN:
            out += cookie
    return out + bytes(-len(out) % 4)


def _encode_sack(blocks: tuple[tuple[int, int], ...], room: int) -> bytes:
    count = min(len(blocks), (room - 4) // 8)
    if count <= 0:
        return b""
    out = bytes((NOP, NOP, SACK, 2 + 8 * count))
    for left, right in blocks[:count]:
        out += _PAIR.pack(left & 0xFFFFFFFF, right & 0xFFFFFFFF)
    return out


def _encode_fastopen(options: Options, room: int) -> bytes:
    out = _fastopen_option(options)
    short = -len(out) % 4
    out += b"\x01\x01" if short == 2 else bytes(short)
    return out if len(out) <= room else b""


def _fastopen_option(options: Options) -> bytes:
    cookie = options.fastopen or b""
    if options.fastopen_experimental:
        return bytes((EXPERIMENTAL, (4 + len(cookie)) & 0xFF, 0xF9, 0x89)) + cookie
    return bytes((FASTOPEN, (2 + len(cookie)) & 0xFF)) + cookie


def options_length(options: Options) -> int:
    """How many octets :func:`encode_options` makes: what an MSS must leave room
    for (RFC 9293 §3.7.1), computed without making them for the frequent cases."""
    if options is NO_OPTIONS:
        return 0
    if options.fastopen is not None or options.bsd_order:
        return len(encode_options(options))
    size = 4 if options.mss >= 0 else 0
    if options.md5 is not None:
        size += 20
    if options.ts_val >= 0:
        size += 12
    elif options.sack_permitted:
        size += 4
    if options.window_scale >= 0:
        size += 4
    if options.sack:
        count = min(len(options.sack), (MAX_OPTIONS_LEN - size - 4) // 8)
        if count > 0:
            size += 4 + 8 * count
    return size
