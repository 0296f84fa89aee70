"""anyio's worker threads: the work is done in the loop, in the loop's thread."""

import threading
import time

import anyio
import pytest

from tests.aio.places import world


def test_no_thread_is_started_and_the_result_comes() -> None:
    seen: list[threading.Thread] = []

    def work(number: int) -> int:
        seen.append(threading.current_thread())
        if number < 0:
            raise ValueError(number)
        time.sleep(3)
        return number + 1

    async def client() -> float:
        before = time.monotonic()
        assert await anyio.to_thread.run_sync(work, 1) == 2
        with pytest.raises(ValueError):
            await anyio.to_thread.run_sync(work, -1)
        assert await anyio.to_thread.run_sync(work, 2) == 3
        return time.monotonic() - before

    with world() as here:
        assert here.run(client(), host="client") == 6.0
    assert seen == [threading.main_thread()] * 3


def test_other_threads_start_as_ever() -> None:
    seen: list[str] = []

    async def client() -> None:
        thread = threading.Thread(target=lambda: seen.append("ran"))
        thread.start()
        thread.join()

    with world() as here:
        here.run(client(), host="client")
    assert seen == ["ran"]
