"""The command line: one line and exit code 2 for mistakes; the table and the file."""

import json
from pathlib import Path

import pytest
from bench.__main__ import main
from bench.table import ROWS


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bulc"], "no row 'bulc'; there are bulk-in"),
        (["--rounds", "0"], "--rounds must be from 1 to 100"),
        (["--json", "/nowhere/at/all.json"], "there is no such directory"),
        (["--chart", "x.svg"], "give both"),
    ],
)
def test_mistakes(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert says in last


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--list"])
    assert len(capsys.readouterr().out.splitlines()) == len(ROWS)


def test_one_row_without_a_kernel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "bench.json"
    main(["sim-short", "--tiny", "--rounds", "2", "--json", str(kept)])
    text = capsys.readouterr().out
    assert "median of 2 interleaved rounds" in text
    assert "say nothing about speed" in text
    document = json.loads(kept.read_text(encoding="utf-8"))
    assert document["rounds"] == 2
    assert [row["name"] for row in document["rows"]] == ["sim-short"]
    assert [len(found) for found in document["figures"].values()] == [2, 2]
    assert document["rows"][0]["verdict"] == ""
