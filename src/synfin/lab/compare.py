"""Two runs of one case side by side, and the switches that make the difference.

A switch is blamed for a difference when turning it alone, in the first run, to
the second run's value brings the second run's line there (or takes the first's
away). What no single switch explains is tried from the other side: turning it
alone back in the second run makes the difference go. What even that does not
explain needs several at once: from all of them, those are left out that can be.

Every trial is a run of the whole case, and most switches have no part in it. So
they are turned in groups, and only a group that changes something is divided;
likewise whole groups are left out.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from synfin.core.settings import Settings
from synfin.lab.align import align
from synfin.lab.compare_fields import show_event
from synfin.lab.model import Case, Position, Scenario, ScenarioError, Setting, SwitchValue
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Record, Run, show_packet
from synfin.lab.values import show_time

MAX_SETS: Final = 8
"""Differences for which a smallest set of switches is looked for, one after the other."""


@dataclass(frozen=True)
class Line:
    """Something that happened: ``head`` is what it is, ``text`` with every detail."""

    time: int
    head: str
    text: str
    record: int
    """Its index in the run's trace."""


@dataclass(frozen=True)
class Row:
    """One line of each run, or of one only; ``switches`` make the difference."""

    first: Line | None
    second: Line | None
    switches: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both runs have it, at the same time and in every detail."""
        if self.first is None or self.second is None:
            return False
        return (self.first.time, self.first.text) == (self.second.time, self.second.text)


@dataclass(frozen=True)
class Difference:
    """A switch whose value differs: for ``host`` ("" for all)."""

    host: str
    switch: str
    first: SwitchValue
    second: SwitchValue


@dataclass(frozen=True)
class Comparison:
    """What :func:`compare` finds."""

    first: Run
    second: Run
    rows: tuple[Row, ...]
    settings: tuple[Difference, ...]
    """All switches that differ, whether they show or not."""

    @property
    def different(self) -> tuple[Row, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if not row.same)


def compare(scenario: Scenario, case: Case, first: Changes, second: Changes) -> Comparison:
    """Runs ``case`` twice and aligns what happened."""
    one, other = Experiment(scenario, case, first), Experiment(scenario, case, second)
    settings = differing_switches(case, one, other)
    run_one, run_two = one.finish(), other.finish()
    rows = _aligned(lines(run_one), lines(run_two))
    if any(not row.same for row in rows) and settings:
        blame = _Blame(scenario, case, first, second, settings)
        rows = blame.all(rows, _seen(run_one), _seen(run_two))
    return Comparison(run_one, run_two, tuple(rows), settings)


def _aligned(one: list[Line], two: list[Line]) -> list[Row]:
    """First what is alike in every detail; between that, what is of one kind."""
    rows: list[Row] = []
    left: list[Line] = []
    right: list[Line] = []
    for a, b in [*align(one, two, _alike), (None, None)]:
        if a is not None and b is not None and _alike(a, b):
            rows += _gap(left, right)
            rows.append(Row(a, b))
            left, right = [], []
            continue
        left += [a] if a is not None else []
        right += [b] if b is not None else []
    return rows + _gap(left, right)


def _gap(left: list[Line], right: list[Line]) -> list[Row]:
    rows: list[Row] = []
    for a, b in align(left, right, _same_head):
        if a is not None and b is not None and not _same_head(a, b):
            rows += [Row(a, None), Row(None, b)]
        else:
            rows.append(Row(a, b))
    return rows


def differing_switches(case: Case, one: Experiment, other: Experiment) -> tuple[Difference, ...]:
    """Switches that are not alike in the two runs, one entry for hosts that agree."""
    found: dict[tuple[str, SwitchValue, SwitchValue], list[str]] = {}
    hosts = list(one.programs)
    for host in hosts:
        a, b = one.settings(host), other.settings(host)
        for name in (field.name for field in fields(Settings)):
            left, right = getattr(a, name), getattr(b, name)
            if left != right:
                found.setdefault((name, left, right), []).append(host)
    listed: list[Difference] = []
    for (name, left, right), where in found.items():
        if where == hosts:
            listed.append(Difference("", name, left, right))
        else:
            listed += [Difference(host, name, left, right) for host in where]
    return tuple(listed)


def lines(run: Run) -> list[Line]:
    """The packets, state changes, ends of calls and signals of a run."""
    out: list[Line] = []
    for index, record in enumerate(run.trace):
        line = _line(run, record, index)
        if line is not None:
            out.append(line)
    return out


def _line(run: Run, record: Record, index: int) -> Line | None:
    kind = record["type"]
    if kind == "segment":
        text = show_packet(record, run.owners).partition(" ")[2]
        kept = ("mss", "wscale", "ts_val", "sack_permitted", "fastopen")
        options = [name for name in (record.get("options") or {}) if name in kept]
        text += f" <{','.join(options)}>" if options else ""
        head = " ".join(text.split()[:2])
        return Line(record["t"], head, text, index)
    if kind == "state":
        text = f"{record['host']} {record['old']}->{record['new']}"
        return Line(record["t"], text, text, index)
    if kind == "call" and not record.get("blocking"):
        return Line(record["t"], f"{record['host']} {record['call']}", show_event(record), index)
    if kind == "signal":
        return Line(record["t"], f"{record['host']} {record['name']}", show_event(record), index)
    return None


def _same_head(one: Line, other: Line) -> bool:
    return one.head == other.head


def _alike(one: Line, other: Line) -> bool:
    return (one.time, one.text) == (other.time, other.text)


Seen = Counter[tuple[int, str]]


def _seen(run: Run) -> Seen:
    return Counter((line.time, line.text) for line in lines(run))


Switches = tuple[Difference, ...]


class _Blame:
    """Finds the switches behind each difference by running with some of them turned."""

    def __init__(
        self,
        scenario: Scenario,
        case: Case,
        first: Changes,
        second: Changes,
        settings: tuple[Difference, ...],
    ) -> None:
        self.scenario = scenario
        self.case = case
        self.first = first
        self.second = second
        self.settings = settings
        self._trials: dict[tuple[bool, Switches], Seen | None] = {}

    def all(self, rows: list[Row], one: Seen, two: Seen) -> list[Row]:
        """The rows with their switches, as far as they can be found; ``one`` and ``two``
        are what happens in the two runs."""
        rows = self._singly(rows, self.first, one, True)
        if _unexplained(rows):
            rows = self._singly(rows, self.second, two, False)
        for _ in range(MAX_SETS):
            open_rows = _unexplained(rows)
            if not open_rows:
                break
            rows = self._jointly(rows, open_rows[0])
        return rows

    def _trial(self, base: Changes, turned: Switches, forward: bool) -> Seen | None:
        """What happens when ``base`` runs with those switches as in the other run; None
        where such settings are refused."""
        key = (forward, turned)
        if key not in self._trials:
            self._trials[key] = self._run(base, turned, forward)
        return self._trials[key]

    def _run(self, base: Changes, turned: Switches, forward: bool) -> Seen | None:
        more = tuple(
            Setting(d.host, d.switch, d.second if forward else d.first, Position()) for d in turned
        )
        changed = replace(base, settings=(*base.settings, *more))
        try:
            run = Experiment(self.scenario, self.case, changed).finish()
        except (ScenarioError, ValueError):
            return None
        return _seen(run)

    def _singly(self, rows: list[Row], base: Changes, plain: Seen, forward: bool) -> list[Row]:
        found: dict[int, list[str]] = {}
        for difference, seen in self._active(base, plain, self.settings, forward, True):
            for index, row in enumerate(rows):
                if not row.same and not row.switches and _explains(seen, row, forward):
                    found.setdefault(index, []).append(_name(difference))
        return [
            Row(row.first, row.second, tuple(found[i])) if i in found else row
            for i, row in enumerate(rows)
        ]

    def _active(
        self, base: Changes, plain: Seen, group: Switches, forward: bool, changes: bool
    ) -> Iterator[tuple[Difference, Seen]]:
        """The switches of ``group`` that alone change what happens in ``base`` (``plain``),
        and what happens then. ``changes``: the whole group is known to change something."""
        if len(group) > 1 and changes:
            middle = len(group) // 2
            left, right = group[:middle], group[middle:]
            idle = self._trial(base, left, forward) == plain
            if not idle:
                yield from self._active(base, plain, left, forward, True)
            yield from self._active(base, plain, right, forward, idle)
            return
        seen = self._trial(base, group, forward)
        if len(group) > 1 and seen != plain:
            yield from self._active(base, plain, group, forward, True)
        elif len(group) == 1 and seen is not None and seen != plain:
            yield group[0], seen

    def _needed(self, others: Switches, group: Switches, target: Row) -> Switches:
        """What ``group`` has to give for ``target`` to be explained together with ``others``."""
        seen = self._trial(self.first, others, True)
        if seen is not None and _explains(seen, target, True):
            return ()
        if len(group) == 1:
            return group
        left, right = group[: len(group) // 2], group[len(group) // 2 :]
        kept = self._needed((*others, *right), left, target)
        return kept + self._needed((*others, *kept), right, target)

    def _jointly(self, rows: list[Row], target: Row) -> list[Row]:
        """All switches together make the difference: leave out what is not needed."""
        needed = self._needed((), self.settings, target)
        seen = self._trial(self.first, needed, True)
        names = (" + ".join(_name(d) for d in needed),)
        out: list[Row] = []
        for row in rows:
            explained = row is target or (
                not row.same
                and not row.switches
                and seen is not None
                and _explains(seen, row, True)
            )
            out.append(Row(row.first, row.second, names) if explained else row)
        return out


def _unexplained(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row.same and not row.switches]


def _name(difference: Difference) -> str:
    if difference.host:
        return f"{difference.host}.{difference.switch}"
    return difference.switch


def _explains(seen: Seen, row: Row, forward: bool) -> bool:
    """The trial has the other run's line and no longer its own."""
    appears, goes = (row.second, row.first) if forward else (row.first, row.second)
    if appears is not None and not seen[appears.time, appears.text]:
        return False
    return goes is None or not seen[goes.time, goes.text]


def show_row(row: Row) -> str:
    """One row as text: time and line of either run, and the switches."""
    left = f"{show_time(row.first.time)} {row.first.text}" if row.first else "-"
    right = f"{show_time(row.second.time)} {row.second.text}" if row.second else "-"
    if row.same:
        return f"  {left}"
    because = f"   [{', '.join(row.switches)}]" if row.switches else ""
    return f"! {left}   |   {right}{because}"
