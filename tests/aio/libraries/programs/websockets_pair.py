"""websockets' server and client: text, binary, pings, closing with a code."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosedError

from tests.aio.libraries.programs import payload

LARGE = payload(150_000, 3)


async def echo(connection: ServerConnection) -> None:
    """Echoes; the word "leave" makes the server close."""
    async for message in connection:
        if message == "leave":
            await connection.close(4001, "as you wish")
            return
        await connection.send(message)


async def serve(port: int) -> None:
    """Serves until cancelled."""
    async with listen(echo, "0.0.0.0", port):
        await asyncio.Event().wait()


async def use(server: str, port: int) -> None:
    """Two connections: one that we close, one that the server closes."""
    async with connect(f"ws://{server}:{port}") as connection:
        await connection.send("三次握手")
        assert await connection.recv() == "三次握手"
        await connection.send(LARGE)
        assert await connection.recv() == LARGE
        await (await connection.ping())
    async with connect(f"ws://{server}:{port}", open_timeout=60) as connection:
        await connection.send("leave")
        with pytest.raises(ConnectionClosedError) as caught:
            await connection.recv()
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4001, "as you wish")
