"""TCP options octet by octet: a script may write any order and any alignment."""

import struct
from collections.abc import Sequence
from typing import Final

from synfin.packetdrill.findings import Finding, finding
from synfin.packetdrill.model import Option, Unsupported
from synfin.wire.options import (
    EOL,
    EXPERIMENTAL,
    FASTOPEN,
    FASTOPEN_MAGIC,
    MSS,
    NOP,
    SACK,
    SACK_PERMITTED,
    TIMESTAMPS,
    WINDOW_SCALE,
)

MD5: Final = 19
"""RFC 2385."""
SIGNED: Final = bytes(16)
"""Stands for ``md5 valid``: no signature comes out as zeros."""


class TcpOptionError(ValueError):
    """Options that cannot stand in a header."""

    def __init__(self, what: Finding) -> None:
        super().__init__(what)
        self.what = what


def read_option(name: str, words: Sequence[str | tuple[str, ...]]) -> Option:
    """The option that the grammar calls ``name``. Raises TcpOptionError."""
    if name == "nop":
        return Option(NOP)
    if name == "eol":
        return Option(EOL)
    if name == "mss":
        return Option(MSS, _packed("!H", words))
    if name == "wscale":
        return Option(WINDOW_SCALE, _packed("!B", words))
    if name == "sack_ok":
        return Option(SACK_PERMITTED)
    if name == "timestamps":
        return Option(TIMESTAMPS, _packed("!II", words))
    if name == "sack":
        return Option(SACK, b"".join(_packed("!II", block) for block in words))
    if name == "fast_open":
        return Option(FASTOPEN, _blob(words))
    if name == "fast_open_exp":
        return Option(EXPERIMENTAL, struct.pack("!H", FASTOPEN_MAGIC) + _blob(words))
    if name == "md5":
        return Option(MD5, SIGNED if words == ["valid"] else _blob(words))
    raise Unsupported("AccECN")


def _packed(form: str, words: Sequence[str | tuple[str, ...]]) -> bytes:
    numbers = [int(str(word)) for word in words]
    try:
        return struct.pack(form, *numbers)
    except struct.error:
        raise TcpOptionError(
            finding("error-option-value", text=" ".join(map(str, numbers)))
        ) from None


def _blob(words: Sequence[str | tuple[str, ...]]) -> bytes:
    text = str(words[0]) if words else ""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise TcpOptionError(finding("error-hex", text=text)) from None


def spoil_check(options: Sequence[Option]) -> None:
    """Raises TcpOptionError for options that are not whole words, or too many."""
    size = len(encode(options))
    if size % 4:
        raise TcpOptionError(finding("error-option-words", size=size))
    if size > 40:
        raise TcpOptionError(finding("error-option-size", size=size))


def encode(options: Sequence[Option]) -> bytes:
    """The octets of a header's option field."""
    out = b""
    for option in options:
        if option.kind in (EOL, NOP):
            out += bytes((option.kind,))
        else:
            out += bytes((option.kind, len(option.data) + 2)) + option.data
    return out


def decode(data: bytes) -> tuple[Option, ...]:
    """Every option in ``data``, EOL and NOP among them; a bad length ends the reading."""
    out: list[Option] = []
    at = 0
    while at < len(data):
        kind = data[at]
        if kind in (EOL, NOP):
            out.append(Option(kind))
            at += 1
            continue
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < 2 or at + length > len(data):
            break
        out.append(Option(kind, data[at + 2 : at + length]))
        at += length
    return tuple(out)


def shown(options: Sequence[Option]) -> str:
    """As a script writes them, without the brackets."""
    return ",".join(_shown(option) for option in options)


def _shown(option: Option) -> str:
    data = option.data
    kind = option.kind
    if kind == NOP:
        return "nop"
    if kind == EOL:
        return "eol"
    if kind == MSS and len(data) == 2:
        return f"mss {struct.unpack('!H', data)[0]}"
    if kind == WINDOW_SCALE and len(data) == 1:
        return f"wscale {data[0]}"
    if kind == SACK_PERMITTED:
        return "sackOK"
    if kind == TIMESTAMPS and len(data) == 8:
        value, echo = struct.unpack("!II", data)
        return f"TS val {value} ecr {echo}"
    if kind == SACK and len(data) % 8 == 0:
        pairs = [struct.unpack_from("!II", data, at) for at in range(0, len(data), 8)]
        return "sack " + " ".join(f"{left}:{right}" for left, right in pairs)
    if kind == FASTOPEN:
        return f"FO {data.hex()}".strip()
    if kind == EXPERIMENTAL and data[:2] == struct.pack("!H", FASTOPEN_MAGIC):
        return f"FOEXP {data[2:].hex()}".strip()
    if kind == MD5:
        return "md5 valid" if data == SIGNED else f"md5 {data.hex()}"
    return f"kind {kind} {data.hex()}".strip()


def timestamps(options: Sequence[Option]) -> tuple[int, int] | None:
    """(TSval, TSecr), if there."""
    for option in options:
        if option.kind == TIMESTAMPS and len(option.data) == 8:
            value, echo = struct.unpack("!II", option.data)
            return value, echo
    return None


def moved(options: Sequence[Option], ack_shift: int, echo: int | None) -> tuple[Option, ...]:
    """A copy with SACK edges shifted by ``ack_shift`` and TSecr replaced by ``echo``."""
    out: list[Option] = []
    for option in options:
        if option.kind == SACK:
            edges = struct.unpack(f"!{len(option.data) // 4}I", option.data)
            shifted = [(edge + ack_shift) & 0xFFFFFFFF for edge in edges]
            option = Option(SACK, struct.pack(f"!{len(edges)}I", *shifted))
        elif option.kind == TIMESTAMPS and echo is not None:
            option = Option(TIMESTAMPS, option.data[:4] + struct.pack("!I", echo))
        out.append(option)
    return tuple(out)
