"""A failed test is run again, to say why: the fewest lost segments, the ladder, the files.

How a test is run again is the caller's business (the pytest plugin, :func:`check`); here it
is a function from a :class:`Plan` to an :class:`Outcome`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from synfin.testing.base import Base, Losses
from synfin.testing.expecting import said
from synfin.testing.shrinking import Budget, Shrinker

SHRINK_RUNS: Final = 200
SHRINK_SECONDS: Final = 30.0
LADDER_PACKETS: Final = 24
MOST_TRACED: Final = 200_000
"""A run with more packets is not recorded: nobody would look through them."""


@dataclass(frozen=True)
class Plan:
    """How a test is to be run: record everything (into ``folder``); strike only ``losses``;
    keep a journal of the packets; allocate so much ``garbage`` first."""

    trace: bool = False
    folder: Path | None = None
    losses: Losses | None = None
    journal: bool = False
    garbage: int = 0


@dataclass(frozen=True)
class Item:
    """One accident: the stream of bad luck and its number; ``line`` does the same in a test."""

    stream: str
    number: int
    line: str = field(compare=False)
    shown: str = field(compare=False)
    kind: str = field(default="", compare=False)
    """What sort of accident it is: ``loss client > api S``."""


@dataclass
class Summary:
    """What is kept of a run when its Net is gone."""

    seed: int = 1
    now: float = 0.0
    packets: int = 0
    items: list[Item] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    ladder: str = ""
    files: list[Path] = field(default_factory=list)
    journal: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """``failure`` tells failures apart (type and place), "" when the test passed."""

    failure: str
    summary: Summary


Runner = Callable[[Plan], Outcome]


def items_of(net: Base) -> list[Item]:
    """Every accident of a run, in the order of the streams' making."""
    items: list[Item] = []
    for luck in net.lucks:
        place = net.places[luck.name]
        told = [
            accident
            for accident in net.capture.accidents
            if accident.kind == place[0]
            and place[1:] in ((), (accident.packet.source, accident.packet.target))
        ]
        for index, number in enumerate(luck.struck):
            if len(told) == len(luck.struck):
                packet = told[index].packet
                line, shown = told[index].line, repr(packet)
                way = f"{packet.source} > {packet.target}"
                kind = f"{place[0]} {way} {packet.flags or packet.proto}"
            else:
                line, shown, kind = f"# {luck.name} {number}", "", place[0]
            items.append(Item(luck.name, number, line, shown, kind))
    return items


def losses_of(items: Sequence[Item]) -> Losses:
    """The accidents as a run takes them."""
    found: dict[str, set[int]] = {}
    for item in items:
        found.setdefault(item.stream, set()).add(item.number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


@dataclass
class Findings:
    """What an investigation found; :meth:`text` says it."""

    seed: int
    command: str
    again: bool = True
    untold: bool = False
    accidents: int = 0
    shrunk: list[Item] | None = None
    minimal: bool = False
    runs: int = 0
    summary: Summary = field(default_factory=Summary)

    def text(self) -> str:
        """The report below a test's own failure."""
        lines = [said("seed", seed=self.seed)]
        if self.command:
            lines.append(said("replay", command=self.command))
        if self.untold:
            lines.append(said("untold", most=MOST_TRACED))
        if not self.again:
            lines.append(said("not-again"))
        lines += self._accidents()
        if self.summary.waits:
            lines += ["", said("waits"), *(f"  {wait}" for wait in self.summary.waits)]
        if self.summary.ladder:
            lines += ["", self.summary.ladder]
        if self.summary.files:
            folder = self.summary.files[0].parent
            names = ", ".join(path.name for path in self.summary.files)
            lines += ["", said("files", folder=str(folder), names=names)]
        return "\n".join(lines)

    def _accidents(self) -> list[str]:
        if self.shrunk is None:
            return [said("accidents", count=self.accidents)] if self.accidents else []
        if not self.shrunk:
            return [said("no-accident", all=self.accidents, runs=self.runs)]
        key = "fewest" if self.minimal else "fewer"
        head = said(key, count=len(self.shrunk), all=self.accidents, runs=self.runs)
        width = max(len(item.line) for item in self.shrunk)
        return [head, *(f"  {i.line:<{width}}  # {i.shown}".rstrip(" #") for i in self.shrunk)]


def investigate(
    run: Runner,
    first: Outcome,
    *,
    folder: Path | None,
    command: str = "",
    shrink_runs: int = SHRINK_RUNS,
    shrink_seconds: float = SHRINK_SECONDS,
    trace: bool = True,
) -> Findings:
    """Shrinks, then (``trace``) runs once more with everything recorded, into ``folder``, if
    given."""
    findings = Findings(first.summary.seed, command)
    findings.accidents = len(first.summary.items)
    losses: Losses | None = None
    if first.summary.items and shrink_runs > 0:
        budget = Budget(shrink_runs, shrink_seconds)

        def fails(items: Sequence[Item]) -> bool:
            return run(Plan(losses=losses_of(items))).failure == first.failure

        shrinker = Shrinker(fails, budget)
        if fails(first.summary.items):
            findings.shrunk = shrinker.shrink(first.summary.items)
            findings.minimal = shrinker.minimal
            losses = losses_of(findings.shrunk)
        findings.runs = budget.made + 1
    if first.summary.packets > MOST_TRACED:
        findings.untold = True
    if not trace or findings.untold:
        return findings
    last = run(Plan(trace=True, folder=folder, losses=losses))
    findings.again = last.failure == first.failure
    findings.summary = last.summary
    return findings
