"""Garbage collection at fixed rounds of the loop.

A connection that nobody holds is closed when the collector finds it, and the collector's own
moments depend on what the process did before. Inside a run it is called every so many rounds.
"""

import gc
from typing import ClassVar, Final

EVERY_ROUNDS: Final = 5_000
EVERY_RUNS: Final = 100
"""After so many runs everything is collected: what was set aside during runs has grown too old
for the collector to look at it by itself."""


class Collecting:
    """Takes over the collector from :meth:`enter` to :meth:`leave`."""

    runs: ClassVar[int] = 0
    """Of all loops."""

    def __init__(self) -> None:
        self._left: int = EVERY_ROUNDS
        self._was_enabled: bool = False
        self._froze: bool = False

    def enter(self) -> None:
        """What is there already is left alone: no garbage of earlier tests turns up."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._froze = gc.get_freeze_count() == 0
        if self._froze:
            gc.freeze()

    def leave(self) -> None:
        """The collector is as it was."""
        if self._froze:
            gc.unfreeze()
        if self._was_enabled:
            gc.enable()
            Collecting.runs += 1
            if Collecting.runs % EVERY_RUNS == 0:
                gc.collect()

    def round(self) -> None:
        """One round of the loop."""
        self._left -= 1
        if self._left <= 0:
            self._left = EVERY_ROUNDS
            gc.collect()
