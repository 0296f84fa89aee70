"""Active queue management: a queue that says it grows before it is full (RFC 7567).

It marks packets that declare ECT with CE (RFC 3168 §5); what becomes of the others is
each one's own business. Lengths are packets that wait, besides the one being sent.
"""

import random
from typing import Final

from synfin.core.problems import Problem

PASS: Final = 0
MARK: Final = 1
DROP: Final = 2


class QueueManager:
    """The base class lets everything pass; the link's own limit remains (drop-tail)."""

    def judge(self, waiting: int, ect: bool) -> int:
        """PASS, MARK (only with ``ect``) or DROP, for a packet that finds ``waiting``."""
        return PASS


class Threshold(QueueManager):
    """Marks every packet that finds ``packets`` or more waiting (RFC 8257 §3.1's K);
    packets without ECT are left to drop-tail."""

    def __init__(self, packets: int) -> None:
        if packets < 1:
            raise Problem("aqm.threshold", "a queue marks from 1 waiting packet on, or later")
        self.packets: int = packets

    def judge(self, waiting: int, ect: bool) -> int:
        """See :class:`QueueManager`."""
        return MARK if ect and waiting >= self.packets else PASS


WEIGHT: Final = 1 / 8
"""Of the newest length in the average. Floyd and Jacobson (1993) took 0.002 for links with
thousands of packets a second; runs here have tens."""
MOST: Final = 0.1
"""The probability just below the upper threshold, theirs as well."""


class Red(QueueManager):
    """Random Early Detection (Floyd and Jacobson 1993; RFC 2309 §3): below ``low`` on
    average everything passes, from ``high`` on nothing, and in between ever more are
    chosen, evenly spread. The chosen ones are marked, or dropped where they declare no
    ECT: both kinds of senders get the same news.
    """

    def __init__(self, low: int, high: int, rng: random.Random) -> None:
        if not 0 <= low < high:
            raise Problem("aqm.red", "the lower threshold must be below the upper one")
        self.low: int = low
        self.high: int = high
        self.average: float = 0.0
        self._since: int = -1
        self._rng: random.Random = rng

    def judge(self, waiting: int, ect: bool) -> int:
        """See :class:`QueueManager`."""
        self.average += (waiting - self.average) * WEIGHT
        if not self._chosen():
            return PASS
        return MARK if ect else DROP

    def _chosen(self) -> bool:
        if self.average < self.low:
            self._since = -1
            return False
        self._since += 1
        if self.average < self.high:
            wanted = MOST * (self.average - self.low) / (self.high - self.low)
            spread = 1 - self._since * wanted
            if spread > 0 and self._rng.random() >= wanted / spread:
                return False
        self._since = 0
        return True
