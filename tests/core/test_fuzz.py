"""Any sequence of calls and segments: nothing raises, no invariant breaks."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.fuzzing import Fuzzer, run
from tests.sim.test_random_settings import thrown


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_any_calls_and_segments(seed: int, steps: int) -> None:
    run(seed, steps)


@pytest.mark.parametrize("block", range(8))
def test_seeded_share(block: int) -> None:
    """A fixed share that is the same everywhere."""
    for seed in range(block * 25, block * 25 + 25):
        run(seed, 120)


@pytest.mark.parametrize("block", range(8))
def test_switches_at_random(block: int) -> None:
    """Whatever the switches, tiny segments included."""
    for seed in range(block * 40, block * 40 + 40):
        _run_with_switches(seed)


def _run_with_switches(seed: int) -> None:
    rng = Random(seed)
    settings = thrown(rng)
    if rng.random() < 0.3:
        settings = settings.but(mss=rng.choice((1, 2, 10, 88)))
    fuzzer = Fuzzer(seed, settings)
    for _ in range(120):
        fuzzer.step()


@pytest.mark.soak
def test_many_switches_at_random() -> None:
    for seed in range(10_000, 15_000):
        _run_with_switches(seed)


@pytest.mark.soak
def test_a_million_inputs() -> None:
    for seed in range(1000, 9400):
        run(seed, 120)
