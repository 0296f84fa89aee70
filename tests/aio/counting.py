"""A program with a module global, for hosts in a process of their own."""

import asyncio
import os
import random
import time

served = 0


async def serve() -> None:
    """Answers each line with how many there have been, and what else belongs to a host."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        global served
        while await reader.readline():
            served += 1
            writer.write(f"{served} {time.monotonic():.3f} {random.random():.6f}\n".encode())
            await writer.drain()
        writer.close()

    started = await asyncio.start_server(handle, "0.0.0.0", 80)
    async with started:
        await started.serve_forever()


async def ends() -> None:
    """Accepts one connection and returns with it open."""
    accepted = asyncio.Event()
    held: list[object] = []

    async def handle(*streams: object) -> None:
        held.extend(streams)
        accepted.set()

    await asyncio.start_server(handle, "0.0.0.0", 80)
    await accepted.wait()
    await asyncio.sleep(1)


async def fails() -> None:
    """Raises after a second."""
    await asyncio.sleep(1)
    raise LookupError(f"in process {os.getpid() > 0}")
