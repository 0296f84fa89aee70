"""``synfin live --fuzz``: random sequences on the engine and on this machine's kernel."""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import stop

CHUNK: Final = 250
"""Sequences of one job: each job has a namespace of its own."""
LIMIT_S: Final = 600.0

Answer = dict[str, Any]


def fuzz(
    app: App, count: int | None, seed: int, only: int | None, sequence: str | None, as_json: bool
) -> None:
    """``count`` sequences of ``seed``, or one of them, or the one in a file; exit code 1
    for a difference that nobody has named."""
    text = _read(sequence) if sequence is not None else ""
    if text or only is not None:
        _one(app, seed, only or 0, text, as_json)
    else:
        _many(app, count or CHUNK, seed, as_json)


def _read(path: str) -> str:
    """The script in a file; UserError where there is none, or it cannot be read."""
    from synfin.live.differential.script import ScriptError, parse

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        parse(text)
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise UserError("live-error-sequence", path=path, words=words) from None
    except ScriptError as error:
        raise UserError("live-error-sequence", path=path, words=str(error)) from None
    return text


def _one(app: App, seed: int, number: int, text: str, as_json: bool) -> None:
    from synfin.live.launch import WorkerError, ask

    job = {"do": "fuzz", "one": True, "seed": seed, "first": number, "script": text}
    try:
        answer = ask(job, LIMIT_S)
    except WorkerError as error:
        raise UserError("live-error-worker", words=str(error)) from None
    _check(answer)
    if as_json:
        app.json(answer)
    else:
        _side_by_side(app, answer)
        for id_ in answer["named"]:
            _name(app, id_)
        if not answer["line"]:
            app.line(f"{app.glyphs_ok} {app.ui('live-fuzz-same')}", "green")
    if answer["line"]:
        stop(1)


def _many(app: App, count: int, seed: int, as_json: bool) -> None:
    from synfin.live.launch import WorkerError, ask_all

    jobs = [
        {"do": "fuzz", "seed": seed, "first": first, "count": min(CHUNK, count - first)}
        for first in range(0, count, CHUNK)
    ]
    began = time.monotonic()
    sums: Counter[str] = Counter()
    names: Counter[str] = Counter()
    found: list[Answer] = []

    def done(job: dict[str, Any], answer: Answer) -> None:
        _check(answer)
        sums.update({key: answer[key] for key in ("count", "steps", "races", "unsteady")})
        names.update(answer["named"])
        found.extend(answer["differences"])
        if not as_json and len(jobs) > 1:
            app.note(app.ui("live-fuzz-so-far", count=sums["count"], found=len(found)))

    try:
        ask_all(jobs, done, parallel=1, timeout_s=LIMIT_S)
    except WorkerError as error:
        raise UserError("live-error-worker", words=str(error)) from None
    took = time.monotonic() - began
    if as_json:
        app.json({"seed": seed, **sums, "named": names, "seconds": took, "differences": found})
    else:
        _report(app, seed, sums, names, found, took)
    if found:
        stop(1)


def _report(
    app: App, seed: int, sums: Counter[str], names: Counter[str], found: list[Answer], took: float
) -> None:
    """One of each kind in full, then the figures."""
    kinds: dict[str, list[Answer]] = {}
    for answer in found:
        kinds.setdefault(answer["kind"], []).append(answer)
    for answers in kinds.values():
        shortest = min(answers, key=lambda answer: len(answer["script"]))
        _side_by_side(app, shortest)
        app.line(shortest["packetdrill"].rstrip(), "dim")
        numbers = ", ".join(str(answer["number"]) for answer in answers[:8])
        app.para(app.ui("live-fuzz-again", count=len(answers), numbers=numbers))
        app.line(f"  synfin live --fuzz 1 --seed {seed} --only {answers[0]['number']}")
        app.line()
    for id_, count in names.most_common():
        _name(app, id_, count)
    mark = app.glyphs_bad if found else app.glyphs_ok
    text = app.ui(
        "live-fuzz-sum",
        count=sums["count"],
        steps=sums["steps"],
        seconds=f"{took:.0f}",
        found=len(found),
        named=sum(names.values()),
        races=sums["races"],
        unsteady=sums["unsteady"],
    )
    app.para(f"{mark} {text}")


def _side_by_side(app: App, answer: Answer) -> None:
    """Each step; where the two differ, what each did."""
    for row in answer["rows"]:
        app.line(row["step"], "bold")
        ours, theirs = _told(row["engine"]), _told(row["kernel"])
        same = _timeless(row["engine"]) == _timeless(row["kernel"])
        if same and row is not answer["rows"][-1]:
            app.line(f"    {theirs}", "dim")
        else:
            app.line(f"    synfin  {ours}", "" if same else "red")
            app.line(f"    kernel  {theirs}", "" if same else "red")


def _told(done: Answer) -> str:
    said = [f"+{ms} ms > {text}" for ms, text in done["answers"]]
    return "  ".join(word for word in (done["outcome"], *said, f"({done['state']})") if word)


def _timeless(done: Answer) -> tuple[str, list[str], str]:
    return done["outcome"], [text for _, text in done["answers"]], done["state"]


def _name(app: App, id_: str, count: int = 1) -> None:
    from synfin.live.differential.named import entry

    why = app.ui(f"live-fuzz-named-{id_}")
    text = app.ui("live-fuzz-named", count=count, why=why, source=entry(id_).source)
    app.para(text, 2, "~ ", "dim")


def _check(answer: Answer) -> None:
    if answer.get("error"):
        raise UserError("live-error-worker", words=str(answer["error"]))
