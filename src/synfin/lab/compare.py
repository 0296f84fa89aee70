"""Two runs of one case side by side, and the switches that make the difference.

A switch is blamed for a difference when turning it alone, in the first run, to
the second run's value brings the second run's line there (or takes the first's
away). What no single switch explains is tried from the other side: turning it
alone back in the second run makes the difference go.
"""

from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import Final

from synfin.core.settings import Settings
from synfin.lab.align import align
from synfin.lab.compare_fields import show_event
from synfin.lab.model import Case, Position, Scenario, ScenarioError, Setting, SwitchValue
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Record, Run, show_packet
from synfin.lab.values import show_time

MAX_SWITCHES: Final = 48
"""Switches tried one by one; more would make the comparison slow."""


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
    lines_one, lines_two = lines(run_one), lines(run_two)
    rows = [Row(a, b) for a, b in align(lines_one, lines_two, _same_head)]
    rows = _split_strangers(rows)
    if any(not row.same for row in rows) and settings:
        trials = _trials(scenario, case, first, settings, forward=True)
        rows = [_blame(row, trials, wanted_second=True) for row in rows]
        if any(not row.same and not row.switches for row in rows):
            trials = _trials(scenario, case, second, settings, forward=False)
            rows = [_blame(row, trials, wanted_second=False) for row in rows]
    return Comparison(run_one, run_two, tuple(rows), settings)


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


def _split_strangers(rows: list[Row]) -> list[Row]:
    """Alignment puts leftovers side by side; what is not of a kind stands alone."""
    out: list[Row] = []
    for row in rows:
        if row.first and row.second and row.first.head != row.second.head:
            out += [Row(row.first, None), Row(None, row.second)]
        else:
            out.append(row)
    return out


@dataclass(frozen=True)
class _Trial:
    name: str
    seen: Counter[tuple[int, str]]


def _trials(
    scenario: Scenario,
    case: Case,
    base: Changes,
    settings: tuple[Difference, ...],
    forward: bool,
) -> list[_Trial]:
    """Runs ``base`` with one switch changed, for each switch that differs."""
    trials: list[_Trial] = []
    for difference in settings[:MAX_SWITCHES]:
        value = difference.second if forward else difference.first
        setting = Setting(difference.host, difference.switch, value, Position())
        changed = replace(base, settings=(*base.settings, setting))
        try:
            run = Experiment(scenario, case, changed).finish()
        except (ScenarioError, ValueError):
            continue
        name = f"{difference.host}.{difference.switch}" if difference.host else difference.switch
        trials.append(_Trial(name, Counter((line.time, line.text) for line in lines(run))))
    return trials


def _blame(row: Row, trials: list[_Trial], wanted_second: bool) -> Row:
    if row.same or row.switches:
        return row
    appears, goes = (row.second, row.first) if wanted_second else (row.first, row.second)
    names = [trial.name for trial in trials if _explains(trial, appears, goes)]
    return Row(row.first, row.second, tuple(names))


def _explains(trial: _Trial, appears: Line | None, goes: Line | None) -> bool:
    """The trial has the one line and not the other."""
    if appears is not None and not trial.seen[appears.time, appears.text]:
        return False
    return goes is None or not trial.seen[goes.time, goes.text]


def show_row(row: Row) -> str:
    """One row as text: time and line of either run, and the switches."""
    left = f"{show_time(row.first.time)} {row.first.text}" if row.first else "-"
    right = f"{show_time(row.second.time)} {row.second.text}" if row.second else "-"
    if row.same:
        return f"  {left}"
    because = f"   [{', '.join(row.switches)}]" if row.switches else ""
    return f"! {left}   |   {right}{because}"
