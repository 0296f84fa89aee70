"""``synfin play``: runs one case and draws its ladder as it goes."""

import io
import time
from collections.abc import Collection, Iterator

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.files import STDOUT, check_writable, write_file
from synfin.cli.framework import two_columns
from synfin.cli.kinds import Choice, Speed
from synfin.cli.runs import (
    Plan,
    Wish,
    host_of,
    mismatch_text,
    plan,
    ref,
    run,
    run_command,
    trace_of,
)
from synfin.cli.step_cmd import interact
from synfin.cli.why_cmd import ref_first
from synfin.lab.check import check
from synfin.lab.model import Case
from synfin.lab.trace import Run
from synfin.show import json_out, mermaid, pcapng, svg
from synfin.show.html import html as page
from synfin.show.ladder import Ladder, Options, Row, passed_on
from synfin.show.model import Trace
from synfin.show.names import STYLES

FORMATS = ("pcap", "svg", "mermaid", "json", "html")


@run_command(
    "play",
    examples=(
        "play 1",
        "play third-ack-lost --case data-repairs --why",
        "play 8 --fault 'A>B DATA nth=1 drop' --step",
        "play 21 --profile linux --names ss --pcap close.pcapng",
        "play 36 --pcap server.pcapng --pcap-at B",
        "play 28 --set time_wait_msl=1",
    ),
)
@click.option("--step", is_flag=True)
@click.option("--why", is_flag=True)
@click.option("--timers", type=Choice(("none", "fire", "all")), default="fire", metavar="WHICH")
@click.option("--names", type=Choice(STYLES), default="rfc", metavar="|".join(STYLES))
@click.option("--speed", type=Speed(), metavar="X")
@click.option("--pcap", metavar="FILE")
@click.option("--pcap-at", multiple=True, metavar="HOST")
@click.option("--svg", metavar="FILE")
@click.option("--html", metavar="FILE")
@click.option("--mermaid", is_flag=False, flag_value=STDOUT, metavar="[=FILE]")
@click.option("--json", is_flag=False, flag_value=STDOUT, metavar="[=FILE]")
def play(
    app: App,
    wish: Wish,
    step: bool,
    why: bool,
    timers: str,
    names: str,
    speed: float | None,
    pcap_at: tuple[str, ...],
    **files: str | None,
) -> None:
    """Runs, draws, checks, writes."""
    wanted = {kind: path for kind in FORMATS if (path := files[kind]) is not None}
    for path in wanted.values():
        check_writable(path)
    if list(wanted.values()).count(STDOUT) > 1:
        raise UserError("cli-error-two-outputs")
    chosen = plan(app, wish)
    options = Options(app.width, names, timers, why, app.encoding)
    places = [host_of(chosen, name) for name in pcap_at]
    if places and "pcap" not in wanted:
        raise UserError("cli-error-pcap-at")
    if step:
        if wanted:
            raise UserError("cli-error-step-files")
        interact(app, chosen, options)
        return
    done = run(app, chosen)
    trace = trace_of(done)
    held = True
    if STDOUT not in wanted.values():
        before(app, chosen)
        draw(app, trace, options, speed)
        held = after(app, chosen, done)
    for kind, path in wanted.items():
        data = rendered(kind, trace, app, names, places)
        if path == STDOUT:
            app.raw(data.decode("utf-8"))
        else:
            write_file(path, data)
            app.note(app.ui("cli-wrote", path=path))
    if not held:
        click.get_current_context().exit(1)


def rendered(kind: str, trace: Trace, app: App, names: str, places: Collection[str] = ()) -> bytes:
    """One file's content; ``places``: where to capture (none: each packet once)."""
    if kind == "pcap":
        out = io.BytesIO()
        pcapng.write(out, trace, app.texts, places)
        return out.getvalue()
    if kind == "svg":
        return svg.svg(trace, app.texts, names).encode()
    if kind == "mermaid":
        return mermaid.mermaid(trace, app.texts, names).encode()
    if kind == "html":
        return page(trace, app.lang, names).encode()
    return "".join(line + "\n" for line in json_out.lines(trace.raw)).encode()


# --- drawing --------------------------------------------------------------------


def draw(app: App, trace: Trace, options: Options, speed: float | None = None) -> None:
    """The ladder; with ``speed`` no row comes before its time."""
    ladder = Ladder(trace.meta, app.texts, options, passed_on(trace))
    rows: Iterator[Row] = ladder.draw(trace.records)
    if speed is None:
        for row in rows:
            app.line(row.text)
        return
    start, first = time.monotonic(), None
    for row in rows:
        if first is None and row.t:
            first = min(row.t, 0)
        wait = (row.t - (first or 0)) / 1e9 / speed - (time.monotonic() - start)
        if wait > 0:
            app.flush()
            time.sleep(wait)
        app.line(row.text)


def before(app: App, chosen: Plan) -> None:
    """The scenario's title and the question that it answers."""
    title = {"en": chosen.scenario.title.en, "zh": chosen.scenario.title.zh}
    app.head(f"{chosen.scenario.number:02d} {app.both(title) or chosen.scenario.name}")
    question = {"en": chosen.scenario.question.en, "zh": chosen.scenario.question.zh}
    if app.both(question):
        app.para(app.both(question), style="italic")
        app.line()


def after(app: App, chosen: Plan, done: Run) -> bool:
    """What to look at, whether the expectations held, and how to go on; False if not held."""
    app.line()
    for text in (chosen.scenario.note, chosen.case.note):
        note = app.both({"en": text.en, "zh": text.zh})
        if note and not (text is chosen.case.note and text == chosen.scenario.note):
            app.para(note)
    held = verdict(app, chosen, done)
    more(app, chosen, done)
    return held


def verdict(app: App, chosen: Plan, done: Run) -> bool:
    """Whether the case's expectations held; nothing is claimed when something was changed."""
    if chosen.changed:
        unused = unused_faults(chosen, done)
        for text in unused:
            app.line(app.ui("cli-fault-unused", text=text), "yellow")
        app.line(app.ui("cli-changed"), "dim")
        return True
    count = len(chosen.case.expect.items)
    if not count:
        app.line(app.ui("cli-no-expectations"), "dim")
        return True
    wrong = check(chosen.case, done)
    if not wrong:
        app.line(f"{app.glyphs_ok} {app.ui('cli-held', count=count)}", "green")
        return True
    app.line(
        f"{app.glyphs_bad} {app.ui('cli-not-held', wrong=len(wrong), count=count)}", "bold red"
    )
    for mismatch in wrong:
        app.para(mismatch_text(app, mismatch), 4, "  -")
    return False


def unused_faults(chosen: Plan, done: Run) -> list[str]:
    """Faults of the command line that met no packet."""
    used = {str(record.get("fault") or "") for record in done.packets}
    return [text for text in chosen.changes.faults if not any(text in one for one in used)]


def case_title(app: App, case: Case) -> str:
    """The case's own title, if it has one."""
    return app.both({"en": case.title.en, "zh": case.title.zh})


def more(app: App, chosen: Plan, done: Run) -> None:
    """How to go on from here."""
    others = [case for case in chosen.scenario.cases if case.name != chosen.case.name]
    name = ref(chosen).partition(" ")[0]
    if others:
        app.line()
        app.line(app.ui("cli-other-cases", command=f"synfin play {name} --case …"))
        app.lines(two_columns([(case.name, case_title(app, case)) for case in others], app.width))
        app.line()
    if done.packets and not chosen.changed:
        odd = [r["n"] for r in done.packets if r["fate"] != "delivered"]
        number = odd[0] if odd else len(done.packets)
        why = f"synfin why {ref_first(chosen, number)}"
        app.para(app.ui("cli-next-why", n=number, command=why))
