"""What the commands refuse, in one line and with exit code 2; needs no kernel."""

import sys
from pathlib import Path

import pytest

from synfin.cli import live_cmd
from synfin.cli.app import App
from synfin.lab.catalogue import find
from synfin.lab.runner import run_case
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
    monkeypatch.setattr(live_cmd, "mkdtemp", lambda prefix: str(tmp_path))
    monkeypatch.setattr(live_cmd, "need", lambda app, name: None)
    monkeypatch.setattr(live_cmd, "real_transfer", lambda *args, **more: answer)
    monkeypatch.setattr(live_cmd, "show_transfer", lambda *args, **more: None)
    live_cmd.tour(App(lang))
    said = "".join(capsys.readouterr().out.split())
    assert str(tmp_path / live_cmd.TOUR_PCAP) in said
    assert (tmp_path / live_cmd.TOUR_PCAP).stat().st_size > 500
