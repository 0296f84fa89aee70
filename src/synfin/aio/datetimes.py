"""``datetime.datetime.now`` and ``utcnow`` by a clock of ours, in the class itself.

The class must stay the one it is: C and Rust extensions ask for exactly this type, and
some (pyo3's) keep whatever ``datetime.datetime`` was when they first looked, for as long
as the process lives. So the two functions are exchanged in the class's dictionary, which
also reaches whoever said ``from datetime import datetime`` long ago. ``today`` needs
nothing: it asks ``time.time``.
"""

import _thread
import ctypes
import datetime
import gc
from collections.abc import Callable
from typing import Any, Final

EXCHANGED: Final = ("now", "utcnow")


class Datetimes:
    """Exchanged by :meth:`enter` for the thread that calls it, put back by :meth:`leave`.
    ``wall`` is Unix time, s."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall: Callable[[], float] = wall
        self._real: dict[str, Any] = {}

    def enter(self) -> None:
        """From now on the two functions tell our time in this thread."""
        names = _dictionary()
        self._real = {name: names[name] for name in EXCHANGED}
        wall = self._wall
        thread = _thread.get_ident()
        ident = _thread.get_ident
        real_now, real_utcnow = (self._real[name] for name in EXCHANGED)

        def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> Any:
            """The virtual wall clock."""
            if ident() != thread:
                return real_now.__get__(None, cls)(tz)
            return cls.fromtimestamp(wall(), tz)

        def utcnow(cls: type[datetime.datetime]) -> Any:
            """The virtual wall clock, without a time zone."""
            if ident() != thread:
                return real_utcnow.__get__(None, cls)()
            return cls.fromtimestamp(wall(), datetime.UTC).replace(tzinfo=None)

        _put({"now": classmethod(now), "utcnow": classmethod(utcnow)})

    def leave(self) -> None:
        """The real ones again."""
        if self._real:
            _put(self._real)
            self._real = {}


def _dictionary() -> dict[str, Any]:
    """What the read-only view of the class's names looks at."""
    [names] = gc.get_referents(vars(datetime.datetime))
    assert isinstance(names, dict)
    return names


def _put(values: dict[str, Any]) -> None:
    """Sets names of the class and tells the interpreter to forget what it has looked up."""
    _dictionary().update(values)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
