"""Errors, options and calls of simulated sockets, as programs know them from Linux."""

import asyncio
import contextlib
import errno
import io
import socket
import struct
from typing import cast

import pytest

from synfin.aio.simulated import World
from synfin.core.settings import LINUX
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from tests.aio.places import MS, echo, network, server, world

SECOND = 1000 * MS


def test_a_port_without_a_listener_refuses() -> None:
    async def ask() -> None:
        with pytest.raises(ConnectionRefusedError) as caught:
            await asyncio.open_connection("api", 81)
        assert caught.value.errno == errno.ECONNREFUSED
        assert "('10.0.0.1', 81)" in str(caught.value)

    with world() as here:
        here.run(ask(), host="client")


def test_a_black_hole_times_out_as_linux_does() -> None:
    """tcp_syn_retries 6 with SYNs at 1, 2, ... s (Linux from 6.5: linear ones first)."""

    async def ask() -> float:
        with pytest.raises(TimeoutError) as caught:
            await asyncio.open_connection("api", 80)
        assert caught.value.errno == errno.ETIMEDOUT
        return asyncio.get_running_loop().time()

    with world() as here:
        here.network.add_fault(parse_fault("client>api * drop"))
        assert 125 < here.run(ask(), host="client") < 135


def test_an_unknown_name_and_a_failing_name_server() -> None:
    async def ask(name: str) -> tuple[int | None, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(socket.gaierror) as caught:
            await asyncio.open_connection(name, 80)
        return caught.value.errno, loop.time() - began

    with world() as here:
        assert here.run(ask("nowhere"), host="client") == (socket.EAI_NONAME, 0.0)
        here.names.fail("api", "timeout")
        assert here.run(ask("api"), host="client") == (socket.EAI_AGAIN, 10.0)
        here.names.heal("api")
        here.names.fail("*", "EAI_AGAIN")
        assert here.run(ask("api.net"), host="client") == (socket.EAI_AGAIN, 0.0)


def test_names_of_hosts_resolve_and_others_can_be_added() -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        for name in ("api", "API.net", "db"):
            found = await loop.getaddrinfo(name, "http", type=socket.SOCK_STREAM)
            assert found == [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))]
        assert await loop.getnameinfo(("10.0.0.1", 443)) == ("api", "https")
        assert socket.gethostbyname("client") == "10.0.0.2"
        assert socket.gethostname() == "client"
        assert len(socket.getaddrinfo("api", 1)) == 3
        assert socket.getaddrinfo(None, 7, flags=socket.AI_PASSIVE)[0][4] == ("0.0.0.0", 7)

    with world() as here:
        here.names["db"] = ["10.0.0.1"]
        here.run(ask(), host="client")


@pytest.mark.parametrize("reset", [False, True])
def test_abort_resets_and_close_ends(reset: bool) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        if reset:
            writer.transport.abort()
        else:
            writer.close()

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("api", 80)
        if reset:
            raw = writer.get_extra_info("socket")
            assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        writer.write(b"x")
        try:
            return await reader.read()
        finally:
            writer.close()

    with world() as here:
        here.spawn("api", server(handle))
        assert here.run(ask(), host="client") == b""  # asyncio aborts without SO_LINGER


def test_linger_zero_resets() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("api", 80)
        with pytest.raises(ConnectionResetError) as caught:
            await reader.read()
        assert caught.value.errno == errno.ECONNRESET
        writer.close()

    with world() as here:
        here.spawn("api", server(handle))
        here.run(ask(), host="client")


def test_sock_calls_and_files() -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("", 80))
            listening.listen()
            listening.setblocking(False)
            sock, address = await loop.sock_accept(listening)
            with sock:
                assert address[0] == "10.0.0.2"
                buffer = bytearray(100)
                size = await loop.sock_recv_into(sock, buffer)
                await loop.sock_sendall(sock, bytes(buffer[:size]).upper())
                await loop.sock_sendfile(sock, io.BytesIO(b"and a file"))

    async def ask() -> bytes:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as sock:
            assert isinstance(sock, socket.socket)
            assert sock.gettimeout() == 0.0
            await loop.sock_connect(sock, ("api", 80))
            assert sock.getpeername() == ("10.0.0.1", 80)
            await loop.sock_sendall(sock, b"hello ")
            received = b""
            while data := await loop.sock_recv(sock, 100):
                received += data
        assert sock.fileno() == -1
        with pytest.raises(OSError) as caught:
            sock.send(b"x")
        assert caught.value.errno == errno.EBADF
        return received

    with world() as here:
        here.spawn("api", serve)
        assert here.run(ask(), host="client") == b"HELLO and a file"


def test_datagrams_and_port_unreachable() -> None:
    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.DatagramTransport, transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.transport.sendto(data.upper(), addr)

    class Collect(asyncio.DatagramProtocol):
        def __init__(self) -> None:
            self.got: asyncio.Queue[object] = asyncio.Queue()

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.got.put_nowait((data, addr))

        def error_received(self, exc: Exception) -> None:
            self.got.put_nowait(exc)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(Echo, local_addr=("0.0.0.0", 53))
        await asyncio.Event().wait()

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_datagram_endpoint(Collect, remote_addr=("api", 53))
        transport.sendto(b"query")
        assert await protocol.got.get() == (b"QUERY", ("10.0.0.1", 53))
        transport.close()
        transport, protocol = await loop.create_datagram_endpoint(Collect, remote_addr=("api", 54))
        transport.sendto(b"query")
        assert isinstance(await protocol.got.get(), ConnectionRefusedError)
        transport.close()

    with world() as here:
        here.spawn("api", serve)
        here.run(ask(), host="client")


def test_a_full_accept_queue_leaves_clients_without_an_answer() -> None:
    """listen(2): one more than the backlog fits; then SYNs are dropped."""
    outcomes: list[str] = []

    async def serve() -> None:
        sock = socket.socket()
        sock.bind(("0.0.0.0", 80))
        sock.listen(1)
        await asyncio.Event().wait()

    async def dial(number: int) -> None:
        await asyncio.sleep(number / 10)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                _reader, writer = await asyncio.open_connection("api", 80)
                outcomes.append(f"{number} connected")
                writer.close()
                return
        outcomes.append(f"{number} timed out")

    async def ask() -> None:
        await asyncio.gather(*(dial(number) for number in range(4)))

    with world() as here:
        here.spawn("api", serve)
        here.run(ask(), host="client")
    assert sorted(outcomes) == ["0 connected", "1 connected", "2 timed out", "3 timed out"]


def test_cancelling_a_connect_leaves_no_socket() -> None:
    async def ask() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.open_connection("api", 80), 2)

    with world() as here:
        here.network.add_fault(parse_fault("client>api * drop"))
        here.run(ask(), host="client")
        assert here.open_sockets("client") == []


def test_open_sockets_say_where_they_were_made() -> None:
    async def ask() -> None:
        held.extend(await asyncio.open_connection("api", 80))

    held: list[object] = []
    with World(network(), trace_sockets=True) as here:
        here.spawn("api", server(echo))
        here.run(ask(), host="client")
        (left,) = here.open_sockets("client")
        assert (left.state, left.type, left.remote) == ("ESTABLISHED", "tcp", ("10.0.0.1", 80))
        assert left.made.startswith("test_sockets.py:")
        assert left.made.endswith("in ask")


def test_errors_that_nobody_caught_are_kept() -> None:
    async def handle(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        raise LookupError("row 5")

    async def ask() -> None:
        _reader, writer = await asyncio.open_connection("api", 80)
        await asyncio.sleep(1)
        writer.close()

    with world() as here:
        here.spawn("api", server(handle))
        here.run(ask(), host="client")
        assert any("row 5" in text for text in here.complaints)


def test_three_hosts_on_one_loop_keep_their_ports_apart() -> None:
    async def ask(name: str) -> bytes:
        reader, writer = await asyncio.open_connection(name, 80)
        writer.write(b"?")
        answer = await reader.read()
        writer.close()
        return answer

    def named(name: bytes) -> object:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(name)
            writer.close()

        return handle

    net = network()
    net.add_host("other", "10.0.1.1/24", settings=LINUX)
    net.link("other", "client", delay_ns=MS)
    with World(net) as here:
        for name in ("api", "other"):
            here.spawn(name, server(named(name.encode())))  # type: ignore[arg-type]
        assert here.run(ask("api"), host="client") == b"api"
        assert here.run(ask("other"), host="client") == b"other"
        assert here.run(ask("localhost"), host="api") == b"api"


def test_both_families() -> None:
    net = Network()
    net.add_host("api", "10.0.0.1", "fd00::1", settings=LINUX)
    net.add_host("client", "10.0.0.2", "fd00::2", settings=LINUX)
    net.link("api", "client", delay_ns=MS)

    async def serve() -> None:
        started = await asyncio.start_server(echo, None, 80)
        assert sorted(sock.getsockname()[0] for sock in started.sockets) == ["0.0.0.0", "::"]
        await started.serve_forever()

    async def ask() -> None:
        for address in ("10.0.0.1", "fd00::1", "api"):
            reader, writer = await asyncio.open_connection(address, 80)
            writer.write(b"x")
            assert await reader.readexactly(1) == b"x"
            family = writer.get_extra_info("socket").family
            six = socket.AF_INET6 if ":" in address else socket.AF_INET
            assert family == six
            assert writer.get_extra_info("peername")[0] == (
                address if address != "api" else "10.0.0.1"
            )
            writer.close()

    with World(net) as here:
        here.spawn("api", serve)
        here.run(ask(), host="client")
