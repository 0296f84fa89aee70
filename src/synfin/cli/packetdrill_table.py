"""``synfin packetdrill --table``: pass rates by suite and folder as a Markdown table, also
with no tolerance at all, and how long it took."""

import time
from collections import Counter
from collections.abc import Sequence

from synfin.cli.app import App
from synfin.packetdrill.findings import Result
from synfin.packetdrill.suite import by_folder

Suite = tuple[str, Sequence[Result], Sequence[Result]]
"""(name, results, results with tolerance zero)."""


class Stopwatch:
    """Seconds of work, to be told with the table."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds: float = 0.0

    def stop(self) -> None:
        """The first pass is over."""
        self.seconds = time.perf_counter() - self._began


def show(app: App, suites: Sequence[Suite], seconds: float, workers: int) -> None:
    """The table, and a line with the time of the pass that has the tolerance."""
    heads = [app.ui(f"packetdrill-table-{name}") for name in _COLUMNS]
    app.line(f"| {' | '.join(heads)} |")
    app.line("|---|" + "---:|" * (len(heads) - 1))
    for name, results, exact in suites:
        folders, exactly = by_folder(results), by_folder(exact)
        for folder, counts in folders.items():
            label = name if folder == "." else f"{name}/{folder}"
            _row(app, label, counts, exactly[folder])
        if len(folders) > 1:
            _row(app, f"**{name}**", _sum(folders), _sum(exactly))
    count = sum(len(results) for _, results, _ in suites)
    app.line()
    took = f"{seconds:.1f}"
    app.line(app.ui("packetdrill-table-took", count=count, seconds=took, workers=workers))


_COLUMNS = ("folder", "scripts", "passed", "rate", "exact", "exact-rate", "unsupported")


def _sum(table: dict[str, Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in table.values():
        total.update(counts)
    return total


def _row(app: App, label: str, counts: Counter[str], exact: Counter[str]) -> None:
    scripts = sum(counts.values())
    cells = (
        label,
        str(scripts),
        str(counts["pass"]),
        _percent(counts["pass"], scripts),
        str(exact["pass"]),
        _percent(exact["pass"], scripts),
        str(counts["unsupported"]),
    )
    app.line(f"| {' | '.join(cells)} |")


def _percent(part: int, of: int) -> str:
    return f"{100 * part / of:.0f} %"
