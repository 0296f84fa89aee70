"""Programs on the hosts of a :class:`~synfin.testing.net.Net`, and what may befall them."""

import asyncio
from collections.abc import Callable, Coroutine
from signal import SIGTERM
from typing import Any, Final, TypeVar

from synfin.aio.apart import Apart
from synfin.aio.process import Process
from synfin.aio.simulated import World
from synfin.core.problems import Problem
from synfin.testing import values
from synfin.testing.audit import Sampler
from synfin.testing.base import Base
from synfin.testing.capture import Matcher, Packet
from synfin.testing.disturbing import Disturbance
from synfin.testing.expecting import said, unmet
from synfin.testing.looking import Looking
from synfin.testing.programs import Program, ProgramDied
from synfin.testing.values import Duration

T = TypeVar("T")


class Running(Looking):
    """Virtual time passes only in here: in :meth:`run`, and while its coroutine awaits."""

    _world: World | None = None
    _sampler: Sampler | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._awaited: Final[dict[Process, asyncio.Future[None]]] = {}

    @property
    def ran(self) -> bool:
        """Whether any program has been started."""
        return self._world is not None

    @property
    def world(self) -> World:
        """The event loop over all hosts; made when it is first needed."""
        if self._world is None:
            if self.closed:
                raise Problem("net.closed", "this Net is closed")
            self._world = World(
                self.network, seed=self.seed, max_time_ns=self.timeout, trace_sockets=True
            )
            self._world.__enter__()
            if self.audit:
                self._sampler = Sampler(self._world.waiting)
                self.network.tap(self._sampler)
        return self._world

    def audited(self) -> list[str]:
        """What the hang audit found so far, where the Net was made with ``audit=True``."""
        if self._sampler is None:
            return []
        self._sampler.look(self.network.now)
        return list(self._sampler.lines.values())

    def run(self, main: Coroutine[Any, Any, T], *, host: str = "") -> T:
        """Runs ``main`` to its end in virtual time, on ``host`` or (the test's own code, which
        may open no sockets) on none. Programs that were started go on meanwhile."""
        if host:
            self.sim(host)
        self.join()
        return self.world.run(main, host=host)

    def start(
        self,
        host: str,
        program: Callable[..., Coroutine[Any, Any, object]],
        *args: object,
        **kwargs: object,
    ) -> Program:
        """See :meth:`Host.start`."""
        self.sim(host)
        self.join()
        name = getattr(program, "__name__", "program")

        def begin() -> Coroutine[Any, Any, object]:
            return program(*args, **kwargs)

        world = self.world
        first = world.spawn(host, begin, name=name, restart=True)

        def present() -> Process:
            mine = [p for p in world.processes if p.program is begin]
            return mine[-1] if mine else first

        def kill(process: Process) -> None:
            world.kill(process)
            self._tell_ends()

        def terminate(process: Process) -> None:
            world.signal(process, SIGTERM)
            self._tell_ends()

        return Program(present, kill, terminate, name)

    def start_apart(self, host: str, program: str) -> Apart:
        """See :meth:`Host.start_apart`."""
        self.sim(host)
        self.join()
        return self.world.apart(host, program)

    async def run_on(self, host: str, coroutine: Coroutine[Any, Any, T]) -> T:
        """See :meth:`Host.run`."""
        self.sim(host)
        self.join()
        name = getattr(coroutine, "__name__", "run")
        process = self.world.spawn(host, coroutine, name=name, restart=False, check=False)
        task: asyncio.Task[T] = process.task  # type: ignore[assignment]
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited[process] = ended
        task.add_done_callback(lambda _: self._tell_ends())
        try:
            await ended
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            del self._awaited[process]
        if process.exit in ("killed", "crashed"):
            raise ProgramDied(said(f"died-{process.exit}", name=name, host=host))
        return task.result()

    def _tell_ends(self) -> None:
        """Whoever awaits a process that has ended or died goes on. (The task of a dead one is
        never done: it just does not run any more.)"""
        for process, ended in self._awaited.items():
            done = process.task is not None and process.task.done()
            if (done or not process.alive) and not ended.done():
                ended.set_result(None)

    async def wait_for(
        self,
        way: str,
        flags: str = "*",
        *,
        count: int = 1,
        within: Duration = "60s",
    ) -> list[Packet]:
        """Waits until ``count`` such packets have been sent from now on, and returns them, at
        the very instant at which the last one leaves; AssertionError when that does not happen
        ``within`` that time."""
        __tracebackhide__ = True
        self.way(way)
        start = self.network.now
        matcher, found = Matcher(way, flags), list[Packet]()
        enough: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def watch(packet: Packet) -> None:
            if matcher.takes(packet.sent):
                found.append(packet)
                if len(found) >= count and not enough.done():
                    enough.set_result(None)
                    self.world.driver.wake()

        self.capture.watchers.append(watch)
        try:
            await asyncio.wait_for(enough, values.duration(within) / 1e9)
        except TimeoutError:
            message = unmet(self.capture, way, flags, found, f"{count}+", start / 1e9)
            raise AssertionError(message) from None
        finally:
            self.capture.watchers.remove(watch)
        return found

    # --- what befalls hosts --------------------------------------------------------------

    def crash(self, host: str) -> None:
        """See :meth:`Host.crash`."""
        self.sim(host)
        self.world.crash(host)
        self._tell_ends()

    def reboot(self, host: str) -> None:
        """See :meth:`Host.reboot`."""
        self.sim(host)
        self.world.reboot(host)
        self._tell_ends()

    def kill(self, host: str) -> None:
        """See :meth:`Host.kill`."""
        self.sim(host)
        self.world.kill(host)
        self._tell_ends()

    def slow_reader(self, host: str) -> Disturbance:
        """See :meth:`Host.slow_reader`."""
        self.sim(host)
        return SlowReader(self.world, host)

    def dns(self, name: str, answer: str) -> Disturbance:
        """From now on the DNS answers queries for ``name`` by ``answer``: an address, or how it
        fails: ``nxdomain`` (no such host), ``servfail`` (temporary failure), or ``timeout``
        (the same after 10 s)."""
        return Answer(self.world, name, answer)

    def end_world(self) -> None:
        """Cancels what is left and undoes all patches."""
        self.closed = True
        if self.keys is not None:
            self.keys.end()
        if self._world is not None:
            self._world.close()
            self._world = None


class SlowReader(Disturbance):
    """A host whose programs are told of no data."""

    def __init__(self, world: World, host: str) -> None:
        self._world: Final = world
        self._host: Final = host
        self.start()

    def start(self) -> None:
        """See :class:`Disturbance`."""
        self._world.hold_reads(self._host, True)

    def stop(self) -> None:
        """See :class:`Disturbance`."""
        self._world.hold_reads(self._host, False)


class Answer(Disturbance):
    """The DNS says something else for a while."""

    FAILURES: Final = {
        "nxdomain": "EAI_NONAME",
        "servfail": "EAI_AGAIN",
        "timeout": "timeout",
    }

    def __init__(self, world: World, name: str, answer: str) -> None:
        self._world: Final = world
        self._name: Final = name
        self._answer: Final = answer
        self._before: list[str] | None = None
        self.start()

    def start(self) -> None:
        """See :class:`Disturbance`."""
        names = self._world.names
        if self._answer in self.FAILURES:
            names.fail(self._name, self.FAILURES[self._answer])
            return
        self._before = list(names[self._name]) if self._name in names else []
        names[self._name] = [self._answer]

    def stop(self) -> None:
        """See :class:`Disturbance`."""
        names = self._world.names
        if self._answer in self.FAILURES:
            names.heal(self._name)
        elif self._before is not None:
            names[self._name] = self._before
            self._before = None


__all__ = ["Base", "Running"]
