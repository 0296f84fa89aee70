"""What idle connections and TIME-WAIT records take, object by object."""

import pytest
from bench.cell import form
from bench.heap import alone, measure, members

LARGEST = {"compiled": 3500, "plain": 10_000}
"""Octets of an accepted connection and its socket, by form; the target is 4 KB compiled,
with the tables and what the allocator rounds up."""
LARGEST_WAITING = {"compiled": 200, "plain": 520}


def test_an_idle_connection_is_small() -> None:
    total, sizes = measure(time_wait=False)
    assert total <= LARGEST[form()], "\n".join(f"{size} {name}" for size, name in sizes)


def test_a_time_wait_record_is_smaller_still() -> None:
    """With the key by which it is found; its place in the table is not counted."""
    total, sizes = measure(time_wait=True)
    assert total <= LARGEST_WAITING[form()], "\n".join(f"{size} {name}" for size, name in sizes)


@pytest.mark.parametrize("kind", [list, tuple])
def test_what_two_share_belongs_to_neither(kind: type) -> None:
    shared, own = [1000, 2000], [3000]
    one, other = kind([shared, own]), kind([shared])
    found = [thing for _, thing in alone([one], [other], ()).values()]
    assert shared not in found
    assert own in found
    assert one in found


def test_attributes_are_followed() -> None:
    class Thing:
        def __init__(self) -> None:
            self.inner = [1]

    assert dict(members(Thing())) == {"inner": [1]}
