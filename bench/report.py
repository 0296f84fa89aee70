"""From figures to a table: medians, spread, CPU, ratio, target."""

import statistics
import sys
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.run import Results
from bench.table import CELLS, Row

PASS, SHORT, SHOWN, MISSING = "pass", "falls short", "", "not measured"
WIDTH = 150


@dataclass(frozen=True)
class Outcome:
    """One row with its figures; ``low`` to ``high`` is the spread of the ratio."""

    name: str
    text: str
    target: str
    verdict: str
    why: str = ""
    value: float = 0.0
    against: float = 0.0
    unit: str = ""
    ratio: float = 0.0
    low: float = 0.0
    high: float = 0.0
    user_per_gb: float = 0.0
    system_per_gb: float = 0.0


def outcome(row: Row, results: Results, failed: dict[str, str], judged: bool = True) -> Outcome:
    """``row`` from the rounds. A ratio is made within each round; its median counts. Runs
    too small to mean anything are not ``judged``."""
    why = row.missing
    for name in (row.cell, row.against):
        why = why or failed.get(name, "")
        if name and not why and not results.get(name):
            why = f"{name} was not run"
    if why:
        return Outcome(row.name, row.text, row.target, MISSING, why)
    mine = [float(found[row.field]) for found in results[row.cell]]
    others = [float(found[row.field]) for found in results[row.against]] if row.against else []
    ratios = [a / b for a, b in zip(mine, others, strict=True)] if others else mine
    ratio = statistics.median(ratios)
    aimed = judged and bool(row.at_least or row.at_most)
    verdict = SHOWN if not aimed else PASS if row.passes(ratio) else SHORT
    per_gb = [cpu_per_gb(found) for found in results[row.cell]]
    return Outcome(
        row.name, row.text, row.target, verdict, "",
        statistics.median(mine),
        statistics.median(others) if others else 0.0,
        "" if row.field == "fairness" else str(results[row.cell][0]["unit"]),
        ratio, min(ratios), max(ratios),
        statistics.median(user for user, _ in per_gb),
        statistics.median(system for _, system in per_gb),
    )  # fmt: skip


def cpu_per_gb(found: dict[str, Any]) -> tuple[float, float]:
    """User and system seconds for each gigabyte moved; zeros where none was."""
    moved = float(found["gigabytes"])
    if not moved:
        return 0.0, 0.0
    return float(found["user"]) / moved, float(found["system"]) / moved


def figure(value: float) -> str:
    """Three digits that matter."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else ""


def show(outcomes: list[Outcome], rounds: int, form: str) -> None:
    """Prints the table, then what was not measured and why."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    table = Table(title=f"synfin ({form}), median of {rounds} interleaved rounds")
    for head in ("job", "synfin", "against", "unit", "ratio", "spread", "target",
                 "CPU s/GB user", "system", "verdict"):  # fmt: skip
        table.add_column(head, justify="left" if head in ("job", "unit", "verdict") else "right")
    for line in outcomes:
        if line.verdict == MISSING:
            continue
        table.add_row(
            line.text, figure(line.value), figure(line.against), line.unit, figure(line.ratio),
            f"{figure(line.low)} – {figure(line.high)}", line.target, figure(line.user_per_gb),
            figure(line.system_per_gb), line.verdict,
        )  # fmt: skip
    console.print(table)
    missing = [line for line in outcomes if line.verdict == MISSING]
    for line in missing:
        console.print(f"not measured: {line.text}: {line.why}", highlight=False, soft_wrap=True)


def document(
    outcomes: list[Outcome],
    results: Results,
    failed: dict[str, str],
    where: dict[str, Any],
    rounds: int,
) -> dict[str, Any]:
    """All of it, for ``--json``: what was asked, on what machine, every figure, every row."""
    return {
        "version": 1,
        "machine": where,
        "rounds": rounds,
        "cells": {name: CELLS[name].to_json() for name in results},
        "figures": results,
        "failed": failed,
        "rows": [asdict(line) for line in outcomes],
    }
