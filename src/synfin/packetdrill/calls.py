"""System calls of scripts over the host's sockets, blocking where the script says so."""

from typing import Final

from synfin.core.errno import (
    EBADF,
    ENOPROTOOPT,
    EOPNOTSUPP,
)
from synfin.core.timers import NEVER
from synfin.host import constants as c
from synfin.host.errors import socket_error
from synfin.host.signatures import md5sig
from synfin.host.sockets import Socket
from synfin.packetdrill import symbols as s
from synfin.packetdrill.files import File, Step, only
from synfin.packetdrill.findings import Failure, differs
from synfin.packetdrill.messages import Messages
from synfin.packetdrill.model import Call, Dots, Structure, Text, Unsupported

_DOUBLED: Final = ((c.SOL_SOCKET, c.SO_SNDBUF), (c.SOL_SOCKET, c.SO_RCVBUF))
_CONGESTION: Final = (c.IPPROTO_TCP, c.TCP_CONGESTION)
_TCP_INQ: Final = (c.IPPROTO_TCP, c.TCP_INQ)
_FASTOPEN_KEY: Final = (c.IPPROTO_TCP, c.TCP_FASTOPEN_KEY)
_FASTOPEN_CONNECT: Final = (c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT)
_SNDBUF_LEAST: Final = 4608
_RCVBUF_LEAST: Final = 2304

_MD5SIG: Final = (c.IPPROTO_TCP, c.TCP_MD5SIG)


class Calls(Messages):
    """Opening, closing and options of sockets."""

    # -- opening ---------------------------------------------------------------
    def call_socket(self, call: Call) -> int:
        family = self.config.socket_family
        if self.argument(call, 0, family) != family:
            raise Unsupported("socket(domain)")
        type_ = self.argument(call, 1)
        kind = type_ & 0xF
        if kind not in (c.SOCK_STREAM, c.SOCK_DGRAM):
            raise Unsupported("socket(type)")
        file = File(self.machine.host.socket(kind, family))
        file.nonblocking = bool(type_ & s.O_NONBLOCK)
        return self.add(call, file)

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
        if sock.conn is None and sock.udp is None:
            self.opened(True)
        return (yield from self._connect(sock, address, file.nonblocking))

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
            raise Unsupported("fcntl(command)")
        file.nonblocking = bool(self.argument(call, 2) & s.O_NONBLOCK)
        return 0

    def _sign(self, sock: Socket, on: int) -> None:
        """FreeBSD's TCP_MD5SIG is a flag; the keys are those of ``setkey``."""
        size = 4 if self.config.ip_version == 4 else 16
        for address, key in self.machine.md5_keys.items():
            if len(address) == size and address != self.config.local_ip:
                sock.setsockopt(*_MD5SIG, md5sig(address, key if on else b""))

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
        if pair == _MD5SIG and isinstance(value, int):
            self._sign(sock, value)
            return 0
        if isinstance(value, Text) and pair == _FASTOPEN_KEY:
            sock.setsockopt(*pair, (self.text(call, 3) or b"")[: self.argument(call, 4)])
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
            raise Unsupported("ioctl(request)")
        found = sock.ioctl(request)
        expected = only(call.arguments[2])
        if not isinstance(expected, Dots) and s.number(expected) != found:
            raise Failure(differs("ioctl", s.number(expected), found))
        return 0


def _option_name(call: Call) -> str:
    """The option as the script names it."""
    option = call.arguments[2]
    return getattr(option, "name", str(option))
