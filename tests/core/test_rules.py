"""The list of rules: ids, sources, values, requirement ids."""

import re

from synfin.core.rules import all_rules

DOCUMENT = re.compile(
    r"RFC \d+ §|RFC \d+|Linux|socket\(7\)|tcp\(7\)|listen\(2\)|counterfactual|host "
)
REQUIREMENT = re.compile(r"(MUST|SHLD|MAY|REC)-\d+")
LAST = {"MUST": 69, "SHLD": 31, "MAY": 18, "REC": 1}


def test_ids_are_dotted_and_stable_words() -> None:
    for id_ in all_rules():
        assert re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", id_), id_


def test_every_rule_names_its_source() -> None:
    for rule in all_rules().values():
        assert DOCUMENT.match(rule.source), rule


def test_values_are_names_each_once() -> None:
    for rule in all_rules().values():
        assert len(set(rule.values)) == len(rule.values)
        assert all(name.isidentifier() for name in rule.values), rule
        assert len(rule.values) <= 5


def test_requirement_ids_exist_in_rfc_9293() -> None:
    for rule in all_rules().values():
        for requirement in rule.requirements:
            assert REQUIREMENT.fullmatch(requirement), (rule, requirement)
            level, number = requirement.split("-")
            assert 1 <= int(number) <= LAST[level], (rule, requirement)


def test_a_rule_knows_its_id() -> None:
    assert all(rule.id == id_ for id_, rule in all_rules().items())
