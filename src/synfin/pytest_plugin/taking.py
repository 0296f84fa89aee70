"""Which tests are ours, with which seeds and settings; the options. Imports no simulator."""

import inspect
from collections.abc import Iterable
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


def add_options(group: pytest.OptionGroup) -> None:
    """``--synfin…``."""
    group.addoption(
        "--synfin", action="store_true", default=False,
        help="run every async test on the simulated loop",
    )  # fmt: skip
    group.addoption(
        "--synfin-seed", type=int, metavar="N", default=None,
        help="run with this seed only (what a failure's report says)",
    )  # fmt: skip
    group.addoption(
        "--synfin-seeds", metavar="N|A-B", default=None,
        help="run each test with the seeds 1 to N, or A to B",
    )  # fmt: skip
    group.addoption(
        "--synfin-shrink", type=int, metavar="RUNS", default=200,
        help="after a failure, look for the fewest lost segments in at most RUNS runs"
        " (default 200; 0: do not look)",
    )  # fmt: skip
    group.addoption(
        "--synfin-audit", action="store_true", default=False,
        help="list the awaits that nothing but TCP's own limits bounds",
    )  # fmt: skip
    group.addoption(
        "--synfin-check-determinism", action="store_true", default=False,
        help="run each test twice and name the first packet that differs",
    )  # fmt: skip
    group.addoption(
        "--synfin-out", metavar="DIR", default="synfin-out",
        help="where failed tests leave captures, ladder and trace (default synfin-out)",
    )  # fmt: skip
    group.addoption(
        "--synfin-report", metavar="FILE", default=None,
        help="append a JSON line for each test and seed to FILE, instead of drawing and"
        " capturing (what synfin sweep reads)",
    )  # fmt: skip


def wrong(message: str) -> NoReturn:
    """Ends pytest with one line."""
    raise pytest.UsageError(message)


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
        wrong("--synfin-seed and --synfin-seeds exclude each other")
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
            wrong(f"@pytest.mark.synfin: seed is a number, not {seed!r}")
        return [seed]
    if isinstance(seeds, int):
        return list(_first(seeds, "@pytest.mark.synfin: seeds"))
    if isinstance(seeds, Iterable) and not isinstance(seeds, str):
        chosen = list(seeds)
        if chosen and all(isinstance(seed, int) for seed in chosen):
            return chosen
    wrong(f"@pytest.mark.synfin: seeds is how many, or a list of them, not {seeds!r}")


def seed_range(text: str) -> range:
    """``20`` are the seeds 1 to 20, ``101-150`` those fifty."""
    low, dash, high = text.partition("-")
    if not low.isdecimal() or (dash and not high.isdecimal()):
        wrong(f"--synfin-seeds is a number or a range such as 101-150, not '{text}'")
    if not dash:
        return _first(int(low), "--synfin-seeds")
    _first(int(high) - int(low) + 1, "the number of --synfin-seeds")
    return range(int(low), int(high) + 1)


def _first(count: int, what: str) -> range:
    if not 1 <= count <= MOST_SEEDS:
        wrong(f"{what} is from 1 to {MOST_SEEDS}, not {count}")
    return range(1, count + 1)


def arguments(mark: pytest.Mark | None) -> dict[str, object]:
    """The marker's arguments by name."""
    if mark is None:
        return {}
    if mark.args:
        wrong(f"@pytest.mark.synfin takes names only, such as seeds={mark.args[0]!r}")
    for word in mark.kwargs:
        if word not in MARKER_WORDS:
            wrong(f"@pytest.mark.synfin has no {word}=; there are {', '.join(MARKER_WORDS)}")
    return dict(mark.kwargs)
