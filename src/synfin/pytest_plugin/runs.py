"""Taken tests: run in virtual time, and once they fail, run again to say why."""

import functools
import inspect
import io
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from synfin.core.problems import Problem
from synfin.pytest_plugin.taking import REPORTER, arguments, faults_of, seeds_of, wrong
from synfin.show.problems import problem_text
from synfin.testing import Net
from synfin.testing.determinism import Garbage, differences
from synfin.testing.expecting import own_texts, said
from synfin.testing.investigating import Findings, Outcome, Plan, Summary, investigate
from synfin.testing.leaks import LeakedSockets
from synfin.testing.summing import finish, place_of, summarize

PLAN: Final = pytest.StashKey[Plan]()
SUMMARY: Final = pytest.StashKey[Summary]()
ERROR: Final = pytest.StashKey[BaseException]()
PASSED: Final = pytest.StashKey[bool]()
"""The test's own code has passed; fixtures have still to be taken down."""
NET: Final = pytest.StashKey[Net]()


# --- a test's run ---------------------------------------------------------------------


def net_for(item: pytest.Function, seed: int) -> Iterator[Net]:
    """The fixture's value, as the marker and the plan of this run say."""
    plan = item.stash.get(PLAN, Plan())
    words = arguments(item.get_closest_marker("synfin"))
    _forget(item, ERROR)
    garbage = Garbage(plan.garbage)
    faults = faults_of(item.get_closest_marker("synfin"))
    net = _made(words, faults, seed, plan, bool(item.config.getoption("--synfin-audit")))
    net.title = item.name
    item.stash[NET] = net
    _forget(item, PASSED)
    try:
        yield net
        if PASSED in item.stash and closes_late(item):
            _look_for_leaks(item, net)
        item.stash[SUMMARY] = summary = summarize(net, plan, item.stash.get(ERROR, None))
        if summary.audit and PLAN not in item.stash:
            item.user_properties.append(("synfin-audit", summary.audit))
        if ERROR in item.stash and PASSED in item.stash:
            raise item.stash[ERROR]
    finally:
        net.close()
        garbage.clear()
        _forget(item, NET)


def _made(words: dict[str, object], faults: list[str], seed: int, plan: Plan, audit: bool) -> Net:
    options: dict[str, Any] = {
        name: words[name] for name in ("profile", "delay", "timeout") if name in words
    }
    options |= {"trace": plan.trace, "losses": plan.losses, "journal": plan.journal}
    try:
        net = Net(seed, audit=audit, **options)
        for text in faults:
            net.fault(text)
    except Problem as error:
        told = problem_text(own_texts(), error)
    else:
        return net
    pytest.fail(f"@pytest.mark.synfin: {told}", pytrace=False)  # outside, or pytest tells both


def in_virtual_time(item: pytest.Function, function: Callable[..., Any]) -> Callable[..., None]:
    """The test as a plain function."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        net = item.stash[NET]
        try:
            result = function(*args, **kwargs)
            if inspect.iscoroutine(result):
                net.run(result)
            if not closes_late(item):
                finish(net, leaks=are_leaks_wrong(item))
        except BaseException as error:
            item.stash[ERROR] = error
            raise
        item.stash[PASSED] = True

    # who looks for a coroutine function shall find none
    del run.__wrapped__
    return run


def are_leaks_wrong(item: pytest.Function) -> bool:
    """Whether sockets that are left open fail this test."""
    return arguments(item.get_closest_marker("synfin")).get("leaks", "fail") != "allow"


def closes_late(item: pytest.Function) -> bool:
    """Whether fixtures of the test may close what they opened on the net when it has ended;
    only then is it time to look for leaks."""
    for name, found in item._fixtureinfo.name2fixturedefs.items():
        function = found[-1].func
        late = inspect.isgeneratorfunction(function) and "net" in found[-1].argnames
        if name != "net" and (late or inspect.isasyncgenfunction(function)):
            return True
    return False


def _look_for_leaks(item: pytest.Function, net: Net) -> None:
    try:
        finish(net, leaks=are_leaks_wrong(item))
    except LeakedSockets as error:
        item.stash[ERROR] = error


def fixture_in_virtual_time(
    item: pytest.Function, function: Callable[..., Any], instance: object
) -> Callable[..., Any]:
    """An async fixture as a plain one."""
    net = item.stash[NET]
    bound = function
    if instance is not None and "self" in inspect.signature(function).parameters:
        bound = function.__get__(instance)
    if inspect.isasyncgenfunction(function):

        def generate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            generator: AsyncIterator[Any] = bound(*args, **kwargs)
            yield net.run(_next(generator))
            try:
                net.run(_next(generator))
            except StopAsyncIteration:
                return
            wrong("yields", name=function.__name__)

        return generate

    def run(*args: Any, **kwargs: Any) -> Any:
        coroutine: Coroutine[Any, Any, Any] = bound(*args, **kwargs)
        return net.run(coroutine)

    return run


async def _next(generator: AsyncIterator[Any]) -> Any:
    # a coroutine may not raise StopAsyncIteration out of a task unchanged
    return await anext(generator)


# --- run again ---------------------------------------------------------------------------


def protocol(item: pytest.Function, nextitem: pytest.Item | None) -> bool:
    """As pytest's own, and investigates a failure before it is reported."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reporter = item.config.stash.get(REPORTER, None)
    if reporter is not None:
        reporter.begin()
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = next((report for report in reports if report.failed), None)
    if failed is not None and not item.config.getoption("usepdb") and SUMMARY in item.stash:
        _explain(item, nextitem, failed)
    elif failed is None and item.config.getoption("--synfin-check-determinism"):
        _check(item, nextitem, reports)
    if reporter is not None:
        reporter.result(nodeid_of(item), seed_of(item), reports)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _forget(item: pytest.Function, key: pytest.StashKey[Any]) -> None:
    if key in item.stash:
        del item.stash[key]


def _again(item: pytest.Function, nextitem: pytest.Item | None, plan: Plan) -> Outcome:
    """One more run of the test, fixtures and all; nothing of it is reported."""
    item.stash[PLAN] = plan
    _forget(item, SUMMARY)
    item._initrequest()
    # with -s, what the test prints has been printed once
    quiet = item.config.getoption("capture") == "no"
    try:
        with redirect_stdout(io.StringIO()) if quiet else nullcontext():
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
    finally:
        _forget(item, PLAN)
    failed = next((report for report in reports if report.failed), None)
    if SUMMARY not in item.stash:  # the teardown failed: what it says must not be lost
        failed = next((r for r in reports if r.when == "teardown" and r.failed), failed)
        item.stash[SUMMARY] = Summary(waits=[str(failed.longrepr)] if failed else [])
    return Outcome(signature(item, failed), item.stash[SUMMARY])


def signature(item: pytest.Function, report: pytest.TestReport | None) -> str:
    """What tells failures apart: where it was raised, and the error's type."""
    if report is None:
        return ""
    error = item.stash.get(ERROR, None) if report.when != "setup" else None
    if error is not None:
        return place_of(error)
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(report.longrepr) if crash is None else f"{crash.path}:{crash.lineno} {report.when}"


def _explain(
    item: pytest.Function, nextitem: pytest.Item | None, failed: pytest.TestReport
) -> None:
    summary = item.stash[SUMMARY]
    failure = signature(item, failed)
    swept = REPORTER in item.config.stash
    folder = None if swept else folder_of(item, summary.seed)
    findings = investigate(
        functools.partial(_again, item, nextitem),
        Outcome(failure, summary),
        folder=folder,
        command=command_of(item, summary.seed),
        shrink_runs=item.config.getoption("--synfin-shrink"),
        trace=not swept,
    )
    _add(failed, findings.text())
    failed.user_properties.append(("synfin", properties(findings, failure)))


def properties(findings: Findings, failure: str) -> dict[str, object]:
    """What a sweep groups failures by."""
    shrunk = findings.shrunk if findings.shrunk is not None else []
    return {
        "seed": findings.seed,
        "failure": failure,
        "accidents": [item.line for item in shrunk],
        "kinds": [item.kind for item in shrunk],
        "shrunk": findings.shrunk is not None,
    }


def _add(report: pytest.TestReport, text: str) -> None:
    """A section of the failure that survives ``--show-capture=no`` and xdist."""
    add = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add("synfin", text)
    else:
        report.sections.append(("synfin", text))


def _check(
    item: pytest.Function, nextitem: pytest.Item | None, reports: list[pytest.TestReport]
) -> None:
    """Two more runs, with different garbage on the heap: the same packets, or a failure."""
    called = next((report for report in reports if report.when == "call"), None)
    if called is None or not called.passed:
        return
    first = _again(item, nextitem, Plan(journal=True)).summary
    second = _again(item, nextitem, Plan(journal=True, garbage=1)).summary
    lines = differences(first.journal, second.journal)
    if lines:
        called.outcome = "failed"
        text = [said("seed", seed=first.seed), *lines]
        called.longrepr = "\n".join(text)


def folder_of(item: pytest.Function, seed: int) -> Path:
    """``synfin-out/test_file/test_name/seed-7`` (``TestClass.test_name`` in a class), whatever
    characters the name has."""
    root = item.config.rootpath / str(item.config.getoption("--synfin-out"))
    full = base_name(item) if item.cls is None else f"{item.cls.__qualname__}.{base_name(item)}"
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in full)
    return root / item.path.stem / name / f"seed-{seed}"


def base_name(item: pytest.Function) -> str:
    """The test's name without our parameter."""
    name = item.name
    callspec = getattr(item, "callspec", None)
    if callspec is not None and "synfin_seed" in callspec.params:
        mine = f"seed={callspec.params['synfin_seed']}"
        name = name.replace(f"[{mine}]", "").replace(f"-{mine}", "").replace(f"{mine}-", "")
    return name


def nodeid_of(item: pytest.Function) -> str:
    """The test's node id as one would type it in this folder, without our parameter."""
    nodeid = str(item.nodeid)
    _, colons, inner = nodeid[: len(nodeid) - len(item.name)].partition("::")
    path = os.path.relpath(item.path, item.config.invocation_params.dir).replace("\\", "/")
    return path + colons + inner + base_name(item)


def seed_of(item: pytest.Function) -> int:
    """The seed that this item runs with."""
    callspec = getattr(item, "callspec", None)
    if callspec is not None and "synfin_seed" in callspec.params:
        return int(callspec.params["synfin_seed"])
    return seeds_of(item.config, item.get_closest_marker("synfin"))[0]


def command_of(item: pytest.Function, seed: int) -> str:
    """What runs this test with this seed."""
    nodeid = nodeid_of(item)
    extra = " --synfin" if item.config.getoption("--synfin") else ""
    quoted = f"'{nodeid}'" if any(c in nodeid for c in " []'\"$*?") else nodeid
    return f"pytest {quoted}{extra} --synfin-seed {seed}"


def audit_lines(reports: list[object]) -> list[str]:
    """The findings of all tests, each once, with the tests' names."""
    found: dict[str, list[str]] = {}
    for report in reports:
        if isinstance(report, pytest.TestReport) and report.when == "teardown":
            for name, value in report.user_properties:
                if name == "synfin-audit" and isinstance(value, list):
                    for line in value:
                        found.setdefault(str(line), []).append(report.nodeid)
    if not found:
        return []
    lines = [said("audit")]
    for line, tests in found.items():
        lines += [line, f"    {tests[0]}" + (f" (+{len(tests) - 1})" if len(tests) > 1 else "")]
    return lines
