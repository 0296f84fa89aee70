"""FreeBSD's sockstat(1) and tcpdrop(8) in backtick lines, over the host's own table.

``sockstat … | grep … | grep -c STATE | grep 1`` asserts how many sockets are in a state;
nothing is executed, the pipe is read here.
"""

import re
import shlex
from typing import Final

from synfin.core.states import State
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.packetdrill.findings import Failure, finding
from synfin.packetdrill.model import Unsupported
from synfin.wire.address import format_address

NAMES: Final = {
    State.CLOSED: "CLOSED",
    State.LISTEN: "LISTEN",
    State.SYN_SENT: "SYN_SENT",
    State.SYN_RECEIVED: "SYN_RCVD",
    State.ESTABLISHED: "ESTABLISHED",
    State.CLOSE_WAIT: "CLOSE_WAIT",
    State.FIN_WAIT_1: "FIN_WAIT_1",
    State.CLOSING: "CLOSING",
    State.LAST_ACK: "LAST_ACK",
    State.FIN_WAIT_2: "FIN_WAIT_2",
    State.TIME_WAIT: "TIME_WAIT",
}
"""As sockstat(1) spells the states."""
_DROP: Final = re.compile(r"tcpdrop\s+-s\s+(\w+)")


def run_tool(text: str, host: Host) -> bool:
    """Runs ``text`` if it is one of the two tools. Raises Failure when grep finds nothing."""
    text = text.strip()
    if text.startswith("sockstat "):
        _sockstat(text, host)
        return True
    drop = _DROP.fullmatch(text)
    if drop is None:
        return False
    for state, name in NAMES.items():
        if name == drop[1]:
            _drop(state, host)
            return True
    raise Unsupported(f"`{text}`")


def _sockstat(text: str, host: Host) -> None:
    first, *filters = [shlex.split(part) for part in text.split("|")]
    lines = _lines(host, *_asked(first, text))
    for words in filters:
        counting = words[1:2] == ["-c"]
        if words[0] != "grep" or len(words) != 2 + counting:
            raise Unsupported(f"`{text}`")
        lines = [line for line in lines if words[-1] in line]
        if counting:
            lines = [str(len(lines))]
    if not lines:
        raise Failure(finding("tool", text=text), actual="; ".join(_lines(host, 0, 0)))


def _asked(words: list[str], text: str) -> tuple[int, int]:
    """(octets of an address, port) that the arguments ask for; 0 for any."""
    size, port = 0, 0
    rest = words[1:]
    while rest:
        word = rest.pop(0)
        if word in ("-4", "-6"):
            size = 4 if word == "-4" else 16
        elif word == "-p" and rest and rest[0].isdigit():
            port = int(rest.pop(0))
        elif word == "-P" and rest[:1] == ["tcp"]:
            rest.pop(0)
        elif word != "-s":
            raise Unsupported(f"`{text}`")
    return size, port


def _lines(host: Host, size: int, port: int) -> list[str]:
    """One line for each socket, then for what has none: command, addresses, state."""
    found: list[tuple[str, bytes, int, bytes, int, State]] = []
    with_socket: set[int] = set()
    for sock in host.descriptors.values():
        if isinstance(sock, Socket) and sock.udp is None:
            found.append(_of_socket(sock))
            if sock.conn is not None:
                with_socket.add(sock.conn.id)
    for info in host.connections():
        if info.state != "LISTEN" and info.conn not in with_socket:
            state = State(info.state)
            where = (info.local, info.local_port, info.remote, info.remote_port)
            found.append(("?", *where, state))
    out: list[str] = []
    for command, local, local_port, remote, remote_port, state in found:
        if (size and len(local) != size) or (port and port not in (local_port, remote_port)):
            continue
        here = f"{format_address(local)}:{local_port}"
        there = f"{format_address(remote)}:{remote_port}" if remote else "*:*"
        kind = "tcp4" if len(local) == 4 else "tcp6"
        out.append(f"{command} {kind} {here} {there} {NAMES[state]}")
    return out


def _of_socket(sock: Socket) -> tuple[str, bytes, int, bytes, int, State]:
    command = "packetdril"  # sockstat(1) cuts the command to ten characters
    connection = sock.conn
    if connection is None:
        state = State.LISTEN if sock.listener is not None else State.CLOSED
        return command, sock.local, sock.port, b"", 0, state
    where = connection.local, connection.local_port, connection.remote, connection.remote_port
    return command, *where, connection.state


def _drop(state: State, host: Host) -> None:
    """tcpdrop(8): every connection in ``state`` ends at once."""
    tcp, now = host.tcp, host.clock()
    for sock in host.descriptors.values():
        connection = sock.conn if isinstance(sock, Socket) else None
        if connection is not None and connection.state is state:
            connection.abort(now)
            tcp.after(connection, now)
    for connection in list(tcp.demux.connections.values()):
        if connection.state is state:
            connection.abort(now)
            tcp.after(connection, now)
    if state is State.TIME_WAIT:
        for record in list(tcp.demux.time_waits.values()):
            tcp.forget_time_wait(record)
