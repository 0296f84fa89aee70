"""A typed view of a trace (docs/trace.md, version 1): what every face reads.

:mod:`synfin.show.reader` makes these from the recorder's dictionaries or from
JSON lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from synfin.core.problems import Problem

VERSION: Final = 1
"""The trace version this view understands."""

Value = int | str | bool | float | None
Raw = Mapping[str, object]


class TraceError(ValueError):
    """The input is not a trace this version can read; the text is one line of English,
    ``problem`` says it in any language."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: rule id, the document it comes from, the values it compared."""

    rule: str
    source: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Node:
    """A host, router, switch or attacker of the topology."""

    name: str
    addresses: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link between two nodes; delay in ns, rate in bit/s (0: unlimited)."""

    a: str
    b: str
    delay: int
    rate: int
    mtu: int


@dataclass(frozen=True, slots=True)
class Meta:
    """The first line: what was run."""

    scenario: str
    case: str
    title: Mapping[str, str]
    profile: str
    seed: int
    settings: Mapping[str, Value]
    hosts: tuple[Node, ...]
    links: tuple[Link, ...]

    def title_in(self, lang: str) -> str:
        """The title in ``lang``, else in English, else the scenario's name."""
        return self.title.get(lang) or self.title.get("en") or self.scenario


@dataclass(frozen=True, slots=True)
class Call:
    """An application called the sockets API."""

    t: int
    host: str
    conn: int
    socket: int
    call: str
    args: str
    result: str | None
    errno: str | None
    blocking: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """The application was told something; ``octets``: how many it read, where it did."""

    t: int
    host: str
    conn: int
    name: str
    errno: str | None
    data: str | None
    reason: Reason | None
    octets: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A packet was sent; ``arrives`` is None when it never does.

    ``via`` is the first node on its way, ``target`` the node (or address) it is for.
    """

    n: int
    t: int
    arrives: int | None
    source: str
    target: str
    src: str
    dst: str
    proto: str
    conn: int
    fate: str
    fault: str | None
    copy_of: int | None
    spoofed: bool
    ttl: int
    length: int
    data: bytes
    reason: Reason | None
    flags: tuple[str, ...]
    seq: int
    ack: int
    abs_seq: int
    abs_ack: int
    win: int
    options: Mapping[str, object]
    sport: int
    dport: int
    icmp_type: int
    icmp_code: int
    mtu: int
    via: str
    ecn: str = ""
    """The ECN field as it was sent: ect0, ect1, ce, or "" for none."""
    marked: bool = False
    """A queue on its way set CE."""

    @property
    def delivered(self) -> bool:
        """Whether it arrives intact."""
        return self.arrives is not None and self.fate == "delivered"

    @property
    def payload(self) -> bytes:
        """The payload octets (the last ``length`` of the packet)."""
        return self.data[len(self.data) - self.length :] if self.length else b""


@dataclass(frozen=True, slots=True)
class Hop:
    """A router or switch sent packet ``n`` on; ``ttl`` is what is left of it."""

    n: int
    t: int
    arrives: int | None
    source: str
    target: str
    ttl: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Packet ``n`` arrived, ``reason`` settled it there, and the rules in ``also`` followed."""

    n: int
    t: int
    host: str
    conn: int
    reason: Reason | None
    also: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class StateChange:
    """A connection went from ``old`` to ``new`` (RFC names)."""

    t: int
    host: str
    conn: int
    old: str
    new: str
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer was set, restarted, stopped or fired; ``due`` in ns of the run."""

    t: int
    host: str
    conn: int
    name: str
    action: str
    due: int | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Queue:
    """Lengths of a listener's SYN queue and accept queue."""

    t: int
    host: str
    port: int
    syn: int
    accept: int
    backlog: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Something waited, and ``reason`` held it."""

    t: int
    host: str
    conn: int
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Tcb:
    """The control block after a change (relative numbers, times in ns)."""

    t: int
    host: str
    conn: int
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ConnRecord:
    """A connection record was made or deleted."""

    t: int
    host: str
    conn: int
    action: str
    local: str
    remote: str


OFF: Final = ("crash", "power-off")
"""What makes a host forget all its connections."""


@dataclass(frozen=True, slots=True)
class HostEvent:
    """A host crashed, was switched off, rebooted, lost or regained its link."""

    t: int
    host: str
    action: str


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of a host reached ``value``."""

    t: int
    host: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Note:
    """A remark from the scenario file."""

    t: int
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """The last line: how the run ended."""

    t: int
    outcome: str
    connections: tuple[tuple[str, int, str], ...]
    segments: int


Record = (
    Call
    | Signal
    | Segment
    | Hop
    | Arrival
    | StateChange
    | Timer
    | Queue
    | Silence
    | Tcb
    | ConnRecord
    | HostEvent
    | Counter
    | Note
    | End
)


# --- a whole trace -----------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """A whole run: the first line and the records after it, in order."""

    meta: Meta
    records: tuple[Record, ...]
    raw: tuple[Raw, ...] = field(repr=False, default=())

    def segments(self) -> list[Segment]:
        """All packets sent, in order of sending."""
        return [r for r in self.records if isinstance(r, Segment)]

    def segment(self, n: int) -> Segment:
        """Packet ``n``; raises :class:`TraceError` when there is none."""
        found = [s for s in self.segments() if s.n == n]
        if not found:
            last = max((s.n for s in self.segments()), default=0)
            raise TraceError(
                Problem(
                    "trace.packet", "no packet {number} in this run; it has 1 to {last}",
                    number=n, last=last,
                )
            )  # fmt: skip
        return found[0]

    def host(self, name: str) -> Node:
        """The node called ``name``; raises :class:`TraceError` when there is none."""
        for node in self.meta.hosts:
            if node.name == name:
                return node
        known = ", ".join(node.name for node in self.meta.hosts)
        raise TraceError(
            Problem(
                "trace.host", "no host '{name}' in this run; it has {names}", name=name, names=known
            )
        )
