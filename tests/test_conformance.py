"""docs/conformance.md is what tools/conformance.py makes of the sources, and complete."""

from collections import Counter
from pathlib import Path

import pytest
from tools.conformance import LIST_OF_IDS, PAGE, Requirement, build, page


@pytest.fixture(scope="module")
def table() -> dict[str, Requirement]:
    return build()


def test_the_page_is_up_to_date(table: dict[str, Requirement]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(table), "run: python tools/conformance.py"


def test_every_identifier_of_the_rfc_stands_there_once(table: dict[str, Requirement]) -> None:
    """Appendix B: 69 MUST, 31 SHLD, 18 MAY, one REC, without gaps."""
    assert list(table) == LIST_OF_IDS
    assert len(LIST_OF_IDS) == 119
    rows = Counter(
        line.split("|")[1].strip() for line in page(table).splitlines() if line.startswith("| ")
    )
    assert all(rows[id_] == 1 for id_ in LIST_OF_IDS)


def test_what_is_done_has_code_and_tests(table: dict[str, Requirement]) -> None:
    for requirement in table.values():
        if requirement.status == "done":
            assert requirement.code, f"{requirement.id}: no code of the engine names it"
            assert requirement.tests, f"{requirement.id}: no test names it"


def test_what_is_not_done_says_why(table: dict[str, Requirement]) -> None:
    for requirement in table.values():
        assert requirement.status in ("done", "not yet", "not applicable"), requirement
        if requirement.status != "done":
            _, _, why = requirement.remark.partition(":")
            assert len(why.strip()) > 5, requirement.id


def test_every_must_is_done(table: dict[str, Requirement]) -> None:
    waiting = [r.id for r in table.values() if r.id.startswith("MUST") and r.status != "done"]
    assert waiting == []


def test_levels_fit_the_identifiers(table: dict[str, Requirement]) -> None:
    words = {"MUST": "MUST", "SHLD": "SHOULD", "MAY": "MAY", "REC": "RECOMMENDED"}
    for requirement in table.values():
        word = words[requirement.id.split("-")[0]]
        assert requirement.level in (word, f"{word} NOT")
        assert requirement.section.startswith("3.")


def test_every_link_leads_to_a_file(table: dict[str, Requirement], root: Path) -> None:
    for requirement in table.values():
        for entry in [*requirement.code, *requirement.tests]:
            target = entry.split("](../")[1].rstrip(")")
            assert (root / target).is_file(), entry
