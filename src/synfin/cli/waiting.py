"""A progress bar for what takes longer than two seconds, on a terminal's standard error."""

import threading
from types import TracebackType
from typing import Final

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from synfin.cli.app import App

PATIENCE: Final = 2.0
"""Seconds before anything is shown."""


class Waiting:
    """A context around long work. :meth:`advance` may be called as often as you like;
    without it the bar only says that something is going on."""

    def __init__(self, app: App, what: str) -> None:
        self._app: Final = app
        self._what: Final = app.clean(what)
        self._lock: Final = threading.Lock()
        self._done: float | None = None
        self._over = False
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> "Waiting":
        if self._app.err.is_terminal:
            self._timer = threading.Timer(PATIENCE, self._begin)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._over = True
            bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()

    def advance(self, done: int, of: int) -> None:
        """``done`` of ``of``: times, or a count."""
        self._done = max(done, 0) / max(of, 1)
        bar = self._bar
        if bar is not None and self._task is not None:
            bar.update(self._task, completed=self._done, total=1.0)

    def _begin(self) -> None:
        with self._lock:
            if self._over:
                return
            bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=self._app.err,
                transient=True,
            )
            total = None if self._done is None else 1.0
            self._task = bar.add_task(self._what, total=total)
            bar.update(self._task, completed=self._done or 0.0)
            bar.start()
            self._bar = bar
