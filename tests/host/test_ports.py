"""Who holds a port: the SO_REUSEADDR matrix, ephemeral ports."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3), st.integers(0, 2))))
def test_holders_are_counted_in_each_way(steps: list[tuple[bool, int, int]]) -> None:
    """Against a plain count: take and give in any order, gifts that were never taken too."""
    uses = [(ONE, False, False), (ONE, True, False), (TWO, False, True)]
    ports, model = table(), Counter[tuple[int, int]]()
    for takes, port, use in steps:
        if takes:
            ports.take(port, uses[use])
            model[port, use] += 1
        else:
            ports.give(port, uses[use])
            model[port, use] = max(0, model[port, use] - 1)
        for number in (1, 2, 3):
            held = {uses[u]: n for (p, u), n in model.items() if p == number and n}
            assert ports.holders().get(number, {}) == held
            assert ports.in_use(number) == bool(held)
            assert ports.conflicts(number, ONE, True) == any(
                address == ONE and not reuse for address, reuse, _ in held
            )


def test_ways_of_holding_are_shared() -> None:
    ports = table()
    first = ports.use_of(bytes(bytearray(ONE)), False)
    # The compiled engine holds a way in the record itself: then its address is what is shared.
    assert ports.use_of(bytes(bytearray(ONE)), False)[0] is first[0]
    assert ports.use_of(ONE, True) == (ONE, True, False)


def test_any_address_of_one_family_leaves_the_other_alone() -> None:
    """As with IPV6_V6ONLY, which asyncio's servers set: a listener on :: takes no IPv4."""
    from synfin.host.ports import overlap

    assert overlap(bytes(4), bytes((10, 0, 0, 1)))
    assert overlap(bytes(16), bytes(16))
    assert not overlap(bytes(4), bytes(16))
    assert not overlap(bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
