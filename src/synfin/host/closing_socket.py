"""The end of a socket: shutdown(2), close(2) and RFC 9293's ABORT.

What SHUT_WR, unread data and SO_LINGER make of the connection (RFC 9293 §3.6, §3.10.4,
§3.10.5) and what becomes of a
listener's children.
"""

from synfin.core import rules
from synfin.core.errno import ECONNRESET, EINVAL, ENOTCONN
from synfin.core.states import State
from synfin.host.constants import SHUT_RD, SHUT_RDWR, SHUT_WR
from synfin.host.errors import socket_error
from synfin.host.listener import Listener
from synfin.host.news_socket import NewsSocket
from synfin.host.records import HostConnection


class ClosingSocket(NewsSocket):
    """A socket that can be shut down, closed and aborted."""

    # -- closing --------------
    def shutdown(self, how: int) -> None:
        """shutdown(2): SHUT_WR is RFC 9293's CLOSE. ENOTCONN without a connection, and
        (Linux) once both directions have ended. A listener stops to listen, but for
        SHUT_WR, which does nothing to it."""
        if how not in (SHUT_RD, SHUT_WR, SHUT_RDWR):
            raise socket_error(EINVAL)
        if self.listener is not None and not self.closed:
            if how != SHUT_WR:
                self._stop_listening(self.listener)
            return
        if self.conn is None and how != SHUT_WR:
            self.read_shut = True  # and ENOTCONN all the same (Linux inet_shutdown())
        connection = self._connection()
        if connection.state in (State.CLOSED, State.SYN_RECEIVED) and not self.connect_told:
            self.disconnecting = True  # Linux SS_DISCONNECTING
        if connection.state in (State.CLOSED, State.TIME_WAIT):
            raise socket_error(ENOTCONN)
        if connection.state is State.SYN_SENT:
            self._stop_connecting(connection)
            return
        if connection.state is not State.SYN_RECEIVED:
            self.connect_told = True  # shutdown() is a way to be told (Linux inet_shutdown())
        if how != SHUT_WR:
            self.read_shut = connection.read_shut = True
        if how != SHUT_RD:
            now = self.host.clock()
            connection.shutdown(now)
            self._touched(connection, now)

    def _stop_connecting(self, connection: HostConnection) -> None:
        """shutdown(2) in SYN-SENT (Linux inet_shutdown()): the attempt is over, the socket
        as new."""
        now = self.host.clock()
        connection.socket = None
        connection.detached = True
        connection.shutdown(now)
        self._touched(connection, now)
        self._disconnected()
        self.pending = ECONNRESET

    def _disconnected(self) -> None:
        """The socket is as new, for another connect() (Linux tcp_disconnect())."""
        self.conn = None
        if self.host.settings.disconnect_forgets_maxseg:
            self.own_options().forget_maxseg()

    def close(self) -> None:
        """close(2): orderly, unless unread data or SO_LINGER 0 turns it into a reset."""
        if self.closed:
            return
        host = self.host
        self.closed = True
        host.give_descriptor(self.descriptor)
        now = host.clock()
        if self.udp is not None:
            self.udp.close()
        elif self.listener is not None:
            self._close_listener(self.listener, now)
        elif self.conn is not None:
            self._close_connection(self.conn, now)
        self._let_go()

    def _close_connection(self, connection: HostConnection, now: int) -> None:
        connection.socket = None
        over = connection.state is State.TIME_WAIT
        unread = connection.rcv.unread > 0  # then close() resets by itself, in any state
        if self.options.linger_on and self.options.linger_ns == 0 and not over and not unread:
            connection.detached = True
            connection.abort(now, rules.ABORT_LINGER)
        else:
            connection.close(now)
        if connection.fastopen_waiting:
            self.host.tcp.forget(connection)  # it was never opened: nothing else would
        self._touched(connection, now)

    def _stop_listening(self, listener: Listener) -> None:
        """shutdown(2) of a listener's reading side: as close(2) does it, but the socket may
        listen again, on its port if it was bound to one (Linux inet_shutdown())."""
        self._close_listener(listener, self.host.clock())
        self.listener = None
        if self.port_chosen:
            self._hold(self.local, self.port, False)
        else:
            self._let_go()
            self.port = 0

    def _close_listener(self, listener: Listener, now: int) -> None:
        """Half-open children are forgotten, those never accepted are reset."""
        tcp = self.host.tcp
        tcp.demux.remove_listener(listener)
        for child in listener.accept_queue:  # with Fast Open it may be half open, too
            listener.half_open.pop(child.id, None)
            child.listener = None
            child.detached = True
            child.abort(now, rules.FROM_LISTENER_CLOSED)
            tcp.after(child, now)
        for child in list(listener.half_open.values()):
            child.listener = None
            child.detached = True
            child.abort_silently(rules.FROM_LISTENER_CLOSED)
            tcp.after(child, now)
        listener.half_open.clear()
        listener.accept_queue.clear()

    def abort(self) -> None:
        """RFC 9293's ABORT (§3.10.5), whatever SO_LINGER says; then closed."""
        connection = self.conn
        if connection is not None and not self.closed:
            now = self.host.clock()
            connection.detached = True
            connection.abort(now)
            self._touched(connection, now)
        self.close()
