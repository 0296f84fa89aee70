"""The small Markdown of the ``ask`` texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from synfin.cli.markdown import plain, render
from synfin.show.facts import all_facts
from synfin.show.words import Glyphs

GLYPHS = Glyphs(True)


def test_paragraphs_lists_tables_drawings() -> None:
    text = """First *line*
goes on.

- one `code`
- two, which is longer than the others by far
1. first
2. second

| a | b |
|---|---|
| 1 | long cell with many words in it |

```
A  --->  B
```
after"""
    assert render(text, 24, GLYPHS) == [
        "First line goes on.", "",
        "- one code", "- two, which is longer", "  than the others by far", "1. first", "2. second",
        "",
        "a  b", "─  " + "─" * 21, "1  long cell with many", "   words in it", "",
        "A  --->  B", "",
        "after",
    ]  # fmt: skip


def test_a_remark_beside_a_drawing_goes_on_below_itself() -> None:
    lines = render("```\nt = 1    a remark that is far too long to fit\n```", 30, GLYPHS)
    assert lines == ["t = 1    a remark that is far", "         too long to fit"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("*a* **b** `c`", "a b c"), ("2 * 3 * 4", "2 * 3 * 4"), ("SND.UNA =< x", "SND.UNA =< x")],
)
def test_marks_of_emphasis(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("width", [58, 78, 118])
def test_everything_that_is_asked_fits(width: int) -> None:
    for fact in all_facts():
        for text in fact.body.values():
            assert [li for li in render(text, width, GLYPHS) if cell_len(li) > width] == []


@given(st.text(alphabet="ab |-`*1. \n中文，“”", max_size=200), st.integers(40, 100))
def test_any_text_fits(text: str, width: int) -> None:
    for line in render(text, width, GLYPHS):
        assert cell_len(line) <= width
        assert "\n" not in line
