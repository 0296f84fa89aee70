"""Programs on bare kernel sockets: the far end of every job, and the reference at the near one."""

import resource
import select
import socket
import time
from contextlib import suppress

from bench.cells import CONGESTION, FAR, NEAR, PERIOD, PORT, Cell, content
from bench.net import BenchError, Talk

BLOCK = 1 << 20
SHARE = 15_000
LIMIT_S = 300.0
TCP_CONGESTION = 13
IP_BIND_ADDRESS_NO_PORT = 24


def listening(address: str) -> socket.socket:
    """A listener with cubic."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, CONGESTION)
    sock.bind((address, PORT))
    sock.listen(4096)
    return sock


def connected(address: str, source: str = "") -> socket.socket:
    """A connection with cubic; blocks, as a timeout would make each call two."""
    sock = socket.socket()
    sock.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, CONGESTION)
    if source:
        sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind((source, 0))
    sock.connect((address, PORT))
    return sock


# -- bulk --------------
class Checker:
    """Compares what arrives with the content, without a copy."""

    def __init__(self) -> None:
        self._content = content()
        self._at = 0

    def check(self, data: bytes | memoryview) -> None:
        """Raises BenchError at the first wrong piece."""
        if not self._content.startswith(data, self._at):
            raise BenchError("the content that arrived is not what was sent")
        self._at = (self._at + len(data)) % PERIOD


def pour(socks: list[socket.socket]) -> None:
    """Sends content on all of them until the peer ends it; a child's whole life."""
    whole = memoryview(content())
    at = [0] * len(socks)
    if len(socks) == 1:
        sock = socks[0]
        while True:
            at[0] = (at[0] + sock.send(whole[at[0] : at[0] + BLOCK])) % PERIOD
    epoll = select.epoll()
    numbers = {sock.fileno(): number for number, sock in enumerate(socks)}
    for sock in socks:
        sock.setblocking(False)
        epoll.register(sock.fileno(), select.EPOLLOUT)
    while True:
        for fd, _ in epoll.poll(LIMIT_S):
            number = numbers[fd]
            with suppress(BlockingIOError):
                sent = socks[number].send(whole[at[number] : at[number] + BLOCK])
                at[number] = (at[number] + sent) % PERIOD


def swallow(socks: list[socket.socket], octets: int, checked: bool) -> list[int]:
    """Reads until all together have given ``octets``; how much came on each."""
    counts = [0] * len(socks)
    checkers = [Checker() if checked else None for _ in socks]
    room = memoryview(bytearray(BLOCK))
    epoll = select.epoll()
    numbers = {sock.fileno(): number for number, sock in enumerate(socks)}
    for sock in socks:
        epoll.register(sock.fileno(), select.EPOLLIN)
    left = octets
    while left > 0:
        # A single stream needs no epoll: recv blocks.
        for fd in [socks[0].fileno()] if len(socks) == 1 else [fd for fd, _ in epoll.poll(LIMIT_S)]:
            number = numbers[fd]
            got = socks[number].recv_into(room)
            if not got:
                raise BenchError(f"the stream ended with {left} octets to come")
            checker = checkers[number]
            if checker is not None:
                checker.check(room[:got])
            counts[number] += got
            left -= got
    return counts


def source(cell: Cell, talk: Talk) -> None:
    """Far: accepts the streams and pours."""
    listener = listening(FAR)
    talk.tell(ready=True)
    socks = [listener.accept()[0] for _ in range(cell.streams)]
    with suppress(ConnectionError):
        pour(socks)


def sink(cell: Cell, talk: Talk) -> None:
    """Far: accepts the streams and swallows."""
    listener = listening(FAR)
    talk.tell(ready=True)
    socks = [listener.accept()[0] for _ in range(cell.streams)]
    counts = swallow(socks, cell.octets, cell.checked)
    talk.tell(counts=counts)
    talk.wait()


# -- short connections --------------
def serve(listener: socket.socket, stop: int = -1) -> None:
    """Echoes one octet, closes after the client; until ``stop`` can be read."""
    epoll = select.epoll()
    listener.setblocking(False)
    door = listener.fileno()
    epoll.register(door, select.EPOLLIN)
    if stop >= 0:
        epoll.register(stop, select.EPOLLIN)
    children: dict[int, socket.socket] = {}
    while True:
        for fd, _ in epoll.poll():
            if fd == stop:
                return
            if fd == door:
                with suppress(BlockingIOError):
                    while True:
                        child = listener.accept()[0]
                        child.setblocking(False)
                        children[child.fileno()] = child
                        epoll.register(child.fileno(), select.EPOLLIN)
                continue
            data = children[fd].recv(4096)
            if data:
                children[fd].send(data)
            else:
                epoll.unregister(fd)
                children.pop(fd).close()


def churn(address: str, count: int, at_once: int) -> float:
    """``count`` connections, ``at_once`` at a time: connect, an octet each way, close. Seconds."""
    begin = time.perf_counter()
    if at_once == 1:
        for _ in range(count):
            sock = connected(address)
            sock.send(b"x")
            if sock.recv(16) != b"x":
                raise BenchError("a connection gave no octet back")
            sock.close()
        return time.perf_counter() - begin
    epoll = select.epoll()
    running: dict[int, socket.socket] = {}
    started = done = 0
    while done < count:
        while started < count and len(running) < at_once:
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex((address, PORT))
            running[sock.fileno()] = sock
            epoll.register(sock.fileno(), select.EPOLLOUT)
            started += 1
        events = epoll.poll(LIMIT_S)
        if not events:
            raise BenchError(f"connections hang: {done} of {count} done")
        for fd, event in events:
            if event & select.EPOLLOUT:
                running[fd].send(b"x")
                epoll.modify(fd, select.EPOLLIN)
                continue
            if running[fd].recv(16) != b"x":
                raise BenchError("a connection gave no octet back")
            epoll.unregister(fd)
            running.pop(fd).close()
            done += 1
    return time.perf_counter() - begin


def server(cell: Cell, talk: Talk) -> None:
    """Far: :func:`serve`."""
    listener = listening(FAR)
    talk.tell(ready=True)
    serve(listener)


def client(cell: Cell, talk: Talk) -> None:
    """Far: :func:`churn`."""
    talk.wait()
    churn(NEAR, min(cell.count, 50), cell.at_once)  # a peer's first steps are not the job
    talk.tell(seconds=churn(NEAR, cell.count, cell.at_once))


# -- latency --------------
def pinger(cell: Cell, talk: Talk) -> None:
    """Far: one octet there and back, again and again; the median and the 99th percentile, µs."""
    talk.wait()
    sock = connected(NEAR)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    took: list[int] = []
    for _ in range(cell.count + 50):
        begin = time.perf_counter_ns()
        sock.send(b"x")
        if sock.recv(1) != b"x":
            raise BenchError("no octet came back")
        took.append(time.perf_counter_ns() - begin)
    took = sorted(took[50:])
    talk.tell(median=took[len(took) // 2] / 1e3, high=took[len(took) * 99 // 100] / 1e3)
    talk.wait()


# -- many connections --------------
def shares(count: int) -> list[tuple[str, int]]:
    """``count`` connections of the far end, as (its address, how many from there): each
    share fits into one process's descriptors and one address's ports."""
    return [
        (f"10.77.0.{10 + number}" if number else FAR, min(SHARE, count - start))
        for number, start in enumerate(range(0, count, SHARE))
    ]


def crowd(address: str, count: int, _: Cell, talk: Talk) -> None:
    """Far: opens ``count`` connections from ``address``, holds them, uses each once, closes
    all; a step at each go."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if 0 <= hard < count + 100:
        raise BenchError(f"{count + 100} open files are needed, ulimit -Hn is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, hard))
    talk.wait()
    socks = [connected(NEAR, address) for _ in range(count)]
    talk.tell(count=len(socks))
    talk.wait()
    for start in range(0, count, 64):
        part = socks[start : start + 64]
        for sock in part:
            sock.send(b"x")
        for sock in part:
            if sock.recv(16) != b"x":
                raise BenchError("a connection gave no octet back")
    talk.tell(count=len(socks))
    talk.wait()
    for sock in socks:
        sock.close()
    talk.tell(count=len(socks))
    talk.wait()
