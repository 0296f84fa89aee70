"""System calls of scripts over the host's sockets, blocking where the script says so."""

from collections.abc import Callable
from typing import Final

from synfin.core.errno import (
    EAFNOSUPPORT,
    EALREADY,
    EBADF,
    EFAULT,
    EINPROGRESS,
    EISCONN,
    ENOPROTOOPT,
    EOPNOTSUPP,
)
from synfin.core.timers import NEVER
from synfin.host import constants as c
from synfin.host.errors import socket_error
from synfin.host.sockets import Socket
from synfin.packetdrill import control
from synfin.packetdrill import symbols as s
from synfin.packetdrill.config import Config
from synfin.packetdrill.files import File, Files, Step, only
from synfin.packetdrill.findings import Failure, differs
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import Array, Call, Dots, Structure, Text, Unsupported, Word
from synfin.packetdrill.programs import Programs
from synfin.wire.address import format_address

SEND_FLAGS: Final = (
    c.MSG_OOB | c.MSG_DONTWAIT | c.MSG_NOSIGNAL | c.MSG_MORE | c.MSG_FASTOPEN | c.MSG_EOR
)
SEND_FLAGS_TOLD: Final = c.MSG_ZEROCOPY
RECV_FLAGS: Final = c.MSG_PEEK | c.MSG_DONTWAIT | c.MSG_NOSIGNAL
_DOUBLED: Final = ((c.SOL_SOCKET, c.SO_SNDBUF), (c.SOL_SOCKET, c.SO_RCVBUF))
_CONGESTION: Final = (c.IPPROTO_TCP, c.TCP_CONGESTION)
_TCP_INQ: Final = (c.IPPROTO_TCP, c.TCP_INQ)
_FASTOPEN_CONNECT: Final = (c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT)
_SNDBUF_LEAST: Final = 4608
_RCVBUF_LEAST: Final = 2304


class Calls(Files):
    """The socket calls; ``opened`` is told when a socket connects or listens."""

    def __init__(self, machine: Machine, config: Config, opened: Callable[[bool], None]) -> None:
        super().__init__(machine)
        self.config: Config = config
        self.programs: Programs = Programs()
        """The files that commands of the script have made."""
        self.opened: Callable[[bool], None] = opened

    # -- opening ---------------------------------------------------------------
    def call_socket(self, call: Call) -> int:
        family = c.AF_INET if self.config.ip_version == 4 else c.AF_INET6
        if self.argument(call, 0, family) != family:
            raise Unsupported("a socket of another family than --ip_version")
        type_ = self.argument(call, 1)
        if type_ & 0xF != c.SOCK_STREAM:
            raise Unsupported("SOCK_DGRAM")
        file = File(self.machine.host.socket(family=family))
        file.nonblocking = bool(type_ & s.O_NONBLOCK)
        return self.add(call, file)

    def _address(
        self, call: Call, at: int, default: tuple[bytes, int], flags: int = 0
    ) -> tuple[str, int]:
        argument = call.arguments[at] if at < len(call.arguments) else Dots()
        if isinstance(argument, Dots):
            return format_address(default[0]), default[1]
        if argument == Word("AF_UNSPEC"):
            raise socket_error(EOPNOTSUPP if flags & c.MSG_FASTOPEN else EAFNOSUPPORT)
        if not isinstance(argument, Structure):
            raise Unsupported(f"the address of {call.name}()")
        port, name = argument.get("sin_port"), argument.get("sin_addr")
        text = name.value if isinstance(name, Text) else format_address(default[0])
        return text, port if isinstance(port, int) else default[1]

    def call_bind(self, call: Call) -> int:
        _file, sock = self.socket(call)
        sock.bind(self._address(call, 1, (self.config.local_ip, self.config.bind_port)))
        return 0

    def call_listen(self, call: Call) -> int:
        _file, sock = self.socket(call)
        sock.listen(self.argument(call, 1))
        self.opened(False)
        return 0

    def call_accept(self, call: Call) -> Step:
        file, sock = self.socket(call)
        while True:
            try:
                child, _address = sock.accept()
                break
            except BlockingIOError:
                if file.nonblocking:
                    raise
            yield NEVER
        accepted = File(child)
        accepted.wants_inq = file.wants_inq
        accepted.told = dict(file.told)
        if call.name == "accept4":
            accepted.nonblocking = bool(self.argument(call, 3, 0) & s.O_NONBLOCK)
        return self.add(call, accepted)

    call_accept4 = call_accept

    def call_connect(self, call: Call) -> Step:
        file, sock = self.socket(call)
        address = self._address(call, 1, (self.config.remote_ip, self.config.connect_port))
        if sock.conn is None:
            self.opened(True)
        return (yield from self._connect(sock, address, file.nonblocking))

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
        if not self.machine.host.settings.implied_connect or sock.conn is not None:
            return (yield from self.call_send(call))
        address = self._address(call, 4, (self.config.remote_ip, self.config.connect_port))
        self.opened(True)
        data = self.text(call, 1) or bytes(self.argument(call, 2))
        return sock.connect_and_send(address, data)

    def call_writev(self, call: Call) -> Step:
        size = self._vector(call.arguments[1])
        return (yield from self._send(call, size, 0, -1))

    def call_sendmsg(self, call: Call) -> Step:
        message = call.arguments[1]
        if not isinstance(message, Structure):
            raise Unsupported("the message of sendmsg()")
        control = message.get("msg_control")
        if isinstance(control, Array) and control.items:
            raise Unsupported("msg_control of sendmsg()")
        size = self._vector(message.get("msg_iov"))
        return (yield from self._send(call, size, self.argument(call, 2), -1))

    def _vector(self, iov: object) -> int:
        """The octets that an array of ``{..., n}`` stands for."""
        if not isinstance(iov, Array):
            raise Unsupported("an iovec of this form")
        total = 0
        for item in iov.items:
            if not isinstance(item, Structure):
                raise Unsupported("an iovec of this form")
            total += s.number(item.fields[-1][1])
        return total

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
            raise Unsupported("the message of recvmsg()")
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
        messages = control.of_error(entry, len(sock.local) == 16)
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

    # -- closing ---------------------------------------------------------------
    def call_shutdown(self, call: Call) -> int:
        _file, sock = self.socket(call)
        sock.shutdown(self.argument(call, 1))
        return 0

    def call_close(self, call: Call) -> int:
        wanted = self.argument(call, 0)
        file = self.files.pop(wanted, None)
        if file is None:
            raise socket_error(EBADF)
        if file.socket is not None:
            file.socket.close()
        for other in self.files.values():
            if other.epoll is not None:
                other.epoll.interest.pop(wanted, None)
        return 0

    # -- options ---------------------------------------------------------------
    def call_fcntl(self, call: Call) -> int:
        file = self.file(call)
        command = self.argument(call, 1)
        if command == s.F_GETFL:
            return s.O_RDWR | (s.O_NONBLOCK if file.nonblocking else 0)
        if command != s.F_SETFL:
            raise Unsupported("this command of fcntl()")
        file.nonblocking = bool(self.argument(call, 2) & s.O_NONBLOCK)
        return 0

    def call_setsockopt(self, call: Call) -> int:
        file, sock = self.socket(call)
        pair = self.argument(call, 1), self.argument(call, 2)
        value = only(call.arguments[3])
        if isinstance(value, Structure):
            onoff, linger = value.get("onoff"), value.get("linger")
            if pair != (c.SOL_SOCKET, c.SO_LINGER) or onoff is None or linger is None:
                raise Unsupported(_option_name(call))
            octets = s.number(onoff).to_bytes(4, "little") + s.number(linger).to_bytes(4, "little")
            sock.setsockopt(pair[0], pair[1], octets)
            return 0
        if isinstance(value, Text) and pair == _CONGESTION:
            sock.setsockopt(*pair, value.value.encode())
            return 0
        if isinstance(value, Text):
            raise Unsupported(_option_name(call))
        wanted = s.number(value)
        if pair == _TCP_INQ:
            file.wants_inq = bool(wanted)
            return 0
        if pair == _FASTOPEN_CONNECT and wanted:
            if not self.machine.host.settings.fastopen_client:
                raise socket_error(EOPNOTSUPP)
        if pair in _DOUBLED and self.config.platform != "FreeBSD":
            self._set_buffer(file, sock, pair, wanted)
            return 0
        try:
            sock.setsockopt(pair[0], pair[1], wanted)
        except OSError as error:
            if error.errno == ENOPROTOOPT and call.errno != "ENOPROTOOPT":
                if self.config.forgiven_calls:
                    return 0  # whatever the script expects: it says that it does not matter
                raise Unsupported(_option_name(call)) from None
            raise
        return 0

    def _set_buffer(self, file: File, sock: Socket, pair: tuple[int, int], wanted: int) -> None:
        """socket(7): Linux doubles the value, and counts half of SO_RCVBUF as window."""
        least = _SNDBUF_LEAST if pair[1] == c.SO_SNDBUF else _RCVBUF_LEAST
        doubled = max(2 * wanted, least)
        file.told[pair] = doubled
        sock.setsockopt(*pair, doubled if pair[1] == c.SO_SNDBUF else doubled // 2)

    def call_getsockopt(self, call: Call) -> int:
        file, sock = self.socket(call)
        pair = self.argument(call, 1), self.argument(call, 2)
        expected = only(call.arguments[3])
        if pair == _CONGESTION:
            name = sock.congestion_control()
            if isinstance(expected, Text) and expected.value != name:
                raise Failure(differs(_option_name(call), expected.value, name))
            return 0
        if pair in file.told:
            found = file.told[pair]
        else:
            try:
                found = sock.getsockopt(*pair)
            except OSError as error:
                if error.errno == ENOPROTOOPT and call.errno != "ENOPROTOOPT":
                    raise Unsupported(_option_name(call)) from None
                raise
        if not isinstance(expected, Dots) and s.number(expected) != found:
            raise Failure(differs(_option_name(call), s.number(expected), found))
        return 0

    def call_ioctl(self, call: Call) -> int:
        _file, sock = self.socket(call)
        request = self.argument(call, 1)
        if request not in (c.SIOCINQ, c.SIOCOUTQ, c.SIOCOUTQNSD):
            raise Unsupported("this request of ioctl()")
        found = sock.ioctl(request)
        expected = only(call.arguments[2])
        if not isinstance(expected, Dots) and s.number(expected) != found:
            raise Failure(differs("ioctl", s.number(expected), found))
        return 0


def _option_name(call: Call) -> str:
    """The option as the script names it."""
    option = call.arguments[2]
    return getattr(option, "name", str(option))
