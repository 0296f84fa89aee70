"""The ``synfin`` command: the table of commands, and what to do when none is given."""

import click

from synfin import __version__
from synfin.cli.app import App
from synfin.cli.framework import Root, app_of, two_columns

COMMANDS = {
    "play": "synfin.cli.play_cmd:play",
    "list": "synfin.cli.list_cmd:list_",
    "why": "synfin.cli.why_cmd:why",
    "why-not": "synfin.cli.why_cmd:why_not",
    "diff": "synfin.cli.diff_cmd:diff",
    "tcb": "synfin.cli.look_cmd:tcb",
    "ss": "synfin.cli.look_cmd:ss",
    "header": "synfin.cli.header_cmd:header",
    "states": "synfin.cli.states_cmd:states",
    "switches": "synfin.cli.switches_cmd:switches",
    "limits": "synfin.cli.limits_cmd:limits",
    "ask": "synfin.cli.ask_cmd:ask",
    "quiz": "synfin.cli.quiz_cmd:quiz",
    "test": "synfin.cli.test_cmd:test",
    "sweep": "synfin.cli.sweep_cmd:sweep",
    "packetdrill": "synfin.cli.packetdrill_cmd:packetdrill",
    "demo": "synfin.cli.demo_cmd:demo",
    "live": "synfin.cli.live_cmd:live",
    "exec": "synfin.cli.exec_cmd:exec_",
    "listen": "synfin.cli.live_cmd:listen",
    "connect": "synfin.cli.live_cmd:connect",
}
"""Command -> where it is written. The modules are imported when they are needed; none
imports at its head what only Linux has."""

FIRST_STEPS = (
    ("synfin list", "cli-first-list"),
    ("synfin play 1", "cli-first-play"),
    ("synfin play 8 --why", "cli-first-why"),
    ("synfin play 8 --step", "cli-first-step"),
    ("synfin ask time-wait", "cli-first-ask"),
    ("synfin quiz", "cli-first-quiz"),
    ("synfin live", "cli-first-live"),
)


@click.group(cls=Root, where=COMMANDS, invoke_without_command=True, name="synfin")
@click.option("--version", is_flag=True)
@click.pass_context
def cli(ctx: click.Context, version: bool) -> None:
    """Runs a command, or says what one can do."""
    app = app_of(ctx)
    if version:
        app.line(f"synfin {__version__}")
        ctx.exit(0)
    if ctx.invoked_subcommand is None:
        first_steps(app)


def first_steps(app: App) -> None:
    """Ten lines for whoever typed ``synfin`` alone."""
    app.head(app.ui("cli-first-title"))
    app.line()
    app.lines(two_columns([(c, app.ui(key)) for c, key in FIRST_STEPS], app.width))
    app.line(app.ui("cli-first-more"))


def main() -> None:
    """The entry point of the installed command."""
    cli.main()
