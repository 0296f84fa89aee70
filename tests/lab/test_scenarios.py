"""Every case of every shipped scenario does what its file expects, twice the same."""

import json

import pytest

from synfin.lab.catalogue import shipped, shipped_files
from synfin.lab.check import check
from synfin.lab.runner import run_case

CASES = [(file, case.name) for file in shipped_files() for case in shipped(file).cases]


@pytest.mark.parametrize(("file", "name"), CASES, ids=[f"{f[:-4]}/{n}" for f, n in CASES])
def test_case(file: str, name: str) -> None:
    scenario = shipped(file)
    case = scenario.case(name)
    first = run_case(scenario, case)
    assert [str(mismatch) for mismatch in check(case, first)] == []
    second = run_case(scenario, case)
    assert json.dumps(first.trace) == json.dumps(second.trace)


def test_there_are_forty_of_them_in_both_languages() -> None:
    scenarios = [shipped(file) for file in shipped_files()]
    assert sorted(scenario.number for scenario in scenarios) == list(range(1, 41))
    for scenario in scenarios:
        assert scenario.file == f"{scenario.number:02d}-{scenario.name}.scn"
        assert scenario.group
        assert all((scenario.title.en, scenario.title.zh)), scenario.name
        assert all((scenario.question.en, scenario.question.zh)), scenario.name


@pytest.mark.parametrize("file", shipped_files())
def test_every_case_expects_something(file: str) -> None:
    for case in shipped(file).cases:
        assert case.expect.items, case.name
        assert bool(case.title.en) == bool(case.title.zh), case.name
        assert bool(case.note.en) == bool(case.note.zh), case.name
