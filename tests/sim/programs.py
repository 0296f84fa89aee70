"""Small programs over the real sockets, for tests with two real endpoints."""

import contextlib
import hashlib
from collections.abc import Callable

from synfin.core.settings import RFC, Settings
from synfin.host import constants as c
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network
from synfin.sim.tap import Tap, Transmission
from synfin.wire.tcp import SYN, Segment

A = "10.0.0.1"
B = "10.0.0.2"
MS = 1_000_000
SECOND = 1000 * MS


class Stream:
    """One connection: sends ``data``, then shuts down or stays; reads to the end."""

    def __init__(self, sock: Socket, data: bytes = b"", finish: bool = True) -> None:
        self.sock = sock
        self.data = data
        self.sent = 0
        self.finish = finish
        self.reads = True
        self.got = 0
        self.digest = hashlib.sha256()
        self.text = bytearray()
        self.keeps = 4096
        self.eof = False
        self.errno = 0
        self.shut = False

    def pump(self) -> None:
        """Reads what there is and writes what fits."""
        try:
            if self.reads:
                self._read()
            self._write()
        except BlockingIOError:
            pass
        except OSError as error:
            self.errno = error.errno or -1

    def _read(self) -> None:
        while not self.eof:
            try:
                data = self.sock.recv(65536)
            except BlockingIOError:
                return
            if data == b"":
                self.eof = True
                return
            self.got += len(data)
            self.digest.update(data)
            if len(self.text) < self.keeps:
                self.text += data

    def _write(self) -> None:
        while self.sent < len(self.data):
            self.sent += self.sock.send(self.data[self.sent : self.sent + 65536])
        if self.finish and not self.shut and self.sock.writable():
            self.shut = True
            self.sock.shutdown(c.SHUT_WR)


class Programs:
    """What runs on one host: listeners that accept, streams that are pumped."""

    def __init__(self, net: Network, name: str) -> None:
        self.net = net
        self.name = name
        self.streams: dict[Socket, Stream] = {}
        self.listeners: dict[Socket, Callable[[Socket], Stream]] = {}
        self.accepted: list[Stream] = []
        net.on_ready(name, self.ready)

    @property
    def host(self) -> Host:
        """The real host."""
        engine = self.net.host(self.name).engine
        assert isinstance(engine, Host)
        return engine

    def ready(self, sock: object) -> None:
        assert isinstance(sock, Socket)
        make = self.listeners.get(sock)
        if make is not None:
            self._accept(sock, make)
        elif sock in self.streams:
            self.streams[sock].pump()

    def _accept(self, sock: Socket, make: Callable[[Socket], Stream]) -> None:
        while True:
            try:
                child, _ = sock.accept()
            except BlockingIOError:
                return
            stream = make(child)
            self.streams[child] = stream
            self.accepted.append(stream)
            stream.pump()

    def listen(self, make: Callable[[Socket], Stream], backlog: int = 16, port: int = 80) -> Socket:
        """Accepts at once; ``make`` says what to do with each connection."""
        sock = self.host.socket(c.SOCK_STREAM)
        sock.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
        sock.bind(("0.0.0.0", port))
        sock.listen(backlog)
        self.listeners[sock] = make
        return sock

    def connect(
        self, address: str, port: int = 80, data: bytes = b"", finish: bool = True
    ) -> Stream:
        """Opens a connection; the stream begins when it is there."""
        sock = self.host.socket(c.SOCK_STREAM)
        stream = Stream(sock, data, finish)
        self.streams[sock] = stream
        with contextlib.suppress(BlockingIOError):
            sock.connect((address, port))
        return stream


class Wiretap(Tap):
    """Counts: what was sent by whom, lost, repeated."""

    def __init__(self) -> None:
        self.sent: list[Transmission] = []
        self.seen: dict[tuple[str, int], int] = {}
        self.repeats: dict[str, int] = {}
        self.lost_text: dict[str, int] = {}

    def transmitted(self, sent: Transmission) -> None:
        self.sent.append(sent)
        segment = sent.packet.body
        if sent.copy_of or not isinstance(segment, Segment) or not segment.payload:
            return
        key = (sent.origin, segment.seq)
        if key in self.seen:
            self.repeats[sent.origin] = self.repeats.get(sent.origin, 0) + 1
        self.seen[key] = len(segment.payload)

    def settled(self, sent: Transmission) -> None:
        segment = sent.packet.body
        if sent.fate in ("dropped", "corrupted") and isinstance(segment, Segment):
            if segment.payload:
                self.lost_text[sent.origin] = self.lost_text.get(sent.origin, 0) + 1

    def segments(self, origin: str, flags: int = 0) -> list[Transmission]:
        """Those sent by ``origin`` with all of ``flags``."""
        return [
            sent
            for sent in self.sent
            if sent.origin == origin
            and isinstance(sent.packet.body, Segment)
            and sent.packet.body.flags & flags == flags
        ]

    def syns(self, origin: str) -> int:
        """SYNs (with or without ACK) of ``origin``."""
        return len(self.segments(origin, SYN))


class Pair:
    """A - B, two real hosts with their programs."""

    def __init__(
        self,
        settings: Settings = RFC,
        b_settings: Settings | None = None,
        delay: int = 50 * MS,
        seed: int = 1,
        bytes_mode: bool = False,
        rate_bps: int = 0,
        queue_packets: int = 0,
        loss: float = 0.0,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        corrupt: float = 0.0,
    ) -> None:
        self.net = Network(seed, bytes_mode=bytes_mode)
        self.net.add_host("A", A, settings=settings)
        self.net.add_host("B", B, settings=b_settings or settings)
        self.link = self.net.link(
            "A",
            "B",
            delay,
            rate_bps=rate_bps,
            queue_packets=queue_packets,
            loss=loss,
            duplicate=duplicate,
            reorder=reorder,
            corrupt=corrupt,
        )
        self.tap = Wiretap()
        self.net.tap(self.tap)
        self.a = Programs(self.net, "A")
        self.b = Programs(self.net, "B")

    def established(self, data: bytes = b"", answer: bytes = b"", finish: bool = False) -> Stream:
        """A connects to B, both ESTABLISHED; A's stream (B's is ``b.accepted[0]``)."""
        self.b.listen(lambda sock: Stream(sock, answer, finish))
        stream = self.a.connect(B, data=data, finish=finish)
        self.net.run(until_ns=self.net.now + 10 * SECOND)
        assert self.states() == ["ESTABLISHED", "ESTABLISHED"]
        return stream

    def states(self) -> list[str]:
        """The states of all connections, A's first (listeners left out)."""
        rows = [*self.a.host.connections(), *self.b.host.connections()]
        return [row.state for row in rows if row.state != "LISTEN"]
