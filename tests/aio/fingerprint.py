"""A lively run, and the digest of every octet that was on the wire: ``python -m
tests.aio.fingerprint SEED``. Two processes must print the same."""

import asyncio
import contextlib
import hashlib
import random
import sys
import time
import uuid

from synfin.aio.simulated import World
from synfin.core.settings import LINUX
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from synfin.sim.tap import LogTap
from tests.aio.places import MS, echo, server

CLIENTS = 12


async def ask(number: int) -> None:
    """Talks to a server with random pauses; some are cancelled."""
    await asyncio.sleep(random.random())
    reader, writer = await asyncio.open_connection("api", 80)
    try:
        for _ in range(3):
            text = f"{number} {uuid.uuid4()} {time.time()}".encode() * random.randint(1, 60)
            writer.write(text)
            await reader.readexactly(len(text))
            await asyncio.sleep(random.expovariate(20))
    finally:
        writer.close()


async def clients() -> None:
    """Sets of tasks: waited for, iterated over, cancelled in the set's order."""
    tasks = {asyncio.create_task(ask(number)) for number in range(CLIENTS)}
    _done, pending = await asyncio.wait(tasks, timeout=1.2)
    for task in pending:
        if random.random() < 0.5:
            task.cancel()
        await asyncio.sleep(0.01)
    # A reader whose server lost power hears nothing, for ever.
    await asyncio.wait(tasks, timeout=30)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(ConnectionError, asyncio.TimeoutError):
        async with asyncio.timeout(20):
            await ask(99)


def lines(seed: int, heap: int = 0) -> list[str]:
    """Everything that happened on the wire; ``heap`` objects more are alive meanwhile."""
    ballast = [[object()] for _ in range(heap)]
    net = Network(seed=seed)
    net.add_host("api", "10.0.0.1", settings=LINUX)
    net.add_host("client", "10.0.0.2", settings=LINUX)
    net.link("api", "client", delay_ns=5 * MS, jitter_ns=MS, loss=0.02)
    net.add_fault(parse_fault("client>api DATA p=0.02 drop"))
    tap = LogTap()
    net.tap(tap)
    with World(net, seed=seed) as world:
        world.spawn("api", server(echo))
        world.call_at(1_500 * MS, lambda: world.reboot("api"))
        world.run(clients(), host="client")
    assert len(ballast) == heap
    return tap.lines


def fingerprint(seed: int, heap: int = 0) -> str:
    """The digest of :func:`lines`."""
    return hashlib.sha256("\n".join(lines(seed, heap)).encode()).hexdigest()


if __name__ == "__main__":
    print(fingerprint(int(sys.argv[1])))
