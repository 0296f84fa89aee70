"""The small words of the scenario language: times, sizes, numbers, endpoints, texts.

Each function takes the word as written and returns its value; a word that says
nothing sensible raises a ``Problem`` with what was expected. The caller knows
the position and turns it into a :class:`~synfin.lab.model.ScenarioError`.
"""

import re
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Final

from synfin.core.problems import Problem
from synfin.core.settings import Settings
from synfin.lab.model import Endpoint, Number, SwitchValue

SECOND: Final = 1_000_000_000
_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "min": 60 * SECOND,
    "h": 3600 * SECOND,
}
_DURATION: Final = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|min|h)?")
_OCTETS: Final = re.compile(r"([0-9]+)(KB|MB|GB)?")
_RATE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(bit|kbit|Mbit|Gbit)")
_ISN: Final = re.compile(r"isn\(([^>→)]+)(?:>|→)([^,)]+)(?:,([0-9]+))?\)([+-][0-9]+)?")
_TRUE: Final = frozenset({"yes", "true", "on", "1"})
_FALSE: Final = frozenset({"no", "false", "off", "0"})

LAB_SWITCHES: Final = ("reads", "accepts")
"""Switches of the lab's applications, not of the engine; both are yes or no."""


def parse_time(word: str) -> int:
    """A point in time, ns: a bare number is seconds; may be negative."""
    found = _DURATION.fullmatch(word)
    if found is None:
        raise Problem(
            "word.time", "expected a time such as 0.050, 3s or 50ms, not '{word}'", word=word
        )
    exact = Decimal(found[1]) * _UNITS[found[2] or "s"]
    if exact != int(exact):
        raise Problem("word.too-fine", "'{word}' is finer than a nanosecond", word=word)
    return int(exact)


def parse_duration(word: str) -> int:
    """A span of time >= 0, ns: a unit is required, except for 0."""
    found = _DURATION.fullmatch(word)
    if found is None or found[1].startswith("-"):
        raise Problem(
            "word.duration", "expected a duration such as 50ms or 1.5s, not '{word}'", word=word
        )
    if found[2] is None and Decimal(found[1]) != 0:
        raise Problem("word.unit", "'{word}' needs a unit: {word}ms or {word}s", word=word)
    return parse_time(word)


def parse_octets(word: str) -> int:
    """A number of octets; KB and MB are powers of 1024."""
    found = _OCTETS.fullmatch(word)
    if found is None:
        raise Problem(
            "word.octets",
            "expected a number of octets such as 1460 or 64KB, not '{word}'",
            word=word,
        )
    return int(found[1]) * {None: 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}[found[2]]


def parse_rate(word: str) -> int:
    """Bits per second."""
    found = _RATE.fullmatch(word)
    if found is None:
        raise Problem(
            "word.rate", "expected a rate such as 10Mbit or 64kbit, not '{word}'", word=word
        )
    factor = {"bit": 1, "kbit": 10**3, "Mbit": 10**6, "Gbit": 10**9}[found[2]]
    return int(Decimal(found[1]) * factor)


def parse_yes_no(word: str) -> bool:
    """yes/no, true/false, on/off, 1/0."""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Problem("word.yes-no", "expected yes or no, not '{word}'", word=word)


def parse_integer(word: str) -> int:
    """A decimal or 0x number."""
    try:
        return int(word, 0)
    except ValueError:
        raise Problem("word.number", "expected a number, not '{word}'", word=word) from None


def parse_integers(word: str) -> tuple[int, ...]:
    """``300,400``."""
    return tuple(parse_integer(part) for part in word.split(","))


ECN_FIELDS: Final = ("no", "ect0", "ect1", "ce")


def parse_ecn(word: str) -> str:
    """What the ECN field of an IP header says."""
    if word not in ECN_FIELDS:
        raise Problem(
            "word.ecn",
            "expected one of {names} after ecn=, not '{word}'",
            names=", ".join(ECN_FIELDS),
            word=word,
        )
    return word


def parse_thresholds(word: str) -> tuple[int, int]:
    """``red=5-15``: 5 and 15."""
    low, dash, high = word.rpartition("=")[2].partition("-")
    if not (dash and low.isdecimal() and high.isdecimal() and int(low) < int(high)):
        raise Problem(
            "word.thresholds",
            "expected two lengths of the queue in packets, such as red=5-15, not '{word}'",
            word=word,
        )
    return int(low), int(high)


def parse_port(word: str) -> int:
    """0 .. 65535."""
    if not word.isdigit() or int(word) > 65_535:
        raise Problem("word.port", "expected a port from 0 to 65535, not '{word}'", word=word)
    return int(word)


def parse_endpoint(word: str) -> Endpoint:
    """``B:80``, ``B/6:80``, ``10.0.0.2:80`` or ``[fd00::2]:80``."""
    host, colon, port = word.rpartition(":")
    if not colon or not host:
        raise Problem("word.endpoint", "expected an endpoint such as B:80, not '{word}'", word=word)
    if host.startswith("[") and host.endswith("]"):
        return Endpoint(parse_address(host[1:-1]), parse_port(port))
    if host.endswith("/6"):
        return Endpoint(host[:-2], parse_port(port), True)
    return Endpoint(host, parse_port(port))


def parse_address(word: str) -> str:
    """An IPv4 or IPv6 address, in its usual spelling."""
    try:
        return str(ip_address(word))
    except ValueError:
        raise Problem("word.address", "expected an IP address, not '{word}'", word=word) from None


def parse_prefixed(word: str) -> tuple[str, int]:
    """An address and its prefix length: 24, for IPv6 64, unless ``/N`` says otherwise."""
    address, slash, prefix = word.partition("/")
    spelled = parse_address(address)
    if slash and not (prefix.isdecimal() and int(prefix) <= (128 if ":" in spelled else 32)):
        raise Problem("word.prefix", "expected a prefix length after / in '{word}'", word=word)
    return spelled, int(prefix) if slash else (64 if ":" in spelled else 24)


def packed(address: str) -> bytes:
    """The address as the engine wants it: 4 or 16 octets."""
    return ip_address(address).packed


def is_address(word: str) -> bool:
    """Whether the word is an IP address (and not a name)."""
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def parse_direction(word: str) -> tuple[str, str]:
    """``A>B``."""
    parts = re.split("[>→]", word)
    if len(parts) != 2 or not all(parts):
        raise Problem("word.direction", "expected a direction such as A>B, not '{word}'", word=word)
    return parts[0], parts[1]


def parse_number(word: str) -> Number:
    """A sequence number: ``50``, ``abs:90``, ``isn(B>X)+250001``, ``isn(B>X,1)``."""
    if word.startswith("abs:"):
        return Number(parse_integer(word[4:]), "absolute")
    found = _ISN.fullmatch(word)
    if found is not None:
        step = int(found[4] or 0)
        return Number(step, "isn", (found[1], found[2]), int(found[3] or 0))
    try:
        return Number(int(word))
    except ValueError:
        raise Problem(
            "word.sequence-number",
            "expected a sequence number: 50, abs:90 or isn(A>B)+1, not '{word}'",
            word=word,
        ) from None


def parse_range(word: str) -> tuple[Number, Number]:
    """``L-R`` of a SACK block, each a sequence number."""
    left, dash, right = word.partition("-")
    if not dash:
        raise Problem("word.edges", "expected edges such as 201-601, not '{word}'", word=word)
    return parse_number(left), parse_number(right)


def parse_hex(word: str) -> bytes:
    """Octets in hex."""
    try:
        return bytes.fromhex(word)
    except ValueError:
        raise Problem("word.hex", "expected octets in hex, not '{word}'", word=word) from None


def parse_text(word: str) -> bytes:
    """A quoted text as UTF-8 octets; ``\\xNN`` is one octet."""
    out = bytearray()
    inner = word[1:-1]
    simple = {"n": 10, "r": 13, "t": 9, '"': 34, "\\": 92, "0": 0}
    index = 0
    while index < len(inner):
        char = inner[index]
        if char != "\\":
            out += char.encode()
            index += 1
            continue
        escape = inner[index + 1]
        if escape == "x":
            out += parse_hex(inner[index + 2 : index + 4])
            index += 4
        elif escape in simple:
            out.append(simple[escape])
            index += 2
        else:
            raise Problem("word.escape", "unknown escape \\{word}", word=escape)
    return bytes(out)


def parse_words(word: str) -> str:
    """A quoted text for readers: its octets must be UTF-8."""
    try:
        return parse_text(word).decode()
    except UnicodeDecodeError:
        raise Problem("word.utf-8", "these octets are not UTF-8 text: {word}", word=word) from None


def unquote(word: str) -> str:
    """The value of a PAIR or STRING: without quotes where there are any."""
    return parse_words(word) if word.startswith('"') else word


_KINDS: Final = {f.name: f.type for f in fields(Settings)}


def switch_name(word: str) -> str:
    """The full name of a switch; ``_ns`` may be left off."""
    for name in (word, word + "_ns"):
        if name in _KINDS:
            return name
    if word in LAB_SWITCHES:
        return word
    raise Problem(
        "switch.unknown",
        "no switch is called '{word}'; {hint}",
        word=word,
        hint=near(word, [*_KINDS, *LAB_SWITCHES]),
    )


def near(word: str, known: Iterable[str]) -> Problem:
    """``did you mean …?``, or all there are when nothing is like ``word``."""
    names = list(known)
    close = get_close_matches(word, names, 3, 0.55)
    if close:
        return Problem("hint.near", "did you mean {names}?", names=close)
    return Problem("hint.all", "there are {names}", names=", ".join(names))


def parse_setting(switch: str, word: str) -> tuple[str, SwitchValue]:
    """A switch's full name and its value, read as the switch's type demands."""
    name = switch_name(switch)
    if name in LAB_SWITCHES:
        return name, parse_yes_no(word)
    kind = str(_KINDS[name])
    if "tuple" in kind:
        return name, tuple(parse_duration(part) for part in word.split(",")) if word else ()
    if "bool" in kind:
        return name, parse_yes_no(word)
    if "str" in kind:
        return name, word
    if name.endswith("_ns"):
        return name, parse_duration(word)
    if word.startswith("-"):
        return name, parse_integer(word)
    return name, parse_octets(word)


def show_time(ns: int) -> str:
    """A time in seconds, at least three decimals, as scenario files write it."""
    sign = "-" if ns < 0 else ""
    whole, rest = divmod(abs(ns), SECOND)
    digits = f"{rest:09d}".rstrip("0")
    return f"{sign}{whole}.{digits.ljust(3, '0')}"
