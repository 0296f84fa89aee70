"""Garbage collection at fixed rounds of the loop.

A connection that nobody holds is closed when the collector finds it, and the collector's own
moments depend on what the process did before. Inside a run it is called every so many rounds.
"""

import gc
from typing import Final

EVERY_ROUNDS: Final = 5_000


class Collecting:
    """Takes over the collector from :meth:`enter` to :meth:`leave`."""

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

    def round(self) -> None:
        """One round of the loop."""
        self._left -= 1
        if self._left <= 0:
            self._left = EVERY_ROUNDS
            gc.collect()
