"""The ladder in a terminal."""

import pytest
from rich.cells import cell_len

from synfin.show.ladder import Ladder, Options, draw_lines
from synfin.show.texts import Texts
from tests.show.traces import MS, Maker, S, lost_syn, reason

EXPECTED = """\
A lost SYN, data, close
by-hand, profile rfc, seed 1
   n  seconds A                                                     B
        0.000              │               ▷ listen(80 backlog=5) │ LISTEN
        0.000 SYN-SENT     │ ▷ connect(B:80)                      │ LISTEN
   1    0.000 SYN-SENT     │──SYN seq=0 win=65535 (lost)───────✗  │ LISTEN
        1.000 SYN-SENT     │ timer retransmission fires           │ LISTEN
   2    1.000 SYN-SENT     │──SYN seq=0 win=65535 (again)────────▶│ LISTEN
        1.050 SYN-SENT     │    SYN queue 1, accept 0 (backlog 5) │ SYN-RECEIVED
   3    1.050 SYN-SENT     │◀──────SYN,ACK seq=0 ack=1 win=65535──│ SYN-RECEIVED
        1.100 ESTABLISHED  │ ◁ connect = ok                       │ SYN-RECEIVED
   4    1.100 ESTABLISHED  │──ACK seq=1 ack=1────────────────────▶│ SYN-RECEIVED
        1.150 ESTABLISHED  │    SYN queue 0, accept 1 (backlog 5) │ ESTABLISHED
"""


def lines(lang: str = "en", **options: object) -> list[str]:
    return list(draw_lines(lost_syn(), Texts(lang), Options(**options)))  # type: ignore[arg-type]


def test_the_handshake_reads_like_this() -> None:
    assert lines()[:13] == EXPECTED.splitlines()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "gb18030"])
def test_bars_stand_under_each_other(lang: str, width: int, encoding: str) -> None:
    drawn = lines(lang, width=width, encoding=encoding, timers="all")
    bar = "│" if encoding != "ascii" else "|"
    places = set()
    for line in drawn:
        line.encode(encoding)
        assert cell_len(line) <= width
        if line.count(bar) == 2:
            left, middle, _ = line.split(bar)
            places.add((cell_len(left), cell_len(left + bar + middle)))
    assert len(places) == 1


def test_state_names_of_other_tools() -> None:
    assert any("SYN_RECV" in line for line in lines(names="netstat"))
    assert any(line.endswith("ESTAB") for line in lines(names="ss"))


def test_timers_all_and_none() -> None:
    assert not any("timer" in line for line in lines(timers="none"))
    assert any("due in 1 s" in line for line in lines(timers="all"))


def test_reasons_follow_their_row_once() -> None:
    drawn = lines(reasons=True, width=200)
    told = [line for line in drawn if line.startswith(" " * 14) and "§3.10.7.2" in line]
    assert len(told) == 1, "arrival, state change and answer share one reason at one instant"


def test_rows_come_while_records_come() -> None:
    trace = lost_syn()
    ladder = Ladder(trace.meta, Texts("en"))
    seen = 0
    for record in trace.records:
        for row in ladder.feed(record):
            assert row.t <= record.t
            seen += row.n is not None
    assert ladder.flush() == []
    assert seen == 10


def chain() -> Maker:
    """A - R - B: a delayed SYN, its copy, a lost answer, a forged reset."""
    maker = Maker(("A", "B", "R"))
    maker.records[0]["links"] = [{"a": "A", "b": "R"}, {"a": "R", "b": "B"}]
    maker.state(0, "A", "CLOSED", "SYN-SENT", reason("open.active", iss=0))
    maker.send(0, "A", "R", "SYN", 0, delay=10 * MS)
    late = maker.send(10 * MS, "R", "B", "SYN", 0, delay=S, fault="A>B SYN delay=1s")
    maker.arrive(1010 * MS, "B", late)
    maker.send(2 * S, "B", "A", "RST,ACK", 0, 1, spoofed=True)
    maker.end(3 * S)
    return maker


def test_three_nodes_stand_along_their_links() -> None:
    drawn = list(draw_lines(chain().trace(), Texts("en")))
    header = drawn[2]
    assert header.index("[A]") < header.index("[R]") < header.index("[B]")
    assert any("#2 SYN seq=0 arrives" in line for line in drawn)
    forged = next(line for line in drawn if "(forged)" in line)
    assert "◀" in forged


def test_many_nodes_become_a_list() -> None:
    maker = chain()
    for name in ("C", "D"):
        maker.records[0]["hosts"].append({"name": name, "addresses": [], "kind": "host"})
    drawn = list(draw_lines(maker.trace(), Texts("zh")))
    assert any(line.startswith("   1    0.000 A ──▶ R  SYN") for line in drawn)
    assert all(cell_len(line) <= 80 for line in drawn)


def test_a_host_that_talks_to_itself() -> None:
    maker = Maker()
    maker.send(0, "A", "A", "SYN", 0)
    assert any("A→A: SYN seq=0" in line for line in draw_lines(maker.trace(), Texts("en")))


def test_a_blocking_call_returns_later() -> None:
    maker = Maker()
    maker.add("call", 0, "A", conn=1, socket=1, call="connect", args="B:80", blocking=True)
    maker.add("call", S, "A", conn=1, socket=1, call="connect", args="B:80", errno="ETIMEDOUT")
    drawn = "\n".join(draw_lines(maker.trace(), Texts("en")))
    assert "▷ connect(B:80) " in drawn
    assert "◁ connect = ETIMEDOUT" in drawn


def test_routers_send_on_and_a_loop_is_cut_short() -> None:
    maker = chain()
    maker.records = maker.records[:1]
    maker.n = 0
    n = maker.send(0, "A", "B", "SYN", 0, via="R", fate="expired")
    for i in range(20):
        fields = {"n": n, "t": (10 + i) * MS, "arrives": (11 + i) * MS, "from": "R", "to": "B"}
        maker.records.append({"type": "hop", "ttl": 63 - i, **fields})
    drawn = list(draw_lines(maker.trace(), Texts("en")))
    assert sum("#1 ttl=" in line for line in drawn) == 6
    assert sum("goes on from router" in line for line in drawn) == 1
    first = drawn[3]
    assert "▶" in first, "it reached the router"


def test_the_packet_a_router_drops_ends_there() -> None:
    maker = chain()
    maker.records = maker.records[:1]
    maker.send(0, "A", "B", "SYN", 0, via="R", fate="expired", ttl=1)
    drawn = list(draw_lines(maker.trace(), Texts("en")))
    assert "✗" in drawn[3]
    assert drawn[3].index("✗") < drawn[2].index("[R]") + 2


def test_a_crashed_host_has_no_state() -> None:
    maker = Maker()
    maker.state(0, "A", "CLOSED", "SYN-SENT", reason("open.active", iss=0))
    maker.add("host", S, "A", action="crash")
    drawn = list(draw_lines(maker.trace(), Texts("en")))
    assert "SYN-SENT" in drawn[3]
    assert "✗ crashes" in drawn[4]
    assert "SYN-SENT" not in drawn[4]


def test_long_data_is_shown_by_its_beginning_and_size() -> None:
    maker = Maker()
    data = {"errno": None, "data": "abc" * 40, "result": 120, "reason": None}
    maker.add("signal", 0, "B", conn=3, name="data", **data)
    drawn = list(draw_lines(maker.trace(), Texts("en")))
    assert any("◁ read abcabcabcabcabcabca… (120) │" in line for line in drawn)


def test_the_length_of_lost_data_is_worth_more_than_its_ack() -> None:
    maker = Maker()
    maker.send(0, "A", "B", "ACK", 101, 1, payload=b"x" * 100, fate="dropped")
    assert any("ACK seq=101 len=100 (lost)" in x for x in draw_lines(maker.trace(), Texts("en")))
