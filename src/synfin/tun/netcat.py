"""netcat over a TUN device: one connection, standard input and output at its ends."""

import os
from contextlib import suppress
from typing import Final

from synfin.core.errno import EAGAIN, EINPROGRESS, name_of
from synfin.core.settings import SECOND
from synfin.host import constants
from synfin.host.sockets import Socket
from synfin.tun.driver import Driver

READ: Final = 1 << 16
LAST_WORDS_NS: Final = 2 * SECOND
"""How long the end of a connection may take after both sides have closed."""


class Netcat:
    """Copies ``source`` to the connection and the connection to ``target`` (descriptors).

    The end of ``source`` closes our direction; the end of the peer's closes ours too
    when ``source`` is at its end. :attr:`failed` is the name of a POSIX error, or "".
    """

    def __init__(self, driver: Driver, source: int, target: int) -> None:
        self.driver = driver
        self.source = source
        self.target = target
        self.listener: Socket | None = None
        self.sock: Socket | None = None
        self.connecting: tuple[str, int] | None = None
        self.pending = b""
        self.read_end = False
        """The source has ended."""
        self.shut = False
        self.peer_end = False
        self.failed = ""
        self.octets_in = 0
        self.octets_out = 0
        self._watched = False
        self._readable = False
        driver.ready = self.ready

    # -- opening --------------
    def listen(self, port: int) -> None:
        """Waits for one connection. Raises OSError."""
        self.listener = self.driver.host.socket()
        self.listener.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEADDR, 1)
        self.listener.bind(("0.0.0.0", port))
        self.listener.listen(1)

    def connect(self, address: str, port: int) -> None:
        """Begins to connect. Raises OSError."""
        self.sock = self.driver.host.socket()
        self.connecting = (address, port)
        number = self.sock.connect_ex(self.connecting)
        if number not in (0, EINPROGRESS):
            self.failed = name_of(number) or str(number)

    @property
    def done(self) -> bool:
        """Nothing more will come or go."""
        return bool(self.failed) or (self.shut and self.peer_end)

    @property
    def connected(self) -> bool:
        """There is a connection."""
        return self.sock is not None and self.connecting is None

    # -- what happens --------------
    def ready(self, sock: Socket) -> None:
        """The driver's news of ``sock``."""
        try:
            if sock is self.listener:
                self._accept()
            elif sock is self.sock:
                if self.connecting is not None and not self._finish_connecting(sock):
                    return
                self._receive(sock)
                self._send(sock)
        except OSError as error:
            if error.errno != EAGAIN:
                self.failed = name_of(error.errno or 0) or str(error)

    def _accept(self) -> None:
        assert self.listener is not None
        self.sock, _ = self.listener.accept()
        self.listener.close()
        self.listener = None
        self._watch(True)
        self.ready(self.sock)

    def _finish_connecting(self, sock: Socket) -> bool:
        if not sock.writable():
            return False
        assert self.connecting is not None
        sock.connect(self.connecting)
        self.connecting = None
        self._watch(True)
        return True

    def _receive(self, sock: Socket) -> None:
        while not self.peer_end and sock.readable():
            views = sock.recv_views()
            if not views:
                self.peer_end = True
                return
            for view in views:
                _write_all(self.target, view)
                self.octets_in += len(view)
                sock.consumed(len(view))

    def _send(self, sock: Socket) -> None:
        while self.pending:
            taken = sock.send(self.pending)
            self.octets_out += taken
            self.pending = self.pending[taken:]
        if self.read_end and not self.shut:
            self.shut = True
            sock.shutdown(constants.SHUT_WR)
        self._watch(not self.read_end)

    # -- the source --------------
    def _watch(self, on: bool) -> None:
        """Whether the source is read; not while something of it waits to be sent."""
        if on and not self._watched:
            self._watched = True
            try:
                self.driver.add_reader(self.source, self._read)
            except PermissionError:
                self._readable = True  # a file: epoll refuses it, it can always be read
        elif not on and self._watched:
            self._watched = False
            self._readable = False
            self.driver.remove_reader(self.source)

    def _read(self) -> None:
        data = os.read(self.source, READ)
        self.pending += data
        self.read_end = not data
        self._watch(False)
        if self.sock is not None:
            self.ready(self.sock)

    def step(self, most_ns: int) -> None:
        """One turn of the driver."""
        if self._readable and self.connected:
            self._read()
        self.driver.turn(0 if self._readable else most_ns)

    def finish(self) -> None:
        """Closes, and lets the last segments go (at most :data:`LAST_WORDS_NS`)."""
        for sock in (self.sock, self.listener):
            if sock is not None:
                with suppress(OSError):
                    sock.close()
        host = self.driver.host

        def over() -> bool:
            return all(one.state == "TIME-WAIT" for one in host.connections())

        self.driver.run(over, LAST_WORDS_NS)


def _write_all(fd: int, view: memoryview) -> None:
    while view:
        view = view[os.write(fd, view) :]
