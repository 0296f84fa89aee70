"""select and poll on simulated descriptors: what is ready now, and no waiting."""

import asyncio
import os
import select
import socket
from typing import Any

import pytest

from synfin.aio.errors import Fenced
from tests.aio.places import server, world


async def leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Closes after a second."""
    await asyncio.sleep(1)
    writer.close()


def test_an_idle_connection_is_readable_once_the_peer_has_closed() -> None:
    found: list[Any] = []

    def look(fd: int) -> None:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        found.append(poll.poll(0))
        found.append(select.select([fd], [], [], 0)[0])

    async def client() -> None:
        sock = await connected()
        look(sock.fileno())
        await asyncio.sleep(2)
        look(sock.fileno())
        assert select.select([], [sock], [], 0)[1] == [sock]
        assert found[3] == [sock.fileno()]
        sock.close()

    with world() as here:
        here.spawn("api", server(leave))
        here.run(client(), host="client")
    assert found[:2] == [[], []]
    assert found[2] == [(found[3][0], select.POLLIN)]


async def connected() -> socket.socket:
    """A socket that nobody reads from."""
    sock = socket.socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("10.0.0.1", 80))
    return sock


def test_waiting_with_them_is_refused() -> None:
    async def client() -> None:
        sock = await connected()
        with pytest.raises(Fenced, match="synfin exec"):
            select.select([sock], [], [], 1.0)
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        with pytest.raises(Fenced, match="synfin exec"):
            poll.poll()
        poll.unregister(sock)
        with pytest.raises(OSError):
            poll.modify(sock, select.POLLIN)
        sock.close()

    with world() as here:
        here.spawn("api", server(leave))
        here.run(client(), host="client")


def test_real_descriptors_get_the_real_thing() -> None:
    async def client() -> None:
        end, other = os.pipe()
        try:
            os.write(other, b"x")
            poll = select.poll()
            poll.register(end, select.POLLIN)
            assert poll.poll(0) == [(end, select.POLLIN)]
            assert select.select([end], [], [], 0)[0] == [end]
            poll.unregister(end)
        finally:
            os.close(end)
            os.close(other)

    with world() as here:
        here.run(client(), host="client")
