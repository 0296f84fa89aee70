"""What stands behind a script's descriptors, and how a call waits."""

from collections.abc import Generator
from typing import Final

from synfin.host.sockets import Socket
from synfin.packetdrill.findings import Failure, finding
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import (
    Array,
    Call,
    Dots,
    Expression,
    Text,
    Unsupported,
    Word,
)
from synfin.packetdrill.symbols import number

Step = Generator[int, None, int]
"""A call at work: each value yielded is the time (ns) at which it wants to be resumed at
the latest; it is resumed after every change, too. What it returns is the call's result."""

FAULT: Final = "NULL"
PIPE_SIZE: Final = 65_536
"""Octets that fit into a pipe (pipe(7))."""


class Epoll:
    """One epoll instance: interest by descriptor, and edges not reported yet."""

    def __init__(self) -> None:
        self.interest: dict[int, tuple[int, int]] = {}
        """Descriptor -> (events with EPOLLET and the like, data to give back)."""
        self.edges: set[int] = set()
        self.disarmed: set[int] = set()


class Pipe:
    """What was written at one end and not read at the other."""

    def __init__(self) -> None:
        self.data: bytearray = bytearray()

    def room(self) -> int:
        """Octets that still fit."""
        return PIPE_SIZE - len(self.data)


class File:
    """A socket, an epoll instance, an end of a pipe or a file behind a descriptor."""

    def __init__(self, socket: Socket | None = None, epoll: Epoll | None = None) -> None:
        self.socket: Socket | None = socket
        self.epoll: Epoll | None = epoll
        self.pipe: Pipe | None = None
        self.content: bytes | None = None
        """Of a file that open() gave."""
        self.offset: int = 0
        self.reads: bool = False
        """The reading end of a pipe."""
        self.nonblocking: bool = False
        self.wants_inq: bool = False
        """TCP_INQ: recvmsg tells how much is left."""
        self.told: dict[tuple[int, int], int] = {}
        """What getsockopt gives back where Linux doubles what was set."""


class Files:
    """The table of descriptors, and arguments read from the script."""

    def __init__(self, machine: Machine) -> None:
        self.machine: Machine = machine
        self.files: dict[int, File] = {}

    def add(self, call: Call, file: File) -> int:
        """A new descriptor, called as the script expects (live numbers do not matter).

        One that is still open is out of the script's reach from now on.
        """
        wanted = call.result if isinstance(call.result, int) else -1
        if wanted < 0:
            wanted = max(self.files, default=2) + 1
        self.files[wanted] = file
        return wanted

    def file(self, call: Call, at: int = 0) -> File:
        """The descriptor among the arguments. Raises Failure for one not open."""
        wanted = self.argument(call, at)
        if wanted not in self.files:
            raise Failure(finding("not-open", fd=wanted))
        return self.files[wanted]

    def socket(self, call: Call) -> tuple[File, Socket]:
        """The first argument, which must be a socket."""
        file = self.file(call)
        if file.socket is None:
            raise Unsupported(f"{call.name}(epoll)")
        return file, file.socket

    def argument(self, call: Call, at: int, default: int | None = None) -> int:
        """A number among the arguments."""
        if at >= len(call.arguments) or isinstance(call.arguments[at], Dots):
            if default is None:
                raise Failure(finding("arguments", call=call.name, count=at + 1))
            return default
        return number(call.arguments[at])

    def is_null(self, call: Call, at: int) -> bool:
        """Whether a buffer argument is NULL."""
        if at >= len(call.arguments):
            return False
        argument = call.arguments[at]
        return isinstance(argument, Word) and argument.name == FAULT

    def text(self, call: Call, at: int) -> bytes | None:
        """A buffer argument's own bytes, if the script gives them."""
        argument = call.arguments[at] if at < len(call.arguments) else None
        if not isinstance(argument, Text):
            return None
        return argument.value.encode().decode("unicode_escape").encode("latin-1")


def only(expression: Expression) -> Expression:
    """``[x]`` without its brackets."""
    if isinstance(expression, Array) and len(expression.items) == 1:
        return expression.items[0]
    return expression
