"""Buffers are used again when nobody looks at them, and not before."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.tun.buffers import FIRST_SWEEP, MOST_FREE, Buffers

SIZE = 64


def fill(buffers: Buffers, octet: int) -> memoryview:
    """As a read does: the whole buffer anew, and a view of it."""
    buffer = buffers.top()
    buffer[:] = bytes((octet,)) * SIZE
    assert buffers.current() is buffer
    return memoryview(buffer).toreadonly()[10:20]


def test_the_same_buffer_serves_as_long_as_nobody_keeps_a_view() -> None:
    buffers = Buffers(SIZE)
    seen = {id(fill(buffers, octet).obj) for octet in range(100)}
    assert len(seen) == 1


def test_a_view_of_a_view_keeps_the_buffer_too() -> None:
    buffers = Buffers(SIZE)
    inner = fill(buffers, 1)[3:5][1:]
    fill(buffers, 2)
    assert bytes(inner) == b"\x01"


def test_what_was_let_go_is_found_again() -> None:
    buffers = Buffers(SIZE)
    for _ in range(50):
        views = [fill(buffers, octet) for octet in range(FIRST_SWEEP)]
        assert [view[0] for view in views] == list(range(FIRST_SWEEP))
        del views
    assert len(buffers.free) + len(buffers.away) <= 3 * FIRST_SWEEP


def test_free_buffers_are_bounded() -> None:
    buffers = Buffers(SIZE)
    views = [fill(buffers, octet & 255) for octet in range(4 * MOST_FREE)]
    del views
    for _ in range(2):
        views = [fill(buffers, octet & 255) for octet in range(4 * MOST_FREE)]
    assert len({id(view.obj) for view in views}) == 4 * MOST_FREE
    del views
    many = [fill(buffers, 0) for _ in range(20 * FIRST_SWEEP)]
    assert len(buffers.free) <= MOST_FREE
    del many


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 40)), max_size=200))
def test_nobodys_octets_change(steps: list[tuple[int, int]]) -> None:
    """Fill a buffer; keep its view until so many steps later (0: not at all)."""
    buffers = Buffers(SIZE)
    held: list[tuple[int, int, memoryview]] = []
    for now, (octet, keep) in enumerate(steps):
        view = fill(buffers, octet)
        held = [one for one in held if one[0] > now]
        if keep:
            held.append((now + keep, octet, view))
        del view
        for _, was, kept in held:
            assert bytes(kept) == bytes((was,)) * 10
    assert len(buffers.away) + len(buffers.free) <= 41 + 3 * (FIRST_SWEEP + 41)
