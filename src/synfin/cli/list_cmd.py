"""``synfin list``: the scenarios in the order in which one learns, searchable."""

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import command
from synfin.cli.runs import scenario_error
from synfin.lab import catalogue
from synfin.lab.model import Scenario, ScenarioError
from synfin.show.words import wrap

NUMBER = 4


@command("list", examples=("list", "list TIME-WAIT", 'list "最后一个 ACK"'))
@click.argument("words", nargs=-1, metavar="[WORDS…]")
@click.option("--cases", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def list_(app: App, words: tuple[str, ...], cases: bool, as_json: bool) -> None:
    """All of them, or those that speak of the words, best first."""
    query = " ".join(words)
    try:
        found = catalogue.search(query)
    except ScenarioError as error:
        raise scenario_error(error) from None
    if as_json:
        app.json([entry(scenario) for scenario in found])
        return
    if not found:
        raise UserError("cli-error-nothing-found", words=query)
    if query.strip():
        for scenario in found:
            show(app, scenario, True)
        app.line()
        app.line(app.ui("cli-list-play", command=f"synfin play {found[0].number}"), "dim")
        return
    group = ""
    for scenario in found:
        if scenario.group != group:
            if group:
                app.line()
            group = scenario.group
            app.head(app.ui(f"cli-group-{group}"))
        show(app, scenario, cases)
    app.line()
    app.line(app.ui("cli-list-hint"), "dim")


def show(app: App, scenario: Scenario, cases: bool) -> None:
    """One scenario: the chosen language's title, the other one, and its cases if wanted."""
    titles = [scenario.title.en, scenario.title.zh]
    if app.lang == "zh":
        titles.reverse()
    first = f"{scenario.number:>3} "
    app.line(first + app.clean(titles[0]))
    if titles[1] and (app.lang == "zh" or _shows_chinese(app)):
        app.line(f"{'':{NUMBER}}{titles[1]}", "dim")
    if cases:
        names = ", ".join(case.name for case in scenario.cases)
        label = app.ui("cli-list-cases", names=names)
        app.lines([f"{'':{NUMBER}}{line}" for line in wrap(label, app.width - NUMBER)], "dim")


def _shows_chinese(app: App) -> bool:
    return app.clean("中") == "中"


def entry(scenario: Scenario) -> dict[str, object]:
    """One scenario for a program."""
    return {
        "number": scenario.number,
        "name": scenario.name,
        "group": scenario.group,
        "title": {"en": scenario.title.en, "zh": scenario.title.zh},
        "question": {"en": scenario.question.en, "zh": scenario.question.zh},
        "cases": [case.name for case in scenario.cases],
        "sources": list(scenario.sources),
    }
