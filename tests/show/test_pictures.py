"""SVG and Mermaid: well-formed, escaped, everything in its place."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from synfin.show.mermaid import mermaid
from synfin.show.scene import MAX_PACKETS, build
from synfin.show.svg import COLOURS, svg
from synfin.show.texts import Texts
from tests.show.test_ladder import chain
from tests.show.traces import MS, Maker, S, lost_syn, reason

EN, ZH = Texts("en"), Texts("zh")
NS = "{http://www.w3.org/2000/svg}"
NASTY = """<script>alert("1")</script>&'"""


def nasty() -> Maker:
    maker = Maker(title={"en": NASTY, "zh": NASTY})
    maker.records[0]["scenario"] = NASTY
    maker.add("signal", 0, "A", conn=1, name="data", errno=None, data=NASTY, reason=None)
    maker.records.append({"type": "note", "t": MS, "text": {"en": NASTY, "zh": NASTY}})
    maker.send(0, "A", "B", "SYN", 0, fault=NASTY)
    return maker


@pytest.mark.parametrize("texts", [EN, ZH])
def test_the_picture_is_xml_with_title_description_and_packets(texts: Texts) -> None:
    root = ElementTree.fromstring(svg(lost_syn(), texts))
    assert root.get("role") == "img"
    title = root.find(f"{NS}title")
    assert title is not None
    assert title.text == lost_syn().meta.title_in(texts.lang)
    description = root.find(f"{NS}desc")
    assert description is not None
    assert "10" in (description.text or "")
    text = " ".join(e.text or "" for e in root.iter())
    for n in range(1, 11):
        assert f"#{n} " in text
    crosses = [p for p in root.iter(f"{NS}path") if "l10 10m0 -10l-10 10" in p.get("d", "")]
    assert len(crosses) == 1, "one packet is lost"


def test_everything_is_escaped() -> None:
    root = ElementTree.fromstring(svg(nasty().trace(), EN))
    assert not list(root.iter("script")) + list(root.iter(f"{NS}script"))
    assert any(NASTY[:20] in (e.text or "") for e in root.iter())


def test_slopes_are_true_to_time_within_flights() -> None:
    scene = build(lost_syn(), EN)
    direct = [a for a in scene.arrows if not a.lost and a.n in (2, 3, 4, 6, 8)]
    assert len({round(a.y2 - a.y1) for a in direct}) == 1, "all take 50 ms"


def test_time_never_runs_upwards() -> None:
    scene = build(lost_syn(), EN)
    places = sorted({(s.t, s.y) for s in scene.stacks})
    assert all(a[1] < b[1] for a, b in pairwise(places))
    assert all(a.y2 > a.y1 for a in scene.arrows)
    assert max(s.y for s in scene.stacks) < scene.height


def test_long_waits_are_shortened_and_said() -> None:
    scene = build(lost_syn(), EN)
    assert [g.text for g in scene.gaps] == ["1 s", "850 ms", "900 ms", "59.95 s"]
    assert scene.height < 1500


def test_bars_carry_every_state_in_order() -> None:
    scene = build(lost_syn(), EN, "netstat")
    assert [b.shown for b in scene.bars if b.host == "A"] == [
        "SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    ]  # fmt: skip
    assert {b.state for b in scene.bars} <= set(COLOURS)


def test_packets_of_one_instant_do_not_lie_on_each_other() -> None:
    maker = Maker()
    for seq in range(4):
        maker.send(0, "A", "B", "ACK", seq, 1, payload=b"x")
    starts = [a.y1 for a in build(maker.trace(), EN).arrows]
    assert all(b - a >= 12 for a, b in pairwise(starts))


def test_routers_attackers_and_packets_to_oneself() -> None:
    maker = chain()
    maker.send(2 * S, "A", "A", "SYN", 0)
    n = maker.send(3 * S, "A", "B", "SYN", 0, via="R", fate="expired")
    hop = {"n": n, "t": 3 * S + MS, "arrives": None, "from": "R", "to": "B", "ttl": 63}
    maker.records.append({"type": "hop", **hop})
    scene = build(maker.trace(), EN)
    assert [name for name, _ in scene.columns] == ["A", "R", "B"]
    assert [a.lost for a in scene.arrows if a.n == n] == [False, True]
    ElementTree.fromstring(svg(maker.trace(), ZH))


def test_too_many_packets_are_counted_not_drawn() -> None:
    maker = Maker()
    for i in range(MAX_PACKETS + 7):
        maker.send(i * MS, "A", "B", "ACK", i, 1)
    scene = build(maker.trace(), EN)
    assert scene.left_out == 7
    assert "7 more" in svg(maker.trace(), EN)


def test_an_empty_run_is_a_picture_too() -> None:
    maker = Maker()
    maker.end(0)
    ElementTree.fromstring(svg(maker.trace(), EN))


def test_mermaid_shows_packets_states_and_losses() -> None:
    text = mermaid(lost_syn(), EN, "ss")
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "sequenceDiagram"
    assert "participant n0 as A" in lines
    assert any(line.startswith("n0-xn1: #35;1 0.000 SYN seq=0") for line in lines)
    assert sum("->>" in line for line in lines) == 9
    assert any("SYN-SENT → ESTAB" in line for line in lines)


def test_mermaid_escapes_what_would_end_a_statement() -> None:
    maker = nasty()
    maker.state(0, "A", "CLOSED", "SYN-SENT", reason("a;b"))
    text = mermaid(maker.trace(), EN)
    assert "<script" not in text
    assert "#lt;script#gt;" in text
    body = [line for line in text.splitlines() if ":" in line]
    assert all(line.replace("#35;", "").replace("#lt;", "").replace("#gt;", "").count(";") == 0
               for line in body)  # fmt: skip
