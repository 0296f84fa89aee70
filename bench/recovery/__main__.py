"""Goodput under loss, synfin's simulator beside the kernel, as a ratio per cell.

python -m bench.recovery                        8 cells, 9 seeds, 20 s each (4 minutes)
python -m bench.recovery --cells 3/100 --seeds 3 --json out.json
python -m bench.recovery --only synfin --kernel-json out.json    the kernel's figures kept
python -m bench.recovery --cells 1/20 --seeds 1 --capture out    captures of both sides

Both sides: CUBIC, 50 Mbit/s, a queue of 1,000 packets, the n-th data packet of a seed
lost or not alike. The kernel's side takes real time, two network namespaces and TUN
devices (root, or user namespaces); a cell is LOSS/RTT in per cent and ms.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.recovery import kernel, simulated
from bench.recovery.cells import LOSSES, RTTS, Cell, Result

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SIDES: Final = ("kernel", "synfin")

Rates = dict[str, dict[str, list[float]]]
"""Mbit/s by cell (``1/20``) and side, one per seed."""


def name_of(cell: Cell) -> str:
    """``1/20``: 1 % loss, 20 ms."""
    return f"{cell.loss:g}/{cell.rtt_ms}"


def parse_cell(text: str, seconds: float, congestion: str) -> Cell:
    """A cell from ``LOSS/RTT``; ValueError."""
    loss, slash, rtt = text.partition("/")
    cell = Cell(float(loss), int(rtt), seconds, congestion)
    if not slash or not 0 <= cell.loss < 100 or not 1 <= cell.rtt_ms <= 10_000:
        raise ValueError(text)
    return cell


def one(side: str, cell: Cell, seed: int, capture: Path | None) -> Result:
    """One run in this process."""
    if side == "kernel":
        return kernel.run(cell, seed, capture)
    return simulated.run(cell, seed, capture)


def apart(side: str, cell: Cell, seed: int, capture: str) -> Result:
    """One run in a process of its own, as namespaces want it."""
    words = [sys.executable, "-m", "bench.recovery", "--one", side, "--cells", name_of(cell)]
    words += ["--seconds", str(cell.seconds), "--first-seed", str(seed)]
    words += ["--congestion", cell.congestion]
    if capture:
        words += ["--capture", capture]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        sys.exit(f"bench.recovery: {side} {name_of(cell)} failed:\n{done.stderr}")
    report = json.loads(done.stdout)
    return Result(report["octets"], report["counters"])


def measure(cells: list[Cell], wish: argparse.Namespace) -> tuple[Rates, dict[str, object]]:
    """All runs. The kernel's wait most of the time, so those of one seed run side by side."""
    rates: Rates = {name_of(cell): {side: [] for side in SIDES} for cell in cells}
    details: dict[str, object] = {}
    sides = [side for side in SIDES if wish.only in ("", side)]
    for seed in range(wish.first_seed, wish.first_seed + wish.seeds):
        for side in sides:
            jobs = [(side, cell, seed, capture_name(wish.capture, side, cell, seed))
                    for cell in cells]  # fmt: skip
            with ThreadPoolExecutor(len(cells) if side == "kernel" else wish.jobs) as pool:
                results = list(pool.map(apart, *zip(*jobs, strict=True)))
            for cell, result in zip(cells, results, strict=True):
                rate = result.mbit(cell.seconds)
                rates[name_of(cell)][side].append(rate)
                details[f"{side} {name_of(cell)} seed {seed}"] = result.counters
                if wish.verbose:
                    print(f"{side} {name_of(cell)} seed {seed}: {rate:.3f} {result.counters}")
    return rates, details


def capture_name(directory: str, side: str, cell: Cell, seed: int) -> str:
    """Where the capture of one run goes; "" without one."""
    if not directory:
        return ""
    name = f"{side}-{cell.loss:g}-{cell.rtt_ms}-{seed}.pcap"
    return str(Path(directory).resolve() / name)


def table(rates: Rates) -> str:
    """Markdown: medians, spread (lower to upper quartile) and the ratio synfin : kernel."""
    lines = [
        "| loss | RTT | kernel, Mbit/s | synfin, Mbit/s | ratio |",
        "|---:|---:|---:|---:|---:|",
    ]
    for cell, sides in rates.items():
        loss, _, rtt = cell.partition("/")
        shown = [middle(sides[side]) for side in SIDES]
        ratio = "-"
        if all(sides[side] for side in SIDES) and statistics.median(sides["kernel"]):
            found = statistics.median(sides["synfin"]) / statistics.median(sides["kernel"])
            ratio = f"{found:.2f}"
        lines.append(f"| {loss} % | {rtt} ms | {shown[0]} | {shown[1]} | {ratio} |")
    return "\n".join(lines)


def middle(rates: list[float]) -> str:
    """Median and the quartiles around it."""
    if not rates:
        return "-"
    if len(rates) < 4:
        return f"{statistics.median(rates):.2f} ({min(rates):.2f}–{max(rates):.2f})"
    low, _, high = statistics.quantiles(rates, n=4)
    return f"{statistics.median(rates):.2f} ({low:.2f}–{high:.2f})"


def parse() -> tuple[argparse.Namespace, list[Cell]]:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.recovery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    every = [f"{loss:g}/{rtt}" for rtt in RTTS for loss in LOSSES]
    parser.add_argument("--cells", nargs="+", default=every, metavar="LOSS/RTT")
    parser.add_argument("--seeds", type=int, default=9, help="runs per cell and side (9)")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each run (20)")
    parser.add_argument("--congestion", default="cubic", help="both sides' algorithm (cubic)")
    parser.add_argument("--only", choices=SIDES, default="", help="one side alone")
    parser.add_argument("--jobs", type=int, default=2, help="simulations at once (2)")
    parser.add_argument("--json", metavar="FILE", help="keep all figures")
    parser.add_argument("--kernel-json", metavar="FILE", help="the kernel's figures of earlier")
    parser.add_argument("--capture", default="", metavar="DIR", help="keep captures here")
    parser.add_argument("--verbose", action="store_true", help="each run with its counters")
    parser.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    wish = parser.parse_args()
    try:
        cells = [parse_cell(text, wish.seconds, wish.congestion) for text in wish.cells]
    except ValueError as error:
        parser.error(f"expected LOSS/RTT such as 1/20 (per cent, ms): {error}")
    if not 1 <= wish.seeds <= 1000 or not 1 <= wish.seconds <= 600 or not 1 <= wish.jobs <= 64:
        parser.error("--seeds must be 1 to 1000, --seconds 1 to 600, --jobs 1 to 64")
    return wish, cells


def main() -> None:
    """Measure and print the table."""
    wish, cells = parse()
    if wish.one:
        path = Path(wish.capture) if wish.capture else None
        result = one(wish.one, cells[0], wish.first_seed, path)
        print(json.dumps({"octets": result.octets, "counters": result.counters}))
        return
    if wish.capture:
        Path(wish.capture).mkdir(parents=True, exist_ok=True)
    rates, details = measure(cells, wish)
    if wish.kernel_json:
        earlier = json.loads(Path(wish.kernel_json).read_text(encoding="utf-8"))
        for cell, sides in rates.items():
            sides["kernel"] = earlier["rates"].get(cell, {}).get("kernel", [])
    print(table(rates))
    if wish.json:
        whole = {"rates": rates, "runs": details}
        Path(wish.json).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
