"""Every call of the scenario language and what it takes.

One row per verb: positional words, flags and options, each with the function
that reads it. So the language, its errors and its documentation have one place
to agree with.
"""

from collections.abc import Callable
from typing import Final

from synfin.core.problems import Problem
from synfin.lab import values as v
from synfin.lab.model import Args, Argument, Number
from synfin.wire.source_route import MAX_HOPS

Reader = Callable[[str], Argument]

TCP_FLAGS: Final = ("SYN", "FIN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")


def _amount(word: str) -> Argument:
    """``10``, ``"text"`` or ``3x1000``: octets, or (times, octets)."""
    if word.startswith('"'):
        return v.parse_text(word)
    times, cross, size = word.partition("x")
    if cross and times.isdigit() and size.isdigit():
        return (int(times), int(size))
    return v.parse_octets(word)


def _count_or_all(word: str) -> Argument:
    return -1 if word == "all" else v.parse_octets(word)


def _from_port(word: str) -> Argument:
    return -1 if word == "any" else v.parse_port(word)


def _waypoints(word: str) -> Argument:
    """The routers of a source route, as they are written; who they are is known later."""
    if not all(word.split(",")) or word.count(",") >= MAX_HOPS:
        raise Problem(
            "word.waypoints", "expected 1 to 9 routers such as R1,R2, not '{word}'", word=word
        )
    return word


def _bind_target(word: str) -> Argument:
    return v.parse_endpoint(word) if ":" in word else v.parse_port(word)


def _icmp(word: str) -> Argument:
    kind, slash, code = word.partition("/")
    if not slash or not kind.isdigit() or not code.isdigit():
        raise Problem(
            "word.icmp", "expected an ICMP type and code such as 3/1, not '{word}'", word=word
        )
    return (int(kind), int(code))


def parse_flags(word: str) -> frozenset[str]:
    """``SYN,ACK`` as a set; ValueError for a flag there is not."""
    names = frozenset(word.split(","))
    wrong = sorted(names.difference(TCP_FLAGS))
    if wrong:
        raise Problem(
            "word.flag",
            "no flag is called '{word}': {names}",
            word=wrong[0],
            names=" ".join(TCP_FLAGS),
        )
    return names


def _flags(word: str) -> Argument:
    if word in ("UDP", "ICMP", "DATA", "*", ""):
        return word
    parse_flags(word)
    return word


def _spoof_word(word: str) -> Argument:
    """A direction, flags, or an ICMP type and code."""
    if ">" in word or "→" in word:
        return v.parse_direction(word)
    return _icmp(word) if "/" in word else _flags(word)


def _shutdown(word: str) -> Argument:
    if word not in ("WR", "RD", "RDWR"):
        raise Problem("word.shutdown", "expected WR, RD or RDWR, not '{word}'", word=word)
    return word


def _option_name(word: str) -> Argument:
    if not word.startswith(("SO_", "TCP_", "IP_")):
        raise Problem(
            "word.socket-option",
            "expected a socket option such as SO_LINGER, not '{word}'",
            word=word,
        )
    return word


def _option_value(word: str) -> Argument:
    if word in ("on", "yes"):
        return 1
    if word in ("off", "no"):
        return -1
    return v.parse_octets(word)


def _sack(word: str) -> Argument:
    v.parse_range(word)
    return word


def _cookie(word: str) -> Argument:
    return v.parse_hex("" if word == "none" else word)


def _number(word: str) -> Number:
    return v.parse_number(word)


class Verb:
    """``positional``: what the words are, in order (the last ``optional`` may be
    missing); ``text``: a quoted text may follow; ``keyed``: words that take the
    next word (``from 40000``)."""

    def __init__(
        self,
        positional: tuple[Reader, ...] = (),
        optional: int = 0,
        flags: str = "",
        options: dict[str, Reader] | None = None,
        keyed: dict[str, Reader] | None = None,
        usage: str = "",
        repeated: bool = False,
        text: bool = False,
    ) -> None:
        self.positional = positional
        self.optional = optional
        self.flags = frozenset(flags.split())
        self.options = options or {}
        self.keyed = keyed or {}
        self.usage = usage
        self.repeated = repeated
        self.text = text


_AS: Final[dict[str, Reader]] = {"as": str}
_LISTEN: Final[dict[str, Reader]] = {
    "backlog": v.parse_integer,
    "iss": v.parse_integers,
    "defer": v.parse_integer,
    "reuseaddr": lambda word: int(v.parse_yes_no(word)),
    "address": str,
}
_SPOOF: Final[dict[str, Reader]] = {
    "src": str,
    "dst": str,
    "seq": _number,
    "ack": _number,
    "win": v.parse_octets,
    "ttl": v.parse_integer,
    "sport": v.parse_port,
    "dport": v.parse_port,
    "mss": v.parse_integer,
    "wscale": v.parse_integer,
    "tsval": v.parse_integer,
    "tsecr": v.parse_integer,
    "sack": _sack,
    "fastopen": _cookie,
    "urg": v.parse_integer,
    "id": v.parse_integer,
    "mtu": v.parse_integer,
}

VERBS: Final[dict[str, Verb]] = {
    "listen": Verb(
        (v.parse_port,),
        1,
        "noaccept noread reuseaddr fastopen",
        _LISTEN,
        _AS,
        "listen PORT [backlog=N] [noaccept] [noread] [reuseaddr] [iss=N,N] [as NAME]",
    ),
    "connect": Verb(
        (v.parse_endpoint,),
        0,
        "noread nodelay strict",
        {"iss": v.parse_integer},
        {"from": _from_port, "fastopen": v.parse_text, "via": _waypoints, **_AS},
        "connect B:80 [from PORT] [via R1,R2 [strict]] [iss=N] [noread] [as NAME]",
    ),
    "send": Verb(
        (_amount,), 0, "urgent nopush nonblocking eor", usage='send 10, send "text", send 3x1000'
    ),
    "recv": Verb((_count_or_all,), 1, "peek nonblocking oob", usage="recv N, recv all"),
    "read": Verb((str,), 0, usage="read on, read off"),
    "accept": Verb((), 0, "noread", keyed=_AS, usage="accept [as NAME]"),
    "shutdown": Verb((_shutdown,), 1, usage="shutdown [WR|RD|RDWR]"),
    "close": Verb(usage="close"),
    "abort": Verb(usage="abort"),
    "socket": Verb((), 0, "udp v6", keyed=_AS, usage="socket [udp] [v6] [as NAME]"),
    "bind": Verb((_bind_target,), usage="bind PORT, bind B:PORT"),
    "setsockopt": Verb((_option_name, _option_value), usage="setsockopt SO_LINGER 0"),
    "md5": Verb((str, v.parse_text), usage='md5 B "key"'),
    "getsockopt": Verb((_option_name,), usage="getsockopt SO_ERROR"),
    "udp": Verb((v.parse_port,), 0, "noread", keyed=_AS, usage="udp PORT [noread] [as NAME]"),
    "sendto": Verb(
        (v.parse_endpoint, _amount),
        0,
        "broadcast",
        {"ttl": v.parse_integer},
        usage='sendto B:53 5, sendto B:53 "hi"',
    ),
    "join": Verb((v.parse_address,), usage="join 224.0.0.5"),
    "leave": Verb((v.parse_address,), usage="leave 224.0.0.5"),
    "ping": Verb((str,), 0, options={"size": v.parse_integer}, usage="ping B [size=N]"),
    "set": Verb(usage="set switch=value"),
    "iss": Verb((v.parse_integer,), repeated=True, usage="iss 300 400"),
    "crash": Verb(usage="crash"),
    "power-off": Verb(usage="power-off"),
    "reboot": Verb(usage="reboot"),
    "kill": Verb(usage="kill"),
    "link-down": Verb(usage="link-down"),
    "link-up": Verb(usage="link-up"),
    "spoof": Verb(
        (_spoof_word,),
        1,
        "wscale sackok nodf badsum nochecksum",
        _SPOOF,
        usage='spoof A>B SYN seq=0 [ack=] [win=] ["data"]',
        text=True,
        repeated=True,
    ),
    "icmp": Verb(
        (_icmp,),
        0,
        "",
        {"mtu": v.parse_integer, "nth": v.parse_integer},
        {"about": v.parse_direction},
        "icmp 3/1 about A>B [mtu=N] [nth=N]",
    ),
    "resend": Verb(
        (v.parse_direction, _flags), 1, "", {"nth": v.parse_integer}, usage="resend A>B SYN [nth=N]"
    ),
    "raw": Verb((), text=True, usage='raw "4500..."'),
}

MACHINE_VERBS: Final = frozenset(
    {"crash", "power-off", "reboot", "kill", "link-down", "link-up", "set", "iss"}
)


class ArgumentError(ValueError):
    """What is wrong with argument number ``index`` (-1: with the call as a whole)."""

    def __init__(self, index: int, problem: ValueError) -> None:
        super().__init__(str(problem))
        self.index = index
        self.problem = problem


def read_arguments(name: str, words: list[str]) -> Args:
    """The typed arguments of call ``name``; ArgumentError says which word is wrong."""
    verb = VERBS[name]
    state = _Reading(verb)
    for index, word in enumerate(words):
        try:
            state.take(word)
        except ArgumentError:
            raise
        except ValueError as error:
            raise ArgumentError(index, error) from None
    return state.finish()


class _Reading:
    """Sorts a call's words into values, flags and options."""

    def __init__(self, verb: Verb) -> None:
        self.verb = verb
        self.values: list[Argument] = []
        self.flags: set[str] = set()
        self.options: list[tuple[str, Argument]] = []
        self.waiting = ""

    def take(self, word: str) -> None:
        verb = self.verb
        key, equals, value = word.partition("=")
        if self.waiting:
            self.options.append((self.waiting, verb.keyed[self.waiting](word)))
            self.waiting = ""
        elif word.startswith('"') and verb.text:
            self.options.append(("data", v.parse_text(word)))
        elif not word.startswith('"') and equals:
            if key not in verb.options:
                raise Problem(
                    "call.option", "no {key}= here; expected {usage}", key=key, usage=verb.usage
                )
            self.options.append((key, verb.options[key](v.unquote(value))))
        elif word in verb.keyed:
            self.waiting = word
        elif word in verb.flags:
            self.flags.add(word)
        elif len(self.values) < len(verb.positional):
            self.values.append(verb.positional[len(self.values)](word))
        elif verb.repeated and verb.positional:
            self.values.append(verb.positional[-1](word))
        else:
            raise Problem(
                "call.word",
                "'{word}' means nothing here; expected {usage}",
                word=word,
                usage=verb.usage,
            )

    def finish(self) -> Args:
        verb = self.verb
        if self.waiting:
            raise ArgumentError(
                -1,
                Problem(
                    "call.missing-after",
                    "something is missing after {word}; expected {usage}",
                    word=self.waiting,
                    usage=verb.usage,
                ),
            )
        if len(self.values) < len(verb.positional) - verb.optional and not self._has_address():
            raise ArgumentError(
                -1,
                Problem("call.missing", "something is missing; expected {usage}", usage=verb.usage),
            )
        return Args(tuple(self.values), frozenset(self.flags), tuple(self.options))

    def _has_address(self) -> bool:
        return any(key == "src" for key, _ in self.options)
