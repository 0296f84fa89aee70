"""Has the engine become dearer? Instructions per segment and per connection, counted by callgrind.

python -m bench.instructions            compares with bench/instructions.json, warns from 5 %
python -m bench.instructions --write    counts anew and keeps it there

Each job of the simulator runs in two sizes; the difference leaves out Python's start.
Counted instructions do not depend on the machine's load, but on the version of Python and
of the C compiler, so those are kept beside the figures.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.cell import form

FILE = Path(__file__).with_name("instructions.json")
ROOT = FILE.parent.parent
WARN_AT = 5
"""Percent."""
LIMIT_S = 900
SIZES = {"segments": (1_000_000, 12_000_000), "connections": (20, 220)}
"""Octets of one stream; short connections with 1 % loss."""
PER = {"segments": 1448, "connections": 1}


def work(job: str, size: int) -> None:
    """Child: does it."""
    from bench import simulated
    from bench.cells import Cell

    if job == "segments":
        simulated.bulk(Cell("sim-bulk", "synfin", size))
    else:
        simulated.short(Cell("sim-short", "synfin", count=size))


def count(job: str, size: int) -> int:
    """Instructions of a process that does ``size`` of ``job``. Exits when it cannot be counted."""
    tool = shutil.which("valgrind")
    if tool is None:
        sys.exit("valgrind is not installed: apt-get install valgrind")
    words = [tool, "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable,
             "-m", "bench.instructions", "--work", job, str(size)]  # fmt: skip
    done = subprocess.run(
        words, cwd=ROOT, env=dict(os.environ, PYTHONHASHSEED="0"), capture_output=True,
        text=True, check=False, timeout=LIMIT_S,
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        sys.exit(f"callgrind failed:\n{done.stderr[-2000:]}")
    return int(found[1])


def per_unit(job: str) -> int:
    """Instructions for one segment or one connection."""
    small, large = SIZES[job]
    units = (large - small) / PER[job]
    return round((count(job, large) - count(job, small)) / units)


def conditions() -> dict[str, str]:
    """On what the figures depend."""
    return {"python": platform.python_version(), "form": form(), "machine": platform.machine()}


def compare(kept: dict[str, Any], now: dict[str, int]) -> list[str]:
    """A line for each job; those that warn begin with ``warning:``."""
    lines: list[str] = []
    for job, figure in now.items():
        before = int(kept["instructions"][job])
        change = figure / before - 1
        word = "warning: " if 100 * figure >= (100 + WARN_AT) * before else ""
        lines.append(f"{word}{job}: {figure:,} instructions each, {before:,} kept, {change:+.1%}")
    return lines


def main(words: list[str] | None = None) -> None:
    """Counts; exit code 1 when something warns."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.instructions",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--write", action="store_true", help="keep what is counted")
    parser.add_argument("--work", nargs=2, metavar=("JOB", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.work:
        work(options.work[0], int(options.work[1]))
        return
    kept: dict[str, Any] = {}
    if not options.write:
        kept = json.loads(FILE.read_text(encoding="utf-8"))
        if kept["conditions"] != conditions():
            print(f"counted with {kept['conditions']}, here {conditions()}: not comparable")
            sys.exit(2)
    with Console(stderr=True).status("callgrind") as status:
        now = {}
        for job in SIZES:
            status.update(f"callgrind: {job}")
            now[job] = per_unit(job)
    if options.write:
        text = json.dumps({"conditions": conditions(), "instructions": now}, indent=1)
        FILE.write_text(text + "\n", encoding="utf-8")
        print(text)
        return
    lines = compare(kept, now)
    print("\n".join(lines))
    if any(line.startswith("warning:") for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
