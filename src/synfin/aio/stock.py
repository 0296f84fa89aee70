"""The inside of CPython's selector loop that :mod:`synfin.aio.loop` relies on, with types.

These names have been there, with this meaning, from Python 3.11 to 3.14.
"""

import asyncio
from collections import deque
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any


class StockLoop(asyncio.SelectorEventLoop):
    """``asyncio.SelectorEventLoop``; nothing is changed."""

    _ready: deque[Any]
    _scheduled: list[Any]
    _stopping: bool
    _thread_id: int | None
    _transports: MutableMapping[int, Any]
    _ssock: Any
    _csock: Any
    _clock_resolution: float

    if TYPE_CHECKING:

        def _run_once(self) -> None: ...
        def _check_closed(self) -> None: ...
        def _check_running(self) -> None: ...
        def _make_self_pipe(self) -> None: ...
        def _close_self_pipe(self) -> None: ...
        def _write_to_self(self) -> None: ...


class StockTask(asyncio.Task[Any]):
    """``asyncio.Task``; nothing is changed."""

    if TYPE_CHECKING:
        _source_traceback: list[Any] | None
        _log_destroy_pending: bool
        _fut_waiter: asyncio.Future[Any] | None
