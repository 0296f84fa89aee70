"""Wire numbers and absolute numbers (RFC 9293 §3.4)."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.sequence import first_absolute, modular_less, unwrap, wrap

WORD = 1 << 32
wire = st.integers(0, WORD - 1)


@given(st.integers(WORD, 1 << 40), st.integers(-(1 << 31), (1 << 31) - 1))
def test_unwrap_finds_the_number_that_was_meant(near: int, offset: int) -> None:
    """Across 2**32, as long as the two are less than half the space apart."""
    assert unwrap(wrap(near + offset), near) == near + offset


@given(wire, st.integers(WORD, 1 << 40))
def test_unwrap_keeps_the_low_32_bits_and_stays_near(number: int, near: int) -> None:
    found = unwrap(number, near)
    assert wrap(found) == number
    assert -(1 << 31) <= found - near < 1 << 31


def test_just_across_the_wrap() -> None:
    assert unwrap(5, 2 * WORD - 10) == 2 * WORD + 5
    assert unwrap(WORD - 10, 2 * WORD + 5) == 2 * WORD - 10


@given(wire)
def test_a_sequence_space_leaves_room_for_old_duplicates(iss: int) -> None:
    first = first_absolute(iss)
    assert wrap(first) == iss
    assert unwrap(wrap(first - 1), first) == first - 1
    assert first - (1 << 31) > 0


@given(wire, st.integers(1, (1 << 31) - 1))
def test_modular_order(a: int, step: int) -> None:
    """RFC 7323 §5.3: s < t if 0 < (t - s) < 2**31."""
    b = (a + step) % WORD
    assert modular_less(a, b)
    assert not modular_less(b, a)
    assert not modular_less(a, a)
