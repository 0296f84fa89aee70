"""Any sequence of calls and segments: nothing raises, no invariant breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.fuzzing import run


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_any_calls_and_segments(seed: int, steps: int) -> None:
    run(seed, steps)


@pytest.mark.parametrize("block", range(8))
def test_seeded_share(block: int) -> None:
    """A fixed share that is the same everywhere."""
    for seed in range(block * 25, block * 25 + 25):
        run(seed, 120)


@pytest.mark.soak
def test_a_million_inputs() -> None:
    for seed in range(1000, 9400):
        run(seed, 120)
