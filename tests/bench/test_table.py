"""The rows: complete, and judged by the right side of their targets."""

import pytest
from bench.table import CELLS, ROWS, Row, chosen, needed


def test_rows_name_cells_that_exist() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert set(needed(ROWS)) <= set(CELLS)
    assert all(row.cell or row.missing for row in ROWS)
    assert not [row.name for row in ROWS if row.missing]


def test_each_cell_is_used() -> None:
    assert set(CELLS) == set(needed(ROWS))


def test_targets() -> None:
    least, most, none = Row("a", "", at_least=0.5), Row("b", "", at_most=3), Row("c", "")
    assert [least.target, most.target, none.target] == ["≥ 0.5", "≤ 3", ""]
    assert least.passes(0.5)
    assert not least.passes(0.49)
    assert most.passes(3)
    assert not most.passes(3.1)
    assert none.passes(0.0)


def test_choosing() -> None:
    assert chosen([]) == ROWS
    assert [row.name for row in chosen(["bulk-in"])] == ["bulk-in", "bulk-in-checked"]
    assert [row.name for row in chosen(["latency", "latency-99"])] == ["latency", "latency-99"]
    with pytest.raises(KeyError):
        chosen(["bul"])
