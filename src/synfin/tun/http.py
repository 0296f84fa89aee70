"""A very small HTTP/1.1 server and client on synfin's sockets (RFC 9112), enough for a download."""

import hashlib
from typing import Final

from synfin.core.errno import EAGAIN
from synfin.host.host import Host
from synfin.host.sockets import Socket

CHUNK: Final = 1 << 18
"""A piece of a body that is handed to send() at once; small enough to stay in the cache."""
MAX_HEAD: Final = 16_384


class Server:
    """Serves one body under any path; counts what it served. One request per connection.

    A PUT or POST is read to its Content-Length, and its SHA-256 is the answer.
    """

    def __init__(self, host: Host, port: int, body: bytes) -> None:
        self.body = body
        self.listener = host.socket()
        self.listener.bind(("0.0.0.0", port))
        self.listener.listen(16)
        self.serving: dict[int, _Exchange] = {}
        self.served = 0
        self.failed = ""

    def ready(self, sock: Socket) -> None:
        """The driver's news of ``sock``."""
        if sock is self.listener:
            while sock.readable():
                child, _ = sock.accept()
                self.serving[child.fileno()] = _Exchange(child, self.body)
                self._go(child)
        elif sock.fileno() in self.serving:
            self._go(sock)

    def _go(self, sock: Socket) -> None:
        exchange = self.serving[sock.fileno()]
        try:
            exchange.go()
        except OSError as error:
            self.failed = str(error)
            exchange.over = True
        if exchange.over:
            del self.serving[sock.fileno()]
            self.served += 1
            sock.close()


class _Exchange:
    """One request and its answer."""

    def __init__(self, sock: Socket, body: bytes) -> None:
        self.sock = sock
        self.body = body
        self.head = b""
        self.wanted = -1
        self.digest = hashlib.sha256()
        self.out: list[memoryview] = []
        self.answered = False
        self.over = False

    def go(self) -> None:
        """As far as it goes now."""
        if not self.answered:
            self._read()
        if self.answered:
            self._write()

    def _read(self) -> None:
        while not self.answered:
            try:
                views = self.sock.recv_views()
            except OSError as error:
                if error.errno == EAGAIN:
                    return
                raise
            if not views:
                self.over = True
                return
            for view in views:
                if not self.answered:
                    self._take(view)
            self.sock.consumed(sum(map(len, views)))

    def _take(self, data: bytes | memoryview) -> None:
        if self.wanted < 0:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                if len(self.head) > MAX_HEAD:
                    self._answer(b"431 Request Header Fields Too Large", b"")
                return
            self.wanted = content_length(head)
            if b"expect: 100-continue" in head.lower():
                self.out.append(memoryview(b"HTTP/1.1 100 Continue\r\n\r\n"))
                self._write()
        self.digest.update(data)
        self.wanted -= len(data)
        if self.wanted <= 0:
            get = self.head.startswith(b"GET ")
            self._answer(b"200 OK", self.body if get else self.digest.hexdigest().encode())

    def _answer(self, status: bytes, body: bytes) -> None:
        head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        self.out.append(memoryview(head % (status, len(body))))
        self.out += [memoryview(body)[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
        self.out.reverse()
        self.answered = True

    def _write(self) -> None:
        while self.out:
            try:
                taken = self.sock.send(self.out[-1])
            except OSError as error:
                if error.errno == EAGAIN:
                    return
                raise
            rest = self.out.pop()[taken:]
            if rest:
                self.out.append(rest)
        self.over = self.answered


class Client:
    """Downloads ``http://address:port/path``; :attr:`digest` is the body's SHA-256."""

    def __init__(self, host: Host, address: str, port: int, path: str) -> None:
        self.sock = host.socket()
        self.address = (address, port)
        self.request = (
            f"GET /{path} HTTP/1.1\r\nHost: {address}:{port}\r\nConnection: close\r\n\r\n".encode()
        )
        self.head = b""
        self.status = 0
        self.length = -1
        self.got = 0
        self._sha = hashlib.sha256()
        self.over = False
        self.failed = ""

    def start(self) -> None:
        """connect(); the rest follows in :meth:`ready`."""
        self.sock.connect_ex(self.address)

    @property
    def digest(self) -> str:
        """SHA-256 of what came, in hex."""
        return self._sha.hexdigest()

    def ready(self, sock: Socket) -> None:
        """The driver's news of ``sock``."""
        if sock is self.sock and not self.over:
            try:
                self._go()
            except OSError as error:
                if error.errno != EAGAIN:
                    self.failed = str(error)
                    self._end()

    def _go(self) -> None:
        if self.request:
            if not self.sock.writable():
                return
            self.sock.connect(self.address) if not self.sock.connect_told else None
            self.request = self.request[self.sock.send(self.request) :]
        while not self.over:
            views = self.sock.recv_views()
            if not views:
                self._end()
                return
            for view in views:
                self._take(view)
            self.sock.consumed(sum(map(len, views)))

    def _take(self, data: bytes | memoryview) -> None:
        if self.length < 0:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                if len(self.head) > MAX_HEAD:
                    raise ConnectionError("the answer has no end of its head")
                return
            self.status = int(head.split(b" ", 2)[1])
            self.length = content_length(head)
        self.got += len(data)
        self._sha.update(data)

    def _end(self) -> None:
        if not self.failed and self.got != self.length:
            self.failed = f"{self.got} of {self.length} octets came"
        self.over = True
        self.sock.close()


def content_length(head: bytes) -> int:
    """Content-Length of a message's head; 0 without one."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0
