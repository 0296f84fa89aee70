"""The part of a socket that tells how calls went on after they returned: its error queue,
and which wake-ups are new (epoll(7)'s edges)."""

from synfin.core.errno import EAGAIN, EINVAL
from synfin.core.send_space import wait_for_room
from synfin.core.states import State
from synfin.core.tcb import READABLE, URGENT, WRITABLE
from synfin.host import constants as c
from synfin.host.error_queue import (
    OPT_ID,
    REPORT_SOFTWARE,
    TX_ANY,
    ErrorEntry,
    SendMarks,
)
from synfin.host.errors import socket_error
from synfin.host.named_socket import NamedSocket
from synfin.host.records import ERROR_NEWS

EDGE_READ = 1
EDGE_WRITE = 2
EDGE_ERROR = 4
EDGE_STATE = 8
"""Connected, ended, failed: whoever waits for anything looks again."""


class NewsSocket(NamedSocket):
    """Error queue and edges of one socket."""

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """See :meth:`NamedSocket.setsockopt`; SOF_TIMESTAMPING_OPT_ID counts octets from
        here on, so that there must be a connection (EINVAL)."""
        if (level, option) == (c.IPPROTO_TCP, c.TCP_FASTOPEN_KEY):
            self._set_fastopen_keys(value)
            return
        stamps = level == c.SOL_SOCKET and option == c.SO_TIMESTAMPING
        if stamps and isinstance(value, int) and value & OPT_ID and self.udp is None:
            connection = self.conn
            if connection is None or connection.state is State.CLOSED:
                raise socket_error(EINVAL)
            if not self._stamps & OPT_ID:
                self.stamp_base = connection.snd.snd_una
        super().setsockopt(level, option, value)

    def _set_fastopen_keys(self, value: int | bytes) -> None:
        """TCP_FASTOPEN_KEY: one key of 16 octets, or two, of which the second is the one
        before; EINVAL for another length, or on a connection."""
        self._open()
        if not isinstance(value, bytes) or len(value) not in (16, 32) or self.conn is not None:
            raise socket_error(EINVAL)
        keys = tuple(value[at : at + 16] for at in range(0, len(value), 16))
        self.own_options().fastopen_keys = keys
        if self.listener is not None:
            self.listener.fastopen_keys = keys

    @property
    def _stamps(self) -> int:
        return self.options.values.get((c.SOL_SOCKET, c.SO_TIMESTAMPING), 0)

    # -- the error queue --------------
    def note_sent(self, octets: int, flags: int) -> None:
        """One send call is over and took ``octets``: what SO_TIMESTAMPING and MSG_ZEROCOPY
        (with SO_ZEROCOPY set) ask to be told of it later."""
        connection = self.conn
        if octets <= 0 or connection is None:
            return
        copying = not flags & c.MSG_ZEROCOPY or not self.options.zerocopy
        stamps = self._stamps
        if copying and not stamps & TX_ANY:
            return
        marks = connection.marks
        if marks is None:
            marks = connection.marks = SendMarks(self.errors)
        end = connection.snd.buffer.end
        if not copying:
            marks.add_zerocopy(end, self.zerocopy_calls)
            self.zerocopy_calls = (self.zerocopy_calls + 1) & 0xFFFFFFFF
        if stamps & TX_ANY and stamps & REPORT_SOFTWARE:
            key = (end - 1 - self.stamp_base) & 0xFFFFFFFF if stamps & OPT_ID else 0
            marks.add_stamp(end, octets, key, stamps)
        self._touched(connection, self.host.clock())

    def recv_error(self) -> ErrorEntry:
        """recvmsg(2) with MSG_ERRQUEUE, which never waits. Raises EAGAIN for none."""
        self._open()
        entry = None if self.error_queue is None else self.error_queue.take()
        if entry is None:
            raise socket_error(EAGAIN)
        return entry

    def has_error(self) -> bool:
        """poll(2)'s POLLERR: a pending error, or news in the error queue."""
        queue = self.error_queue
        if queue is not None and queue.entries:
            return True
        return self.conn is not None and self.conn.error != 0

    # -- edges --------------
    def writable(self) -> bool:
        """Whether a send would not block."""
        raise NotImplementedError  # Socket, the only kind there is, says when

    def wait_for_room(self) -> None:
        """Somebody wants to know when there is room again (Linux SOCK_NOSPACE)."""
        self.wants_room = True
        if self.conn is not None:
            wait_for_room(self.conn)

    def take_edges(self) -> int:
        """What happened since the last call (EDGE_... bits). Room in the send buffer is
        only news for who found none before."""
        news, self.news = self.news, 0
        edges = EDGE_READ if news & (READABLE | URGENT) else 0
        if news & ERROR_NEWS:
            edges |= EDGE_ERROR
        if news & ~(READABLE | URGENT | WRITABLE | ERROR_NEWS):
            edges |= EDGE_STATE
        if news & WRITABLE and self.wants_room and self.writable():
            self.wants_room = False
            edges |= EDGE_WRITE
        return edges
