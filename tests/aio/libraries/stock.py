"""The same programs on stock asyncio over loopback: that shows that they are right."""

import asyncio
import contextlib
import socket
from types import ModuleType


def free_port() -> int:
    """A port of loopback that is free now, and so is the one after it."""
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1])


async def both(program: ModuleType, port: int, datagrams: bool = False) -> None:
    """Server and client in one loop, at most 60 s."""
    serving = asyncio.ensure_future(program.serve(port))
    try:
        async with asyncio.timeout(60):
            await listening(port, serving, datagrams)
            await program.use("127.0.0.1", port)
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def listening(port: int, serving: "asyncio.Future[None]", datagrams: bool) -> None:
    """Waits until a connection is accepted."""
    while not datagrams and not serving.done():
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)


def run(program: ModuleType, datagrams: bool = False) -> None:
    """Runs one program to its end. Raises what it raises."""
    asyncio.run(both(program, free_port(), datagrams))
