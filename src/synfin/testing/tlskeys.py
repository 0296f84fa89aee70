"""TLS secrets of a recorded run, so that Wireshark can read what its programs said."""

import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final


class KeyLog:
    """While it is :meth:`begun <begin>`, every TLS context that makes a connection writes its
    secrets (NSS key log format) into one file; a context with a key log of its own keeps it."""

    def __init__(self) -> None:
        self._folder: Final = tempfile.TemporaryDirectory(prefix="synfin-keys-")
        self._file: Final = Path(self._folder.name) / "keys.log"
        self._before: Callable[..., Any] | None = None
        self._contexts: list[ssl.SSLContext] = []

    def begin(self) -> None:
        """asyncio makes its TLS connections by ``SSLContext.wrap_bio``."""
        before: Callable[..., Any] = ssl.SSLContext.wrap_bio
        self._before = before
        path = str(self._file)

        def wrap_bio(context: ssl.SSLContext, *args: Any, **kwargs: Any) -> Any:
            if not context.keylog_filename:
                context.keylog_filename = path
                self._contexts.append(context)
            return before(context, *args, **kwargs)

        setattr(ssl.SSLContext, "wrap_bio", wrap_bio)  # noqa: B010  a method is exchanged

    def end(self) -> None:
        """Contexts are as they were; the file is removed."""
        if self._before is not None:
            setattr(ssl.SSLContext, "wrap_bio", self._before)  # noqa: B010
            self._before = None
        for context in self._contexts:
            context.keylog_filename = None  # type: ignore[assignment]
        self._contexts.clear()
        self._folder.cleanup()

    def read(self) -> bytes:
        """The secrets so far."""
        return self._file.read_bytes() if self._file.exists() else b""
