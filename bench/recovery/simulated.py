"""synfin's side: the same link in virtual time, profile ``linux`` at both ends."""

from pathlib import Path
from typing import Final

from bench.recovery.capture import Capture
from bench.recovery.cells import (
    BUFFER,
    PORT,
    QUEUE_PACKETS,
    RATE_BPS,
    RECEIVER,
    SENDER,
    Cell,
    Result,
)
from synfin.core.settings import LINUX, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from synfin.sim.tap import Tap, Transmission
from synfin.wire.tcp import Segment

CHUNK: Final = bytes(1 << 16)
LARGEST: Final = 65_455
"""Octets of text that the sender hands to its device at once, at most."""


class Counting(Tap):
    """Counts data packets and how many of them were lost; keeps a capture if asked."""

    def __init__(self, capture: Capture | None) -> None:
        self.capture = capture
        self.data_packets = 0
        self.lost = 0
        self.overflowed = 0

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        if self.capture is not None:
            self.capture.add(sent.time, sent.data())
        body = sent.packet.body
        if isinstance(body, Segment) and len(body.payload):
            self.data_packets += 1
            self.lost += sent.cause == "fault"
            self.overflowed += sent.cause == "queue"


class Transfer:
    """One stream from A to B for the cell's time."""

    def __init__(self, cell: Cell, seed: int, settings: Settings) -> None:
        self.cell = cell
        self.net = Network(seed=seed)
        self.net.add_host("A", SENDER, settings=settings)
        self.net.add_host("B", RECEIVER, settings=settings)
        self.net.link("A", "B", cell.one_way_ns, rate_bps=RATE_BPS, queue_packets=QUEUE_PACKETS)
        self.net.add_fault(parse_fault(cell.fault))
        self.got = 0
        self.net.on_ready("A", self.write)
        self.net.on_ready("B", self.read)
        # As the kernel, whose device cuts: large segments leave, one MSS each travels.
        self.engine("A").set_offload(LARGEST)
        self.listener = self.engine("B").socket()
        self.listener.bind(("", PORT))
        self.listener.listen()
        self.sender = self.engine("A").socket()
        self.net.at(0, self.connect, "A")

    def engine(self, name: str) -> Host:
        """The engine of a simulated host."""
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def connect(self) -> None:
        """Active OPEN; EINPROGRESS is what it says."""
        self.sender.connect_ex((RECEIVER, PORT))

    def write(self, sock: object) -> None:
        """Fill the send buffer."""
        while self.sender.writable():
            self.sender.send(CHUNK)

    def read(self, sock: object) -> None:
        """Accept, or read everything there is."""
        assert isinstance(sock, Socket)
        if sock is self.listener:
            sock, _ = sock.accept()
        while sock.readable():
            data = sock.recv(1 << 20)
            if not data:
                return
            self.got += len(data)


def run(cell: Cell, seed: int, capture: Path | None) -> Result:
    """One transfer in virtual time."""
    settings = LINUX.but(
        send_buffer=BUFFER,
        receive_buffer=BUFFER,
        congestion_control=cell.congestion,
    )
    transfer = Transfer(cell, seed, settings)
    record = None if capture is None else Capture(capture)
    tap = Counting(record)
    transfer.net.tap(tap)
    transfer.net.run(cell.time_ns, 100_000_000)
    if record is not None:
        record.close()
    conn = transfer.sender.conn
    counters = {
        "data_packets": tap.data_packets,
        "lost": tap.lost,
        "overflowed": tap.overflowed,
    }
    if conn is not None:
        snd = conn.snd
        counters["cwnd"] = snd.cc.cwnd // snd.cc.mss
        counters["ssthresh"] = snd.cc.ssthresh // snd.cc.mss
        counters["retrans"] = snd.retransmitted
        counters["rtt_us"] = snd.rtt.srtt // 1000
    return Result(transfer.got, counters)
