"""Many sequences: played on the kernel in batches, then on the engine, then compared.

A difference must show twice. Where timers and steps come so close that a few ms decide
which is first, the engine is asked again with timers as late as a kernel's may be; an
answer that fits one of those is a race, not a difference.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from synfin.core.settings import LINUX, MILLISECOND, Settings
from synfin.live.differential.compare import Difference, compare
from synfin.live.differential.engine import EngineRun
from synfin.live.differential.generate import generate
from synfin.live.differential.kernel import Batch, peer_for
from synfin.live.differential.named import named
from synfin.live.differential.packetdrill import as_packetdrill
from synfin.live.differential.record import Done
from synfin.live.differential.script import Script, parse
from synfin.live.differential.shrink import shrink_all

LATE_NS: Final = tuple(ms * MILLISECOND for ms in (0, 4, 8, 16, 24, 36))
TICK_NS: Final = 4 * MILLISECOND
"""The kernel's clock at 250 Hz, in which it counts its limits."""
BATCH: Final = 250
"""Sequences side by side: what one core keeps up with."""


@dataclass
class Verdict:
    """What came of one script."""

    script: Script
    kernel: list[Done] = field(default_factory=list)
    engine: list[Done] = field(default_factory=list)
    difference: Difference | None = None
    names: tuple[str, ...] = ()
    """The named differences that were met."""
    race: bool = False


def play(scripts: Sequence[Script], settings: Settings = LINUX) -> list[Verdict]:
    """Each script on both sides. The calling process stays in the namespace made for it."""
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
        tried = _ticking(settings) if late else settings
        engine = EngineRun(script, tried, peer_for(index, script.number), late).play(times)
        verdict = _verdict(script, kernel, engine)
        verdict.race = late > 0
        if verdict.difference is None:
            return verdict
        first = first or verdict
    assert first is not None
    first.race = False
    return first


def _ticking(settings: Settings) -> Settings:
    """With the limit of challenge ACKs as the kernel's clock may show it, one tick less."""
    interval = settings.challenge_ack_interval_ns
    return settings.but(challenge_ack_interval_ns=max(0, interval - TICK_NS))


def _verdict(script: Script, kernel: list[Done], engine: list[Done]) -> Verdict:
    met: list[str] = []

    def passes(found: Difference) -> bool:
        one = named(script, found)
        if one is not None:
            met.append(one.id)
        return one is not None and one.passing

    found = compare(script, engine, kernel, passes)
    if found is not None and named(script, found) is not None:
        found = None  # from here on both may go on as they like
    return Verdict(script, kernel, engine, found, tuple(dict.fromkeys(met)))


def run(
    seed: int, first: int, count: int, settings: Settings = LINUX, shrink: bool = True
) -> dict[str, Any]:
    """Sequences ``first`` to ``first + count - 1`` of ``seed``: figures and differences."""
    verdicts: list[Verdict] = []
    for start in range(first, first + count, BATCH):
        stop = min(start + BATCH, first + count)
        verdicts += play([generate(seed, number) for number in range(start, stop)], settings)
    suspects = [verdict for verdict in verdicts if verdict.difference is not None]
    certain = confirmed(suspects, settings)
    if shrink:
        certain = shrink_all(certain, lambda scripts: play(scripts, settings))
    names = Counter(name for verdict in verdicts for name in verdict.names)
    return {
        "count": len(verdicts),
        "steps": sum(len(verdict.script.steps) for verdict in verdicts),
        "races": sum(verdict.race for verdict in verdicts),
        "unsteady": len(suspects) - len(certain),
        "named": dict(names),
        "differences": [told(verdict, settings) for verdict in certain],
    }


def confirmed(suspects: list[Verdict], settings: Settings) -> list[Verdict]:
    """Those that differ in the same way once more, with less going on beside them."""
    if not suspects:
        return []
    again = play([verdict.script for verdict in suspects], settings)
    return [
        second
        for one, second in zip(suspects, again, strict=True)
        if one.difference is not None
        and second.difference is not None
        and second.difference.kind == one.difference.kind
    ]


def replay(text: str, seed: int, number: int, settings: Settings = LINUX) -> dict[str, Any]:
    """One script, given or (``text`` empty) drawn: both runs side by side."""
    script = parse(text, seed, number) if text else generate(seed, number)
    (verdict,) = play([script], settings)
    answer = told(verdict, settings)
    answer["named"] = list(verdict.names)
    return answer


def told(verdict: Verdict, settings: Settings) -> dict[str, Any]:
    """A verdict as JSON has it."""
    found = verdict.difference
    last = len(verdict.script.steps) if found is None else found.step + 1
    rows = [
        {"step": str(step), "engine": _row(ours), "kernel": _row(theirs)}
        for step, ours, theirs in zip(
            verdict.script.steps[:last], verdict.engine, verdict.kernel, strict=False
        )
    ]
    return {
        "seed": verdict.script.seed,
        "number": verdict.script.number,
        "what": "" if found is None else found.what,
        "line": "" if found is None else found.line,
        "kind": "" if found is None else found.kind,
        "script": str(verdict.script.cut(last)),
        "rows": rows,
        "packetdrill": as_packetdrill(verdict.script.cut(last), verdict.kernel),
    }


def _row(done: Done) -> dict[str, Any]:
    answers = [[round((t - done.at) / MILLISECOND), text] for t, text in done.answers]
    return {"outcome": done.outcome, "answers": answers, "state": done.state}
