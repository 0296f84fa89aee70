"""The truths, asked of the simulated loop: every row, and how long it may take to ask."""

import pytest

from tests.aio.truths.rows import ROWS, Row
from tests.aio.truths.simulated import Simulation


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_simulated(row: Row) -> None:
    notes = Simulation(row).run()
    assert row.check(notes), notes


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_is_the_same_twice(row: Row) -> None:
    assert Simulation(row, seed=3).run() == Simulation(row, seed=3).run()
