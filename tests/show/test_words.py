"""Columns stay straight whatever the script; times lose nothing."""

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from synfin.show.words import Glyphs, encodable, fit, fit_end, seconds, wrap

MIXED = st.text(st.sampled_from("ab Z（）,。序列号半连接·→"), max_size=60)


@given(MIXED, st.integers(1, 40), st.booleans())
def test_fit_is_exact_in_cells(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, Glyphs(True), right)) == width


@given(MIXED, st.integers(0, 40))
def test_fit_end_is_exact_in_cells_and_keeps_the_end(text: str, width: int) -> None:
    fitted = fit_end(text, width, Glyphs(True))
    assert cell_len(fitted) == width
    assert text.startswith(fitted.rstrip()) or fitted.startswith("…")
    assert not fitted.startswith("…") or text.endswith(fitted[1:].rstrip()) or text == fitted


@example(" " * 50 + "x", 10)
@example("a" + " " * 50 + "x", 10)
@given(MIXED, st.integers(10, 40))
def test_wrap_keeps_every_letter_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


def test_chinese_breaks_between_characters_but_not_before_punctuation() -> None:
    assert wrap("半连接队列，全连接", 10) == ["半连接队", "列，全连接"]
    assert wrap("报文段（丢失）", 8) == ["报文段", "（丢失）"]


def test_seconds_shows_as_many_digits_as_there_are() -> None:
    assert seconds(50_000_000) == "0.050"
    assert seconds(1_000_000_000) == "1.000"
    assert seconds(1_234_567_000) == "1.234567"
    assert seconds(1) == "0.000000001"
    assert seconds(-50_000_000) == "-0.050"


def test_terminals_without_unicode_get_ascii() -> None:
    assert Glyphs.for_encoding("utf-8").right == "▶"
    for encoding in ("ascii", "latin-1", None, "no-such-encoding"):
        glyphs = Glyphs.for_encoding(encoding)
        assert (glyphs.right, glyphs.lost) == (">", "x")
    assert encodable("§ 重传", "latin-1") == "§ ??"
    assert encodable("重", None) == "?"
