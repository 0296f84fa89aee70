"""Where the time goes in one job: make profile JOB=bulk-in

Samples the process under test with py-spy, which sees interpreted frames, the compiled
engine's functions and the C library's in one stack; waiting is counted apart. Time in the
kernel stands on the system call that went there. Writes a flame graph and the folded
stacks, and prints the ten functions with most samples of their own.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bench.cells import Cell
from bench.flame import hottest, parse, svg, tree
from bench.others import PYTHON
from bench.run import LIMIT_S, ROOT, command
from bench.table import CELLS, ROWS

ROOT_FRAME = "run (bench/"
"""Where the job begins; imports and the interpreter's start lie outside."""
WAITING = "epoll_wait"


def jobs() -> dict[str, Cell]:
    """synfin's side of each row, by the row's name."""
    return {row.name: CELLS[row.cell] for row in ROWS if row.cell}


def sample(cell: Cell, rate: int, folded: Path) -> str:
    """Runs ``cell`` under py-spy; the folded stacks. Exits when it cannot."""
    tool = PYTHON.with_name("py-spy")
    if not tool.exists():
        sys.exit("py-spy is not there; `make bench-setup` installs it")
    words = [str(tool), "record", "--native", "--format", "raw", "--rate", str(rate),
             "--output", str(folded), "--", *command(cell)]  # fmt: skip
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    text = folded.read_text(encoding="utf-8") if folded.exists() else ""
    if done.returncode or not text:
        sys.exit(f"py-spy gave no samples:\n{done.stderr.strip()}\n{done.stdout.strip()[-500:]}")
    return text


def main(words: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("job", choices=sorted(jobs()), metavar="JOB", help=", ".join(jobs()))
    parser.add_argument("--output", default="", metavar="FILE.svg", help="(out/flame-JOB.svg)")
    parser.add_argument("--rate", type=int, default=500, help="samples per second (500)")
    parser.add_argument("--octets", type=int, help="another size than the benchmark's")
    parser.add_argument("--count", type=int, help="another number of connections")
    options = parser.parse_args(words)
    cell = jobs()[options.job]
    if options.octets:
        cell = replace(cell, octets=options.octets)
    if options.count:
        cell = replace(cell, count=options.count)
    target = Path(options.output or ROOT / "out" / f"flame-{options.job}.svg")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Console(stderr=True).status(options.job):
        text = sample(cell, options.rate, Path(folder) / "folded")
    found = parse(text, ROOT_FRAME)
    stacks = [stack for stack in found if not stack[0][-1].startswith(WAITING)]
    if not stacks:
        sys.exit(f"{options.job} ended before there was a sample; give it more work")
    total = sum(count for _, count in stacks)
    waited = sum(count for _, count in found) - total
    target.write_text(svg(tree(stacks), f"{options.job}: {total} samples"), encoding="utf-8")
    target.with_suffix(".folded").write_text(text, encoding="utf-8")
    print(f"{'own':>6} {'below':>6}  function ({total} samples, and {waited} of waiting)")
    for name, own, below in hottest(stacks):
        print(f"{100 * own / total:5.1f}% {100 * below / total:5.1f}%  {name}")
    print(f"{target}")


if __name__ == "__main__":
    main()
