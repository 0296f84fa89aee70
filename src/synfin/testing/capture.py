"""What passed the wire, kept for expectations and counters (a tap of the network)."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from synfin.host.host import Host
from synfin.lab.recorder import Flows
from synfin.sim.fault import Selector
from synfin.sim.faults import parse_selector
from synfin.sim.flows import FlowMemory
from synfin.sim.tap import CORRUPTED, DELIVERED, IN_FLIGHT, Tap, Transmission
from synfin.testing import values
from synfin.wire.icmp import IcmpMessage
from synfin.wire.tcp import FIN, RST, SYN, Segment, flag_names

KEPT: Final = 50_000
"""Packets that stay in memory; counters go on counting beyond."""

_MODULUS: Final = 1 << 32


class Packet:
    """One packet that was sent: who, when, what, and what became of it.

    ``time`` and ``arrives`` are seconds of virtual time; ``seq`` and ``ack`` count from
    the ISN, as in Wireshark; ``flags`` are tcpdump's letters (``S``, ``S.``, ``R``; "" for
    what is no TCP), ``window`` is the field as sent. ``lost`` is why it never arrived
    (``loss``, ``fault``, ``queue`` …) or "".
    """

    def __init__(self, sent: Transmission, nth: int, flows: Flows) -> None:
        self.sent: Final = sent
        self.n: Final = sent.n
        self.nth: Final = nth
        self.source: Final = sent.origin
        self.target: Final = sent.target
        body = sent.packet.body
        self.flags = ""
        self.seq = self.ack = self.window = 0
        self.proto = "ip"
        self.length = len(body) if isinstance(body, bytes) else 0
        if isinstance(body, Segment):
            self.proto = "tcp"
            self.flags = values.letters(tuple(flag_names(body.flags)))
            self.seq, self.ack = flows.relative(sent.packet, body)
            self.window = body.window
            self.length = len(body.payload)
        elif isinstance(body, IcmpMessage):
            self.proto = f"icmp {body.type}/{body.code}"
        elif not isinstance(body, bytes):
            self.proto = "udp"
            self.length = len(body.payload)

    @property
    def time(self) -> float:
        """When it was sent, seconds."""
        return self.sent.time / 1e9

    @property
    def arrives(self) -> float | None:
        """When it is there; None if it never is."""
        return None if self.sent.arrives is None else self.sent.arrives / 1e9

    @property
    def lost(self) -> str:
        """Why it never arrived whole, or ""."""
        fate = self.sent.fate
        return "" if fate in (DELIVERED, IN_FLIGHT) else self.sent.cause or fate

    def __repr__(self) -> str:
        words = [f"{self.time:.6f}", f"{self.source} > {self.target}"]
        words.append(self.flags or self.proto.upper())
        if self.flags:
            words.append(f"seq={self.seq}")
            if "." in self.flags:
                words.append(f"ack={self.ack}")
        words.append(f"len={self.length}")
        if self.lost:
            words.append(f"lost ({self.lost})")
        return " ".join(words)


class Accident:
    """A packet that bad luck struck: ``kind`` is ``loss``, ``duplicate``, ``corrupt`` or the text
    of the fault that drew it."""

    def __init__(self, kind: str, packet: Packet) -> None:
        self.kind: Final = kind
        self.packet: Final = packet

    @property
    def line(self) -> str:
        """What to write in a test for exactly this."""
        way = f"{self.packet.source} > {self.packet.target}"
        name = {"loss": "drop"}.get(self.kind, self.kind)
        if name in ("drop", "duplicate", "corrupt"):
            return f'net.{name}("{way}", nth={self.packet.nth})'
        action = self.kind.rpartition(" ")[2]
        return f'net.fault("{way.replace(" ", "")} * nth={self.packet.nth} {action}")'


class Counters:
    """What a direction carried. ``retransmissions`` are segments whose sequence numbers had
    all been sent before; ``losses`` counts whatever did not arrive."""

    NAMES: Final = ("packets", "octets", "retransmissions", "syns", "fins", "resets", "losses")

    def __init__(self) -> None:
        self.packets = 0
        self.octets = 0
        self.retransmissions = 0
        self.syns = 0
        self.fins = 0
        self.resets = 0
        self.losses = 0

    def add(self, other: "Counters") -> None:
        """Adds another direction's."""
        for name in self.NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __repr__(self) -> str:
        return "Counters(" + ", ".join(f"{n}={getattr(self, n)}" for n in self.NAMES) + ")"


class Capture(Tap):
    """Keeps the newest packets, and counts all of them."""

    def __init__(self, kept: int = KEPT) -> None:
        self.packets: deque[tuple[Transmission, int]] = deque(maxlen=kept)
        self.total = 0
        self.flows: Final = Flows()
        self.ways: Final[dict[tuple[str, str], Counters]] = {}
        self.watchers: list[Callable[[Packet], None]] = []
        self._highest: dict[tuple[bytes, int, bytes, int], int] = {}
        self._lost: set[int] = set()
        self.accidents: Final[list[Accident]] = []
        self._numbers: Final[dict[tuple[str, str], int]] = {}
        """How many packets of a direction faults have met: copies and fragments not."""

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        way = (sent.origin, sent.target)
        counters = self.ways.get(way)
        if counters is None:
            counters = self.ways[way] = Counters()
        counters.packets += 1
        self.total += 1
        nth = self._numbers.get(way, 0)
        if not sent.copy_of and not sent.part_of:
            nth += 1
            self._numbers[way] = nth
        self.packets.append((sent, nth))
        body = sent.packet.body
        if isinstance(body, Segment):
            self._count(counters, sent, body)
        if self.watchers:
            packet = Packet(sent, nth, self.flows)
            for watcher in list(self.watchers):
                watcher(packet)
        if sent.copy_of and sent.fault is None:
            self._struck("duplicate", sent.copy_of)
        if sent.fault is not None and " p=" in sent.fault and not sent.copy_of:
            for text in sent.fault.split("; "):
                if " p=" in text:
                    self._struck(text, sent.n)

    def settled(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        if sent.cause == "loss" and sent.n not in self._lost:
            self._struck("loss", sent.n)
        elif sent.fate == CORRUPTED and sent.fault is None and sent.n not in self._lost:
            self._struck("corrupt", sent.n)
        if sent.fate in (DELIVERED, IN_FLIGHT) or sent.n in self._lost:
            return
        self._lost.add(sent.n)
        self.ways[sent.origin, sent.target].losses += 1

    def _struck(self, kind: str, n: int) -> None:
        for sent, nth in reversed(self.packets):
            if sent.n == n:
                self.accidents.append(Accident(kind, Packet(sent, nth, self.flows)))
                return

    def _count(self, counters: Counters, sent: Transmission, segment: Segment) -> None:
        flags = segment.flags
        counters.octets += len(segment.payload)
        key = (sent.packet.src, segment.src_port, sent.packet.final_dst, segment.dst_port)
        if flags & (SYN | FIN | RST):
            counters.syns += flags & SYN != 0
            counters.fins += flags & FIN != 0
            counters.resets += flags & RST != 0
        if flags & SYN:
            if self.flows.isn.get(key) != segment.seq:
                self._highest.pop(key, None)
            self.flows.isn[key] = segment.seq
        length = segment.seg_len
        if length == 0:
            return
        end = (segment.seq + length) % _MODULUS
        highest = self._highest.get(key)
        if highest is not None and (highest - end) % _MODULUS < _MODULUS >> 1:
            counters.retransmissions += 1
        else:
            self._highest[key] = end

    def counters(self, source: str, target: str) -> Counters:
        """The sum over all directions meant; ``*`` is anybody."""
        total = Counters()
        for (origin, destination), counted in self.ways.items():
            if source in ("*", origin) and target in ("*", destination):
                total.add(counted)
        return total

    def find(self, way: str, flags: str, since: int = -(1 << 62)) -> Iterator[Packet]:
        """The packets of a direction and kind that are still kept, sent at ``since`` (ns) or
        later, in order."""
        matcher = Matcher(way, flags)
        for sent, nth in self.packets:
            if matcher.takes(sent) and sent.time >= since:
                yield Packet(sent, nth, self.flows)

    def newest(self, way: str, count: int) -> list[Packet]:
        """The last packets of a direction, whatever they are."""
        found = list(self.find(way, "*"))
        return found[len(found) - min(count, len(found)) :]


class Matcher:
    """The fault language's selection, asked after the fact."""

    def __init__(self, way: str, flags: str) -> None:
        source, target = values.direction(way)
        self.selector: Final[Selector] = parse_selector(f"{source}>{target} {values.kind(flags)}")
        self._flows: Final = FlowMemory()

    def takes(self, sent: Transmission) -> bool:
        """Whether the packet is one of those meant."""
        look = self._flows.look(sent.packet, sent.n, sent.origin, sent.target, sent.time)
        self._flows.learn(sent.packet)
        return self.selector.takes(look)


def engine_of(engine: object) -> Host:
    """The real engine of a simulated host."""
    assert isinstance(engine, Host)
    return engine
