"""One test with very many seeds: over local processes, or over a Dask cluster.

The seeds are cut into chunks; each chunk is one run of pytest in a process of its own, whose
results come back as lines (see :mod:`synfin.pytest_plugin.reporting`). A chunk whose process
dies is run again elsewhere. Finished chunks stand in a JSON-lines file, so that a sweep that
was stopped goes on where it was.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

Line = dict[str, Any]
"""One test with one seed: test, seed, outcome, failure, message, accidents, seconds."""

LEAST: Final = 25
"""Seeds that a chunk has at least, where there are enough for all workers."""
TRIES: Final = 3
"""How often a chunk is begun before it counts as lost."""
OUTPUT_KEPT: Final = 4_000
USAGE: Final = 4
"""pytest's exit codes: a test failed (1), interrupted or cannot collect (2), wrong usage
(4), no tests (5)."""
NO_TESTS: Final = 5
CANNOT_COLLECT: Final = 2


class SweepError(ValueError):
    """The sweep cannot be done at all: one line says why."""


@dataclass(frozen=True)
class Job:
    """What to run: arguments for pytest, the folder to run in, runs allowed for shrinking."""

    arguments: tuple[str, ...]
    folder: str
    shrink: int


@dataclass(frozen=True)
class Chunk:
    """The seeds from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def seeds(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


@dataclass
class Done:
    """What became of a chunk: its lines, or (``error``) why it has none. ``fatal``: no other
    chunk would fare better."""

    chunk: Chunk
    lines: list[Line] = field(default_factory=list)
    error: str = ""
    fatal: bool = False


def chunks(seeds: int, workers: int, most: int = 200) -> list[Chunk]:
    """The seeds 1 to ``seeds``, cut so that every worker has several chunks, none of which is
    so small that starting pytest costs more than running the tests."""
    size = max(-(-seeds // (workers * 4)), min(LEAST, -(-seeds // workers)))
    size = max(1, min(most, size))
    return [Chunk(first, min(first + size - 1, seeds)) for first in range(1, seeds + 1, size)]


# --- one chunk -------------------------------------------------------------------------


_children: Final[set[subprocess.Popen[str]]] = set()
_lock: Final = threading.Lock()


def run_chunk(job: Job, chunk: Chunk) -> Done:
    """Runs pytest on these seeds, here and now."""
    with tempfile.TemporaryDirectory(prefix="synfin-sweep-") as place:
        report = Path(place) / "report.jsonl"
        child = subprocess.Popen(
            command(job, chunk, report),
            cwd=job.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        )
        with _lock:
            _children.add(child)
        try:
            output, _ = child.communicate()
        finally:
            with _lock:
                _children.discard(child)
        return _read(chunk, report, child.returncode, output)


def command(job: Job, chunk: Chunk, report: Path) -> list[str]:
    """The call of pytest."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    if not any(point.name == "synfin" for point in entry_points(group="pytest11")):
        words += ["-p", "synfin.pytest_plugin"]
    return [
        *words,
        *job.arguments,
        f"--synfin-seeds={chunk.first}-{chunk.last}",
        f"--synfin-shrink={job.shrink}",
        f"--synfin-report={report}",
    ]


def _read(chunk: Chunk, report: Path, code: int, output: str) -> Done:
    lines: list[Line] = []
    ended = False
    if report.exists():
        for text in report.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            ended = ended or "end" in line
            lines += [] if "end" in line else [line]
    if ended and code in (0, 1):
        return Done(chunk, lines)
    said = [text.strip() for text in output[-OUTPUT_KEPT:].splitlines() if text.strip()]
    told = next((text for text in said if text.startswith(("ERROR", "E  "))), "")
    last = told or (said[-1] if said else "")
    fatal = code in (USAGE, NO_TESTS, CANNOT_COLLECT)
    return Done(chunk, error=last or f"exit code {code}", fatal=fatal)


# --- many -----------------------------------------------------------------------------


def run_locally(job: Job, todo: Iterable[Chunk], workers: int) -> Generator[Done, None, None]:
    """Each chunk's results as they come; a chunk whose process died is tried again."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run_patiently, job, chunk) for chunk in todo]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            for future in futures:
                future.cancel()
            stop_children()
            raise


def run_patiently(job: Job, chunk: Chunk) -> Done:
    """As :func:`run_chunk`; a process that dies is tried again."""
    done = Done(chunk)
    for _ in range(TRIES):
        done = run_chunk(job, chunk)
        if not done.error or done.fatal:
            break
    return done


def stop_children() -> None:
    """Ends the pytest processes that run now."""
    with _lock:
        for child in _children:
            child.kill()


def run_on_dask(job: Job, todo: Iterable[Chunk], address: str) -> Generator[Done, None, None]:
    """The same over a cluster whose workers see the tests in the same folder and have synfin.
    A chunk of a worker that is lost goes to another one. SweepError when there is no cluster.
    """
    try:
        from distributed import Client
        from distributed import as_completed as as_finished
    except ImportError:
        raise SweepError("distributed") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise SweepError(str(error).partition("\n")[0]) from None
    with client:
        futures = {
            client.submit(run_patiently, job, chunk, pure=False, retries=TRIES - 1): chunk
            for chunk in todo
        }
        for future in as_finished(futures):
            if future.status == "finished":
                yield future.result()
            else:
                yield Done(futures[future], error=repr(future.exception()))


# --- the file ------------------------------------------------------------------------------


class Results:
    """The JSON-lines file: first what is swept, then for each finished chunk its failures
    and a line that says that it is done."""

    def __init__(self, path: Path, job: Job) -> None:
        self.path: Final = path
        self.done: Final[list[Chunk]] = []
        self.failures: list[Line] = []
        self.runs = 0
        head = {"sweep": 1, **asdict(job), "arguments": list(job.arguments)}
        if path.exists() and path.stat().st_size:
            self._resume(head)
        else:
            self._append([head])

    def _resume(self, head: Line) -> None:
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        records = [json.loads(line) for line in lines if line.endswith("\n")]
        if not records or records[0] != head:
            raise SweepError("other")
        pending: list[Line] = []
        whole = 1
        for number, record in enumerate(records[1:], 2):
            if "done" in record:
                self.done.append(Chunk(*record["done"]))
                self.runs += int(record["runs"])
                self.failures += pending
                pending = []
                whole = number
            else:
                pending.append(record)
        if len(lines) > whole:  # cut off in the middle of a chunk, which is run again
            self.path.write_text("".join(lines[:whole]), encoding="utf-8", newline="\n")

    def add(self, done: Done) -> None:
        """One more chunk is finished."""
        failed = [line for line in done.lines if line["outcome"] == "failed"]
        self.failures += failed
        self.runs += len(done.lines)
        self.done.append(done.chunk)
        end = {"done": [done.chunk.first, done.chunk.last], "runs": len(done.lines)}
        self._append([*failed, end])

    def _append(self, records: list[Line]) -> None:
        with self.path.open("a", encoding="utf-8", newline="\n") as out:
            out.write("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records))
            out.flush()
            os.fsync(out.fileno())

    def missing(self, seeds: int, workers: int) -> list[Chunk]:
        """What is still to be run of the seeds 1 to ``seeds``."""
        known = {seed for chunk in self.done for seed in range(chunk.first, chunk.last + 1)}
        todo: list[Chunk] = []
        for chunk in chunks(seeds, workers):
            left = [seed for seed in range(chunk.first, chunk.last + 1) if seed not in known]
            todo += _ranges(left)
        return todo


def _ranges(seeds: list[int]) -> list[Chunk]:
    found: list[Chunk] = []
    for seed in seeds:
        if found and found[-1].last == seed - 1:
            found[-1] = Chunk(found[-1].first, seed)
        else:
            found.append(Chunk(seed, seed))
    return found


@dataclass
class Kind:
    """Failures that are alike: the same test, place and type of error, and the same kinds of
    packets lost. ``example`` is the one with the fewest accidents."""

    example: Line
    seeds: list[int]


def kinds(failures: list[Line]) -> list[Kind]:
    """The failures grouped, the most frequent first."""
    found: dict[tuple[str, ...], Kind] = {}
    for line in sorted(failures, key=lambda one: (one["test"], one["seed"])):
        key = (line["test"], line["failure"], *sorted(line.get("kinds", ())))
        kind = found.setdefault(key, Kind(line, []))
        kind.seeds.append(line["seed"])
        if len(line["accidents"]) < len(kind.example["accidents"]):
            kind.example = line
    return sorted(found.values(), key=lambda kind: -len(kind.seeds))
