"""The jobs. Each does a fixed amount of work and says how much, in which unit."""

from collections.abc import Callable

from synfin.core.connection import Connection
from synfin.core.settings import LINUX, MILLISECOND, SECOND, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network
from synfin.wire.ip import decode_packet, encode_packet
from synfin.wire.tcp import ACK, Segment

SETTINGS = LINUX.but(mss=1448, receive_buffer=4 << 20, send_buffer=4 << 20)
A, B = "10.0.0.1", "10.0.0.2"
CHUNK = bytes(65_536)
GIGABIT = 1_000_000_000


class Transfer:
    """One stream from A to B through a simulated link."""

    def __init__(
        self, octets: int, loss: float, settings: Settings = SETTINGS, queue: int = 0
    ) -> None:
        self.net = Network(seed=1)
        for name, address in (("A", A), ("B", B)):
            self.net.add_host(name, address, settings=settings)
        self.net.link("A", "B", 5 * MILLISECOND, rate_bps=GIGABIT, queue_packets=queue, loss=loss)
        self.left = octets
        self.wanted = octets
        self.got = 0
        self.net.on_ready("A", self.write)
        self.net.on_ready("B", self.read)
        self.listener = self.host("B").socket()
        self.listener.bind(("", 80))
        self.listener.listen()
        self.sender = self.host("A").socket()
        self.net.at(0, self.connect, "A")

    def host(self, name: str) -> Host:
        """The engine of a simulated host."""
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def connect(self) -> None:
        """Active OPEN; EINPROGRESS is what it says."""
        self.sender.connect_ex((B, 80))

    def write(self, sock: object) -> None:
        """Fill the send buffer; close after the last octet."""
        while self.left and self.sender.writable():
            size = min(self.left, len(CHUNK))
            self.left -= self.sender.send(CHUNK[:size])
            if not self.left:
                self.sender.close()

    def read(self, sock: object) -> None:
        """Accept, or read everything there is."""
        assert isinstance(sock, Socket)
        if sock is self.listener:
            sock.accept()
            return
        while True:  # it is told only when there is something
            data = sock.recv(1 << 20)
            if not data:
                sock.close()
                return
            self.got += len(data)
            if not sock.readable():
                return

    def run(self) -> int:
        """To the end; how many data segments that took."""
        self.net.run(3600 * SECOND, 100_000_000)
        assert self.got == self.wanted, f"{self.got} of {self.wanted} octets arrived"
        return -(-self.wanted // (SETTINGS.mss - 12))


def sim_bulk() -> int:
    """20 MB over 1 Gbit/s and 5 ms, MSS 1448, no offload."""
    return Transfer(20_000_000, 0.0).run()


def sim_lossy() -> int:
    """5 MB, the same link at 1 % loss."""
    return Transfer(5_000_000, 0.01).run()


def sim_connections() -> int:
    """2,000 connections, one after another: open, one octet, close."""
    for _ in range(20):
        for _ in range(100):
            transfer = Transfer(1, 0.0)
            transfer.run()
    return 2000


def core_receive() -> int:
    """100,000 in-order segments into one connection, read at once."""
    conn = Connection(SETTINGS.but(timestamps=False), b"\n\0\0\2", 80, b"\n\0\0\1", 40000, 1)
    conn.open_passive(0)
    conn.receive(Segment(40000, 80, 1, 0, 2, 65535), 0)
    conn.poll(0)
    conn.receive(Segment(40000, 80, 2, 2, ACK, 65535), 0)
    text = bytes(1448)
    seq = 2
    for number in range(100_000):
        conn.receive(Segment(40000, 80, seq, 2, ACK, 65535, payload=text), number)
        seq = (seq + 1448) & 0xFFFFFFFF
        conn.recv(1 << 20, number)
        conn.poll(number)
    return 100_000


def wire_round() -> int:
    """50,000 segments of 1,448 octets to bytes and back, checksums made and verified."""
    from synfin.wire.ip import PROTO_TCP, Packet

    segment = Segment(40000, 80, 1, 2, ACK, 65535, payload=bytes(1448))
    packet = Packet(b"\n\0\0\1", b"\n\0\0\2", PROTO_TCP, segment)
    for _ in range(50_000):
        decode_packet(encode_packet(packet))
    return 50_000


JOBS: dict[str, tuple[Callable[[], int], str]] = {
    "sim-bulk": (sim_bulk, "data segments/s"),
    "sim-lossy": (sim_lossy, "data segments/s"),
    "sim-connections": (sim_connections, "connections/s"),
    "core-receive": (core_receive, "segments/s"),
    "wire-round": (wire_round, "segments/s"),
}
