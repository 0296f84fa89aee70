"""Reading traces: typed, tolerant of what is new, short about what is wrong."""

import json

import pytest

from synfin.show import model
from synfin.show.reader import from_records, load, read_lines
from tests.show.traces import lost_syn


def test_a_trace_survives_the_way_through_json_lines() -> None:
    trace = lost_syn()
    again = load([json.dumps(dict(r)) for r in trace.raw])
    assert again.records == trace.records
    assert again.meta == trace.meta


def test_segments_are_typed() -> None:
    first, second, third = lost_syn().segments()[:3]
    assert (first.flags, first.seq, first.arrives, first.fate) == (("SYN",), 0, None, "dropped")
    assert not first.delivered
    assert second.delivered
    assert (third.abs_seq, third.abs_ack, third.ack) == (3_000_000_300, 1_000_000_101, 1)
    assert third.reason is not None
    assert third.reason.rule == "listen.syn"


def test_payload_is_the_end_of_the_packet() -> None:
    assert [s.payload for s in lost_syn().segments() if s.length] == [b"hello"]


def test_unknown_types_and_fields_are_skipped() -> None:
    raw = [dict(r) for r in lost_syn().raw]
    raw.insert(1, {"type": "weather", "t": 0, "sky": "blue"})
    raw[2]["colour"] = "red"
    assert from_records(raw).records == lost_syn().records


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "empty"),
        (['{"type": "segment"}'], "first line is not a 'meta'"),
        (['{"type": "meta", "version": 7}'], "version 7 is not 1"),
        (["{nonsense"], "line 1"),
        (["[1]"], "line 1: expected an object"),
        (
            ['{"type":"meta","version":1}', '{"type":"state","t":"x","host":"A"}'],
            "'t' of a state record is 'x', expected a number",
        ),
        (
            ['{"type":"meta","version":1}', '{"type":"segment","n":1,"t":0,"bytes":"zz"}'],
            "'from' of a segment record is None, expected text",
        ),
    ],
)
def test_a_broken_trace_is_told_in_one_line(lines: list[str], message: str) -> None:
    with pytest.raises(model.TraceError) as caught:
        load(lines)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_blank_lines_are_skipped() -> None:
    assert list(read_lines(["", "{}", " \n"])) == [{}]


def test_asking_for_what_is_not_there() -> None:
    trace = lost_syn()
    with pytest.raises(model.TraceError, match="it has 1 to 10"):
        trace.segment(99)
    with pytest.raises(model.TraceError, match="it has A, B"):
        trace.host("Z")
