"""anyio's worker threads run inline, as ``run_in_executor`` does: no thread, no race by chance.

anyio has threads of its own for ``to_thread.run_sync`` (Starlette runs plain ``def``
endpoints in them), which take work from a queue. Such a thread is not started; what
is put into its queue is done by the loop.
"""

from collections.abc import Callable
from threading import Thread
from typing import Any, Final

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
