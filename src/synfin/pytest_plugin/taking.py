"""Which tests are ours, with which seeds and settings; the options. Imports no simulator."""

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from synfin.pytest_plugin.reporting import Reporter

MARKER_HELP: Final = (
    "synfin(seeds=N, seed=N, profile='linux', delay='1ms', timeout='24h', faults=[...], "
    "leaks='fail'|'allow'): run on simulated hosts over real TCP, in virtual time"
)
MARKER_WORDS: Final = ("seeds", "seed", "profile", "delay", "timeout", "faults", "leaks")
DEFAULT_SEED: Final = 1
REPORTER: Final = pytest.StashKey[Reporter]()
MOST_SEEDS: Final = 10_000_000

OPTIONS: Final[tuple[tuple[str, str | None, str | int | None], ...]] = (
    ("--synfin", None, None),
    ("--synfin-seed", "N", None),
    ("--synfin-seeds", "N|A-B", None),
    ("--synfin-shrink", "RUNS", 200),
    ("--synfin-audit", None, None),
    ("--synfin-check-determinism", None, None),
    ("--synfin-out", "DIR", "synfin-out"),
    ("--synfin-report", "FILE", None),
)
"""Name, what its value is called (None: a flag), default."""


def add_options(group: pytest.OptionGroup) -> None:
    """``--synfin…``."""
    for name, metavar, default in OPTIONS:
        if metavar is None:
            group.addoption(name, action="store_true", default=False, help=_help(name))
        elif isinstance(default, int) or name == "--synfin-seed":
            group.addoption(name, type=int, metavar=metavar, default=default, help=_help(name))
        else:
            group.addoption(name, metavar=metavar, default=default, help=_help(name))


def _help(option: str) -> str:
    """An option's text in the reader's language, where somebody is going to read it: texts
    take longer to load than all else here."""
    if not {"-h", "--help"} & set(sys.argv):
        return option
    return _said("option-" + (option.removeprefix("--synfin").removeprefix("-") or "every"))


def _said(key: str, **values: str | int) -> str:
    from synfin.show.texts import default_language, texts

    return texts(default_language()).ui(f"pytest-{key}", **values)


def wrong(key: str, **values: str | int) -> NoReturn:
    """A wrong option ends pytest with one line."""
    raise pytest.UsageError(_said(f"wrong-{key}", **values))


def wrong_test(key: str, **values: str | int) -> NoReturn:
    """What is wrong with one test is told in one line, while it is collected and later: for a
    UsageError of a marker pytest would show how it came to look at it."""
    pytest.fail(_said(f"wrong-{key}", **values), pytrace=False)


def is_async(function: object) -> bool:
    """Whether it is a coroutine function or an asynchronous generator function."""
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def function_of(item: pytest.Function) -> Any:
    """The test as it was written. pytest-asyncio's auto mode has put a plain function over
    it by the time it is called, which would run it on a loop of its own."""
    obj = item.obj
    inner = getattr(obj, "__wrapped__", None)
    if type(item).__module__.startswith("pytest_asyncio") and is_async(inner):
        return inner
    return obj


def is_taken(item: object) -> bool:
    """Whether a test uses our ``net``."""
    if not isinstance(item, pytest.Function):
        # while tests are generated there is a definition only
        names = getattr(getattr(item, "_fixtureinfo", None), "names_closure", ())
        return "net" in names and _is_ours(item)
    return "net" in item.fixturenames and _is_ours(item)


def _is_ours(item: object) -> bool:
    """Whether ``net`` is our fixture, and not one of the user's that has the same name."""
    info = getattr(item, "_fixtureinfo", None)
    for one in reversed(getattr(info, "name2fixturedefs", {}).get("net", ())):
        if one.func.__module__ == "synfin.pytest_plugin":
            return True
        if "net" not in one.argnames:  # else it adds something to ours
            return False
    return False


def wants_net(collector: pytest.Collector, name: str, obj: object) -> bool:
    """Whether an async test function is to get the fixture it does not name."""
    if not inspect.iscoroutinefunction(obj) or not isinstance(
        collector, pytest.Module | pytest.Class
    ):
        return False
    if not getattr(collector, "funcnamefilter", lambda _name: False)(name):
        return False
    if collector.config.getoption("--synfin"):
        return True
    own = getattr(obj, "pytestmark", [])
    return any(mark.name == "synfin" for mark in [*own, *collector.iter_markers()])


def seeds_of(config: pytest.Config, mark: pytest.Mark | None) -> list[int]:
    """The seeds of a test: the command line's, else the marker's, else 1. UsageError for what
    makes no sense."""
    one, many = config.getoption("--synfin-seed"), config.getoption("--synfin-seeds")
    if one is not None and many is not None:
        wrong("both")
    if one is not None:
        return [one]
    if many is not None:
        return list(seed_range(many))
    if mark is None:
        return [DEFAULT_SEED]
    words = arguments(mark)
    seeds = words.get("seeds")
    if seeds is None:
        seed = words.get("seed", DEFAULT_SEED)
        if not isinstance(seed, int):
            wrong_test("seed", word=repr(seed))
        return [seed]
    if "seed" in words:
        wrong_test("both-words")
    if isinstance(seeds, int):
        if not 1 <= seeds <= MOST_SEEDS:
            wrong_test("count", what="@pytest.mark.synfin: seeds", most=MOST_SEEDS, count=seeds)
        return list(range(1, seeds + 1))
    if isinstance(seeds, Iterable) and not isinstance(seeds, str):
        chosen = list(seeds)
        if chosen and all(isinstance(seed, int) for seed in chosen):
            return chosen
    wrong_test("seeds", word=repr(seeds))


def seed_range(text: str) -> range:
    """``20`` are the seeds 1 to 20, ``101-150`` those fifty."""
    low, dash, high = text.partition("-")
    if not low.isdecimal() or (dash and not high.isdecimal()):
        wrong("range", word=text)
    if not dash:
        return _first(int(low), "--synfin-seeds")
    _first(int(high) - int(low) + 1, "--synfin-seeds")
    return range(int(low), int(high) + 1)


def _first(count: int, what: str) -> range:
    if not 1 <= count <= MOST_SEEDS:
        wrong("count", what=what, most=MOST_SEEDS, count=count)
    return range(1, count + 1)


def report_path(config: pytest.Config) -> Path | None:
    """``--synfin-report``, where a file can be written."""
    name = config.getoption("--synfin-report")
    if name is None:
        return None
    path = Path(name)
    if path.is_dir() or not path.parent.is_dir():
        wrong("report", word=str(path))
    return path


def arguments(mark: pytest.Mark | None) -> dict[str, object]:
    """The marker's arguments by name."""
    if mark is None:
        return {}
    if mark.args:
        wrong_test("names-only", word=repr(mark.args[0]))
    for word in mark.kwargs:
        if word not in MARKER_WORDS:
            wrong_test("word", word=word, names=", ".join(MARKER_WORDS))
    leaks = mark.kwargs.get("leaks", "fail")
    if leaks not in ("fail", "allow"):
        wrong_test("leaks", word=repr(leaks))
    return dict(mark.kwargs)


def faults_of(mark: pytest.Mark | None) -> list[str]:
    """The marker's faults: one text, or several."""
    faults = arguments(mark).get("faults", ())
    texts = [faults] if isinstance(faults, str) else faults
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
        wrong_test("faults", word=repr(faults))
    return list(texts)
