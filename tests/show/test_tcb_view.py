"""A host at a moment: control blocks, and what ss and netstat would print."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from synfin.show.model import Value
from synfin.show.moment import Connection, Moment, moment
from synfin.show.ss_view import info_text, netstat_lines, ss_lines, ss_time
from synfin.show.tcb_view import field_name, tcb_lines
from synfin.show.texts import Texts
from tests.show.traces import MS, Maker, S, lost_syn, tcb

EN, ZH = Texts("en"), Texts("zh")


def test_ss_follows_the_handshake() -> None:
    trace = lost_syn()
    assert ss_lines(moment(trace, 500 * MS), "A")[1:] == [
        "SYN-SENT   0      1          10.0.0.1:40000       10.0.0.2:80 timer:(on,500ms,0)"
    ]
    assert ss_lines(moment(trace, S + 60 * MS), "B")[1:] == [
        "LISTEN     0      5              0.0.0.0:80         0.0.0.0:*",
        "SYN-RECV   0      0             10.0.0.2:80    10.0.0.1:40000",
    ]
    established = ss_lines(moment(trace, S + 150 * MS), "B")[1:]
    assert established[0].split()[:3] == ["LISTEN", "1", "5"], "one waits for accept()"
    assert established[1].split()[0] == "ESTAB"


def test_receive_queue_holds_what_is_not_read() -> None:
    lines = ss_lines(moment(lost_syn(), 2 * S + 50 * MS), "B")
    assert lines[2].split()[:3] == ["ESTAB", "5", "0"]


def test_time_wait_and_its_timer() -> None:
    lines = ss_lines(moment(lost_syn(), 4 * S), "A")
    assert lines[1].split()[0] == "TIME-WAIT"
    assert lines[2].endswith("timer:(timewait,59sec,0)")
    assert ss_lines(moment(lost_syn(), 4 * S), "A", width=90)[1].endswith(
        "timer:(timewait,59sec,0)"
    )
    assert len(ss_lines(moment(lost_syn(), 100 * S), "A")) == 1, "gone after 2MSL"


def test_retransmissions_are_counted() -> None:
    maker = Maker()
    maker.add("conn", 0, "A", conn=1, action="made", local="10.0.0.1:1", remote="10.0.0.2:2")
    tcb(maker, 0, "A", "SYN-SENT", 0, 1, 0)
    for at, due in ((0, S), (S, 3 * S), (3 * S, 7 * S)):
        if at:
            maker.add("timer", at, "A", conn=1, name="retransmit", action="fire", due=None)
        maker.add("timer", at, "A", conn=1, name="retransmit", action="set", due=due)
    assert ss_lines(moment(maker.trace(), 4 * S), "A")[1].endswith("timer:(on,3sec,2)")


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "000ms"),
        (200 * MS, "200ms"),
        (S, "1sec"),
        (1500 * MS, "1.500ms"),
        (59_999 * MS, "59sec"),
        (60 * S, "1min"),
        (90 * S, "1min30sec"),
        (14 * 60 * S + 5 * S, "14min"),
    ],
)
def test_times_are_written_as_ss_writes_them(ns: int, text: str) -> None:
    assert ss_time(ns) == text


def test_netstat_names_and_columns() -> None:
    lines = netstat_lines(moment(lost_syn(), S + 60 * MS), "B")
    assert lines[1].split() == ["tcp", "0", "0", "0.0.0.0:80", "0.0.0.0:*", "LISTEN"]
    assert lines[2].split()[-1] == "SYN_RECV"


def test_all_hosts_under_their_names() -> None:
    lines = ss_lines(moment(lost_syn(), 2 * S))
    assert lines[0] == "[A]"
    assert "[B]" in lines


def test_the_control_block_in_its_three_groups() -> None:
    text = "\n".join(tcb_lines(moment(lost_syn(), 3 * S), "A", EN))
    for part in ("connection 1: FIN-WAIT-1", "10.0.0.1:40000 → 10.0.0.2:80", "SND.UNA=6",
                 "SND.NXT=7", "RCV.NXT=1", "RTO=1 s", "SRTT=100 ms", "ssthresh=∞",
                 "in flight: 1"):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("texts", [EN, ZH])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_lines_fit_and_can_be_printed(texts: Texts, encoding: str) -> None:
    for t in (0, S, S + 60 * MS, 2 * S, 4 * S, 99 * S):
        for host in ("A", "B"):
            for line in tcb_lines(moment(lost_syn(), t), host, texts, encoding=encoding):
                line.encode(encoding)
                assert cell_len(line) <= 80


def test_a_crash_forgets_everything() -> None:
    maker = Maker()
    tcb(maker, 0, "A", "ESTABLISHED", 1, 1, 1)
    maker.add("host", S, "A", action="crash")
    assert "no connection" in tcb_lines(moment(maker.trace(), 2 * S), "A", EN)[1]


def test_names_of_fields() -> None:
    assert [field_name(f) for f in ("snd_una", "rcv_wnd", "iss", "out_of_order")] == [
        "SND.UNA", "RCV.WND", "ISS", "out-of-order",
    ]  # fmt: skip


def test_a_listener_is_gone_when_its_socket_is_closed() -> None:
    maker = Maker()
    maker.add("queue", 0, "B", port=80, syn=0, accept=0, backlog=5)
    maker.add("call", 0, "B", conn=0, socket=7, call="listen", args="80 backlog=5", result="ok")
    maker.add("call", S, "B", conn=0, socket=7, call="close", args="", result="ok")
    assert len(ss_lines(moment(maker.trace(), 0), "B")) == 2
    assert len(ss_lines(moment(maker.trace(), S), "B")) == 1


def test_ss_info_adds_a_line_as_ss_does() -> None:
    """ecn, ecnseen, times in ms, windows in segments; nothing below a listener."""
    fields: dict[str, Value] = {"rto": 204 * MS, "srtt": 4_500_000, "rttvar": 2 * MS, "mss": 1000,
              "cwnd": 7000, "ssthresh": 7000, "ecn": "ecn ecnseen"}  # fmt: skip
    one = Connection("B", 1, state="ESTABLISHED", fields=fields)
    assert info_text(one) == "ecn ecnseen rto:204 rtt:4.5/2 mss:1000 cwnd:7 ssthresh:7"
    plain: dict[str, Value] = {
        "rto": S,
        "srtt": 0,
        "mss": 1000,
        "cwnd": 10_000,
        "ssthresh": 1 << 40,
    }
    assert info_text(replace(one, fields=plain)) == "rto:1000 mss:1000 cwnd:10"
    assert info_text(replace(one, state="LISTEN")) == ""
    now = Moment(0, {1: one}, {})
    assert ss_lines(now, "B", info=True)[-1] == "\t " + info_text(one)
