"""Packages that bring a network of their own: they say so instead of leaving the simulation.

C cores with sockets of their own (gRPC, libpq, c-ares) would reach the machine's real
network from inside a run, unseen. Their ways in are exchanged while the run lasts,
also in modules that are imported during it. aiohttp, which prefers c-ares where aiodns
is installed, is given its other resolver, which asks the loop. ``uvloop.install()``
does nothing, since the loop is the simulation's.
"""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType
from typing import Any, Final, NamedTuple

from synfin.aio.errors import outside

Put = Callable[[Any, str, Any], None]
"""Exchanges an attribute of a module or class until the run ends: (owner, name, value)."""


class Fence(NamedTuple):
    """Ways into a package, as dotted names inside its module, and why they are closed."""

    module: str
    ways: tuple[str, ...]
    why: str


_GRPC: Final = "gRPC's C core has sockets and threads of its own; grpclib runs here"
_LIBPQ: Final = "libpq has sockets of its own; asyncpg runs here"
_UVLOOP: Final = "libuv has sockets of its own; asyncio's own loop runs here"
_CARES: Final = (
    "c-ares asks real name servers; loop.getaddrinfo() and aiohttp's ThreadedResolver run here"
)
FENCES: Final = (
    Fence("grpc", ("insecure_channel", "secure_channel", "server"), _GRPC),
    Fence("grpc.aio", ("insecure_channel", "secure_channel", "server"), _GRPC),
    Fence("psycopg", ("connect", "Connection.connect", "AsyncConnection.connect"), _LIBPQ),
    Fence("psycopg2", ("connect",), _LIBPQ),
    Fence("pycares", ("Channel.__init__",), _CARES),
    Fence("uvloop", ("run", "new_event_loop"), _UVLOOP),
)
_RESOLVERS: Final = ("aiohttp.resolver", "aiohttp.connector")
_KNOWN: Final = frozenset({fence.module for fence in FENCES} | set(_RESOLVERS))


class Foreign(MetaPathFinder):
    """Exchanges by ``put`` what is there at :meth:`enter`, and what is imported until
    :meth:`leave`; putting back is the caller's."""

    def __init__(self, put: Put) -> None:
        self._put: Put = put
        self._looking: set[str] = set()

    def enter(self) -> None:
        """From now on."""
        for name in sorted(_KNOWN & sys.modules.keys()):
            self.exchange(sys.modules[name])
        sys.meta_path.insert(0, self)

    def leave(self) -> None:
        """No longer for new modules."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The import system asks; what others find is given a loader that tells us."""
        if fullname not in _KNOWN or fullname in self._looking:
            return None
        self._looking.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._looking.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec.loader, self.exchange)
        return spec

    def exchange(self, module: ModuleType) -> None:
        """The ways into one module."""
        name = module.__name__
        for fence in FENCES:
            if fence.module == name:
                for way in fence.ways:
                    self._close(module, way, fence)
        if name == "uvloop" and hasattr(module, "install"):
            self._put(module, "install", _nothing)
        if name in _RESOLVERS:
            threaded = getattr(sys.modules.get("aiohttp.resolver"), "ThreadedResolver", None)
            resolver = getattr(module, "DefaultResolver", None)
            # What was imported from a module that has been through here is exchanged already.
            if None not in (threaded, resolver) and not hasattr(resolver, "__wrapped__"):
                self._put(module, "DefaultResolver", threaded)

    def _close(self, module: ModuleType, way: str, fence: Fence) -> None:
        owner: Any = module
        *path, name = way.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        if hasattr(owner, name):
            self._put(owner, name, _refusal(f"{fence.module}.{way}()", fence.why))


class _Telling(Loader):
    """Another loader, and word of each module that it has loaded."""

    def __init__(self, real: Loader, told: Callable[[ModuleType], None]) -> None:
        self._real: Loader = real
        self._told: Callable[[ModuleType], None] = told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """As the other loader does."""
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the other loader does; then the word."""
        self._real.exec_module(module)
        self._told(module)


def _refusal(what: str, why: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise outside(what.replace(".__init__", ""), why)

    return refuse


def _nothing() -> None:
    """The loop that runs is the simulation's."""
