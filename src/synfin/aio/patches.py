"""What programs find changed while the loop runs, and find again afterwards.

Modules of the standard library are given other functions for sockets, clocks and randomness.
Each acts only in the loop's thread: other threads (of the test runner, say) get the real ones.
Modules that took such a function by name (``from time import monotonic``) are found and given
the other one, too.
"""

import _thread
import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from socket import socket as RealSocket
from types import ModuleType
from typing import Any, Final

from synfin.aio.clocks import Clocks
from synfin.aio.datetimes import Datetimes
from synfin.aio.errors import AioError, outside
from synfin.aio.foreign import Foreign
from synfin.aio.kernel import SIMULATED, Kernel
from synfin.aio.loop import Loop
from synfin.aio.names import Names, failure
from synfin.aio.polling import Polling
from synfin.aio.process import current
from synfin.aio.randomness import Randomness
from synfin.aio.sockets import Runtime, SimSocket
from synfin.aio.workers import starter, waiter

_MISSING: Final = object()


class Patches:
    """Set by :meth:`enter`, undone by :meth:`leave`; both may be called again."""

    def __init__(self, kernel: Kernel, loop: Loop, seed: int, epoch: int) -> None:
        self._kernel: Kernel = kernel
        self._loop: Loop = loop
        self._clocks: Clocks = Clocks(kernel.driver, epoch)
        self._datetimes: Datetimes = Datetimes(self._clocks.wall)
        self._random: Randomness = Randomness(seed)
        self._undo: list[tuple[Any, str, Any]] = []
        self._foreign: Foreign | None = None
        self._swapped: dict[int, tuple[Any, Any]] = {}
        self._thread: int = 0
        self._scanned: list[tuple[dict[str, Any], str, Any, Any]] = []
        self._scanned_modules: dict[str, int] = {}
        """Which modules there were, by name and identity."""
        self._active: bool = False

    def enter(self) -> None:
        """Patch. Raises AioError when another run is going on."""
        if Runtime.kernel is not None:
            raise AioError("another simulated loop runs already; one at a time")
        self._thread = _thread.get_ident()
        Runtime.kernel = self._kernel
        Runtime.look_again = self._loop.selector.look_again
        Runtime.thread = self._thread
        self._active = True
        try:
            self._patch_all()
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Undo everything, whatever of it fails; the first failure is raised at the end."""
        self._active = False
        with ExitStack() as last_first:
            last_first.callback(_leave_runtime)
            last_first.callback(self._datetimes.leave)
            last_first.callback(self._random.leave)
            last_first.callback(self._undo_all)
            last_first.callback(self._late_imports)
            last_first.callback(self._undo_scanned)
            if self._foreign is not None:
                last_first.callback(self._foreign.leave)

    def _undo_scanned(self) -> None:
        for namespace, name, real, fake in self._scanned:
            if namespace.get(name) is fake:
                namespace[name] = real

    def _undo_all(self) -> None:
        with ExitStack() as undoing:
            for owner, name, value in self._undo:
                if value is _MISSING:
                    undoing.callback(delattr, owner, name)
                else:
                    undoing.callback(setattr, owner, name, value)
            self._undo.clear()

    # -- what is patched --------------
    def _patch_all(self) -> None:
        self._swapped = swapped = {}

        def here(owner: Any, name: str, fake: Callable[..., Any]) -> None:
            real = getattr(owner, name, _MISSING)
            if real is _MISSING:
                return
            other = self._only_here(real, fake)
            self._set(owner, name, other)
            swapped[id(real)] = (real, other)

        self._sockets(here, swapped)
        polling = Polling(self._kernel)
        here(select, "select", polling.select)
        here(select, "poll", polling.poll)
        if not self._kernel.driver.real_time:
            self._virtual(here)
        self._elsewhere(swapped)

    def _virtual(self, here: Callable[[Any, str, Callable[..., Any]], None]) -> None:
        """Clocks, randomness, signals and threads: in real time they are the system's own."""
        for name, fake in self._clocks.functions().items():
            here(time, name, fake)
        self._datetimes.enter()
        self._random.enter()
        for owner, name, fake in self._random.functions():
            here(owner, name, fake)
        self._set(uuid, "_generate_time_safe", None)
        self._set(uuid, "_last_timestamp", None)
        here(signal, "signal", self._signal)
        here(signal, "raise_signal", self._raise_signal)
        self._real_kill = os.kill
        here(os, "kill", self._kill)
        here(threading.Thread, "start", starter(threading.Thread.start))
        here(threading.Condition, "wait", waiter(threading.Condition.wait))
        here(RealSocket, "__init__", _no_real_socket(RealSocket.__init__))
        for owner, name in _CHILDREN:
            if hasattr(owner, name):
                here(owner, name, _no_child(getattr(owner, name)))
        self._foreign = Foreign(here)
        self._foreign.enter()
        real_all_tasks = asyncio.all_tasks
        for owner in (asyncio, asyncio.tasks):
            here(owner, "all_tasks", lambda loop=None: _in_order(real_all_tasks(loop)))
        for kind in (asyncio.BaseProtocol, asyncio.BaseTransport):
            self._set(kind, "__hash__", self._loop.number_of)

    def _set(self, owner: Any, name: str, value: Any) -> None:
        self._undo.append((owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, value)

    def _only_here(self, real: Any, fake: Callable[..., Any]) -> Callable[..., Any]:
        thread = self._thread
        ident = _thread.get_ident

        def either(*args: Any, **kwargs: Any) -> Any:
            if ident() == thread and self._active:  # somebody may keep it beyond the run
                return fake(*args, **kwargs)
            return real(*args, **kwargs)

        either.__name__ = getattr(real, "__name__", "patched")
        either.__doc__ = getattr(real, "__doc__", None)
        either.__wrapped__ = real  # type: ignore[attr-defined]
        return either

    def _sockets(
        self, here: Callable[[Any, str, Callable[..., Any]], None], swapped: dict[int, Any]
    ) -> None:
        names: Names = self._kernel.names
        swapped[id(socket.socket)] = (socket.socket, SimSocket)
        self._set(socket, "socket", SimSocket)
        self._set(socket, "SocketType", SimSocket)
        here(socket, "getaddrinfo", names.getaddrinfo)
        here(socket, "getnameinfo", names.getnameinfo)
        here(socket, "gethostname", self._gethostname)
        here(socket, "gethostbyname", self._gethostbyname)
        here(socket, "gethostbyname_ex", self._gethostbyname_ex)
        here(socket, "gethostbyaddr", self._gethostbyaddr)
        if not self._kernel.driver.real_time:
            here(socket, "socketpair", _no_socketpair)
            here(socket, "fromfd", _no_fromfd)

    # -- the functions --------------
    def _gethostname(self) -> str:
        process = current.get()
        return process.host if process is not None and process.host else "localhost"

    def _gethostbyname(self, name: str) -> str:
        found = self._kernel.names.getaddrinfo(name, 0, socket.AF_INET, socket.SOCK_STREAM)
        return str(found[0][4][0])

    def _gethostbyname_ex(self, name: str) -> tuple[str, list[str], list[str]]:
        found = self._kernel.names.getaddrinfo(name, 0, socket.AF_INET, socket.SOCK_STREAM)
        return name, [], [str(info[4][0]) for info in found]

    def _gethostbyaddr(self, address: str) -> tuple[str, list[str], list[str]]:
        name = self._kernel.names.name_of(address)
        if name:
            return name, [], [address]
        if address in self._kernel.names:
            return address, [], list(self._kernel.names[address])
        raise failure("EAI_NONAME")

    def _signal(self, number: int, handler: Any) -> Any:
        """signal(2): kept with the process; Ctrl-C still ends the run."""
        process = current.get()
        if process is None:
            return signal.SIG_DFL
        before = process.signals.get(int(number), signal.SIG_DFL)
        process.signals[int(number)] = handler
        return before

    def _raise_signal(self, number: int) -> None:
        """raise(3): to the process whose code runs, by its own handlers; without one it dies."""
        process = current.get()
        if process is None:
            return
        handler = process.signals.get(int(number), signal.SIG_DFL)
        if callable(handler):
            handler(int(number), None)
        elif handler != signal.SIG_IGN:
            self._loop.call_soon(self._loop.dies, process)

    def _kill(self, pid: int, number: int) -> None:
        """kill(2): the number of this interpreter means the simulated process."""
        if pid == os.getpid() and current.get() is not None:
            self._raise_signal(number)
        else:
            self._real_kill(pid, number)

    # -- names taken elsewhere --------------
    def _elsewhere(self, swapped: dict[int, tuple[Any, Any]]) -> None:
        """Module globals that are one of the real things."""
        there = {name: id(module) for name, module in sys.modules.items()}
        if self._scanned_modules != there:
            self._scanned = list(_find(swapped, sys.modules))
            self._scanned_modules = there
        else:
            self._scanned = [
                (namespace, name, real, swapped[id(real)][1])
                for namespace, name, real, _ in self._scanned
            ]
        for namespace, name, real, fake in self._scanned:
            if namespace.get(name) is real:
                namespace[name] = fake

    def _late_imports(self) -> None:
        """Modules imported during the run took what was there: they get the real things."""
        known = self._scanned_modules
        late = {n: module for n, module in sys.modules.items() if known.get(n) != id(module)}
        fakes = {id(fake): (fake, real) for real, fake in self._swapped.values()}
        for namespace, name, _fake, real in list(_find(fakes, late)):
            namespace[name] = real
        self._swapped = {}


_CHILDREN: Final = (
    (subprocess.Popen, "__init__"), (os, "fork"), (os, "posix_spawn"), (os, "system"),
)  # fmt: skip
_OURS: Final = ("synfin.", "_pytest", "pytest", "pluggy", "xdist", "execnet", "hypothesis")
_STANDARD: Final = {
    "socket", "_socket", "time", "datetime", "_datetime", "random", "_random", "os", "posix",
    "signal", "_signal", "uuid", "secrets", "ssl", "threading", "selectors", "subprocess",
    "multiprocessing", "queue", "logging", "sys", "builtins", "timeit", "cProfile", "faulthandler",
}  # fmt: skip
"""Modules whose own names stay as they are: they make the real things, or time the run."""


def _leave_runtime() -> None:
    Runtime.kernel = None
    Runtime.look_again = None
    Runtime.thread = 0


def _find(
    swapped: dict[int, tuple[Any, Any]], modules: dict[str, ModuleType]
) -> Iterator[tuple[dict[str, Any], str, Any, Any]]:
    for title, module in list(modules.items()):
        if not isinstance(module, ModuleType) or title.startswith(_OURS):
            continue
        if title.partition(".")[0] in _STANDARD:
            continue
        namespace = vars(module)
        for name, value in list(namespace.items()):
            pair = swapped.get(id(value))
            if pair is not None and pair[0] is value:
                yield namespace, name, pair[0], pair[1]


def _in_order(tasks: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """The same set, built in the order of making: where two fall into one slot of its table
    the first comes first, and asyncio's own set has the history of the whole process."""
    ordered = sorted(tasks, key=hash)
    return set(ordered)


def _no_real_socket(real: Callable[..., None]) -> Callable[..., None]:
    """In place of the real class's ``__init__``, which classes made of it before the run call:
    they would reach the machine's own network, unseen."""

    def init(
        sock: RealSocket,
        family: int = -1,
        type: int = -1,
        proto: int = -1,
        fileno: int | None = None,
    ) -> None:
        if fileno is None or fileno >= SIMULATED:
            kind = sock.__class__.__name__
            why = "it derives from the real socket.socket; asyncio's calls, ssl= too, run here"
            raise outside(f"a socket of class {kind}", why)
        real(sock, family, type, proto, fileno)

    return init


def _no_child(real: Callable[..., Any]) -> Callable[..., Any]:
    """A child process would run on the real machine. The test's own code, on no host, may."""

    def start(*args: Any, **kwargs: Any) -> Any:
        process = current.get()
        if process is not None and process.host:
            raise outside("a child process")
        return real(*args, **kwargs)

    return start


def _no_socketpair(*_args: Any, **_kwargs: Any) -> Any:
    raise outside("socketpair()", "there are no Unix domain sockets")


def _no_fromfd(*_args: Any, **_kwargs: Any) -> Any:
    raise outside("fromfd()", "real descriptors do not reach into the simulation")
