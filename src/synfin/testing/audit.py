"""The hang audit: what bounds each ``await`` that waits for the network, if anything does."""

import gc
from asyncio import AbstractEventLoop, Task
from collections.abc import Callable
from types import ModuleType
from typing import Final

from synfin.aio.waiting import Wait
from synfin.core.settings import SECOND
from synfin.core.tcb import Tcb
from synfin.core.timeouts import doubling_ns, retries_to_ns
from synfin.host.sockets import Socket
from synfin.sim.tap import Tap, Transmission
from synfin.testing.expecting import said

LONG: Final = 30 * SECOND
"""A bound of the program's own below this is as it should be, ns."""

SAMPLE_NS: Final = 20_000_000
MOST_SAMPLES: Final = 500
"""How often, at most, a test is looked into: every 20 ms of virtual time."""


CALLBACK_DEPTH: Final = 5
MOST_REFERENTS: Final = 2_000
"""How far from a task's callbacks, and among how many objects, a waiter is looked for."""


class Finding:
    """One ``await`` that nothing of the program bounds. ``line`` says where it stands and
    what bounds it; ``bound`` is that in ns (0: nothing)."""

    def __init__(self, wait: Wait, line: str, bound: int) -> None:
        self.wait: Final = wait
        self.line: Final = line
        self.bound: Final = bound


class Sampler(Tap):
    """Looks now and then, while packets pass, who waits for what; the same place is kept
    once."""

    def __init__(self, waiting: Callable[[], list[Wait]]) -> None:
        self.lines: dict[tuple[str, str, str], str] = {}
        self._waiting: Final = waiting
        self._next = 0
        self._left = MOST_SAMPLES

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        if sent.time >= self._next and self._left > 0:
            self._next = sent.time + SAMPLE_NS
            self._left -= 1
            self.look(sent.time)

    def look(self, now: int) -> None:
        """Takes a sample."""
        for finding in audit(self._waiting(), now):
            host, where, operation = finding.wait.host, finding.wait.where, finding.wait.operation
            # seen between a SYN,ACK's arrival and the program's hearing of it, a connect
            # looks like a write
            if operation != "write" or (host, where, "connect") not in self.lines:
                self.lines.setdefault((host, where, operation), finding.line)


def audit(waits: list[Wait], now: int) -> list[Finding]:
    """The reads, writes and connects among ``waits`` that have no timeout of the program's
    own; a server that waits for connections is no finding."""
    found: list[Finding] = []
    for wait in waits:
        if wait.operation not in ("read", "write", "connect"):
            continue
        until = _until(wait, waits)
        if until is not None and until - now <= LONG:
            continue
        tcb = _connection(wait)
        if tcb is None:
            continue
        bound, why = _bound(wait.operation, tcb)
        if until is not None:
            bound, why = until - now, said("bound-own", seconds=_s(until - now))
        place = wait.where if not wait.host else f"{wait.host}: {wait.where}"
        line = said("audit-line", place=place, operation=said(f"await-{wait.operation}"), bound=why)
        found.append(Finding(wait, line, bound))
    return found


def _until(wait: Wait, waits: list[Wait], depth: int = 4) -> int | None:
    """When a timer of the program ends the wait: its own, or one of a task that waits for it
    (as ``asyncio.wait_for`` of Python 3.11 and ``gather`` have it)."""
    if wait.until_ns is not None or depth == 0:
        return wait.until_ns
    found: list[int] = []
    for other in waits:
        waiter = getattr(other.task, "_fut_waiter", None)
        if other is not wait and waiter is not None and _wakes(wait.task, waiter):
            until = _until(other, waits, depth - 1)
            found += [] if until is None else [until]
    return min(found, default=None)


def _wakes(task: object, waiter: object) -> bool:
    """Whether the end of ``task`` is what ``waiter`` waits for."""
    if task is waiter:
        return True
    level: list[object] = list(getattr(task, "_callbacks", None) or ())
    for _ in range(CALLBACK_DEPTH):
        if any(item is waiter for item in level):
            return True
        level = [
            one
            for item in level
            if not isinstance(item, type | ModuleType | Task | AbstractEventLoop)
            for one in gc.get_referents(item)
        ][:MOST_REFERENTS]
    return False


def _connection(wait: Wait) -> Tcb | None:
    process = wait.process
    sock: Socket | None = None if process is None else process.sockets.get(wait.descriptor)
    return None if sock is None else sock.conn


def _bound(operation: str, tcb: Tcb) -> tuple[int, str]:
    """How long TCP itself lets this wait: (ns or 0, in words)."""
    settings = tcb.settings
    if operation == "connect":
        if tcb.user_timeout:
            return tcb.user_timeout, said("bound-user-timeout", seconds=_s(tcb.user_timeout))
        limit = opening_ns(tcb)
        return limit, said("bound-syn-retries", seconds=_s(limit))
    if tcb.user_timeout and tcb.snd.pending:
        return tcb.user_timeout, said("bound-user-timeout", seconds=_s(tcb.user_timeout))
    giving_up = tcb.r2_ns or retries_to_ns(settings.retries2, settings)
    if tcb.snd.pending and tcb.snd.snd_wnd == 0:
        return 0, said("bound-zero-window", seconds=_s(giving_up))
    if operation == "write":
        return giving_up, said("bound-retries2", seconds=_s(giving_up))
    if tcb.keepalive:
        silence = tcb.keepalive_idle + tcb.keepalive_probes * tcb.keepalive_interval
        return silence, said("bound-keepalive", seconds=_s(silence))
    if tcb.snd.pending:
        return giving_up, said("bound-until-acknowledged", seconds=_s(giving_up))
    return 0, said("bound-nothing")


def opening_ns(tcb: Tcb) -> int:
    """How long an unanswered connect takes."""
    settings = tcb.settings
    if settings.syn_schedule_ns:
        return sum(settings.syn_schedule_ns)
    if tcb.syn_r2_ns > 0:
        return tcb.syn_r2_ns
    linear = settings.syn_linear_timeouts * settings.initial_rto_ns
    return linear + doubling_ns(tcb.syn_retries, settings.initial_rto_ns, settings.max_rto_ns)


def _s(ns: int) -> str:
    """Seconds, rounded down, as people say them."""
    return str(ns // SECOND) if ns >= SECOND else f"{ns / SECOND:g}"
