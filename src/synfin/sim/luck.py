"""Bad luck that can be written down and played again.

Each kind of accident of each direction of a link (and each fault with a
probability) draws from a stream of its own. What struck is kept by number, so that a
later run can be told: strike exactly these, or fewer - which is how a failing test is
reduced to the few lost segments that matter.
"""

import random

from synfin.sim.streams import stream


class Luck:
    """Decisions numbered 1, 2, … in the order in which they are asked for.

    ``struck``: the numbers that were hit in this run. ``script``: None to draw, or
    the numbers to strike and no others.
    """

    def __init__(self, seed: int, name: str) -> None:
        self.name: str = name
        self.asked: int = 0
        self.struck: list[int] = []
        self.script: frozenset[int] | None = None
        self._seed: int = seed
        self._rng: random.Random | None = None

    def strikes(self, probability: float) -> bool:
        """Whether the next one is hit; ``probability`` is from 0 to 1."""
        self.asked += 1
        if self.script is not None:
            hit = self.asked in self.script
        else:
            if self._rng is None:
                self._rng = stream(self._seed, self.name)
            hit = self._rng.random() < probability
        if hit:
            self.struck.append(self.asked)
        return hit
