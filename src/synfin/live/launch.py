"""Starts workers, each in a namespace of its own, and sees to it that they end."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from synfin.core.problems import Problem
from synfin.core.settings import SECOND
from synfin.live.differences import CHECKED, CHECKED_WITH_OPTIONS
from synfin.live.experiment import LATE_NS

PARALLEL: Final = 24
"""Runs at once: they mostly wait."""
ATTEMPTS: Final = 3
"""How often a run is made that this machine was too busy for."""
MOST_NS: Final = 20 * SECOND
"""How long a live run may last, unless somebody asks for more."""
SPARE_S: Final = 40.0

Answer = dict[str, Any]
Job = dict[str, Any]


class WorkerError(RuntimeError):
    """A worker ended without an answer; ``problem`` tells what it last said."""

    def __init__(self, problem: ValueError) -> None:
        super().__init__(str(problem))
        self.problem = problem


@contextmanager
def worker(job: Job) -> "Iterator[subprocess.Popen[bytes]]":
    """A worker at ``job``; at the end, however that comes, it is gone."""
    process = subprocess.Popen(
        [sys.executable, "-m", "synfin.live.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps({**job, "parent": os.getpid()}).encode())
        process.stdin.close()
        process.stdin = None
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def ask(job: Job, timeout_s: float) -> Answer:
    """One job's answer; with ``error`` where the system refused. Raises WorkerError."""
    with worker(job) as process:
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            late = Problem("live.late", "no answer within {seconds} s", seconds=round(timeout_s))
            raise WorkerError(late) from None
        if not out:
            raise WorkerError(_last_words(err, process))
        return dict(json.loads(out))


def told(answer: Answer) -> ValueError:
    """What an answer with ``error`` says went wrong."""
    if "problem" not in answer:
        return ValueError(answer["error"])
    return Problem.again(answer["problem"], answer["error"], answer["values"])


def _last_words(err: bytes, process: "subprocess.Popen[bytes]") -> ValueError:
    last = err.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
    if last:
        return ValueError(last)
    return Problem("live.status", "no answer (status {status})", status=process.returncode or 0)


def ask_all(
    jobs: Sequence[Job],
    done: Callable[[Job, Answer], None],
    parallel: int = PARALLEL,
    timeout_s: float = 120.0,
) -> None:
    """Many jobs side by side; ``done(job, answer)`` as each ends. Raises WorkerError."""
    whole = {"do": "many", "jobs": list(jobs), "parallel": parallel, "timeout_s": timeout_s}
    left = set(range(len(jobs)))
    with worker(whole) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            answer = dict(json.loads(line))
            index = int(answer.pop("index"))
            left.discard(index)
            done(jobs[index], answer)
        if left:
            raise WorkerError(_last_words(process.stderr.read(), process))


def scenario_job(
    name: str,
    case: str,
    kernel: str,
    most: int = MOST_NS,
    trace: bool = False,
    offers: bool = False,
) -> Job:
    """A job: replay that case with the kernel as that host."""
    job = {"do": "scenario", "scenario": name, "case": case, "kernel": kernel, "most": most}
    return {**job, "trace": trace, "offers": offers}


def checked_jobs(name: str = "") -> list[Job]:
    """What is compared in CI (of one scenario, unless ``name`` is empty)."""
    return [
        scenario_job(scenario, case, kernel, offers=offers)
        for rows, offers in ((CHECKED, False), (CHECKED_WITH_OPTIONS, True))
        for scenario, case, kernels in rows
        for kernel in kernels
        if name in ("", scenario)
    ]


def compare_all(
    jobs: Sequence[Job], done: Callable[[Job, Answer], None], parallel: int = PARALLEL
) -> None:
    """Replays; one that differs while we ourselves were late is made again, fewer at once."""
    waiting = list(jobs)
    for attempt in range(ATTEMPTS):
        again: list[Job] = []
        last = attempt == ATTEMPTS - 1

        def sort(job: Job, answer: Answer, again: list[Job] = again, last: bool = last) -> None:
            if too_late(answer) and not last:
                again.append(job)
            else:
                done(job, answer)

        ask_all(waiting, sort, max(1, parallel >> (2 * attempt)))
        waiting = again
        if not waiting:
            return


def too_late(answer: Answer) -> bool:
    """A difference that may be this machine's load."""
    return bool(answer.get("wrong")) and answer["late_ns"] > LATE_NS


# -- can it work here? -----------------------------------------------------------------


def why_not() -> tuple[str, ValueError]:
    """Why nothing can be live here: (a text's id, the system's own words); the id is ""
    when it can. Found by trying."""
    if not sys.platform.startswith("linux"):
        return "live-needs-linux", ValueError(sys.platform)
    try:
        answer = ask({"do": "trial"}, SPARE_S)
    except WorkerError as error:
        return "live-needs-worker", error.problem
    if "error" not in answer:
        return "", ValueError()
    if answer["what"] == "unshare":
        return "live-needs-namespace", told(answer)
    if answer["errno"] in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return "live-needs-device", told(answer)
    return "live-needs-rights", told(answer)


def usable() -> str:
    """Why not, in the system's words; "" when live runs are possible here."""
    key, words = why_not()
    return str(words) or key
