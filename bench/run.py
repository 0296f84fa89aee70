"""Runs cells in rounds, each in a process of its own, and keeps all that came out."""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.cells import CONGESTION, MTU, Cell
from bench.net import BenchError
from bench.others import installed

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 900
Results = dict[str, list[dict[str, Any]]]


def measure(cell: Cell, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """One cell in a child. Raises BenchError with what it said."""
    try:
        done = subprocess.run(
            command(cell),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{cell.work} with {cell.peer} took over {LIMIT_S} s") from None
    if done.returncode:
        raise BenchError(done.stderr.strip() or f"{cell.work} with {cell.peer} failed")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def command(cell: Cell) -> list[str]:
    """What runs ``cell``."""
    return [sys.executable, "-m", "bench.cell", json.dumps(cell.to_json())]


def rounds(cells: dict[str, Cell], number: int) -> tuple[Results, dict[str, str]]:
    """``number`` rounds; within one, the cells take turns. Also what failed, and how: a cell
    that failed is left out from then on."""
    results: Results = {name: [] for name in cells}
    failed: dict[str, str] = {}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task("", total=len(cells) * number)
        for turn in range(number):
            for name, cell in cells.items():
                progress.update(task, description=f"round {turn + 1} of {number}: {name}")
                if name not in failed:
                    try:
                        results[name].append(measure(cell))
                    except BenchError as error:
                        failed[name] = str(error).strip()
                progress.advance(task)
    return results, failed


def absent(cells: dict[str, Cell]) -> dict[str, str]:
    """The cells whose peer is not installed, and that it is not."""
    return {
        name: f"{cell.peer} is not installed" for name, cell in cells.items()
        if not installed(cell.peer)
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """Where it ran; nothing that names the machine."""
    model = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model n")]
            model = models[0] if models else ""
    except OSError:
        pass
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "kernel": platform.release().split("-")[0],
        "cpu": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "congestion": CONGESTION.decode(),
        "mtu": MTU,
    }
