"""The selector finds by news what a look at every socket would find: no wake-up is lost."""

import asyncio
import importlib
import selectors

import pytest

from synfin.aio.driver import READ, WRITE
from synfin.aio.kernel import SIMULATED
from synfin.aio.selector import Selector
from tests.aio.fingerprint import lines
from tests.aio.places import world

Ready = list[tuple[selectors.SelectorKey, int]]


class Checked:
    """Compares every answer of the selector with a scan of all registered descriptors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looks = 0
        self.found = 0
        collect = Selector._collect
        checked = self

        def both(selector: Selector) -> Ready:
            ready = collect(selector)
            checked.looks += 1
            checked.found += len(ready)
            assert {key.fd: events for key, events in ready} == checked.scan(selector)
            return ready

        monkeypatch.setattr(Selector, "_collect", both)

    def scan(self, selector: Selector) -> dict[int, int]:
        """Ready descriptors, found the slow way."""
        ready: dict[int, int] = {}
        for fd, key in selector._keys.items():
            sock = selector._kernel.sockets.get(fd)
            if fd < SIMULATED or sock is None:
                continue
            events = READ if key.events & READ and sock.readable() else 0
            events |= WRITE if key.events & WRITE and sock.writable() else 0
            if events:
                ready[fd] = events
        return ready


@pytest.mark.parametrize("seed", range(1, 9))
def test_no_wake_up_is_lost_on_a_bad_link(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = Checked(monkeypatch)
    lines(seed)
    assert checked.looks > 500
    assert checked.found > 100


@pytest.mark.parametrize("name", ["streams", "tls", "udp", "socks", "redis_pair", "grpclib_pair"])
def test_no_wake_up_is_lost_in_libraries(name: str, monkeypatch: pytest.MonkeyPatch) -> None:

    program = importlib.import_module(f"tests.aio.libraries.programs.{name}")
    checked = Checked(monkeypatch)

    async def use() -> None:
        await asyncio.sleep(1)
        await program.use("api", 8000)

    with world() as here:
        here.spawn("api", lambda: program.serve(8000))
        here.run(use(), host="client")
    assert checked.found > 5
