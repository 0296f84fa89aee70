"""Connections on which nothing happens cost nothing: what one event does is counted in
lines of Python run, beside few idle connections and beside many (of the compiled engine
only what calls it is counted; it is the same source)."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from synfin.core.settings import LINUX, SECOND
from synfin.host.sockets import Socket
from synfin.wire.tcp import ACK, FIN, Options
from tests.host.two import Lone

FEW, MANY = 10, 600
MSS = Options(mss=1460)


class Crowd(Lone):
    """A host with ``idle`` accepted connections, and as many in TIME-WAIT."""

    def __init__(self, idle: int) -> None:
        super().__init__(LINUX.but(max_descriptors=1 << 20))
        self.host.tcp.observer = self.host.observer = None
        self.listener = self.listen(backlog=2 * idle)
        for number in range(2 * idle):
            self.handshake(10_000 + number)
        self.idle = [self.listener.accept()[0] for _ in range(2 * idle)]
        self.poll()
        for number in range(idle, 2 * idle):
            self._close(self.idle[number], 10_000 + number)
        self.wait(2 * SECOND)  # timers of handshakes are over
        self.host.take_ready()

    def _close(self, sock: Socket, sport: int) -> None:
        sock.close()
        (fin,) = self.segments()
        assert fin.flags & FIN
        self.arrive(FIN | ACK, 501, fin.seq + 1, sport=sport)

    def whole_life(self) -> None:
        """One connection: opened, used, closed; TIME-WAIT entered and a timer set."""
        iss = self.handshake(9_000)
        child, _ = self.listener.accept()
        self.arrive(ACK, 501, iss + 1, b"x", sport=9_000)
        assert child.recv(10) == b"x"
        child.send(b"y")
        self.poll()
        self.arrive(ACK, 502, iss + 2, sport=9_000)
        self.host.take_ready()
        child.close()
        self.poll()
        self.arrive(FIN | ACK, 502, iss + 3, sport=9_000)
        self.host.deadline()

    def connect_again(self) -> None:
        """A descriptor and a port, with the answer of a peer that refuses."""
        sock = self.socket()
        assert sock.connect_ex(("10.0.0.1", 80)) != 0
        self.poll()
        sock.close()
        self.poll()

    def second(self) -> None:
        """Time passes."""
        self.wait(SECOND)


def lines(work: Callable[[], object]) -> int:
    """How many lines of Python ``work`` runs, each turn of a loop anew."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("job", ["whole_life", "connect_again", "second"])
def test_idle_connections_cost_nothing(job: str) -> None:
    """Beside 600 idle ones and 600 in TIME-WAIT as beside 10."""
    found: list[int] = []
    for idle in (FEW, MANY):
        crowd = Crowd(idle)
        assert len(crowd.states()) == 2 * idle
        work: Callable[[], object] = getattr(crowd, job)
        found.append(lines(work))
    assert found[1] <= found[0] + 20, found
