"""Captures: the same bytes every time, read without complaint by tshark."""

import io
import json
import subprocess
from pathlib import Path

import pytest

from synfin.show.header_view import dissect
from synfin.show.model import TraceError
from synfin.show.pcapng import Writer, with_ttl, write
from synfin.show.texts import Texts
from tests.show.traces import Maker, S, lost_syn, tcp


def capture(lang: str = "en") -> bytes:
    out = io.BytesIO()
    write(out, lost_syn(), Texts(lang))
    return out.getvalue()


def test_the_same_trace_gives_the_same_bytes() -> None:
    assert capture() == capture()
    assert capture("zh") != capture()


def test_blocks_are_whole_and_aligned() -> None:
    data, at, kinds = capture(), 0, []
    while at < len(data):
        kind, size = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4))
        assert size % 4 == 0
        assert data[at + size - 4 : at + size] == data[at + 4 : at + 8]
        kinds.append(kind)
        at += size
    assert at == len(data)
    # ten packets sent, nine of them arrive; the lost SYN stands at its sender only
    assert kinds == [0x0A0D0D0A, 1, 1] + [6] * 19


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
    write(out, maker.trace(), Texts("en"))
    data, at, times = out.getvalue(), 0, []
    while at < len(data):
        kind, size = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4))
        if kind == 6:
            high, low = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (12, 16))
            times.append(high << 32 | low)
        at += size
    assert times == [0, S // 2, S]


def test_one_hosts_view() -> None:
    out = io.BytesIO()
    write(out, lost_syn(), Texts("en"), only="B")
    kinds = []
    data, at = out.getvalue(), 0
    while at < len(data):
        kinds.append(int.from_bytes(data[at : at + 4], "little"))
        at += int.from_bytes(data[at + 4 : at + 8], "little")
    assert kinds == [0x0A0D0D0A, 1] + [6] * 9, "four from B, five to B; the lost SYN never came"
    with pytest.raises(TraceError, match="no host 'Z'"):
        write(io.BytesIO(), lost_syn(), Texts("en"), only="Z")


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
