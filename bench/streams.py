"""Bulk through the asyncio streams API: one program, on stock asyncio over the kernel's veth
pair, and on synfin over its TUN device (:mod:`synfin.aio.over_tun`)."""

import asyncio
import socket
from typing import Any

from bench.cells import CONGESTION, FAR, NEAR, PERIOD, PORT, Cell, Measured, content
from bench.clock import Clock
from bench.kernel_end import BLOCK, TCP_CONGESTION, Checker, sink, source
from bench.net import BenchError, Far, Work, enter
from bench.synfin_near import make_device
from synfin.aio.over_tun import open_tun
from synfin.live.transfer import SETTINGS
from synfin.tun.memory import keep_memory

SEND_BLOCK = 1 << 18
WORKS: dict[str, Work] = {"in": source, "out": sink}


async def program(cell: Cell, far: Far) -> Measured:
    """Connects to the far end; reads what it sends, or writes until it says that it has all."""
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, CONGESTION)
    await loop.sock_connect(sock, (FAR, PORT))
    reader, writer = await asyncio.open_connection(sock=sock)
    clock = Clock()
    try:
        if cell.work == "in":
            count = await swallow(reader, cell)
        else:
            count = await pour(writer, far)
        return clock.bulk(count, 1.0, "StreamReader.read" if cell.work == "in" else "write, drain")
    finally:
        writer.transport.abort()


async def swallow(reader: asyncio.StreamReader, cell: Cell) -> int:
    """Octets, copied out."""
    checker = Checker() if cell.checked else None
    count = 0
    while count < cell.octets:
        data = await reader.read(BLOCK)
        if not data:
            raise BenchError("the kernel's end closed early")
        if checker is not None:
            checker.check(data)
        count += len(data)
    return count


async def pour(writer: asyncio.StreamWriter, far: Far) -> int:
    """How much the far end got, once it has enough."""
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.add_reader(far.fd, lambda: told.append(far.line()))
    whole = content()
    blocks = [whole[at : at + SEND_BLOCK] for at in range(0, PERIOD, SEND_BLOCK)]
    blocks[-1] = whole[(len(blocks) - 1) * SEND_BLOCK : PERIOD]
    try:
        while not told:
            for block in blocks:
                writer.write(block)
                await writer.drain()
    except ConnectionError:
        if not told:
            raise
    finally:
        loop.remove_reader(far.fd)
    return sum(told[0]["counts"])


def run(cell: Cell) -> Measured:
    """Does ``cell.work``. Raises BenchError, OSError."""
    keep_memory()
    enter()
    return on_kernel(cell) if cell.peer == "kernel" else on_synfin(cell)


def on_kernel(cell: Cell) -> Measured:
    """Stock asyncio, a veth pair."""
    far = Far(WORKS[cell.work], cell, near=NEAR)
    try:
        far.line()
        return asyncio.run(program(cell, far))
    finally:
        far.end()


def on_synfin(cell: Cell) -> Measured:
    """The same over our device."""
    device = make_device(cell)
    far = Far(WORKS[cell.work], cell)
    try:
        far.line()
        with open_tun(device, f"{NEAR}/24", FAR, SETTINGS) as world:
            return world.run(program(cell, far))
    finally:
        far.end()
