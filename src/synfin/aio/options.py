"""Socket options: from this platform's numbers to Linux's, which the engine speaks."""

import socket
from typing import Final

from synfin.host import constants as c

_LEVELS: Final = {
    socket.SOL_SOCKET: c.SOL_SOCKET,
    socket.IPPROTO_IP: c.IPPROTO_IP,
    socket.IPPROTO_TCP: c.IPPROTO_TCP,
    socket.IPPROTO_IPV6: c.IPPROTO_IPV6,
}
_PREFIXES: Final = (
    (socket.SOL_SOCKET, "SO_"),
    (socket.IPPROTO_IP, "IP_"),
    (socket.IPPROTO_TCP, "TCP_"),
    (socket.IPPROTO_IPV6, "IPV6_"),
)
_IGNORED_NAMES: Final = (
    (socket.SOL_SOCKET, "SO_REUSEPORT"),
    (socket.IPPROTO_IPV6, "IPV6_V6ONLY"),
    (socket.SOL_SOCKET, "SO_OOBINLINE"),
)
_IGNORED: Final = {
    (level, getattr(socket, name)) for level, name in _IGNORED_NAMES if hasattr(socket, name)
}
"""Options without a meaning here: sockets of both families are separate, urgent data is
always in the stream, and no two processes share a port."""


def _table() -> dict[tuple[int, int], tuple[int, int]]:
    table: dict[tuple[int, int], tuple[int, int]] = {}
    for level, prefix in _PREFIXES:
        for name in dir(c):
            if name.startswith(prefix) and hasattr(socket, name):
                table[(int(level), getattr(socket, name))] = (_LEVELS[level], getattr(c, name))
    return table


_TABLE: Final = _table()


def linux_option(level: int, option: int) -> tuple[int, int] | None:
    """Linux's (level, option); None for one that is accepted and means nothing here. An
    unknown one stays as it is, for the engine to refuse."""
    pair = (int(level), int(option))
    if pair in _IGNORED:
        return None
    return _TABLE.get(pair, pair)
