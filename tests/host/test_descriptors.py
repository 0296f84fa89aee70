"""The lowest free number, whatever was freed in which order."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.host.descriptors import Numbers


def test_freed_numbers_come_again_lowest_first() -> None:
    numbers = Numbers(3)
    assert [numbers.take() for _ in range(5)] == [3, 4, 5, 6, 7]
    for number in (6, 3, 5):
        numbers.give(number)
    assert [numbers.take() for _ in range(4)] == [3, 5, 6, 8]


@given(st.lists(st.integers(min_value=-1, max_value=30)))
def test_always_the_lowest_free_one(steps: list[int]) -> None:
    """POSIX: "the lowest numbered ... not currently open". -1 takes, others free the n-th."""
    numbers, used = Numbers(3), set[int]()
    for step in steps:
        if step >= 0 and used:
            gone = sorted(used)[step % len(used)]
            used.remove(gone)
            numbers.give(gone)
            continue
        got = numbers.take()
        assert got == min(set(range(3, 4 + len(used))) - used)
        used.add(got)
