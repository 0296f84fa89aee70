"""``synfin diff``: two runs of one case side by side, and the switch behind each difference."""

from dataclasses import replace

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.runs import Wish, plan, run_command, scenario_error
from synfin.cli.waiting import Waiting
from synfin.core.settings import PROFILES
from synfin.lab.compare import Comparison, Difference, Line, Row, compare
from synfin.lab.model import ScenarioError, SwitchValue
from synfin.lab.runner import Changes
from synfin.lab.values import show_time
from synfin.show.texts import format_ns
from synfin.show.words import fit, wrap


@run_command(
    "diff",
    examples=(
        "diff 8 --case lost-for-ever --profiles rfc,linux",
        "diff 21 --set time_wait_msl=1",
        "diff 8 --fault 'A>B ACK nth=1 delay=2s'",
    ),
)
@click.option("--profiles", metavar="P,Q")
@click.option("--all", "everything", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def diff(app: App, wish: Wish, profiles: str | None, everything: bool, as_json: bool) -> None:
    """The case as it is against the case with ``--set``/``--fault``, or two profiles."""
    pair = profile_pair(profiles)
    chosen = plan(app, wish)
    second = chosen.changes
    if pair is not None:
        first = replace(second, profile=pair[0])
        second = replace(second, profile=pair[1])
        names = pair
    else:
        first = Changes(seed=second.seed, until=second.until)
        names = (app.ui("cli-diff-as-is"), app.ui("cli-diff-changed"))
    if first == second:
        raise UserError("cli-error-nothing-to-compare")
    try:
        with Waiting(app, app.ui("cli-comparing")):
            found = compare(chosen.scenario, chosen.case, first, second)
    except ScenarioError as error:
        raise scenario_error(error) from None
    if as_json:
        app.json(document(found, names))
        return
    show(app, found, names, everything)


def profile_pair(text: str | None) -> tuple[str, str] | None:
    """``rfc,linux`` as two known names."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2:
        raise UserError("cli-error-two-profiles", value=text, names=", ".join(PROFILES))
    for name in names:
        if name not in PROFILES:
            raise UserError("cli-error-profile", name=name, names=", ".join(PROFILES))
    return names[0], names[1]


# --- showing --------------------------------------------------------------------


def show(app: App, found: Comparison, names: tuple[str, str], everything: bool) -> None:
    """Two columns; what is alike goes across both, and long runs of it are folded."""
    half = (app.width - 4) // 2
    bar = app.glyphs.bar
    app.line(f"  {fit(names[0], half - 1, app.glyphs)}{bar} {names[1]}", "bold")
    app.line("  " + app.glyphs.line * (half - 1) + bar + app.glyphs.line * (half - 1))
    alike: list[Row] = []
    told: tuple[str, ...] = ()
    for row in found.rows:
        if row.same:
            alike.append(row)
            continue
        _alike(app, alike, everything)
        alike = []
        _different(app, row, half)
        if row.switches and row.switches != told:
            label = app.ui("cli-diff-because", switches=", ".join(map(set_name, row.switches)))
            app.para(label, 11, "", style="cyan")
        told = row.switches
    _alike(app, alike, everything)
    app.line()
    summary(app, found, names)


FOLD = 3
"""So many lines that are alike stay before and after a difference."""


def _alike(app: App, rows: list[Row], everything: bool) -> None:
    kept = rows
    if not everything and len(rows) > 2 * FOLD + 1:
        kept = rows[:FOLD]
    for row in kept:
        if row.first is not None:
            app.line(f"  {_cut(app, row.first)}", "dim")
    if len(kept) < len(rows):
        app.line("  " + app.ui("cli-diff-folded", count=len(rows) - 2 * FOLD), "dim")
        for row in rows[-FOLD:]:
            if row.first is not None:
                app.line(f"  {_cut(app, row.first)}", "dim")


def _text(line: Line) -> str:
    return f"{show_time(line.time):>8} {line.text}"


def _cut(app: App, line: Line) -> str:
    return fit(_text(line), app.width - 2, app.glyphs).rstrip()


def _different(app: App, row: Row, half: int) -> None:
    left = _column(row.first, half - 2)
    right = _column(row.second, half - 2)
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else ""
        other = right[index] if index < len(right) else ""
        mark = "!" if index == 0 else " "
        text = f"{mark} {fit(one, half - 1, app.glyphs)}{app.glyphs.bar} {other}"
        app.line(text.rstrip(), "yellow")


def _column(line: Line | None, width: int) -> list[str]:
    if line is None:
        return [f"{'-':>8}"]
    first, *rest = wrap(line.text, width - 9)
    return [f"{show_time(line.time):>8} {first}", *(f"{'':8} {text}" for text in rest)]


def summary(app: App, found: Comparison, names: tuple[str, str]) -> None:
    """How many differences, and the values of the switches that make them."""
    different = found.different
    if not different:
        app.para(app.ui("cli-diff-none", count=len(found.settings)))
        return
    app.para(app.ui("cli-diff-count", count=len(different), all=len(found.rows)))
    blamed = {name for row in different for some in row.switches for name in some.split(" + ")}
    told = [one for one in found.settings if switch_word(one) in blamed]
    if told:
        app.line()
        app.head(app.ui("cli-diff-switches"))
        for one in told:
            values = f"{value_word(one, one.first)} {app.glyphs.bar} {value_word(one, one.second)}"
            app.para(f"{set_name(switch_word(one))}: {values}", 4, "  ")
    rest = len(found.settings) - len(told)
    if rest:
        app.para(app.ui("cli-diff-other-switches", count=rest), style="dim")


def switch_word(one: Difference) -> str:
    """``HOST.switch`` for one host's."""
    return f"{one.host}.{one.switch}" if one.host else one.switch


def set_name(switch: str) -> str:
    """A switch, or several joined by ``+``, as ``--set`` takes them: ``msl``, not ``msl_ns``."""
    return " + ".join(name.removesuffix("_ns") for name in switch.split(" + "))


def value_word(one: Difference, value: SwitchValue) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and one.switch.endswith("_ns"):
        return format_ns(value)
    if isinstance(value, tuple):
        return ",".join(format_ns(part) for part in value) or "-"
    return str(value)


def document(found: Comparison, names: tuple[str, str]) -> dict[str, object]:
    """The comparison for a program."""
    return {
        "names": list(names),
        "settings": [
            {"host": s.host, "switch": s.switch, "first": s.first, "second": s.second}
            for s in found.settings
        ],
        "rows": [
            {
                "same": row.same,
                "first": None if row.first is None else _line(row.first),
                "second": None if row.second is None else _line(row.second),
                "switches": list(row.switches),
            }
            for row in found.rows
        ],
    }


def _line(line: Line) -> dict[str, object]:
    return {"t": line.time, "text": line.text}
