"""The two READMEs show what synfin really prints.

A ``console`` block is run: each line that begins with ``$`` in a folder that has
the files shown in the text (a block below ``<!-- name -->``), with what follows
as its output; a line ``…`` stands for any number of lines.
"""

import os
import re
import shlex
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = {"en": "README.md", "zh": "README.zh.md"}
LOCALES = {"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"}
SHOWN_ONLY = ("make", "git", "cd", "sudo", ".venv/bin/synfin live", "synfin live")


def text_of(lang: str) -> str:
    return (ROOT / READMES[lang]).read_text(encoding="utf-8")


def files_in(text: str) -> dict[str, str]:
    """File name -> content, of the blocks that have a name."""
    return dict(re.findall(r"<!-- ([\w.-]+) -->\n```\w*\n(.*?)```", text, re.DOTALL))


def commands_in(text: str) -> list[tuple[str, list[str]]]:
    """(command, expected lines) of every console block."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        lines = block.splitlines()
        for number, line in enumerate(lines):
            if line.startswith("$ "):
                shown = list(takewhile(lambda x: not x.startswith("$ "), lines[number + 1 :]))
                found.append((line[2:].split("  #")[0].strip(), shown))
    return found


CASES = [
    pytest.param(lang, command, shown, id=f"{lang}-{command}")
    for lang in READMES
    if (ROOT / READMES[lang]).exists()
    for command, shown in commands_in(text_of(lang))
    if not command.startswith(SHOWN_ONLY)
]


def run(command: str, lang: str, folder: Path) -> list[str]:
    """The output of a ``synfin`` or ``python`` command in a locale, 80 columns wide."""
    words = shlex.split(command)
    program = {"synfin": ["-m", "synfin"], "python": []}[words[0].removeprefix(".venv/bin/")]
    environment = dict(os.environ, COLUMNS="80", PYTHONUTF8="1")
    environment.update(dict.fromkeys(("LC_ALL", "LANG", "LC_MESSAGES", "LANGUAGE"), LOCALES[lang]))
    source = environment.get("PYTHONPATH")
    if source:
        environment["PYTHONPATH"] = str(ROOT / source)
    done = subprocess.run(
        [sys.executable, *program, *words[1:]],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return [line.rstrip() for line in done.stdout.splitlines()]


def trimmed(lines: list[str]) -> list[str]:
    """Without the blank lines at the end."""
    return "\n".join(lines).rstrip("\n").split("\n")


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether ``shown`` is what was printed, where ``…`` leaves lines out.

    Blank lines at the end do not count: they set one command apart from the next.
    """
    shown, printed = trimmed(shown), trimmed(printed)
    parts = [r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line) + "\n" for line in shown]
    return re.fullmatch("".join(parts), "".join(line + "\n" for line in printed)) is not None


@pytest.mark.parametrize(("lang", "command", "shown"), CASES)
def test_what_the_readme_shows(lang: str, command: str, shown: list[str], tmp_path: Path) -> None:
    for name, content in files_in(text_of(lang)).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    printed = run(command, lang, tmp_path)
    assert matches(shown, printed), "\n".join(printed)


@pytest.mark.parametrize("lang", READMES)
def test_the_readme_has_its_parts(lang: str) -> None:
    text = text_of(lang)
    assert "make demo" in text
    assert "make test" in text
    commands = [command for command, _ in commands_in(text)]
    assert len(commands) >= 8
    other = next(name for key, name in READMES.items() if key != lang)
    assert f"({other})" in text


def test_both_readmes_show_the_same_commands() -> None:
    """So neither falls behind (the words searched for may be in its language)."""
    one, other = ([c for c, _ in commands_in(text_of(lang))] for lang in READMES)
    assert [c.split()[:2] for c in one] == [c.split()[:2] for c in other]


def test_an_omission_is_marked() -> None:
    assert matches(["a", "…", "d"], ["a", "b", "c", "d"])
    assert matches(["…"], [])
    assert not matches(["a", "d"], ["a", "b", "d"])


def test_links_lead_somewhere() -> None:
    for lang in READMES:
        for target in re.findall(r"\]\(([^)#:]+)\)", text_of(lang)):
            assert (ROOT / target).exists(), target
