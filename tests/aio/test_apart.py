"""Hosts in interpreters of their own: memory is lost at a crash, runs stay deterministic."""

import asyncio
import os

import pytest

from synfin.aio import Fenced, ProgramFailed
from synfin.sim.tap import LogTap
from tests.aio import counting
from tests.aio.places import MS, world


async def ask(count: int) -> list[str]:
    """``count`` lines and their answers."""
    reader, writer = await asyncio.open_connection("api", 80)
    answers = []
    for _ in range(count):
        writer.write(b"next\n")
        answers.append((await reader.readline()).decode().split()[0])
    writer.close()
    return answers


def test_module_globals_are_lost_at_a_reboot() -> None:
    async def main() -> list[str]:
        first = await ask(3)
        before = apart.pid
        here.crash("api")
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)
        here.reboot("api")
        await asyncio.sleep(1)
        return first + await ask(2)

    with world() as here:
        apart = here.apart("api", "tests.aio.counting:serve")
        assert here.run(main(), host="client") == ["1", "2", "3", "1", "2"]
    assert counting.served == 0


def test_the_same_seed_puts_the_same_octets_on_the_wire() -> None:
    def octets(seed: int) -> list[str]:
        tap = LogTap()
        with world(seed=seed) as here:
            here.network.tap(tap)
            here.apart("api", "tests.aio.counting:serve")
            here.run(ask(5), host="client")
        return tap.lines

    assert octets(4) == octets(4)
    assert octets(4) != octets(5)


def test_a_program_that_ends_has_its_descriptors_closed() -> None:
    async def main() -> tuple[bytes, float]:
        reader, writer = await asyncio.open_connection("api", 80)
        end = await reader.read()
        writer.close()
        return end, asyncio.get_running_loop().time()

    with world() as here:
        apart = here.apart("api", "tests.aio.counting:ends")
        end, at = here.run(main(), host="client")
        assert (end, apart.ended) == (b"", "done")
        assert 1.0 < at < 1.1


def test_a_program_that_fails_ends_the_run_with_its_traceback() -> None:
    with world() as here:
        here.apart("api", "tests.aio.counting:fails")
        with pytest.raises(ProgramFailed, match="LookupError: in process True"):
            here.run(asyncio.sleep(10), host="client")
        assert here.now == 1000 * MS


def test_nothing_else_runs_there() -> None:
    async def main() -> None:
        await asyncio.open_connection("client", 80)

    with world() as here:
        here.apart("api", "tests.aio.counting:serve")
        with pytest.raises(Fenced, match="process of its own"):
            here.run(main(), host="api")
    with world() as here, pytest.raises(ValueError, match=r"package\.module:function"):
        here.apart("api", "serve")
