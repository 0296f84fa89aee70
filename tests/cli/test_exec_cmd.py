"""What ``synfin exec`` refuses, in one line and with exit code 2; needs no kernel."""

import re
import sys
from pathlib import Path

import pytest

from synfin.cli.exec_cmd import read_faults
from tests.cli.calling import bad, good


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--loss", "200%", "--", "true"), "--loss: '200%'"),
        (("--loss", "much", "--", "true"), "write 1% or 0.01"),
        (("--rate", "fast", "--", "true"), "10Mbit"),
        (("--delay", "soon", "--", "true"), "--delay"),
        (("--mtu", "60", "--", "true"), "--mtu"),
        (("--mtu", "70000", "--", "true"), "65535"),
        (("--profile", "plan9", "--", "true"), "plan9"),
        (("--queue", "0", "--", "true"), "--queue"),
        (("--drop", "client>server SYN drop", "--", "true"), "one action only"),
        (("--drop", "client>nobody SYN", "--", "true"), "client, server"),
        (("--fault", "client>server SYN", "--", "true"), "--fault 'client>server SYN'"),
        (("--peer", "'", "--", "true"), "--peer"),
        (("--peer", "", "--", "true"), "--peer needs a command"),
        (("--pcap", "-", "--", "true"), "--pcap"),
        (("--json", "/no/such/folder/x.json", "--", "true"), "/no/such/folder"),
        ((), "COMMAND"),
    ],
)
def test_bad_input_is_one_line(words: tuple[str, ...], said: str) -> None:
    assert said in bad("exec", *words)


@pytest.mark.skipif(sys.platform.startswith("linux"), reason="Linux has what it needs")
def test_elsewhere_it_says_so() -> None:
    assert "Linux" in bad("exec", "--", "true")


def test_what_stands_behind_two_dashes_is_the_commands() -> None:
    assert "--delay" in good("exec", "--help")
    assert "10.77.0.2" in good("exec", "--help", lang="zh")


@pytest.mark.parametrize("page", ["exec.md", "exec.zh.md"])
def test_the_faults_of_the_page_can_be_read(page: str, root: Path) -> None:
    text = (root / "docs" / page).read_text(encoding="utf-8")
    drops = re.findall(r"^--drop  '(.*?)'", text, re.MULTILINE)
    faults = re.findall(r"^--fault '(.*?)'", text, re.MULTILINE)
    assert (len(drops), len(faults)) == (5, 3)
    assert len(read_faults(tuple(drops), tuple(faults))) == 8


def test_blanks_around_the_direction_do_no_harm() -> None:
    spaced, plain = "client > server SYN nth=1", "client>server SYN nth=1"
    assert read_faults((spaced,), ()) == read_faults((plain,), ()) == (f"{plain} drop",)
