"""Hosts lose power, processes die, programs restart."""

import asyncio
import gc
import weakref

import pytest

from synfin.aio import current_process, graveyard
from synfin.aio.errors import Hang, ProgramFailed
from synfin.aio.loop import Loop
from synfin.sim.tap import Tap, Transmission
from synfin.wire.tcp import FIN, RST, Segment
from tests.aio.places import MS, echo, server, world

SECOND = 1000 * MS


class Flags(Tap):
    """The flags that ``api`` sent."""

    def __init__(self) -> None:
        self.fins = 0
        self.resets = 0

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        body = sent.packet.body
        if sent.origin == "api" and isinstance(body, Segment):
            self.fins += bool(body.flags & FIN)
            self.resets += bool(body.flags & RST)


def test_a_crash_runs_no_finally_and_sends_nothing() -> None:
    log: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await reader.readexactly(1))
            await asyncio.Event().wait()
        except BaseException as error:
            log.append(repr(error))
            raise
        finally:
            log.append("finally")
            writer.close()

    async def ask() -> str:
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"x")
        await reader.readexactly(1)
        here.crash("api")
        with pytest.raises(asyncio.TimeoutError):
            async with asyncio.timeout(3600):
                await reader.read(1)
        writer.transport.abort()
        return "nothing, for an hour"

    flags = Flags()
    with world() as here:
        here.network.tap(flags)
        process = here.spawn("api", server(handle))
        assert here.run(ask(), host="client") == "nothing, for an hour"
        assert process.exit == "crashed"
        assert not process.alive
    gc.collect()
    assert log == []
    assert (flags.fins, flags.resets) == (0, 0)


@pytest.mark.parametrize("unread", [False, True])
def test_a_killed_process_has_its_descriptors_closed_by_the_kernel(unread: bool) -> None:
    """FIN; RST where octets had not been read (RFC 2525 §2.17, as Linux)."""
    log: list[str] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if unread:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        try:
            await asyncio.Event().wait()
        finally:
            log.append("finally")

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"request")
        await asyncio.sleep(1)
        here.kill("api")
        try:
            return await reader.read()
        finally:
            writer.close()

    flags = Flags()
    with world() as here:
        here.network.tap(flags)
        here.spawn("api", server(handle))
        if unread:
            with pytest.raises(ConnectionResetError):
                here.run(ask(), host="client")
        else:
            assert here.run(ask(), host="client") == b""
        assert here.open_sockets("api") == []
    assert log == []
    assert (flags.fins > 0, flags.resets > 0) == (not unread, unread)


def test_programs_start_again_at_a_reboot_and_old_connections_are_reset() -> None:
    boots: list[float] = []

    async def serve() -> None:
        boots.append(asyncio.get_running_loop().time())
        await server(echo)()

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("api", 80)
        here.call_at(5 * SECOND, lambda: here.reboot("api"))
        await asyncio.sleep(6)
        writer.write(b"to the old one")
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"to the new one")
        answer = await reader.readexactly(14)
        writer.close()
        return answer

    with world() as here:
        here.spawn("api", serve)
        assert here.run(ask(), host="client") == b"to the new one"
        assert [process.exit for process in here.processes if process.host == "api"] == [
            "crashed",
            "",
        ]
    assert boots == [0.0, 5.0]


def test_a_task_of_a_dead_host_is_not_woken_by_the_living() -> None:
    event = asyncio.Event()
    log: list[str] = []

    async def waits() -> None:
        try:
            await event.wait()
            log.append("woken")
        finally:
            log.append("finally")

    async def sets() -> None:
        await asyncio.sleep(1)
        here.crash("api")
        event.set()
        await asyncio.sleep(1)

    with world() as here:
        here.spawn("api", waits)
        here.run(sets(), host="client")
    assert log == []


def test_timers_of_a_dead_host_do_not_fire() -> None:
    log: list[str] = []

    async def ticks() -> None:
        asyncio.get_running_loop().call_later(5, log.append, "tick")
        await asyncio.sleep(1000)

    async def waits() -> None:
        await asyncio.sleep(1)
        here.crash("api")
        await asyncio.sleep(10)

    with world() as here:
        here.spawn("api", ticks)
        here.run(waits(), host="client")
    assert log == []


def test_a_program_that_fails_ends_the_run_and_is_named() -> None:
    async def fails() -> None:
        await asyncio.sleep(2)
        raise ValueError("no such table")

    with world() as here:
        here.spawn("api", fails, name="migrate")
        with pytest.raises(ProgramFailed, match=r"migrate on api failed at 2\.0+ s") as caught:
            here.run(asyncio.sleep(100), host="client")
        assert isinstance(caught.value.__cause__, ValueError)


def test_a_program_without_check_fails_on_its_own() -> None:
    async def fails() -> None:
        raise ValueError

    with world() as here:
        process = here.spawn("api", fails, check=False)
        here.run(asyncio.sleep(1), host="client")
        assert process.exit == "error"
        assert isinstance(process.exception, ValueError)


def test_the_awaited_program_may_go_down_with_its_host() -> None:
    with world() as here:
        here.call_at(SECOND, lambda: here.crash("client"))
        with pytest.raises(ProgramFailed, match="crashed"):
            here.run(asyncio.sleep(100), host="client")


def test_a_hang_names_who_waits_for_what() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def read_reply() -> None:
        reader, _writer = await asyncio.open_connection("api", 80)
        await reader.read(1)

    with world() as here:
        here.spawn("api", server(silent))
        with pytest.raises(Hang) as caught:
            here.run(read_reply(), host="client")
        (wait,) = [wait for wait in caught.value.waits if wait.host == "client"]
    assert wait.operation == "read"
    assert wait.remote == ("10.0.0.1", 80)
    assert wait.where.endswith("in read_reply")
    assert "read_reply" in str(caught.value)


def test_waits_know_their_descriptor_and_the_timer_that_bounds_them() -> None:
    held = []

    async def never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)  # asyncio itself holds no paused transport
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    async def writes() -> None:
        _reader, writer = await asyncio.open_connection("api", 80)
        writer.write(bytes(20_000_000))
        async with asyncio.timeout(50):
            await writer.drain()

    async def look() -> None:
        await asyncio.sleep(20)
        waits = {wait.task.get_name(): wait for wait in here.waiting()}
        assert waits["serve@api"].operation == "accept"
        assert waits["writes@client"].operation == "write"
        until = waits["writes@client"].until_ns
        assert until is not None
        assert 50 * SECOND < until < 51 * SECOND

    with world() as here:
        here.spawn("api", server(never_reads))
        here.spawn("client", writes, check=False)
        here.run(look())


def test_a_program_that_signals_itself_does_not_reach_the_interpreter() -> None:
    import os
    import signal

    log: list[int] = []

    async def graceful() -> None:
        before = signal.signal(signal.SIGTERM, lambda number, _frame: log.append(number))
        signal.raise_signal(signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)  # as uvicorn does when it has shut down
        await asyncio.sleep(1)
        log.append(0)

    with world() as here:
        process = here.spawn("api", graceful)
        here.run(asyncio.sleep(5))
        assert process.exit == "killed"
    assert log == [signal.SIGTERM] * 2


def test_a_signal_reaches_the_handler_of_its_process() -> None:
    import signal

    log: list[str] = []

    async def serve() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()
        log.append("drained")

    async def main() -> None:
        await asyncio.sleep(1)
        here.signal(graceful, signal.SIGTERM)
        here.signal(plain, signal.SIGTERM)
        await asyncio.sleep(1)

    async def deaf() -> None:
        await asyncio.sleep(1000)

    with world() as here:
        graceful = here.spawn("api", serve)
        plain = here.spawn("api", deaf)
        here.run(main())
        assert (graceful.exit, plain.exit) == ("done", "killed")
    assert log == ["drained"]


def test_a_crash_stops_what_was_to_run_in_the_same_round() -> None:
    log: list[str] = []
    event = asyncio.Event()

    async def ticks() -> None:
        await asyncio.sleep(0.5)
        await event.wait()
        log.append("tick")

    async def crashes() -> None:
        asyncio.get_running_loop().call_later(1, event.set)
        await event.wait()  # the first in the queue
        here.crash("api")
        await asyncio.sleep(1)
        log.append("survived")

    with world(shuffle=False) as here:
        for _ in range(20):
            here.spawn("api", ticks)
        here.run(crashes(), host="client")
    assert log == ["survived"]


def test_a_supervisor_starts_a_program_again() -> None:
    async def ask() -> list[bytes]:
        answers = []
        for _ in range(2):
            reader, writer = await asyncio.open_connection("api", 80)
            writer.write(b"x")
            answers.append(await reader.readexactly(1))
            here.restart(next(p for p in here.processes if p.host == "api" and p.alive))
            answers.append(await reader.read())
            writer.close()
        return answers

    with world() as here:
        here.spawn("api", server(echo))
        assert here.run(ask(), host="client") == [b"x", b"", b"x", b""]
        with pytest.raises(ValueError, match="coroutine function"):
            here.restart(here.processes[0])


def test_callbacks_of_one_process_keep_their_order_whatever_the_seed() -> None:
    def order(seed: int) -> tuple[tuple[str, int], ...]:
        log: list[tuple[str, int]] = []

        async def rounds() -> None:
            process = current_process()
            assert process is not None
            loop = asyncio.get_running_loop()
            for number in range(20):
                loop.call_soon(log.append, (process.host, number))
            await asyncio.sleep(1)

        with world(seed=seed) as here:
            here.spawn("api", rounds)
            here.spawn("client", rounds)
            here.run(asyncio.sleep(2))
        for name in ("api", "client"):
            assert [number for who, number in log if who == name] == list(range(20))
        return tuple(log)

    assert len({order(seed) for seed in range(5)}) == 5
    assert order(3) == order(3)


def test_a_closed_world_is_let_go_and_dead_tasks_are_bounded() -> None:
    async def ask() -> None:
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"x")
        await reader.readexactly(1)
        writer.close()

    def run(crash: bool) -> "weakref.ref[Loop]":
        with world() as here:
            here.spawn("api", server(echo))
            here.run(ask(), host="client")
            if crash:
                here.crash("api")
            return weakref.ref(here.loop)

    plain = run(crash=False)
    gc.collect()
    assert plain() is None
    for _ in range(3):
        run(crash=True)
    assert 0 < len(graveyard._tasks) <= graveyard.MOST


def test_a_task_that_nobody_holds_is_not_collected_in_the_middle() -> None:
    log: list[str] = []

    async def waits() -> None:
        reader, writer = await asyncio.open_connection("api", 80)
        try:
            await reader.read()
            log.append("read")
        except asyncio.CancelledError:
            log.append("cancelled")
            raise
        finally:
            writer.close()

    async def main() -> None:
        asyncio.create_task(waits())  # noqa: RUF006
        await asyncio.sleep(1)
        gc.collect()
        await asyncio.sleep(1)

    with world() as here:
        here.spawn("api", server(echo))
        here.run(main(), host="client")
        gc.collect()
        assert log == []
    assert log == ["cancelled"]
