"""The same seed gives the same octets at the same times, whatever the process."""

import asyncio
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synfin.sim.tap import LogTap
from tests.aio.fingerprint import fingerprint, lines
from tests.aio.places import world

ROOT = Path(__file__).resolve().parent.parent.parent


def test_twice_in_one_process_with_another_heap() -> None:
    one = lines(7)
    assert len(one) > 300
    assert lines(7, heap=12_345) == one


def test_another_seed_is_another_run() -> None:
    assert fingerprint(7) != fingerprint(8)


@pytest.mark.parametrize("hash_seed", ["0", "1", "424242"])
def test_processes_with_different_hash_seeds_agree(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-m", "tests.aio.fingerprint", "7"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == fingerprint(7)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 1001))
def test_a_thousand_seeds(seed: int) -> None:
    assert fingerprint(seed) == fingerprint(seed, heap=seed)


@pytest.mark.parametrize("kind", [asyncio.Protocol, asyncio.Transport, asyncio.Task])
def test_sets_run_through_in_the_order_of_making(kind: type) -> None:
    async def inside() -> bool:
        made: list[object] = []
        for number in range(200):
            if kind is asyncio.Task:
                made.append(asyncio.create_task(asyncio.sleep(number)))
            elif kind is asyncio.Protocol:
                made.append(type("Mine", (asyncio.Protocol,), {})())
            else:
                made.append(type("Mine", (asyncio.Transport,), {})())
        numbers = [hash(item) for item in made]
        assert list(dict.fromkeys(made)) == made
        return numbers == sorted(set(numbers))

    with world() as here:
        assert here.run(inside())
    assert hash(asyncio.Protocol()) != 1


def test_generators_that_packages_made_at_import_are_seeded_and_put_back() -> None:
    pytest.importorskip("aiohttp")
    from synfin.aio.randomness import generators

    async def inside() -> list[float]:
        return [generator.random() for generator in generators()]

    assert generators()
    before = [generator.getstate() for generator in generators()]
    runs = []
    for _ in range(2):
        with world() as here:
            runs.append(here.run(inside()))
    assert runs[0] == runs[1]
    assert before == [generator.getstate() for generator in generators()]


@pytest.mark.parametrize("name", ["aiohttp_pair", "uvicorn_httpx", "websockets_pair", "redis_pair"])
def test_libraries_put_the_same_octets_on_the_wire(name: str) -> None:
    program = importlib.import_module(f"tests.aio.libraries.programs.{name}")

    async def use() -> None:
        await asyncio.sleep(1)
        await program.use("api", 8000)

    def octets(heap: int) -> list[str]:
        ballast = [[object()] for _ in range(heap)]
        tap = LogTap()
        with world() as here:
            here.network.tap(tap)
            here.spawn("api", lambda: program.serve(8000))
            here.run(use(), host="client")
        assert len(ballast) == heap
        return tap.lines

    one = octets(0)
    assert len(one) > 100
    assert octets(54_321) == one


def test_all_tasks_run_through_alike_whatever_else_there_was() -> None:
    """Numbers that share a slot of the table: the order of insertion shows."""

    def order(others: int) -> list[int]:
        async def inside() -> list[int]:
            tasks = [asyncio.create_task(asyncio.sleep(1000)) for _ in range(300)]
            for task in tasks:
                if hash(task) % 64 != 3:
                    task.cancel()
            await asyncio.sleep(1)
            return [hash(task) for task in asyncio.all_tasks()]

        ballast = asyncio.new_event_loop()
        extra = [ballast.create_future() for _ in range(others)]
        held = [ballast.create_task(asyncio.sleep(0)) for _ in range(others)]
        try:
            with world() as here:
                return here.run(inside())
        finally:
            for task in held:
                ballast.run_until_complete(task)
            ballast.close()
            assert len(extra) == others

    first = order(0)
    assert all(order(others) == first for others in (7, 100, 1000))
