"""Which sockets a process has open, as ss(8) would list them."""

from dataclasses import dataclass

from synfin.aio.process import Process
from synfin.host.sockets import Socket


@dataclass(frozen=True)
class OpenSocket:
    """One descriptor of one process. ``state`` is TCP's ("LISTEN", "CLOSE-WAIT", ...), or
    "" for UDP and for a socket that was never connected."""

    process: Process
    descriptor: int
    type: str
    local: tuple[str, int]
    remote: tuple[str, int] | None
    state: str
    made: str
    """Where the program made it (``client.py:12 in fetch``), with ``trace_sockets``."""


def describe(process: Process, number: int, sock: Socket) -> OpenSocket:
    """One descriptor, described."""
    made = process.made.get(number, "")
    remote: tuple[str, int] | None
    try:
        remote = sock.getpeername()
    except OSError:
        remote = None
    if sock.udp is not None:
        return OpenSocket(process, number, "udp", sock.getsockname(), remote, "", made)
    state = "" if sock.conn is None else sock.conn.state.value
    if sock.listener is not None:
        state = "LISTEN"
    return OpenSocket(process, number, "tcp", sock.getsockname(), remote, str(state), made)
