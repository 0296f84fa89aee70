"""docs/testing.md keeps what it promises: its code runs, its output is what comes out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("testing.md", "testing.zh.md")
BLOCK = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
OUTPUT = re.compile(r"```\n(E  .*?)```", re.DOTALL)


def files_of(page: str) -> dict[str, str]:
    """The files that the page has its reader write; pieces of one file join."""
    files: dict[str, str] = {}
    for name, code in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        files[name] = files.get(name, "") + code + "\n\n"
    return files


@pytest.fixture(params=PAGES)
def project(request: pytest.FixtureRequest, inner: pytest.Pytester) -> str:
    """The reader's folder; the page's name."""
    page: str = request.param
    for name, code in files_of(page).items():
        (inner.path / name).write_text(code, encoding="utf-8")
    return page


def without_comments(code: str) -> str:
    """Comments and docstrings are in the page's language."""
    return re.sub(r'  # .*|""".*?"""', "", code)


def test_both_languages_have_the_same_code() -> None:
    english, chinese = (files_of(page) for page in PAGES)
    assert [(n, without_comments(c)) for n, c in english.items()] == [
        (n, without_comments(c)) for n, c in chinese.items()
    ]


def test_the_tests_that_pass(inner: pytest.Pytester, project: str) -> None:
    inner.runpytest("test_shop.py").assert_outcomes(passed=4)


def test_the_bug_is_found_as_shown(inner: pytest.Pytester, project: str) -> None:
    result = inner.runpytest("-x", "test_chance.py")
    if sys.version_info[:2] != (3, 11):
        # asyncio of another Python writes otherwise, so that another seed fails
        assert result.parseoutcomes()["failed"] == 1
        return
    result.assert_outcomes(passed=6, failed=1)
    shown = OUTPUT.search((DOCS / project).read_text(encoding="utf-8"))
    assert shown is not None
    for line in shown[1].splitlines():
        assert line in result.outlines, line


def test_and_kept(inner: pytest.Pytester, project: str) -> None:
    inner.runpytest("test_kept.py").assert_outcomes(failed=1)


def test_without_pytest(inner: pytest.Pytester, project: str) -> None:
    done = subprocess.run(
        [sys.executable, "ten_lines.py"],
        cwd=inner.path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith("OK book\n")
    assert "shop > customer SA seq=0" in done.stdout or "shop > customer S. seq=0" in done.stdout
