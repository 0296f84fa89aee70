"""What every command gets: the language, the texts, and a place to print that cannot fail.

Nothing is printed but through here: the terminal may lack Unicode, colour or
width, and standard output may be a pipe that is closed at any time.
"""

import json
import shutil
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from typing import IO, Final

from rich.console import Console
from rich.text import Text

from synfin.cli.errors import UserError
from synfin.show.texts import LANGUAGES, Texts, Value, default_language, texts
from synfin.show.words import Glyphs, encodable, wrap

MAX_WIDTH: Final = 120
MIN_WIDTH: Final = 60


class _Out(Console):
    """A console that leaves a closed pipe to :mod:`synfin.cli.framework`."""

    def on_broken_pipe(self) -> None:
        """Rich would exit at once, with a code of its own."""
        raise BrokenPipeError


def _console(stream: IO[str]) -> Console:
    return _Out(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def choose_language(wanted: str | None) -> str:
    """``--lang``'s value, else the locale's language; UserError for one without texts."""
    if wanted is None:
        return default_language()
    name = wanted.replace("_", "-").lower().partition("-")[0]
    if name not in LANGUAGES:
        raise UserError("cli-error-language", name=wanted, names=", ".join(LANGUAGES))
    return name


class App:
    """One call of ``synfin``."""

    def __init__(self, lang: str) -> None:
        self.encoding: Final = sys.stdout.encoding or "ascii"
        self.no_chinese: Final = lang == "zh" and encodable("中", self.encoding) != "中"
        """Chinese was wanted and the terminal cannot show it: English is used."""
        self.lang: Final = "en" if self.no_chinese else lang
        self.texts: Final[Texts] = texts(self.lang)
        self.glyphs: Final = Glyphs.for_encoding(self.encoding)
        self.glyphs_ok: Final = "✓" if self.glyphs.unicode else "ok:"
        self.glyphs_bad: Final = "✗" if self.glyphs.unicode else "!!"
        self.out: Final = _console(sys.stdout)
        self.err: Final = _console(sys.stderr)
        columns = shutil.get_terminal_size((80, 24)).columns
        self.width: Final = min(max(columns, MIN_WIDTH), MAX_WIDTH)

    def ui(self, message_id: str, **values: Value) -> str:
        """A text of the interface."""
        return self.texts.ui(message_id, **values)

    def both(self, pair: dict[str, str]) -> str:
        """One of two texts: this language's, else the other."""
        return pair.get(self.lang) or pair.get("en") or pair.get("zh") or ""

    def clean(self, text: str) -> str:
        """``text`` as this terminal can show it."""
        return encodable(text, self.encoding)

    # -- printing -------------------------------------------------------------

    def line(self, text: str | Text = "", style: str = "") -> None:
        """One line on standard output, never broken."""
        if isinstance(text, Text):
            shown = text.copy()
            shown.rstrip()
            self.out.print(shown)
        else:
            self.out.print(Text(self.clean(text), style=style))

    def lines(self, items: Iterable[str], style: str = "") -> None:
        """Several of them."""
        for item in items:
            self.line(item, style)

    def head(self, text: str) -> None:
        """A heading."""
        self.line(text, "bold")

    def para(self, text: str, indent: int = 0, first: str = "", style: str = "") -> None:
        """A paragraph, broken to the terminal's width; ``first`` stands before its first line."""
        pad = " " * indent
        for index, piece in enumerate(wrap(self.clean(text), self.width - indent)):
            start = first.ljust(indent) if index == 0 and first else pad
            self.line(start + piece, style)

    def json(self, value: object) -> None:
        """A JSON document on standard output."""
        ascii_only = encodable("中", self.encoding) != "中"
        self.out.print(Text(json.dumps(value, ensure_ascii=ascii_only, indent=2)))

    def raw(self, text: str) -> None:
        """Text for a program: as it is, with no styles."""
        sys.stdout.write(encodable(text, self.encoding))

    def note(self, text: str) -> None:
        """One line on standard error; broken between words where that is a terminal."""
        shown = self.clean(text)
        lines = wrap(shown, self.width) if self.err.is_terminal else [shown]
        self.err.print(Text("\n".join(lines)))

    def flush(self) -> None:
        """Makes a closed pipe show itself now."""
        sys.stdout.flush()

    # -- errors ---------------------------------------------------------------

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """A half sentence: names like ``word``, or all of a short list, or nothing."""
        names = list(known)
        close = get_close_matches(word.lower(), names, 3, 0.5)
        if close:
            return self.ui("cli-did-you-mean", names=", ".join(close))
        return self.ui("cli-there-are", names=", ".join(names)) if len(names) <= 12 else ""
