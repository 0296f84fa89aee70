"""A world of hosts in the simulator, with unmodified asyncio programs on them.

::

    network = Network(seed=1)
    network.add_host("api", "10.0.0.1", settings=LINUX)
    network.add_host("client", "10.0.0.2", settings=LINUX)
    network.link("api", "client", delay_ns=20_000_000)
    with World(network) as world:
        world.spawn("api", serve)
        answer = world.run(ask(), host="client")
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any, Final, TypeVar

from synfin.aio.apart import Apart
from synfin.aio.errors import Hang, OutOfTime, ProgramFailed, TooManyEvents
from synfin.aio.graveyard import keep
from synfin.aio.kernel import Kernel
from synfin.aio.loop import Loop
from synfin.aio.names import Names
from synfin.aio.opensockets import OpenSocket, describe
from synfin.aio.patches import Patches
from synfin.aio.process import Process, Program, current
from synfin.aio.simdriver import SimDriver
from synfin.aio.waiting import Wait, explain, find_waits
from synfin.sim.network import Network

T = TypeVar("T")

DAY: Final = 86_400_000_000_000
MAX_TIME_NS: Final = 7 * DAY
MAX_EVENTS: Final = 50_000_000


class World:
    """All hosts of ``network``, their programs, and one event loop in virtual time.

    ``shuffle`` lets the seed draw the order of sockets that become ready at once, and of
    callbacks of different processes;
    ``max_time_ns`` and ``max_events`` bound the run; ``epoch`` is what ``time.time()``
    tells at virtual time 0 (Unix seconds); ``trace_sockets`` notes where each
    was made. Use it with ``with``, or call :meth:`close`.
    """

    def __init__(
        self,
        network: Network,
        seed: int = 1,
        max_time_ns: int = MAX_TIME_NS,
        max_events: int = MAX_EVENTS,
        shuffle: bool = True,
        epoch: int = 1_735_689_600,
        trace_sockets: bool = False,
    ) -> None:
        self.network: Network = network
        self.seed: int = seed
        self.driver: SimDriver = SimDriver(network, max_time_ns, max_events)
        self.kernel: Kernel = Kernel(self.driver)
        self.kernel.trace_sockets = trace_sockets
        self.names: Names = self.kernel.names
        self.loop: Loop = Loop(self.kernel)
        self.processes: list[Process] = []
        if shuffle:
            self.loop.selector.shuffle = random.Random(f"synfin/{seed}/order")
            self.loop.shuffle = random.Random(f"synfin/{seed}/turns")
        self.loop.selector.stuck = self._hang
        self.loop.dies = self.kill
        self._patches: Patches = Patches(self.kernel, self.loop, seed, epoch)
        self.loop.entered = self._patches.enter
        self.loop.left = self._patches.leave
        self._epoch: int = epoch
        self._apart: dict[str, Apart] = {}
        self._outcome: asyncio.Future[Any] | None = None
        self._main: Process | None = None
        self._shells: dict[tuple[str, int], Process] = {}
        self._booting: set[str] = set()
        self._context: Context = copy_context()

    # -- programs --------------
    def spawn(
        self,
        host: str,
        program: Program | Coroutine[Any, Any, object],
        name: str = "",
        restart: bool = True,
        check: bool = True,
    ) -> Process:
        """Start ``program`` on ``host``; with ``restart`` anew at each reboot, which takes a
        coroutine function without arguments. ``check``: an exception of it ends the run.
        What it leaves running when it returns goes on; :meth:`kill` ends that, too."""
        factory: Program | None = None
        if asyncio.iscoroutine(program):
            coroutine: Coroutine[Any, Any, object] = program
        else:
            assert callable(program)
            factory = program if restart else None
            coroutine = self._context_of(host).run(program)
        process = self._process(host, name or getattr(program, "__name__", "program"))
        process.program = factory
        process.check = check
        self._start(process, coroutine)
        return process

    def _context_of(self, _host: str) -> Context:
        return self._context.copy()

    def _process(self, host: str, name: str) -> Process:
        boot = 0
        if host:
            self.driver.find_hosts()
            if host not in self.driver.hosts():
                raise ValueError(f"there is no host '{host}'")
            node = self.driver.sim_host(host)
            if not node.up:
                raise ValueError(f"host '{host}' is down: reboot it first")
            boot = node.boots
        process = Process(len(self.processes) + 1, name, host, boot)
        self.processes.append(process)
        return process

    def _start(self, process: Process, coroutine: Coroutine[Any, Any, object]) -> None:
        context = self._context.copy()
        context.run(current.set, process)
        label = f"{process.name}@{process.host}" if process.host else process.name
        task = self.loop.create_task(coroutine, context=context, name=label)
        process.task = task
        task.add_done_callback(lambda _task: self._ended(process), context=self._context)
        self.driver.wake()

    def _ended(self, process: Process) -> None:
        task = process.task
        assert task is not None
        if process.exit:
            return
        if task.cancelled():
            process.exit = "done"
            return
        error = task.exception()
        process.exit = "error" if error is not None else "done"
        if error is not None and process.check and process is not self._main:
            self._fail(f"{process.name} on {process.host or 'no host'} failed", error)

    def _fail(self, what: str, cause: BaseException | None) -> None:
        outcome = self._outcome
        if outcome is not None and not outcome.done():
            text = f"{what} at {self.network.now / 1e9:.6f} s"
            failure = ProgramFailed(text if cause is None else f"{text}: {cause!r}")
            failure.__cause__ = cause
            outcome.set_exception(failure)

    def apart(self, host: str, program: str) -> Apart:
        """Run ``program`` (``package.module:function``) on ``host`` in an interpreter of its
        own, now and at each reboot; see :mod:`synfin.aio.apart`. No other program can run there."""
        self.driver.find_hosts()
        apart = Apart(program, self.seed, self._epoch, self.driver.names())
        self.driver.set_apart(host, apart.make)
        self._apart[host] = apart
        self.driver.touched(host)
        return apart

    def run(self, main: Coroutine[Any, Any, T], host: str = "") -> T:
        """Run everything until ``main`` (on ``host``) is done; its result. Raises what it
        raises; ProgramFailed, Hang, OutOfTime, TooManyEvents."""
        try:
            process = self._process(host, "main")
        except ValueError:
            main.close()
            raise
        outcome: asyncio.Future[T] = self.loop.create_future()
        self._outcome, self._main = outcome, process
        self._start(process, main)
        assert process.task is not None
        process.task.add_done_callback(self._main_done, context=self._context)
        try:
            return self.loop.run_until_complete(outcome)
        finally:
            self._outcome = self._main = None
            if not outcome.done():
                outcome.cancel()

    def _main_done(self, task: "asyncio.Task[Any]") -> None:
        outcome = self._outcome
        if outcome is None or outcome.done():
            return
        if task.cancelled():
            outcome.cancel()
        elif (error := task.exception()) is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(task.result())

    @contextmanager
    def on(self, host: str) -> Iterator[Process]:
        """Code in this block runs on ``host``: sockets and tasks made here are its."""
        node = self.driver.sim_host(host)
        key = (host, node.boots)
        shell = self._shells.get(key)
        if shell is None or not shell.alive:
            shell = self._shells[key] = self._process(host, "shell")
        token = current.set(shell)
        try:
            yield shell
        finally:
            current.reset(token)

    # -- life and death --------------
    def crash(self, host: str) -> None:
        """Power cut: no code of ``host`` runs any more, no ``finally``; nothing is sent."""
        self.driver.sim_host(host).crash()
        self._bury_host(host)
        if host in self._apart:
            self._apart[host].end()

    def _bury_host(self, host: str) -> None:
        for process in self.processes:
            if process.host == host and process.alive:
                self._bury(process, "crashed")
                self.kernel.forget_all(process)

    def _bury(self, process: Process, exit_: str) -> None:
        process.exit = exit_
        self.loop.bury(process)
        self.driver.wake()
        if process is self._main:
            self._fail(f"the program that run() awaits was {exit_}", None)

    def kill(self, target: Process | str) -> None:
        """SIGKILL, of one process or of all of a host: no ``finally``; the kernel closes
        their descriptors, with FIN or RST."""
        if isinstance(target, Process):
            chosen = [target]
        else:
            chosen = [process for process in self.processes if process.host == target]
        for process in chosen:
            if process.alive:
                self._bury(process, "killed")
                self.kernel.close_all(process)

    def restart(self, process: Process) -> Process:
        """Kill ``process`` and start its program anew, as a supervisor would. ValueError
        when it was spawned from a coroutine or without ``restart``."""
        program = process.program
        if program is None:
            raise ValueError(f"{process.name} cannot start again: it was no coroutine function")
        self.kill(process)
        process.program = None
        return self.spawn(process.host, program, process.name, True, process.check)

    def reboot(self, host: str) -> None:
        """Boot ``host`` (after a crash, if it is up) and start its programs again."""
        node = self.driver.sim_host(host)
        programs: dict[tuple[str, Program], Process] = {}
        if node.up:
            self.crash(host)
        for process in self.processes:
            if process.host == host and process.program is not None:
                programs[process.name, process.program] = process
        node.reboot()
        for (name, program), old in programs.items():
            self.spawn(host, program, name, restart=True, check=old.check)
        self.driver.wake()

    def signal(self, process: Process, number: int) -> None:
        """Send a signal: the handler of ``process`` runs in the loop; without one it dies."""
        handler = process.signals.get(int(number))
        if not process.alive:
            return
        if not callable(handler):
            self.kill(process)
            return
        context = self._context.copy()
        context.run(current.set, process)
        self.loop.call_soon(handler, int(number), None, context=context)
        self.driver.wake()

    def call_at(self, time: int, callback: Callable[[], object]) -> None:
        """``callback()`` at ``time`` (ns), outside every process: crashes, partitions."""

        def fire() -> None:
            callback()
            self.driver.wake()

        self.network.at(time, fire)

    def hold_reads(self, host: str, held: bool) -> None:
        """The programs of ``host`` are slow readers: see :meth:`Selector.hold_reads`."""
        self.loop.selector.hold_reads(host, held)
        self.driver.wake()

    # -- looking --------------
    @property
    def complaints(self) -> list[str]:
        """Errors that no program caught, as asyncio logged them."""
        return self.loop.complaints

    @property
    def now(self) -> int:
        """Virtual time, ns."""
        return self.network.now

    def waiting(self) -> list[Wait]:
        """What each unfinished task of a living process waits for."""
        return find_waits(self.loop)

    def _hang(self) -> Hang:
        waits = self.waiting()
        return Hang(explain(waits, self.network.now), waits)

    def open_sockets(self, host: str = "") -> list[OpenSocket]:
        """Open descriptors of the living processes of ``host`` (of all hosts)."""
        found: list[OpenSocket] = []
        for process in self.processes:
            if process.alive and host in ("", process.host):
                for number, sock in sorted(process.sockets.items()):
                    found.append(describe(process, number, sock))
        return found

    # -- the end --------------
    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cancel what still runs (for at most a virtual minute), then let go of it all."""
        if self.loop.is_closed():
            return
        try:
            self._cancel_all()
        finally:
            for process in self.processes:
                if process.alive:
                    self._bury(process, "killed")
                    self.kernel.forget_all(process)
                keep(process.remains)
            for apart in self._apart.values():
                apart.end()
            self.loop.close()
            self.driver.close()

    def _cancel_all(self) -> None:
        alive = sorted(asyncio.all_tasks(self.loop), key=hash)  # in the order of their making
        tasks = [task for task in alive if not task.done()]
        tasks = [task for task in tasks if task not in self._dead_tasks()]
        if not tasks or asyncio._get_running_loop() is not None:
            return
        self.loop.set_exception_handler(_tell_unless_cancelled)
        for task in tasks:
            task.cancel()
        bound = self.network.now + 60_000_000_000
        self.driver.max_time_ns = min(self.driver.max_time_ns, bound)
        try:
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=59))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        except (Hang, OutOfTime, TooManyEvents):
            pass  # they are buried next

    def _dead_tasks(self) -> list[object]:
        return [
            item
            for process in self.processes
            for item in process.remains
            if isinstance(item, asyncio.Task)
        ]


def _tell_unless_cancelled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Python 3.11's streams complain of a handler that was cancelled."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
