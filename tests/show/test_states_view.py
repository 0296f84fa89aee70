"""The state diagram comes from the table, and says what a run visited."""

from xml.etree import ElementTree

import pytest

from synfin.core.states import TRANSITIONS, State
from synfin.show import states_svg
from synfin.show.names import alias_table, state_name
from synfin.show.states_view import (
    alias_lines,
    coverage_text,
    edge_text,
    edges,
    mermaid,
    visited,
)
from synfin.show.texts import Texts
from tests.show.traces import Maker, lost_syn, reason


def test_every_transition_is_an_edge() -> None:
    drawn = {(e.old, trigger, e.new) for e in edges(counterfactual=True) for trigger in e.triggers}
    assert drawn == {(a.value, t.value, b.value) for (a, t), b in TRANSITIONS.items()}
    assert not any(e.counterfactual for e in edges())


def test_a_run_marks_its_edges() -> None:
    visit = visited([lost_syn()])
    assert visit.counts[("SYN-SENT", "ESTABLISHED")] == 1
    assert visit.unknown == {}
    assert visit.covered(edges()) == len(visit.counts) == 11
    lines = edge_text(Texts("en"), visit)
    assert lines[1].startswith("*              → SYN-SENT      active OPEN")
    assert lines[-1] == coverage_text(Texts("en"), visit)


def test_an_edge_outside_the_table_is_named() -> None:
    maker = Maker()
    maker.state(0, "A", "CLOSED", "TIME-WAIT", reason("x"))
    assert visited([maker.trace()]).unknown == {("CLOSED", "TIME-WAIT"): 1}


def test_every_state_has_all_names() -> None:
    assert [row[0] for row in alias_table()] == [s.value for s in State]
    assert state_name("SYN-RECEIVED", "netstat") == "SYN_RECV"
    assert state_name("ESTABLISHED", "ss") == "ESTAB"
    assert state_name("no state", "ss") == "no state"
    with pytest.raises(ValueError, match="choose rfc, netstat, ss"):
        state_name("CLOSED", "windows")
    for lang in ("en", "zh"):
        assert len(alias_lines(Texts(lang))) == 12


def test_mermaid_has_every_edge() -> None:
    text = mermaid(visited([lost_syn()]), "netstat")
    assert text.startswith("stateDiagram-v2\n")
    assert text.count(" --> ") == len(edges())
    assert 'state "SYN_RECV" as SYN_RECEIVED' in text
    assert "class TIME_WAIT visited" in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_is_xml_with_every_state(lang: str) -> None:
    root = ElementTree.fromstring(states_svg.svg(Texts(lang), visited([lost_syn()]), "ss"))
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {row[2] for row in alias_table()} <= set(texts)
    paths = [e for e in root.iter("{http://www.w3.org/2000/svg}path") if e.get("d", "").count("Q")]
    abrupt = {"rcv RST", "ABORT / snd RST", "R2 or user timeout"}
    assert len(paths) == sum(bool(set(e.triggers) - abrupt) for e in edges())
