"""Many sequences: played on the kernel in batches, then on the engine, then compared.

A difference must show twice. Where timers and steps come so close that a few ms decide
which is first, the engine is asked again with timers as late as a kernel's may be; an
answer that fits one of those is a race, not a difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from synfin.core.settings import LINUX, MILLISECOND, Settings
from synfin.live.differential.compare import Difference, compare
from synfin.live.differential.engine import EngineRun
from synfin.live.differential.kernel import Batch, peer_for
from synfin.live.differential.record import Done
from synfin.live.differential.script import Script

LATE_NS: Final = tuple(ms * MILLISECOND for ms in (0, 4, 12, 24, 36))


@dataclass
class Verdict:
    """What came of one script."""

    script: Script
    kernel: list[Done] = field(default_factory=list)
    engine: list[Done] = field(default_factory=list)
    difference: Difference | None = None
    race: bool = False


def play(scripts: Sequence[Script], settings: Settings = LINUX) -> list[Verdict]:
    """Each script on both sides; at most :data:`synfin.live.differential.kernel.MOST`.
    The calling process stays in the namespace that is made."""
    runs = Batch(scripts).run()
    return [
        judge(script, kernel, index, settings)
        for index, (script, kernel) in enumerate(zip(scripts, runs, strict=True))
    ]


def judge(script: Script, kernel: list[Done], index: int, settings: Settings) -> Verdict:
    """The engine's run at the kernel's times, and how both compare."""
    times = [done.at for done in kernel] + [kernel[-1].end]
    first: Verdict | None = None
    for late in LATE_NS:
        engine = EngineRun(script, settings, peer_for(index, script.number), late).play(times)
        difference = compare(script, engine, kernel)
        if difference is None:
            return Verdict(script, kernel, engine, None, late > 0)
        if first is None:
            first = Verdict(script, kernel, engine, difference)
    assert first is not None
    return first


def shown(verdict: Verdict) -> list[dict[str, Any]]:
    """Both runs side by side, step by step, for printing."""
    rows = []
    for step, ours, theirs in zip(
        verdict.script.steps, verdict.engine, verdict.kernel, strict=False
    ):
        rows.append({"step": str(step), "engine": _row(ours), "kernel": _row(theirs)})
    return rows


def _row(done: Done) -> dict[str, Any]:
    answers = [[round((t - done.at) / MILLISECOND), text] for t, text in done.answers]
    return {"outcome": done.outcome, "answers": answers, "state": done.state}
