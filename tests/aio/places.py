"""Networks and small programs for the tests of ``aio``."""

import asyncio
from collections.abc import Awaitable, Callable

from synfin.aio.process import Program
from synfin.aio.simulated import World
from synfin.core.settings import LINUX
from synfin.sim.network import Network

MS = 1_000_000


def network(seed: int = 1, delay_ms: int = 10) -> Network:
    """``api`` (10.0.0.1) and ``client`` (10.0.0.2) at the two ends of one link."""
    net = Network(seed=seed)
    net.add_host("api", "10.0.0.1", settings=LINUX)
    net.add_host("client", "10.0.0.2", settings=LINUX)
    net.link("api", "client", delay_ns=delay_ms * MS)
    return net


def world(seed: int = 1, delay_ms: int = 10, shuffle: bool = True) -> World:
    """A world over :func:`network`."""
    return World(network(seed, delay_ms), seed=seed, shuffle=shuffle)


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def server(handler: Handler, port: int = 80, backlog: int = 100) -> Program:
    """A program that serves streams on ``port`` for ever."""

    async def serve() -> None:
        started = await asyncio.start_server(handler, "0.0.0.0", port, backlog=backlog)
        async with started:
            await started.serve_forever()

    return serve


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends back what comes, until the peer's FIN."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()  # from 3.12 on a server that is cancelled waits for its connections
