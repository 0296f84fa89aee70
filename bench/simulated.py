"""The simulator's own jobs: no kernel, no namespace."""

import time

from bench.cells import Cell, Measured
from bench.clock import Clock
from bench.jobs import SETTINGS, A, B, Transfer
from synfin.core.settings import LINUX, MILLISECOND, SECOND
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network

PAYLOAD = 1448
QUEUE = 100_000
BETWEEN = MILLISECOND // 10
REQUEST = bytes(100)


def bulk(cell: Cell) -> Measured:
    """One stream over 1 Gbit/s and 5 ms, 1,448 octets of data in each segment, no offload,
    and a queue that holds the whole window, as ns-3's has (``peers/ns3_bulk.py``)."""
    # The timestamp option takes 12 of the MSS.
    transfer = Transfer(cell.octets, 0.0, SETTINGS.but(mss=PAYLOAD + 12), QUEUE)
    clock = Clock()
    transfer.run()
    seconds = clock.seconds()
    user, system = clock.cpu()
    segments = -(-cell.octets // PAYLOAD)
    return Measured(segments / seconds, "data segments/s", user, system, cell.octets / 1e9)


class Crowd:
    """Short connections, one each 0.1 ms, over 1 Gbit/s, 5 ms and 1 % loss: 100 octets
    there, 100 back, close."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.done = 0
        self.net = Network(seed=1)
        for name, address in (("A", A), ("B", B)):
            self.net.add_host(name, address, settings=LINUX)
        self.net.link("A", "B", 5 * MILLISECOND, rate_bps=1_000_000_000, loss=0.01)
        self.net.on_ready("A", self.client)
        self.net.on_ready("B", self.server)
        self.listener = self.host("B").socket()
        self.listener.bind(("", 80))
        self.listener.listen(4096)
        self.asked: set[Socket] = set()
        for number in range(count):
            self.net.at(number * BETWEEN, self.connect, "A")

    def host(self, name: str) -> Host:
        """The engine of a simulated host."""
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def connect(self) -> None:
        """The next client."""
        self.host("A").socket().connect_ex((B, 80))

    def client(self, sock: object) -> None:
        """Ask, take the answer, close."""
        assert isinstance(sock, Socket)
        if sock not in self.asked:
            if sock.writable():
                self.asked.add(sock)
                sock.send(REQUEST)
            return
        while sock.readable():
            if sock.recv(4096):
                continue
            self.asked.discard(sock)
            sock.close()
            self.done += 1
            return

    def server(self, sock: object) -> None:
        """Accept, or answer and close."""
        assert isinstance(sock, Socket)
        if sock is self.listener:
            while sock.readable():
                sock.accept()
            return
        while sock.readable():
            if sock.recv(4096):
                sock.send(REQUEST)
            sock.close()
            return

    def run(self) -> None:
        """To the end."""
        self.net.run(3600 * SECOND, 100_000_000)
        assert self.done == self.count, f"{self.done} of {self.count} connections were served"


def short(cell: Cell) -> Measured:
    """CPU microseconds for each short connection."""
    crowd = Crowd(cell.count)
    clock = Clock()
    begin = time.process_time()
    crowd.run()
    seconds = time.process_time() - begin
    user, system = clock.cpu()
    return Measured(seconds / cell.count * 1e6, "µs CPU/connection", user, system)


def run(cell: Cell) -> Measured:
    """Does ``cell.work``."""
    return bulk(cell) if cell.work == "sim-bulk" else short(cell)
