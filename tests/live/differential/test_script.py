"""Sequences: their text, and that a seed always draws the same."""

import pytest

from synfin.live.differential.generate import generate
from synfin.live.differential.script import Arrival, Call, Place, ScriptError, Step, parse


def test_text_and_back() -> None:
    """Every drawn script survives being printed."""
    for number in range(300):
        script = generate(5, number)
        assert parse(str(script), 5, number) == script


def test_a_seed_draws_the_same() -> None:
    assert generate(1, 17) == generate(1, 17)
    assert generate(1, 17) != generate(1, 18)
    assert generate(1, 17) != generate(2, 17)


def test_scripts_open_one_way_or_the_other_and_visit_much() -> None:
    """Both openings, every call but ``wait``, and all flags are drawn."""
    scripts = [generate(1, number) for number in range(400)]
    assert {str(script.steps[0].action).split()[0] for script in scripts} == {"listen", "connect"}
    steps = [step.action for script in scripts for step in script.steps]
    calls = {action.name for action in steps if isinstance(action, Call)}
    assert calls == {"listen", "accept", "connect", "send", "recv", "shutdown", "close", "abort",
                     "set", "get", "close-listener"}  # fmt: skip
    flags = {letter for a in steps if isinstance(a, Arrival) for letter in a.flags}
    assert flags >= set("SFRPU.")
    assert all(1 < len(script.steps) < 30 for script in scripts)


def test_a_line_in_full() -> None:
    script = parse("< P. seq=nxt-5 ack=una+1 len=10 win=0 urg=3 <TS-100,ecr 5> +14  # why\n\n")
    arrival = Arrival("P.", Place("nxt", -5), Place("una", 1), 10, 0, 3, ("TS-100", "ecr 5"))
    assert script.steps == (Step(arrival, 14),)
    assert arrival.bits == 0x18


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("frobnicate", "line 1: 'frobnicate' is no call"),
        ("listen\n< X seq=nxt", "line 2: 'X' are no flags"),
        ("< . seq=next", "'next' is no sequence number"),
        ("< . len=ten", "says nothing about a segment"),
        ("listen five", "line 1: listen takes"),
        ("send", "line 1: send takes"),
        ("shutdown up", "line 1: shutdown takes"),
        ("set speed 9", "line 1: set takes"),
        ("<", "line 1: a segment needs its flags"),
        ("< S seq=iss <mss big>", "'mss big' is no option"),
    ],
)
def test_what_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        parse(text)


def test_cutting_and_leaving_out() -> None:
    script = parse("listen\naccept\nsend 5\nclose")
    assert str(script.without(1, 2)) == "listen\nclose\n"
    assert str(script.cut(2)) == "listen\naccept\n"
    assert str(script.changed(2, Call("send", ("9",)))) == "listen\naccept\nsend 9\nclose\n"
