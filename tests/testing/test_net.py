"""Programs on simulated hosts: links, faults, what befalls hosts - without pytest's help."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synfin.aio.errors import Hang, NoHost
from synfin.core.problems import Problem
from synfin.testing import Net, ProgramDied
from tests.testing.programs import ask, ask_patiently, echo, serve


def test_ten_lines() -> None:
    with Net(seed=7) as net:
        api, client = net.host("api"), net.host("client")
        net.link("client", "api", delay="20ms")
        api.start(serve)
        net.drop("client > api", flags="S", count=2)
        assert net.run(client.run(ask())) == b"hello"
        # two SYNs lost, each waited for for 1 s; then three times 20 ms for SYN, ACK and data
        assert net.now == pytest.approx(2.0 + 4 * 0.020)
        assert len(net.expect("client > api", "S")) == 3
        net.expect("api > client", "SA", count=1)
        assert net.ss("api", state="CLOSE-WAIT") == []


def test_a_program_runs_on_the_host_it_was_given_to() -> None:
    with Net() as net:
        net.host("api").start(serve, 80)
        net.host("client")
        assert net.run(ask(), host="client") == b"hello"
        with pytest.raises(NoHost):
            net.run(ask())


def test_hosts_without_a_link_are_joined() -> None:
    with Net(delay="5ms") as net:
        net.host("api").start(serve)
        net.run(ask(), host=net.host("client").name)
        assert net.now == pytest.approx(0.020)


def test_a_late_link_changes_the_one_that_is_there() -> None:
    with Net() as net:
        net.host("api").start(serve)
        net.host("client")
        net.run(ask(), host="client")
        before = net.now
        net.link("client > api", delay="50ms")
        net.run(ask(), host="client")
        assert net.now - before == pytest.approx(2 * 0.051)


def test_the_seed_decides() -> None:
    def run(seed: int) -> tuple[float, str]:
        with Net(seed) as net:
            net.host("api").start(serve)
            net.link("client", "api", delay="10ms", jitter="5ms", loss=0.1)
            net.run(ask(bytes(20_000)), host="client")
            return net.now, repr(net.packets())

    assert run(3) == run(3)
    assert run(3) != run(4)


# --- faults ---------------------------------------------------------------------------


def test_a_fault_ends_with_its_block() -> None:
    with Net() as net:
        net.host("api").start(serve)
        net.host("client")
        with net.drop("client > api", flags="S") as dropped:
            with pytest.raises(TimeoutError):
                net.run(asyncio.wait_for(ask(), 4.5), host="client")
            assert dropped.acted == 5
        assert net.run(ask(), host="client") == b"hello"


def test_a_fault_as_a_decorator_is_in_force_only_while_the_function_runs() -> None:
    with Net() as net:
        net.host("api").start(serve)
        client = net.host("client")
        fault = net.drop("client > api", flags="S", count=1)

        @fault
        async def slowly() -> float:
            start = net.now
            await client.run(ask())
            return net.now - start

        assert net.run(ask(), host="client") == b"hello"
        assert fault.acted == 0
        assert net.run(slowly()) > 1.0
        assert net.run(slowly()) > 1.0, "counts begin anew with each call"


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (lambda net: net.delay("api > client", "500ms", flags="SA"), 0.5),
        (lambda net: net.corrupt("client > api", flags="S", nth=1), 1.0),
        (lambda net: net.edit("client > api", "mss=500", flags="S"), 0.0),
        (lambda net: net.duplicate("client > api", flags="DATA"), 0.0),
        (lambda net: net.reorder("client > api", flags="DATA", nth=1), 0.0),
        (lambda net: net.fault("client>api SYN nth=1-2 drop"), 2.0),
        (lambda net: net.drop("client > api", p=0.0), 0.0),
        (lambda net: net.drop("client > api", flags="DATA", seq=1, count=1), 0.0),
    ],
)
def test_faults(fault: Callable[[Net], Any], seconds: float) -> None:
    with Net() as net:
        net.host("api").start(serve)
        net.host("client")
        made = fault(net)
        assert net.run(ask(bytes(3000)), host="client") == bytes(3000)
        assert net.now == pytest.approx(seconds, abs=0.1)
        assert made.acted > 0 or "p=0" in repr(made)


def test_a_partition_heals() -> None:
    with Net() as net:
        net.host("api").start(serve)
        client = net.host("client")

        async def main() -> None:
            await client.run(ask())
            with net.partition("client", "api"), pytest.raises(TimeoutError):
                await asyncio.wait_for(client.run(ask()), 3)
            assert await client.run(ask()) == b"hello"

        net.run(main())


def test_a_partition_of_one_side_cuts_it_off_from_everybody() -> None:
    with Net() as net:
        net.host("api").start(serve)
        net.host("db").start(serve)
        net.host("client")
        cut = net.partition("api")
        assert net.run(ask(host="db"), host="client") == b"hello"
        with pytest.raises(TimeoutError):
            net.run(asyncio.wait_for(ask(), 3), host="client")
        cut.heal()
        assert net.run(ask(), host="client") == b"hello"
        with pytest.raises(Problem, match="two sides"):
            net.partition("api", ["api", "db"])


# --- hosts ------------------------------------------------------------------------------


def test_a_killed_process_resets_what_comes() -> None:
    with Net() as net:
        api = net.host("api")
        program = api.start(serve)
        net.host("client")
        net.run(ask_patiently(), host="client")
        program.kill()
        assert program.exit == "killed"
        with pytest.raises(ConnectionRefusedError):
            net.run(ask(), host="client")
        net.expect("api > client", "R", count=1)


def test_a_program_may_end_in_order_when_it_is_told_to() -> None:
    async def serve_until_told() -> None:
        server = await asyncio.start_server(echo, "0.0.0.0", 80)
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        async with server:
            await told.wait()
        await asyncio.sleep(1)

    with Net() as net:
        polite = net.host("api").start(serve_until_told)
        rude = net.host("db").start(serve)
        net.host("client")
        net.run(ask_patiently(), host="client")
        for program in (polite, rude):
            program.terminate()
        net.run(asyncio.sleep(0.5))
        assert (polite.exit, rude.exit) == ("", "killed")
        net.run(asyncio.sleep(1))
        assert polite.exit == "done"


def test_a_crash_is_silent_and_a_reboot_starts_programs_again() -> None:
    with Net() as net:
        api = net.host("api")
        program = api.start(serve)
        net.host("client")
        net.run(ask(), host="client")
        api.crash()
        assert not api.up
        assert program.exit == "crashed"
        with pytest.raises(TimeoutError):
            net.run(asyncio.wait_for(ask(), 3), host="client")
        net.expect("api > client", count=0, within=3)
        api.reboot()
        assert net.run(ask(), host="client") == b"hello"
        assert program.running


def test_a_host_in_an_interpreter_of_its_own_forgets_at_a_crash(tmp_path: Path) -> None:
    async def count() -> bytes:
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"next\n")
        answer = await reader.readline()
        writer.close()
        return answer.split()[0]

    with Net(trace=True) as net:
        api, client = net.host("api"), net.host("client")
        api.start_apart("tests.aio.counting:serve")

        async def main() -> list[bytes]:
            before = [await client.run(count()), await client.run(count())]
            api.crash()
            api.reboot()
            await asyncio.sleep(1)
            return [*before, await client.run(count())]

        assert net.run(main()) == [b"1", b"2", b"1"]
        assert net.ss("api") == []
        assert "PSH,ACK" in net.ladder()
        assert len(net.save(tmp_path)) == 4


def test_who_waits_for_a_program_that_dies_is_told() -> None:
    with Net() as net:
        net.host("api").start(serve)
        client = net.host("client")

        async def forever() -> None:
            await asyncio.sleep(1e6)

        async def main(death: Callable[[], None]) -> None:
            asyncio.get_running_loop().call_later(1, death)
            await client.run(forever())

        with pytest.raises(ProgramDied, match="killed"):
            net.run(main(client.kill))
        with pytest.raises(ProgramDied, match="client crashed"):
            net.run(main(client.crash))


def test_what_a_program_raises_is_raised_where_it_is_awaited() -> None:
    async def wrong() -> None:
        raise KeyError("no")

    with Net() as net, pytest.raises(KeyError):
        net.run(net.host("client").run(wrong()))


def test_an_unplugged_host_hears_nothing_and_notices_nothing() -> None:
    with Net() as net:
        net.host("api").start(serve)
        client = net.host("client")
        net.run(ask(), host="client")
        with client.unplug(), pytest.raises(TimeoutError):
            net.run(asyncio.wait_for(ask(), 3), host="client")
        assert net.run(ask(), host="client") == b"hello"


def test_a_slow_reader_closes_its_window() -> None:
    async def flood() -> int:
        _, writer = await asyncio.open_connection("api", 80)
        sent = 0
        try:
            while True:
                writer.write(bytes(100_000))
                sent += 100_000
                await asyncio.wait_for(writer.drain(), 5)
        except TimeoutError:
            return sent
        finally:
            writer.transport.abort()

    with Net() as net:
        api = net.host("api")
        api.start(serve)
        net.host("client")
        with api.slow_reader():
            assert 100_000 < net.run(flood(), host="client") < 20_000_000
            assert [row.recv_q > 50_000 for row in net.ss("api", state="ESTAB")] == [True]
            assert any(packet.window == 0 for packet in net.packets("api > client"))
        net.run(asyncio.sleep(5))
        assert [row.recv_q for row in net.ss("api", state="ESTAB")] == []


def test_waiting_for_a_packet_ends_when_it_leaves() -> None:
    with Net(timeout="1h") as net:
        api, client = net.host("api"), net.host("client")
        api.start(serve)
        net.link("client", "api", delay="20ms")

        async def main() -> None:
            asking = asyncio.create_task(client.run(ask()))
            (packet,) = await net.wait_for("client > api", "DATA")
            assert net.now == packet.time == pytest.approx(0.040)
            api.crash()  # before the question arrives
            with pytest.raises(AssertionError, match="api > client DATA"):
                await net.wait_for("api > client", "DATA", within=5)
            assert net.now == pytest.approx(5.040)
            # nobody answers; the question is sent again until Linux gives up
            with pytest.raises(TimeoutError):
                await asking

        net.run(main())
        assert net.now > 924


def test_dns_failures() -> None:
    with Net() as net:
        net.host("api").start(serve)
        net.host("client")
        with net.dns("api", "nxdomain"), pytest.raises(OSError, match="not known"):
            net.run(ask(), host="client")
        with net.dns("api", "servfail"), pytest.raises(OSError, match="Temporary failure"):
            net.run(ask(), host="client")
        before = net.now
        with net.dns("api", "timeout"), pytest.raises(OSError, match="Temporary failure"):
            net.run(ask(), host="client")
        assert net.now - before == pytest.approx(10)
        with net.dns("elsewhere", net.host("api").address):
            assert net.run(ask(host="elsewhere"), host="client") == b"hello"
        assert net.run(ask(), host="client") == b"hello"


def test_a_wait_that_nothing_can_end_is_a_hang() -> None:
    with Net() as net:
        net.host("api").start(serve)
        client = net.host("client")

        async def wait_for_ever() -> None:
            reader, _ = await asyncio.open_connection("api", 80)
            await reader.read()

        with pytest.raises(Hang, match="wait_for_ever"):
            net.run(client.run(wait_for_ever()))


def test_settings_lie_over_the_profile() -> None:
    with Net() as net:
        net.host("api").start(serve)
        net.host("client", tcp_syn_retries=1, syn_linear_timeouts=0)
        net.drop("client > api")
        with pytest.raises(TimeoutError):
            net.run(ask(), host="client")
        assert net.now == pytest.approx(3.0)
        net.host("client").set(syn_retries=0)
        before = net.now
        with pytest.raises(TimeoutError):
            net.run(ask(), host="client")
        assert net.now - before == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (lambda net: net.host("a b"), "a host's name is"),
        (lambda net: net.host("x", profile="beos"), "no profile is called 'beos'"),
        (lambda net: net.host("x", mmss=1), "no switch is called 'mmss'"),
        (lambda net: (net.host("x"), net.host("x", mss=500)), "is there already"),
        (lambda net: net.drop("nobody > api"), "no host is called 'nobody'"),
        (lambda net: net.drop("client > api", count=0), "count is 1 or more"),
        (lambda net: net.link("client", "api", delay="soon"), "expected a duration"),
        (lambda net: net.link("client", "api", loss=2), "loss is a probability"),
        (lambda net: net.ss("api", state="BROKEN"), "no state is called 'BROKEN'"),
        (lambda net: net.edit("client > api", "colour=red"), "colour"),
        (lambda net: net.dns("api", "10.0.0.300"), "10.0.0.300"),
        (lambda net: Net(profile="beos"), "did you mean|there are"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(wrong: Callable[[Net], Any], line: str) -> None:
    with Net() as net:
        net.host("api")
        net.host("client")
        with pytest.raises(ValueError, match=line) as caught:
            wrong(net)
        assert "\n" not in str(caught.value)


def test_a_closed_net_says_so() -> None:
    net = Net()
    net.close()
    coroutine = asyncio.sleep(1)
    with pytest.raises(Problem, match="closed"):
        net.run(coroutine)
    coroutine.close()


@pytest.mark.parametrize("evict", ["idle", "forget", "room"])
def test_a_middlebox_forgets_and_says_nothing(evict: str) -> None:
    async def ask_twice(pause: float) -> bytes:
        reader, writer = await asyncio.open_connection("api", 80)
        try:
            for _ in range(2):
                writer.write(b"hello")
                answer = await asyncio.wait_for(reader.readexactly(5), 60)
                await asyncio.sleep(pause)
            return answer
        finally:
            writer.transport.abort()

    with Net() as net:
        net.host("api").start(serve)
        client = net.host("client")
        box = net.middlebox("nat", idle="5min", most=1 if evict == "room" else 100)
        net.link("client", "nat", delay="5ms")
        net.link("nat", "api", delay="5ms")
        assert net.run(client.run(ask_twice(299))) == b"hello"

        async def main() -> None:
            asking = asyncio.create_task(client.run(ask_twice(301 if evict == "idle" else 10)))
            await asyncio.sleep(5)
            if evict == "forget":
                box.forget()
            if evict == "room":
                await client.run(ask())
            await asking

        with pytest.raises(TimeoutError):
            net.run(main())
        assert box.evicted >= 1
        assert net.expect("client > api", "DATA", within=50)[-1].lost == "no-state"
        net.expect("* > client", "R", count=0)


def test_a_direction_of_a_host_that_is_not_there_is_an_error() -> None:
    """Or an expectation that there is no such packet could not fail."""
    with Net() as net:
        net.link("client", "api")
        for look in (
            lambda: net.expect("client > apo", "R", count=0),
            lambda: net.counters("clinet > api"),
            lambda: net.packets("client > apo"),
            lambda: net.run(net.wait_for("client > apo")),
        ):
            with pytest.raises(ValueError, match="no host is called"):
                look()
        assert net.expect("client > 10.0.0.2", count=0) == []
