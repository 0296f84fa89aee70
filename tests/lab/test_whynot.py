"""Why a host was silent: there is always an answer, and it names a rule."""

import pytest

from synfin.lab.catalogue import all_shipped, find
from synfin.lab.runner import Changes, run_case
from synfin.lab.trace import Run
from synfin.lab.whynot import known_rule, why_not

MS = 1_000_000
S = 1_000_000_000


def run(name: str, case: str = "") -> Run:
    scenario = find(name)
    return run_case(scenario, scenario.case(case))


def test_the_rule_that_settled_what_arrived() -> None:
    answer = why_not(run("13"), "B", "SYN,ACK", 320 * MS)
    assert (answer.kind, answer.reason["rule"]) == ("arrival", "syn-received.new-syn-listen")
    assert answer.next


def test_what_was_sent_is_said() -> None:
    answer = why_not(run("1"), "B", "SYN,ACK", 50 * MS)
    assert (answer.kind, answer.packet) == ("sent", 2)


def test_what_never_came() -> None:
    answer = why_not(run("6"), "B", "SYN,ACK", 50 * MS)
    assert (answer.kind, answer.packet) == ("lost", 1)


def test_what_is_still_on_its_way() -> None:
    answer = why_not(run("1"), "B", "SYN,ACK", 20 * MS)
    assert (answer.kind, answer.packet, answer.due, answer.next) == ("coming", 1, 50 * MS, 2)


def test_a_machine_that_is_off() -> None:
    assert why_not(run("9", "host-down"), "B", "RST,ACK", 50 * MS).kind == "down"


def test_a_rule_that_says_not_now() -> None:
    answer = why_not(run("37"), "A", "DATA", 500 * MS)
    assert (answer.kind, answer.reason["rule"]) == ("silence", "wait.window-closed")


def test_a_timer_that_still_runs() -> None:
    answer = why_not(run("6"), "A", "SYN", 500 * MS)
    assert (answer.kind, answer.due) == ("timer", S)


@pytest.mark.parametrize(
    ("name", "host", "flags", "at", "due"),
    [
        # The packet that would have stopped the timer is lost; the timer is the answer.
        ("7", "A", "SYN", 500 * MS, 1000 * MS),
        ("8", "B", "SYN,ACK", 500 * MS, 1050 * MS),
        ("26", "B", "FIN,ACK", 500 * MS, 1100 * MS),
        # A lost ACK would not have been answered with an ACK or a SYN in any case.
        ("8", "B", "ACK", 500 * MS, 1050 * MS),
        ("8", "B", "SYN", 500 * MS, 1050 * MS),
    ],
)
def test_the_timer_that_will_send_just_that(
    name: str, host: str, flags: str, at: int, due: int
) -> None:
    answer = why_not(run(name), host, flags, at)
    assert (answer.kind, answer.due) == ("timer", due)


def test_the_timer_that_will_send_the_data_again() -> None:
    scenario = find("2")
    lost = Changes(faults=("B>A ACK nth=1 drop",))
    answer = why_not(run_case(scenario, scenario.case(), lost), "A", "DATA", 500 * MS)
    assert (answer.kind, answer.due) == ("timer", 1100 * MS)


def test_a_timer_that_will_send_something_else_explains_nothing() -> None:
    answer = why_not(run("8"), "B", "DATA", 500 * MS)
    assert (answer.kind, answer.packet) == ("lost", 3)


def test_nothing_to_send() -> None:
    answer = why_not(run("1"), "A", "DATA", 5 * S)
    assert answer.reason["rule"] == "wait.nothing-to-send"


@pytest.mark.parametrize("number", range(1, 41))
def test_there_is_always_an_answer(number: int) -> None:
    scenario = next((s for s in all_shipped() if s.number == number), None)
    assert scenario is not None
    result = run_case(scenario, scenario.case())
    hosts = [h["name"] for h in result.trace[0]["hosts"] if h["kind"] == "host"]
    for host in hosts:
        for flags in ("SYN", "SYN,ACK", "ACK", "DATA", "FIN,ACK", "RST", "*"):
            for time in (-S, 0, 75 * MS, 320 * MS, S, 7 * S, 1000 * S):
                assert known_rule(why_not(result, host, flags, time).reason)
