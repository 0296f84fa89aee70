"""``synfin test``: runs cases and holds them against their expectations."""

from dataclasses import dataclass

import click

from synfin.cli.app import App
from synfin.cli.framework import command, stop
from synfin.cli.runs import find_case, find_scenario, mismatch_text, scenario_error
from synfin.cli.waiting import Waiting
from synfin.lab import catalogue
from synfin.lab.check import Mismatch, check
from synfin.lab.model import Case, Scenario, ScenarioError
from synfin.lab.runner import run_case


@dataclass(frozen=True)
class Result:
    """One case: its mismatches, or why it could not run at all."""

    scenario: Scenario
    case: Case
    wrong: tuple[Mismatch, ...] = ()
    error: ScenarioError | None = None

    @property
    def ok(self) -> bool:
        """Whether all expectations held."""
        return not self.wrong and not self.error


@command("test", examples=("test", "test 8 21", "test my.scn --json"))
@click.argument("names", nargs=-1, metavar="[NAME|FILE…]")
@click.option("--case", metavar="CASE")
@click.option("--json", "as_json", is_flag=True)
def test(app: App, names: tuple[str, ...], case: str | None, as_json: bool) -> None:
    """All shipped scenarios, or those named; exit code 1 when an expectation fails."""
    try:
        chosen = [find_scenario(app, name) for name in names] or catalogue.all_shipped()
    except ScenarioError as error:
        raise scenario_error(error) from None
    work = [
        (scenario, one)
        for scenario in chosen
        for one in ([find_case(scenario, case)] if case else scenario.cases)
    ]
    results: list[Result] = []
    with Waiting(app, app.ui("cli-testing")) as waiting:
        for number, (scenario, one) in enumerate(work):
            waiting.advance(number, len(work))
            results.append(result(scenario, one))
    if as_json:
        app.json(document(results))
    else:
        show(app, results)
    if not all(one.ok for one in results):
        stop(1)


def result(scenario: Scenario, case: Case) -> Result:
    """Runs one case."""
    try:
        return Result(scenario, case, tuple(check(case, run_case(scenario, case))))
    except ScenarioError as error:
        return Result(scenario, case, error=error)


def show(app: App, results: list[Result]) -> None:
    """A line for each scenario, and everything that is wrong."""
    for scenario in dict.fromkeys(one.scenario.name for one in results):
        mine = [one for one in results if one.scenario.name == scenario]
        good = sum(one.ok for one in mine)
        mark = app.glyphs_ok if good == len(mine) else app.glyphs_bad
        text = app.ui("cli-test-line", good=good, count=len(mine))
        style = "green" if good == len(mine) else "bold red"
        app.line(f"{mark} {mine[0].scenario.number:02d} {scenario}: {text}", style)
        for one in mine:
            if one.ok:
                continue
            app.line(f"    {one.case.name}", "red")
            for line in lines_of(app, one):
                app.para(line, 8, "      -")
    good = sum(one.ok for one in results)
    app.line()
    app.line(app.ui("cli-test-sum", good=good, count=len(results)), "bold")


def lines_of(app: App, one: Result) -> list[str]:
    """What is wrong with a case."""
    if one.error is not None:
        return [scenario_error(one.error).text(app.texts)]
    return [mismatch_text(app, mismatch) for mismatch in one.wrong]


def document(results: list[Result]) -> dict[str, object]:
    """The results for a program."""
    return {
        "passed": sum(one.ok for one in results),
        "failed": sum(not one.ok for one in results),
        "cases": [
            {
                "scenario": one.scenario.name,
                "number": one.scenario.number,
                "case": one.case.name,
                "ok": one.ok,
                "error": str(one.error) if one.error else None,
                "mismatches": [{"where": m.where, "message": m.message} for m in one.wrong],
            }
            for one in results
        ],
    }
