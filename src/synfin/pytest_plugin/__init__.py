"""``pytest --synfin``: asyncio tests on simulated hosts, over real TCP, in virtual time.

A test is taken when it uses the fixture ``net`` or bears the marker
``@pytest.mark.synfin(...)``; with ``--synfin`` every ``async def`` test is. All other tests,
and the plugins that run them, are left alone: nothing of the simulator is even imported.
See docs/testing.md.
"""

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from synfin.pytest_plugin.reporting import Reporter
from synfin.pytest_plugin.taking import (
    MARKER_HELP,
    REPORTER,
    add_options,
    function_of,
    is_async,
    is_taken,
    report_path,
    seeds_of,
    wants_net,
)

if TYPE_CHECKING:
    from synfin.testing import Net


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our options, in a group of their own."""
    add_options(parser.getgroup("synfin", "asyncio programs over simulated TCP"))


def pytest_configure(config: pytest.Config) -> None:
    """The marker; options are checked before a test is collected."""
    config.addinivalue_line("markers", MARKER_HELP)
    seeds_of(config, None)
    path = report_path(config)
    if path is not None:
        config.stash[REPORTER] = Reporter(path)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The report's last line."""
    if REPORTER in session.config.stash:
        session.config.stash[REPORTER].end(int(exitstatus))


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """Async tests that are taken without naming the fixture use it."""
    if wants_net(collector, name, obj):
        pytest.mark.usefixtures("net")(obj)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each seed, where there are several."""
    if "net" not in metafunc.fixturenames or not is_taken(metafunc.definition):
        return
    seeds = seeds_of(metafunc.config, metafunc.definition.get_closest_marker("synfin"))
    if len(seeds) > 1:
        metafunc.parametrize("synfin_seed", seeds, ids=[f"seed={seed}" for seed in seeds])


@pytest.fixture
def synfin_seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run of the test."""
    return seeds_of(request.config, request.node.get_closest_marker("synfin"))[0]


@pytest.fixture
def net(request: pytest.FixtureRequest, synfin_seed: int) -> "Iterator[Net]":
    """A network of simulated hosts for this test: see :class:`synfin.testing.Net`."""
    from synfin.pytest_plugin.runs import net_for

    yield from net_for(request.node, synfin_seed)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """The function of a taken test runs in virtual time; others see a plain function."""
    __tracebackhide__ = True
    if not is_taken(pyfuncitem):
        return (yield)
    from synfin.pytest_plugin.runs import in_virtual_time

    before = pyfuncitem.obj
    pyfuncitem.obj = in_virtual_time(pyfuncitem, function_of(pyfuncitem))
    try:
        return (yield)
    finally:
        pyfuncitem.obj = before


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: "pytest.FixtureDef[Any]", request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Async fixtures of a taken test run in virtual time, too."""
    function: Callable[..., Any] = fixturedef.func
    if not is_async(function) or not is_taken(request.node):
        return (yield)
    from synfin.pytest_plugin.runs import fixture_in_virtual_time

    request.getfixturevalue("net")
    fixturedef.func = fixture_in_virtual_time(request.node, function, request.instance)  # type: ignore[misc]
    try:
        return (yield)
    finally:
        fixturedef.func = function  # type: ignore[misc]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """A taken test that fails is run again: see :mod:`synfin.pytest_plugin.runs`."""
    if not isinstance(item, pytest.Function) or not is_taken(item):
        return None
    from synfin.pytest_plugin.runs import protocol

    return protocol(item, nextitem)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What ``--synfin-audit`` found, by test."""
    if not terminalreporter.config.getoption("--synfin-audit"):
        return
    from synfin.pytest_plugin.runs import audit_lines

    lines = audit_lines([r for rs in terminalreporter.stats.values() for r in rs])
    if lines:
        terminalreporter.section("synfin audit")
        for line in lines:
            terminalreporter.write_line(line)
