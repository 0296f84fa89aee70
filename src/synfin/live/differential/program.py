"""The program under test: the calls of a script on a real socket or on one of ours."""

import errno
import struct
from collections.abc import Callable
from typing import Final, Protocol

from synfin.host import constants as c
from synfin.live.differential.peer import octets, sign
from synfin.live.differential.script import Call

Address = tuple[str, int]


class Sock(Protocol):
    """What is asked of a socket, by the names of :class:`socket.socket`."""

    def bind(self, address: Address, /) -> None: ...
    def listen(self, backlog: int, /) -> None: ...
    def accept(self) -> "tuple[Sock, Address]": ...
    def connect_ex(self, address: Address, /) -> int: ...
    def send(self, data: bytes, flags: int, /) -> int: ...
    def recv(self, size: int, flags: int, /) -> bytes: ...
    def shutdown(self, how: int, /) -> None: ...
    def close(self) -> None: ...
    def setsockopt(self, level: int, option: int, value: int | bytes, /) -> None: ...
    def getsockopt(self, level: int, option: int, /) -> int: ...


OPTIONS: Final[dict[str, tuple[int, int]]] = {
    "nodelay": (c.IPPROTO_TCP, c.TCP_NODELAY),
    "cork": (c.IPPROTO_TCP, c.TCP_CORK),
    "quickack": (c.IPPROTO_TCP, c.TCP_QUICKACK),
    "maxseg": (c.IPPROTO_TCP, c.TCP_MAXSEG),
    "user-timeout": (c.IPPROTO_TCP, c.TCP_USER_TIMEOUT),
    "defer-accept": (c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT),
    "linger2": (c.IPPROTO_TCP, c.TCP_LINGER2),
    "keepalive": (c.SOL_SOCKET, c.SO_KEEPALIVE),
    "keepidle": (c.IPPROTO_TCP, c.TCP_KEEPIDLE),
    "keepintvl": (c.IPPROTO_TCP, c.TCP_KEEPINTVL),
    "keepcnt": (c.IPPROTO_TCP, c.TCP_KEEPCNT),
    "rcvbuf": (c.SOL_SOCKET, c.SO_RCVBUF),
    "sndbuf": (c.SOL_SOCKET, c.SO_SNDBUF),
    "error": (c.SOL_SOCKET, c.SO_ERROR),
}
FLAGS: Final = {"more": c.MSG_MORE, "oob": c.MSG_OOB, "peek": c.MSG_PEEK}
HOW: Final = {"rd": c.SHUT_RD, "wr": c.SHUT_WR, "rdwr": c.SHUT_RDWR}
NOTHING: Final = "-"
"""The outcome where there is no socket for the call."""


class Program:
    """At most one listener and one connection, non-blocking."""

    def __init__(self, make: Callable[[], Sock], local: Address, remote: Address) -> None:
        self.make = make
        self.local = local
        self.remote = remote
        self.listener: Sock | None = None
        self.sock: Sock | None = None
        self.sent = 0
        """Octets that send() has taken."""

    def perform(self, call: Call) -> str:
        """What the call returned: a number, a digest, an errno's name."""
        name = call.name.replace("-", "_")
        try:
            return str(getattr(self, f"_{name}")(*call.words))
        except OSError as error:
            return errno.errorcode.get(error.errno or 0, str(error.errno))

    def end(self) -> None:
        """Whatever is open is closed, without a word to the peer."""
        for sock in (self.sock, self.listener):
            if sock is not None:
                _no_linger(sock)
                sock.close()
        self.sock = self.listener = None

    def _new(self) -> Sock:
        made = self.make()
        made.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
        made.bind(self.local)
        return made

    def _wait(self) -> str:
        return ""

    def _listen(self, backlog: str = "5") -> int:
        if self.listener is None:
            self.listener = self._new()
        self.listener.listen(int(backlog))
        return 0

    def _accept(self) -> str:
        if self.listener is None:
            return NOTHING
        child, address = self.listener.accept()
        if self.sock is not None:
            self.sock.close()
        self.sock, self.sent = child, 0
        return f"{address[0] == self.remote[0]}"

    def _connect(self) -> str:
        if self.sock is None:
            self.sock, self.sent = self._new(), 0
        number = self.sock.connect_ex(self.remote)
        return errno.errorcode.get(number, str(number))

    def _send(self, size: str, *flags: str) -> int | str:
        if self.sock is None:
            return NOTHING
        bits = sum(FLAGS[flag] for flag in flags) | c.MSG_NOSIGNAL
        taken = self.sock.send(octets(self.sent + 1, int(size)), bits)
        self.sent += taken
        return taken

    def _recv(self, size: str, *flags: str) -> str:
        if self.sock is None:
            return NOTHING
        return sign(self.sock.recv(int(size), sum(FLAGS[flag] for flag in flags)))

    def _shutdown(self, how: str) -> int | str:
        if self.sock is None:
            return NOTHING
        self.sock.shutdown(HOW[how])
        return 0

    def _close(self) -> int | str:
        if self.sock is None:
            return NOTHING
        self.sock.close()
        self.sock = None
        return 0

    def _abort(self) -> int | str:
        if self.sock is not None:
            _no_linger(self.sock)
        return self._close()

    def _close_listener(self) -> int | str:
        if self.listener is None:
            return NOTHING
        self.listener.close()
        self.listener = None
        return 0

    def _set(self, name: str, value: str) -> int | str:
        sock = self.sock or self.listener
        if sock is None:
            return NOTHING
        sock.setsockopt(*OPTIONS[name], int(value))
        return 0

    def _get(self, name: str) -> int | str:
        if self.sock is None:
            return NOTHING
        number = self.sock.getsockopt(*OPTIONS[name])
        if name == "error":
            return errno.errorcode.get(number, str(number))
        return number


def _no_linger(sock: Sock) -> None:
    sock.setsockopt(c.SOL_SOCKET, c.SO_LINGER, struct.pack("ii", 1, 0))
