"""Captures: the same bytes every time, read without complaint by tshark."""

import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from synfin.lab.catalogue import find, shipped, shipped_files
from synfin.lab.model import Case, Scenario
from synfin.lab.runner import Changes, Experiment
from synfin.show.header_view import dissect
from synfin.show.model import TraceError
from synfin.show.pcapng import Writer, with_mark, with_ttl, write
from synfin.show.reader import from_records
from synfin.show.texts import Texts
from synfin.wire.ip import Packet, encode_packet
from tests.show.traces import Maker, S, lost_syn, tcp


def capture(lang: str = "en", at: tuple[str, ...] = ("A", "B")) -> bytes:
    out = io.BytesIO()
    write(out, lost_syn(), Texts(lang), at)
    return out.getvalue()


def kinds_of(data: bytes) -> list[int]:
    at, kinds = 0, []
    while at < len(data):
        kind, size = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4))
        assert size % 4 == 0
        assert data[at + size - 4 : at + size] == data[at + 4 : at + 8]
        kinds.append(kind)
        at += size
    assert at == len(data)
    return kinds


def test_the_same_trace_gives_the_same_bytes() -> None:
    assert capture() == capture()
    assert capture("zh") != capture()


def test_a_capture_has_each_packet_once_in_the_ladders_order() -> None:
    data = capture(at=())
    assert kinds_of(data) == [0x0A0D0D0A, 1, 1] + [6] * 10
    numbers = [int(n) for n in re.findall(rb"#(\d+) sent by", data)]
    assert numbers == [segment.n for segment in lost_syn().segments()]
    assert b"It arrives at B at 1.050 s." in data


def test_at_both_hosts_each_packet_is_there_as_sent_and_as_it_came() -> None:
    # ten packets sent, nine of them arrive; the lost SYN stands at its sender only
    assert kinds_of(capture()) == [0x0A0D0D0A, 1, 1] + [6] * 19


def test_what_the_network_doubled_was_sent_once() -> None:
    maker = Maker()
    maker.send(0, "A", "B", "SYN", 0)
    maker.send(0, "A", "B", "SYN", 0, copy_of=1)
    for at, packets in (("A", 1), ("B", 2)):
        out = io.BytesIO()
        write(out, maker.trace(), Texts("en"), [at])
        assert kinds_of(out.getvalue()).count(6) == packets


def test_a_long_comment_is_cut_between_characters() -> None:
    out = io.BytesIO()
    writer = Writer(out)
    writer.interface("A")
    writer.packet("A", 0, b"E", "重" * 30_000, inbound=True)
    assert len(out.getvalue()) < 70_000


def test_preparations_before_time_0_keep_their_distance() -> None:
    maker = Maker()
    maker.send(-S, "A", "B", "SYN", 0, delay=S // 2)
    maker.send(0, "A", "B", "ACK", 1, 1, fate="dropped")
    out = io.BytesIO()
    write(out, maker.trace(), Texts("en"), ("A", "B"))
    data, at, times = out.getvalue(), 0, []
    while at < len(data):
        kind, size = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4))
        if kind == 6:
            high, low = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (12, 16))
            times.append(high << 32 | low)
        at += size
    assert times == [0, S // 2, S]


def test_one_hosts_view() -> None:
    data = capture(at=("B",))
    assert kinds_of(data) == [0x0A0D0D0A, 1] + [6] * 9, "4 from B, 5 to B; the lost SYN never came"
    with pytest.raises(TraceError, match="no host 'Z'"):
        capture(at=("Z",))


def test_a_router_sends_on_with_a_smaller_ttl_and_a_good_checksum() -> None:
    packet = tcp("10.0.0.1", "10.0.0.2", 1, 2, 3, 0, ("SYN",), ttl=64)
    passed = dissect(with_ttl(packet, 63))
    assert passed.headers[0].number("ttl") == 63
    assert [c.good for c in passed.checks] == [True, True]


@pytest.mark.needs_tshark
@pytest.mark.parametrize(("lang", "word"), [("en", "active"), ("zh", "主动打开")])
def test_tshark_finds_nothing_wrong(tmp_path: Path, lang: str, word: str) -> None:
    file = tmp_path / "run.pcapng"
    file.write_bytes(capture(lang))
    fields = ["frame.comment", "frame.interface_name", "frame.time_epoch", "ip.checksum.status",
              "tcp.checksum.status", "tcp.seq_raw", "_ws.malformed"]  # fmt: skip
    done = subprocess.run(
        ["tshark", "-r", str(file), "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
         "-T", "json", *[x for f in fields for x in ("-e", f)]],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    packets = [p["_source"]["layers"] for p in json.loads(done.stdout)]
    assert len(packets) == 19
    for packet in packets:
        assert packet["ip.checksum.status"] == ["1"]
        assert packet["tcp.checksum.status"] == ["1"]
        assert "_ws.malformed" not in packet
    assert word in packets[0]["frame.comment"][0]
    names = [p["frame.interface_name"][0] for p in packets[:5]]
    assert names == ["A", "A", "B", "B", "A"]
    times = [p["frame.time_epoch"][0] for p in packets[:3]]
    assert times == ["0.000000000", "1.000000000", "1.050000000"]


WRONG = "_ws.malformed or _ws.expert.group == malformed"


def complaints(file: Path, *options: str) -> list[str]:
    """What tshark calls malformed (also where its reassembly fails), by frame."""
    done = subprocess.run(
        ["tshark", "-r", str(file), *options, "-Y", WRONG,
         "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout.splitlines()


def scenario_capture(folder: Path, scenario: Scenario, case: str, at: tuple[str, ...] = ()) -> Path:
    trace = from_records(Experiment(scenario, scenario.case(case), Changes()).finish().trace)
    file = folder / f"{case}.pcapng"
    with file.open("wb") as out:
        write(out, trace, Texts("en"), at)
    return file


LOSSY = (4, 36, 38, 39)
"""Scenarios with much data, losses or odd ports: all their cases are looked at."""


@pytest.mark.needs_tshark
@pytest.mark.parametrize("file", shipped_files())
def test_tshark_finds_nothing_malformed_in_any_scenario(tmp_path: Path, file: str) -> None:
    scenario = shipped(file)
    few = scenario.cases if scenario.number in LOSSY else scenario.cases[:1]
    nothing_malformed(tmp_path, scenario, few)


@pytest.mark.soak
@pytest.mark.needs_tshark
@pytest.mark.parametrize("file", shipped_files())
def test_tshark_finds_nothing_malformed_in_any_case(tmp_path: Path, file: str) -> None:
    nothing_malformed(tmp_path, shipped(file), shipped(file).cases)


def nothing_malformed(folder: Path, scenario: Scenario, cases: tuple[Case, ...]) -> None:
    # 04's datagram to port 53 says "hello", which is no DNS: its note says so too
    options = ("-d", "udp.port==53,data") if scenario.number == 4 else ()
    for case in cases:
        file = scenario_capture(folder, scenario, case.name)
        assert complaints(file, *options) == [], case.name


@pytest.mark.needs_tshark
def test_tshark_would_say_so(tmp_path: Path) -> None:
    file = scenario_capture(tmp_path, find("4"), "udp")
    assert len(complaints(file)) == 1, "text on DNS's port"


@pytest.mark.needs_tshark
@pytest.mark.parametrize("at", ["A", "B"])
def test_nor_in_a_capture_at_one_host(tmp_path: Path, at: str) -> None:
    for scenario in (find("36"), find("38")):
        for case in scenario.cases:
            file = scenario_capture(tmp_path, scenario, case.name, (at,))
            assert complaints(file) == [], case.name


@pytest.mark.parametrize("version", [4, 6])
def test_a_mark_on_the_way_is_in_the_arriving_packet_only(version: int) -> None:
    """CE in the low two bits, the header's checksum good again (RFC 3168 §5)."""
    if version == 4:
        packet = Packet(bytes(3) + b"\1", bytes(3) + b"\2", 17, b"text", tos=0xBA)
    else:
        packet = Packet(bytes(15) + b"\1", bytes(15) + b"\2", 17, b"text", tos=0xBA)
    left = encode_packet(packet)
    packet.tos = 0xBB
    assert with_mark(left) == encode_packet(packet)
    assert with_mark(encode_packet(packet)) == encode_packet(packet)
