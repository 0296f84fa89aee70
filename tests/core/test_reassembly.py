"""Out-of-order text (SHLD-31) and the blocks that SACK reports."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.reassembly import MAX_PIECES, Reassembly

TEXT = bytes(range(256)) * 2


def add(held: Reassembly, start: int, end: int) -> int:
    return held.add(start, TEXT[start:end])


pieces = st.lists(st.tuples(st.integers(1, 300), st.integers(1, 60)), min_size=1, max_size=30)


def merged(numbers: set[int]) -> list[tuple[int, int]]:
    """The runs of consecutive numbers, as [first, beyond the last)."""
    starts = sorted(n for n in numbers if n - 1 not in numbers)
    return [(n, next(m for m in range(n, 400) if m not in numbers)) for n in starts]


@given(pieces, st.integers(0, 360))
def test_what_is_held_comes_out_once_and_in_order(parts: list[tuple[int, int]], upto: int) -> None:
    held = Reassembly()
    here: set[int] = set()
    for start, size in parts:
        kept = add(held, start, start + size)
        fresh = set(range(start, start + size)) - here
        assert kept == len(fresh)
        here |= fresh
        assert held.octets == len(here)
        assert held.starts == sorted(set(held.starts))
        assert all(len(piece) > 0 for piece in held.pieces)
        blocks = list(zip(held.block_starts, held.block_ends, strict=True))
        assert blocks == merged(here)
        assert set(held.recent) <= set(blocks)
    taken = b"".join(bytes(piece) for piece in held.take(upto))
    end = upto
    while end in here:
        end += 1
    assert taken == TEXT[upto:end]
    assert held.octets == len({n for n in here if n > end})


def test_the_first_copy_of_an_octet_wins() -> None:
    held = Reassembly()
    held.add(10, b"aaaa")
    assert held.add(8, b"bbbbbbbb") == 4
    assert b"".join(bytes(p) for p in held.take(8)) == b"bbaaaabb"


def test_nothing_is_taken_before_the_gap_closes() -> None:
    held = Reassembly()
    add(held, 10, 20)
    assert held.take(9) == []
    assert held.octets == 10


def test_the_newest_block_is_reported_first() -> None:
    """RFC 2018 §4: the first block holds the segment that triggered the ACK."""
    held = Reassembly()
    add(held, 10, 20)
    add(held, 30, 40)
    add(held, 50, 60)
    assert held.recent == [(50, 60), (30, 40), (10, 20)]
    add(held, 12, 18)
    assert held.recent == [(10, 20), (50, 60), (30, 40)]
    add(held, 20, 30)
    assert held.recent == [(10, 40), (50, 60)]


def test_only_four_blocks_are_remembered() -> None:
    """No more fit into 40 octets of options."""
    held = Reassembly()
    for start in range(10, 80, 10):
        add(held, start, start + 5)
    assert held.recent == [(70, 75), (60, 65), (50, 55), (40, 45)]


def test_blocks_that_were_delivered_are_forgotten() -> None:
    held = Reassembly()
    add(held, 10, 20)
    add(held, 30, 40)
    held.take(10)
    assert held.recent == [(30, 40)]
    assert held.starts == [30]


def test_the_number_of_pieces_is_bounded() -> None:
    held = Reassembly()
    for n in range(MAX_PIECES):
        assert held.add(2 * n + 1, b"x") == 1
    assert held.add(2 * MAX_PIECES + 1, b"x") == 0
    assert held.octets == MAX_PIECES


def test_text_that_goes_on_behind_a_hole_makes_its_block_longer() -> None:
    held = Reassembly()
    for start in (10, 30, 35, 40, 20, 45):
        add(held, start, start + 5)
    assert held.recent == [(30, 50), (20, 25), (10, 15)]
    assert (held.block_starts, held.block_ends) == ([10, 20, 30], [15, 25, 50])
    add(held, 50, 55)
    assert held.recent == [(30, 55), (20, 25), (10, 15)]
