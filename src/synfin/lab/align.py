"""Aligns what was expected with what came, so that one surprise stays one surprise."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

E = TypeVar("E")
A = TypeVar("A")

LIMIT: Final = 1_000_000
"""Beyond this many comparisons the lists are compared position by position."""


def align(
    expected: Sequence[E], actual: Sequence[A], same: Callable[[E, A], bool]
) -> list[tuple[E | None, A | None]]:
    """Pairs in order: matched ones, then what is left between them side by side.

    A pair whose ``same`` is false stands for "this instead of that". Longest
    common subsequence; O(len * len) comparisons, at most :data:`LIMIT`.
    """
    first = 0
    while first < min(len(expected), len(actual)) and same(expected[first], actual[first]):
        first += 1
    out: list[tuple[E | None, A | None]] = list(zip(expected[:first], actual[:first], strict=True))
    rest_e, rest_a = expected[first:], actual[first:]
    if len(rest_e) * len(rest_a) > LIMIT:
        return out + _side_by_side(rest_e, rest_a)
    return out + _by_subsequence(rest_e, rest_a, same)


def _side_by_side(expected: Sequence[E], actual: Sequence[A]) -> list[tuple[E | None, A | None]]:
    short = min(len(expected), len(actual))
    out: list[tuple[E | None, A | None]] = list(zip(expected[:short], actual[:short], strict=True))
    out += [(item, None) for item in expected[short:]]
    out += [(None, item) for item in actual[short:]]
    return out


def _by_subsequence(
    expected: Sequence[E], actual: Sequence[A], same: Callable[[E, A], bool]
) -> list[tuple[E | None, A | None]]:
    rows, columns = len(expected), len(actual)
    length = [[0] * (columns + 1) for _ in range(rows + 1)]
    match = [[same(e, a) for a in actual] for e in expected]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            if match[i][j]:
                length[i][j] = length[i + 1][j + 1] + 1
            else:
                length[i][j] = max(length[i + 1][j], length[i][j + 1])
    out: list[tuple[E | None, A | None]] = []
    i = j = 0
    gap_e: list[E] = []
    gap_a: list[A] = []
    while i < rows and j < columns:
        if match[i][j]:
            out += _side_by_side(gap_e, gap_a)
            out.append((expected[i], actual[j]))
            gap_e, gap_a = [], []
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            gap_e.append(expected[i])
            i += 1
        else:
            gap_a.append(actual[j])
            j += 1
    return out + _side_by_side([*gap_e, *expected[i:]], [*gap_a, *actual[j:]])
