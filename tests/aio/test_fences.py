"""What cannot run in virtual time says so; what is patched is undone."""

import asyncio
import contextlib
import datetime
import os
import queue
import random
import secrets
import signal
import socket
import ssl
import subprocess
import threading
import time
import uuid
from collections.abc import Callable

import pytest

from synfin.aio import AioError, Fenced, NoHost, OutOfTime, TooManyEvents, workers
from synfin.aio.foreign import Foreign
from synfin.aio.simulated import World
from tests.aio.places import MS, network, world

REAL_DATETIME = datetime.datetime
REAL = {
    (module, name): getattr(module, name)
    for module, names in (
        (socket, ("socket", "getaddrinfo", "socketpair", "gethostname")),
        (time, ("time", "monotonic", "sleep", "perf_counter_ns", "localtime")),
        (random, ("random", "randint", "choice")),
        (os, ("urandom",)),
        (signal, ("signal",)),
        (uuid, ("getnode",)),
    )
    for name in names
}


def assert_real() -> None:
    for (module, name), real in REAL.items():
        assert getattr(module, name) is real, name


def test_patches_hold_inside_a_run_only() -> None:
    async def inside() -> None:
        assert all(getattr(module, name) is not real for (module, name), real in REAL.items())

    state = random.getstate()
    with world() as here:
        assert_real()
        here.run(inside(), host="client")
        assert_real()
        with contextlib.suppress(ZeroDivisionError):
            here.run(fails(), host="client")
        assert_real()
    assert_real()
    assert random.getstate() == state


def test_a_patch_that_cannot_be_undone_keeps_none_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave = Foreign.leave

    def refuse(self: Foreign) -> None:
        leave(self)
        raise ZeroDivisionError

    monkeypatch.setattr(Foreign, "leave", refuse)
    with pytest.raises(ZeroDivisionError), world() as here:
        here.run(asyncio.sleep(1), host="client")
    assert_real()
    monkeypatch.undo()
    with world() as here:  # no other loop is in the way
        here.run(asyncio.sleep(1), host="client")


async def fails() -> None:
    """Fails."""
    raise ZeroDivisionError


def test_a_name_taken_from_a_module_is_patched_and_restored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import wsgiref.handlers as somebody  # has names of its own for time functions

    real = time.monotonic
    monkeypatch.setattr(somebody, "clock", real, raising=False)

    async def inside() -> float:
        await asyncio.sleep(1000)
        return float(somebody.clock())  # type: ignore[attr-defined]

    with world() as here:
        assert here.run(inside()) == 1000.0
    assert somebody.clock is real  # type: ignore[attr-defined]


def test_other_threads_have_the_real_things() -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append(time.monotonic())
        with socket.socket() as sock:
            seen.append(type(sock))

    async def inside() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    before = time.monotonic()
    with world() as here:
        here.run(inside(), host="client")
    assert isinstance(seen[0], float)
    assert seen[0] >= before
    assert seen[1] is REAL[socket, "socket"]


def test_another_thread_may_not_call_into_the_loop() -> None:
    errors: list[BaseException] = []

    async def inside() -> None:
        loop = asyncio.get_running_loop()

        def call() -> None:
            try:
                loop.call_soon_threadsafe(print)
            except AioError as error:
                errors.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        thread.join()

    with world() as here:
        here.run(inside(), host="client")
    assert isinstance(errors[0], Fenced)


@pytest.mark.parametrize("what", ["exec", "shell", "unix", "pair", "family", "pipe", "block"])
def test_fences(what: str) -> None:
    async def inside() -> None:
        loop = asyncio.get_running_loop()
        if what == "exec":
            await asyncio.create_subprocess_exec("true")
        elif what == "shell":
            await asyncio.create_subprocess_shell("true")
        elif what == "unix":
            await asyncio.open_unix_connection("/nowhere")
        elif what == "pair":
            socket.socketpair()
        elif what == "family":
            socket.socket(socket.AF_UNIX)
        elif what == "pipe":
            read, write = os.pipe()
            try:
                loop.add_reader(read, print)
            finally:
                os.close(read)
                os.close(write)
        else:
            with socket.socket() as sock:
                sock.connect(("10.0.0.1", 80))

    with world() as here, pytest.raises(Fenced):
        here.run(inside(), host="client")


def test_a_simulated_descriptor_means_nothing_to_the_real_kernel() -> None:
    async def inside() -> None:
        with socket.socket() as sock, pytest.raises(OSError):
            os.close(sock.fileno())

    with world() as here:
        here.run(inside(), host="client")


def test_code_on_no_host_has_no_network() -> None:
    async def inside() -> None:
        with pytest.raises(NoHost, match=r"world\.spawn"):
            socket.socket()
        with here.on("client"):
            sock = socket.socket()
            sock.bind(("10.0.0.2", 5000))
            sock.close()

    with world() as here:
        here.run(inside())


def test_a_run_is_bounded_in_time_and_events() -> None:
    with World(network(), max_time_ns=1000 * MS) as here, pytest.raises(OutOfTime):
        here.run(asyncio.sleep(2), host="client")

    async def dials() -> None:
        while True:
            with contextlib.suppress(OSError):
                await asyncio.open_connection("api", 80)

    with World(network(), max_events=200) as here, pytest.raises(TooManyEvents):
        here.run(dials(), host="client")


def test_a_program_that_spins_takes_time() -> None:
    async def inside() -> float:
        timer = asyncio.create_task(asyncio.sleep(0.005))
        while not timer.done():
            await asyncio.sleep(0)
        return time.monotonic()

    with world() as here:
        assert 0.005 <= here.run(inside()) <= 0.006


def test_time_sleep_holds_up_the_loop_but_not_the_network() -> None:
    async def inside() -> tuple[float, float]:
        task = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        time.sleep(5)
        await task
        return time.monotonic(), time.time() - 1_735_689_600

    with world() as here:
        assert here.run(inside(), host="client") == (5.0, 5.0)


def fails_now() -> None:
    """Fails, without a coroutine."""
    raise ZeroDivisionError


def test_executors_run_inline_on_the_callers_host() -> None:
    async def inside() -> tuple[str, str, int]:
        loop = asyncio.get_running_loop()
        name = await loop.run_in_executor(None, socket.gethostname)
        other = await asyncio.to_thread(socket.gethostname)
        thread = await loop.run_in_executor(None, threading.get_ident)
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, fails_now)
        return name, other, thread

    with world() as here:
        assert here.run(inside(), host="api") == ("api", "api", threading.get_ident())


def test_randomness_is_the_hosts_own_and_comes_from_the_seed() -> None:
    def draw() -> list[object]:
        return [
            random.random(),
            random.Random().random(),
            random.SystemRandom().random(),
            secrets.token_hex(8),
            os.urandom(4),
            uuid.uuid4(),
            uuid.uuid1(),
        ]

    async def inside() -> tuple[list[object], list[object]]:
        with here.on("api"):
            one = draw()
        with here.on("client"):
            two = draw()
        return one, two

    runs = []
    for seed in (1, 1, 2):
        with world(seed=seed) as here:
            runs.append(here.run(inside()))
    assert runs[0] == runs[1]
    assert all(one != two for one, two in zip(*runs[0], strict=True))
    assert all(one != two for one, two in zip(runs[0][0], runs[2][0], strict=True))


def test_wall_clock_is_virtual_everywhere() -> None:
    async def inside() -> list[float]:
        await asyncio.sleep(86_400)
        now = datetime.datetime.now(datetime.UTC)
        assert isinstance(now, datetime.datetime)
        assert type(now) is REAL_DATETIME
        naive = datetime.datetime.utcnow()
        made = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
        return [
            now.timestamp(),
            made.timestamp(),
            naive.replace(tzinfo=datetime.UTC).timestamp(),
            time.mktime(time.localtime()),
            time.time_ns() / 1e9,
        ]

    with world() as here:
        assert here.run(inside()) == [1_735_776_000.0] * 5


async def here_too() -> None:
    """Does nothing."""


def test_one_run_at_a_time() -> None:
    async def inside() -> None:
        coroutine = here_too()
        with world() as other, pytest.raises(RuntimeError, match="loop"):
            other.run(coroutine)
        coroutine.close()

    with world() as here:
        here.run(inside())


@pytest.mark.parametrize("what", ["queue", "event", "result"])
def test_waiting_for_another_thread_in_the_loops_own(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions run inline: such a wait would be one for oneself, and the test would hang."""
    monkeypatch.setattr(workers, "BLOCKED_S", 0.05)

    async def inside() -> None:
        loop = asyncio.get_running_loop()

        def block() -> None:
            if what == "queue":
                queue.Queue[int]().get()
            elif what == "event":
                threading.Event().wait()
            else:
                asyncio.run_coroutine_threadsafe(asyncio.sleep(1), loop).result()

        with pytest.raises(Fenced, match="runs inline here"):
            await loop.run_in_executor(None, block)
        assert not threading.Event().wait(0.001)

    with world() as here:
        here.run(inside(), host="client")


def test_a_program_that_polls_for_ever_reaches_the_end_of_time() -> None:
    """Not in days: each leap is twice as long, but none passes a timer."""
    fired: list[float] = []

    async def polls() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.25, lambda: fired.append(loop.time()))
        while True:
            await asyncio.sleep(0)

    with World(network(), max_time_ns=3_600_000 * MS) as here, pytest.raises(OutOfTime):
        here.run(polls(), host="client")
    assert fired == [0.25]


def _blocking_tls() -> None:
    ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="api")


class Derived(socket.socket):
    """What a package made of the real class before any run began."""


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (Derived, "class Derived"),
        (_blocking_tls, "class SSLSocket"),
        (lambda: subprocess.run(["true"], check=True), "a child process"),
        (lambda: os.fork(), "a child process"),
        (lambda: os.system("true"), "a child process"),
    ],
)
def test_ways_around_the_loop_are_fenced(call: Callable[[], object], what: str) -> None:
    async def inside() -> None:
        call()

    with world() as here, pytest.raises(Fenced, match=what):
        here.run(inside(), host="client")
    with Derived() as real:  # and outside all is as it was
        assert real.fileno() >= 0


def test_code_on_no_host_may_start_child_processes() -> None:
    """A test may make its certificates."""

    async def inside() -> int:
        return subprocess.run(["true"], check=True).returncode

    with world() as here:
        assert here.run(inside()) == 0
