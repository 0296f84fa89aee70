"""Chinese is set as Chinese everywhere: no half-width punctuation beside its characters."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from synfin.lab.catalogue import all_shipped
from synfin.lab.model import Scenario

ROOT = Path(__file__).parents[2]
SLIP = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
CODE = re.compile(r"`[^`]*`|\w+\([^()]*\)|\]\([^)]*\)|https?://\S+")


def slips(text: str) -> list[str]:
    """The places where a half-width mark touches a Chinese character."""
    bare = CODE.sub("", text)
    return [bare[max(0, m.start() - 8) : m.end() + 8] for m in SLIP.finditer(bare)]


def _strings(scenario: Scenario) -> Iterator[str]:
    yield from (scenario.title.zh, scenario.question.zh, scenario.note.zh)
    for case in scenario.cases:
        yield case.title.zh
        yield from (note.text.zh for note in case.body.notes)


@pytest.mark.parametrize("scenario", all_shipped(), ids=lambda s: s.name)
def test_scenarios(scenario: Scenario) -> None:
    texts = list(_strings(scenario))
    assert all(texts[:2])
    assert [slip for text in texts for slip in slips(text)] == []


def test_pages() -> None:
    for path in sorted(ROOT.glob("*.zh.md")):
        plain = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert slips(plain) == [], path.name


def test_slips_are_found() -> None:
    assert slips("连接,关闭") == ["连接,关闭"]
    assert slips("连接，close()关闭（`a,b`）") == []
