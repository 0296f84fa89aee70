"""Probes in which the other side falls silent: cuts, power cuts, reboots, forgotten NAT."""

import asyncio
import socket

from tests.aio.truths.talk import Talk, exchange

FOREVER = 100_000.0


async def nobody(talk: Talk) -> None:
    """A server that is not there."""
    talk.ready()
    await asyncio.Event().wait()


async def connect_into_blackhole(talk: Talk) -> None:
    """connect() when every packet is lost."""
    talk.go()
    await asyncio.sleep(1)
    count = int(talk.settings.get("syncnt", 0))
    await talk.outcome("connect", patient(talk, count) if count else talk.connect(), FOREVER)


async def patient(talk: Talk, count: int) -> None:
    """connect() with ``count`` repeated SYNs."""
    with socket.socket() as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, count)
        await asyncio.get_running_loop().sock_connect(sock, (talk.peer, talk.port))


async def write_into_partition(talk: Talk) -> None:
    """A write while the path is cut, which heals later: when is the answer there?"""
    reader, writer = await talk.connect()
    await exchange(reader, writer)
    talk.go()
    await asyncio.sleep(1.5)
    await talk.outcome("echo", exchange(reader, writer), FOREVER)
    writer.close()


async def write_into_cut(talk: Talk) -> None:
    """A write when the path is cut for ever: how does reading end?"""
    reader, writer = await talk.connect()
    await exchange(reader, writer)
    talk.go()
    await asyncio.sleep(1.5)
    writer.write(b"is anybody there?")
    await talk.outcome("read", reader.read(1), FOREVER)
    writer.close()


async def read_after_power_cut(talk: Talk) -> None:
    """We only read; the other machine loses power."""
    reader, writer = await talk.connect()
    await exchange(reader, writer)
    talk.go()
    await talk.outcome("read", reader.read(1), talk.settings["within"])
    writer.close()


async def write_after_reboot(talk: Talk) -> None:
    """The other machine loses power and boots; then we write."""
    reader, writer = await talk.connect()
    await exchange(reader, writer)
    talk.go()
    await asyncio.sleep(4)
    await talk.outcome("echo", exchange(reader, writer), FOREVER)
    writer.close()


async def keepalive(talk: Talk) -> None:
    """We only read, with keepalive; the path is cut."""
    reader, writer = await talk.connect()
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, option in (
        ("idle", socket.TCP_KEEPIDLE),
        ("interval", socket.TCP_KEEPINTVL),
        ("count", socket.TCP_KEEPCNT),
    ):
        sock.setsockopt(socket.IPPROTO_TCP, option, int(talk.settings[name]))
    await exchange(reader, writer)
    talk.go()
    await talk.outcome("read", reader.read(1), FOREVER)
    writer.close()


async def forgotten_by_nat(talk: Talk) -> None:
    """A device on the path forgets our connection: nothing comes back, no error either;
    a new connection works."""
    reader, writer = await talk.connect()
    await exchange(reader, writer, bytes(20_000))
    talk.go()
    await asyncio.sleep(2)
    await talk.outcome("old", exchange(reader, writer), talk.settings["within"])
    fresh = await talk.connect()
    await talk.outcome("new", exchange(*fresh), FOREVER)
    fresh[1].close()
    writer.transport.abort()


async def http_server(talk: Talk) -> None:
    """A small HTTP/1.1 server with keep-alive, which counts."""
    connections = requests = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, requests
        connections += 1
        talk.note("connections", connections)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                requests += 1
                talk.note("requests", requests)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(handle, port=talk.port, host=talk.own) as server:
        talk.ready()
        await server.serve_forever()


async def pool_after_reboot(talk: Talk) -> None:
    """A pool keeps a connection to a server that reboots meanwhile."""
    import httpx

    async with httpx.AsyncClient(timeout=60) as client:
        url = f"http://{talk.peer}:{talk.port}/"
        assert (await client.get(url)).text == "ok"
        talk.go()
        await asyncio.sleep(4)
        await talk.outcome("second", client.get(url), 60)
        await talk.outcome("third", client.get(url), 60)


async def three_requests(talk: Talk) -> None:
    """Three requests of one httpx client."""
    import httpx

    async with httpx.AsyncClient(timeout=60) as client:
        for _ in range(3):
            assert (await client.get(f"http://{talk.peer}:{talk.port}/")).text == "ok"
