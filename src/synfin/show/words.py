"""Small shared vocabulary of the faces: words, times, glyphs, fitting text."""

from typing import Final

from rich.cells import cell_len, set_cell_size

from synfin.show.model import Reason
from synfin.show.texts import Texts


def word(texts: Texts, kind: str, name: str) -> str:
    """The word for ``name`` (a timer, a signal …) among the messages ``kind-…``.

    A name without a text (from a newer recorder) is shown as it is.
    """
    key = f"{kind}-{name}"
    return texts.ui(key) if texts.has(key) else name


class Glyphs:
    """The characters a ladder is drawn with; plain ASCII for terminals without UTF-8."""

    def __init__(self, unicode: bool) -> None:
        self.unicode: Final = unicode
        self.line: Final = "─" if unicode else "-"
        self.bar: Final = "│" if unicode else "|"
        self.right: Final = "▶" if unicode else ">"
        self.left: Final = "◀" if unicode else "<"
        self.lost: Final = "✗" if unicode else "x"
        self.to: Final = "→" if unicode else "->"
        self.down: Final = "▷" if unicode else ">"
        self.up: Final = "◁" if unicode else "<"
        self.dot: Final = "·" if unicode else "-"
        self.ellipsis: Final = "…" if unicode else "~"

    @classmethod
    def for_encoding(cls, encoding: str | None) -> "Glyphs":
        """Unicode if ``encoding`` can carry every glyph, else ASCII."""
        glyphs = cls(True)
        try:
            "─│▶◀✗→▷◁·…".encode(encoding or "ascii")
        except (UnicodeError, LookupError):
            return cls(False)
        return glyphs


_PLAIN: Final = {
    "→": "->", "←": "<-", "▶": ">", "◀": "<", "▷": ">", "◁": "<", "│": "|", "─": "-",
    "✗": "x", "✓": "ok", "·": "-", "•": "-", "…": "...", "–": "-", "—": "-", "−": "-",
    "×": "x", "≤": "<=", "≥": ">=", "≈": "~", "∞": "inf", "²": "^2", "µ": "u", "§": "sec. ",
    "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip
"""What stands for a character that an encoding lacks."""


def encodable(text: str, encoding: str | None) -> str:
    """``text`` with what ``encoding`` cannot carry replaced (by '?' at worst), so printing
    never fails. It may get longer: measure afterwards."""
    try:
        text.encode(encoding or "ascii")
        return text
    except LookupError:
        encoding = "ascii"
    except UnicodeEncodeError:
        encoding = encoding or "ascii"
    return "".join(_carried(char, encoding) for char in text)


def _carried(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
        return char
    except UnicodeEncodeError:
        return _PLAIN.get(char, "?")


def seconds(ns: int) -> str:
    """A time of the run: seconds with as many of 3, 6 or 9 decimals as it needs."""
    sign, ns = ("-", -ns) if ns < 0 else ("", ns)
    whole, rest = divmod(ns, 1_000_000_000)
    digits = 3 if rest % 1_000_000 == 0 else 6 if rest % 1_000 == 0 else 9
    return f"{sign}{whole}.{rest // 10 ** (9 - digits):0{digits}d}"


def fit(text: str, width: int, glyphs: Glyphs, right: bool = False) -> str:
    """``text`` in exactly ``width`` terminal cells: padded, or cut with an ellipsis.

    Double-width characters count two cells, so columns stay straight.
    """
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, max(width - 1, 0)) + (glyphs.ellipsis if width else "")
    pad = " " * (width - size)
    return pad + text if right else text + pad


def fit_end(text: str, width: int, glyphs: Glyphs) -> str:
    """As ``fit``, but what is cut away is the beginning: of a path, the end says more."""
    if cell_len(text) <= width:
        return fit(text, width, glyphs)
    kept = text
    while kept and cell_len(kept) > max(width - cell_len(glyphs.ellipsis), 0):
        kept = kept[1:]
    return fit(glyphs.ellipsis + kept if width else "", width, glyphs)


def wrap(text: str, width: int) -> list[str]:
    """``text`` broken into lines of at most ``width`` cells.

    Breaks at spaces, and between any two characters where one of them is wide
    (Chinese has no spaces); closing punctuation never starts a line.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text.lstrip()):
        if line and cell_len(line) + cell_len(word.rstrip()) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
        while cell_len(line.rstrip()) > width:
            head = set_cell_size(line, width).rstrip() or line[0]
            head = head if head and line.startswith(head) else line[0]  # a wide one never fits 1
            lines.append(head)
            line = line[len(head) :].lstrip()
    if line.strip():
        lines.append(line.rstrip())
    return lines or [""]


_OPENING: Final = "（「《“‘"
_CLOSING: Final = "，。；：、）」》！？,.;:)!?”’"


def _words(text: str) -> list[str]:
    """Pieces that must stay together: a run of narrow letters with the space after it, or
    one wide character; an opening bracket stays with what follows, closing
    punctuation with what precedes."""
    words: list[str] = []
    glue = True  # whether the next character belongs to the last word
    for char in text:
        wide = cell_len(char) == 2
        if words and (char in _CLOSING or (glue and not wide) or words[-1] in _OPENING):
            words[-1] += char
        else:
            words.append(char)
        glue = not wide and char != " "
    return words


def because(reason: Reason | None, texts: Texts) -> str:
    """The sentence of a reason (it names its source itself), or '' where there is none."""
    return "" if reason is None else texts.rule(reason.rule, reason.values)
