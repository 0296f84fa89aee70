"""Seeded randomness, a stream for each host and boot.

Covered are ``random``'s functions, ``random.Random()`` without a seed, ``random.SystemRandom``,
``secrets``, ``os.urandom`` and ``uuid``. OpenSSL draws its own: the octets of TLS records differ
from run to run, their number and times do not.
"""

import os
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any, ClassVar, Final

from synfin.aio.process import current

_METHODS: Final = (
    "random", "uniform", "triangular", "randint", "choice", "randrange", "sample", "shuffle",
    "choices", "normalvariate", "lognormvariate", "expovariate", "vonmisesvariate",
    "gammavariate", "gauss", "betavariate", "paretovariate", "weibullvariate", "getrandbits",
    "randbytes", "binomialvariate", "seed", "getstate", "setstate",
)  # fmt: skip


class Randomness:
    """All streams of a run."""

    def __init__(self, seed: int) -> None:
        self._seed: int = seed
        self._streams: dict[tuple[str, int, str], random.Random] = {}
        self._outside: Any = None
        self._inside: Any = None
        self._theirs: list[tuple[random.Random, Any]] = []
        self._seed_method: Any = random.Random.seed

    def enter(self) -> None:
        """``random``'s own generator (for who took its methods by name) is seeded, too."""
        self._outside = random.getstate()
        if self._inside is None:
            random.seed(f"synfin/{self._seed}/shared")
        else:
            random.setstate(self._inside)
        first = self._inside is None
        self._theirs = [(generator, generator.getstate()) for generator in generators()]
        if first:
            for generator, _state in self._theirs:
                self._seed_method(generator, f"synfin/{self._seed}/libraries")

    def leave(self) -> None:
        """The generator goes on where it was before the run."""
        if self._outside is not None:
            self._inside = random.getstate()
            random.setstate(self._outside)
            self._outside = None
        for generator, state in self._theirs:
            generator.setstate(state)
        self._theirs = []

    def stream(self, use: str) -> random.Random:
        """The stream of the host whose code runs now; ``program`` or ``system``."""
        process = current.get()
        key = ("", 0, use) if process is None else (process.host, process.boot, use)
        found = self._streams.get(key)
        if found is None:
            found = random.Random.__new__(random.Random)
            self._seed_method(found, f"synfin/{self._seed}/{use}/{key[0]}/{key[1]}")
            self._streams[key] = found
        return found

    def urandom(self, size: int) -> bytes:
        """os.urandom()."""
        return self.stream("system").randbytes(size)

    def functions(self) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
        """(where, name, what stands in for it)."""
        for name in _METHODS:
            if hasattr(random, name):
                yield random, name, self._method(name)
        yield os, "urandom", self.urandom
        yield random, "_urandom", self.urandom
        yield random.Random, "seed", self._reseed()
        yield uuid, "getnode", self._node

    def _method(self, name: str) -> Callable[..., Any]:
        def draw(*args: Any, **kwargs: Any) -> Any:
            return getattr(self.stream("program"), name)(*args, **kwargs)

        return draw

    def _reseed(self) -> Callable[..., None]:
        """A generator without a seed draws it from its host."""
        plain = self._seed_method

        def seed(generator: random.Random, a: Any = None, version: int = 2) -> None:
            if a is None:
                a = self.stream("system").getrandbits(256)
            plain(generator, a, version)

        return seed

    def _node(self) -> int:
        return self.stream("node").getrandbits(48) | 1 << 40


class _Found:
    """What :func:`generators` has seen."""

    modules: ClassVar[set[str]] = set()
    generators: ClassVar[dict[int, random.Random]] = {}


def generators() -> list[random.Random]:
    """Generators that installed packages made when they were imported (aiohttp's for the
    masks of WebSocket frames, say): globals, attributes of classes, default arguments."""
    for name in [name for name in sys.modules if name not in _Found.modules]:
        _Found.modules.add(name)
        module = sys.modules.get(name)
        if isinstance(module, ModuleType) and _installed(getattr(module, "__file__", None)):
            for value in _values(module):
                if type(value) is random.Random:
                    _Found.generators[id(value)] = value
    return list(_Found.generators.values())


def _values(module: ModuleType) -> Iterator[object]:
    for value in list(vars(module).values()):
        yield value
        if isinstance(value, FunctionType):
            yield from _defaults(value)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            for attribute in list(vars(value).values()):
                yield attribute
                if isinstance(attribute, FunctionType):
                    yield from _defaults(attribute)


def _defaults(function: FunctionType) -> Iterator[object]:
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()


def _installed(file: object) -> bool:
    if not isinstance(file, str) or "site-packages" not in file:
        return False
    return not any(part in file for part in ("hypothesis", "pytest", "xdist"))
