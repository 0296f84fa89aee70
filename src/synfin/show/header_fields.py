"""The fields of a header with their values as people write them, TCP options included."""

from dataclasses import dataclass
from typing import Final

from synfin.wire.address import format_address
from synfin.wire.icmp import type_name
from synfin.wire.views import HeaderView, bits

PROTOCOLS: Final = {0: "Hop-by-Hop", 1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 41: "IPv6",
                    43: "Routing", 44: "Fragment", 50: "ESP", 51: "AH", 58: "ICMPv6",
                    59: "none", 60: "Options"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``first`` bit and ``width`` count from the header's start.

    ``name`` is the field's name in :mod:`synfin.wire.views` (options have
    names of their own); ``value`` is None when the bytes end before it.
    """

    name: str
    first: int
    width: int
    value: int | None
    shown: str


def fields_of(view: HeaderView, kind: str) -> list[Field]:
    """The fixed fields of one of the views, in header order."""
    return [
        Field(name, at, width, value, _shown(kind, name, value, view))
        for name, at, width, value in view.fields()
    ]


def protocol_name(value: int) -> str:
    """A protocol number with its name."""
    return f"{value} ({PROTOCOLS[value]})" if value in PROTOCOLS else str(value)


def _shown(kind: str, name: str, value: int | None, view: HeaderView) -> str:
    if value is None:
        return "?"
    if name in ("src", "dst"):
        return format_address(value.to_bytes(4 if kind == "ipv4" else 16, "big"))
    if name in ("protocol", "next_header"):
        return protocol_name(value)
    if name in ("checksum", "ident"):
        return f"0x{value:04x}"
    if name in ("ihl", "data_offset"):
        return f"{value} (×4={value * 4})"
    if name == "frag_offset":
        return f"{value} (×8={value * 8})" if value else "0"
    if name == "type" and kind in ("icmp", "icmp6"):
        return f"{value} ({type_name(value, 4 if kind == 'icmp' else 6)})"
    if name == "rest":
        return _rest(kind, value, view)
    return str(value)


def _rest(kind: str, value: int, view: HeaderView) -> str:
    """The second word of an ICMP header: identifier and number, an MTU, or unused."""
    type_, code = view.value("type"), view.value("code")
    if (kind, type_) in (("icmp", 0), ("icmp", 8), ("icmp6", 128), ("icmp6", 129)):
        return f"id={value >> 16} seq={value & 0xFFFF}"
    if (kind, type_, code) == ("icmp", 3, 4):
        return f"mtu={value & 0xFFFF}"
    if (kind, type_) == ("icmp6", 2):
        return f"mtu={value}"
    return f"0x{value:08x}"


_OPTION_NAMES: Final = {0: "eol", 1: "nop", 2: "mss", 3: "ws", 4: "sackok", 5: "sack", 8: "ts",
                        19: "md5", 34: "tfo", 254: "exp"}  # fmt: skip


def tcp_options(options: bytes) -> list[Field]:
    """Every option's kind, length and value as fields, bits counted from the TCP header."""
    out: list[Field] = []
    at = 0
    while at < len(options):
        kind, first = options[at], 160 + at * 8
        name = _OPTION_NAMES.get(kind, "unknown")
        if kind in (0, 1):
            out.append(Field(f"opt_{name}", first, 8, kind, str(kind)))
            at += 1
            if kind == 0 and at < len(options):
                rest = options[at:]
                out.append(Field("opt_padding", first + 8, len(rest) * 8, None, rest.hex()))
                break
            continue
        length = options[at + 1] if at + 1 < len(options) else 0
        if length < 2 or at + length > len(options):
            rest = options[at:]
            out.append(Field("opt_bad", first, len(rest) * 8, None, rest.hex()))
            break
        out.append(Field(f"opt_{name}", first, 8, kind, str(kind)))
        out.append(Field("opt_length", first + 8, 8, length, str(length)))
        out += _option_values(name, first + 16, options[at + 2 : at + length])
        at += length
    return out


def _option_values(name: str, first: int, value: bytes) -> list[Field]:
    if not value:
        return []
    if name == "ts" and len(value) == 8:
        return [_word("opt_tsval", first, value[:4]), _word("opt_tsecr", first + 32, value[4:])]
    if name == "sack" and len(value) % 8 == 0:
        edges = ("opt_sack_left", "opt_sack_right")
        return [
            _word(edges[i // 4 % 2], first + i * 8, value[i : i + 4])
            for i in range(0, len(value), 4)
        ]
    if (name, len(value)) in (("mss", 2), ("ws", 1)):
        return [_word(f"opt_{name}_value", first, value)]
    return [Field("opt_data", first, len(value) * 8, None, "0x" + value.hex())]


def _word(name: str, first: int, value: bytes) -> Field:
    number = bits(value, 0, len(value) * 8) or 0
    return Field(name, first, len(value) * 8, number, str(number))
