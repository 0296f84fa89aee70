"""A sequence of socket calls and arriving segments, and its text: one step a line.

``send 1000`` is a call of the program under test, ``< P. seq=nxt ack=all len=100
win=65535`` a segment of its peer's. Numbers are relative, so that one script fits every
ISN: ``nxt`` is what the peer would send next, ``una`` what the host has acknowledged (or
in ``ack``: what the peer has), ``iss`` the ISN, ``all`` everything seen of the host.
A line may end in ``+MS``: how long to wait after it (:data:`GAP_MS` where nothing is said).
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

GAP_MS: Final = 80
"""Between two steps. A delayed ACK (40 ms) and the kernel's retransmission timeout (200 ms
and round trips that are multiples of the gap) come in the middle of one, not at its edge."""

FLAG_LETTERS: Final = {"F": 1, "S": 2, "R": 4, "P": 8, ".": 16, "U": 32, "E": 64, "W": 128}
OPTIONS: Final = (
    "nodelay", "cork", "quickack", "maxseg", "user-timeout", "defer-accept", "linger2",
    "keepalive", "keepidle", "keepintvl", "keepcnt", "rcvbuf", "sndbuf",
)  # fmt: skip
CALLS: Final[dict[str, str]] = {
    "listen": r"(\d+)?",
    "accept": "",
    "connect": "",
    "send": r"\d+( more| oob)*",
    "recv": r"\d+( peek)?",
    "shutdown": "rd|wr|rdwr",
    "close": "",
    "abort": "",
    "set": rf"({'|'.join(OPTIONS)}) \d+",
    "get": rf"error|{'|'.join(OPTIONS)}",
    "close-listener": "",
    "wait": "",
}
"""The calls and a pattern of what each takes."""
_OPTION: Final = re.compile(
    r"mss \d+|wscale \d+|sackOK|TS|noTS|TS-\d+|ecr \d+|sack -?\d+:-?\d+|badsum|other"
)
_BASE: Final = re.compile(r"(nxt|una|iss|all|abs)([+-]\d+)?\Z")


class ScriptError(ValueError):
    """A line that is none; the text says what is wrong with it."""


@dataclass(frozen=True)
class Place:
    """A sequence number: ``base`` (see the module) and how far from it."""

    base: str
    delta: int = 0

    def __str__(self) -> str:
        return f"{self.base}{self.delta:+d}" if self.delta else self.base


@dataclass(frozen=True)
class Call:
    """A call of the program's: its name and arguments."""

    name: str
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.name, *self.words))


@dataclass(frozen=True)
class Arrival:
    """A segment of the peer's. ``options``: ``mss N``, ``wscale N``, ``sackOK``, ``TS``, on
    a SYN; elsewhere ``noTS``, ``TS-N`` (an older value), ``ecr N`` (an echo made up) and
    ``sack A:B`` (from ``una``); anywhere ``badsum`` and ``other`` (text that reads
    otherwise than what the peer sent at that place before)."""

    flags: str
    seq: Place = Place("nxt")
    ack: Place | None = None
    length: int = 0
    window: int = 65_535
    urgent: int = 0
    options: tuple[str, ...] = ()

    @property
    def bits(self) -> int:
        """The flags as a number."""
        return sum(FLAG_LETTERS[letter] for letter in self.flags if letter != "-")

    def __str__(self) -> str:
        words = ["<", self.flags or "-", f"seq={self.seq}"]
        words += [f"ack={self.ack}"] if self.ack is not None else []
        words += [f"len={self.length}"] if self.length else []
        words += [f"win={self.window}"]
        words += [f"urg={self.urgent}"] if self.urgent else []
        words += [f"<{','.join(self.options)}>"] if self.options else []
        return " ".join(words)


@dataclass(frozen=True)
class Step:
    """One line."""

    action: Call | Arrival
    gap_ms: int = GAP_MS

    def __str__(self) -> str:
        return str(self.action) + (f" +{self.gap_ms}" if self.gap_ms != GAP_MS else "")


@dataclass(frozen=True)
class Script:
    """``number`` names the sequence within its seed, and chooses ISN and payload."""

    seed: int
    number: int
    steps: tuple[Step, ...] = field(default=())

    def __str__(self) -> str:
        return "".join(f"{step}\n" for step in self.steps)

    def without(self, *places: int) -> "Script":
        """The same with the steps at ``places`` left out."""
        kept = tuple(step for place, step in enumerate(self.steps) if place not in places)
        return replace(self, steps=kept)

    def cut(self, length: int) -> "Script":
        """Its first ``length`` steps."""
        return replace(self, steps=self.steps[:length])

    def changed(self, place: int, action: Call | Arrival) -> "Script":
        """The same with another action at ``place``."""
        step = replace(self.steps[place], action=action)
        return replace(self, steps=(*self.steps[:place], step, *self.steps[place + 1 :]))


def parse(text: str, seed: int = 0, number: int = 0) -> Script:
    """The script that ``text`` is; empty lines and ``#`` are left out. Raises ScriptError."""
    steps = []
    for index, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].strip()
        if words:
            try:
                steps.append(_step(words))
            except ScriptError as error:
                raise ScriptError(f"line {index}: {error}") from None
    return Script(seed, number, tuple(steps))


def _step(text: str) -> Step:
    gap = GAP_MS
    if found := re.search(r" \+(\d+)\Z", text):
        gap, text = int(found[1]), text[: found.start()]
    if text.startswith("<"):
        return Step(_arrival(text[1:].strip()), gap)
    name, *words = text.split()
    if name not in CALLS:
        raise ScriptError(f"{name!r} is no call; calls are {', '.join(sorted(CALLS))}")
    if re.fullmatch(CALLS[name], " ".join(words)) is None:
        raise ScriptError(f"{name} takes {CALLS[name] or 'nothing'}")
    return Step(Call(name, tuple(words)), gap)


def _arrival(text: str) -> Arrival:
    options: tuple[str, ...] = ()
    if found := re.search(r" <([^>]*)>\Z", text):
        options, text = tuple(found[1].split(",")), text[: found.start()]
    for option in options:
        if _OPTION.fullmatch(option) is None:
            raise ScriptError(f"{option!r} is no option of a segment")
    if not text:
        raise ScriptError("a segment needs its flags; - are none")
    flags, *words = text.split()
    if any(letter not in FLAG_LETTERS and letter != "-" for letter in flags):
        raise ScriptError(f"{flags!r} are no flags; letters are {''.join(FLAG_LETTERS)}")
    arrival = Arrival("" if flags == "-" else flags, options=options)
    for word in words:
        name, _, value = word.partition("=")
        if name == "seq":
            arrival = replace(arrival, seq=_place(value))
        elif name == "ack":
            arrival = replace(arrival, ack=_place(value))
        elif name in ("len", "win", "urg") and value.isdecimal():
            number = int(value)
            if name == "len":
                arrival = replace(arrival, length=number)
            elif name == "win":
                arrival = replace(arrival, window=number)
            else:
                arrival = replace(arrival, urgent=number)
        else:
            raise ScriptError(f"{word!r} says nothing about a segment")
    return arrival


def _place(text: str) -> Place:
    found = _BASE.match(text)
    if found is None:
        raise ScriptError(f"{text!r} is no sequence number; write nxt, una+5, iss-1 or all")
    return Place(found[1], int(found[2] or 0))
