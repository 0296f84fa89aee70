"""Who holds a port: the SO_REUSEADDR matrix, ephemeral ports."""

from random import Random

import pytest

from synfin.host.ports import PortTable

ANY = bytes(4)
ONE = b"\n\0\0\1"
TWO = b"\n\0\0\2"


def table() -> PortTable:
    return PortTable(Random(1).randbytes)


@pytest.mark.parametrize(
    ("held", "wanted", "conflict"),
    [
        # different addresses never conflict
        ((ONE, False, False), (TWO, False), False),
        ((ONE, False, True), (TWO, False), False),
        # the same address, or any
        ((ONE, False, False), (ONE, False), True),
        ((ANY, False, False), (ONE, False), True),
        ((ONE, False, False), (ANY, False), True),
        # SO_REUSEADDR helps when both have it and nobody listens
        ((ONE, True, False), (ONE, True), False),
        ((ANY, True, False), (ONE, True), False),
        ((ONE, True, False), (ONE, False), True),
        ((ONE, False, False), (ONE, True), True),
        ((ONE, True, True), (ONE, True), True),
        ((ANY, True, True), (ONE, True), True),
    ],
)
def test_reuseaddr_matrix(
    held: tuple[bytes, bool, bool], wanted: tuple[bytes, bool], conflict: bool
) -> None:
    """Linux inet_csk_bind_conflict(); socket(7)."""
    ports = table()
    ports.take(80, held)
    assert ports.conflicts(80, *wanted) is conflict
    assert not ports.conflicts(81, *wanted)


def test_a_port_is_held_until_all_who_took_it_let_go() -> None:
    ports = table()
    use = (ONE, False, False)
    ports.take(80, use)
    ports.take(80, use)
    ports.give(80, use)
    assert ports.in_use(80)
    ports.give(80, use)
    assert not ports.in_use(80)
    ports.give(80, use)
    assert not ports.in_use(80)


def test_candidates_cover_the_range_once_from_a_random_start() -> None:
    """RFC 6056 §3.3.1."""
    ports = table()
    starts = set()
    for _ in range(20):
        ranges = ports.candidates(100, 199)
        numbers = [n for first, last in ranges for n in range(first, last + 1)]
        assert sorted(numbers) == list(range(100, 200))
        starts.add(numbers[0])
    assert len(starts) == 20
    assert ports.candidates(10, 9) == []
