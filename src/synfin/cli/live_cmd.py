"""``synfin live``, ``listen`` and ``connect``: the Linux kernel at the other end.

What is Linux's own is imported when a command runs: its help shows everywhere.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click

from synfin.cli import live_fuzz
from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.files import STDOUT, check_writable, write_file
from synfin.cli.framework import command, stop
from synfin.cli.kinds import Choice, Span, Whole
from synfin.cli.play_cmd import draw, rendered
from synfin.cli.runs import find_case, find_scenario
from synfin.lab.model import Scenario, Texts
from synfin.show.ladder import Options
from synfin.show.problems import problem_text
from synfin.show.reader import from_records
from synfin.show.words import seconds

LADDER_ROWS = 120
"""Packets of a real transfer that are drawn; the capture has them all."""
TOUR_SIZE = 6_000
TOUR_PCAP = "synfin-demo.pcapng"
"""In the folder where ``synfin demo`` runs."""
MOST_S = 20
MOST_NAME = 15
"""IFNAMSIZ, less its final zero."""

Answer = dict[str, Any]


@command(
    "live",
    examples=(
        "live",
        "live --size 10000000 --verbose",
        "live --pcap real.pcapng",
        "live --scenario handshake-basic",
        "live --scenario 29 --case old-data-linux --kernel A",
        "live --scenario all",
        "live --fuzz 500 --seed 7",
        "live --fuzz 1 --seed 7 --only 42",
    ),
)
@click.option("--size", type=Whole(1), default=20_000, metavar="N")
@click.option("--scenario", metavar="NAME|all")
@click.option("--case", metavar="CASE")
@click.option("--kernel", type=Choice(("A", "B", "both")), default="both", metavar="A|B|both")
@click.option("--options", is_flag=True)
@click.option("--most", type=Span(), metavar="S")
@click.option("--fuzz", type=Whole(1), metavar="N")
@click.option("--seed", type=Whole(), default=1, metavar="N")
@click.option("--only", type=Whole(), metavar="N")
@click.option("--sequence", metavar="FILE")
@click.option("--why", is_flag=True)
@click.option("--pcap", metavar="FILE")
@click.option("--verbose", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def live(
    app: App,
    size: int,
    scenario: str | None,
    case: str | None,
    kernel: str,
    options: bool,
    most: int | None,
    fuzz: int | None,
    seed: int,
    only: int | None,
    sequence: str | None,
    why: bool,
    pcap: str | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Real programs against synfin, or scenarios or random sequences against the kernel."""
    if fuzz is not None or sequence is not None:
        if scenario is not None or case is not None or pcap is not None:
            raise UserError("live-error-fuzz-alone")
        need(app, "live")
        live_fuzz.fuzz(app, fuzz, seed, only, sequence, as_json)
        return
    if only is not None:
        raise UserError("live-error-only-alone")
    if pcap is not None:
        if pcap == STDOUT:
            raise UserError("live-error-pcap-stdout")
        check_writable(pcap)
    if scenario is None:
        if case is not None:
            raise UserError("live-error-case-alone")
        need(app, "live")
        programs(app, size, pcap, verbose, as_json, why)
        return
    jobs = scenario_jobs(app, scenario, case, kernel, most or MOST_S * 10**9, options)
    need(app, "live")
    compared(app, jobs, pcap, as_json, why)


def need(app: App, name: str) -> None:
    """UserError with what is missing here."""
    if not sys.platform.startswith("linux"):
        raise UserError("cli-error-needs-linux", name=name)
    from synfin.live.launch import why_not

    key, words = why_not()
    if key:
        raise UserError(key, name=name, words=words)


# -- real programs ---------------------------------------------------------------------


def programs(
    app: App, size: int, pcap: str | None, verbose: bool, as_json: bool, why: bool
) -> None:
    """curl from synfin, synfin from python -m http.server; ladder, figures, capture."""
    answer = real_transfer(size, record=pcap is not None)
    good = all(run["same"] for run in answer["runs"])
    if pcap is not None:
        write_file(pcap, rendered("pcap", from_records(answer["trace"]), app, "rfc"))
    if as_json:
        app.json(answer)
    else:
        show_transfer(app, answer, verbose, why)
    if pcap is not None:
        app.note(app.ui("cli-wrote", path=pcap))
    if not good:
        stop(1)


def real_transfer(
    size: int, record: bool = False, kinds: tuple[str, ...] = ("get", "fetch")
) -> Answer:
    """The answer of a worker that transferred ``size`` octets; UserError when it failed."""
    from synfin.live.launch import WorkerError, ask, told

    limit = 60.0 + size / 5e6
    wish = {"size": size, "record": record, "kinds": kinds, "timeout_s": limit}
    try:
        answer = ask({"do": "transfer", "wish": wish}, limit * 3)
    except WorkerError as error:
        raise UserError("live-error-worker", words=error.problem) from None
    if "error" in answer:
        raise UserError("live-error-worker", words=told(answer))
    return answer


def show_transfer(app: App, answer: Answer, verbose: bool, why: bool) -> None:
    """The ladder and the figures."""
    if answer["trace"]:
        show_ladder(app, answer["trace"], why)
        app.line()
    else:
        app.para(app.ui("live-no-ladder"), style="dim")
    for run in answer["runs"]:
        mark = app.glyphs_ok if run["same"] else app.glyphs_bad
        text = app.ui(
            f"live-did-{run['kind']}",
            program=run["program"],
            size=answer["size"],
            seconds=f"{run['seconds']:.3f}",
            gbit=f"{run['gbit']:.2f}" if run["gbit"] >= 0.01 else f"{run['gbit']:.4f}",
        )
        app.para(text, 2, mark, "green" if run["same"] else "bold red")
        key = "live-sha-same" if run["same"] else "live-sha-differs"
        app.line("  " + app.ui(key, sha=answer["sha256"][:16]), "" if run["same"] else "red")
    if verbose:
        offloads = ", ".join(answer["offloads"]) or app.ui("live-offloads-none")
        app.para(
            app.ui(
                "live-verbose",
                offloads=offloads,
                largest=answer["largest"],
                mtu=answer["mtu"],
                received=answer["packets"][0],
                sent=answer["packets"][1],
                lost=answer["lost"],
            )
        )
        if answer["refused"]:
            app.para(app.ui("live-refused", offloads=", ".join(answer["refused"])))


def show_ladder(app: App, records: list[dict[str, Any]], why: bool = False) -> None:
    """The first packets of a real run; the texts say how many more there are."""
    kept: list[dict[str, Any]] = []
    count = 0
    for record in records:
        count += record["type"] == "segment"
        if count <= LADDER_ROWS:
            kept.append(record)
    draw(app, from_records(kept), Options(app.width, reasons=why, encoding=app.encoding))
    if count > LADDER_ROWS:
        app.line(app.ui("live-more-packets", count=count - LADDER_ROWS), "dim")


def tour(app: App) -> None:
    """For ``synfin demo``: one small transfer and its capture, or why there is none."""
    try:
        need(app, "live")
        answer = real_transfer(TOUR_SIZE, record=True, kinds=("get",))
    except UserError as error:
        app.para(app.ui("live-tour-not-here", why=error.text(app.texts)))
        return
    show_transfer(app, answer, verbose=False, why=False)
    path = tour_file()
    write_file(path, rendered("pcap", from_records(answer["trace"]), app, "rfc"))
    app.para(app.ui("cli-wrote", path=path))


def tour_file() -> str:
    """Where the tour's capture goes: here, or where nothing may be written, a new folder."""
    try:
        check_writable(TOUR_PCAP)
    except UserError:
        return str(Path(mkdtemp(prefix="synfin-")) / TOUR_PCAP)
    return TOUR_PCAP


# -- scenarios -------------------------------------------------------------------------


def scenario_jobs(
    app: App, name: str, case: str | None, kernel: str, most: int, options: bool
) -> list[dict[str, Any]]:
    """What shall be replayed; UserError for what cannot be."""
    if not sys.platform.startswith("linux"):
        raise UserError("cli-error-needs-linux", name="live")
    from synfin.live.launch import checked_jobs, scenario_job
    from synfin.live.replay import playable

    roles = "AB" if kernel == "both" else kernel
    if name == "all":
        every = checked_jobs()
        return [j for j in every if j["kernel"] in roles and (j["offers"] or not options)]
    found: Scenario = find_scenario(app, name)
    if case is None:
        mine = [job for job in checked_jobs(found.name) if job["kernel"] in roles]
        if checked := [job for job in mine if job["offers"] == options]:
            return [{**job, "most": most} for job in checked]
    one = find_case(found, case or "")
    jobs: list[dict[str, Any]] = []
    reasons: list[str | ValueError] = []
    for role in roles:
        reason = playable(found, one, role)
        if reason is not None:
            said = app.both(asdict(reason)) if isinstance(reason, Texts) else reason
            reasons.append(said)
        else:
            jobs.append(scenario_job(name, one.name, role, most, offers=options))
    if not jobs:
        raise UserError("live-error-unplayable", name=f"{found.name} {one.name}", why=reasons[0])
    return jobs


def compared(
    app: App, jobs: list[dict[str, Any]], pcap: str | None, as_json: bool, why: bool
) -> None:
    """Replays, compares, says what differs; exit code 1 for what nobody has named."""
    from synfin.live.launch import WorkerError, compare_all

    alone = len(jobs) <= 2
    wanted = [{**job, "trace": alone or pcap is not None} for job in jobs]
    answers: list[Answer] = []

    def done(job: dict[str, Any], answer: Answer) -> None:
        answers.append(answer)
        if not as_json:
            if alone and "trace" in answer:
                show_ladder(app, answer["trace"], why)
                app.line()
            show_compared(app, job, answer)

    try:
        compare_all(wanted, done)
    except WorkerError as error:
        raise UserError("live-error-worker", words=error.problem) from None
    if pcap is not None and answers and "trace" in answers[0]:
        write_file(pcap, rendered("pcap", from_records(answers[0]["trace"]), app, "rfc"))
        app.note(app.ui("cli-wrote", path=pcap))
    bad = sum(bool(a.get("error") or a["wrong"]) for a in answers)
    if as_json:
        app.json({"passed": len(answers) - bad, "failed": bad, "runs": answers})
    elif len(answers) > 1:
        app.line()
        app.line(app.ui("live-sum", good=len(answers) - bad, count=len(answers)), "bold")
    if bad:
        stop(1)


def show_compared(app: App, job: dict[str, Any], answer: Answer) -> None:
    """A line for one run, and everything that differs."""
    from synfin.live.differences import known
    from synfin.live.launch import told, too_late

    name = f"{job['scenario']} {job['case']}{' --options' if job['offers'] else ''}"
    if answer.get("error"):
        said = problem_text(app.texts, told(answer))
        app.line(f"{app.glyphs_bad} {name}: {said}", "bold red")
        return
    wrong = answer["wrong"]
    text = app.ui(
        "live-differs" if wrong else "live-same",
        name=name,
        kernel=job["kernel"],
        segments=answer["segments"],
        seconds=seconds(round(answer["seconds"] * 1e9)),
        count=len(wrong),
    )
    app.line(f"{app.glyphs_bad if wrong else app.glyphs_ok} {text}", "red" if wrong else "green")
    for one in wrong:
        key = f"live-kind-{one['kind']}"
        both = {"expected": one["expected"], "actual": one["actual"], "host": one["host"]}
        app.para(app.ui(key, **both), 6, "    -")
    if too_late(answer):
        app.para(app.ui("live-late", ms=round(answer["late_ns"] / 1e6)), 6, "    !")
    for id_ in answer["known"]:
        reason = app.ui(f"live-known-{id_}")
        app.para(app.ui("live-known", why=reason, source=known(id_).source), 6, "    ~", "dim")


# -- netcat ----------------------------------------------------------------------------


def _device_options(function: Any) -> Any:
    for option in (
        click.option("--mtu", type=Whole(68), default=1500, metavar="N"),
        click.option("--peer", default="10.77.0.1", metavar="ADDRESS"),
        click.option("--address", default="10.77.0.2", metavar="ADDRESS[/LEN]"),
        click.option("--tun", default="synfin0", metavar="NAME"),
    ):
        function = option(function)
    return function


@command(
    "listen", examples=("listen 8080", "listen --tun tun5 --address 10.9.0.2 --peer 10.9.0.1 80")
)
@_device_options
@click.argument("port", type=Whole(1), metavar="PORT")
def listen(app: App, tun: str, address: str, peer: str, mtu: int, port: int) -> None:
    """One connection to PORT; standard input to it, what comes to standard output."""
    _netcat(app, "listen", tun, address, peer, mtu, "", port)


@command("connect", examples=("connect 10.77.0.1 22", "connect --tun tun5 10.9.0.1 80"))
@_device_options
@click.argument("host", metavar="HOST")
@click.argument("port", type=Whole(1), metavar="PORT")
def connect(app: App, tun: str, address: str, peer: str, mtu: int, host: str, port: int) -> None:
    """A connection to HOST PORT; standard input to it, what comes to standard output."""
    _netcat(app, "connect", tun, address, peer, mtu, host, port)


def _netcat(
    app: App, name: str, tun: str, address: str, peer: str, mtu: int, host: str, port: int
) -> None:
    if not sys.platform.startswith("linux"):
        raise UserError("cli-error-needs-linux", name=name)
    if port > 65_535:
        raise UserError("live-error-port", port=port)
    if not 0 < len(tun.encode()) <= MOST_NAME:
        raise UserError("live-error-name", name=tun)
    from synfin.cli.live_netcat import run

    run(app, tun, address, peer, mtu, host, port)
