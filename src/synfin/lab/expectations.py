"""Reads the ``expect`` block: what must happen, given its types."""

from collections.abc import Callable
from typing import Final, TypeVar

from lark import Token, Tree

from synfin.core.problems import Problem
from synfin.lab import calls, values
from synfin.lab.model import (
    Argument,
    ExpectAt,
    Expectation,
    Expectations,
    ExpectCount,
    ExpectCounter,
    ExpectEvent,
    ExpectIsn,
    ExpectNever,
    ExpectOutcome,
    ExpectPacket,
    ExpectRead,
    ExpectSilent,
    ExpectState,
    Position,
    ScenarioError,
)
from synfin.lab.syntax import Node, subject, tokens

T = TypeVar("T")

STATES: Final = (
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
)
FATES: Final = ("lost", "queue-full", "corrupted", "expired")
WORDS: Final = (*FATES, "copy", "spoofed", "more", "nooption", "sackok")

FIELDS: Final[dict[str, Callable[[str], Argument]]] = {
    "seq": values.parse_number,
    "ack": values.parse_number,
    "len": values.parse_octets,
    "win": values.parse_octets,
    "urg": values.parse_integer,
    "ttl": values.parse_integer,
    "sport": values.parse_port,
    "dport": values.parse_port,
    "mss": values.parse_integer,
    "wscale": values.parse_integer,
    "tsval": values.parse_integer,
    "tsecr": values.parse_integer,
    "sack": str,
    "fastopen": values.parse_integer,
    "ecn": values.parse_ecn,
    "id": values.parse_integer,
    "data": lambda word: word.encode(),
    "hex": values.parse_hex,
    "rule": str,
    "settled": str,
    "arrives": values.parse_time,
    "mtu": values.parse_integer,
    "offset": values.parse_integer,
    "fault": str,
}

EVENT_WORDS: Final = frozenset(calls.VERBS) | {
    "data",
    "eof",
    "reset",
    "urgent",
    "connected",
    "accepted",
    "readable",
    "error",
    "queue",
    "timer",
    "arrival",
    "silence",
}
AT_WORDS: Final = ("tcb", "state", "states", "queue", "timer", "counter")
COUNTS: Final = (
    "segments",
    "packets",
    "datagrams",
    "icmp",
    "bytes",
    "numbers",
    "repeats",
    "data",
    "eof",
    "reset",
)


def read(node: Node, file: str) -> Expectations:
    """The block as values; ScenarioError where a word says nothing."""
    reader = _Expecting(file)
    some, start, stop = False, None, None
    for child in node.children:
        if isinstance(child, Token) and child.type == "SOME":
            some = True
    bounds = [child for child in node.children if isinstance(child, Token) and child.type == "TIME"]
    keywords = [
        str(child)
        for child in node.children
        if isinstance(child, Token) and child.type in ("FROM", "TO")
    ]
    for keyword, bound in zip(keywords, bounds, strict=True):
        if keyword == "from":
            start = reader.value(values.parse_time, bound)
        else:
            stop = reader.value(values.parse_time, bound)
    items = tuple(reader.read(child) for child in node.children if isinstance(child, Tree))
    position = Position(file, node.meta.line, node.meta.column)
    return Expectations(items, some, start, stop, position)


def hosts_named(expect: Expectations) -> list[tuple[str, Position]]:
    """Host names that the expectations use, with their lines (addresses left out)."""
    named: list[tuple[str, Position]] = []
    for item in expect.items:
        if isinstance(item, ExpectPacket | ExpectCount | ExpectNever | ExpectIsn):
            named += [
                (name, item.position)
                for name in item.direction
                if name and not values.is_address(name)
            ]
        if isinstance(
            item, ExpectState | ExpectEvent | ExpectAt | ExpectRead | ExpectSilent | ExpectCounter
        ) or (isinstance(item, ExpectCount | ExpectNever) and item.host):
            named.append((item.host, item.position))
    return named


def packet_kind(flags: str) -> str:
    """Which protocol the FLAGS word of a packet line speaks of."""
    return {"UDP": "udp", "ICMP": "icmp", "FRAG": "frag", "*": "any"}.get(flags, "tcp")


class _Expecting:
    def __init__(self, file: str) -> None:
        self.file = file
        self.readers: dict[str, Callable[[Node, str, Position], Expectation]] = {
            "packet": self._packet,
            "state": self._state,
            "event": self._event,
            "standing": self._standing,
            "count": self._count,
            "counter": self._counter,
            "read": self._read,
            "silent": self._silent,
            "never": self._never,
            "outcome": self._outcome,
            "isn": self._isn,
        }

    def position(self, token: Token) -> Position:
        return Position(self.file, token.line or 1, token.column or 1)

    def value(self, reader: Callable[[str], T], token: Token) -> T:
        try:
            return reader(str(token))
        except ValueError as error:
            raise ScenarioError(self.position(token), error) from None

    def read(self, node: Node) -> Expectation:
        words = tokens(node)
        text = " ".join(str(word) for word in words)
        position = Position(self.file, node.meta.line, node.meta.column)
        return self.readers[str(node.data)](node, text, position)

    def _packet(self, node: Node, text: str, position: Position) -> Expectation:
        words = tokens(node)
        time = self.value(values.parse_time, words[0])
        direction = self.value(values.parse_direction, words[1])
        hop = words[2].type == "HOP"
        flags = words[3 if hop else 2]
        kind = packet_kind(str(flags))
        names: frozenset[str] = frozenset()
        if kind == "tcp":
            names = self.value(calls.parse_flags, flags)
        fields: list[tuple[str, Argument]] = []
        said: set[str] = set()
        for word in words[4 if hop else 3 :]:
            key, equals, value = str(word).partition("=")
            if word.type == "PAIR" and equals:
                fields.append((key, self._field(word, key, value)))
            elif kind == "icmp" and "/" in word:
                fields.append(("type", str(word)))
            elif str(word) in WORDS:
                said.add(str(word))
            else:
                hint = values.near(str(word), [*WORDS, *FIELDS])
                raise ScenarioError(
                    self.position(word),
                    Problem(
                        "expect.word",
                        "{word} means nothing here; {hint}",
                        word=str(word),
                        hint=hint,
                    ),
                )
        return ExpectPacket(
            text, position, time, direction, kind, names, tuple(fields), frozenset(said), hop
        )

    def _field(self, word: Token, key: str, value: str) -> Argument:
        if key not in FIELDS:
            hint = values.near(key, FIELDS)
            raise ScenarioError(
                self.position(word),
                Problem("expect.field", "no field {key}=; {hint}", key=key, hint=hint),
            )
        try:
            if key == "data":
                return values.parse_text(value) if value.startswith('"') else value.encode()
            return FIELDS[key](values.unquote(value))
        except ValueError as error:
            raise ScenarioError(self.position(word), error) from None

    def _state(self, node: Node, text: str, position: Position) -> Expectation:
        words = tokens(node)
        host, socket = subject(words[1])
        changes = str(words[2]).replace("→", "->").split("->")
        for name in changes:
            if name and name not in STATES:
                hint = values.near(name, STATES)
                raise ScenarioError(
                    self.position(words[2]),
                    Problem(
                        "expect.state", "no state is called {name}; {hint}", name=name, hint=hint
                    ),
                )
        rule = ""
        for pair in words[3:]:
            key, _, value = str(pair).partition("=")
            if key != "rule":
                raise ScenarioError(
                    self.position(pair),
                    Problem("expect.rule", "expected rule=, not {key}=", key=key),
                )
            rule = value
        time = self.value(values.parse_time, words[0])
        return ExpectState(
            text, position, time, host, socket, "->".join(changes[:-1]), changes[-1], rule
        )

    def _event(self, node: Node, text: str, position: Position) -> Expectation:
        time, who, verb, *rest = tokens(node)
        if str(verb) not in EVENT_WORDS:
            hint = values.near(str(verb), sorted(EVENT_WORDS))
            raise ScenarioError(
                self.position(verb),
                Problem(
                    "expect.event", "nothing is called {word}; {hint}", word=str(verb), hint=hint
                ),
            )
        host, socket = subject(who)
        said, fields = _split(rest)
        return ExpectEvent(
            text,
            position,
            self.value(values.parse_time, time),
            host,
            socket,
            str(verb),
            said,
            fields,
        )

    def _standing(self, node: Node, text: str, position: Position) -> Expectation:
        time, who, verb, *rest = tokens(node)
        if str(verb) not in AT_WORDS:
            raise ScenarioError(
                self.position(verb),
                Problem(
                    "expect.at",
                    "expected {names}, not {word}",
                    names=", ".join(AT_WORDS),
                    word=str(verb),
                ),
            )
        host, socket = subject(who)
        said, fields = _split(rest)
        return ExpectAt(
            "at " + text,
            position,
            self.value(values.parse_time, time),
            host,
            socket,
            str(verb),
            said,
            fields,
        )

    def _count(self, node: Node, text: str, position: Position) -> Expectation:
        *words, number = tokens(node)
        direction, host, what = ("", ""), "", str(words[-1])
        if len(words) > 2:
            raise ScenarioError(
                self.position(words[0]),
                Problem("expect.count", "expected count [A>B or A] WHAT NUMBER"),
            )
        if len(words) == 2 and words[0].type == "DIRECTION":
            direction = self.value(values.parse_direction, words[0])
        elif len(words) == 2:
            host = str(words[0])
        if what not in COUNTS and what not in calls.VERBS:
            self.value(calls.parse_flags, words[-1])
        return ExpectCount("count " + text, position, direction, host, what, int(number))

    def _counter(self, node: Node, text: str, position: Position) -> Expectation:
        host, name, number = tokens(node)
        return ExpectCounter("counter " + text, position, str(host), str(name), int(number))

    def _read(self, node: Node, text: str, position: Position) -> Expectation:
        who, what = tokens(node)
        host, socket = subject(who)
        if what.type == "STRING":
            data = self.value(values.parse_text, what)
            return ExpectRead("read " + text, position, host, socket, data, len(data))
        return ExpectRead("read " + text, position, host, socket, None, int(what))

    def _silent(self, node: Node, text: str, position: Position) -> Expectation:
        host, start, stop = (word for word in tokens(node) if word.type in ("NAME", "TIME"))
        return ExpectSilent(
            f"silent {host} from {start} to {stop}",
            position,
            str(host),
            self.value(values.parse_time, start),
            self.value(values.parse_time, stop),
        )

    def _never(self, node: Node, text: str, position: Position) -> Expectation:
        first, second = tokens(node)
        if first.type == "DIRECTION":
            direction = self.value(values.parse_direction, first)
            kind = packet_kind(str(second))
            flags = (
                frozenset((str(second),))
                if kind != "tcp"
                else self.value(calls.parse_flags, second)
            )
            return ExpectNever("never " + text, position, direction, flags, "", "", "")
        host, socket = subject(first)
        word = str(second).replace("→", "->")
        return ExpectNever("never " + text, position, ("", ""), frozenset(), host, socket, word)

    def _outcome(self, node: Node, text: str, position: Position) -> Expectation:
        return ExpectOutcome("outcome " + text, position, str(tokens(node)[0]))

    def _isn(self, node: Node, text: str, position: Position) -> Expectation:
        direction, nth, step = tokens(node)
        by = None if step.type == "DIFFERS" else int(step)
        return ExpectIsn(
            "isn " + text, position, self.value(values.parse_direction, direction), int(nth), by
        )


def tuple_of_two(word: str) -> tuple[str, str]:
    """``key=value`` in two."""
    key, _, value = word.partition("=")
    return key, value


def _split(words: list[Token]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Plain words and key=value pairs; texts keep their quotes."""
    said = tuple(str(word) for word in words if word.type != "PAIR")
    pairs = tuple(tuple_of_two(str(word)) for word in words if word.type == "PAIR")
    return said, pairs
