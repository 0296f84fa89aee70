"""Forward and back through a run, and changing a packet while it is on its way.

Nothing of the engine is ever copied: the run is the replay of (scenario, case,
changes), a step back shows less of it, and an edit is one more fault and one
more replay. Undo takes the last fault away.
"""

from bisect import bisect_right
from dataclasses import replace

from synfin.core.problems import Problem
from synfin.lab.model import Case, Scenario, ScenarioError
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Record, Run
from synfin.lab.values import parse_duration, show_time
from synfin.sim.faults import parse_fault


class Stepper:
    """A run seen up to :attr:`position` steps; a step is one event of the network.

    ``position`` runs from 0 (nothing has happened) to :attr:`length`.
    """

    def __init__(self, scenario: Scenario, case: Case, changes: Changes | None = None) -> None:
        self.scenario = scenario
        self.case = case
        self.base = changes or Changes()
        self.edits: list[str] = []
        self.position = 0
        self.run: Run = self._replay([])

    def _replay(self, edits: list[str]) -> Run:
        changes = replace(self.base, faults=(*self.base.faults, *edits))
        experiment = Experiment(self.scenario, self.case, changes)
        run = experiment.finish()
        self._ends = experiment.marks
        self._times = [int(run.trace[end - 1].get("t", 0)) for end in self._ends]
        return run

    @property
    def length(self) -> int:
        """How many steps the run has."""
        return len(self._ends)

    @property
    def now(self) -> int:
        """The time of the last step shown, ns; the run's first time before any."""
        if self.position == 0:
            return min(0, self._times[0]) if self._times else 0
        return self._times[self.position - 1]

    def shown(self) -> list[Record]:
        """The trace up to here (with its first line, ``meta``)."""
        end = self._ends[self.position - 1] if self.position else 1
        return self.run.trace[:end]

    def current(self) -> list[Record]:
        """What the last step brought."""
        if self.position == 0:
            return []
        start = self._ends[self.position - 2] if self.position > 1 else 1
        return self.run.trace[start : self._ends[self.position - 1]]

    # -- moving ------------------------------------------------------------------------------

    def forward(self, steps: int = 1) -> bool:
        """On; False (and no move) at the end."""
        if self.position >= self.length:
            return False
        self.position = min(self.length, self.position + steps)
        return True

    def back(self, steps: int = 1) -> bool:
        """Back; False (and no move) at the beginning."""
        if self.position == 0:
            return False
        self.position = max(0, self.position - steps)
        return True

    def to_time(self, time: int) -> None:
        """To the end of everything that happens at ``time`` or before."""
        self.position = bisect_right(self._times, time)

    def to_packet(self, n: int) -> None:
        """To the step in which packet ``n`` is sent; ValueError when there is none."""
        for position, end in enumerate(self._ends, 1):
            start = self._ends[position - 2] if position > 1 else 1
            if any(r["type"] == "segment" and r["n"] == n for r in self.run.trace[start:end]):
                self.position = position
                return
        raise Problem(
            "step.packet",
            "there is no packet {n}; the run sends {count}",
            n=n,
            count=len(self.run.packets),
        )

    # -- editing ---------------------------------------------------------------------------------

    def in_flight(self) -> list[Record]:
        """Packets sent by now that have not arrived yet."""
        arrived = {r["n"] for r in self.shown() if r["type"] == "arrival"}
        return [
            record
            for record in self.shown()
            if record["type"] == "segment"
            and record["n"] not in arrived
            and record["arrives"] is not None
            and record["arrives"] >= self.now
        ]

    def edit(self, n: int, action: str) -> None:
        """Does ``action`` (drop, delay=300ms, dup, corrupt, set win=0 …) to packet ``n``.

        ValueError when ``n`` is not on its way now, or the action cannot be read.
        """
        flying = {record["n"]: record for record in self.in_flight()}
        if n not in flying:
            raise Problem(
                "step.not-flying",
                "packet {n} is not on its way at {time}; on their way: {names}",
                n=n,
                time=show_time(self.now),
                names=", ".join(str(number) for number in flying) or "-",
            )
        text = f"* packet={n} {action}"
        parse_fault(text)
        name, _, value = action.partition("=")
        if name == "delay" and flying[n]["t"] + parse_duration(value) < self.now:
            raise Problem(
                "step.too-late",
                "with delay={delay} packet {n} would have arrived already",
                delay=value,
                n=n,
            )
        self._again([*self.edits, text])

    def undo(self) -> bool:
        """Takes the last edit back; False when there is none."""
        if not self.edits:
            return False
        self._again(self.edits[:-1])
        return True

    def _again(self, edits: list[str]) -> None:
        now, position = self.now, self.position
        try:
            self.run = self._replay(edits)
        except ScenarioError:
            self.run = self._replay(self.edits)
            raise
        self.edits = edits
        if position > self.length or (position and self._times[position - 1] != now):
            self.to_time(now)
        else:
            self.position = position
