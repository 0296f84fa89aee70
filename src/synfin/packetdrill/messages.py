"""Sending and receiving of scripts: data, messages with control data, the error queue;
blocking where the script says so."""

from collections.abc import Callable
from typing import Final

from synfin.core.errno import (
    EAFNOSUPPORT,
    EALREADY,
    EFAULT,
    EINPROGRESS,
    EISCONN,
    EOPNOTSUPP,
)
from synfin.core.timers import NEVER
from synfin.host import constants as c
from synfin.host.error_queue import fragment_groups
from synfin.host.errors import socket_error
from synfin.host.sockets import Socket
from synfin.packetdrill import control
from synfin.packetdrill import symbols as s
from synfin.packetdrill.config import Config
from synfin.packetdrill.files import Files, Step
from synfin.packetdrill.findings import Failure, differs
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import Array, Call, Dots, Structure, Text, Unsupported, Word
from synfin.packetdrill.programs import Programs
from synfin.wire.address import parse_address

SEND_FLAGS: Final = (
    c.MSG_OOB | c.MSG_DONTWAIT | c.MSG_NOSIGNAL | c.MSG_MORE | c.MSG_FASTOPEN | c.MSG_EOR
)
SEND_FLAGS_TOLD: Final = c.MSG_ZEROCOPY
RECV_FLAGS: Final = c.MSG_PEEK | c.MSG_DONTWAIT | c.MSG_NOSIGNAL
_TCP_INQ: Final = (c.IPPROTO_TCP, c.TCP_INQ)


class Messages(Files):
    """send and recv in all their forms; ``opened`` is told when a socket connects."""

    def __init__(self, machine: Machine, config: Config, opened: Callable[[bool], None]) -> None:
        super().__init__(machine)
        self.config: Config = config
        self.programs: Programs = Programs()
        """The files that commands of the script have made."""
        self.opened: Callable[[bool], None] = opened

    def _address(
        self, call: Call, at: int, default: tuple[bytes, int], flags: int = 0
    ) -> tuple[str, int]:
        argument = call.arguments[at] if at < len(call.arguments) else Dots()
        if isinstance(argument, Dots):
            return self.config.name_of(default[0]), default[1]
        if argument == Word("AF_UNSPEC"):
            raise socket_error(EOPNOTSUPP if flags & c.MSG_FASTOPEN else EAFNOSUPPORT)
        if not isinstance(argument, Structure):
            raise Unsupported(f"{call.name}(address)")
        port, name = argument.get("sin_port"), argument.get("sin_addr")
        text = self.config.name_of(default[0])
        if isinstance(name, Text):
            text = self.config.name_of(parse_address(name.value))
        return text, port if isinstance(port, int) else default[1]

    def _connect(self, sock: Socket, address: tuple[str, int], nonblocking: bool) -> Step:
        number = sock.connect_ex(address)
        if number == EINPROGRESS and not nonblocking:
            self.machine.settle()
            while number in (EINPROGRESS, EALREADY):
                yield NEVER
                number = sock.connect_ex(address)
        if number:
            raise socket_error(number)
        return 0

    # -- sending ---------------------------------------------------------------
    def call_write(self, call: Call) -> Step:
        return (yield from self._send(call, self.argument(call, 2), 0, 1))

    def call_send(self, call: Call) -> Step:
        return (yield from self._send(call, self.argument(call, 2), self.argument(call, 3), 1))

    def call_sendto(self, call: Call) -> Step:
        _file, sock = self.socket(call)
        if sock.udp is not None:
            return self._send_datagram(call, sock)
        if not self.machine.host.settings.implied_connect or sock.conn is not None:
            return (yield from self.call_send(call))
        address = self._address(call, 4, (self.config.remote_ip, self.config.connect_port))
        self.opened(True)
        data = self.text(call, 1) or bytes(self.argument(call, 2))
        return sock.connect_and_send(address, data)

    def _send_datagram(self, call: Call, sock: Socket) -> int:
        """sendto() with an address, or to the connected peer with NULL."""
        data = self.text(call, 1) or bytes(self.argument(call, 2))
        if self.is_null(call, 4):
            return sock.send(data)
        address = self._address(call, 4, (self.config.remote_ip, self.config.connect_port))
        return sock.sendto(data, address)

    def call_writev(self, call: Call) -> Step:
        size = self._vector(call.arguments[1])
        return (yield from self._send(call, size, 0, -1))

    def call_sendmsg(self, call: Call) -> Step:
        message = call.arguments[1]
        if not isinstance(message, Structure):
            raise Unsupported("sendmsg(message)")
        control = message.get("msg_control")
        if isinstance(control, Array) and control.items:
            raise Unsupported("sendmsg(msg_control)")
        flags = self.argument(call, 2)
        sizes = self._sizes(message.get("msg_iov"))
        if flags & c.MSG_ZEROCOPY and self.socket(call)[1].options.zerocopy:
            return (yield from self._send_parts(call, fragment_groups(sizes), flags))
        return (yield from self._send(call, sum(sizes), flags, -1))

    def _send_parts(self, call: Call, parts: list[int], flags: int) -> Step:
        """One call whose octets must not all share a segment."""
        file, sock = self.socket(call)
        if flags & ~(SEND_FLAGS | SEND_FLAGS_TOLD) or flags & c.MSG_FASTOPEN:
            raise Unsupported(s.names(flags, "MSG_"))
        patient = not file.nonblocking and not flags & c.MSG_DONTWAIT
        done = 0
        for index, size in enumerate(parts):
            last = index == len(parts) - 1
            ends = flags if last else flags | c.MSG_EOR
            taken = yield from self._send_rest(sock, bytes(size), 0, ends, patient)
            done += taken
            if taken < size:
                break
        sock.note_sent(done, flags)
        return done

    def _vector(self, iov: object) -> int:
        """The octets that an array of ``{..., n}`` stands for."""
        return sum(self._sizes(iov))

    def _sizes(self, iov: object) -> list[int]:
        if not isinstance(iov, Array):
            raise Unsupported("msg_iov")
        sizes: list[int] = []
        for item in iov.items:
            if not isinstance(item, Structure):
                raise Unsupported("msg_iov")
            sizes.append(s.number(item.fields[-1][1]))
        return sizes

    def _send(self, call: Call, size: int, flags: int, buffer: int) -> Step:
        unknown = flags & ~(SEND_FLAGS | SEND_FLAGS_TOLD)
        if unknown:
            raise Unsupported(s.names(unknown, "MSG_"))
        file, sock = self.socket(call)
        if buffer >= 0 and self.is_null(call, buffer) and size:
            raise socket_error(EFAULT)
        data = (self.text(call, buffer) if buffer >= 0 else None) or bytes(size)
        patient = not file.nonblocking and not flags & c.MSG_DONTWAIT
        connection = sock.conn
        waits = connection is not None and connection.fastopen_waiting
        if waits or flags & c.MSG_FASTOPEN:
            done = yield from self._send_on_syn(call, sock, data, flags, patient)
        else:
            done = yield from self._send_rest(sock, data, 0, flags, patient)
        sock.note_sent(done, flags)
        return done

    def _send_rest(self, sock: Socket, data: bytes, done: int, flags: int, patient: bool) -> Step:
        """tcp_sendmsg(): a blocking one returns when all is queued."""
        while True:
            try:
                done += sock.send_part(data[done:], flags & ~c.MSG_FASTOPEN)
            except BlockingIOError:
                if not patient:
                    if done:
                        return done
                    raise
            except OSError:
                if done:
                    return done
                raise
            if done >= len(data):
                return done
            self.machine.settle()
            sock.wait_for_room()
            while patient:
                yield NEVER
                if sock.writable():  # sk_stream_write_space() wakes nobody sooner
                    sock.wants_room = False
                    break

    def _send_on_syn(
        self, call: Call, sock: Socket, data: bytes, flags: int, patient: bool
    ) -> Step:
        """tcp_sendmsg_fastopen(): connect and send in one (RFC 7413)."""
        peer = (self.config.remote_ip, self.config.connect_port)
        address = self._address(call, 4, peer, c.MSG_FASTOPEN)
        connection = sock.conn
        number = EINPROGRESS
        if connection is None:
            if not self.machine.host.settings.fastopen_client:
                raise socket_error(EOPNOTSUPP)
            self.opened(True)
            sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 1)
            number = sock.connect_ex(address)
            connection = sock.conn
        elif not connection.fastopen_waiting:
            number = sock.connect_ex(address)
            if number == 0:
                return (yield from self._send_rest(sock, data, 0, flags, patient))
        if number and number != EINPROGRESS:
            raise socket_error(number)
        assert connection is not None
        done = 0
        if connection.fastopen_waiting:
            done = sock.queue(data[: connection.syn_text_limit])
            connection.acking.writer_waits = patient and done < len(data)
        self.machine.settle()
        if not patient:
            if done:
                return done
            raise socket_error(EINPROGRESS)
        while True:
            number = sock.connect_ex(address)
            if number not in (EINPROGRESS, EALREADY):
                break
            yield NEVER
        if number and number != EISCONN:
            raise socket_error(number)
        if done >= len(data):
            return done
        return (yield from self._send_rest(sock, data, done, flags, patient))

    # -- receiving ---------------------------------------------------------------
    def call_read(self, call: Call) -> Step:
        return (yield from self._recv(call, self.argument(call, 2), 0, 1))

    def call_recv(self, call: Call) -> Step:
        return (yield from self._recv(call, self.argument(call, 2), self.argument(call, 3), 1))

    call_recvfrom = call_recv

    def call_readv(self, call: Call) -> Step:
        return (yield from self._recv(call, self._vector(call.arguments[1]), 0, -1))

    def call_recvmsg(self, call: Call) -> Step:
        message = call.arguments[1]
        if not isinstance(message, Structure):
            raise Unsupported("recvmsg(message)")
        size = self._vector(message.get("msg_iov"))
        if self.argument(call, 2) & c.MSG_ERRQUEUE:
            return self._recv_error(call, message, size)
        result = yield from self._recv(call, size, self.argument(call, 2), -1)
        told = message.get("msg_flags")
        if told is not None and not isinstance(told, Dots) and s.number(told) != 0:
            raise Failure(differs("msg_flags", s.names(s.number(told), "MSG_"), 0))
        self._control(call, message)
        return result

    def _recv_error(self, call: Call, message: Structure, size: int) -> int:
        """recvmsg() with MSG_ERRQUEUE: the oldest entry, and how long its packet was."""
        _file, sock = self.socket(call)
        entry = sock.recv_error()
        flags = c.MSG_ERRQUEUE | (c.MSG_TRUNC if entry.length > size else 0)
        told = message.get("msg_flags")
        if told is not None and not isinstance(told, Dots) and s.number(told) != flags:
            names = s.names(s.number(told), "MSG_"), s.names(flags, "MSG_")
            raise Failure(differs("msg_flags", *names))
        messages = control.of_error(entry, sock.family == c.AF_INET6)
        control.compare(message.get("msg_control"), messages, self.config)
        return min(entry.length, size)

    def _control(self, call: Call, message: Structure) -> None:
        """TCP_INQ is the only control message that comes with octets."""
        file, sock = self.socket(call)
        found: list[control.ControlMessage] = []
        if file.wants_inq:
            left = {"": sock.inq_hint()}
            found.append(control.ControlMessage(_TCP_INQ[0], _TCP_INQ[1], left))
        control.compare(message.get("msg_control"), found, self.config)

    def _recv(self, call: Call, size: int, flags: int, buffer: int) -> Step:
        unknown = flags & ~RECV_FLAGS
        if unknown:
            raise Unsupported(s.names(unknown, "MSG_"))
        file, sock = self.socket(call)
        if buffer >= 0 and self.is_null(call, buffer):
            raise socket_error(EFAULT)
        while True:
            try:
                return len(sock.recv(size, flags & c.MSG_PEEK))
            except BlockingIOError:
                if file.nonblocking or flags & c.MSG_DONTWAIT:
                    raise
            yield NEVER
