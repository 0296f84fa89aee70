"""The words of the API: what they mean, and one line for what means nothing."""

from datetime import timedelta

import pytest

from synfin.core.problems import Problem
from synfin.testing import values


@pytest.mark.parametrize(
    ("word", "ns"),
    [("20ms", 20_000_000), ("1.5s", 1_500_000_000), (2, 2_000_000_000), (0.25, 250_000_000),
     (timedelta(minutes=1), 60_000_000_000), ("2min", 120_000_000_000), (0, 0)],
)  # fmt: skip
def test_durations(word: values.Duration, ns: int) -> None:
    assert values.duration(word) == ns


@pytest.mark.parametrize("word", ["soon", "20", -1, True, "-3ms", 1e30])
def test_no_durations(word: values.Duration) -> None:
    with pytest.raises(Problem, match="expected a duration"):
        values.duration(word)


def test_rates_and_probabilities() -> None:
    assert values.rate("10Mbit") == 10_000_000
    assert values.rate(5_000) == 5_000
    assert values.probability("loss", "1%") == 0.01
    for wrong in (1.5, -0.1, "often"):
        with pytest.raises(Problem, match="loss is a probability"):
            values.probability("loss", wrong)
    for odd in ("fast", -1):
        with pytest.raises(Problem, match="expected a rate"):
            values.rate(odd)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("S", "SYN"), ("S.", "SYN,ACK"), ("SA", "SYN,ACK"), ("R", "RST"), ("FA", "FIN,ACK"),
     ("data", "DATA"), ("SYN,ACK", "SYN,ACK"), ("A", "ACK"), (".", "ACK"), ("*", "*"),
     ("fin", "FIN"), ("P", "PSH"), ("probe", "PROBE"), ("udp", "UDP")],
)  # fmt: skip
def test_kinds(word: str, meant: str) -> None:
    assert values.kind(word) == meant


def test_no_kind() -> None:
    with pytest.raises(Problem, match="expected flags such as 'S'"):
        values.kind("SYNC")


def test_letters() -> None:
    assert values.letters(("SYN", "ACK")) == "S."
    assert values.letters(("FIN", "PSH", "ACK")) == "FP."
    assert values.letters(()) == "none"


def test_directions() -> None:
    assert values.direction("client > api") == ("client", "api")
    assert values.direction("a->b") == ("a", "b")
    assert values.direction("*") == ("*", "*")
    for wrong in ("client", "a > b > c", "> b", ""):
        with pytest.raises(Problem, match="expected a direction"):
            values.direction(wrong)
