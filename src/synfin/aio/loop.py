"""The event loop: CPython's own selector loop, with simulated sockets underneath.

Transports, TLS, ``start_tls``, ``sock_*`` and datagram endpoints are asyncio's, unchanged.
Overridden is only what asks the operating system for something else: the clock, the wake-up
pipe, name look-ups, threads, signals, child processes and pipes.
"""

import asyncio
import itertools
import random
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from contextvars import Context, copy_context
from typing import Any, Final, NoReturn

from synfin.aio.collecting import Collecting
from synfin.aio.driver import Driver
from synfin.aio.errors import Fenced, outside
from synfin.aio.graveyard import quieten
from synfin.aio.kernel import Kernel
from synfin.aio.process import Process, current
from synfin.aio.selector import Selector
from synfin.aio.stock import StockLoop, StockTask

NS: Final = 1e-9


class Task(StockTask):
    """A task of a process. Its hash is its number in order of making, so that sets of tasks
    (wait, gather, shutdown) run through in the same order whatever the heap looks like."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        context = kwargs.get("context")
        self.process: Process | None = current.get() if context is None else context.get(current)
        self._order: int = next(kwargs["loop"].order)
        if kwargs.get("name") is None:
            kwargs["name"] = f"Task-{self._order}"  # asyncio's own count goes on for ever
        super().__init__(*args, **kwargs)

    def __hash__(self) -> int:
        return self._order


class Future(asyncio.Future[Any]):
    """A future with a hash as :class:`Task` has it."""

    def __init__(self, *, loop: "Loop") -> None:
        self._order: int = next(loop.order)
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self._order


class Loop(StockLoop):
    """The one loop of all hosts of a :class:`synfin.aio.driver.Driver`."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel: Kernel = kernel
        self.driver: Driver = kernel.driver
        self.entered: Callable[[], None] = _nothing
        self.left: Callable[[], None] = _nothing
        """Called when the loop begins and ends to run: patches come and go."""
        self.dies: Callable[[Process], None] = _keep
        """A signal without a handler ends a process (set by the world)."""
        self.shuffle: random.Random | None = None
        """Draws whose callbacks run first, of different processes."""
        self.order: Iterator[int] = itertools.count(1)
        """Numbers tasks and futures."""
        self.complaints: list[str] = []
        """What went to the loop's exception handler: errors that no program caught."""
        self._held: list[StockTask] = []
        self._held_most: int = 100
        self._dead: bool = False
        self._collecting: Collecting = Collecting()
        super().__init__(Selector(kernel, kernel.driver))
        self._selector: Selector
        self._selector.pending = self._has_ready
        self._selector.next_timer = self._next_timer
        if not self.driver.real_time:
            self._selector.each_round = self._collecting.round
        self._clock_resolution = NS

    # -- running --------------
    def close(self) -> None:
        """See :class:`asyncio.AbstractEventLoop`."""
        self._held.clear()
        super().close()

    def run_forever(self) -> None:
        """See :class:`asyncio.AbstractEventLoop`; the patches hold meanwhile."""
        self._check_closed()
        self._check_running()
        self.entered()
        if not self.driver.real_time:
            self._collecting.enter()
        try:
            super().run_forever()
        finally:
            if not self.driver.real_time:
                self._collecting.leave()
            self.left()

    @property
    def selector(self) -> Selector:
        """The selector, for whoever looks after processes."""
        return self._selector

    def _has_ready(self) -> bool:
        return bool(self._ready) or self._stopping

    def _next_timer(self) -> int | None:
        return round(self._scheduled[0]._when * 1e9) if self._scheduled else None

    def time(self) -> float:
        """Virtual seconds."""
        return self.driver.now() / 1e9

    @property
    def number_of(self) -> Callable[[object], int]:
        """A method ``__hash__`` by which sets of protocols and transports (a server's
        connections, a pool's) have an order that does not depend on the heap, either."""
        order = self.order

        def number(item: object) -> int:
            attributes: dict[str, Any] | None = getattr(item, "__dict__", None)
            if attributes is None:
                return object.__hash__(item)
            found = attributes.get("_synfin_order")
            if found is None:
                found = attributes["_synfin_order"] = next(order)
            return int(found)

        return number

    def create_future(self) -> asyncio.Future[Any]:
        """See :class:`asyncio.AbstractEventLoop`."""
        return Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, Any] | Coroutine[Any, Any, Any],
        **kwargs: Any,
    ) -> asyncio.Task[Any]:
        """See :class:`asyncio.AbstractEventLoop`."""
        if self.get_task_factory() is not None:
            return super().create_task(coro, **kwargs)
        self._check_closed()
        task = Task(coro, loop=self, **kwargs)
        if task._source_traceback:
            del task._source_traceback[-1]
        self._hold(task)
        return task

    def _hold(self, task: StockTask) -> None:
        """asyncio's own references are weak: a task that nobody else holds vanishes when the
        collector comes by. Here it stays until it is done."""
        self._held.append(task)
        if len(self._held) > self._held_most:
            self._held = [task for task in self._held if not task.done()]
            self._held_most = 2 * len(self._held) + 100

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """See :class:`asyncio.AbstractEventLoop`; kept in :attr:`complaints`, too."""
        error = context.get("exception")
        text = str(context.get("message") or "unhandled exception in the event loop")
        self.complaints.append(text if error is None else f"{text}: {error!r}")
        super().default_exception_handler(context)

    # -- order --------------
    def _run_once(self) -> None:
        if self.shuffle is not None and len(self._ready) > 1:
            self._interleave(self.shuffle)
        super()._run_once()

    def _interleave(self, draw: random.Random) -> None:
        """Callbacks of different processes run in an order that the seed draws; those of
        one process keep theirs, as asyncio promises."""
        queues: dict[Process | None, list[Any]] = {}
        for handle in self._ready:
            queues.setdefault(_process_of(handle), []).append(handle)
        if len(queues) < 2:
            return
        turns = [queue for queue in queues.values() for _ in queue]
        draw.shuffle(turns)
        heads = {id(queue): iter(queue) for queue in queues.values()}
        self._ready.clear()
        self._ready.extend(next(heads[id(queue)]) for queue in turns)

    # -- dead processes --------------
    def bury(self, process: Process) -> None:
        """No handle of ``process`` runs any more; what it held stays in its ``remains``."""
        self._dead = True
        remains = process.remains
        remains.extend(task for task in asyncio.all_tasks(self) if _owner(task) is process)
        for task in remains:
            if isinstance(task, StockTask):
                task._log_destroy_pending = False
        for handle in (*self._ready, *self._scheduled):
            # Cancelled where they stand: the loop has counted those that it runs now.
            if not handle._cancelled and _process_of(handle) is process:
                remains.append((handle._callback, handle._args))
                handle.cancel()
        for fd in [fd for fd in self.selector.get_map() if fd in process.sockets]:
            remains.append(self.selector.forget(fd))
        for transport in list(self._transports.values()):
            if getattr(transport, "_sock_fd", -1) in process.sockets:
                self._transports.pop(transport._sock_fd, None)
                remains.append(transport)
                quieten(transport)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """See :class:`asyncio.AbstractEventLoop`."""
        handle = super().call_soon(callback, *args, context=context)
        if self._dead:
            self._drop_dead(handle)
        return handle

    def _drop_dead(self, handle: Any) -> None:
        """Somebody alive wakes a task of a dead process: nobody is there."""
        process = _process_of(handle)
        if process is not None and not process.alive:
            process.remains.append((handle._callback, handle._args))
            handle.cancel()

    # -- what the operating system would be asked for --------------
    def _make_self_pipe(self) -> None:
        if self.driver.real_time:
            super()._make_self_pipe()
        else:
            self._ssock = self._csock = None

    def _close_self_pipe(self) -> None:
        if self._ssock is not None:
            super()._close_self_pipe()

    def _write_to_self(self) -> None:
        if self.driver.real_time:
            super()._write_to_self()
        elif self._thread_id is not None and threading.get_ident() != self._thread_id:
            raise Fenced(
                "another thread calls into the simulated loop (call_soon_threadsafe): its "
                "moment would be up to chance; do the work in the loop, or with "
                "run_in_executor, which runs inline here"
            )

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Awaitable[Any]:
        """Inline, when the loop comes to it: no thread, so no race that a seed would not
        bring back. The caller's process and other context variables hold."""
        if self.driver.real_time:
            return super().run_in_executor(executor, func, *args)
        self._check_closed()
        future: asyncio.Future[Any] = self.create_future()
        self.call_soon(_work, future, func, args, context=copy_context())
        return future

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """Simulated DNS; see :class:`synfin.aio.names.Names`."""
        names = self.kernel.names
        wait_ns = names.patience_ns(host)
        if wait_ns:
            await asyncio.sleep(wait_ns / 1e9)
        return names.getaddrinfo(host, port, family, type, proto, flags)

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> Any:
        """Simulated DNS."""
        return self.kernel.names.getnameinfo(sockaddr, flags)

    async def _sock_sendfile_native(self, *args: Any) -> NoReturn:
        raise asyncio.SendfileNotAvailableError("no sendfile(2): the file is read and sent")

    def add_signal_handler(  # type: ignore[override]
        self, sig: int, callback: Callable[..., object], *args: Any
    ) -> None:
        """Kept with the process; only :meth:`synfin.aio.simulated.World.signal` sends any."""
        process = current.get()
        if process is not None:
            process.signals[int(sig)] = lambda _sig, _frame: callback(*args)

    def remove_signal_handler(self, sig: int) -> bool:
        """See :meth:`add_signal_handler`."""
        process = current.get()
        return process is not None and process.signals.pop(int(sig), None) is not None

    # -- fences --------------
    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Fenced."""
        raise outside("a child process")

    async def subprocess_shell(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Fenced."""
        raise outside("a child process")

    async def connect_read_pipe(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Fenced."""
        raise outside("waiting for a pipe")

    async def connect_write_pipe(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Fenced."""
        raise outside("waiting for a pipe")

    async def create_unix_connection(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Fenced."""
        raise outside("a Unix domain socket")

    async def create_unix_server(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Fenced."""
        raise outside("a Unix domain socket")


def _nothing() -> None:
    """Nobody wants to know."""


def _keep(_process: Process) -> None:
    """Nobody ends processes."""


def _owner(task: asyncio.Task[Any]) -> Process | None:
    return task.process if isinstance(task, Task) else None


def _process_of(handle: Any) -> Process | None:
    context = handle._context
    return None if context is None else context.get(current)


def _work(future: "asyncio.Future[Any]", func: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """The executor's part of :meth:`Loop.run_in_executor`."""
    if future.cancelled():
        return
    try:
        result = func(*args)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        if not future.cancelled():
            if isinstance(error, StopIteration):
                error = RuntimeError(f"the function raised {error!r}")
            future.set_exception(error)
    else:
        if not future.cancelled():
            future.set_result(result)
