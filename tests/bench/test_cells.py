"""What a cell is, the content, fairness."""

import pytest
from bench.cells import FAR, PERIOD, TINY_COUNT, TINY_OCTETS, Cell, content, jain
from bench.kernel_end import Checker, shares
from bench.net import BenchError
from bench.table import CELLS
from hypothesis import given
from hypothesis import strategies as st


def test_the_index_of_fairness() -> None:
    assert jain([5, 5, 5]) == 1
    assert jain([9, 0, 0]) == pytest.approx(1 / 3)
    assert jain([0, 0]) == 0


@pytest.mark.parametrize("name", CELLS)
def test_tiny_keeps_the_kind_of_work(name: str) -> None:
    cell, tiny = CELLS[name], CELLS[name].tiny()
    assert (tiny.work, tiny.peer, tiny.loss, tiny.checked) == (
        cell.work, cell.peer, cell.loss, cell.checked,
    )  # fmt: skip
    assert tiny.octets <= TINY_OCTETS
    assert tiny.count <= TINY_COUNT
    assert bool(tiny.idle) == bool(cell.idle)
    assert (tiny.streams > 1) == (cell.streams > 1)
    assert Cell(**tiny.to_json()) == tiny


@given(st.lists(st.integers(1, 100_000), max_size=40))
def test_content_in_any_pieces_is_right(sizes: list[int]) -> None:
    whole = content()
    checker = Checker()
    at = PERIOD - 1000
    checker.check(whole[:at])
    for size in sizes:
        checker.check(memoryview(whole)[at : at + size])
        at = (at + size) % PERIOD


@pytest.mark.parametrize("wrong", [b"\0" * 8, content()[1:9]])
def test_wrong_content_is_found(wrong: bytes) -> None:
    with pytest.raises(BenchError):
        Checker().check(wrong)


def test_shares_fit_one_process_and_one_address() -> None:
    assert shares(15_000) == [(FAR, 15_000)]
    many = shares(100_000)
    assert sum(count for _, count in many) == 100_000
    assert len({address for address, _ in many}) == len(many) == 7
