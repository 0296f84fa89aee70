"""``synfin packetdrill``: packetdrill scripts against the engine, in virtual time."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
from rich.cells import cell_len

from synfin.cli import packetdrill_capture, packetdrill_table
from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import command, stop
from synfin.cli.kinds import Whole
from synfin.cli.waiting import Waiting
from synfin.core.settings import PROFILES
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Finding, Result, Why
from synfin.packetdrill.model import ScriptError, Unsupported
from synfin.packetdrill.suite import (
    STATUSES,
    Job,
    by_folder,
    find_scripts,
    missing_features,
    run_jobs,
)
from synfin.show.words import fit_end

WHERE: Final = "SYNFIN_PACKETDRILL"
"""The environment variable that names scripts when the command line does not."""
UNSUPPORTED: Final = 3
"""Exit code when nothing failed but something could not be run."""


@command("packetdrill", examples=("packetdrill my.pkt", "packetdrill my.pkt --tolerance_usecs 0"))
@click.argument("places", nargs=-1, metavar="[FILE|DIR…]")
@click.option("-j", "workers", type=Whole(1), default=1, metavar="N")
@click.option("-D", "--define", "defines", multiple=True, metavar="NAME=VALUE")
@click.option("--tolerance_usecs", "tolerance", type=Whole(0), metavar="N")
@click.option("--strict_segments", is_flag=True)
@click.option("--local_ip", metavar="ADDRESS")
@click.option("--remote_ip", metavar="ADDRESS")
@click.option("--ip_version", metavar="ipv4|ipv6")
@click.option("--mtu", type=Whole(68), metavar="N")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="linux")
@click.option("--pcap", metavar="FILE")
@click.option("--table", "as_table", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def packetdrill(
    app: App,
    places: tuple[str, ...],
    workers: int,
    defines: tuple[str, ...],
    tolerance: int | None,
    strict_segments: bool,
    local_ip: str | None,
    remote_ip: str | None,
    ip_version: str | None,
    mtu: int | None,
    profile: str,
    pcap: str | None,
    as_table: bool,
    as_json: bool,
) -> None:
    """Exit code 0: all passed; 1: one failed; 2: one cannot be read; 3: none failed, but
    something is not supported."""
    given = {"local_ip": local_ip, "remote_ip": remote_ip, "ip_version": ip_version}
    given["mtu"] = None if mtu is None else str(mtu)
    config = _config(profile, given, strict_segments)
    pairs = tuple(_define(text) for text in defines)
    fixed = -1 if tolerance is None else tolerance
    if as_table:
        _tabulate(app, places, workers, Job(Path(), "", config, pairs, fixed))
        return
    capture = pcap is not None
    jobs = [Job(path, name, config, pairs, fixed, capture) for path, name in _scripts(places)]
    if pcap is not None:
        packetdrill_capture.check(pcap, len(jobs))
    results = _run(app, jobs, workers)
    if pcap is not None:
        packetdrill_capture.write(app, pcap, results)
    if as_json:
        app.json(document(results))
    else:
        show(app, results)
    found = {result.status for result in results}
    if "error" in found:
        stop(2)
    if "fail" in found:
        stop(1)
    if "unsupported" in found:
        stop(UNSUPPORTED)


def _run(app: App, jobs: list[Job], workers: int) -> list[Result]:
    with Waiting(app, app.ui("packetdrill-running")) as waiting:
        return run_jobs(jobs, workers, lambda done: waiting.advance(done, len(jobs)))


def _tabulate(app: App, places: tuple[str, ...], workers: int, like: Job) -> None:
    """Each place is a suite: run as it is, then all again with no tolerance."""
    suites = [(_name(place), _scripts((place,))) for place in _places(places)]
    jobs = [replace(like, path=p, name=n) for _, scripts in suites for p, n in scripts]
    watch = packetdrill_table.Stopwatch()
    results = _run(app, jobs, workers)
    watch.stop()
    exact = _run(app, [replace(job, tolerance_usecs=0) for job in jobs], workers)
    rows: list[packetdrill_table.Suite] = []
    at = 0
    for name, scripts in suites:
        end = at + len(scripts)
        rows.append((name, results[at:end], exact[at:end]))
        at = end
    packetdrill_table.show(app, rows, watch.seconds, workers)


def _name(place: str) -> str:
    return Path(place).resolve().name


def _config(profile: str, given: dict[str, str | None], strict: bool) -> Config:
    config = Config(profile=profile, strict_segments=strict)
    for name, value in given.items():
        if value is None:
            continue
        try:
            config = config.with_option(name, value)
        except ScriptError as error:
            raise UserError("packetdrill-error-value", **dict(error.what.values)) from None
        except Unsupported as missing:
            raise UserError("packetdrill-flag", what=missing.what) from None
    return config


def _define(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UserError("packetdrill-define", text=text)
    return name, value


def _places(places: tuple[str, ...]) -> list[str]:
    chosen = list(places) or [p for p in os.environ.get(WHERE, "").split(os.pathsep) if p]
    if not chosen:
        raise UserError("packetdrill-nothing", name=WHERE)
    return chosen


def _scripts(places: tuple[str, ...]) -> list[tuple[Path, str]]:
    chosen = _places(places)
    try:
        return find_scripts([Path(place) for place in chosen])
    except FileNotFoundError as error:
        raise UserError("packetdrill-no-scripts", place=str(error)) from None


# --- shown ------------------------------------------------------------------------


def show(app: App, results: Sequence[Result]) -> None:
    """What did not pass, the table by folder, and the sum."""
    for result in results:
        if result.status != "pass":
            _one(app, result)
    if len(results) > 1:
        _table(app, results)
    missing = missing_features(results)
    if missing:
        app.line()
        app.head(app.ui("packetdrill-missing"))
        for name, count in missing:
            app.para(name, 6, f"{count:4d}")
    app.line()
    counts = {status: sum(r.status == status for r in results) for status in STATUSES}
    app.line(
        app.ui(
            "packetdrill-sum",
            passed=counts["pass"],
            failed=counts["fail"],
            unsupported=counts["unsupported"],
            errors=counts["error"],
        ),
        "bold",
    )


def _one(app: App, result: Result) -> None:
    place = f"{result.name}:{result.line}" if result.line else result.name
    style = "yellow" if result.status == "unsupported" else "bold red"
    app.para(f"{place}: {app.ui(f'packetdrill-status-{result.status}')}", 0, style=style)
    if result.message:
        app.para(result.message, 4)
    for finding in result.findings:
        app.para(said(app, finding), 4)
    label = app.ui("packetdrill-expected"), app.ui("packetdrill-actual")
    if result.source:
        app.para(f"{label[0]} {result.source}", 4)
    if result.actual:
        app.para(f"{label[1]} {result.actual}", 4)
    if result.why is not None:
        app.para(_reason(app, result.why), 4, style="dim")


def said(app: App, finding: Finding) -> str:
    """A finding in the user's language."""
    return app.ui(f"packetdrill-{finding.id}", **dict(finding.values))


def _reason(app: App, why: Why) -> str:
    return f"{why.rule}: {app.texts.rule(why.rule, dict(why.values))}"


def _table(app: App, results: Sequence[Result]) -> None:
    table = by_folder(results)
    heads = [app.ui(f"packetdrill-column-{status}") for status in STATUSES]
    room = app.width - sum(2 + cell_len(head) for head in heads)
    width = min(max(cell_len(folder) for folder in table), room)
    app.line()
    app.line(" " * width + "  " + "  ".join(heads), "bold")
    for folder, counts in table.items():
        cells = [
            f"{counts[status]:{cell_len(head)}d}"
            for status, head in zip(STATUSES, heads, strict=True)
        ]
        app.line(fit_end(folder, width, app.glyphs) + "  " + "  ".join(cells))


# --- for programs ------------------------------------------------------------------


def document(results: Sequence[Result]) -> dict[str, object]:
    """The results for a program."""
    return {
        **{status: sum(r.status == status for r in results) for status in STATUSES},
        "scripts": [_entry(result) for result in results],
    }


def _entry(result: Result) -> dict[str, object]:
    why = result.why
    return {
        "name": result.name,
        "status": result.status,
        "line": result.line or None,
        "source": result.source or None,
        "message": result.message or None,
        "findings": [{"id": f.id, **dict(f.values)} for f in result.findings],
        "actual": result.actual or None,
        "why": None if why is None else {"rule": why.rule, **dict(why.values)},
        "without_effect": list(result.without_effect),
    }
