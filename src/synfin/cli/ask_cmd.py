"""``synfin ask``: what people say about TCP, what is right, and the run that shows it."""

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import command
from synfin.cli.markdown import plain, render
from synfin.lab import catalogue
from synfin.lab.model import ScenarioError
from synfin.show import facts
from synfin.show.facts import Fact
from synfin.show.words import wrap

ANALOGY = "analogy"


@command(
    "ask",
    examples=("ask why-three", "ask E-07", "ask C29", 'ask "2MSL 为什么是 2"', "ask --analogy"),
)
@click.argument("words", nargs=-1, metavar="[TOPIC|E-NN|WORDS…]")
@click.option("--analogy", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def ask(app: App, words: tuple[str, ...], analogy: bool, as_json: bool) -> None:
    """The best entry in full, the others by their claims."""
    query = " ".join(words).strip()
    found = facts.find(query, app.lang) if query else []
    if query and not found:
        raise UserError("cli-error-ask", query=query)
    if analogy:
        found += [fact for fact in facts.find(ANALOGY) if fact not in found]
    if as_json:
        app.json([entry(fact) for fact in found or facts.all_facts()])
        return
    if not found:
        topics(app)
        return
    for fact in found[: 2 if analogy and query else 1]:
        show(app, fact)
    others = [f for f in found[1:] if not (analogy and f.name == ANALOGY)]
    if others:
        app.line()
        app.head(app.ui("word-also"))
        for fact in others:
            app.line(f"  synfin ask {fact.name}", "cyan")
            app.para(fact.claim[app.lang].split("\n")[0], 6)


def topics(app: App) -> None:
    """All topics, by section."""
    app.head(app.ui("ask-topics"))
    section = ""
    line: list[str] = []
    for fact in facts.all_facts():
        if fact.section != section:
            _topics(app, line)
            section, line = fact.section, []
        line.append(fact.name)
    _topics(app, line)
    app.line()
    app.para(app.ui("cli-ask-hint"), style="dim")


def _topics(app: App, names: list[str]) -> None:
    if names:
        app.para(", ".join(names), 4, "  -")


def show(app: App, fact: Fact) -> None:
    """One entry: the claim, what is right, the longer text, the source, the run."""
    lang = app.lang
    app.head(f"{fact.name}  ({', '.join(fact.rows)})" if fact.rows else fact.name)
    _part(app, app.ui("word-people-say"), fact.claim[lang])
    _part(app, app.ui("word-right"), fact.right[lang])
    if fact.body[lang]:
        app.line()
        body = render(app.clean(fact.body[lang]), app.width - 2, app.glyphs)
        app.lines([f"  {line}" if line else "" for line in body])
    _part(app, app.ui("word-source"), fact.source)
    if fact.scenario:
        _part(app, app.ui("word-see"), run_of(app, fact.scenario))


def run_of(app: App, number: str) -> str:
    """``synfin play 8`` and what that is."""
    try:
        scenario = catalogue.find(number)
    except (KeyError, ScenarioError):
        return f"synfin play {number}"
    title = app.both({"en": scenario.title.en, "zh": scenario.title.zh})
    return f"synfin play {scenario.number}  ({title})"


def _part(app: App, title: str, text: str) -> None:
    app.line()
    app.line(title, "bold cyan")
    for paragraph in plain(text).split("\n"):
        app.lines([f"  {line}" for line in wrap(app.clean(paragraph), app.width - 2)])


def entry(fact: Fact) -> dict[str, object]:
    """One entry for a program."""
    return {
        "name": fact.name,
        "rows": list(fact.rows),
        "claim": fact.claim,
        "right": fact.right,
        "body": fact.body,
        "source": fact.source,
        "scenario": fact.scenario or None,
    }
