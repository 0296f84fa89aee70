"""Who waits for what: for the error of a run that hangs, and for the audit of hangs.

A task awaits a future; a descriptor's callback leads to that future through the transport,
the protocol and the stream. So the objects behind each registered descriptor (and behind
each timer) are searched for the futures that tasks wait for.
"""

import asyncio
import gc
import socket
import weakref
from dataclasses import dataclass
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Final

from synfin.aio.driver import READ
from synfin.aio.kernel import SIMULATED, Kernel
from synfin.aio.loop import Loop, Task
from synfin.aio.process import Process
from synfin.core.states import State
from synfin.host.sockets import Socket

MAX_OBJECTS: Final = 20_000
"""How many objects behind one descriptor are looked at."""


@dataclass
class Wait:
    """One task that waits. ``operation`` is ``read``, ``write``, ``connect`` or ``accept``,
    with the descriptor and its addresses; "" for what no descriptor will end. ``until_ns``
    is when an asyncio timer ends the wait."""

    task: "asyncio.Task[Any]"
    process: Process | None
    where: str
    awaits: str
    operation: str = ""
    descriptor: int = -1
    local: tuple[str, int] | None = None
    remote: tuple[str, int] | None = None
    until_ns: int | None = None

    @property
    def host(self) -> str:
        """The host of the task; "" for none."""
        return "" if self.process is None else self.process.host

    def __str__(self) -> str:
        who = self.task.get_name()
        place = f" on {self.host}" if self.host and f"@{self.host}" not in who else ""
        text = f"{who}{place}: {self.where} awaits {self.awaits}"
        if self.operation:
            text += f" ({self.operation} on descriptor {self.descriptor & 0xFFFFF}"
            if self.local is not None:
                text += f", {self.local[0]}:{self.local[1]}"
            if self.remote is not None:
                text += f" to {self.remote[0]}:{self.remote[1]}"
            text += ")"
        return text


def explain(waits: list[Wait], now: int) -> str:
    """The message of a run that hangs."""
    lines = [f"nothing can happen any more at {now / 1e9:.6f} s; these tasks wait for ever:"]
    lines += [f"  {wait}" for wait in waits]
    return "\n".join(lines)


def find_waits(loop: Loop) -> list[Wait]:
    """Each unfinished task of a living process, in the order of their making."""
    found: list[Wait] = []
    waits: dict[int, list[Wait]] = {}
    for task in sorted(asyncio.all_tasks(loop), key=_order):
        process = task.process if isinstance(task, Task) else None
        if task.done() or (process is not None and not process.alive):
            continue
        future = getattr(task, "_fut_waiter", None)
        wait = Wait(task, process, _where(task), _name_of(future))
        found.append(wait)
        for item in (future, task):
            if item is not None:
                waits.setdefault(id(item), []).append(wait)
    _find_descriptors(loop, waits)
    _find_timers(loop, waits)
    return found


def _order(task: "asyncio.Task[Any]") -> int:
    return hash(task)


def _where(task: "asyncio.Task[Any]") -> str:
    """The innermost line of the program itself, else of the library it stands in."""
    frames = [frame for frame in _frames(task.get_coro()) if frame is not None]
    chosen = None
    for frame in frames:
        if "/asyncio/" not in frame.f_code.co_filename.replace("\\", "/") or chosen is None:
            chosen = frame
    if chosen is None:
        return "?"
    file = chosen.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{file}:{chosen.f_lineno} in {chosen.f_code.co_name}"


def _frames(item: Any) -> list[FrameType]:
    frames: list[FrameType] = []
    while item is not None and len(frames) < 100:
        frame = (
            getattr(item, "cr_frame", None)
            or getattr(item, "gi_frame", None)
            or getattr(item, "ag_frame", None)
        )
        if frame is not None:
            frames.append(frame)
        item = (
            getattr(item, "cr_await", None)
            or getattr(item, "gi_yieldfrom", None)
            or getattr(item, "ag_await", None)
        )
    return frames


def _name_of(future: Any) -> str:
    if future is None:
        return "its turn"
    if isinstance(future, asyncio.Task):
        return f"task {future.get_name()}"
    return f"a {type(future).__name__.strip('_')}"


def _find_descriptors(loop: Loop, waits: dict[int, list[Wait]]) -> None:
    for fd, key in sorted(loop.selector.get_map().items()):
        sock = loop.kernel.sockets.get(fd)
        reader, writer = key.data
        for handle, reading in ((writer, False), (reader, True)):
            if handle is None:
                continue
            for wait in _reached((handle._callback, handle._args), waits):
                if not wait.operation:
                    wait.operation = _operation(sock, reading and bool(key.events & READ))
                    wait.descriptor = fd
                    if sock is not None and fd >= SIMULATED:
                        wait.local, wait.remote = _ends(sock)


def _operation(sock: Socket | None, reading: bool) -> str:
    if sock is not None and sock.listener is not None:
        return "accept"
    if reading:
        return "read"
    connecting = sock is not None and sock.conn is not None and sock.conn.state is State.SYN_SENT
    return "connect" if connecting else "write"


def _ends(sock: Socket) -> tuple[tuple[str, int], tuple[str, int] | None]:
    local = sock.getsockname()
    if sock.conn is not None:
        return local, (sock.shown_address(sock.conn.remote), sock.conn.remote_port)
    try:
        return local, sock.getpeername()
    except OSError:
        return local, None


def _find_timers(loop: Loop, waits: dict[int, list[Wait]]) -> None:
    for timer in loop._scheduled:
        if timer._cancelled:
            continue
        when = round(timer._when * 1_000_000_000)
        for wait in _reached((timer._callback, timer._args), waits):
            if wait.until_ns is None or when < wait.until_ns:
                wait.until_ns = when


_OPAQUE: Final = (
    asyncio.Task, asyncio.AbstractEventLoop, ModuleType, type, CodeType, FrameType, Process,
    socket.socket, Kernel, str, bytes, int, float,
)  # fmt: skip


def _reached(start: Any, waits: dict[int, list[Wait]]) -> list[Wait]:
    """The waits whose future (or task) is reachable from ``start``, nearest first; the
    search does not pass through tasks, loops or frames."""
    found: list[Wait] = []
    seen: set[int] = set()
    level: list[Any] = [start]
    while level and len(seen) < MAX_OBJECTS:
        following: list[Any] = []
        for item in level:
            if id(item) in seen:
                continue
            seen.add(id(item))
            found.extend(waits.get(id(item), ()))
            if isinstance(item, FunctionType):
                following.extend(item.__closure__ or ())
            elif isinstance(item, weakref.ref):
                following.append(item())
            elif not isinstance(item, _OPAQUE):
                following.extend(gc.get_referents(item))
        level = following
    return found
