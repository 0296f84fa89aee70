"""Sockets as programs hold them, and what a program may ask of the run."""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from synfin.core.problems import Problem
from synfin.host import constants
from synfin.host.sockets import Socket
from synfin.lab.model import Argument, Call, Endpoint
from synfin.lab.recorder import Recorder

LETTERS: Final = bytes(range(97, 123))


class World(Protocol):
    """What a program may ask of the run around it."""

    recorder: Recorder

    def now(self) -> int:
        """The network's time, ns."""

    def later(self, time: int, action: Callable[[], None]) -> None:
        """Calls ``action`` at ``time``, as an application call."""

    def address(self, endpoint: Endpoint) -> tuple[str, int]:
        """The address and port that an endpoint means."""


class Send:
    """A send that has not been queued whole yet, or what waits behind it."""

    def __init__(self, call: Call, data: bytes, total: int) -> None:
        self.call = call
        self.data = data
        self.total = total


class Handle:
    """One socket of a program, and what its calls wait for."""

    def __init__(self, name: str, sock: Socket, kind: str) -> None:
        self.name = name
        self.sock = sock
        self.number = sock.fileno()
        self.kind = kind
        self.reads = True
        self.accepts = kind == "listener"
        self.child_reads = True
        self.connecting: Call | None = None
        self.target: tuple[str, int] = ("", 0)
        self.sends: deque[Send] = deque()
        self.recvs: deque[tuple[Call, bytearray]] = deque()
        self.accepting: deque[Call] = deque()
        self.letters = 0
        self.read_total = 0
        self.ended = False
        self.closed = False
        self.active_at = 0
        self.counted: dict[int, int] = {}

    @property
    def engine_id(self) -> int:
        """The engine's connection id, 0 when there is no connection."""
        conn = self.sock.conn
        return conn.id if conn is not None else 0

    def pattern(self, length: int) -> bytes:
        """The next ``length`` letters of this connection."""
        start = self.letters % len(LETTERS)
        self.letters += length
        return (LETTERS * (length // len(LETTERS) + 2))[start : start + length]


class CallError(ValueError):
    """A call that makes no sense in this run; ``call.position`` says where it stands."""

    def __init__(self, call: Call, problem: Problem) -> None:
        super().__init__(str(problem))
        self.call = call
        self.problem = problem


def socket_option(name: str, call: Call) -> tuple[int, int]:
    """Level and number of a socket option's name."""
    level = {"SO": constants.SOL_SOCKET, "TCP": constants.IPPROTO_TCP, "IP": constants.IPPROTO_IP}
    number = getattr(constants, name, None)
    if not isinstance(number, int):
        raise CallError(
            call, Problem("run.socket-option", "no socket option is called {name}", name=name)
        )
    return level[name.partition("_")[0]], number


def any_address(sock: Socket) -> str:
    """The wildcard address of the socket's family."""
    return "::" if sock.family == constants.AF_INET6 else "0.0.0.0"


def number(value: Argument) -> int:
    """An argument that is a number."""
    assert isinstance(value, int)
    return value
