"""The trace keeps what docs/trace.md promises, in every shipped scenario."""

import json

import pytest

from synfin.core.rules import all_rules
from synfin.lab.catalogue import shipped, shipped_files
from synfin.lab.runner import run_case
from synfin.lab.trace import Record

FIELDS = {
    "segment": {"n", "t", "arrives", "from", "to", "src", "dst", "proto", "conn", "fate", "ttl"},
    "arrival": {"n", "t", "host", "conn", "reason"},
    "state": {"t", "host", "conn", "old", "new", "reason"},
    "timer": {"t", "host", "conn", "name", "action", "due", "reason"},
    "queue": {"t", "host", "port", "syn", "accept", "backlog"},
    "silence": {"t", "host", "conn", "reason"},
    "tcb": {"t", "host", "conn", "fields"},
    "conn": {"t", "host", "conn", "action", "local", "remote"},
    "host": {"t", "host", "action"},
    "counter": {"t", "host", "name", "value"},
    "call": {"t", "host", "conn", "socket", "call", "args"},
    "signal": {"t", "host", "conn", "name", "errno", "data", "reason"},
    "note": {"t", "text"},
    "hop": {"n", "t", "arrives", "from", "to", "ttl"},
    "end": {"t", "outcome", "connections", "segments"},
}
TCB = {
    "state", "iss", "irs", "snd_una", "snd_nxt", "snd_wnd", "snd_wl1", "snd_wl2", "rcv_nxt",
    "rcv_wnd", "rto", "srtt", "rttvar", "cwnd", "ssthresh", "unsent", "unread", "out_of_order",
}  # fmt: skip


def trace_of(file: str) -> list[Record]:
    scenario = shipped(file)
    return run_case(scenario, scenario.case()).trace


@pytest.mark.parametrize("file", shipped_files())
def test_shape_order_and_rules(file: str) -> None:
    trace = trace_of(file)
    assert trace[0]["type"] == "meta"
    assert trace[0]["version"] == 1
    assert trace[-1]["type"] == "end"
    assert [r["type"] for r in trace].count("end") == 1
    times = [r["t"] for r in trace[1:]]
    assert times == sorted(times)
    assert json.loads(json.dumps(trace)) == trace
    for record in trace[1:]:
        assert FIELDS[record["type"]] <= record.keys(), record
        reason = record.get("reason")
        if reason is not None:
            assert reason["rule"] in all_rules()
        if record["type"] == "tcb":
            assert record["fields"].keys() >= TCB


@pytest.mark.parametrize("file", shipped_files())
def test_segments_are_numbered_and_connections_known(file: str) -> None:
    trace = trace_of(file)
    segments = [r for r in trace if r["type"] == "segment"]
    assert sorted(r["n"] for r in segments) == list(range(1, len(segments) + 1))
    assert trace[-1]["segments"] == len(segments)
    made = [r["conn"] for r in trace if r["type"] == "conn" and r["action"] == "made"]
    assert made == sorted(set(made))
    known = {0, *made}
    assert all(r["conn"] in known for r in trace if "conn" in r)
    numbers = {r["n"] for r in segments}
    assert all(r["n"] in numbers for r in trace if r["type"] in ("arrival", "hop"))
    for record in segments:
        assert bytes.fromhex(record["bytes"])
        if record["proto"] == "tcp" and not record["spoofed"] and not record["injected"]:
            assert record["reason"] is not None, record


def test_relative_numbers_start_at_the_isn() -> None:
    segments = [r for r in trace_of("01-handshake-basic.scn") if r["type"] == "segment"]
    assert [(r["seq"], r["ack"]) for r in segments] == [(0, 0), (0, 1), (1, 1)]
    assert segments[2]["abs_seq"] == segments[0]["abs_seq"] + 1
    assert segments[0]["arrives"] - segments[0]["t"] == 50_000_000


def test_accept_stands_before_the_queue_it_makes_shorter() -> None:
    trace = trace_of("01-handshake-basic.scn")
    place = next(i for i, r in enumerate(trace) if r["type"] == "call" and r["call"] == "accept")
    queues = [(i, r["accept"]) for i, r in enumerate(trace) if r["type"] == "queue"]
    assert [length for i, length in queues if i < place][-1] == 1
    assert [length for i, length in queues if i > place] == [0]
