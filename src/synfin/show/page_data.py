"""What the HTML page gets: steps, packets taken apart, scenes, and every text twice.

Texts stand in one pool of (English, Chinese) pairs; everything else names them
by number, so nothing is stored twice and the language can change at any step.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from synfin.show import model
from synfin.show.events import Teller
from synfin.show.header_draw import field_label, field_meaning, remarks
from synfin.show.header_view import Dissection, dissect
from synfin.show.labels import Marks, marks_text, parts
from synfin.show.moment import listen_port
from synfin.show.names import state_name
from synfin.show.scene import Scene, build, shortened
from synfin.show.svg import COLOURS, place
from synfin.show.texts import LANGUAGES, Texts
from synfin.show.words import Glyphs, seconds, word

Json = dict[str, object]

_UI: Final = (
    "first", "back", "next", "last", "play", "pause", "language", "step-of", "what", "why",
    "packet", "no-packet", "hosts", "timers", "syn-queue", "accept-queue", "no-connection", "keys",
    "lost-legend", "bytes", "hover", "ladder", "position",
)  # fmt: skip

HEX_LIMIT: Final = 160
"""Octets of a packet that the page carries; headers never need more."""


class Pool:
    """The texts in both languages."""

    def __init__(self) -> None:
        self.texts: Final = [Texts(lang) for lang in LANGUAGES]
        self.pairs: list[list[str]] = []
        self._known: dict[tuple[str, ...], int] = {}

    def add(self, *texts: str) -> int:
        """One text in every language; one alone stands for all."""
        pair = texts if len(texts) == len(LANGUAGES) else texts * len(LANGUAGES)
        if pair not in self._known:
            self._known[pair] = len(self.pairs)
            self.pairs.append(list(pair))
        return self._known[pair]

    def ui(self, key: str, **args: model.Value) -> int:
        """A message of the user interface."""
        return self.add(*(t.ui(key, **args) for t in self.texts))

    def why(self, reason: model.Reason) -> list[object]:
        """[short name, sentence] of a reason."""
        name = self.add(*(t.rule_name(reason.rule) for t in self.texts))
        return [name, self.add(*(t.rule(reason.rule, reason.values) for t in self.texts))]


@dataclass(slots=True)
class Step:
    """What happened at one host at one instant."""

    t: int
    host: str
    n: int = 0
    lines: list[list[object]] = field(default_factory=list)
    why: list[list[object]] = field(default_factory=list)
    ops: list[list[object]] = field(default_factory=list)

    def data(self) -> Json:
        """As JSON; ops are what changes in the tables beside the ladder."""
        return {"t": self.t, "at": seconds(self.t), "host": self.host, "n": self.n,
                "lines": self.lines, "why": self.why, "ops": self.ops}  # fmt: skip


def page_data(trace: model.Trace, names: str = "rfc") -> Json:
    """Everything the page needs, as plain JSON values; long runs are cut where the
    ladder is, and say so."""
    pool = Pool()
    records, left_out = shortened(trace)
    trace = replace(trace, records=tuple(records))
    steps = Steps(trace, pool, names).build()
    packets = {str(s.n): _packet(s, pool) for s in trace.segments() if s.data}
    scenes = {
        texts.lang: {
            size: _scene(build(trace, texts, names, narrow))
            for size, narrow in (("wide", False), ("narrow", True))
        }
        for texts in pool.texts
    }
    meta = trace.meta
    return {
        "langs": list(LANGUAGES),
        "title": pool.add(*(meta.title_in(t.lang) for t in pool.texts)),
        "sub": pool.ui("ladder-run", scenario=meta.scenario, profile=meta.profile,
                       seed=str(meta.seed)),
        "more": pool.ui("svg-left-out", count=left_out) if left_out else -1,
        "hosts": [h.name for h in meta.hosts],
        "ui": {key: pool.ui(f"page-{key}") for key in _UI},
        "steps": [s.data() for s in steps],
        "packets": packets,
        "scenes": scenes,
        "colours": COLOURS,
        "pool": pool.pairs,
    }  # fmt: skip


def _packet(segment: model.Segment, pool: Pool) -> Json:
    packet = _dissect(segment)
    out: Json = {"hex": segment.data[:HEX_LIMIT].hex(), "size": len(segment.data)}
    if packet is None:
        return out
    out["headers"] = [
        [
            pool.add(*((t.ui(f"header-{h.kind}")) for t in pool.texts)),
            h.start,
            h.length,
            [
                [
                    pool.add(*(field_label(h, f, t) for t in pool.texts)),
                    pool.add(*(field_meaning(h, f, t) for t in pool.texts)),
                    f.first,
                    f.width,
                    f.shown,
                ]
                for f in h.fields
            ],
        ]
        for h in packet.headers
    ]
    told = zip(*(remarks(packet, t) for t in pool.texts), strict=True)
    out["notes"] = [pool.add(*pair) for pair in told]
    return out


def _dissect(segment: model.Segment) -> Dissection | None:
    try:
        return dissect(segment.data)
    except ValueError:  # a damaged packet may hold no header at all
        return None


def _scene(scene: Scene) -> Json:
    count = len(scene.columns)
    arrows = []
    for a in scene.arrows:
        at = place(a, count)
        arrows.append(
            [a.n, a.t, _r(a.x1), _r(a.y1), _r(a.x2), _r(a.y2), a.label, int(a.lost),
             int(a.unusual), _r(at.x), _r(at.y), _r(at.angle), at.anchor]
        )  # fmt: skip
    return {
        "w": scene.width,
        "h": _r(scene.height),
        "cols": [[name, _r(x)] for name, x in scene.columns],
        "times": [[t, _r(y)] for t, y in scene.times.items()],
        "stacks": [
            [s.host, s.t, _r(s.y), [[x.kind, x.text] for x in s.lines]] for s in scene.stacks
        ],
        "bars": [[b.host, b.state, b.shown, _r(b.y1), _r(b.y2), b.t] for b in scene.bars],
        "arrows": arrows,
        "gaps": [[_r(g.y), g.text] for g in scene.gaps],
        "remarks": [[_r(r.y), r.t, list(r.lines)] for r in scene.remarks],
    }


def _r(value: float) -> float:
    return round(value, 1)


class Steps:
    """Cuts a trace into steps: everything at one host at one instant belongs together."""

    def __init__(self, trace: model.Trace, pool: Pool, names: str) -> None:
        self._trace = trace
        self._pool = pool
        self._names = names
        self._tellers = [Teller(t, Glyphs(True)) for t in pool.texts]
        self._marks = Marks()
        self._packets: dict[int, model.Segment] = {}
        self._steps: list[Step] = []
        self._early: list[list[object]] = []
        self._listening: dict[tuple[str, int], int] = {}

    def build(self) -> list[Step]:
        """All steps in order."""
        for record in self._trace.records:
            self._take(record)
        if self._early and self._steps:
            self._steps[-1].ops += self._early
        return self._steps

    def _step(self, t: int, host: str) -> Step:
        last = self._steps[-1] if self._steps else None
        if last is None or last.t != t or last.host != host:
            self._steps.append(Step(t, host))
            self._steps[-1].ops, self._early = self._early, []
        return self._steps[-1]

    def _quiet(self, t: int, op: list[object]) -> None:
        """A change that is no event of its own belongs to what just happened."""
        if self._steps and self._steps[-1].t == t:
            self._steps[-1].ops.append(op)
        else:
            self._early.append(op)

    def _take(self, record: model.Record) -> None:
        match record:
            case model.Segment():
                self._sent(record)
            case model.Arrival():
                packet = self._packets.get(record.n)
                if packet is not None:
                    what = " ".join(parts(packet)[:2])
                    line = self._pool.ui("ladder-arrives", n=str(record.n), what=what)
                    step = self._step(record.t, record.host)
                    step.n = step.n or record.n
                    self._add(step, "arrival", line, record.reason)
                    told = [self._pool.why(reason) for reason in record.also]
                    step.why += [why for why in told if why not in step.why]
            case model.StateChange():
                old, new = (state_name(s, self._names) for s in (record.old, record.new))
                step = self._step(record.t, record.host)
                line = self._pool.add(f"{old} → {new}")
                self._add(step, "state", line, record.reason)
                step.ops.append(["state", record.host, record.conn, record.new, new])
            case model.Note():
                step = self._step(record.t, "")
                texts = [
                    record.text.get(t.lang) or record.text.get("en", "") for t in self._pool.texts
                ]
                step.lines.append(["note", self._pool.add(*texts)])
            case model.Silence() if record.reason is not None:
                pairs = [t.ui("ladder-silence", rule=t.rule_name(record.reason.rule))
                         for t in self._pool.texts]  # fmt: skip
                step = self._step(record.t, record.host)
                self._add(step, "silence", self._pool.add(*pairs), record.reason)
            case model.Hop() | model.End() | model.Silence():
                pass
            case _:
                self._other(record)

    def _other(self, record: model.Record) -> None:
        op = self._listen(record) if isinstance(record, model.Call) else _op(record, self._pool)
        told = [teller.tell(record) for teller in self._tellers]
        if told[0] and not isinstance(record, model.Hop | model.End | model.Note | model.Segment):
            step = self._step(record.t, record.host)
            kind = type(record).__name__.lower()
            self._add(step, kind, self._pool.add(*told), getattr(record, "reason", None))
            if op:
                step.ops.append(op)
        elif op:
            self._quiet(record.t, op)

    def _listen(self, call: model.Call) -> list[object] | None:
        """Closing a listening socket takes its queues away."""
        key = call.host, call.socket
        if call.call == "listen" and not call.errno:
            self._listening[key] = listen_port(call)
        elif call.call == "close" and key in self._listening:
            return ["unlisten", call.host, self._listening.pop(key)]
        return None

    def _sent(self, packet: model.Segment) -> None:
        self._packets[packet.n] = packet
        marks = self._marks.of(packet)
        label = " ".join(parts(packet, self._marks.window_changed(packet)))
        texts = [
            f"#{packet.n} {packet.source} → {packet.target}: {label} "
            f"{marks_text(marks, packet, t)}".strip()
            for t in self._pool.texts
        ]
        step = self._step(packet.t, packet.source)
        step.n = packet.n
        self._add(
            step, "packet" if packet.delivered else "lost", self._pool.add(*texts), packet.reason
        )

    def _add(self, step: Step, kind: str, line: int, reason: model.Reason | None) -> None:
        step.lines.append([kind, line])
        if reason is not None:
            told = self._pool.why(reason)
            # a reason without values only repeats the rule
            again = told in step.why if reason.values else any(told[0] == w[0] for w in step.why)
            if not again:
                step.why.append(told)


def _op(record: model.Record, pool: Pool) -> list[object] | None:
    """The change of a table: what the page replays to know how things stood."""
    match record:
        case model.Tcb():
            fields = {k: v for k, v in record.fields.items() if v is not None}
            return ["tcb", record.host, record.conn, fields]
        case model.Timer():
            due = record.due if record.action in ("set", "restart") else None
            name = pool.add(*(word(t, "timer", record.name) for t in pool.texts))
            return ["timer", record.host, record.conn, record.name, due, record.t, name]
        case model.Queue():
            return ["queue", record.host, record.port, record.syn, record.accept, record.backlog]
        case model.ConnRecord():
            alive = int(record.action != "deleted")
            return ["conn", record.host, record.conn, record.local, record.remote, alive]
        case model.HostEvent(action="crash" | "power-off" | "reboot"):
            return ["crash", record.host]
        case _:
            return None
