"""Runs the engine's own jobs in both its forms, interleaved, and prints ratios.

python -m bench.forms                    all jobs, 5 rounds
python -m bench.forms --rounds 3 sim-bulk --json out.json
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.jobs import JOBS

SOURCE = Path(__file__).resolve().parent.parent / "src"
FORMS = ("plain", "compiled")


def one(job: str) -> None:
    """Child: run ``job`` once and print units per second and the form that ran."""
    import synfin.core.connection as engine

    start = time.perf_counter()
    units = JOBS[job][0]()
    seconds = time.perf_counter() - start
    form = "plain" if str(engine.__file__).endswith(".py") else "compiled"
    print(json.dumps({"rate": units / seconds, "form": form}))


def measure(job: str, form: str) -> float:
    """Run ``job`` in a process of its own in the given form; 0.0 if that form is not there."""
    environment = dict(os.environ, PYTHONPATH=str(SOURCE) if form == "plain" else "")
    done = subprocess.run(
        [sys.executable, "-m", "bench.forms", "--one", job],
        cwd=SOURCE.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        sys.exit(f"bench: {job} failed in the {form} form:\n{done.stderr}")
    result = json.loads(done.stdout)
    return float(result["rate"]) if result["form"] == form else 0.0


def run(jobs: list[str], rounds: int) -> dict[str, dict[str, list[float]]]:
    """All rates by job and form; the forms take turns within a round."""
    rates: dict[str, dict[str, list[float]]] = {job: {form: [] for form in FORMS} for job in jobs}
    for number in range(rounds):
        for job in jobs:
            for form in FORMS:
                if sys.stderr.isatty():
                    print(
                        f"\rround {number + 1}/{rounds}: {job} {form}      ",
                        end="",
                        file=sys.stderr,
                    )
                rates[job][form].append(measure(job, form))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return rates


def report(rates: dict[str, dict[str, list[float]]]) -> None:
    """Medians, spread (lowest to highest) and the ratio compiled : plain."""
    print(f"{'job':<16} {'unit':<16} {'plain':>10} {'compiled':>10} {'ratio':>6}  spread")
    for job, forms in rates.items():
        plain = statistics.median(forms["plain"])
        compiled = statistics.median(forms["compiled"])
        ratio = f"{compiled / plain:6.1f}" if compiled else "     -"
        values = forms["compiled"] if compiled else forms["plain"]
        spread = f"{min(values):,.0f} to {max(values):,.0f}"
        print(f"{job:<16} {JOBS[job][1]:<16} {plain:>10,.0f} {compiled:>10,.0f} {ratio}  {spread}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.forms", description=__doc__)
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=", ".join(JOBS))
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (5)")
    parser.add_argument("--json", metavar="FILE", help="keep all figures")
    parser.add_argument("--one", choices=list(JOBS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one)
        return
    unknown = [job for job in options.jobs if job not in JOBS]
    if unknown:
        parser.error(f"no job {unknown[0]!r}; there are {', '.join(JOBS)}")
    if not 1 <= options.rounds <= 100:
        parser.error("--rounds must be from 1 to 100")
    rates = run(options.jobs or list(JOBS), options.rounds)
    report(rates)
    if options.json:
        Path(options.json).write_text(json.dumps(rates, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
