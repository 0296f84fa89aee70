"""What bounds an await: the engine's own limits, held against what really happens."""

import asyncio
import socket

import pytest

from synfin.testing import Net
from synfin.testing.audit import Finding, audit
from tests.testing.programs import serve


def findings(net: Net, at: float) -> list[Finding]:
    """What the audit says of the client at a time of the run."""
    found: list[Finding] = []

    def look() -> None:
        found.extend(
            finding
            for finding in audit(net.world.waiting(), net.network.now)
            if finding.wait.host == "client"
        )

    net.world.call_at(round(at * 1e9), look)
    return found


def test_a_connect_into_a_black_hole() -> None:
    with Net() as net:
        net.host("api")
        net.host("client")
        net.drop("client > api")
        found = findings(net, 10)
        with pytest.raises(TimeoutError):
            net.run(asyncio.open_connection("api", 80), host="client")
        (one,) = found
        assert one.wait.operation == "connect"
        assert one.bound / 1e9 == pytest.approx(net.now)
        assert "tcp_syn_retries, 131 s" in one.line


def test_a_write_cut_for_ever() -> None:
    async def write() -> None:
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"hello")
        await reader.readexactly(5)
        net.drop("client > api")
        writer.write(bytes(10_000_000))
        await writer.drain()

    with Net() as net:
        net.host("api").start(serve)
        net.host("client")
        found = findings(net, 60)
        with pytest.raises(TimeoutError):
            net.run(write(), host="client")
        (one,) = found
        assert one.wait.operation == "write"
        assert "tcp_retries2, at least 924 s" in one.line
        assert one.bound / 1e9 <= net.now


@pytest.mark.parametrize("keepalive", [False, True])
def test_a_read_after_a_power_cut(keepalive: bool) -> None:
    async def read() -> None:
        reader, writer = await asyncio.open_connection("api", 80)
        sock: socket.socket = writer.get_extra_info("socket")
        if keepalive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        net.world.call_at(1_000_000_000, net.host("api").crash)
        await reader.read()

    with Net(timeout="1h") as net:
        net.host("api").start(serve)
        net.host("client")
        found = findings(net, 5)
        if keepalive:
            with pytest.raises(TimeoutError):
                net.run(read(), host="client")
            assert net.now == pytest.approx(25, abs=0.1)
            assert found[0].bound == 25_000_000_000
        else:
            with pytest.raises(RuntimeError):
                net.run(read(), host="client")
            assert found[0].bound == 0
            assert found[0].line.endswith("bounded by nothing")


def test_a_timeout_of_the_programs_own_is_no_finding() -> None:
    async def read(timeout: float) -> None:
        reader, _ = await asyncio.open_connection("api", 80)
        await asyncio.wait_for(reader.read(), timeout)

    for timeout, count in ((20, 0), (3600, 1)):
        with Net() as net:
            net.host("api").start(serve)
            net.host("client")
            found = findings(net, 5)
            with pytest.raises(TimeoutError):
                net.run(read(timeout), host="client")
            assert len(found) == count
            assert all("a timeout of the program's own" in one.line for one in found)
