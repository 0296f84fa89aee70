"""The same programs, unmodified, on the simulated loop: two hosts, a clean link and a bad one."""

import asyncio
from functools import partial
from importlib import import_module

import pytest

from synfin.aio.simulated import World
from synfin.core.profiles import LINUX
from synfin.sim.network import Network
from synfin.sim.tap import LogTap
from tests.aio.libraries.programs import NAMES

MS = 1_000_000
PORT = 8_000
LINKS = ("clean", "bad")


def simulate(name: str, link: str, seed: int) -> list[str]:
    """Runs one program; what was on the wire, a line for each event."""
    program = import_module(f"tests.aio.libraries.programs.{name}")
    network = Network(seed=seed)
    network.add_host("server", "10.0.0.1/24", settings=LINUX)
    network.add_host("client", "10.0.0.2/24", settings=LINUX)
    if link == "clean":
        network.link("server", "client", delay_ns=MS)
    else:
        network.link(
            "server", "client", 40 * MS, jitter_ns=10 * MS, loss=0.03, reorder=0.02, duplicate=0.01
        )
    log = LogTap()
    network.tap(log)
    with World(network, seed=seed) as world:
        world.spawn("server", partial(program.serve, PORT), name=name)
        world.run(wait_and_use(program.use), host="client")
    return log.lines


async def wait_and_use(use: object) -> None:
    """Lets the server begin."""
    await asyncio.sleep(1)
    assert callable(use)
    await use("server", PORT)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("name", NAMES)
def test_library_runs_unmodified(name: str, link: str) -> None:
    simulate(name, link, seed=5)


OTHERWISE = {
    "tls": "OpenSSL's randomness is its own: signatures and keys differ, even in length",
    "asyncpg_pair": "it numbers its statements by a global of its module, which goes on counting",
}
SAME_TWICE = [name for name in NAMES if name not in OTHERWISE]


@pytest.mark.parametrize("name", SAME_TWICE)
def test_library_run_is_the_same_twice(name: str) -> None:
    first = simulate(name, "bad", seed=6)
    assert len(first) > 30
    assert simulate(name, "bad", seed=6) == first
