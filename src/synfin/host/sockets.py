"""BSD sockets in their non-blocking form, with POSIX errors and readiness.

Names, arguments and errors are those of Python's :class:`socket.socket`, as
Linux behaves; addresses are ``("10.0.0.1", 80)``. Every call that would block
raises BlockingIOError (EAGAIN, for connect EINPROGRESS). Errors are OSError
with Linux's numbers.
"""

from synfin.core import rules, send_space
from synfin.core.errno import (
    EADDRINUSE,
    EAGAIN,
    EALREADY,
    EBADF,
    ECONNABORTED,
    EINPROGRESS,
    EINVAL,
    EISCONN,
    ENETUNREACH,
    ENOTCONN,
    EOPNOTSUPP,
    EPIPE,
)
from synfin.core.events import Reason, Value
from synfin.core.sendbuffer import unchanging
from synfin.core.states import State
from synfin.host.closing_socket import ClosingSocket
from synfin.host.constants import (
    IPPROTO_TCP,
    MSG_EOR,
    MSG_FASTOPEN,
    MSG_MORE,
    MSG_OOB,
    MSG_PEEK,
    SIOCINQ,
    SIOCOUTQ,
    SIOCOUTQNSD,
    SOCK_STREAM,
    TCP_FASTOPEN_CONNECT,
)
from synfin.host.errors import socket_error
from synfin.host.listener import Listener
from synfin.host.named_socket import Address
from synfin.host.ports import overlap
from synfin.host.records import HostConnection
from synfin.host.status import tcp_info
from synfin.wire.address import format_address, is_broadcast, is_multicast, is_unspecified


class Socket(ClosingSocket):
    """One socket of a :class:`synfin.host.host.Host`; made by ``host.socket()``."""

    # -- passive OPEN --------------
    def listen(self, backlog: int = 128) -> None:
        """listen(2); again on a listening socket only changes the backlog. Connections
        from the same port stay as they are, whatever their state (MUST-41, MUST-42)."""
        host = self._open()
        if self.udp is not None:
            raise socket_error(EOPNOTSUPP)
        if self.conn is not None:
            raise socket_error(EINVAL)
        backlog = min(max(backlog, 0), host.settings.somaxconn)
        if self.listener is not None:
            self.listener.backlog = backlog
            return
        port = self.port or self._free_port(self.local)
        if self._conflicts_with_listener(port):
            raise socket_error(EADDRINUSE)
        self._hold(self.local, port, True)
        assert self.bound is not None
        self.listener = Listener(self.descriptor, self.local, port, backlog, self.bound)
        self.listener.socket = self
        self.listener.defer_ns = self.options.defer_accept_ns
        self.listener.fastopen = self.options.fastopen
        self.listener.fastopen_keys = self.options.fastopen_keys
        self.listener.md5 = self.options.md5
        host.tcp.demux.add_listener(self.listener)
        host.tcp.report_queues(self.listener)

    def _conflicts_with_listener(self, port: int) -> bool:
        for other in self.host.tcp.demux.listeners.get(port, ()):
            if overlap(other.address, self.local):
                return True
        return False

    def accept(self) -> "tuple[Socket, Address]":
        """accept(2): EAGAIN with nothing there; EMFILE leaves the connection queued."""
        host = self._open()
        listener = self.listener
        if listener is None:
            raise socket_error(EOPNOTSUPP if self.udp is not None else EINVAL)
        if not listener.accept_queue:
            raise socket_error(EAGAIN)
        descriptor = host.take_descriptor()
        connection = listener.accept_queue.pop(0)
        child = Socket(host, self.family, SOCK_STREAM, descriptor)
        host.descriptors[descriptor] = child
        if self.for_children is None:
            self.for_children = self.options.inherited()
        child.options = self.for_children
        if connection.md5 is not None:
            child.own_options().md5 = connection.md5
        child.conn = connection
        child.connect_told = True
        child.local = connection.local
        child.port = connection.local_port
        connection.listener = None
        listener.half_open.pop(connection.id, None)  # Fast Open: still in SYN-RECEIVED
        connection.socket = child
        host.tcp.report_queues(listener)
        if connection.unread or connection.rcv.fin_received or connection.error:
            host.tcp.is_ready(child)
        return child, (child.shown_address(connection.remote), connection.remote_port)

    # -- active OPEN --------------
    def connect(self, address: Address) -> None:
        """connect(2): EINPROGRESS while the handshake runs, EALREADY, EISCONN, and the
        error of a failed attempt once. MUST-46: ENETUNREACH for broadcast or multicast."""
        number = self.connect_ex(address)
        if number:
            raise socket_error(number)

    def connect_ex(self, address: Address) -> int:
        """As :meth:`connect`, but returns the errno (0: connected)."""
        self._open()
        raw, port = self._parse(address)
        if self.udp is not None:
            return self.udp.connect(raw, port)
        if self.listener is not None:
            return EISCONN
        if self.conn is not None:
            return self._connect_again(self.conn)
        return self._start_connecting(raw, port)

    def _connect_again(self, connection: HostConnection) -> int:
        if self.disconnecting:
            return EINVAL
        if connection.fastopen_waiting or self.connect_told:
            return EISCONN  # or it was so once (Linux SS_CONNECTED)
        if connection.state is State.SYN_SENT or connection.state is State.SYN_RECEIVED:
            return EALREADY
        if connection.state is State.CLOSED:
            # It ended before anybody asked; the next call begins anew.
            number = self._take_error() or ECONNABORTED
            self._disconnected()
            return number
        self.connect_told = True
        return 0

    def _start_connecting(self, remote: bytes, port: int) -> int:
        host = self.host
        now = host.clock()
        if len(self.local) != len(remote) and not is_unspecified(self.local):
            return ENETUNREACH  # bound to the other kind of address
        if is_multicast(remote) or is_broadcast(remote) or host.addresses.is_broadcast(remote):
            values: dict[str, Value] = {"remote": format_address(remote)}
            host.tcp.report("silence", 0, Reason(rules.OPEN_REFUSED_ADDRESS, values), {})
            return ENETUNREACH
        if is_unspecified(remote):
            remote = host.addresses.source_for(remote) or remote
        use = self.bound or (self.local, self.options.reuse_address, False)
        connection, number = host.tcp.connect(
            self.local, self.port, remote, port, use, now, self.route
        )
        if connection is None:
            return number
        self.conn = connection
        self.connect_told = False
        connection.socket = self
        self.local = connection.local
        self.configure(connection)
        settings = host.settings
        if self.options.fastopen_connect and settings.fastopen_client:
            host.tcp.fastopen.prepare(connection)
            if connection.fastopen_cookie or connection.fastopen_bare:
                # RFC 7413 §4.2.1: the SYN waits for the first data to carry.
                connection.fastopen_waiting = True
                return 0
        connection.open_active(now)
        self._touched(connection, now)
        return EINPROGRESS

    def connect_and_send(self, address: Address, data: bytes) -> int:
        """FreeBSD's sendto(2) on a socket without a connection: connect, and queue ``data``,
        which with TCP_FASTOPEN rides on the SYN. Octets taken; raises as ``connect``."""
        if self.options.fastopen:
            self.setsockopt(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
        number = self.connect_ex(address)
        if number not in (0, EINPROGRESS):
            raise socket_error(number)
        return self.queue(data)

    # -- SEND and RECEIVE --------------
    def send(self, data: bytes | memoryview, flags: int = 0) -> int:
        """send(2): octets taken. EAGAIN (no room, or still connecting), EPIPE, ENOTCONN.

        MSG_ZEROCOPY (with SO_ZEROCOPY) and SO_TIMESTAMPING: see :meth:`recv_error`.
        """
        taken = self.send_part(data, flags)
        self.note_sent(taken, flags)
        return taken

    def send_part(self, data: bytes | memoryview, flags: int = 0) -> int:
        """As :meth:`send`, for a call that goes on: its caller says with
        :meth:`note_sent` what it took in all."""
        if self.udp is not None:
            return self._send_datagram(data, b"", 0)
        if flags & MSG_FASTOPEN:
            raise socket_error(EOPNOTSUPP)
        self._open()
        self._raise_pending()
        connection = self.conn
        if connection is None:
            raise socket_error(EPIPE)
        if connection.fastopen_waiting:
            return self.queue(data)
        state = connection.state
        if state is State.SYN_SENT or (
            state is State.SYN_RECEIVED and not connection.fastopen_accepted
        ):
            raise socket_error(EAGAIN)
        return self._send(connection, data, flags)

    def _send(self, connection: HostConnection, data: bytes | memoryview, flags: int) -> int:
        now = self.host.tcp.now  # which _open() has set
        if not data:
            if connection.write_shut or connection.state is State.CLOSED:
                raise socket_error(EPIPE)
            return 0
        kept = unchanging(data)
        taken = connection.send(
            kept,
            now,
            push=not flags & MSG_MORE,
            urgent=bool(flags & MSG_OOB),
            record=bool(flags & MSG_EOR),
        )
        self._touched(connection, now)
        if 0 <= taken < len(kept):
            self.wants_room = True
        if taken == 0:
            raise socket_error(EAGAIN)
        if taken < 0:
            raise socket_error(EPIPE)
        return taken

    def queue(self, data: bytes | memoryview, flags: int = 0) -> int:
        """RFC 9293's SEND (§3.10.2): queues before ESTABLISHED, too, where ``send``
        would say EAGAIN."""
        self._raise_pending()
        connection = self._connection()
        now = self.host.clock()
        if connection.fastopen_waiting:
            connection.fastopen_waiting = False
            taken = connection.queue_before_open(bytes(data))
            connection.open_active(now)
            self._touched(connection, now)
            return taken
        return self._send(connection, data, flags)

    def sendto(self, data: bytes | memoryview, address: Address) -> int:
        """sendto(2) for datagrams."""
        if self.udp is None:
            raise socket_error(EISCONN if self.conn is not None else ENOTCONN)
        raw, port = self._parse(address)
        return self._send_datagram(data, raw, port)

    def _send_datagram(self, data: bytes | memoryview, raw: bytes, port: int) -> int:
        host = self._open()
        assert self.udp is not None
        sent = self.udp.send(data, raw, port)
        if sent.errno:
            raise socket_error(sent.errno)
        host.send_datagrams(sent.packets, sent.loop)
        return len(data)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """recv(2): ``b""`` is the peer's FIN. EAGAIN, ENOTCONN, ECONNRESET once. MSG_OOB
        is EINVAL: urgent data stays in the stream (RFC 6093 §3.1; SO_OOBINLINE)."""
        if self.udp is not None:
            return self.recvfrom(size, flags)[0]
        if self.conn is None:
            self._raise_pending()
            if self.read_shut:
                return b""
        connection = self._connection()
        if flags & MSG_OOB:
            raise socket_error(EINVAL)
        if connection.unread:
            return self._read(connection, size, flags)
        if connection.rcv.fin_received:
            connection.eof_read = connection.eof_read or not flags & MSG_PEEK
            return b""  # whatever came after it (Linux SOCK_DONE)
        self._raise_pending()
        state = connection.state
        waiting = connection.fastopen_waiting or state is State.SYN_SENT
        if waiting or (state is State.SYN_RECEIVED and not self.connect_told):
            raise socket_error(EAGAIN)
        if self.read_shut or state is State.CLOSED:
            return b""
        raise socket_error(EAGAIN)

    def _read(self, connection: HostConnection, size: int, flags: int) -> bytes:
        if flags & MSG_PEEK:
            return connection.peek(size)
        now = self.host.tcp.now  # which _open() has set
        data = connection.recv(size, now)
        if connection.rcv.fin_received and not connection.unread:
            connection.eof_read = True
        self._touched(connection, now)
        return data

    def recv_views(self, limit: int = 1 << 30) -> list[memoryview]:
        """What :meth:`recv` would return of up to ``limit`` octets, uncopied and in order;
        ``[]`` is the peer's FIN. Errors are those of ``recv``. Stream sockets only
        (EOPNOTSUPP).

        Nothing is taken: say with :meth:`consumed` how much has been used; until then the
        same octets are shown again and count against the window. A view stays good, and
        its octets as they are, for as long as it is held, but keeps up to 64 KB of memory
        of the driver's, which then has to take other buffers: copy what is to stay.
        """
        if self.udp is not None:
            raise socket_error(EOPNOTSUPP)
        connection = self.conn
        if connection is None or not connection.unread:
            self.recv(limit)  # EAGAIN, an error, or the end
            return []
        if self.closed:
            raise socket_error(EBADF)
        return connection.rcv.views(limit)

    def consumed(self, octets: int) -> None:
        """``octets`` of what :meth:`recv_views` showed have been used: there is room for as
        many more. EINVAL for fewer than none or more than there are."""
        connection = self._connection()
        if not 0 <= octets <= connection.unread:
            raise socket_error(EINVAL)
        if octets == 0:
            return
        now = self.host.tcp.now
        connection.consume(octets, now)
        if connection.rcv.fin_received and not connection.unread:
            connection.eof_read = True
        self._touched(connection, now)

    def recv_into(self, buffer: bytearray | memoryview, size: int = 0) -> int:
        """recv into ``buffer``; the octets written. Copies once."""
        room = memoryview(buffer)
        if self.udp is not None:
            data = self.recv(size or len(room))
            room[: len(data)] = data
            return len(data)
        count = 0
        for view in self.recv_views(size or len(room)):
            room[count : count + len(view)] = view
            count += len(view)
        if count:
            self.consumed(count)
        return count

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Address]:
        """recvfrom(2): one datagram, cut to ``size``, and whence."""
        self._open()
        if self.udp is None:
            return self.recv(size, flags), self.getpeername()
        number, received = self.udp.recv(bool(flags & MSG_PEEK))
        if received is None:
            raise socket_error(number or EAGAIN)
        return received.data[:size], (format_address(received.src), received.src_port)

    # -- state --------------
    def tcp_info(self) -> dict[str, int | str]:
        """TCP_INFO by the kernel's field names, times in ns. ENOTCONN without a connection."""
        return tcp_info(self._connection())

    # -- readiness --------------
    def readable(self) -> bool:
        """poll(2)'s POLLIN: a read (or accept) would not block."""
        if self.closed:
            return False
        if self.udp is not None:
            return self.udp.readable()
        if self.listener is not None:
            return bool(self.listener.accept_queue)
        connection = self.conn
        if connection is None:
            return True
        return bool(
            connection.unread
            or connection.rcv.fin_received
            or connection.error
            or self.read_shut
            or connection.state is State.CLOSED
        )

    def writable(self) -> bool:
        """poll(2)'s POLLOUT: a send would not block (a third of the buffer is free, as
        on Linux), or connect() is over one way or the other."""
        if self.closed:
            return False
        if self.udp is not None:
            return self.udp.writable()
        connection = self.conn
        if connection is None:
            return self.listener is None
        state = connection.state
        if state is State.SYN_SENT or state is State.SYN_RECEIVED:
            return False
        if connection.error or connection.write_shut or state is State.CLOSED:
            return True
        return send_space.writable(connection)

    # -- how much is queued --------------
    def ioctl(self, request: int) -> int:
        """ioctl(2) of tcp(7): SIOCINQ (octets to be read), SIOCOUTQ (not acknowledged),
        SIOCOUTQNSD (not sent); a FIN of ours counts as one. EINVAL for anything else and
        for listeners."""
        connection = self.conn
        if connection is None or request not in (SIOCINQ, SIOCOUTQ, SIOCOUTQNSD):
            raise socket_error(EINVAL)
        if connection.state is State.SYN_SENT or connection.state is State.SYN_RECEIVED:
            return 0
        snd = connection.snd
        end = snd.buffer.end + (1 if snd.fin_queued else 0)
        if request == SIOCINQ:
            return connection.unread
        if request == SIOCOUTQ:
            return max(0, end - max(snd.snd_una, snd.buffer.start))
        return max(0, end - max(snd.snd_nxt, snd.buffer.start))

    def inq_hint(self) -> int:
        """What TCP_INQ tells with recvmsg(): octets left, and one more for a FIN, so that
        somebody comes back for it (Linux tcp_inq_hint())."""
        connection = self._connection()
        return connection.unread + int(connection.rcv.fin_received)

    def urgent_left(self) -> int:
        """Octets of urgent data still to be read (MUST-33; SIOCATMARK's question)."""
        return 0 if self.conn is None else self.conn.urgent_left


__all__ = ["Socket", "socket_error"]
