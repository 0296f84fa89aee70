"""Reasons in relative numbers, unless the scenario fixed its ISNs."""

from synfin.show.model import Reason, StateChange, Trace
from synfin.show.reader import from_records
from tests.show.traces import MS, Maker, reason, tcb

WRAP = 1 << 32


def run(iss: int, irs: int) -> list[dict[str, object]]:
    maker = Maker()
    n = maker.send(0, "A", "B", "SYN", 0, abs_seq=iss)
    heard = reason("listen.syn", seg_seq=iss, rcv_nxt=(iss + 1) % WRAP, iss=irs)
    maker.arrive(50 * MS, "B", n, heard)
    maker.send(50 * MS, "B", "A", "SYN,ACK", 0, 1, abs_seq=irs, abs_ack=(iss + 1) % WRAP)
    known = {"iss": iss, "irs": irs}
    tcb(maker, 60 * MS, "A", "ESTABLISHED", 1, 1, 1, **known)
    up = reason(
        "syn-sent.established", seg_ack=(iss + 1) % WRAP, iss=iss, seg_seq=irs, rcv_nxt=irs + 1
    )
    maker.state(60 * MS, "A", "SYN-SENT", "ESTABLISHED", up)
    maker.state(70 * MS, "A", "CLOSED", "SYN-SENT", reason("open.active", iss=iss))
    return maker.records


def reasons(trace: Trace) -> list[Reason]:
    found = (getattr(record, "reason", None) for record in trace.records)
    return [r for r in found if r is not None]


def test_numbers_count_from_the_syn_on_both_sides() -> None:
    heard, established, opened = reasons(from_records(run(WRAP - 5, 4_000_000)))
    # the ISS that is chosen here stands as it is: nobody shall think that it is 0
    assert dict(heard.values) == {"seg_seq": 0, "rcv_nxt": 1, "iss": 4_000_000}
    assert dict(established.values) == {"seg_ack": 1, "iss": 0, "seg_seq": 0, "rcv_nxt": 1}
    assert opened.values["iss"] == WRAP - 5, "who chooses an ISS shall see it"


def test_what_is_relative_already_stays() -> None:
    records = run(3_000_000_000, 4_000_000_000)
    maker = Maker()
    maker.records = records
    maker.state(80 * MS, "A", "X", "Y", reason("ack.establishes", seg_ack=1, snd_una=0))
    maker.state(80 * MS, "A", "X", "Y", reason("syn-sent.refused", seg_ack=1))
    *_, later, near = reasons(maker.trace())
    assert dict(later.values) == {"seg_ack": 1, "snd_una": 0}
    assert near.values["seg_ack"] == 1, "too far from the ISN to be counted from it"


def test_fixed_isns_make_everything_absolute() -> None:
    maker = Maker()
    maker.records = run(90, 300)
    maker.state(80 * MS, "A", "X", "Y", reason("rst.exact", seg_seq=1, rcv_nxt=1))
    trace = maker.trace()
    heard, established, opened, reset = reasons(trace)
    assert heard.values["seg_seq"] == 90
    assert established.values["seg_ack"] == 91
    assert opened.values["iss"] == 90
    assert dict(reset.values) == {"seg_seq": 301, "rcv_nxt": 301}
    assert [(s.seq, s.ack) for s in trace.segments()] == [(90, 0), (300, 91)]


def test_as_written_on_demand_and_nothing_else_changes() -> None:
    records = run(1 << 31, 1 << 30)
    plain, changed = from_records(records, as_written=True), from_records(records)
    assert reasons(plain)[0].values["seg_seq"] == 1 << 31
    assert [type(r) for r in plain.records] == [type(r) for r in changed.records]
    assert changed.raw == plain.raw
    states = [r for r in changed.records if isinstance(r, StateChange)]
    assert [s.new for s in states] == ["ESTABLISHED", "SYN-SENT"]


def test_a_run_without_tcp_is_left_alone() -> None:
    maker = Maker()
    maker.end(0)
    assert maker.trace().records == from_records(maker.records, as_written=True).records
