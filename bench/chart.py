"""The chart for the README, from what ``python -m bench --json FILE`` kept.

Run by a Python that has matplotlib: python bench/chart.py BENCH.json CHART.svg
Writes CHART.svg and CHART.png. It stands alone: nothing of synfin is needed.
"""

import json
import math
import statistics
import sys
from pathlib import Path
from typing import Any

PANELS = (
    ("Bulk transfer, one stream", "Gbit/s", (("in", "kernel → {}"), ("out", "{} → kernel"))),
    (
        "Short connections",
        "connections/s",
        (("accepting-1", "{}, 1 at a time"), ("accepting-16", "{}, 16 at a time")),
    ),
    ("Simulator, 1 Gbit/s and 5 ms", "data segments/s", (("sim-bulk", "{}, 100 MB"),)),
)
COLOURS = {
    "kernel": "#999999",
    "synfin": "#0072b2",
    "pmd-pytcp": "#e69f00",
    "ns-3": "#cc79a7",
    "lwip": "#009e73",
    "smoltcp": "#d55e00",
    "gvisor": "#56b4e9",
}
"""Okabe and Ito's, told apart by everyone."""


def bars(document: dict[str, Any], works: tuple[tuple[str, str], ...]) -> list[tuple[str, ...]]:
    """(peer, label, cell) for each bar of a panel: what was measured, in this order."""
    figures = document["figures"]
    return [
        (peer, label, f"{work}/{peer}")
        for work, label in works
        for peer in COLOURS
        if figures.get(f"{work}/{peer}")
    ]


def panel(axes: Any, document: dict[str, Any], number: int) -> None:
    """Bars on a logarithmic axis: the median, with the lowest and the highest as whiskers."""
    title, unit, works = PANELS[number]
    shown = bars(document, works)
    least = math.inf
    for place, (peer, _, cell) in enumerate(shown):
        values = [found["value"] for found in document["figures"][cell]]
        middle = statistics.median(values)
        least = min(least, *values)
        whiskers = [[middle - min(values)], [max(values) - middle]]
        axes.barh(place, middle, color=COLOURS[peer], xerr=whiskers, ecolor="#333333", capsize=2)
        text = f" {middle:,.0f}" if middle >= 100 else f" {middle:.2g}"
        axes.text(max(values), place, text, va="center", fontsize=8)
    names = [label.format(peer) for peer, label, _ in shown]
    axes.set_yticks(range(len(shown)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.25)
    # Bars on such an axis begin nowhere; at least a whole power of ten below the shortest.
    axes.set_xlim(left=10.0 ** (math.floor(math.log10(least)) - 1))
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel(f"{unit} (logarithmic)", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def draw(source: Path, target: Path) -> None:
    """Writes ``target`` as .svg and .png."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    document = json.loads(source.read_text(encoding="utf-8"))
    numbers = [number for number in range(len(PANELS)) if bars(document, PANELS[number][2])]
    if not numbers:
        sys.exit(f"{source}: none of the charted jobs was measured")
    heights = [len(bars(document, PANELS[number][2])) + 1.5 for number in numbers]
    plt.rcParams.update({"svg.hashsalt": "synfin", "font.family": "DejaVu Sans"})
    figure, axes = plt.subplots(
        len(numbers), 1, figsize=(8, 0.33 * sum(heights) + 0.8), squeeze=False,
        height_ratios=heights, layout="constrained",
    )  # fmt: skip
    for row, number in enumerate(numbers):
        panel(axes[row][0], document, number)
    where = document["machine"]
    figure.suptitle(
        f"{where['cpu']}, {where['cores']} cores, Linux {where['kernel']}, MTU {where['mtu']},"
        f" {where['congestion']}; median of {document['rounds']} rounds",
        fontsize=8,
    )
    figure.savefig(target.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(target.with_suffix(".png"), dpi=150)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
