"""A progress bar for what takes longer than two seconds, on a terminal's standard error."""

import time
from types import TracebackType
from typing import Final

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from synfin.cli.app import App

PATIENCE: Final = 2.0
"""Seconds before anything is shown."""
_EVERY: Final = 256
"""Steps between two looks at the clock."""


class Waiting:
    """A context; call :meth:`advance` as often as you like."""

    def __init__(self, app: App, what: str) -> None:
        self._app: Final = app
        self._what: Final = app.clean(what)
        self._steps = 0
        self._since = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> "Waiting":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def advance(self, done: int, of: int) -> None:
        """``done`` of ``of``: times, or a count."""
        self._steps += 1
        if of > _EVERY and self._steps % _EVERY:
            return
        if self._bar is None:
            late = time.monotonic() - self._since > PATIENCE
            if not (late and self._app.err.is_terminal):
                return
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=self._app.err,
                transient=True,
            )
            self._task = self._bar.add_task(self._what, total=1.0)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=max(done, 0) / max(of, 1))
