"""Many scripts: finding them, running them in several processes, counting by folder."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Result, finding
from synfin.packetdrill.language import parse
from synfin.packetdrill.model import ScriptError, Unsupported
from synfin.packetdrill.runner import run_script

SYMBOLS: Final = {
    4: {
        "TFO_COOKIE": "3021b9d889017eeb",
        "CODE": "host_unreachable",
        "CMSG_LEVEL_IP": "SOL_IP",
        "CMSG_TYPE_RECVERR": "IP_RECVERR",
    },
    6: {
        "TFO_COOKIE": "c1d1e9742a47a9bc",
        "CMSG_LEVEL_IP": "SOL_IPV6",
        "CMSG_TYPE_RECVERR": "IPV6_RECVERR",
    },
}
"""What the original's ``run_all.py`` defines for each IP version, unless somebody says
otherwise: the cookie is that of its default addresses under the key of its scripts."""
STATUSES: Final = ("pass", "fail", "unsupported", "error")


@dataclass(frozen=True)
class Job:
    """One script to run, and how."""

    path: Path
    name: str
    config: Config = field(default_factory=Config)
    defines: tuple[tuple[str, str], ...] = ()
    tolerance_usecs: int = -1
    """>= 0: lies over what the script says."""
    capture: bool = False
    """The result shall have every packet."""


def find_scripts(places: Sequence[Path]) -> list[tuple[Path, str]]:
    """(file, name) of every ``*.pkt`` in folders and of every file named.

    Raises FileNotFoundError with the place that is missing or holds none.
    """
    found: list[tuple[Path, str]] = []
    for place in places:
        if place.is_file():
            found.append((place, str(place)))
            continue
        inside = sorted(place.rglob("*.pkt")) if place.is_dir() else []
        if not inside:
            raise FileNotFoundError(str(place))
        found += [(path, path.relative_to(place).as_posix()) for path in inside]
    return found


def _symbols(config: Config) -> dict[str, str]:
    symbols = dict(SYMBOLS[config.ip_version])
    if config.mapped:  # the sockets are of IPv6, all else is not
        for name in ("CMSG_LEVEL_IP", "CMSG_TYPE_RECVERR"):
            symbols[name] = SYMBOLS[6][name]
    return symbols


def run_job(job: Job) -> Result:
    """Parses and runs one script."""
    try:
        text = job.path.read_text(encoding="utf-8")
        symbols = {**_symbols(job.config), **dict(job.defines)}
        script = parse(text, job.name, symbols, job.config.platform)
    except Unsupported as missing:
        return Result(job.name, "unsupported", message=missing.what)
    except ScriptError as error:
        line = text.splitlines()[error.line - 1].strip() if error.line else ""
        return Result(job.name, "error", error.line, line, (error.what,))
    except (OSError, UnicodeDecodeError) as error:
        return Result(job.name, "error", findings=(finding("error-file", text=str(error)),))
    folder = job.path.parent
    return run_script(script, job.config, folder, job.tolerance_usecs, job.capture)


def run_jobs(
    jobs: Sequence[Job], workers: int, told: Callable[[int], None] | None = None
) -> list[Result]:
    """The results in the order of ``jobs``; ``told`` hears how many are done."""
    results: list[Result] = []
    for result in _results(jobs, workers):
        results.append(result)
        if told is not None:
            told(len(results))
    return results


def _results(jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    if workers <= 1 or len(jobs) < 2:
        yield from map(run_job, jobs)
        return
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        yield from pool.map(run_job, jobs, chunksize=4)


def by_folder(results: Sequence[Result]) -> dict[str, Counter[str]]:
    """How many ended how, for each folder."""
    table: dict[str, Counter[str]] = {}
    for result in results:
        folder = result.name.rpartition("/")[0] or "."
        table.setdefault(folder, Counter())[result.status] += 1
    return dict(sorted(table.items()))


def missing_features(results: Sequence[Result]) -> list[tuple[str, int]]:
    """What made scripts unsupported, the most frequent first."""
    return Counter(r.message for r in results if r.status == "unsupported").most_common()
