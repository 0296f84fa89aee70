"""``synfin switches``: everything ``--set`` knows, with its value in each profile."""

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import command
from synfin.core.settings import COUNTERFACTUALS, PROFILES, switch_names
from synfin.lab.runner import SCENARIO_DEFAULTS
from synfin.lab.values import LAB_SWITCHES
from synfin.show.texts import format_ns
from synfin.show.words import fit

NAME = 28
VALUE = 10


@command("switches", examples=("switches", "switches time_wait", "switches syn"))
@click.argument("word", required=False, metavar="WORD")
@click.option("--json", "as_json", is_flag=True)
def switches(app: App, word: str | None, as_json: bool) -> None:
    """All of them, or those whose names contain WORD."""
    names = [name for name in switch_names() if not word or word.lower() in name]
    if as_json:
        app.json({name: {p: getattr(s, name) for p, s in PROFILES.items()} for name in names})
        return
    lab = [name for name in LAB_SWITCHES if not word or word.lower() in name]
    if not names and not lab:
        raise UserError("cli-error-switch", name=word or "", hint=app.nearest(word or "", known()))
    columns = "".join(fit(p, VALUE, app.glyphs) for p in PROFILES)
    app.line(f"{'':{NAME + 1}}{columns.rstrip()}", "bold")
    for name in names:
        values = [shown(name, getattr(settings, name)) for settings in PROFILES.values()]
        cells = "".join(fit(value, VALUE - 1, app.glyphs) + " " for value in values)
        label = fit(name.removesuffix("_ns"), NAME, app.glyphs)
        app.line(f"{mark(name)}{label}{cells}".rstrip())
    for name in lab:
        app.line(f" {fit(name, NAME, app.glyphs)}{app.ui(f'cli-switch-{name}')}")
    app.line()
    app.para(app.ui("cli-switches-note"), style="dim")


def known() -> list[str]:
    """All names that ``--set`` takes."""
    return [name.removesuffix("_ns") for name in switch_names()] + list(LAB_SWITCHES)


def mark(name: str) -> str:
    """``!`` breaks TCP on purpose, ``*`` is set otherwise in every scenario."""
    if name in COUNTERFACTUALS:
        return "!"
    return "*" if name in SCENARIO_DEFAULTS else " "


def shown(name: str, value: object) -> str:
    """A value in few cells."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_ns"):
        return format_ns(value).replace(" ", "")
    if isinstance(value, tuple):
        return ",".join(format_ns(part).replace(" ", "") for part in value) or "-"
    return str(value)
