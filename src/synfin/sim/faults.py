"""Reading a fault from text: ``A>B SYN nth=1 drop``.

First the direction (``A>B``, ``*>B``, ``*``; names or addresses), then in any
order the kind (flags such as ``SYN,ACK``, or ACK, DATA, PROBE, WINDOW-UPDATE,
TCP, UDP, ICMP, FRAG, ``*``), conditions (``nth=1``, ``nth=2-4``, ``after=FIN``,
``seq=100-200``, ``from=1.0``, ``to=2.0``, ``p=0.01``, ``packet=7``) and one
action: ``drop``, ``delay=300ms``, ``dup``, ``dup=5s``, ``reorder``, ``corrupt``, ``mark``
(CE, as a congested router does), ``set FIELD=VALUE``. In ``set``, ``seq`` and
``ack`` count from the ISN; ``abs:90`` is absolute, ``+5`` and ``-5`` add to what is
there, ``mss=none`` takes an option out.
"""

from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from synfin.core.problems import Problem
from synfin.sim.edits import ABSOLUTE, DELTA, FIELDS, NUMBERS, OPTION_FIELDS, RELATIVE, Edit
from synfin.sim.fault import ACTIONS, EVER, KINDS, SET, Fault, Selector
from synfin.wire.tcp import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG

FLAG_BITS: Final = {
    "FIN": FIN,
    "SYN": SYN,
    "RST": RST,
    "PSH": PSH,
    "ACK": ACK,
    "URG": URG,
    "ECE": ECE,
    "CWR": CWR,
}
UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
}
ACTION_HELP: Final = "drop, delay=300ms, dup, dup=5s, reorder, corrupt, mark, set FIELD=VALUE"
_TEXT_END: Final = "\"'"

__all__ = ["Fault", "Selector", "parse_duration", "parse_fault", "parse_selector", "parse_time"]


def parse_fault(text: str) -> Fault:
    """The fault that ``text`` describes: a direction, what to select, one action.

    Raises ValueError with one line that says what was expected.
    """
    return _Reader(text).fault()


def parse_selector(text: str) -> Selector:
    """A fault's text without its action, as routers' rules use it."""
    reader = _Reader(text)
    for word in reader.words:
        reader.select(word)
    return reader.finish()


def parse_duration(text: str) -> int:
    """``300ms``, ``1.5s``, ``10us``, ``2min``, ``0`` in nanoseconds; ValueError if not."""
    for unit in ("ns", "us", "ms", "min", "s", "h"):
        if text.endswith(unit):
            try:
                value = Decimal(text[: -len(unit)]) * UNITS[unit]
            except InvalidOperation:
                break
            if not value.is_finite() or value < 0:
                break
            return int(value)
    if text in ("0", "0.0"):
        return 0
    raise Problem(
        "fault.duration", "expected a duration such as 300ms or 1.5s, not '{word}'", word=text
    )


def parse_time(text: str) -> int:
    """A point in virtual time, seconds (``0.3``, ``-1``) or with a unit; ns."""
    try:
        value = Decimal(text) * UNITS["s"]
    except InvalidOperation:
        negative = text.startswith("-")
        try:
            return -parse_duration(text[1:]) if negative else parse_duration(text)
        except ValueError:
            raise _no_time(text) from None
    if not value.is_finite():
        raise _no_time(text)
    return int(value)


def _no_time(text: str) -> Problem:
    return Problem(
        "fault.time", "expected a time in seconds such as 0.3, or 300ms, not '{word}'", word=text
    )


def parse_flags(text: str) -> int:
    """``SYN,ACK`` as bits; -1 when a word is no flag's name."""
    bits = 0
    for word in text.upper().split(","):
        if word not in FLAG_BITS:
            return -1
        bits |= FLAG_BITS[word]
    return bits


def split_words(text: str) -> list[str]:
    """Words between blanks; a quoted part stays in one word."""
    words: list[str] = []
    word = ""
    quote = ""
    for char in text:
        if quote:
            word += char
            if char == quote:
                quote = ""
        elif char in _TEXT_END:
            quote = char
            word += char
        elif char.isspace():
            if word:
                words.append(word)
            word = ""
        else:
            word += char
    if word:
        words.append(word)
    return words


class _Reader:
    """One fault's words, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text: str = " ".join(split_words(text))
        self.words: list[str] = split_words(text)
        self.selector: Selector = Selector()
        self.directed: bool = False
        self.kinded: bool = False

    def fail(self, problem: ValueError) -> NoReturn:
        raise Problem("fault.wrong", "fault '{fault}': {why}", fault=self.text, why=problem)

    def fault(self) -> Fault:
        action = ""
        time = -1
        edits: list[Edit] = []
        for word in self.words:
            name, _, value = word.partition("=")
            if action == SET and name.lower() in FIELDS and "=" in word:
                edits.append(self.edit(name.lower(), value))
            elif name.lower() in ACTIONS:
                if action:
                    self.fail(
                        Problem(
                            "fault.two-actions",
                            "one action only: '{word}' stands there already",
                            word=action,
                        )
                    )
                action = name.lower()
                time = self.action_time(action, value, "=" in word)
            elif action == SET:
                self.fail(
                    Problem(
                        "fault.field",
                        "expected set FIELD=VALUE with a field of {names}",
                        names=", ".join(FIELDS),
                    )
                )
            else:
                self.select(word)
        if not action:
            self.fail(
                Problem("fault.no-action", "expected an action, one of {help}", help=ACTION_HELP)
            )
        if action == SET and not edits:
            self.fail(
                Problem("fault.no-field", "expected FIELD=VALUE after set, such as set win=0")
            )
        return Fault(self.finish(), action, time, tuple(edits), self.text)

    def finish(self) -> Selector:
        if not self.directed:
            self.fail(Problem("fault.no-direction", "expected a direction first, such as A>B or *"))
        return self.selector

    def action_time(self, action: str, value: str, given: bool) -> int:
        if action == "delay" and not given:
            self.fail(Problem("fault.no-delay", "expected how long: delay=300ms"))
        if not given:
            return -1
        if action not in ("delay", "dup", "reorder"):
            self.fail(Problem("fault.no-value", "{word} takes no value", word=action))
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(error)

    def select(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if equals:
            self.condition(name.lower(), value)
        elif not self.directed:
            self.direction(word)
        elif not self.kinded:
            self.selector.kind, self.selector.flags = self.kind(word)
            self.kinded = True
        else:
            self.fail(
                Problem(
                    "fault.word",
                    "expected a condition or an action (one of {help}), not '{word}'",
                    help=ACTION_HELP,
                    word=word,
                )
            )

    def direction(self, word: str) -> None:
        word = word.replace("->", ">").replace("→", ">")
        source, arrow, target = word.partition(">")
        if word == "*":
            source = target = "*"
        elif not arrow or not source or not target or ">" in target:
            self.fail(
                Problem(
                    "fault.direction",
                    "expected a direction such as A>B or *, not '{word}'",
                    word=word,
                )
            )
        self.selector.source = source
        self.selector.target = target
        self.directed = True

    def kind(self, word: str) -> tuple[str, int]:
        upper = word.upper()
        if upper in KINDS:
            return upper, 0
        flags = parse_flags(upper)
        if flags < 0:
            self.fail(
                Problem(
                    "fault.kind",
                    "expected flags such as SYN or SYN,ACK, or one of {names}, not '{word}'",
                    names=", ".join(KINDS),
                    word=word,
                )
            )
        return "flags", flags

    def condition(self, name: str, value: str) -> None:
        selector = self.selector
        try:
            if name == "nth":
                selector.first, selector.last = self.range(value, 1)
            elif name == "seq":
                selector.seq_low, selector.seq_high = self.range(value, 0)
            elif name == "packet":
                selector.packet = self.count(value)
            elif name == "after":
                selector.after_kind, selector.after_flags = self.kind(value)
            elif name == "from":
                selector.start = parse_time(value)
            elif name == "to":
                selector.end = parse_time(value)
            elif name == "p":
                selector.probability = self.probability(value)
            else:
                self.fail(
                    Problem(
                        "fault.condition",
                        "expected nth=, after=, seq=, from=, to=, p=, packet= or an action"
                        " (one of {help}), not '{name}='",
                        help=ACTION_HELP,
                        name=name,
                    )
                )
        except Problem as error:
            if error.id == "fault.wrong":
                raise
            self.fail(error)

    def range(self, value: str, least: int) -> tuple[int, int]:
        low, dash, high = value.partition("-")
        if low.isdecimal() and (not dash or high == "" or high.isdecimal()):
            first = int(low)
            last = (int(high) if high else EVER) if dash else first
            if first >= least and last >= first:
                return first, last
        raise Problem(
            "fault.range",
            "expected a number (from {least}) or a range such as 2-4, not '{word}'",
            least=least,
            word=value,
        )

    def count(self, value: str) -> int:
        if value.isdecimal() and int(value) > 0:
            return int(value)
        raise Problem(
            "fault.packet", "expected the packet's number, 1 or more, not '{word}'", word=value
        )

    def probability(self, value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0.0 <= number <= 1.0:
            raise Problem(
                "fault.probability",
                "expected a probability between 0 and 1, not '{word}'",
                word=value,
            )
        return number

    def edit(self, field: str, value: str) -> Edit:
        if field == "data":
            return Edit(field, 0, ABSOLUTE, value.strip(_TEXT_END).encode())
        if value == "none" and field in OPTION_FIELDS:
            return Edit(field, -1, ABSOLUTE)
        if field == "flags":
            bits = 0 if value.lower() == "none" else parse_flags(value)
            if bits < 0:
                self.fail(
                    Problem(
                        "fault.flags",
                        "expected flags such as SYN,ACK after flags=, not '{word}'",
                        word=value,
                    )
                )
            return Edit(field, bits, ABSOLUTE)
        return self.number_edit(field, value)

    def number_edit(self, field: str, value: str) -> Edit:
        mode = RELATIVE
        digits = value
        if value.startswith("abs:"):
            mode = ABSOLUTE
            digits = value[4:]
        elif value[:1] in ("+", "-"):
            mode = DELTA
            digits = value[1:]
        if not digits.isdecimal() or int(digits) > NUMBERS[field]:
            self.fail(
                Problem(
                    "fault.number",
                    "expected a number up to {most} after {field}=, not '{word}'",
                    most=NUMBERS[field],
                    field=field,
                    word=value,
                )
            )
        number = int(digits)
        return Edit(field, -number if value.startswith("-") else number, mode)
