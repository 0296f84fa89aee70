"""Where everything of a ladder stands in a picture: pure geometry, no drawing.

Time runs downwards. Within a flight the slope is true to time; long waits in
which nothing happens are shortened, and the shortening is marked with the time
that is left out. The SVG and the HTML page draw the same scene.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import Final

from synfin.show import model
from synfin.show.events import Teller
from synfin.show.labels import Marks, marks_text, parts
from synfin.show.layouts import order_nodes
from synfin.show.names import state_name
from synfin.show.texts import Texts, format_ns
from synfin.show.words import Glyphs, seconds, wrap

LINE: Final = 15
"""Height of a line of text."""

FLIGHT: Final = 64
"""How far down a packet of usual delay ends."""

_LONGEST: Final = 110
"""No gap is taller, unless texts need the room."""

_TOP: Final = 92
_BURST: Final = 17
"""Packets sent at one instant in one direction stand this far apart."""

_MARGIN: Final = {False: 250, True: 118}
_COLUMNS: Final = {False: 37, True: 17}
"""Width and cells of the texts beside a line of life: wide, narrow."""

_PARTS: Final = {False: 5, True: 3}
"""How much of a packet's label there is room for."""

MAX_PACKETS: Final = 300
"""More are not drawn; a remark says how many."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of text beside a line of life; ``kind`` chooses its look."""

    kind: str
    text: str


@dataclass(slots=True)
class Stack:
    """What happened at ``host`` at ``t``: the lines beginning at ``y``."""

    host: str
    t: int
    y: float
    lines: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bar:
    """A state that lasted from ``y1`` to ``y2`` at ``host``."""

    host: str
    state: str
    shown: str
    y1: float
    y2: float
    t: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """A packet's way (or one hop of it). ``lost``: it ends in a cross."""

    n: int
    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    lost: bool
    unusual: bool
    t: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A shortened wait at ``y``."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Text across the picture."""

    y: float
    t: int
    lines: tuple[str, ...]


@dataclass(slots=True)
class Scene:
    """The whole picture; ``columns`` are (name, x) from left to right,
    ``times`` maps an instant (ns) to its y."""

    width: int
    height: float
    columns: list[tuple[str, float]]
    times: dict[int, float]
    stacks: list[Stack]
    bars: list[Bar]
    arrows: list[Arrow]
    gaps: list[Gap]
    remarks: list[Remark]
    left_out: int


def build(trace: model.Trace, texts: Texts, names: str = "rfc", narrow: bool = False) -> Scene:
    """The scene of a whole run; ``narrow`` for a telephone's screen."""
    return _Builder(trace, texts, names, narrow).scene()


def shortened(trace: model.Trace) -> tuple[list[model.Record], int]:
    """The records up to the last packet that is drawn, and how many packets are left out."""
    packets = trace.segments()
    if len(packets) <= MAX_PACKETS:
        return list(trace.records), 0
    first_left_out = packets[MAX_PACKETS]
    kept = [
        r
        for r in trace.records
        if r.t <= first_left_out.t
        and not (
            isinstance(r, model.Segment | model.Arrival | model.Hop) and r.n >= first_left_out.n
        )
    ]
    return kept, len(packets) - MAX_PACKETS


class _Builder:
    def __init__(self, trace: model.Trace, texts: Texts, names: str, narrow: bool) -> None:
        self.narrow = narrow
        self.texts = texts
        self.names = names
        self.trace = trace
        self.records, self.left_out = shortened(trace)
        nodes = order_nodes(trace.meta)
        margin = _MARGIN[narrow]
        few = 520 if narrow else 960
        many = 2 * margin + (190 if narrow else 260) * (len(nodes) - 1)
        self.width = few if len(nodes) <= 3 else many
        step = (self.width - 2 * margin - 20) / max(len(nodes) - 1, 1)
        self.x = {name: margin + 10 + i * step for i, name in enumerate(nodes)}
        self.hops: dict[int, list[model.Hop]] = {}
        for record in self.records:
            if isinstance(record, model.Hop):
                self.hops.setdefault(record.n, []).append(record)
        self.stacks: dict[tuple[str, int], Stack] = {}
        self.remarks: dict[int, list[str]] = {}
        self.bursts: dict[tuple[int, str], list[int]] = {}
        self.y: dict[int, float] = {}

    def scene(self) -> Scene:
        self._tell()
        gaps = self._scale()
        for stack in self.stacks.values():
            stack.y = self.y[stack.t]
        remarks = [Remark(self.y[t], t, tuple(text)) for t, text in self.remarks.items()]
        bottom = max(self.y.values(), default=_TOP) + 60
        tall = [s.y + LINE * len(s.lines) for s in self.stacks.values()]
        return Scene(
            width=self.width,
            height=max([bottom, *(y + 20 for y in tall)]),
            columns=list(self.x.items()),
            times=self.y,
            stacks=sorted(self.stacks.values(), key=lambda s: (s.t, s.host)),
            bars=self._bars(bottom - 20),
            arrows=self._arrows(),
            gaps=gaps,
            remarks=remarks,
            left_out=self.left_out,
        )

    # -- texts ----------------------------------------------------------------

    def _stack(self, host: str, t: int) -> Stack | None:
        if host not in self.x:
            return None
        key = host, t
        if key not in self.stacks:
            self.stacks[key] = Stack(host, t, 0, [Said("time", seconds(t))])
        return self.stacks[key]

    def _say(self, host: str, t: int, kind: str, text: str) -> None:
        stack = self._stack(host, t)
        if stack is not None and not (kind == "state" and Said(kind, text) in stack.lines):
            stack.lines += [Said(kind, line) for line in wrap(text, _COLUMNS[self.narrow])]

    def _tell(self) -> None:
        teller = Teller(self.texts, Glyphs(True))
        kinds = {model.Call: "call", model.Signal: "signal", model.Timer: "timer",
                 model.Queue: "queue", model.HostEvent: "host", model.Counter: "queue"}  # fmt: skip
        for record in self.records:
            match record:
                case model.Segment():
                    self._stack(record.source, record.t)
                    self.bursts.setdefault((record.t, record.source), []).append(record.n)
                    if record.arrives is not None and not self.hops.get(record.n):
                        self._stack(record.target, record.arrives)
                case model.Arrival():
                    self._stack(record.host, record.t)
                case model.StateChange():
                    self._say(record.host, record.t, "state", state_name(record.new, self.names))
                case model.Note():
                    text = record.text.get(self.texts.lang) or record.text.get("en", "")
                    self.remarks.setdefault(record.t, []).extend(
                        wrap(text, 48 if self.narrow else 64)
                    )
                case model.End():
                    pass
                case _:
                    if isinstance(record, model.Call) and record.call == "listen":
                        self._say(record.host, record.t, "state", self._name("LISTEN"))
                    text = teller.tell(record)
                    if text and not isinstance(record, model.Hop):
                        self._say(record.host, record.t, kinds.get(type(record), "timer"), text)

    # -- time -----------------------------------------------------------------

    def _flight(self) -> int:
        """The usual time under way."""
        ways = [
            s.arrives - s.t
            for s in self.records
            if isinstance(s, model.Segment) and s.arrives is not None and not s.fault
        ]
        delays = ways or [x.delay for x in self.trace.meta.links if x.delay]
        return max(median_low(delays), 1) if delays else 50_000_000

    def _scale(self) -> list[Gap]:
        """Fills ``self.y`` for every instant; the shortened waits."""
        flight = self._flight()
        times = {0} | {t for _, t in self.stacks} | set(self.remarks)
        for hops in self.hops.values():
            times |= {h.t for h in hops} | {h.arrives for h in hops if h.arrives is not None}
        gaps: list[Gap] = []
        ordered = sorted(times)
        at = float(_TOP)
        for t, after in pairwise([*ordered, ordered[-1]]):
            self.y[t] = at
            true = (after - t) / flight * FLIGHT
            tall = max(min(true, _LONGEST), self._room(t))
            if true > 1.5 * _LONGEST:
                tall = max(tall, self._room(t) + 46)
                gaps.append(Gap(at + tall - 16, format_ns(after - t)))
            at += tall
        return gaps

    def _room(self, t: int) -> float:
        """What the texts and bursts at ``t`` need below it."""
        lines = max((len(s.lines) for (_, at), s in self.stacks.items() if at == t), default=0)
        burst = max((len(ns) for (at, _), ns in self.bursts.items() if at == t), default=0)
        remark = len(self.remarks.get(t, ()))
        return max(lines * LINE, (burst - 1) * _BURST + 12, remark * LINE + 10) + 8

    # -- lines of life and packets ------------------------------------------------

    def _bars(self, bottom: float) -> list[Bar]:
        bars: list[Bar] = []
        now: dict[str, tuple[str, float, int]] = {}
        for record in self.records:
            if isinstance(record, model.HostEvent) and record.host in now:
                if record.action in model.OFF:
                    state, since, t = now.pop(record.host)
                    end = self.y[record.t]
                    bars.append(Bar(record.host, state, self._name(state), since, end, t))
                continue
            if isinstance(record, model.Call) and record.call == "listen" and not record.errno:
                if record.host in self.x:
                    now.setdefault(record.host, ("LISTEN", self.y[record.t], record.t))
                continue
            if not isinstance(record, model.StateChange) or record.host not in self.x:
                continue
            y = self.y[record.t]
            if record.host in now:
                state, since, t = now[record.host]
                bars.append(Bar(record.host, state, self._name(state), since, y, t))
            now[record.host] = record.new, y, record.t
        for host, (state, since, t) in now.items():
            bars.append(Bar(host, state, self._name(state), since, bottom, t))
        return [b for b in bars if b.y2 > b.y1]

    def _name(self, state: str) -> str:
        return state_name(state, self.names)

    def _arrows(self) -> list[Arrow]:
        marks = Marks()
        arrows: list[Arrow] = []
        for record in self.records:
            if isinstance(record, model.Segment):
                told = marks.of(record)
                window = marks.window_changed(record)
                label = " ".join([f"#{record.n}", *parts(record, window)[: _PARTS[self.narrow]]])
                text = f"{label} {marks_text(told, record, self.texts)}".strip()
                arrows += self._way(record, text, bool(told))
        return arrows

    def _way(self, packet: model.Segment, label: str, unusual: bool) -> list[Arrow]:
        shift = self.bursts[packet.t, packet.source].index(packet.n) * _BURST
        hops = [h for h in self.hops.get(packet.n, []) if h.t in self.y]
        start, stop = self.x.get(packet.source), self.x.get(packet.via)
        y1 = self.y[packet.t] + shift
        if start is None:
            return []
        if stop is None or packet.source == packet.via:
            # to itself, or to nobody we draw: a short stub
            end = start + (60 if start < self.width / 2 else -60)
            lost = not packet.delivered
            return [Arrow(packet.n, start, y1, end, y1 + 24, label, lost, unusual, packet.t)]
        arrival = hops[0].t if hops else packet.arrives
        out: list[Arrow] = []
        if arrival is None or arrival not in self.y or (packet.fate == "corrupted" and not hops):
            part = 1.0 if packet.fate in ("expired", "corrupted") else 0.6
            y2 = self.y.get(arrival, y1 + FLIGHT * part) if arrival is not None else 0.0
            y2 = max(y2 + shift, y1 + FLIGHT * part) if arrival is not None else y1 + FLIGHT * part
            x2 = start + (stop - start) * part
            return [Arrow(packet.n, start, y1, x2, y2, label, True, True, packet.t)]
        y2 = self.y[arrival] + shift
        out.append(Arrow(packet.n, start, y1, stop, y2, label, False, unusual, packet.t))
        for hop in hops:
            out += self._hop(hop, shift)
        return out

    def _hop(self, hop: model.Hop, shift: float) -> list[Arrow]:
        start, stop = self.x.get(hop.source), self.x.get(hop.target)
        if start is None or stop is None or start == stop:
            return []
        y1 = self.y[hop.t] + shift
        label = f"#{hop.n} ttl={hop.ttl}"
        if hop.arrives is None or hop.arrives not in self.y:
            x2, y2 = start + (stop - start) * 0.6, y1 + FLIGHT * 0.6
            return [Arrow(hop.n, start, y1, x2, y2, label, True, True, hop.t)]
        y2 = self.y[hop.arrives] + shift
        return [Arrow(hop.n, start, y1, stop, y2, label, False, False, hop.t)]
