"""The rows: what is measured, against what, and what is aimed at."""

from dataclasses import dataclass

from bench.cells import Cell

BULK = 3_000_000_000
LOSS = 0.0001
PYTCP_OCTETS = 6_000_000


@dataclass(frozen=True)
class Row:
    """``cell``'s value over ``against``'s (or, without that, alone) must be ``at_least`` or
    ``at_most``; with neither it is only shown. ``field`` of what was measured is compared.
    ``missing`` says why the row cannot be measured yet."""

    name: str
    text: str
    cell: str = ""
    against: str = ""
    at_least: float = 0.0
    at_most: float = 0.0
    field: str = "value"
    missing: str = ""

    @property
    def target(self) -> str:
        """As printed."""
        if self.at_least:
            return f"≥ {self.at_least:,g}"
        return f"≤ {self.at_most:,g}" if self.at_most else ""

    def passes(self, ratio: float) -> bool:
        """Whether ``ratio`` meets the target."""
        if self.at_least:
            return ratio >= self.at_least
        return not self.at_most or ratio <= self.at_most


def _both(name: str, cell: Cell) -> dict[str, Cell]:
    """Both directions."""
    return {
        f"{way}{name}": Cell(
            way,
            cell.peer,
            cell.octets,
            0,
            cell.streams,
            1,
            cell.idle,
            cell.loss,
            cell.checked,
            cell.asyncio,
        )
        for way in ("in", "out")
    }


CELLS: dict[str, Cell] = {
    **_both("/kernel", Cell("", "kernel", BULK)),
    **_both("/synfin", Cell("", "synfin", BULK)),
    **_both("-checked/kernel", Cell("", "kernel", BULK, checked=True)),
    **_both("-checked/synfin", Cell("", "synfin", BULK, checked=True)),
    **_both("-asyncio/kernel", Cell("", "kernel", BULK, asyncio=True)),
    **_both("-asyncio/synfin", Cell("", "synfin", BULK, asyncio=True)),
    **_both("-loss/synfin", Cell("", "synfin", BULK, loss=LOSS)),
    **_both("-16/synfin", Cell("", "synfin", BULK, streams=16)),
    **_both("-idle/synfin", Cell("", "synfin", BULK, idle=10_000)),
    **_both("/pmd-pytcp", Cell("", "pmd-pytcp", PYTCP_OCTETS)),
    **_both("/lwip", Cell("", "lwip", BULK)),
    **_both("/smoltcp", Cell("", "smoltcp", BULK)),
    **_both("/gvisor", Cell("", "gvisor", BULK)),
    "accepting-1/kernel": Cell("accepting", "kernel", count=20_000),
    "accepting-1/synfin": Cell("accepting", "synfin", count=10_000),
    "accepting-16/kernel": Cell("accepting", "kernel", count=20_000, at_once=16),
    "accepting-16/synfin": Cell("accepting", "synfin", count=10_000, at_once=16),
    "connecting-1/kernel": Cell("connecting", "kernel", count=20_000),
    "connecting-1/synfin": Cell("connecting", "synfin", count=10_000),
    "connecting-16/kernel": Cell("connecting", "kernel", count=20_000, at_once=16),
    "connecting-16/synfin": Cell("connecting", "synfin", count=10_000, at_once=16),
    "accepting-1/pmd-pytcp": Cell("accepting", "pmd-pytcp", count=300),
    "memory/synfin": Cell("memory", "synfin", count=10_000),
    "many/synfin": Cell("many", "synfin", count=100_000),
    "few/synfin": Cell("many", "synfin", count=1_000),
    "latency/kernel": Cell("latency", "kernel", count=10_000),
    "latency/synfin": Cell("latency", "synfin", count=10_000),
    "sim-bulk/synfin": Cell("sim-bulk", "synfin", 100_000_000),
    "sim-bulk/ns-3": Cell("sim-bulk", "ns-3", 100_000_000),
    "sim-short/synfin": Cell("sim-short", "synfin", count=10_000),
    "sim-short-1000/synfin": Cell("sim-short", "synfin", count=1_000),
}


def _bulk_rows() -> list[Row]:
    rows: list[Row] = []
    for way, text, target in (("in", "kernel → synfin", 0.8), ("out", "synfin → kernel", 0.5)):
        mine, kernel = f"{way}/synfin", f"{way}/kernel"
        rows += [
            Row(f"bulk-{way}", f"bulk, {text}", mine, kernel, target),
            Row(f"bulk-{way}-checked", f"bulk, {text}, content checked",
                f"{way}-checked/synfin", f"{way}-checked/kernel"),
            Row(f"asyncio-{way}", f"bulk, {text}, asyncio streams",
                f"{way}-asyncio/synfin", f"{way}-asyncio/kernel", 0.7),
            Row(f"loss-{way}", f"bulk, {text}, 0.01 % loss per MSS, to none",
                f"{way}-loss/synfin", mine, 0.5),
            Row(f"streams-{way}", f"16 streams, {text}, to 1", f"{way}-16/synfin", mine, 0.8),
            Row(f"fairness-{way}", f"16 streams, {text}, Jain's index",
                f"{way}-16/synfin", "", 0.95, field="fairness"),
            Row(f"idle-{way}", f"bulk, {text}, beside 10,000 idle, to none",
                f"{way}-idle/synfin", mine, 0.95),
            Row(f"pytcp-{way}", f"bulk, {text}, to pmd-pytcp", mine, f"{way}/pmd-pytcp", 1000),
            Row(f"lwip-{way}", f"bulk, {text}, to lwIP", mine, f"{way}/lwip"),
            Row(f"smoltcp-{way}", f"bulk, {text}, to smoltcp", mine, f"{way}/smoltcp"),
            Row(f"gvisor-{way}", f"bulk, {text}, to gVisor", mine, f"{way}/gvisor"),
        ]  # fmt: skip
    return rows


def _connection_rows() -> list[Row]:
    rows = [
        Row(f"{work}-{number}", f"connections/s, {work}, {number} at a time",
            f"{work}-{number}/synfin", f"{work}-{number}/kernel", target)
        for number, target in ((1, 0.4), (16, 0.3))
        for work in ("accepting", "connecting")
    ]  # fmt: skip
    return [
        *rows,
        Row("pytcp-connections", "connections/s, accepting, to pmd-pytcp",
            "accepting-1/synfin", "accepting-1/pmd-pytcp", 40),
        Row("memory", "memory of an idle connection, octets", "memory/synfin", at_most=4096),
        Row("many", "100,000 connections, CPU for each, to 1,000",
            "many/synfin", "few/synfin", at_most=1.5),
        Row("latency", "one octet there and back, median",
            "latency/synfin", "latency/kernel", at_most=3),
        Row("latency-99", "one octet there and back, 99 %",
            "latency/synfin", "latency/kernel", at_most=3, field="high"),
    ]  # fmt: skip


ROWS: list[Row] = [
    *_bulk_rows(),
    *_connection_rows(),
    Row("sim-bulk", "simulator, 100 MB, to ns-3", "sim-bulk/synfin", "sim-bulk/ns-3", 20),
    Row("sim-short", "simulator, 10,000 short connections, to 1,000",
        "sim-short/synfin", "sim-short-1000/synfin", at_most=1.2),
]  # fmt: skip


def chosen(names: list[str]) -> list[Row]:
    """The rows of these names or beginnings of names, all without any. KeyError: no such row."""
    if not names:
        return ROWS
    rows: list[Row] = []
    for name in names:
        found = [row for row in ROWS if row.name == name or row.name.startswith(name + "-")]
        if not found:
            raise KeyError(name)
        rows += [row for row in found if row not in rows]
    return rows


def needed(rows: list[Row]) -> list[str]:
    """The cells that ``rows`` compare, each once."""
    names: list[str] = []
    for row in rows:
        names += [name for name in (row.cell, row.against) if name and name not in names]
    return names
