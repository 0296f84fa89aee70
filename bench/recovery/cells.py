"""The cells that are measured, and the link that both sides get."""

import random
from dataclasses import dataclass, field
from typing import Final

from synfin.core.settings import MILLISECOND, SECOND
from synfin.sim.streams import stream

LOSSES: Final = (0.1, 1.0, 3.0, 10.0)
"""Per cent of the data packets, retransmissions included, in the data's direction."""
RTTS: Final = (20, 100)
"""ms, half of it each way; packets waiting for the link come on top."""
RATE_BPS: Final = 50_000_000
"""Both directions; whole IP packets count."""
QUEUE_PACKETS: Final = 1000
"""What may wait for the link beside the packet being sent."""
BUFFER: Final = 4 << 20
"""Send and receive buffers, octets: never the limit."""
SENDER: Final = "10.0.0.1"
RECEIVER: Final = "10.0.0.2"
PORT: Final = 5001
MTU: Final = 1500


@dataclass(frozen=True)
class Cell:
    """One loss rate and one round-trip time; ``seconds`` from connect() to the last count."""

    loss: float
    rtt_ms: int
    seconds: float
    congestion: str = "cubic"

    @property
    def one_way_ns(self) -> int:
        """Propagation, one way."""
        return self.rtt_ms * MILLISECOND // 2

    @property
    def time_ns(self) -> int:
        """How long is measured."""
        return int(self.seconds * SECOND)

    @property
    def fault(self) -> str:
        """The loss as a fault of the simulator."""
        return f"A>B DATA p={self.loss / 100:g} drop"

    def losses(self, seed: int) -> random.Random:
        """What the simulator draws from for its n-th data packet (``Network.add_fault``):
        the relay draws from the same, so the n-th data packet meets the same fate."""
        return stream(seed, f"fault/{self.fault}/0/p")


@dataclass
class Result:
    """One run: octets the receiving application had in time, and what the sender counted."""

    octets: int
    counters: dict[str, int] = field(default_factory=dict)

    def mbit(self, seconds: float) -> float:
        """Goodput, Mbit/s."""
        return self.octets * 8 / seconds / 1e6
