"""2,000 aiohttp requests: the simulator's wall time beside the machine's own loopback.

``python -m bench.asyncio_http [--requests N] [--rounds N] [--at-once N]``. Server and client
share one process and one thread in both cases, and are the same functions; the
rounds alternate. The ratio is of the medians.
"""

import argparse
import asyncio
import statistics
import time
from functools import partial

import aiohttp
from aiohttp import web

from synfin.aio.simulated import World
from synfin.core.profiles import LINUX
from synfin.sim.network import Network

BODY = {"items": list(range(50))}


async def answer(_request: web.Request) -> web.Response:
    """A few hundred bytes of JSON."""
    return web.json_response(BODY)


async def serve(host: str, port: int, started: "asyncio.Future[int] | None" = None) -> None:
    """Serves until cancelled; ``started`` learns the port."""
    app = web.Application()
    app.add_routes([web.get("/", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        if started is not None:
            started.set_result(runner.addresses[0][1])
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def ask(url: str, requests: int, at_once: int) -> None:
    """``requests`` requests through one session, ``at_once`` under way at a time."""
    left = iter(range(requests))

    async def worker(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.get(url) as response:
                assert await response.json() == BODY

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(worker(session) for _ in range(at_once)))


class Watch:
    """Wall time and time of the processor since it was made, s."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def read(self) -> tuple[float, float]:
        """Both, now."""
        return time.perf_counter() - self._wall, time.process_time() - self._cpu


async def over_loopback(requests: int, at_once: int) -> tuple[float, float]:
    """Seconds over the machine's loopback: wall, processor."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.ensure_future(serve("127.0.0.1", 0, started))
    port = await started
    watch = Watch()
    await ask(f"http://127.0.0.1:{port}/", requests, at_once)
    seconds = watch.read()
    serving.cancel()
    await asyncio.wait([serving])
    return seconds


def simulated(requests: int, at_once: int) -> tuple[float, float]:
    """The same in the simulator: two hosts, RTT 1 ms, profile linux."""
    network = Network(seed=1)
    network.add_host("server", "10.0.0.1/24", settings=LINUX)
    network.add_host("client", "10.0.0.2/24", settings=LINUX)
    network.link("server", "client", delay_ns=500_000)
    with World(network) as world:
        world.spawn("server", partial(serve, "10.0.0.1", 80))
        world.run(asyncio.sleep(1), host="client")
        watch = Watch()
        world.run(ask("http://server/", requests, at_once), host="client")
        return watch.read()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.asyncio_http")
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=10)
    wish = parser.parse_args()
    real, ours = [], []
    for _ in range(wish.rounds):
        real.append(asyncio.run(over_loopback(wish.requests, wish.at_once)))
        ours.append(simulated(wish.requests, wish.at_once))
    print(f"{wish.requests} aiohttp requests, {wish.at_once} at once, median of {wish.rounds}")
    for place, what in enumerate(("wall time", "processor")):
        one = statistics.median(found[place] for found in real)
        other = statistics.median(found[place] for found in ours)
        print(f"{what}  loopback {one:.2f} s  simulated {other:.2f} s  ratio {other / one:.2f}")


if __name__ == "__main__":
    main()
