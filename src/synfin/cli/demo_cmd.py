"""``synfin demo``: a short tour, in the locale's language."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import click

from synfin.cli.app import App
from synfin.cli.framework import command
from synfin.cli.play_cmd import draw
from synfin.cli.runs import Plan, Wish, plan, run, trace_of
from synfin.cli.why_cmd import packet_why
from synfin.lab.language import parse
from synfin.show.ladder import Options

TOUR = "tour.scn"
"""Handshake, data and close: a file beside this one."""

BROKEN = "third-ack-lost"

GO_ON = (
    ("", "cli-demo-go-alone"),
    ("list", "cli-first-list"),
    ("play 8 --step", "cli-first-step"),
    ("play 8 --fault 'A>B SYN nth=1 drop' --why", "cli-demo-go-fault"),
    ("play 21 --html close.html", "cli-demo-go-html"),
    ("ask time-wait", "cli-first-ask"),
    ("quiz", "cli-first-quiz"),
)


@command("demo", examples=("demo", "demo --lang zh"))
@click.option("--no-kernel", is_flag=True)
def demo(app: App, no_kernel: bool) -> None:
    """Handshake, data, close; one broken case with its why; the kernel; how to go on."""
    app.head(app.ui("cli-demo-title"))
    _part(app, 1, app.ui("cli-demo-whole"))
    whole(app)
    _part(app, 2, app.ui("cli-demo-broken"))
    broken(app)
    _part(app, 3, app.ui("cli-demo-kernel"))
    if no_kernel:
        app.line(app.ui("cli-demo-kernel-skipped"), "dim")
    else:
        kernel(app)
    app.line()
    app.head(app.ui("cli-demo-go-on"))
    program = program_name()
    for words, key in GO_ON:
        app.line(f"  {program} {words}".rstrip(), "cyan")
        app.para(app.ui(key), 6)


def _part(app: App, number: int, title: str) -> None:
    app.line()
    app.para(f"{number}. {title}", style="bold")
    app.line()


def whole(app: App) -> None:
    """A run from the first SYN to the last FIN."""
    text = files("synfin.cli").joinpath(TOUR).read_text(encoding="utf-8")
    scenario = parse(text, TOUR)
    chosen = Plan(scenario, scenario.case())
    draw(app, trace_of(run(app, chosen)), Options(app.width, encoding=app.encoding))


def broken(app: App) -> None:
    """A lost segment, and why things go on all the same."""
    chosen = plan(app, Wish(BROKEN))
    done = run(app, chosen)
    draw(app, trace_of(done), Options(app.width, encoding=app.encoding))
    lost = [r["n"] for r in done.packets if r["fate"] != "delivered"]
    repeat = next((r["n"] for r in done.packets if lost and r["n"] > lost[0]), 0)
    if repeat:
        app.line()
        packet_why(app, done, repeat)


def kernel(app: App) -> None:
    """One real transfer with the kernel, where that is possible."""
    tour = kernel_tour()
    if tour is None:
        app.para(app.ui("cli-demo-kernel-none"))
    else:
        app.flush()
        tour(app)


def kernel_tour() -> Callable[[App], None] | None:
    """``live_cmd.tour``, which does it or says in one line why not; None elsewhere."""
    try:
        found = getattr(import_module("synfin.cli.live_cmd"), "tour", None)
    except ImportError:
        return None
    return found if callable(found) else None


def program_name() -> str:
    """How to call synfin from where the user stands: ``.venv/bin/synfin``, if that is it."""
    beside = Path(sys.executable).parent / ("synfin.exe" if os.name == "nt" else "synfin")
    if not beside.exists():
        return "synfin"
    try:
        return str(beside.relative_to(Path.cwd()))
    except ValueError:
        return str(beside)
