"""The clocks that programs read inside a run: virtual, and the same on all hosts."""

import time
from collections.abc import Callable
from typing import Any, Final

from synfin.aio.driver import Driver

SECOND: Final = 1_000_000_000


class Clocks:
    """``time`` by a driver's clock; ``epoch`` is the wall clock's start."""

    def __init__(self, driver: Driver, epoch: int) -> None:
        self._driver: Driver = driver
        self._epoch: int = epoch * SECOND
        self._real: dict[str, Callable[..., Any]] = {
            name: getattr(time, name)
            for name in ("gmtime", "localtime", "ctime", "strftime", "asctime")
        }

    def wall_ns(self) -> int:
        """Unix time, ns."""
        return self._epoch + self._driver.now()

    def wall(self) -> float:
        """Unix time, s."""
        return self.wall_ns() / SECOND

    def _steady(self) -> float:
        return self._driver.now() / SECOND

    def _sleep(self, seconds: float) -> None:
        """It holds up the loop, as it does in reality: the network goes on, programs do not."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        driver = self._driver
        until = driver.now() + round(seconds * SECOND)
        while driver.now() < until and driver.wait(until):
            pass

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What stands in for the functions of :mod:`time`."""
        now = self._driver.now
        return {
            "time": self.wall,
            "time_ns": self.wall_ns,
            "monotonic": self._steady,
            "monotonic_ns": now,
            "perf_counter": self._steady,
            "perf_counter_ns": now,
            "sleep": self._sleep,
            "gmtime": self._at("gmtime"),
            "localtime": self._at("localtime"),
            "ctime": self._at("ctime"),
            "asctime": self._asctime,
            "strftime": self._strftime,
        }

    def _at(self, name: str) -> Callable[..., Any]:
        real = self._real[name]

        def convert(seconds: float | None = None) -> Any:
            return real(self.wall() if seconds is None else seconds)

        return convert

    def _asctime(self, moment: Any = None) -> str:
        text: str = self._real["asctime"](self._now_tuple() if moment is None else moment)
        return text

    def _strftime(self, form: str, moment: Any = None) -> str:
        text: str = self._real["strftime"](form, self._now_tuple() if moment is None else moment)
        return text

    def _now_tuple(self) -> Any:
        return self._real["localtime"](self.wall())
