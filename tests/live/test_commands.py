"""What the commands refuse, in one line and with exit code 2; needs no kernel."""

import json
import sys
from pathlib import Path

import pytest

from synfin.cli import live_cmd
from synfin.cli.app import App
from synfin.core.problems import Problem
from synfin.lab.catalogue import find
from synfin.lab.runner import run_case
from synfin.show.problems import problem_text
from synfin.show.texts import texts
from tests.cli.calling import LANGS, bad

LINUX = sys.platform.startswith("linux")


@pytest.mark.skipif(not LINUX, reason="elsewhere the first line is that Linux is needed")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("live", "--case", "main"), "--case goes with --scenario"),
        (("live", "--scenario", "no-such"), "no-such"),
        (("live", "--scenario", "1", "--case", "no-such"), "no-such"),
        (("live", "--scenario", "1", "--case", "real-numbers"), "cannot run against the kernel"),
        (("live", "--scenario", "12", "--kernel", "A", "--case", "main"), "ISN"),
        (("live", "--kernel", "C"), "--kernel"),
        (("live", "--size", "0"), "--size"),
        (("live", "--pcap", "-"), "--pcap"),
        (("live", "--pcap", "/no/such/folder/x.pcapng"), "/no/such/folder"),
        (("listen", "70000"), "70000"),
        (("listen", "--address", "nobody", "80"), "nobody"),
        (("connect", "example", "80"), "example"),
        (("connect", "10.77.0.1"), "PORT"),
        (("listen", "--tun", "a-name-that-is-too-long", "80"), "1 to 15 octets"),
    ],
)
def test_bad_input_is_one_line(words: tuple[str, ...], said: str) -> None:
    assert said in bad(*words)


@pytest.mark.parametrize("lang", LANGS)
def test_the_tour_says_where_its_capture_is(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = find("1")
    answer = {"trace": run_case(scenario, scenario.case()).trace, "runs": []}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(live_cmd, "need", lambda app, name: None)
    monkeypatch.setattr(live_cmd, "real_transfer", lambda *args, **more: answer)
    monkeypatch.setattr(live_cmd, "show_transfer", lambda *args, **more: None)
    live_cmd.tour(App(lang))
    said = "".join(capsys.readouterr().out.split())
    assert live_cmd.TOUR_PCAP in said
    assert (tmp_path / live_cmd.TOUR_PCAP).stat().st_size > 500


def test_where_nothing_can_be_written_the_tour_says_where_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / live_cmd.TOUR_PCAP).mkdir()
    elsewhere = Path(live_cmd.tour_file())
    assert elsewhere.parent.is_dir()
    assert elsewhere.name == live_cmd.TOUR_PCAP
    elsewhere.parent.rmdir()


@pytest.mark.skipif(not LINUX, reason="elsewhere the first line is that Linux is needed")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1", "--case", "real-numbers"), "内核的 ISN 由它自己选"),
        (("12", "--kernel", "A", "--case", "main"), "A 的 ISN 是场景指定的"),
        (("37", "--kernel", "B", "--case", "linux"), "接收缓冲区"),
    ],
)
def test_what_cannot_be_live_is_told_in_chinese(words: tuple[str, ...], said: str) -> None:
    assert said in bad("live", "--scenario", *words, lang="zh")


def test_a_workers_trouble_crosses_the_process_in_any_language() -> None:
    from synfin.live.launch import told
    from synfin.live.worker import failed

    trouble = Problem("live.late", "no answer within {seconds} s", seconds=7)
    answer = json.loads(json.dumps(failed(trouble)))
    assert problem_text(texts("zh"), told(answer)) == "7 秒内没有回答"
    assert problem_text(texts("en"), told(answer)) == str(trouble)
