"""sock_diag(7) for one TCP connection: what ``ss`` shows of it."""

import os
import socket
import struct
from typing import Final

from synfin.live.differential.engine import described
from synfin.live.kernel import STATES

NETLINK_SOCK_DIAG: Final = 4
SOCK_DIAG_BY_FAMILY: Final = 20
NLM_F_REQUEST: Final = 1
NLMSG_ERROR: Final = 2
_HEADER: Final = struct.Struct("=IHHII")
_ENDS: Final = struct.Struct("!HH4s12s4s12s")
_ANY: Final = struct.pack("=III", 0, 0xFFFF_FFFF, 0xFFFF_FFFF)
_MESSAGE: Final = struct.Struct("=BBBB48sIIIII")
"""family, state, timer, retransmissions; the socket's ends; expires, rqueue, wqueue, uid, inode."""


class Diag:
    """A netlink socket of this namespace."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)

    def close(self) -> None:
        """Closes it."""
        self._sock.close()

    def state(self, here: bytes, port: int, there: bytes, there_port: int) -> str:
        """The connection's state and queues; CLOSED when there is none."""
        ends = _ENDS.pack(port, there_port, here, bytes(12), there, bytes(12)) + _ANY
        head = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFF_FFFF)
        body = head + ends
        size = _HEADER.size + len(body)
        self._sock.send(_HEADER.pack(size, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0) + body)
        answer = self._sock.recv(4096)
        if _HEADER.unpack_from(answer)[1] == NLMSG_ERROR:
            (number,) = struct.unpack_from("=i", answer, _HEADER.size)
            if -number == 2:  # ENOENT
                return "CLOSED"
            raise OSError(-number, os.strerror(-number), "sock_diag")
        found = _MESSAGE.unpack_from(answer, _HEADER.size)
        return described(STATES.get(found[1], "CLOSED"), found[6], found[7])
