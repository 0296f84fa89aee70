"""anyio on asyncio: listeners, streams, task groups, worker threads, cancellation."""

import anyio
from anyio.abc import SocketStream

from tests.aio.libraries.programs import payload

LARGE = payload(200_000, 9)


async def echo(stream: SocketStream) -> None:
    """Echoes up to the client's FIN."""
    async with stream:
        async for data in stream:
            await stream.send(data)


async def serve(port: int) -> None:
    """Serves until cancelled."""
    async with await anyio.create_tcp_listener(local_host="0.0.0.0", local_port=port) as listener:
        await listener.serve(echo)


async def use(server: str, port: int) -> None:
    """A bulk out and back while a worker thread computes; a read that is cancelled."""
    async with await anyio.connect_tcp(server, port) as stream, anyio.create_task_group() as group:
        group.start_soon(send, stream)
        got = bytearray()
        while len(got) < len(LARGE):
            got += await stream.receive()
        assert bytes(got) == LARGE
        with anyio.move_on_after(0.5) as scope:
            await stream.receive()
        assert scope.cancelled_caught
        assert await anyio.to_thread.run_sync(sum, range(10)) == 45
        await stream.send_eof()
        try:
            await stream.receive()
        except anyio.EndOfStream:
            return
        raise AssertionError("no end")


async def send(stream: SocketStream) -> None:
    """The whole bulk."""
    await stream.send(LARGE)
