"""What a packetdrill script says, as data. Times are integer nanoseconds."""

from dataclasses import dataclass, field
from enum import Enum

from synfin.packetdrill.findings import Finding


class ScriptError(Exception):
    """A script that cannot be read. ``line`` counts from 1; 0: the file as a whole.
    ``what`` names a text, as the findings of a run do."""

    def __init__(self, line: int, what: Finding, column: int = 0) -> None:
        super().__init__(what)
        self.line = line
        self.column = column
        self.what = what


class Unsupported(Exception):
    """Something of the language that this runner or the engine does not do.

    ``what`` is its name as the script writes it (``SO_ZEROCOPY``, ``splice()``).
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Timing(Enum):
    """The five forms of a time."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    ANY = "any"
    ABSOLUTE_RANGE = "absolute range"
    RELATIVE_RANGE = "relative range"


@dataclass(frozen=True)
class When:
    """When an event happens: ``end`` counts for ranges only."""

    timing: Timing
    start: int = 0
    end: int = 0

    @property
    def ranged(self) -> bool:
        """Whether it is one of the two ranges."""
        return self.timing in (Timing.ABSOLUTE_RANGE, Timing.RELATIVE_RANGE)

    @property
    def floating(self) -> bool:
        """Whether it counts from the event before."""
        return self.timing in (Timing.RELATIVE, Timing.RELATIVE_RANGE, Timing.ANY)


@dataclass(frozen=True)
class Option:
    """A TCP option as it stands in the header: EOL and NOP have no length octet."""

    kind: int
    data: bytes = b""


@dataclass(frozen=True)
class IpInfo:
    """What the script says about the IP header; -1 and "": nothing."""

    ecn: str = ""
    """noecn, ect0, ect1, ce or ect01 (either of the two)."""
    tos: int = -1
    ttl: int = -1


@dataclass(frozen=True)
class TcpSpec:
    """A TCP segment to send to the host (inbound) or to expect from it."""

    outbound: bool
    ip: IpInfo
    src_port: int
    dst_port: int
    flags: int
    seq: int
    length: int
    ack: int
    window: int
    """-1: not given (or ``win *``)."""
    urgent: int
    options: tuple[Option, ...] | None
    """None: ``<...>``, whatever they are."""
    absolute: bool = False
    """``0:0(0)!``: the sequence number as it stands in the header."""
    any_seq: bool = False
    """``...(0)``: whatever sequence number."""
    udp: tuple[int, int] | None = None
    """``/udp(a > b)``: the segment travels in a datagram between these ports."""


@dataclass(frozen=True)
class UdpSpec:
    """A UDP datagram."""

    outbound: bool
    ip: IpInfo
    length: int
    src_port: int
    dst_port: int


@dataclass(frozen=True)
class IcmpSpec:
    """An ICMP message; ``quoted`` is (seq, length) of the TCP segment it is about."""

    outbound: bool
    ip: IpInfo
    type: str
    code: str
    mtu: int
    quoted: tuple[int, int] | None
    udp: tuple[int, int] | None = None
    """The ports of the datagram that the quoted segment travelled in."""
    udp_length: int = -1
    """>= 0: it is about a UDP datagram with so many octets of text."""
    echo_id: int = -1


@dataclass(frozen=True)
class Dots:
    """``...``: whatever."""


@dataclass(frozen=True)
class Word:
    """A symbol such as ``SO_REUSEADDR``."""

    name: str


@dataclass(frozen=True)
class Text:
    """A quoted string."""

    value: str


@dataclass(frozen=True)
class Either:
    """``A|B``."""

    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Array:
    """``[a, b]``."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Structure:
    """``{name=value, …}``; unnamed items have the name ""."""

    fields: tuple[tuple[str, "Expression"], ...]

    def get(self, name: str) -> "Expression | None":
        """The value called ``name``."""
        for key, value in self.fields:
            if key == name:
                return value
        return None


Expression = int | Dots | Word | Text | Either | Array | Structure


@dataclass(frozen=True)
class Call:
    """A system call; ``until`` >= 0 for one that blocks (``+0...0.2``)."""

    name: str
    arguments: tuple[Expression, ...]
    result: Expression
    errno: str
    until: int = -1


@dataclass(frozen=True)
class Command:
    """A line in backticks."""

    text: str


@dataclass(frozen=True)
class Code:
    """A ``%{ … }%`` block."""

    text: str


Action = TcpSpec | UdpSpec | IcmpSpec | Call | Command | Code


@dataclass(frozen=True)
class Event:
    """One thing of the script, and when."""

    line: int
    when: When
    action: Action


@dataclass(frozen=True)
class Script:
    """A whole file."""

    name: str
    options: tuple[tuple[str, str], ...]
    init: Command | None
    events: tuple[Event, ...]
    cleanup: Command | None
    lines: tuple[str, ...] = field(default=(), repr=False)

    def line(self, number: int) -> str:
        """The source text of a line."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""
