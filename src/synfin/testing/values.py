"""The words of the ``Net`` API: times, rates, directions, kinds of packets.

The units are the scenario language's (``20ms``, ``10Mbit``); a bare number is seconds
or bits per second. Kinds of packets are the fault language's (``SYN,ACK``, ``DATA``),
or tcpdump's letters (``S``, ``S.``, ``R``, ``FA``).
"""

import re
from datetime import timedelta
from typing import Final

from synfin.core.problems import Problem
from synfin.core.settings import SECOND
from synfin.lab.values import parse_rate
from synfin.sim.fault import KINDS
from synfin.sim.faults import parse_duration, parse_flags

Duration = str | int | float | timedelta
"""``"20ms"``, ``"1.5s"``, ``"2min"``; seconds as a number; a timedelta."""

Rate = str | int
"""``"10Mbit"``, or bits per second."""

LETTERS: Final = {
    "S": "SYN",
    "F": "FIN",
    "R": "RST",
    "P": "PSH",
    "A": "ACK",
    ".": "ACK",
    "U": "URG",
    "E": "ECE",
    "W": "CWR",
}
"""tcpdump's letters, and A for its dot."""

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?")
_ARROW: Final = re.compile(r"\s*(?:->|>|→)\s*")


def duration(value: Duration) -> int:
    """Nanoseconds. ValueError for what is no span of time, or is below 0."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        return parse_duration(value.strip())
    if isinstance(value, bool) or not 0 <= value < 1e9:
        raise Problem(
            "net.duration", "expected a duration such as '20ms' or seconds, not {word}",
            word=repr(value),
        )  # fmt: skip
    return round(value * SECOND)


def rate(value: Rate) -> int:
    """Bits per second; 0 is endless."""
    if isinstance(value, str):
        return parse_rate(value.strip())
    if isinstance(value, bool) or value < 0:
        raise Problem(
            "net.rate", "expected a rate such as '10Mbit' or bits per second, not {word}",
            word=repr(value),
        )  # fmt: skip
    return int(value)


def probability(name: str, value: float | str) -> float:
    """A number from 0 to 1; a percentage may be written (``"1%"``)."""
    try:
        if isinstance(value, str) and value.endswith("%"):
            number = float(value[:-1]) / 100
        else:
            number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise Problem(
            "net.probability",
            "{name} is a probability from 0 to 1, not {word}",
            name=name,
            word=repr(value),
        )
    return number


def direction(text: str) -> tuple[str, str]:
    """``"client > api"``: who sent it, whom it is for; ``*`` is anybody, alone: all packets."""
    if text.strip() == "*":
        return "*", "*"
    ends = _ARROW.split(text.strip())
    if len(ends) != 2 or not all(ends):
        raise Problem(
            "net.direction", "expected a direction such as 'client > api', not '{word}'", word=text
        )
    return ends[0], ends[1]


def kind(flags: str) -> str:
    """The fault language's word for ``flags``: ``SA`` -> ``SYN,ACK``, ``data`` -> ``DATA``.

    As there, ``S`` is a SYN without ACK and ``A`` alone an ACK without data.
    """
    word = flags.strip().upper()
    if word in KINDS or parse_flags(word) >= 0:
        return word
    if word and all(letter in LETTERS for letter in word):
        return ",".join(dict.fromkeys(LETTERS[letter] for letter in word))
    raise Problem(
        "net.flags",
        "expected flags such as 'S', 'SA', 'R', 'FIN' or one of {names}, not '{word}'",
        names=", ".join(KINDS),
        word=flags,
    )


def letters(names: tuple[str, ...]) -> str:
    """Flags as tcpdump has them: SYN and ACK -> ``S.``; ``none`` for no flag."""
    back = {name: letter for letter, name in reversed(LETTERS.items()) if letter != "."}
    shown = "".join(back[name] for name in names if name != "ACK")
    return shown + "." if "ACK" in names else shown or "none"


def host_name(name: str) -> str:
    """A name that DNS and the fault language can say."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Problem(
            "net.host-name",
            "a host's name is letters, digits, '-', '_' and '.', not {word}",
            word=repr(name),
        )
    return name
