"""What a scenario file says, as frozen values.

Times and durations are integer nanoseconds; times count from the start of the
lesson and may be negative (preparations). ``Position`` is carried by everything
that can be wrong only at run time, so that a message can still name the line.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Position:
    """Where something stands: file name, line and column (both from 1)."""

    file: str = "<text>"
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class ScenarioError(ValueError):
    """A scenario that cannot be read or run: one line, ``file:line:column: what is wrong``.

    ``problem`` is what is wrong, for faces that speak another language.
    """

    def __init__(self, position: Position, problem: ValueError) -> None:
        super().__init__(f"{position}: {problem}")
        self.position = position
        self.problem = problem


@dataclass(frozen=True)
class Texts:
    """One text in both languages; an empty string is "not given"."""

    en: str = ""
    zh: str = ""


@dataclass(frozen=True)
class HostDecl:
    """``kind`` is host, router, attacker or switch; ``addresses`` with prefix length."""

    name: str
    kind: str
    addresses: tuple[tuple[str, int], ...]
    position: Position


@dataclass(frozen=True)
class LinkDecl:
    """A link; ``rate_bps`` 0 is endless, ``queue`` 0 unbounded; ``mark`` and ``red`` as
    in :mod:`synfin.sim.aqm`."""

    a: str
    b: str
    delay_ns: int
    jitter_ns: int
    rate_bps: int
    queue: int
    mtu: int
    mark: int
    red: tuple[int, int] | None
    position: Position


@dataclass(frozen=True)
class RouteDecl:
    """At ``router``, packets for ``destination`` (address) leave through ``via`` (node name)."""

    router: str
    destination: str
    via: str
    position: Position


SwitchValue = int | bool | str | tuple[int, ...]


@dataclass(frozen=True)
class Setting:
    """One switch; ``host`` is "" for all hosts."""

    host: str
    switch: str
    value: SwitchValue
    position: Position


@dataclass(frozen=True)
class Iss:
    """The ISS of the next connections of ``host``, in order (absolute)."""

    host: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Number:
    """A sequence number as written in a file.

    ``base`` is "relative" (to the ISN of the direction), "absolute" or "isn": then
    it counts from the ISN last seen in ``direction`` (``nth`` 0) or from the nth.
    """

    value: int
    base: str = "relative"
    direction: tuple[str, str] = ("", "")
    nth: int = 0


@dataclass(frozen=True)
class Endpoint:
    """``host`` is a node name or an address; ``v6`` asks for its first IPv6 address."""

    host: str
    port: int
    v6: bool = False


Argument = int | str | bytes | tuple[int, ...] | Endpoint | Number | tuple[str, str]


@dataclass(frozen=True)
class Args:
    """A call's arguments, already checked and converted (see :mod:`synfin.lab.calls`)."""

    values: tuple[Argument, ...] = ()
    flags: frozenset[str] = frozenset()
    options: tuple[tuple[str, Argument], ...] = ()

    def option(self, name: str) -> Argument | None:
        """The option's value, or None when it was not given."""
        for key, value in self.options:
            if key == name:
                return value
        return None

    def integer(self, name: str, default: int) -> int:
        """An option that is a number."""
        value = self.option(name)
        return value if isinstance(value, int) else default

    def text(self, name: str, default: str = "") -> str:
        """An option that is a word."""
        value = self.option(name)
        return value if isinstance(value, str) else default


@dataclass(frozen=True)
class Call:
    """One call of an application, an attacker or a machine.

    ``socket`` is a socket's name or "" for the default; ``text`` is how the call
    is shown. ``settings`` holds what a ``set`` call changes.
    """

    host: str
    socket: str
    verb: str
    args: Args
    text: str
    position: Position
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Timed:
    """A call at ``time``, repeated ``times`` times every ``every`` ns."""

    time: int
    call: Call
    every: int = 0
    times: int = 1


@dataclass(frozen=True)
class Reaction:
    """``event`` is connected, accept, data, eof, reset, error or idle.

    ``amount``: octets for ``data`` (0: each reading), ns for ``idle``. ``after`` ns later."""

    host: str
    socket: str
    event: str
    amount: int
    once: bool
    after: int
    call: Call
    position: Position


@dataclass(frozen=True)
class FaultDecl:
    """A fault as text (:func:`synfin.sim.faults.parse_fault` reads it)."""

    text: str
    position: Position


@dataclass(frozen=True)
class Note:
    """A remark beside the ladder."""

    time: int
    text: Texts


# --- expectations -------------------------------------------------------------


@dataclass(frozen=True)
class Expectation:
    """Base: ``text`` is the line as written."""

    text: str
    position: Position


@dataclass(frozen=True)
class ExpectPacket(Expectation):
    """A packet: ``kind`` is tcp, udp, icmp or frag; ``fields`` as written, converted."""

    time: int
    direction: tuple[str, str]
    kind: str
    flags: frozenset[str]
    fields: tuple[tuple[str, Argument], ...]
    words: frozenset[str]
    hop: bool = False


@dataclass(frozen=True)
class ExpectState(Expectation):
    """One state change; ``old`` "" is any."""

    time: int
    host: str
    socket: str
    old: str
    new: str
    rule: str


@dataclass(frozen=True)
class ExpectEvent(Expectation):
    """Something at exactly ``time``: a call's end, a signal, queue, timer, arrival, silence."""

    time: int
    host: str
    socket: str
    word: str
    values: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ExpectAt(Expectation):
    """What stands at ``time``: tcb, state, states, queue, timer, counter."""

    time: int
    host: str
    socket: str
    word: str
    values: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ExpectCount(Expectation):
    """``what`` of ``direction`` (both "" for all) or ``host`` was counted ``number`` times."""

    direction: tuple[str, str]
    host: str
    what: str
    number: int


@dataclass(frozen=True)
class ExpectCounter(Expectation):
    """A host's counter at the end."""

    host: str
    name: str
    number: int


@dataclass(frozen=True)
class ExpectRead(Expectation):
    """All that the application read: ``data`` or, when None, ``number`` octets."""

    host: str
    socket: str
    data: bytes | None
    number: int


@dataclass(frozen=True)
class ExpectSilent(Expectation):
    """``host`` sent nothing from ``start`` to ``stop``, both included."""

    host: str
    start: int
    stop: int


@dataclass(frozen=True)
class ExpectNever(Expectation):
    """A packet, state change, call or signal that must not happen."""

    direction: tuple[str, str]
    flags: frozenset[str]
    host: str
    socket: str
    word: str


@dataclass(frozen=True)
class ExpectOutcome(Expectation):
    """How the run ended."""

    outcome: str


@dataclass(frozen=True)
class ExpectIsn(Expectation):
    """The (nth + 1)-th different ISN of ``direction`` against the nth: a step, or "differs"."""

    direction: tuple[str, str]
    nth: int
    step: int | None


@dataclass(frozen=True)
class Expectations:
    """A case's ``expect`` block. ``start``/``stop`` None: as the documentation says."""

    items: tuple[Expectation, ...] = ()
    some: bool = False
    start: int | None = None
    stop: int | None = None
    position: Position = field(default_factory=Position)


@dataclass(frozen=True)
class Body:
    """Statements, either of the file or of one case."""

    profile: str = ""
    hosts: tuple[HostDecl, ...] = ()
    links: tuple[LinkDecl, ...] = ()
    routes: tuple[RouteDecl, ...] = ()
    settings: tuple[Setting, ...] = ()
    iss: tuple[Iss, ...] = ()
    calls: tuple[Timed, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    faults: tuple[FaultDecl, ...] = ()
    notes: tuple[Note, ...] = ()
    seed: int | None = None
    until: int | None = None

    def over(self, below: "Body") -> "Body":
        """This body's statements after those of ``below``; single values win."""
        return Body(
            profile=self.profile or below.profile,
            hosts=below.hosts + self.hosts,
            links=below.links + self.links,
            routes=below.routes + self.routes,
            settings=below.settings + self.settings,
            iss=below.iss + self.iss,
            calls=below.calls + self.calls,
            reactions=below.reactions + self.reactions,
            faults=below.faults + self.faults,
            notes=below.notes + self.notes,
            seed=below.seed if self.seed is None else self.seed,
            until=below.until if self.until is None else self.until,
        )


@dataclass(frozen=True)
class Case:
    """One case with everything it needs: ``body`` already lies over the file's."""

    name: str
    title: Texts
    note: Texts
    body: Body
    expect: Expectations
    live: bool
    live_why: Texts
    position: Position


@dataclass(frozen=True)
class Scenario:
    """One file."""

    number: int
    name: str
    group: str
    title: Texts
    question: Texts
    note: Texts
    sources: tuple[str, ...]
    cases: tuple[Case, ...]
    file: str

    def case(self, name: str = "") -> Case:
        """The case of that name, the first for ""; KeyError with the names there are."""
        for case in self.cases:
            if not name or case.name == name:
                return case
        raise KeyError(f"no case {name!r} in {self.name}: {', '.join(c.name for c in self.cases)}")
