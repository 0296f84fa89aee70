"""docs/conformance.md is what tools/conformance.py makes of the sources, and complete."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from tools.conformance import (
    LIST_OF_IDS,
    PAGE,
    Requirement,
    build,
    names_by_line,
    page,
    without_lines,
)
from tools.conformance_tables import (
    SOURCE,
    Rfc,
    build_rfcs,
    changed,
    rfcs_of_rules,
    switch_docs,
    value_text,
)

from synfin.core.settings import PROFILES, switch_names

LINK = re.compile(r"\[([^\]]+)\]\(\.\./([^)#]+)(?:#L([0-9]+))?\)")


@pytest.fixture(scope="module")
def table() -> dict[str, Requirement]:
    return build()


@pytest.fixture(scope="module")
def rfcs() -> dict[str, Rfc]:
    return build_rfcs()


def test_the_page_is_up_to_date(table: dict[str, Requirement]) -> None:
    """Line numbers apart: those may lie within what they name (see below)."""
    committed = without_lines(PAGE.read_text(encoding="utf-8"))
    assert committed == without_lines(page(table)), "run: python tools/conformance.py"


def test_every_link_of_the_committed_page_holds(root: Path) -> None:
    """The file is there, and the line lies within the function or class that is named."""
    places: dict[str, dict[int, str]] = {}
    for shown, target, line in LINK.findall(PAGE.read_text(encoding="utf-8")):
        path = root / target
        assert path.is_file(), target
        if not line:
            continue
        if target not in places:
            source = path.read_text(encoding="utf-8")
            places[target] = names_by_line(ast.parse(source))
            places[target][0] = str(len(source.splitlines()))
        assert int(line) <= int(places[target][0]), f"{target}:{line}"
        name = shown.partition(": ")[2]
        found = places[target].get(int(line), "").removeprefix("test_")
        told = f"{target}:{line} is {found or 'nothing'}, not {name}"
        assert not name or found == name, f"{told}; run: python tools/conformance.py"


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


# --- the other RFCs and the profiles ------------------------------------------------


def test_each_other_rfc_has_code_and_tests(rfcs: dict[str, Rfc]) -> None:
    for rfc in rfcs.values():
        assert rfc.here, rfc.number
        assert rfc.code, f"RFC {rfc.number}: no module of the engine names it"
        assert rfc.tests, f"RFC {rfc.number}: no test, script or scenario names it"
    assert list(rfcs) == sorted(rfcs, key=int)


def test_no_rule_comes_from_an_rfc_without_a_row(rfcs: dict[str, Rfc]) -> None:
    assert rfcs_of_rules() - set(rfcs) == set()


def test_every_switch_says_what_it_is_and_where_it_is_from() -> None:
    docs = switch_docs()
    assert set(docs) == set(switch_names())
    for name, text in docs.items():
        assert text, f"{name} has no docstring"
    silent = [name for name, text in docs.items() if not SOURCE.search(text)]
    assert silent == []


def test_the_profiles_differ_where_the_page_says_so(table: dict[str, Requirement]) -> None:
    text = page(table)
    for profile in PROFILES:
        for name in () if profile == "rfc" else changed(profile):
            assert f"| `{name}` | " in text.partition(f"### `{profile}`:")[2], (profile, name)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("min_rto_ns", 200_000_000, "200 ms"),
        ("isn_tick_ns", 64, "64 ns"),
        ("r2_ns", 0, "0"),
        ("sack", True, "on"),
        ("syn_schedule_ns", (6_000_000_000, 500_000), "6 s, 500 µs"),
        ("syn_schedule_ns", (), "none"),
        ("receive_buffer", 131_072, "131,072"),
        ("ecn", "ask", "`ask`"),
    ],
)
def test_values_as_people_write_them(name: str, value: object, text: str) -> None:
    assert value_text(name, value) == text
