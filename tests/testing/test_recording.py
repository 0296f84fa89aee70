"""What a run with ``trace=True`` can tell: ladder, trace, captures with TLS secrets."""

import asyncio
import ssl
import struct
from pathlib import Path

import pytest
import trustme

from synfin.core.problems import Problem
from synfin.show.reader import load
from synfin.testing import Net
from tests.testing.programs import ask, echo, serve


def test_files_of_a_run(tmp_path: Path) -> None:
    with Net(seed=3, trace=True) as net:
        net.host("api").start(serve)
        net.link("client", "api", delay="20ms", loss=0.2)
        net.drop("client > api", flags="S", nth=1)
        net.run(ask(), host="client")
        files = net.save(tmp_path / "out")
        packets = net.counters().packets
        short = net.ladder(last=3)
        assert "lost" in net.ladder()
        assert short.count("\n") < net.ladder().count("\n")
        assert "in ladder.txt" in short
    assert sorted(path.name for path in files) == [
        "api.pcapng",
        "client.pcapng",
        "ladder.txt",
        "trace.jsonl",
    ]
    with (tmp_path / "out" / "trace.jsonl").open(encoding="utf-8") as lines:
        trace = load(lines)
    assert [host.name for host in trace.meta.hosts] == ["api", "client"]
    assert len(list(trace.segments())) == packets


def test_without_a_trace_there_is_nothing_to_tell() -> None:
    with Net() as net, pytest.raises(Problem, match="trace=True"):
        net.ladder()


def test_captures_bear_tls_secrets(tmp_path: Path) -> None:
    authority = trustme.CA()
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("api").configure_cert(inside)
    outside = ssl.create_default_context()
    authority.configure_trust(outside)
    wrap_bio = ssl.SSLContext.wrap_bio

    async def serve_tls() -> None:
        server = await asyncio.start_server(echo, "0.0.0.0", 443, ssl=inside)
        await server.serve_forever()

    async def ask_tls() -> bytes:
        reader, writer = await asyncio.open_connection("api", 443, ssl=outside)
        writer.write(b"hello")
        try:
            return await reader.readexactly(5)
        finally:
            writer.close()

    with Net(trace=True) as net:
        net.host("api").start(serve_tls)
        assert net.run(ask_tls(), host=net.host("client").name) == b"hello"
        net.save(tmp_path)
    assert ssl.SSLContext.wrap_bio is wrap_bio
    assert not outside.keylog_filename
    kind, keys = second_block((tmp_path / "client.pcapng").read_bytes())
    assert kind == 10
    assert struct.unpack_from("<I", keys)[0] == 0x544C534B
    assert b"CLIENT_TRAFFIC_SECRET_0 " in keys
    assert b"CLIENT_TRAFFIC_SECRET_0 " not in (tmp_path / "trace.jsonl").read_bytes()


def second_block(data: bytes) -> tuple[int, bytes]:
    """Type and body of the block behind the section's header."""
    (first,) = struct.unpack_from("<I", data, 4)
    kind, size = struct.unpack_from("<II", data, first)
    return kind, data[first + 8 : first + size - 4]
