"""The loop's ``sock_*`` calls on plain non-blocking sockets, TCP and UDP."""

import asyncio
import contextlib
import socket
import tempfile

from tests.aio.libraries.programs import payload

LARGE = payload(300_000, 8)


def plain(kind: socket.SocketKind) -> socket.socket:
    """A non-blocking IPv4 socket."""
    sock = socket.socket(socket.AF_INET, kind)
    sock.setblocking(False)
    return sock


async def serve(port: int) -> None:
    """TCP: echoes to the end; UDP: echoes each datagram. Until cancelled."""
    loop = asyncio.get_running_loop()
    with plain(socket.SOCK_STREAM) as listener, plain(socket.SOCK_DGRAM) as datagrams:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", port))
        listener.listen()
        datagrams.bind(("0.0.0.0", port))
        async with asyncio.TaskGroup() as group:
            group.create_task(echo_datagrams(datagrams))
            while True:
                sock, _ = await loop.sock_accept(listener)
                group.create_task(echo(sock))


async def echo(sock: socket.socket) -> None:
    """Sends everything back, then closes."""
    loop = asyncio.get_running_loop()
    with sock, contextlib.suppress(ConnectionError):
        while data := await loop.sock_recv(sock, 65_536):
            await loop.sock_sendall(sock, data)


async def echo_datagrams(sock: socket.socket) -> None:
    """Sends each one back."""
    loop = asyncio.get_running_loop()
    while True:
        data, sender = await loop.sock_recvfrom(sock, 2_000)
        await loop.sock_sendto(sock, data, sender)


async def use(server: str, port: int) -> None:
    """sock_connect, sock_sendall, sock_sendfile, sock_recv, sock_recv_into; then UDP."""
    loop = asyncio.get_running_loop()
    where = (socket.gethostbyname(server), port)
    with plain(socket.SOCK_STREAM) as sock:
        await loop.sock_connect(sock, where)
        assert sock.getpeername() == where
        async with asyncio.TaskGroup() as group:
            group.create_task(send(sock))
            got = await receive(sock, 2 * len(LARGE))
        assert got == LARGE + LARGE
        assert await loop.sock_recv(sock, 1) == b""
    await datagrams(where)


async def send(sock: socket.socket) -> None:
    """The bytes from memory, then the same from a file, then FIN."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, LARGE)
    with tempfile.TemporaryFile() as file:
        file.write(LARGE)
        file.seek(0)
        assert await loop.sock_sendfile(sock, file) == len(LARGE)
    sock.shutdown(socket.SHUT_WR)


async def receive(sock: socket.socket, size: int) -> bytes:
    """``size`` bytes, the first by sock_recv, the others by sock_recv_into."""
    loop = asyncio.get_running_loop()
    got = bytearray(await loop.sock_recv(sock, 1))
    room = bytearray(65_536)
    while len(got) < size:
        count = await loop.sock_recv_into(sock, room)
        assert count, f"the end after {len(got)} bytes"
        got += room[:count]
    return bytes(got)


async def datagrams(where: tuple[str, int]) -> None:
    """Asks until answered, at most 20 times."""
    loop = asyncio.get_running_loop()
    with plain(socket.SOCK_DGRAM) as sock:
        for number in range(20):
            await loop.sock_sendto(sock, b"question %d" % number, where)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    data, sender = await loop.sock_recvfrom(sock, 2_000)
                    assert data.startswith(b"question ")
                    assert sender == where
                    return
    raise AssertionError("no answer")
