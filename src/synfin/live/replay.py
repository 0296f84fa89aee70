"""One case live and simulated, compared; runs inside a worker."""

from typing import Any

from synfin.core.problems import Problem
from synfin.lab import catalogue
from synfin.lab.model import Case, Scenario, Texts
from synfin.live import differences
from synfin.live.compare import Difference, compare
from synfin.live.experiment import Expected, Live, until_for


def replay(
    name: str, case_name: str, kernel: str, most: int, offers: bool = False
) -> dict[str, Any]:
    """Runs it for at most ``most`` ns; ``wrong`` are the differences that nobody has named.
    ``offers``: with the options that the kernel offers by itself."""
    scenario = catalogue.find(name)
    case = scenario.case(case_name)
    expected = Expected(scenario, case, kernel, most, offers).finish()
    until = until_for(expected, most)
    live = Live(scenario, case, kernel, until, offers)
    run = live.finish()
    found = compare(expected, run, kernel, until)
    wrong, known = differences.sort(found, scenario.name, case.name, kernel)
    return {
        "scenario": scenario.name,
        "case": case.name,
        "kernel": kernel,
        "offers": offers,
        "seconds": until / 1e9,
        "segments": len(run.packets),
        "late_ns": live.late_ns,
        "wrong": [_shown(one) for one in wrong],
        "known": known,
        "trace": run.trace,
        "expected": expected.trace,
    }


def _shown(one: Difference) -> dict[str, str]:
    return {
        "kind": one.kind,
        "host": one.host,
        "expected": str(one.expected or ""),
        "actual": str(one.actual or ""),
        "line": one.line,
    }


def playable(scenario: Scenario, case: Case, kernel: str) -> Texts | Problem | None:
    """Why this case cannot be replayed with ``kernel`` as that host (the file's own words
    or ours); None when it can."""
    if not case.live:
        return case.live_why if case.live_why != Texts() else Texts("live no", "live no")
    if why := differences.UNPLAYABLE.get((scenario.name, kernel)):
        return why
    hosts = {host.name: host for host in case.body.hosts}
    if kernel not in hosts or hosts[kernel].kind != "host":
        return Problem("live.no-host", "{name} is no host of this case", name=kernel)
    if any(":" in address for address, _ in hosts[kernel].addresses):
        return Problem("live.ipv4", "the kernel's side speaks IPv4 only")
    calls = [timed.call for timed in case.body.calls]
    if any(c.host == kernel and c.verb == "connect" and c.args.option("iss") for c in calls):
        return Problem(
            "live.isn",
            "{name} needs an ISN of its own choice; the kernel chooses itself",
            name=kernel,
        )
    return None
