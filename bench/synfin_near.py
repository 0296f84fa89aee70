"""synfin under test: one process, its engine on a TUN device, the kernel behind it.

The profile is ``linux`` with nothing switched off; the buffers are those of ``synfin live``.
"""

import gc
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.cells import FAR, MTU, NEAR, PERIOD, PORT, Cell, Measured, content, jain
from bench.clock import Clock
from bench.kernel_end import (
    Checker,
    client,
    crowd,
    pinger,
    server,
    shares,
    sink,
    source,
)
from bench.lossy import LossyDevice
from bench.net import BenchError, Far, Work, ip
from bench.net import enter as enter_namespace
from synfin.core.settings import LINUX
from synfin.host.sockets import Socket
from synfin.live.transfer import SETTINGS
from synfin.tun.device import TunDevice
from synfin.tun.driver import Driver
from synfin.tun.interface import Interface, sysctl
from synfin.tun.memory import keep_memory
from synfin.tun.namespace import QUEUE

LIMIT_NS = 600 * 10**9
SEND_BLOCK = 1 << 18
IFNAME = "synfin0"


def make_device(cell: Cell) -> TunDevice:
    """The device, up; with the loss that the cell asks for."""
    kind = LossyDevice if cell.loss else TunDevice
    device = kind.open(IFNAME, MTU)
    if isinstance(device, LossyDevice):
        device.loss = cell.loss
    interface = Interface(device.name)
    interface.quiet()
    interface.set_mtu(MTU)
    interface.set_queue(QUEUE)
    interface.give(f"{FAR}/24")
    interface.up()
    for address, _ in shares(cell.idle or cell.count)[1:]:
        ip("address", "add", f"{address}/32", "dev", device.name)
    return device


class Near:
    """The driver and what the jobs share."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        bulk = cell.work in ("in", "out")
        keep_memory()
        enter_namespace()
        sysctl("net.ipv4.tcp_slow_start_after_idle", "1")
        # As `ulimit -n` would be set for such a job.
        settings = (SETTINGS if bulk else LINUX).but(max_descriptors=1 << 20)
        self.device = make_device(cell)
        self.driver = Driver(self.device, NEAR, settings)
        self.host = self.driver.host
        self.driver.ready = self.ready
        self.echoing: Callable[[Socket], None] = self.echo
        self.listener: Socket | None = None
        self.accepted = 0
        self.closed = 0
        self.fars: list[Far] = []
        self.said: dict[str, Any] = {}

    def ready(self, sock: Socket) -> None:
        """The listener accepts; the others echo."""
        if sock is self.listener:
            while sock.readable():
                sock.accept()  # the host holds it
                self.accepted += 1
            return
        self.echoing(sock)

    def echo(self, sock: Socket) -> None:
        """One octet back; closed after the peer."""
        while sock.readable():
            data = sock.recv(4096)
            if not data:
                sock.close()
                self.closed += 1
                return
            sock.send(data)

    def listen(self) -> None:
        """For whoever comes."""
        self.listener = self.host.socket()
        self.listener.bind(("", PORT))
        self.listener.listen(4096)

    def far(self, work: Work) -> Far:
        """Starts the kernel's end in this namespace."""
        far = Far(work, self.cell)
        self.fars.append(far)
        return far

    def crowd(self, count: int) -> list[Far]:
        """Processes that will open ``count`` connections."""
        return [self.far(partial(crowd, *share)) for share in shares(count)]

    def step(self, fars: list[Far]) -> int:
        """Lets each do its next step, one after the other; with how many connections."""
        done = 0
        for far in fars:
            far.go()
            done += int(self.until_said(far)["count"])
        return done

    def until_said(self, far: Far) -> dict[str, Any]:
        """Turns until the far end says something."""
        told: list[dict[str, Any]] = []
        self.driver.add_reader(far.fd, lambda: told.append(far.line()))
        done = self.driver.run(lambda: bool(told), LIMIT_NS)
        self.driver.remove_reader(far.fd)
        if not done:
            raise BenchError("the job took longer than its limit")
        return told[0]

    def until(self, done: Callable[[], bool]) -> None:
        """Turns until ``done``."""
        if not self.driver.run(done, LIMIT_NS):
            raise BenchError("the job took longer than its limit")

    def end(self) -> None:
        """Ends the kernel's processes."""
        for far in self.fars:
            far.end()


# -- bulk --------------
class Stream:
    """One end of a bulk transfer."""

    def __init__(self, sock: Socket, checked: bool) -> None:
        self.sock = sock
        self.count = 0
        self.checker = Checker() if checked else None


class Bulk:
    """``cell.streams`` transfers at once, beside ``cell.idle`` connections."""

    def __init__(self, near: Near) -> None:
        self.near = near
        self.cell = near.cell
        self.total = 0
        self.over = False
        self.streams: dict[Socket, Stream] = {}
        self.content = memoryview(content())

    def run(self) -> Measured:
        """Opens, transfers, measures."""
        near, cell = self.near, self.cell
        if cell.idle:
            near.listen()
            near.step(near.crowd(cell.idle))
        sending = cell.work == "out"
        far = near.far(sink if sending else source)
        far.line()
        near.echoing = self.write if sending else self.read
        for _ in range(cell.streams):
            sock = near.host.socket()
            self.streams[sock] = Stream(sock, cell.checked)
            sock.connect_ex((FAR, PORT))
        clock = Clock()
        if sending:
            counts = near.until_said(far)["counts"]
        else:
            near.until(lambda: self.over)
            counts = [stream.count for stream in self.streams.values()]
        how = "send of a view" if sending else "recv_views"
        return clock.bulk(sum(counts), jain(counts), how)

    def read(self, sock: Socket) -> None:
        """Everything there is, where the device put it."""
        stream = self.streams.get(sock)
        if stream is None:
            return
        while sock.readable() and not self.over:
            size = 0
            views = sock.recv_views()
            if not views:
                raise BenchError("the kernel's end closed early")
            for view in views:
                if stream.checker is not None:
                    stream.checker.check(view)
                size += len(view)
            sock.consumed(size)
            stream.count += size
            self.total += size
            self.over = self.total >= self.cell.octets

    def write(self, sock: Socket) -> None:
        """Until the buffer is full."""
        stream = self.streams.get(sock)
        if stream is None:
            return
        while sock.writable():
            at = stream.count % PERIOD
            stream.count += sock.send(self.content[at : at + SEND_BLOCK])


# -- short connections --------------
def accepting(near: Near) -> Measured:
    """The kernel connects."""
    near.listen()
    far = near.far(client)
    far.go()
    clock = Clock()
    said = near.until_said(far)
    return clock.rate(near.cell.count, said["seconds"])


class Connecting:
    """synfin connects, ``at_once`` at a time."""

    def __init__(self, near: Near) -> None:
        self.near = near
        self.done = 0
        self.started = 0
        self.wanted = 0
        self.sent: set[Socket] = set()

    def run(self) -> Measured:
        """A few first, then the job."""
        near, cell = self.near, self.near.cell
        far = near.far(server)
        far.line()
        near.echoing = self.ready
        self.some(min(cell.count, 50))
        clock = Clock()
        self.some(cell.count)
        return clock.rate(cell.count)

    def some(self, count: int) -> None:
        """``count`` connections more."""
        self.wanted = self.started + count
        for _ in range(min(self.near.cell.at_once, count)):
            self.start()
        self.near.until(lambda: self.done >= self.wanted)

    def start(self) -> None:
        """The next one."""
        if self.started < self.wanted:
            self.started += 1
            self.near.host.socket().connect_ex((FAR, PORT))

    def ready(self, sock: Socket) -> None:
        """An octet out, an octet in, close."""
        if sock not in self.sent:
            if sock.writable():
                self.sent.add(sock)
                sock.send(b"x")
            return
        if sock.readable():
            if sock.recv(16) != b"x":
                raise BenchError("a connection gave no octet back")
            self.sent.discard(sock)
            sock.close()
            self.done += 1
            self.start()


def latency(near: Near) -> Measured:
    """The kernel asks."""
    near.listen()
    far = near.far(pinger)
    far.go()
    clock = Clock()
    return clock.latency(near.until_said(far))


# -- many connections --------------
def resident() -> int:
    """Octets of memory this process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(near: Near) -> Measured:
    """Octets per accepted connection on which nothing happens: process with less without."""
    near.listen()
    fars = near.crowd(near.cell.count)
    gc.collect()
    before = resident()
    opened = near.step(fars)
    near.until(lambda: near.accepted >= opened)
    gc.collect()
    return Measured((resident() - before) / opened, "octets", how="growth of the resident set")


def many(near: Near) -> Measured:
    """CPU of our process for each connection opened, held, used once and closed."""
    near.listen()
    fars = near.crowd(near.cell.count)
    clock = Clock()
    for _ in range(3):
        near.step(fars)
    near.until(lambda: near.closed >= near.cell.count)
    user, system = clock.cpu()
    count = near.cell.count
    return Measured((user + system) / count * 1e6, "µs CPU/connection", user, system)


def run(cell: Cell) -> Measured:
    """Does ``cell.work``. Raises BenchError, OSError."""
    near = Near(cell)
    works: dict[str, Callable[[], Measured]] = {
        "in": lambda: Bulk(near).run(),
        "out": lambda: Bulk(near).run(),
        "accepting": lambda: accepting(near),
        "connecting": lambda: Connecting(near).run(),
        "latency": lambda: latency(near),
        "memory": lambda: memory(near),
        "many": lambda: many(near),
    }
    try:
        return works[cell.work]()
    finally:
        near.end()
