"""What can be measured: a cell is one kind of work done by one peer, in one size."""

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

NEAR, FAR, PORT = "10.77.0.2", "10.77.0.1", 5001
"""The peer under test; the Linux kernel at the other end."""
MTU = 1500
CONGESTION = b"cubic"
PERIOD = (1 << 20) + 1
"""The content repeats after so many octets, which no segment size divides."""
TINY_OCTETS, TINY_COUNT = 300_000, 20


@dataclass(frozen=True)
class Cell:
    """One measurement.

    ``work``: in (the kernel sends), out, accepting, connecting, latency, memory, many,
    sim-bulk, sim-short. ``peer``: kernel, synfin, pmd-pytcp, ns-3. ``octets`` or ``count``
    say how much.
    """

    work: str
    peer: str
    octets: int = 0
    count: int = 0
    streams: int = 1
    at_once: int = 1
    idle: int = 0
    loss: float = 0.0
    checked: bool = False
    asyncio: bool = False
    """By the streams API."""

    def tiny(self) -> "Cell":
        """The same in a size for tests."""
        return replace(
            self,
            octets=min(self.octets, TINY_OCTETS),
            count=min(self.count, TINY_COUNT),
            idle=min(self.idle, TINY_COUNT),
            streams=min(self.streams, 3),
            at_once=min(self.at_once, 3),
        )

    def to_json(self) -> dict[str, Any]:
        """For the command line of the child."""
        return asdict(self)


def content() -> bytes:
    """Three periods of the content; from any place in the first one megabyte follows."""
    return hashlib.shake_128(b"synfin").digest(PERIOD) * 3


@dataclass(frozen=True)
class Measured:
    """What a cell gave: ``value`` in ``unit``, the CPU seconds of the process under test
    (``system`` includes what the kernel did on its behalf) and the gigabytes moved."""

    value: float
    unit: str
    user: float = 0.0
    system: float = 0.0
    gigabytes: float = 0.0
    fairness: float = 0.0
    high: float = 0.0
    """The 99th percentile, where there is one."""
    how: str = ""
    """What the application did, where peers or versions differ."""

    def to_json(self) -> dict[str, Any]:
        """As the child prints it."""
        return asdict(self)


def jain(counts: list[int]) -> float:
    """Jain's index of fairness: 1 when all got the same."""
    squares = sum(count * count for count in counts)
    return sum(counts) ** 2 / (len(counts) * squares) if squares else 0.0
