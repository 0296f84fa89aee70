"""``synfin sweep``: tests with many seeds, and the kinds of failures that they find."""

import os
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import command, stop
from synfin.cli.waiting import Waiting
from synfin.testing.sweep import (
    Chunk,
    Done,
    Job,
    Kind,
    Results,
    SweepError,
    kinds,
    run_locally,
    run_on_dask,
)

SHOWN_SEEDS = 8


@command(
    "sweep",
    examples=(
        "sweep tests/test_shop.py --seeds 1000",
        "sweep tests/ --seeds 100000 --jobs 8 --out shop.jsonl",
        "sweep tests/test_shop.py --seeds 100000 --scheduler tcp://10.0.0.5:8786",
    ),
)
@click.argument("tests", nargs=-1, required=True, metavar="TEST…")
@click.option("--seeds", type=int, default=1000, metavar="N")
@click.option("--jobs", type=int, default=0, metavar="N")
@click.option("--scheduler", default="", metavar="ADDRESS")
@click.option("--out", default="synfin-sweep.jsonl", metavar="FILE")
@click.option("--shrink", type=int, default=60, metavar="RUNS")
@click.option("-k", "expression", default="", metavar="EXPRESSION")
@click.option("--synfin", "everything", is_flag=True)
def sweep(
    app: App,
    tests: tuple[str, ...],
    seeds: int,
    jobs: int,
    scheduler: str,
    out: str,
    shrink: int,
    expression: str,
    everything: bool,
) -> None:
    """Runs, resumes, sums up; exit code 1 when a test failed."""
    for name, value, least in (("--seeds", seeds, 1), ("--jobs", jobs, 0), ("--shrink", shrink, 0)):
        if value < least:
            raise UserError("cli-error-whole", name=name, value=str(value), least=least)
    workers = jobs or os.cpu_count() or 1
    arguments = [*tests, *(["-k", expression] if expression else [])]
    arguments += ["--synfin"] if everything else []
    job = Job(tuple(arguments), str(Path.cwd()), shrink)
    results = _results(Path(out), job)
    before = results.runs
    todo = results.missing(seeds, 4 * workers if scheduler else workers)
    if before and todo:
        app.note(app.ui("cli-sweep-resumed", count=sum(c.seeds for c in results.done), path=out))
    lost = _run(app, job, results, todo, workers, scheduler, seeds)
    show(app, results, lost, out)
    if results.failures or lost:
        stop(1)


def _results(path: Path, job: Job) -> Results:
    try:
        return Results(path, job)
    except SweepError:
        raise UserError("cli-error-sweep-other", path=str(path)) from None
    except (OSError, ValueError):
        raise UserError("cli-error-sweep-file", path=str(path)) from None


def _run(
    app: App,
    job: Job,
    results: Results,
    todo: list[Chunk],
    workers: int,
    scheduler: str,
    seeds: int,
) -> list[Done]:
    """The chunks that were lost for good."""
    lost: list[Done] = []
    coming: Generator[Done, None, None] = (
        run_on_dask(job, todo, scheduler) if scheduler else run_locally(job, todo, workers)
    )
    with Waiting(app, app.ui("cli-sweep-running", seeds=seeds)) as waiting, closing(coming):
        try:
            for done in coming:
                if done.fatal:
                    raise UserError("cli-error-sweep-pytest", why=done.error)
                if done.error:
                    lost.append(done)
                else:
                    results.add(done)
                waiting.advance(sum(chunk.seeds for chunk in results.done), seeds)
        except SweepError as error:
            if str(error) == "distributed":
                raise UserError("cli-error-sweep-dask") from None
            raise UserError(
                "cli-error-sweep-scheduler", address=scheduler, why=str(error)
            ) from None
    return lost


def show(app: App, results: Results, lost: list[Done], path: str) -> None:
    """The summary, by kind of failure."""
    found = kinds(results.failures)
    seeds = sum(chunk.seeds for chunk in results.done)
    text = app.ui(
        "cli-sweep-sum",
        runs=results.runs,
        seeds=seeds,
        failed=len(results.failures),
        kinds=len(found),
    )
    mark = app.glyphs_bad if found or lost else app.glyphs_ok
    app.line(f"{mark} {text}", "bold")
    for number, kind in enumerate(found, 1):
        show_kind(app, number, kind)
    for done in lost:
        app.line()
        first, last = done.chunk.first, done.chunk.last
        app.para(app.ui("cli-sweep-lost", first=first, last=last, why=done.error), 2)
    app.line()
    app.line(app.ui("cli-sweep-file", path=path), "dim")


def show_kind(app: App, number: int, kind: Kind) -> None:
    """One kind: how often, where, what it takes, how to run it again."""
    line = kind.example
    app.line()
    count = app.ui("cli-sweep-kind", n=number, count=len(kind.seeds))
    app.line(f"{count} {line['test']}", "bold red")
    app.para(str(line["message"]), 4)
    seeds = ", ".join(str(seed) for seed in kind.seeds[:SHOWN_SEEDS])
    more = " …" if len(kind.seeds) > SHOWN_SEEDS else ""
    app.line(f"    {app.ui('cli-sweep-seeds', seeds=seeds + more)}")
    app.lines([f"      {text}" for text in line["accidents"]])
    app.line(f"    pytest {line['test']} --synfin-seed {line['seed']}", "cyan")
