"""anyio's worker threads run inline, as ``run_in_executor`` does: no thread, no race by chance.

anyio has threads of its own for ``to_thread.run_sync`` (Starlette runs plain ``def``
endpoints in them), which take work from a queue. Such a thread is not started; what
is put into its queue is done by the loop.
"""

from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from synfin.aio.errors import Fenced

_ANYIO: Final = ("anyio._backends._asyncio", "WorkerThread")


class InlineQueue:
    """In place of the queue of anyio's WorkerThread."""

    def __init__(self, worker: Any) -> None:
        self._worker: Any = worker

    def put_nowait(self, item: "tuple[Any, ...] | None") -> None:
        """Work for the loop; None ends a worker: nothing to end here."""
        if item is not None:
            self._worker.loop.call_soon(self._work, item)

    def _work(self, item: tuple[Any, ...]) -> None:
        context, func, args, future = item[:4]
        result: Any = None
        problem: BaseException | None = None
        if not future.cancelled():
            try:
                result = context.run(func, *args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                problem = error
        self._worker._report_result(future, result, problem)


def starter(real: Callable[[Thread], None]) -> Callable[[Thread], None]:
    """In place of :meth:`threading.Thread.start`."""

    def start(thread: Thread) -> None:
        kind = type(thread)
        if (kind.__module__, kind.__qualname__) == _ANYIO and hasattr(thread, "queue"):
            thread.queue = InlineQueue(thread)
            return
        real(thread)

    return start


BLOCKED_S: float = 5.0
"""Real seconds after which a wait for another thread counts as one for ever."""


def waiter(real: Callable[..., bool]) -> Callable[..., bool]:
    """In place of :meth:`threading.Condition.wait`, on which queues, events and the results
    of concurrent futures stand: who would be woken by the loop would wait for itself."""

    def wait(condition: Any, timeout: float | None = None) -> bool:
        if timeout is not None and timeout <= BLOCKED_S:
            return real(condition, timeout)
        if real(condition, BLOCKED_S):
            return True
        raise Fenced(
            "a thread's event, queue or result is waited for in the thread of the loop, which "
            "alone could provide it: what run_in_executor is given runs inline here; await it "
            "in the loop, or run the program as a process of its own: synfin exec -- COMMAND"
        )

    return wait
