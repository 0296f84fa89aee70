"""The reference: the kernel at both ends of a veth pair, the same programs."""

import socket
import threading
from contextlib import suppress

from bench.cells import FAR, NEAR, Cell, Measured, jain
from bench.clock import Clock
from bench.kernel_end import (
    churn,
    client,
    connected,
    listening,
    pinger,
    pour,
    serve,
    server,
    sink,
    source,
    swallow,
)
from bench.net import Far, Work, enter


def run(cell: Cell) -> Measured:
    """Does ``cell.work`` in a namespace of our own. Raises BenchError, OSError."""
    enter()
    works: dict[str, Work] = {
        "in": source,
        "out": sink,
        "accepting": client,
        "connecting": server,
        "latency": pinger,
    }
    bulk = cell.work in ("in", "out")
    far = Far(works[cell.work], cell, near=NEAR, offload=bulk)
    try:
        if bulk:
            return _bulk(cell, far)
        if cell.work == "connecting":
            far.line()
            churn(FAR, min(cell.count, 50), cell.at_once)
            clock = Clock()
            churn(FAR, cell.count, cell.at_once)
            return clock.rate(cell.count)
        return _serving(cell, far)
    finally:
        far.end()


def _bulk(cell: Cell, far: Far) -> Measured:
    far.line()
    socks = [connected(FAR) for _ in range(cell.streams)]
    clock = Clock()
    if cell.work == "in":
        counts = swallow(socks, cell.octets, cell.checked)
    else:
        threading.Thread(target=_pour, args=(socks,), daemon=True).start()
        counts = far.line()["counts"]
    return clock.bulk(sum(counts), jain(counts), "recv_into" if cell.work == "in" else "send")


def _pour(socks: list[socket.socket]) -> None:
    with suppress(OSError):
        pour(socks)


def _serving(cell: Cell, far: Far) -> Measured:
    listener = listening(NEAR)
    far.go()
    clock = Clock()
    serve(listener, far.fd)
    said = far.line()
    if cell.work == "latency":
        return clock.latency(said)
    return clock.rate(cell.count, said["seconds"])
