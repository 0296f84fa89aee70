"""``synfin test`` and ``synfin demo``."""

import json

import pytest

from synfin.cli import demo_cmd
from synfin.lab.check import check
from synfin.lab.language import parse
from synfin.lab.runner import run_case
from tests.cli.calling import LANGS, call, good, has_chinese, too_wide


@pytest.mark.parametrize("lang", LANGS)
def test_named_scenarios(lang: str) -> None:
    out = good("test", "1", "close-four", lang=lang)
    assert out.count("✓") == 2
    assert "01 handshake-basic" in out
    assert "21 close-four" in out
    assert not too_wide(out)


def test_for_programs() -> None:
    found = json.loads(good("test", "8", "--json"))
    assert found["failed"] == 0
    assert [case["case"] for case in found["cases"]] == [
        "main", "data-repairs", "lost-for-ever", "linux",
    ]  # fmt: skip
    assert json.loads(good("test", "8", "--case", "linux", "--json"))["passed"] == 1


def test_a_case_that_cannot_run_is_a_failure(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    file = tmp_path / "down.scn"
    file.write_text(
        "scenario 99 down\ngroup data\nhost A 10.0.0.1\nhost B 10.0.0.2\n"
        "link A B delay=1ms\nat 0 A crash\nat 1 A connect B:80\ncase main\n"
    )
    result = call("test", str(file), "--json")
    assert result.exit_code == 1
    assert "A is down" in json.loads(result.stdout)["cases"][0]["error"]
    assert "A is down" in call("test", str(file)).stdout
    played = call("play", str(file))
    assert played.exit_code == 2
    assert "A is down" in played.stderr


# --- demo -----------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_tour(lang: str) -> None:
    out = good("demo", "--no-kernel", lang=lang)
    assert not too_wide(out)
    assert has_chinese(out) == (lang == "zh")
    for word in ("SYN,ACK", "hello", "FIN,ACK", "TIME-WAIT", "rto.syn-ack", "synfin play 8 --step"):
        assert word in out


def test_the_tour_shows_what_it_says() -> None:
    from importlib.resources import files

    text = files("synfin.cli").joinpath(demo_cmd.TOUR).read_text(encoding="utf-8")
    scenario = parse(text, demo_cmd.TOUR)
    run = run_case(scenario, scenario.case())
    assert [str(m) for m in check(scenario.case(), run)] == []


@pytest.mark.parametrize("lang", LANGS)
def test_without_the_kernels_part_it_says_so(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_cmd, "kernel_tour", lambda: None)
    out = good("demo", lang=lang)
    assert "Linux" in out.split("3. ")[1]


def test_with_it_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    from synfin.cli.app import App

    def tour(app: App) -> None:
        app.line("one real transfer")

    monkeypatch.setattr(demo_cmd, "kernel_tour", lambda: tour)
    assert "one real transfer" in good("demo").split("3. ")[1]
