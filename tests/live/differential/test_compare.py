"""Comparing, naming, and what a difference looks like; no kernel needed."""

import re

import pytest

from synfin.core.settings import LINUX, MILLISECOND
from synfin.live.differential.compare import Difference, compare
from synfin.live.differential.engine import EngineRun, planned
from synfin.live.differential.kernel import peer_for
from synfin.live.differential.named import NAMED, entry, named
from synfin.live.differential.packetdrill import as_packetdrill
from synfin.live.differential.record import Done
from synfin.live.differential.script import Script, parse

HANDSHAKE = "listen\n< S seq=iss win=65535 <mss 1460>\n< . seq=nxt ack=all win=65535\naccept\n"


def played(script: Script, **switches: object) -> list[Done]:
    """The engine alone, at the script's own times."""
    settings = LINUX.but(**switches)
    return EngineRun(script, settings, peer_for(0, script.number)).play(planned(script))


def test_the_same_is_the_same() -> None:
    script = parse(HANDSHAKE + "send 100\n< P. seq=nxt ack=all len=10 win=65535\nrecv 10\nclose")
    assert compare(script, played(script), played(script)) is None


def test_another_switch_shows() -> None:
    """The answers of a profile that does one thing otherwise are another's."""
    script = parse(HANDSHAKE + "close\n< P. seq=nxt ack=all len=10 win=65535")
    found = compare(script, played(script), played(script, reset_orphans_with_data=False,
                                                   text_after_shutdown_resets=False,
                                                   fin_wait_2_record=False))  # fmt: skip
    assert found is not None
    assert (found.step, found.what, found.before) == (5, "answers", "FIN-WAIT-1 0 1")
    assert found.engine == "R seq=2"


def done(**kwargs: object) -> Done:
    """One step's record."""
    made = Done(0)
    for name, value in kwargs.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("ours", "theirs", "what"),
    [
        (done(outcome="0"), done(outcome="EPIPE"), "outcome"),
        (done(answers=[(0, ". seq=1")]), done(), "answers"),
        (done(state="CLOSED"), done(state="TIME-WAIT"), "state"),
        (done(answers=[(0, "x")]), done(answers=[(90 * MILLISECOND, "x")]), "time"),
        (done(answers=[(0, "x")]), done(answers=[(30 * MILLISECOND, "x")]), None),
    ],
)
def test_each_thing_that_is_compared(ours: Done, theirs: Done, what: str | None) -> None:
    found = compare(parse("close"), [ours], [theirs])
    assert (found.what if found is not None else None) == what


def test_pushes_inside_a_train_do_not_count() -> None:
    """Where Linux cuts its units is pacing's affair; the end of a write is not."""
    one = [". seq=1 ack=1 len=100", ". seq=101 ack=1 len=100", "P. seq=201 ack=1 len=40"]
    two = [". seq=1 ack=1 len=100", "P. seq=101 ack=1 len=100", "P. seq=201 ack=1 len=40"]
    bad = [*two[:2], ". seq=201 ack=1 len=40"]
    script = parse("send 240")

    def record(said: list[str]) -> list[Done]:
        return [done(answers=[(0, text) for text in said])]

    assert compare(script, record(one), record(two)) is None
    assert compare(script, record(one), record(bad)) is not None


def test_a_kind_has_no_numbers() -> None:
    one = Difference(3, "answers", "< P. seq=nxt len=5 win=9 +14", "ESTABLISHED 5 0", "a 1", "b 2")
    two = Difference(4, "answers", "< P. seq=nxt len=77 win=1", "ESTABLISHED 0 9", "a 3", "b 4")
    assert one.kind == two.kind
    assert "P. seq=nxt" in one.line


def test_named_ones_are_found_and_no_others() -> None:
    script = parse("listen\n< S seq=iss win=65535\nclose-listener")
    line = Difference(2, "state", "close-listener", "SYN-RECEIVED", "CLOSED", "SYN-RECEIVED")
    found = named(script, line)
    assert found is not None
    assert found.id == "half-open-outlives-listener"
    assert found.passing
    other = Difference(2, "state", "accept", "ESTABLISHED 0 0", "CLOSED", "TIME-WAIT")
    assert named(script, other) is None


def test_the_named_list_is_sound() -> None:
    """Ids are unique, patterns compile, each has a reason and a source in Linux."""
    assert len({one.id for one in NAMED}) == len(NAMED)
    for one in NAMED:
        re.compile(one.line), re.compile(one.after), re.compile(one.but_for)
        assert one.why.endswith(".")
        assert ".c" in one.source
        assert entry(one.id) is one


def test_as_packetdrill() -> None:
    script = parse("listen 3\n< S seq=iss win=100 <mss 1000>\nclose-listener")
    records = played(script)
    records[1].wire = "S 0:0(0) win 100 <mss 1000>"
    records[1].heard = ["S. 0:0(0) ack 1 win 64240 <mss 1460>"]
    text = as_packetdrill(script, records)
    assert "listen(3, 3) = 0\n" in text
    assert "+0.08 < S 0:0(0) win 100 <mss 1000>\n+0 > S. 0:0(0) ack 1" in text
    assert text.endswith("close(3) = 0\n")
