"""``socket.socket`` over a simulated host: the class that programs find inside a run.

A thin face on :class:`synfin.host.sockets.Socket`, which has the semantics. It derives from
the real class, so that ``isinstance`` holds, but never opens a real descriptor.
"""

import _thread
import socket
import struct
import warnings
from collections.abc import Callable, Iterable
from socket import socket as RealSocket
from typing import TYPE_CHECKING, Any

from synfin.aio.errors import Fenced, outside
from synfin.aio.kernel import Kernel
from synfin.aio.options import linux_option
from synfin.aio.process import Process
from synfin.core.errno import EBADF, EINPROGRESS, EOPNOTSUPP
from synfin.host import constants as c
from synfin.host.errors import socket_error
from synfin.host.sockets import Socket as HostSocket

_FAMILIES = (-1, socket.AF_INET, socket.AF_INET6)
Buffer = bytes | bytearray | memoryview


class Runtime:
    """What sockets made now belong to; None outside every run."""

    kernel: Kernel | None = None
    look_again: Callable[[int], None] | None = None
    thread: int = 0


def running_here() -> Kernel | None:
    """The kernel of the run that goes on in this thread."""
    return Runtime.kernel if _thread.get_ident() == Runtime.thread else None


class SimSocket(RealSocket):
    """A socket of the process that made it. Non-blocking calls only: a call that would
    block raises :class:`Fenced`, since all hosts share the thread that it would hold up."""

    __slots__ = ("_core", "_fd", "_kernel", "_process", "_proto", "_timeout")

    if TYPE_CHECKING:
        _io_refs: int
        _closed: bool

    def __new__(
        cls, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None
    ) -> Any:
        """In another thread, and for a real descriptor, a real socket; in real time for other
        families, too."""
        kernel = running_here()
        if (
            kernel is None
            or (fileno is not None and fileno not in kernel.sockets)
            or (kernel.driver.real_time and family not in _FAMILIES)
        ):
            return RealSocket(family, type, proto, fileno)
        return super().__new__(cls)

    def __init__(
        self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None
    ) -> None:
        self._io_refs = 0
        self._closed = False
        self._fd: int = -1
        kernel = Runtime.kernel
        assert kernel is not None
        self._kernel: Kernel = kernel
        self._proto: int = max(proto, 0)
        self._timeout: float | None = socket.getdefaulttimeout()
        if fileno is not None:
            self._core: HostSocket = kernel.socket(fileno)
            self._process: Process = kernel.process()
            self._fd = fileno
        else:
            kind = _check_kind(family, type)
            self._fd, self._core, self._process = kernel.open(*kind)
            if type != -1 and type & getattr(socket, "SOCK_NONBLOCK", 0):
                self._timeout = 0.0

    @classmethod
    def of(cls, kernel: Kernel, core: HostSocket, process: Process, proto: int) -> "SimSocket":
        """The face of ``core``, which ``process`` has just accepted."""
        self: SimSocket = RealSocket.__new__(cls)
        self._io_refs = 0
        self._kernel = kernel
        self._proto = proto
        self._timeout = socket.getdefaulttimeout()
        self._core = core
        self._process = process
        self._fd = kernel.adopt(core, process)
        self._closed = False
        return self

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) < 0 or not self._process.alive:
            return
        if running_here() is self._kernel:
            warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self, stacklevel=2)
            self._real_close()

    # -- what it is --------------
    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return socket.AF_INET if self._core.family == c.AF_INET else socket.AF_INET6

    @property
    def type(self) -> socket.SocketKind:
        """SOCK_STREAM or SOCK_DGRAM."""
        return socket.SOCK_STREAM if self._core.type == c.SOCK_STREAM else socket.SOCK_DGRAM

    @property
    def proto(self) -> int:
        """As it was asked for; asyncio sets TCP_NODELAY where it is IPPROTO_TCP."""
        return self._proto

    @property
    def timeout(self) -> float | None:
        """See :meth:`gettimeout`."""
        return self._timeout

    def fileno(self) -> int:
        """The simulated descriptor, beyond all real ones; -1 once closed."""
        return self._fd

    def setblocking(self, flag: bool) -> None:
        """False is what asyncio asks for."""
        self._timeout = None if flag else 0.0

    def getblocking(self) -> bool:
        """Whether calls may wait."""
        return self._timeout != 0.0

    def settimeout(self, value: float | None) -> None:
        """0: never waits."""
        self._timeout = None if value is None else float(value)

    def gettimeout(self) -> float | None:
        """See :meth:`settimeout`."""
        return self._timeout

    def get_inheritable(self) -> bool:
        """There is nobody to inherit it."""
        return False

    def set_inheritable(self, inheritable: bool) -> None:
        """Does nothing: there is nobody to inherit it."""

    # -- calls --------------
    def _open(self) -> HostSocket:
        if self._fd < 0:
            raise socket_error(EBADF)
        return self._core

    def _after(self) -> None:
        """The call may have queued packets, or made this socket ready."""
        self._kernel.driver.touched(self._process.host)

    def _would_block(self, call: str) -> Fenced:
        return Fenced(
            f"{call}() on {self!r} would block, and with it every host of the simulation: use "
            "asyncio's calls, or setblocking(False)"
        )

    def bind(self, address: Any) -> None:
        """bind(2)."""
        self._open().bind(self._named(address))

    def listen(self, backlog: int = 128) -> None:
        """listen(2)."""
        self._open().listen(backlog)
        self._after()

    def accept(self) -> tuple[socket.socket, Any]:
        """accept(2)."""
        try:
            core, address = self._open().accept()
        except BlockingIOError:
            if self._timeout != 0.0:
                raise self._would_block("accept") from None
            raise
        return SimSocket.of(self._kernel, core, self._process, self._proto), self._shown(address)

    def connect(self, address: Any) -> None:
        """connect(2)."""
        number = self.connect_ex(address)
        if number:
            raise socket_error(number)

    def connect_ex(self, address: Any) -> int:
        """connect(2) that returns the error number."""
        number = self._open().connect_ex(self._named(address))
        self._after()
        if number == EINPROGRESS and self._timeout != 0.0:
            raise self._would_block("connect")
        return number

    def send(self, data: Any, flags: int = 0) -> int:
        """send(2)."""
        core = self._open()
        try:
            taken = core.send(_octets(data), flags)
        except BlockingIOError:
            if self._timeout != 0.0:
                raise self._would_block("send") from None
            raise
        self._after()
        return taken

    def sendall(self, data: Any, flags: int = 0) -> None:
        """All or nothing: what does not fit would block."""
        view = memoryview(data).cast("B")
        while view:
            view = view[self.send(view, flags) :]

    def sendto(self, data: Any, *args: Any) -> int:
        """sendto(2): ``(data, address)`` or ``(data, flags, address)``."""
        address = args[-1]
        core = self._open()
        if address is None:
            return self.send(data)
        sent = core.sendto(_octets(data), self._named(address))
        self._after()
        return sent

    def sendmsg(
        self,
        buffers: Iterable[Any],
        ancdata: Iterable[Any] = (),
        flags: int = 0,
        address: Any = None,
    ) -> int:
        """sendmsg(2) without ancillary data."""
        if list(ancdata):
            raise socket_error(EOPNOTSUPP)
        data = b"".join(buffers)
        return self.send(data, flags) if address is None else self.sendto(data, address)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """recv(2)."""
        core = self._open()
        try:
            data = core.recv(size, flags)
        except BlockingIOError:
            if self._timeout != 0.0:
                raise self._would_block("recv") from None
            raise
        self._after()
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """recv(2) into ``buffer``."""
        view = memoryview(buffer).cast("B")
        data = self.recv(min(nbytes, len(view)) if nbytes else len(view), flags)
        view[: len(data)] = data
        return len(data)

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        """recvfrom(2)."""
        core = self._open()
        try:
            data, address = core.recvfrom(size, flags)
        except BlockingIOError:
            if self._timeout != 0.0:
                raise self._would_block("recvfrom") from None
            raise
        self._after()
        return data, self._shown(address)

    def recvfrom_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        """recvfrom(2) into ``buffer``."""
        view = memoryview(buffer).cast("B")
        data, address = self.recvfrom(nbytes or len(view), flags)
        view[: len(data)] = data
        return len(data), address

    def recvmsg(
        self, bufsize: int, ancbufsize: int = 0, flags: int = 0
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]:
        """recvmsg(2); there is never ancillary data."""
        data, address = self.recvfrom(bufsize, flags)
        return data, [], 0, address

    def shutdown(self, how: int) -> None:
        """shutdown(2)."""
        self._open().shutdown(how)
        self._after()
        look_again = Runtime.look_again
        if look_again is not None:
            look_again(self._fd)

    def _real_close(self) -> None:
        fd, self._fd = self._fd, -1
        self._kernel.close(fd, self._process)

    def detach(self) -> int:
        """Give up the descriptor without closing it."""
        fd, self._fd = self._fd, -1
        self._closed = True
        return fd

    def dup(self) -> "SimSocket":
        """Not there: two descriptors of one socket."""
        raise outside("dup() of a socket")

    # -- names and options --------------
    def _named(self, address: Any) -> tuple[str, int]:
        """An address as the engine wants it; names are looked up, as in Python's socket."""
        if not isinstance(address, tuple) or len(address) < 2:
            raise TypeError(f"expected an address (host, port), not {address!r}")
        name, port = address[0], address[1]
        if isinstance(name, bytes):
            name = name.decode("ascii")
        if name == "<broadcast>":
            return "255.255.255.255", port
        if name and not _is_numeric(name):
            info = self._kernel.names.getaddrinfo(name, port, int(self.family), int(self.type))
            name = info[0][4][0]
        return name, port

    def _shown(self, address: tuple[str, int]) -> Any:
        return address if self._core.family == c.AF_INET else (*address, 0, 0)

    def getsockname(self) -> Any:
        """Our address and port."""
        return self._shown(self._open().getsockname())

    def getpeername(self) -> Any:
        """The peer's; ENOTCONN without one."""
        return self._shown(self._open().getpeername())

    def setsockopt(self, level: int, option: int, value: Any, optlen: Any = None) -> None:
        """setsockopt(2), with this platform's numbers."""
        core = self._open()
        known = linux_option(level, option)
        if known is None:
            return
        core.setsockopt(*known, int(value) if isinstance(value, int) else bytes(value or b""))
        self._after()

    def getsockopt(self, level: int, option: int, buflen: int = 0) -> Any:
        """getsockopt(2), with this platform's numbers."""
        core = self._open()
        known = linux_option(level, option)
        if known is None:
            return 0 if not buflen else bytes(buflen)
        if known == (c.IPPROTO_TCP, c.TCP_CONGESTION):
            return core.congestion_control().encode().ljust(buflen, b"\0")
        if known == (c.SOL_SOCKET, c.SO_LINGER):
            linger = core.options
            return struct.pack("ii", int(linger.linger_on), linger.linger_ns // 1_000_000_000)
        value = core.getsockopt(*known)
        return value if not buflen else value.to_bytes(4, "little")[:buflen]


def _check_kind(family: int, type_: int) -> tuple[int, int]:
    """The engine's family and type; Fenced for what there is only in a real kernel."""
    family = socket.AF_INET if family == -1 else family
    type_ = socket.SOCK_STREAM if type_ == -1 else type_
    type_ &= ~(getattr(socket, "SOCK_NONBLOCK", 0) | getattr(socket, "SOCK_CLOEXEC", 0))
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise outside(f"a socket of family {family!r}", "there are AF_INET and AF_INET6")
    if type_ not in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        raise outside(f"a socket of type {type_!r}", "there are SOCK_STREAM and SOCK_DGRAM")
    return (
        c.AF_INET if family == socket.AF_INET else c.AF_INET6,
        c.SOCK_STREAM if type_ == socket.SOCK_STREAM else c.SOCK_DGRAM,
    )


def _octets(data: Any) -> bytes | memoryview:
    return data if type(data) is bytes else bytes(data)


def _is_numeric(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()
