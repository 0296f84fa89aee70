"""The smallest sequence that still differs in the same way.

All scripts shrink together: each round plays every proposal for every script at once,
since what costs time is the kernel's clock, not its work.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synfin.live.differential.script import Arrival, Script, Step

if TYPE_CHECKING:
    from synfin.live.differential.campaign import Verdict

ROUNDS: Final = 8
MOST: Final = 400
"""Proposals in one round."""

Play = Callable[[list[Script]], "list[Verdict]"]


def shrink_all(verdicts: "list[Verdict]", play: Play) -> "list[Verdict]":
    """Each verdict with its smallest script, one for each kind of difference first."""
    best = list(verdicts)
    busy = _one_of_each(verdicts)
    for _ in range(ROUNDS):
        if not busy:
            break
        room = max(MOST // len(busy), 1)
        owners: list[int] = []
        scripts: list[Script] = []
        for place in busy:
            for made in list(_smaller(best[place]))[:room]:
                owners.append(place)
                scripts.append(made)
        better: dict[int, Verdict] = {}
        for place, verdict in zip(owners, play(scripts), strict=True):
            old = best[place].difference
            new = verdict.difference
            if old is not None and new is not None and new.kind == old.kind:
                kept = better.get(place)
                if kept is None or _size(verdict.script) < _size(kept.script):
                    better[place] = verdict
        for place, verdict in better.items():
            best[place] = verdict
        busy = sorted(better)
    return best


def _one_of_each(verdicts: "list[Verdict]") -> list[int]:
    """The places of the shortest of each kind."""
    found: dict[str, int] = {}
    for place, verdict in enumerate(verdicts):
        kind = verdict.difference.kind if verdict.difference is not None else ""
        if kind not in found or _size(verdict.script) < _size(verdicts[found[kind]].script):
            found[kind] = place
    return sorted(found.values())


def _size(script: Script) -> tuple[int, int]:
    return len(script.steps), len(str(script))


def _smaller(verdict: "Verdict") -> Iterator[Script]:
    """Proposals: without what follows, without two steps, without one, with plainer ones."""
    script, found = verdict.script, verdict.difference
    last = len(script.steps) if found is None else found.step + 1
    script = script.cut(last)
    places = range(last - 1)
    for place in places[:-1]:
        yield script.without(place, place + 1)
    for place in places:
        yield script.without(place)
    for place, step in enumerate(script.steps):
        action = step.action
        if isinstance(action, Arrival):
            for plain in _plainer(action):
                yield script.changed(place, plain)
        if step.gap_ms != Step.gap_ms:
            yield replace(
                script,
                steps=(*script.steps[:place], Step(action), *script.steps[place + 1 :]),
            )


def _plainer(action: Arrival) -> Iterator[Arrival]:
    if action.options:
        yield replace(action, options=())
        for index in range(len(action.options)):
            kept = action.options[:index] + action.options[index + 1 :]
            yield replace(action, options=kept)
    if action.length > 10:
        yield replace(action, length=10)
    if action.window != Arrival.window:
        yield replace(action, window=Arrival.window)
