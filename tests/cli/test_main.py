"""The command itself: first words, help, languages."""

import importlib
import shlex
from pathlib import Path

import click
import pytest

from synfin import __version__
from synfin.cli.framework import Command, take_language
from synfin.cli.main import COMMANDS, FIRST_STEPS
from synfin.show.texts import Texts
from tests.cli.calling import LANGS, bad, good, has_chinese, too_wide

KERNEL = ("live", "exec", "listen", "connect")
"""Commands whose examples need a TUN device and rights."""


def command_of(name: str) -> Command:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, Command)
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_alone_it_says_in_ten_lines_what_to_do(lang: str) -> None:
    out = good(lang=lang)
    assert len([line for line in out.splitlines() if line.strip()]) <= 11
    assert all(command in out for command, _ in FIRST_STEPS)
    assert has_chinese(out) == (lang == "zh")
    assert not too_wide(out)


def test_version() -> None:
    assert good("--version") == f"synfin {__version__}\n"


@pytest.mark.parametrize("lang", LANGS)
def test_help_lists_every_command(lang: str) -> None:
    out = good("--help", lang=lang)
    assert all(f"  {name} " in out for name in COMMANDS)
    assert not too_wide(out)
    assert has_chinese(out) == (lang == "zh")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(name: str, lang: str) -> None:
    out = good(name, "--help", lang=lang)
    assert not too_wide(out)
    assert has_chinese(out) == (lang == "zh") or name in ("list", "ask")
    for param in command_of(name).params:
        if isinstance(param, click.Option) and not param.hidden:
            line = next(line for line in out.splitlines() if f"  {param.opts[0]}" in line)
            after = out.split(line)[1].splitlines()[1]
            assert len(line.split("  ")) > 2 or after.startswith(" " * 8), f"no text: {line}"
    assert all(f"synfin {example}" in out for example in command_of(name).examples)


EXAMPLES = [(name, example) for name in COMMANDS for example in command_of(name).examples]
OWN_TESTS = (*KERNEL, "sweep")
"""Examples that need a kernel, or tests of the reader's own (see test_sweep.py)."""


@pytest.mark.parametrize(
    "example", [example for name, example in EXAMPLES if name not in OWN_TESTS]
)
def test_every_example_of_the_help_works(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = importlib.resources.files("synfin.lab").joinpath("scenarios/01-handshake-basic.scn")
    Path("my.scn").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    script = Path(__file__).parents[1] / "packetdrill" / "scripts" / "passive-open.pkt"
    Path("my.pkt").write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    good(*shlex.split(example))


def test_every_command_shows_an_example() -> None:
    assert {name for name, _ in EXAMPLES} == set(COMMANDS)


@pytest.mark.parametrize("where", [("--lang", "zh", "limits"), ("limits", "--lang=zh")])
def test_lang_may_stand_anywhere(where: tuple[str, ...]) -> None:
    assert has_chinese(good(*where))


def test_the_last_language_counts_and_two_dashes_end_options() -> None:
    assert take_language(["--lang", "en", "x", "--lang=zh"]) == ("zh", ["x"])
    assert take_language(["ask", "--", "--lang"]) == (None, ["ask", "--", "--lang"])


@pytest.mark.parametrize(
    ("environ", "chinese"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LC_ALL": "en_US.UTF-8"}, False),
        ({"LC_ALL": "de_DE.UTF-8"}, False),
    ],
)
def test_the_locale_chooses_the_language(environ: dict[str, str], chinese: bool) -> None:
    from click.testing import CliRunner

    from synfin.cli.main import cli
    from tests.cli.calling import ENV

    out = CliRunner().invoke(cli, [], env={**ENV, **environ}).stdout
    assert has_chinese(out) == chinese


def test_unknown_language() -> None:
    assert "en, zh" in bad("list", "--lang", "fr")
    assert "--lang" in bad("list", "--lang")


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_has_a_short_text(lang: str) -> None:
    texts = Texts(lang)
    assert all(texts.has(f"cli-short-{name}") for name in COMMANDS)
    assert all(texts.has(f"cli-help-{name}") for name in COMMANDS)
