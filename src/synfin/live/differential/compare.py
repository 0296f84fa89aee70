"""Engine against kernel, step by step, up to the first difference that counts."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from synfin.core.settings import MILLISECOND
from synfin.live.differential.record import Done
from synfin.live.differential.script import Script

_LENGTH: Final = re.compile(r" len=(\d+)")
TOLERANCE_NS: Final = 45 * MILLISECOND
"""A kernel's timer of 0.25 to 2 s may be 32 ms late (eight ticks of 4 ms), and a tick more."""


@dataclass(frozen=True)
class Difference:
    """``step``: its index; ``what``: outcome, answers, state or time; before: the kernel's
    state when the step began."""

    step: int
    what: str
    action: str
    before: str
    engine: str
    kernel: str

    @property
    def line(self) -> str:
        """What the named list is searched with."""
        return f"{self.before} | {self.action} | {self.what}: {self.engine} -> {self.kernel}"

    @property
    def kind(self) -> str:
        """The line without its numbers and options: what shrinking keeps."""
        words = re.sub(r" \+\d+\Z| win=\d+| <.*>", "", self.action)
        text = f"{self.before.split()[0]} | {words} | {self.what}: {self.engine} -> {self.kernel}"
        text = re.sub(r"\d+(:[0-9a-f]{8})?", "N", text)
        # A longer train of the same is the same.
        return re.sub(r"( / [^/]*?)(\1)+", r"\1", text)


def differences(script: Script, engine: list[Done], kernel: list[Done]) -> Iterator[Difference]:
    """Step by step: outcome, answers, state, times."""
    before = "CLOSED"
    for index, (ours, theirs) in enumerate(zip(engine, kernel, strict=True)):
        pairs = (
            ("outcome", ours.outcome, theirs.outcome),
            ("answers", _joined(ours.said), _joined(theirs.said)),
            ("state", ours.state, theirs.state),
            ("time", *_times(ours, theirs)),
        )
        for what, one, other in pairs:
            if one != other:
                yield Difference(index, what, str(script.steps[index]), before, one, other)
        before = theirs.state


def compare(
    script: Script,
    engine: list[Done],
    kernel: list[Done],
    passes: Callable[[Difference], bool] = lambda _: False,
) -> Difference | None:
    """The first difference that ``passes`` does not let pass; None when there is none."""
    for found in differences(script, engine, kernel):
        if not passes(found):
            return found
    return None


def _joined(said: list[str]) -> str:
    return " / ".join(_without_inner_push(said)) or "nothing"


def _without_inner_push(said: list[str]) -> list[str]:
    """In a train of text PSH only on a short last segment: Linux sets one at the end of
    each unit that it leaves to segmentation offload, and how large those are is its
    pacing's affair."""
    shown = list(said)
    sizes = [int(found[1]) if (found := _LENGTH.search(text)) else 0 for text in said]
    for index, text in enumerate(said):
        near = sizes[max(index - 1, 0) : index + 2]
        train = len([size for size in near if size]) > 1
        if train and text.startswith(("P. ", "PU. ")) and sizes[index] >= max(near):
            shown[index] = text[1:]
    return shown


def _times(ours: Done, theirs: Done) -> tuple[str, str]:
    """The first answer that comes at another time, each with its time after the step."""
    for (t, text), (u, _) in zip(ours.answers, theirs.answers, strict=False):
        mine, real = t - ours.at, u - theirs.at
        if abs(mine - real) > max(TOLERANCE_NS, mine // 8):
            mine_ms, real_ms = mine // MILLISECOND, real // MILLISECOND
            return f"{text} after {mine_ms} ms", f"{text} after {real_ms} ms"
    return "", ""
