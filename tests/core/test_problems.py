"""A problem is a ValueError with an English text, an id and its values."""

import pytest

from synfin.core.problems import Problem


def test_it_is_an_ordinary_error_in_english() -> None:
    with pytest.raises(ValueError, match=r"^expected 1 to 9, not 'x'$") as caught:
        raise Problem("a.number", "expected 1 to {most}, not '{word}'", most=9, word="x")
    assert isinstance(caught.value, Problem)
    assert caught.value.id == "a.number"
    assert caught.value.values == {"most": 9, "word": "x"}


def test_problems_lie_in_one_another() -> None:
    inner = Problem("an.inner", "not {word}", word="{braces}")
    assert str(Problem("an.outer", "here: {why}", why=inner)) == "here: not {braces}"
    assert str(Problem("an.outer", "here: {why}", why=ValueError("so"))) == "here: so"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (("a", "b", "c"), "a, b or c"),
        ([Problem("x.y", "one, two"), "b", "c"], "one, two or b or c"),
        ([], ""),
    ],
)
def test_alternatives(names: list[str | ValueError], text: str) -> None:
    assert str(Problem("a.list", "{names}", names=names)) == text


def test_a_users_word_stays_on_one_line() -> None:
    assert str(Problem("a.word", "'{word}'", word="a\nb\x1b[1m中")) == r"'a\nb\x1b[1m中'"
