"""``synfin sweep``: runs, sums up by kind, resumes; one line for what cannot be."""

import re
from pathlib import Path

import pytest

import synfin
from tests.cli.calling import LANGS, bad, call, good

EXAMPLE = Path(__file__).parents[2] / "examples" / "double_submit"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documented example, in a folder of its own."""
    for name in ("shop.py", "test_shop.py"):
        (tmp_path / name).write_text((EXAMPLE / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(synfin.__file__).parents[1]))
    return tmp_path


def test_failures_by_kind(project: Path) -> None:
    result = call("sweep", "test_shop.py", "--seeds", "8", "--jobs", "1")
    assert result.exit_code == 1, result.output
    assert "8 runs with 8 seeds: 1 failure of 1 kind" in result.stdout
    assert "kind 1, 1 failure: test_shop.py::test_one_purchase_is_one_order" in result.stdout
    assert 'net.drop("shop > customer", nth=3)' in result.stdout
    again = call("sweep", "test_shop.py", "--seeds", "8", "--jobs", "1", lang="zh")
    assert "8 个种子，共运行 8 次：失败 1 次，分为 1 种" in again.stdout
    assert "another sweep" in bad("sweep", "test_shop.py", "--seeds", "8", "--shrink", "3")
    more = call("sweep", "test_shop.py", "--seeds", "9", "--jobs", "1")
    assert "already; going on" in more.stderr
    assert "9 runs with 9 seeds" in more.stdout


@pytest.mark.parametrize("lang", LANGS)
def test_what_cannot_be(project: Path, lang: str) -> None:
    assert "--seeds" in bad("sweep", "test_shop.py", "--seeds", "0", lang=lang)
    assert "nothing.py" in bad("sweep", "nothing.py", "--seeds", "1", lang=lang)
    (project / "full").mkdir()
    assert "full" in bad("sweep", "test_shop.py", "--out", "full", lang=lang)


@pytest.mark.parametrize("lang", LANGS)
def test_help(lang: str) -> None:
    text = good("sweep", "--help", lang=lang)
    assert re.search("--scheduler ADDRESS .*Dask", text)
