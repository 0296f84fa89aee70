"""The kernels of all hosts as programs see them: descriptors, who owns them, names.

Simulated descriptors are numbers far beyond real ones (:data:`SIMULATED`), so that a system
call made with one by mistake fails with EBADF and touches nothing. The low 20 bits are the
number on its own host (3, 4, ...), the others say which host.
"""

import sys
from typing import Final

from synfin.aio.driver import Driver
from synfin.aio.errors import NoHost
from synfin.aio.names import Names
from synfin.aio.process import Process, current
from synfin.core.errno import EBADF, ENETDOWN
from synfin.host.errors import socket_error
from synfin.host.host import Host
from synfin.host.sockets import Socket

SIMULATED: Final = 1 << 26
"""The first simulated descriptor; no system allows that many open files."""
_PER_HOST: Final = 1 << 20
_PASSED: Final = ("/asyncio/", "/synfin/aio/", "/socket.py", "/ssl.py", "/contextvars")


class Kernel:
    """System calls of the process that runs now."""

    def __init__(self, driver: Driver) -> None:
        self.driver: Driver = driver
        self.sockets: dict[int, Socket] = {}
        """Open sockets of all hosts by descriptor."""
        self.names: Names = Names(driver)
        self.trace_sockets: bool = False
        self._bases: dict[str, int] = {}

    def _base(self, host: str) -> int:
        base = self._bases.get(host)
        if base is None:
            base = SIMULATED + _PER_HOST * len(self._bases)
            self._bases[host] = base
        return base

    def number_of(self, sock: Socket) -> int:
        """The descriptor of ``sock``."""
        return self._base(sock.host.name) + sock.descriptor

    def socket(self, fd: int) -> Socket:
        """The socket behind ``fd``. Raises OSError: EBADF."""
        sock = self.sockets.get(fd)
        if sock is None:
            raise socket_error(EBADF)
        return sock

    def process(self) -> Process:
        """The process that runs now. Raises NoHost when that is none."""
        process = current.get()
        if process is None or not process.host:
            raise NoHost(
                "this code runs on no host, so it has no network: start it with "
                "world.spawn(HOST, program), or put it into 'with world.on(HOST):'"
            )
        return process

    def engine(self, process: Process) -> Host:
        """The kernel under ``process``. Raises OSError: ENETDOWN when its host lost power."""
        if not process.alive:
            raise socket_error(ENETDOWN)
        return self.driver.engine(process.host)

    def open(self, family: int, type_: int) -> tuple[int, Socket, Process]:
        """socket(2)."""
        process = self.process()
        sock = self.engine(process).socket(type_, family)
        return self.adopt(sock, process), sock, process

    def adopt(self, sock: Socket, process: Process) -> int:
        """``process`` has ``sock`` now (by socket(2) or accept(2)); its descriptor."""
        number = self._base(process.host) + sock.descriptor
        self.sockets[number] = sock
        process.sockets[number] = sock
        if self.trace_sockets:
            process.made[number] = caller()
        return number

    def close(self, number: int, process: Process) -> None:
        """close(2). What belongs to a dead process is no more: nothing happens."""
        sock = process.sockets.pop(number, None)
        if sock is None or not process.alive:
            return
        if self.sockets.get(number) is sock:
            del self.sockets[number]
        sock.close()
        self.driver.touched(process.host)

    def close_all(self, process: Process) -> None:
        """What the kernel does when ``process`` dies: FIN, or RST where octets are unread."""
        for number in sorted(process.sockets):
            sock = process.sockets.pop(number)
            if self.sockets.get(number) is sock:
                del self.sockets[number]
            sock.close()
        self.driver.touched(process.host)

    def forget_all(self, process: Process) -> None:
        """The host lost power: nothing is closed, everything is gone."""
        for number, sock in process.sockets.items():
            if self.sockets.get(number) is sock:
                del self.sockets[number]
        process.sockets.clear()


def caller() -> str:
    """The program's line that made a call: the first outside asyncio and synfin."""
    frame = sys._getframe(1)
    found = ""
    while frame is not None:
        file = frame.f_code.co_filename.replace("\\", "/")
        found = f"{file.rpartition('/')[2]}:{frame.f_lineno} in {frame.f_code.co_name}"
        if not any(part in file for part in _PASSED):
            return found
        following = frame.f_back
        if following is None:
            break
        frame = following
    return found
