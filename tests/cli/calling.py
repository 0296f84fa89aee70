"""Calling ``synfin`` in this process, as from a shell with 80 columns."""

from click.testing import CliRunner, Result
from rich.cells import cell_len

from synfin.cli.main import cli

LANGS = ("en", "zh")
ENV = {"COLUMNS": "80", "LINES": "24", "LC_ALL": "C.UTF-8", "LANG": "", "LANGUAGE": "",
       "NO_COLOR": "1", "FORCE_COLOR": None, "TTY_COMPATIBLE": None}  # fmt: skip


def call(
    *words: str, lang: str = "en", says: str = "", env: dict[str, str] | None = None
) -> Result:
    """One command line; ``says`` is standard input. An exception is a failure."""
    result = CliRunner(charset="utf-8").invoke(
        cli, ["--lang", lang, *words], input=says, env={**ENV, **(env or {})}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def good(*words: str, lang: str = "en", says: str = "") -> str:
    """The standard output of a command that must succeed."""
    result = call(*words, lang=lang, says=says)
    assert result.exit_code == 0, result.output
    return result.stdout


def bad(*words: str, lang: str = "en") -> str:
    """The one line on standard error of a command that must refuse its input."""
    result = call(*words, lang=lang)
    assert result.exit_code == 2, (result.exit_code, result.output)
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("synfin"), lines[0]
    assert result.stdout == ""
    return lines[0]


def too_wide(text: str, width: int = 80) -> list[str]:
    """Lines wider than the terminal."""
    return [line for line in text.splitlines() if cell_len(line) > width]


def has_chinese(text: str) -> bool:
    """Whether there is any Chinese character."""
    return any("\u4e00" <= char <= "\u9fff" for char in text)
