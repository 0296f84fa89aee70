"""The comparison itself, without any kernel: it must see what differs."""

import re

import pytest

from synfin.lab import catalogue
from synfin.lab.model import Scenario, Texts
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Run
from synfin.live import differences
from synfin.live.compare import Difference, Item, allowed, compare
from synfin.live.differences import CHECKED, CHECKED_WITH_OPTIONS, KNOWN, sort
from synfin.live.experiment import Expected, until_for
from synfin.live.replay import playable
from synfin.show.texts import texts
from tests.cli.calling import has_chinese

MS = 1_000_000
MOST = 20_000 * MS

ISSUE = (
    "handshake-basic", "refused-rst", "syn-lost", "synack-lost", "third-ack-lost",
    "historical-syn", "historical-syn-race", "blind-attacks", "close-four", "close-three",
    "half-close", "simultaneous-close", "last-ack-lost", "time-wait-arrivals", "host-b-reboots",
    "zero-window", "keepalive", "syn-data-tfo",
)  # fmt: skip
"""At least these are compared."""


def run(scenario: Scenario, case: str = "", faults: tuple[str, ...] = ()) -> Run:
    chosen = Changes(profile="linux", until=MOST, faults=faults)
    return Experiment(scenario, scenario.case(case), chosen).finish()


def lines(found: list[Difference]) -> list[str]:
    return [one.line for one in found]


def test_a_run_does_not_differ_from_itself() -> None:
    scenario = catalogue.find("third-ack-lost")
    assert compare(run(scenario), run(scenario), "B", MOST) == []


def test_a_lost_segment_is_seen() -> None:
    scenario = catalogue.find("handshake-basic")
    found = compare(run(scenario), run(scenario, faults=("A>B SYN nth=1 drop",)), "B", MOST)
    assert lines(found)[:2] == [
        "extra A A>B SYN seq=0 len=0 mss=1460 dropped",
        "time A A>B SYN seq=0 len=0 mss=1460",
    ]


def test_another_time_is_seen() -> None:
    scenario = catalogue.find("close-four")
    found = compare(run(scenario), run(scenario, faults=("B>A FIN delay=95ms",)), "A", MOST)
    assert {one.kind for one in found} == {"time"}
    assert found[0].host == "A"


def test_another_errno_is_seen() -> None:
    scenario = catalogue.find("refused-rst")
    changed = run(scenario, faults=("B>A RST set flags=SYN,ACK",))
    found = lines(compare(run(scenario), changed, "B", MOST))
    assert any("connect ECONNREFUSED" in line for line in found)


def test_another_option_is_seen() -> None:
    scenario = catalogue.find("handshake-basic")
    changed = run(scenario, faults=("A>B SYN set mss=500",))
    found = lines(compare(run(scenario), changed, "B", MOST))
    assert "instead A A>B SYN seq=0 len=0 mss=1460 -> A>B SYN seq=0 len=0 mss=500" in found


def test_a_state_that_lasts_must_be_seen_and_a_short_one_need_not() -> None:
    scenario = catalogue.find("close-four")
    expected, live = run(scenario), run(scenario)

    def without(state: str) -> Run:
        kept = [r for r in live.trace if not (r["type"] == "state" and r["host"] == "B"
                                              and r["new"] == state)]  # fmt: skip
        return Run(kept, live.outcome, live.names, live.owners)

    assert lines(compare(expected, without("ESTABLISHED"), "B", MOST)) == [
        "missing B 10.0.0.2:80>10.0.0.1:40000 ESTABLISHED"
    ]
    assert compare(expected, without("ESTABLISHED"), "A", MOST), "ours are all compared"
    scenario = catalogue.find("close-three")
    expected, live = run(scenario), run(scenario)
    assert compare(expected, without("CLOSE-WAIT"), "B", MOST) == []
    assert lines(compare(expected, without("LAST-ACK"), "B", MOST)) != []


@pytest.mark.parametrize(
    ("t", "most"), [(0, 20), (100, 20), (160, 20), (1_000, 125), (-8_000, 1_000)]
)
def test_allowed_is_the_larger_of_twenty_milliseconds_and_an_eighth(t: int, most: int) -> None:
    assert allowed(t * MS) == most * MS


def test_a_named_line_covers_one_difference_only() -> None:
    known = next(entry for entry in KNOWN if entry.id == "push-per-send")
    assert re.fullmatch(known.where, "half-close/main/B")
    one = Difference(
        "instead",
        "B",
        Item(1, "B>A ACK seq=1001 ack=2 len=1000"),
        Item(1, "B>A PSH,ACK seq=1001 ack=2 len=1000"),
    )
    assert sort([one], "half-close", "main", "B") == ([], ["push-per-send"])
    assert sort([one, one], "half-close", "main", "B") == ([one], ["push-per-send"])
    assert sort([one], "half-close", "main", "A") == ([one], [])
    assert sort([one], "close-four", "main", "B") == ([one], [])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_named_difference_says_why(lang: str) -> None:
    ids = [entry.id for entry in KNOWN]
    assert len(set(ids)) == len(ids)
    for entry in KNOWN:
        assert texts(lang).ui(f"live-known-{entry.id}")
        assert entry.source
        assert entry.lines
        assert differences.known(entry.id) is entry


def test_named_places_are_places_that_are_checked_or_can_be_played() -> None:
    places = [
        f"{scenario.name}/{case.name}/{kernel}"
        for scenario in catalogue.all_shipped()
        for case in scenario.cases
        for kernel in "AB"
        if not playable(scenario, case, kernel)
    ]
    for entry in KNOWN:
        assert any(re.fullmatch(entry.where, place) for place in places), entry.id


def test_what_is_checked_exists_and_covers_what_must_be() -> None:
    assert set(ISSUE) <= {name for name, _, _ in CHECKED}
    for name, case, kernels in CHECKED + CHECKED_WITH_OPTIONS:
        scenario = catalogue.find(name)
        for kernel in kernels:
            assert not playable(scenario, scenario.case(case), kernel), (name, case, kernel)


def test_the_kernel_is_not_asked_for_what_nobody_can_tell_it() -> None:
    def why(name: str, case: str, kernel: str) -> str:
        scenario = catalogue.find(name)
        reason = playable(scenario, scenario.case(case), kernel)
        return reason.en if isinstance(reason, Texts) else str(reason or "")

    assert "ISN" in why("historical-syn", "main", "A")
    assert why("historical-syn", "main", "B") == ""
    assert "ten octets" in why("zero-window", "linux", "B")
    assert why("close-four", "msl-two-minutes", "A") != ""
    assert why("accept-queue-full", "main", "A") != ""


def test_what_cannot_be_live_says_why_in_both_languages() -> None:
    for scenario in catalogue.all_shipped():
        for case in scenario.cases:
            if not case.live:
                assert case.live_why.en, (scenario.name, case.name)
                assert has_chinese(case.live_why.zh), (scenario.name, case.name)


def test_the_kernels_side_has_linuxs_constants_in_both_runs() -> None:
    scenario = catalogue.find("handshake-basic")
    expected = Expected(scenario, scenario.case(), "B", MOST)
    assert expected.settings("A").delayed_ack_ns == 0, "as all scenarios assume"
    assert expected.settings("B").delayed_ack_ns == 40 * MS


def test_the_kernels_own_options_are_offered_on_both_sides() -> None:
    scenario = catalogue.find("handshake-basic")
    done = Expected(scenario, scenario.case(), "B", MOST, offers=True).finish()
    offered = [set(r["options"]) for r in done.packets if "SYN" in r["flags"]]
    assert offered == [{"mss", "wscale", "sack_permitted", "ts_val", "ts_ecr"}] * 2


def test_a_live_run_lasts_a_little_longer_than_what_is_expected() -> None:
    scenario = catalogue.find("handshake-basic")
    assert until_for(run(scenario), MOST) == (150 + 500) * MS
    assert until_for(run(scenario), 100 * MS) == (100 + 500) * MS


def test_few_syn_retries_end_by_the_clock_as_in_linux() -> None:
    """Measured: tcp_syn_retries=2 with four linear timeouts ends after 7 s, not 11 s."""
    scenario = catalogue.find("syn-blackhole")
    done = run(scenario, "fewer-retries")
    assert [r["t"] // MS for r in done.packets] == [0, 1000, 2000, 3000, 4000, 5000]
    ends = [(r["t"] // MS, r["errno"]) for r in done.of("call") if r.get("errno")]
    assert ends == [(7000, "ETIMEDOUT")]
