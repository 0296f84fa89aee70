"""Wall-clock and CPU of the process under test, from when it is made."""

import resource
import time
from typing import Any

from bench.cells import Measured


class Clock:
    """Started by making it; each method ends a measurement in its own unit."""

    def __init__(self) -> None:
        self._used = resource.getrusage(resource.RUSAGE_SELF)
        self._begin = time.perf_counter()

    def seconds(self) -> float:
        """Since it was made."""
        return time.perf_counter() - self._begin

    def cpu(self) -> tuple[float, float]:
        """User and system seconds of this process since then."""
        now = resource.getrusage(resource.RUSAGE_SELF)
        return now.ru_utime - self._used.ru_utime, now.ru_stime - self._used.ru_stime

    def bulk(self, octets: int, fairness: float, how: str) -> Measured:
        """Gbit/s."""
        seconds = self.seconds()
        user, system = self.cpu()
        rate = octets * 8 / seconds / 1e9
        return Measured(rate, "Gbit/s", user, system, octets / 1e9, fairness, how=how)

    def rate(self, count: int, seconds: float = 0.0) -> Measured:
        """Connections per second."""
        rate = count / (seconds or self.seconds())
        user, system = self.cpu()
        return Measured(rate, "connections/s", user, system)

    def latency(self, said: dict[str, Any]) -> Measured:
        """Microseconds, as the far end saw it."""
        user, system = self.cpu()
        return Measured(said["median"], "µs", user, system, high=said["high"])
