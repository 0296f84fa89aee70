"""Two runs side by side, each difference with the switch that makes it."""

import pytest

from synfin.lab import compare as compare_module
from synfin.lab.catalogue import find
from synfin.lab.compare import compare, show_row
from synfin.lab.language import parse_switch
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Run


def test_alike_runs_differ_in_nothing() -> None:
    scenario = find("1")
    result = compare(scenario, scenario.case(), Changes(), Changes())
    assert result.different == ()
    assert result.settings == ()
    assert len(result.rows) > 8


def test_a_counterfactual_switch_is_named() -> None:
    scenario = find("1")
    flipped = Changes(settings=(parse_switch("B.two_way=yes"),))
    result = compare(scenario, scenario.case(), Changes(), flipped)
    assert [(d.host, d.switch) for d in result.settings] == [("B", "two_way")]
    assert result.different
    assert all(row.switches == ("B.two_way",) for row in result.different)
    assert any("LISTEN->ESTABLISHED" in show_row(row) for row in result.different)


def test_profiles_and_the_switch_that_shows() -> None:
    scenario = find("6")
    result = compare(scenario, scenario.case(), Changes(profile="rfc"), Changes(profile="linux"))
    assert "initial_rto_ns" not in {d.switch for d in result.settings}
    assert len(result.settings) > 10
    blamed = {name for row in result.different for name in row.switches}
    assert blamed <= {d.switch for d in result.settings}


def test_switches_that_change_nothing_are_tried_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of its own for each of fifty switches took a minute with a thousand connections."""
    runs = 0

    class Counted(Experiment):
        def finish(self) -> Run:
            nonlocal runs
            runs += 1
            return super().finish()

    monkeypatch.setattr(compare_module, "Experiment", Counted)
    scenario = find("8")
    case = scenario.case("lost-for-ever")
    result = compare(scenario, case, Changes(profile="rfc"), Changes(profile="linux"))
    assert len(result.settings) >= 40
    assert all(row.switches for row in result.different)
    assert runs <= 20


def test_several_switches_at_once_are_named_together() -> None:
    scenario = find("10")
    result = compare(scenario, scenario.case(), Changes(), Changes(profile="linux"))
    ends = [row for row in result.different if "ETIMEDOUT" in show_row(row)]
    assert ends
    for row in ends:
        assert row.first is not None
        assert row.second is not None
        assert (row.first.time, row.second.time) == (183_000_000_000, 131_000_000_000)
        (names,) = row.switches
        assert {"syn_linear_timeouts", "syn_r2_ns"} <= set(names.split(" + "))
