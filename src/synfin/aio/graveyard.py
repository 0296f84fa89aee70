"""What dead processes leave behind, kept so that it never runs again.

Collecting a suspended coroutine throws GeneratorExit into it, and its ``finally`` blocks run:
a program that lost power would still clean up, perhaps in the middle of a later test. So the
remains stay referenced; only of very many the oldest are let go.
"""

import atexit
import contextlib
from collections import deque
from typing import Any, Final

from synfin.aio.stock import StockTask

MOST: Final = 500
"""Tasks that are kept, each with what it refers to (perhaps its whole world)."""

_tasks: deque[StockTask] = deque()


def keep(remains: list[object]) -> None:
    """Keep the tasks among ``remains`` that are not done."""
    for item in remains:
        if isinstance(item, StockTask) and not item.done():
            _tasks.append(item)
    while len(_tasks) > MOST:
        _let_go(_tasks.popleft())


def quieten(transport: object) -> None:
    """A dead transport does not complain that nobody closed it."""
    kind: Any = transport
    if not hasattr(transport, "_sock_fd"):
        return
    kind._closing = True
    kind._sock = None
    inner = getattr(getattr(kind, "_protocol", None), "_app_transport", None)
    if inner is not None:
        inner._closed = True


def _let_go(task: StockTask) -> None:
    """Its ``finally`` blocks run now, where nobody hears of what they raise."""
    coroutine = task.get_coro()
    if coroutine is not None:
        with contextlib.suppress(BaseException):
            coroutine.close()


def _at_exit() -> None:
    """The interpreter takes modules apart: one reference more, and these outlive it."""
    try:
        from ctypes import py_object, pythonapi
    except ImportError:
        return
    pythonapi.Py_IncRef(py_object(_tasks))


atexit.register(_at_exit)
