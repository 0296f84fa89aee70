"""Each cell of the table at a tiny size, in a namespace of its own. No time is judged."""

import pytest
from bench.cells import Cell
from bench.net import BenchError
from bench.run import measure
from bench.table import CELLS

pytestmark = pytest.mark.needs_tun

OURS = [name for name, cell in CELLS.items() if cell.peer in ("kernel", "synfin")]
UNITS = {
    "in": "Gbit/s",
    "out": "Gbit/s",
    "accepting": "connections/s",
    "connecting": "connections/s",
    "latency": "µs",
    "memory": "octets",
    "many": "µs CPU/connection",
    "sim-bulk": "data segments/s",
    "sim-short": "µs CPU/connection",
}


@pytest.mark.parametrize("name", OURS)
def test_each_cell_runs(name: str) -> None:
    cell = CELLS[name].tiny()
    found = measure(cell)
    assert found["unit"] == UNITS[cell.work]
    # A handful of idle connections may fit into memory that was there already.
    assert found["value"] > 0 or cell.work == "memory"
    if cell.work in ("in", "out"):
        assert found["gigabytes"] * 1e9 >= cell.octets
        assert 1 / cell.streams <= found["fairness"] <= 1
    if cell.work == "latency":
        assert found["high"] >= found["value"]


@pytest.mark.parametrize("way", ["in", "out"])
def test_content_survives_heavy_loss(way: str) -> None:
    """Checked to the last octet, at a loss that a tiny transfer meets."""
    found = measure(Cell(way, "synfin", 600_000, loss=0.02, checked=True))
    assert found["gigabytes"] * 1e9 >= 600_000


def test_what_fails_says_why() -> None:
    with pytest.raises(BenchError, match="not installed"):
        measure(Cell("in", "lwip", 1))
