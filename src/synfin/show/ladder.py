"""The ladder in a terminal: both ends' states in the margins, packets between them.

:class:`Ladder` is fed one trace record after the other and answers with the
rows that are complete, so ``play`` can draw while the simulation runs; a row
carries its time for whoever paces the output. Arrows have no slope: a packet
stands at the time it was *sent*; what it changes at the other end stands at the
time it arrived. An arrival gets a row of its own when the order would otherwise
mislead (a delayed, duplicated or overtaken packet).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from rich.text import Text

from synfin.show import model
from synfin.show.events import Teller
from synfin.show.labels import Marks, marks_text, parts
from synfin.show.layouts import Layout, choose_layout
from synfin.show.names import state_name
from synfin.show.texts import Texts
from synfin.show.words import Glyphs, because, encodable, seconds, word, wrap

_INDENT: Final = " " * 14
"""Where a reason's paragraph begins: under the drawing."""


_MAX_HOPS: Final = 6
"""Rows for one packet's way through routers before 'and so on'."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a ladder is drawn.

    ``width`` in terminal cells; ``timers``: 'none', 'fire' (and what TIME-WAIT
    waits for) or 'all'; ``reasons``: an indented line under every row that has
    one; ``names``: 'rfc', 'netstat' or 'ss'; ``encoding``: the terminal's.
    """

    width: int = 80
    names: str = "rfc"
    timers: str = "fire"
    reasons: bool = False
    encoding: str | None = "utf-8"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a ladder: ``t`` in ns of the run, ``n`` the packet's number if it is one."""

    t: int
    text: Text
    n: int | None = None


@dataclass(slots=True)
class _Waiting:
    """What happened at one host at this instant and is not drawn yet."""

    t: int
    host: str
    margins: dict[str, str]
    changed: bool = False
    texts: list[str] = field(default_factory=list)
    reasons: list[model.Reason] = field(default_factory=list)


class Ladder:
    """Turns trace records into rows, as they come."""

    def __init__(
        self,
        meta: model.Meta,
        texts: Texts,
        options: Options | None = None,
        passed: frozenset[int] = frozenset(),
    ) -> None:
        """``passed``: numbers of the packets that routers send on (see :func:`passed_on`)."""
        self._passed = passed
        self._hops: dict[int, int] = {}
        self._texts = texts
        self._options = options or Options()
        self._glyphs = Glyphs.for_encoding(self._options.encoding)
        self._layout: Layout = choose_layout(meta, self._options.width, self._glyphs)
        self._meta = meta
        self._marks = Marks()
        self._teller = Teller(texts, self._glyphs, self._options.timers)
        self._states: dict[str, str] = {}
        self._waiting: list[_Waiting] = []
        self._flying: dict[int, model.Segment] = {}
        self._newest_arrived: dict[tuple[str, str], int] = {}
        self._told: set[tuple[str, str]] = set()
        self._told_at: int | None = None

    # -- in and out -----------------------------------------------------------

    def header(self) -> list[Row]:
        """The title and the names of the columns."""
        case = f" / {self._meta.case}" if self._meta.case not in ("", "main") else ""
        title = self._clean(self._meta.title_in(self._texts.lang))
        detail = self._ui(
            "ladder-run",
            scenario=self._meta.scenario + case,
            profile=self._meta.profile,
            seed=str(self._meta.seed),
        )
        width = self._options.width
        lines = [Text(line, style="bold") for line in wrap(title, width)]
        lines += [Text(line, style="dim") for line in wrap(detail, width)]
        return [Row(0, line) for line in lines + self._layout.header(self._ui("ladder-seconds"))]

    def feed(self, record: model.Record) -> list[Row]:
        """The rows that ``record`` completes (often none)."""
        rows: list[Row] = []
        if self._waiting and record.t > self._waiting[0].t:
            rows += self.flush()
        match record:
            case model.Segment():
                rows += self._segment(record)
            case model.Hop():
                rows += self._hop(record)
            case model.Arrival():
                rows += self._arrival(record)
            case model.StateChange():
                rows += self._state(record)
            case model.Note():
                rows += self.flush()
                text = record.text.get(self._texts.lang) or record.text.get("en", "")
                lines = self._layout.remark(record.t, self._clean(text))
                rows += [Row(record.t, line) for line in lines]
            case model.Call(call="listen", errno=None):
                self._states.setdefault(record.host, "LISTEN")
                self._event(record)
            case model.HostEvent() if record.action in model.OFF:
                rows += self.flush()
                self._states.pop(record.host, None)
                self._event(record)
            case model.End():
                rows += self.flush() + self._end(record)
            case _:
                self._event(record)
        return rows

    def flush(self) -> list[Row]:
        """Draws what still waits for company; call it before a pause and at the end."""
        waiting, self._waiting = self._waiting, []
        rows: list[Row] = []
        for item in waiting:
            texts: list[str] = item.texts or [""]
            for index, text in enumerate(self._layout.pack(texts)):
                line = self._layout.event(
                    item.t, item.host, text, item.margins, item.changed and index == 0
                )
                rows.append(Row(item.t, line))
            for reason in item.reasons:
                rows += self._why(item.t, reason)
        return rows

    def draw(self, records: Iterable[model.Record]) -> Iterator[Row]:
        """Header and all rows, lazily."""
        yield from self.header()
        for record in records:
            yield from self.feed(record)
        yield from self.flush()

    # -- one kind of record each ----------------------------------------------

    def _segment(self, segment: model.Segment) -> list[Row]:
        changed = self._merge_state(segment)
        rows = self.flush()
        self._flying[segment.n] = segment
        marks = self._marks.of(segment)
        label = parts(segment, self._marks.window_changed(segment))
        line = self._layout.segment(
            segment,
            label,
            self._clean(marks_text(marks, segment, self._texts)),
            self._margins(),
            changed,
            segment.n in self._passed,
        )
        rows.append(Row(segment.t, line, segment.n))
        return rows + self._why(segment.t, segment.reason)

    def _hop(self, hop: model.Hop) -> list[Row]:
        """A router sends it on; after a few rows (a routing loop) only one more."""
        count = self._hops[hop.n] = self._hops.get(hop.n, 0) + 1
        rows = self.flush()
        if count == _MAX_HOPS + 1:
            text = self._ui("ladder-hops", n=hop.n)
            return rows + [Row(hop.t, line) for line in self._layout.remark(hop.t, text)]
        line = self._layout.hop(hop) if count <= _MAX_HOPS else None
        return rows + ([Row(hop.t, line)] if line is not None else [])

    def _merge_state(self, segment: model.Segment) -> bool:
        """A state change right before the packet it causes shares the packet's row."""
        if not self._waiting:
            return False
        last = self._waiting[-1]
        if last.host != segment.source or not last.changed or last.texts or last.reasons:
            return False
        self._waiting.pop()
        return True

    def _arrival(self, arrival: model.Arrival) -> list[Row]:
        segment = self._flying.pop(arrival.n, None)
        if segment is None:
            return []
        way = segment.source, segment.target
        overtaken = self._newest_arrived.get(way, 0) > segment.n
        self._newest_arrived[way] = max(self._newest_arrived.get(way, 0), segment.n)
        odd = overtaken or segment.fault or segment.copy_of is not None
        if not odd and not self._options.reasons:
            return []
        text = self._ui("ladder-arrives", n=str(segment.n), what=" ".join(parts(segment)[:2]))
        item = self._wait(arrival.t, arrival.host, text, arrival.reason)
        if self._options.reasons:
            item.reasons += arrival.also
        return []

    def _state(self, change: model.StateChange) -> list[Row]:
        rows: list[Row] = []
        if any(w.changed and w.host == change.host for w in self._waiting):
            rows = self.flush()  # two changes at one instant: both are shown
        self._states[change.host] = change.new
        item = self._wait(change.t, change.host, "", change.reason)
        item.changed = True
        return rows

    def _event(self, record: model.Record) -> None:
        """Calls, signals, timers, queues …: a text beside the host's line."""
        text = self._event_text(record)
        if text and not isinstance(record, model.End | model.Note | model.Segment | model.Hop):
            reason = getattr(record, "reason", None)
            self._wait(record.t, record.host, text, reason)

    def _event_text(self, record: model.Record) -> str:
        if isinstance(record, model.Silence) and self._options.reasons and record.reason:
            return self._ui("ladder-silence", rule=self._texts.rule_name(record.reason.rule))
        return self._clean(self._teller.tell(record))

    def _end(self, end: model.End) -> list[Row]:
        text = self._ui(
            "ladder-end", outcome=self._word("outcome", end.outcome), count=end.segments
        )
        lines = [Text(f"{'':4}{seconds(end.t):>9} {text}", style="dim")]
        return [Row(end.t, line) for line in lines]

    # -- small helpers ---------------------------------------------------------

    def _wait(self, t: int, host: str, text: str, reason: model.Reason | None) -> _Waiting:
        if not self._waiting or self._waiting[-1].host != host:
            self._waiting.append(_Waiting(t, host, {}))
        item = self._waiting[-1]
        item.margins = self._margins()
        if text:
            item.texts.append(text)
        if reason is not None and self._options.reasons:
            item.reasons.append(reason)
        return item

    def _margins(self) -> dict[str, str]:
        return {
            host: state_name(state, self._options.names) for host, state in self._states.items()
        }

    def _why(self, t: int, reason: model.Reason | None) -> list[Row]:
        """The reason's paragraph, unless it was told at this instant already."""
        if not self._options.reasons or reason is None:
            return []
        if self._told_at != t:
            self._told_at, self._told = t, set()
        keys = {(reason.rule, ""), (reason.rule, repr(sorted(reason.values.items())))}
        # a reason without values only repeats the rule
        if keys <= self._told or (not reason.values and (reason.rule, "") in self._told):
            return []
        self._told |= keys
        width = self._options.width - len(_INDENT)
        lines = wrap(self._clean(because(reason, self._texts)), max(width, 20))
        return [Row(t, Text(_INDENT + line, style="italic dim")) for line in lines]

    def _ui(self, message: str, **args: model.Value) -> str:
        return self._clean(self._texts.ui(message, **args))

    def _word(self, kind: str, name: str) -> str:
        return self._clean(word(self._texts, kind, name))

    def _clean(self, text: str) -> str:
        """``text`` without what the terminal's encoding cannot carry (before it is measured)."""
        if not self._glyphs.unicode:
            text = text.replace("µ", "u")
        return encodable(text, self._options.encoding)


def passed_on(trace: model.Trace) -> frozenset[int]:
    """Numbers of the packets that a router or switch sends on."""
    return frozenset(r.n for r in trace.records if isinstance(r, model.Hop))


def draw_lines(trace: model.Trace, texts: Texts, options: Options | None = None) -> Iterator[str]:
    """The whole ladder as plain lines without trailing blanks (for files and tests)."""
    ladder = Ladder(trace.meta, texts, options, passed_on(trace))
    for row in ladder.draw(trace.records):
        yield row.text.plain.rstrip()
