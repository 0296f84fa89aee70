"""Delta debugging: a subset that fails, no single one of which can be left out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.testing.shrinking import Budget, Shrinker


@given(
    st.integers(1, 60).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1, max_size=5))
    )
)
def test_what_is_needed_is_found(case: tuple[int, set[int]]) -> None:
    count, needed = case

    def fails(items: Sequence[int]) -> bool:
        return needed <= set(items)

    shrinker = Shrinker(fails, Budget(10_000, 60.0))
    assert shrinker.shrink(list(range(count))) == sorted(needed)
    assert shrinker.minimal


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_of_any_failure_the_rest_is_minimal_one_by_one(seed: int, count: int) -> None:
    def fails(items: Sequence[int]) -> bool:
        # nothing monotone: some subsets fail, others do not
        return len(items) == count or hash((seed, tuple(items))) % 3 == 0

    shrinker = Shrinker(fails, Budget(100_000, 60.0))
    rest = shrinker.shrink(list(range(count)))
    assert fails(rest)
    if rest and shrinker.minimal:
        assert not any(fails(rest[:i] + rest[i + 1 :]) for i in range(len(rest)))


def test_a_failure_that_needs_nothing() -> None:
    shrinker: Shrinker[int] = Shrinker(lambda items: True, Budget(10, 60.0))
    assert shrinker.shrink([1, 2, 3]) == []
    assert shrinker.minimal


@pytest.mark.parametrize("runs", [0, 1, 3, 7])
def test_the_budget_is_kept_and_what_is_handed_back_fails(runs: int) -> None:
    asked: list[list[int]] = []

    def fails(items: Sequence[int]) -> bool:
        asked.append(list(items))
        return {3, 60} <= set(items)

    budget = Budget(runs, 60.0)
    shrinker = Shrinker(fails, budget)
    rest = shrinker.shrink(list(range(64)))
    assert {3, 60} <= set(rest)
    assert len(asked) == budget.made <= runs
    assert not shrinker.minimal
