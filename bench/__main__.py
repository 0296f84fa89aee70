"""synfin beside the Linux kernel and other stacks: make bench

python -m bench                         all rows, 5 rounds (about 20 minutes)
python -m bench bulk-in latency         some of them;  --list names all
python -m bench --json bench.json       keeps every figure;  --chart FILE.svg draws from it

Makes its own network namespaces, TUN devices and veth pairs; needs the rights for that.
A peer that is not installed is left out. Nothing is judged but by ratios within one run.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.cells import Cell
from bench.others import PYTHON
from bench.report import document, outcome, show
from bench.run import absent, machine, rounds
from bench.table import CELLS, ROWS, Row, chosen, needed

MOST_ROUNDS = 100


def parse(words: list[str] | None) -> argparse.Namespace:
    """The command line; errors end with exit code 2 and a line that says what to do."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("jobs", nargs="*", metavar="JOB", help="a row, or the beginning of several")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run (5)")
    parser.add_argument("--json", metavar="FILE", help="keep all figures")
    parser.add_argument("--chart", metavar="FILE", help="draw FILE.svg and FILE.png from --json")
    parser.add_argument("--tiny", action="store_true", help="sizes that only show that it works")
    parser.add_argument("--list", action="store_true", help="name the rows and their targets")
    options = parser.parse_args(words)
    if not 1 <= options.rounds <= MOST_ROUNDS:
        parser.error(f"--rounds must be from 1 to {MOST_ROUNDS}")
    if options.json and not Path(options.json).resolve().parent.is_dir():
        parser.error(f"--json {options.json}: there is no such directory")
    if options.chart and not options.json:
        parser.error("--chart draws what --json FILE keeps: give both")
    try:
        options.rows = chosen(options.jobs)
    except KeyError as error:
        names = ", ".join(row.name for row in ROWS)
        parser.error(f"no row {error.args[0]!r}; there are {names}")
    return options


def chart(source: str, target: str) -> None:
    """Draws with the Python that has matplotlib."""
    script = Path(__file__).with_name("chart.py")
    if not PYTHON.exists():
        sys.exit("--chart: matplotlib is not there; `make bench-setup` installs it")
    done = subprocess.run([str(PYTHON), str(script), source, target], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main(words: list[str] | None = None) -> None:
    """Measures and prints."""
    options = parse(words)
    rows: list[Row] = options.rows
    if options.list:
        for row in rows:
            print(f"{row.name:<20} {row.target:>8}  {row.text}")
        return
    cells: dict[str, Cell] = {name: CELLS[name] for name in needed(rows)}
    if options.tiny:
        cells = {name: cell.tiny() for name, cell in cells.items()}
    failed = absent(cells)
    where: dict[str, Any] = machine()
    results, wrong = rounds(
        {name: cell for name, cell in cells.items() if name not in failed}, options.rounds
    )
    failed |= wrong
    outcomes = [outcome(row, results, failed, not options.tiny) for row in rows]
    forms = {found["form"] for some in results.values() for found in some if "form" in found}
    show(outcomes, options.rounds, ", ".join(sorted(forms)) or "not run")
    if options.tiny:
        print("--tiny: these figures say nothing about speed")
    if options.json:
        kept = document(outcomes, results, failed, where, options.rounds)
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    if options.chart:
        chart(options.json, options.chart)
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
