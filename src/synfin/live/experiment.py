"""One scenario case with the kernel as one of its hosts, and the run it is compared with.

Both are :class:`synfin.lab.runner.Experiment` with the same calls and faults; the
live one keeps real time and lets :class:`~synfin.live.kernel.Kernel` stand for one host.
"""

import gc
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, cast

from synfin.core.events import Observer
from synfin.core.settings import LINUX, MICROSECOND, MILLISECOND, SECOND, Settings
from synfin.host.host import Host
from synfin.host.records import HostConnection
from synfin.lab.model import Case, Scenario
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Run
from synfin.live.kernel import Kernel, tell_recorder
from synfin.sim.host import Engine
from synfin.sim.network import Network
from synfin.sim.network import default_factory as engine_factory

CONSTANTS: Final = (
    "delayed_ack_ns", "quick_acks", "adaptive_acks", "msl_ns", "time_wait_msl", "initial_rto_ns",
    "min_rto_ns", "max_rto_ns", "mss",
)  # fmt: skip
"""What nobody can set in the kernel: the side it plays has Linux's values in both runs."""

OFFERED: Final[dict[str, Any]] = {"timestamps": True, "sack": True, "window_scale": 7}

LATE_NS: Final = 8 * MILLISECOND
"""A run in which we ourselves were later than this measured this machine's load, not TCP."""
MAX_TURNS: Final = 200_000


class Expected(Experiment):
    """The simulator's run under profile ``linux``, with Linux's constants at ``kernel``.

    ``offers``: both sides offer what the kernel offers by itself (window scale,
    timestamps, SACK), which the scenarios leave out.
    """

    def __init__(
        self, scenario: Scenario, case: Case, kernel: str, until: int, offers: bool = False
    ) -> None:
        self.kernel = kernel
        self.offers = offers
        super().__init__(scenario, case, Changes(profile="linux", until=until))

    def settings(self, host: str) -> Settings:
        """As the experiment's; what the kernel cannot be told is as in the kernel."""
        chosen = super().settings(host)
        if self.offers:
            chosen = replace(chosen, **OFFERED)
        if host != self.kernel:
            return chosen
        return replace(chosen, **{name: getattr(LINUX, name) for name in CONSTANTS})


class Live(Expected):
    """The same with the real kernel as host ``kernel``, in real time.

    This process must be alone in its life: it is moved to another namespace.
    :attr:`late_ns` says how late events happened at worst.
    """

    def __init__(
        self, scenario: Scenario, case: Case, kernel: str, until: int, offers: bool = False
    ) -> None:
        self.boots: list[Kernel] = []
        self.late_ns = 0
        self._zero = 0
        super().__init__(scenario, case, kernel, until, offers)

    def _network(self, start: int) -> Network:
        return Network(seed=self.seed, start=start, factory=self._make)

    def _make(
        self,
        name: str,
        settings: Settings,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        observer: Observer | None,
    ) -> Engine:
        if name != self.kernel:
            return engine_factory(name, settings, clock, random, observer)
        if self.boots:
            self.boots[-1].close()
        self.boots.append(Kernel(settings))
        return cast(Engine, self.boots[-1])

    def engine(self, name: str) -> Host:
        """The kernel has the doors that are used here, though it is no Host."""
        return cast(Host, self.net.host(name).engine)

    def _connection(self, host: str, engine_id: int) -> HostConnection | None:
        return None if host == self.kernel else super()._connection(host, engine_id)

    # -- real time --------------
    def _real(self) -> int:
        now = time.monotonic_ns() - self._zero
        return now - now % MICROSECOND

    def finish(self) -> Run:
        """Runs in real time until nothing is left or the case's end."""
        gc.collect()
        gc.disable()
        hurry(True)
        try:
            return self._run()
        finally:
            hurry(False)
            gc.enable()
            if self.boots:
                self.boots[-1].close()

    def _run(self) -> Run:
        self.net.service()
        self._zero = time.monotonic_ns() - self.net.now
        for _ in range(MAX_TURNS):
            due = self.net.next_time()
            now = self._real()
            if now > self.until:
                self.outcome = "idle"
                break
            if due is not None and due <= now:
                self.late_ns = max(self.late_ns, now - due)
                self.step()
                self._states()
            else:
                self._wait(min(self.until if due is None else due, self.until) - now)
        else:
            self.outcome = "limit"
        self.recorder.records.append(self._end())
        return self.run()

    def _wait(self, most: int) -> None:
        """For the kernel's news, at most ``most`` ns (rounded up to a millisecond)."""
        self._events = self.boots[-1].outer.poll(max(0, -(-most // MILLISECOND)) / 1000)
        if self._events:
            self._look_after_kernel()

    def _look_after_kernel(self) -> None:
        self.net.now = max(self.net.now, self._real())
        self.net.service()
        self._snapshots()
        self._states()

    def _states(self) -> None:
        if self.net.host(self.kernel).up:
            self.boots[-1].states.changes(tell_recorder(self.recorder, self.kernel, self.net.now))


def hurry(on: bool) -> None:
    """Before everything else on this machine, where that is allowed; it mostly waits."""
    with suppress(OSError):
        if on:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        else:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def until_for(expected: Run, most: int) -> int:
    """How long the live run has to last: a little longer than the last thing expected."""
    last = 0
    for record in expected.trace:
        if record["type"] in ("segment", "call", "signal") and record["t"] <= most:
            last = max(last, record["t"], record.get("arrives") or 0)
    return min(most, last) + SECOND // 2
