"""Random packets and calls at one host; when all is over, its books are empty.

Peers guess, repeat, damage and answer what the host sends; sockets listen, connect,
accept, read, write and close at random. Nothing may raise but OSError out of a call,
and tables, ports, queues and timers must return to zero.
"""

import contextlib
import struct
from random import Random

import pytest

from synfin.core.settings import BSD44, LINUX, RFC, SECOND, Settings
from synfin.core.states import State
from synfin.core.timers import NEVER
from synfin.host import constants as c
from synfin.host.host import Host
from synfin.host.keys import local_port_of
from synfin.host.sockets import Socket
from synfin.wire.ip import Packet, encode_packet
from synfin.wire.tcp import ACK, FIN, PSH, RST, SYN, URG, Options, Segment

OWN = b"\n\0\0\2"
PEERS = (b"\n\0\0\1", b"\n\0\0\3", OWN, b"\n\0\0\xff", b"\xe0\0\0\1")
PORTS = (80, 81, 1000, 40000, 40001)
PROFILES = (
    RFC,
    LINUX,
    BSD44,
    LINUX.but(syn_cookies="always", abort_on_overflow=True, time_wait_reuse=True),
    RFC.but(fastopen_client=True, fastopen_server=True, syn_backlog=2, receive_buffer=300),
    LINUX.but(fastopen_client=True, fastopen_server=True, max_connections=6, max_descriptors=8),
    RFC.but(rfc5961=False, rfc1337=False, hard_icmp_aborts=True, syn_received_new_syn="reset"),
    LINUX.but(msl_ns=SECOND, keepalive=True, user_timeout_ns=5 * SECOND, syn_data="queue"),
)


class HostFuzzer:
    """One host, driven by a seeded generator."""

    def __init__(self, seed: int, settings: Settings | None = None) -> None:
        self.random = Random(seed)
        self.now = 0
        chosen = settings or self.random.choice(PROFILES)
        self.host = Host("H", chosen, lambda: self.now, self.random.randbytes)
        self.host.add_address(OWN)
        self.sockets: list[Socket] = []
        self.sent: list[Packet] = []
        self.came: list[Packet] = []
        self.told: set[Socket] = set()
        self.states: set[str] = set()
        listener = self.host.socket()
        listener.bind(("", 80))
        listener.listen(self.random.randrange(5))
        self.sockets.append(listener)

    def step(self) -> None:
        """One random thing happens, then the books are checked."""
        roll = self.random.random()
        if roll < 0.5:
            self.arrive()
        elif roll < 0.8:
            with contextlib.suppress(OSError):
                self.call()
        else:
            self.pass_time()
        self.drive()
        self.check()

    # -- what comes -------------------------------------------------------------------
    def arrive(self) -> None:
        """A packet: an answer to something sent, an old one again, a guess, or noise."""
        rnd = self.random
        roll = rnd.random()
        if roll < 0.1 and self.came:
            packet = rnd.choice(self.came)
        elif roll < 0.85 and self.sent:
            packet = self.answer(self.sent[-1 - rnd.randrange(min(3, len(self.sent)))])
        else:
            packet = self.guess()
        self.came = [*self.came[-30:], packet]
        if rnd.random() < 0.5:
            self.host.receive(packet, self.now)
            return
        octets = bytearray(encode_packet(packet))
        if rnd.random() < 0.3:
            octets[rnd.randrange(len(octets))] ^= 1 << rnd.randrange(8)
        self.host.receive_bytes(bytes(octets), self.now)

    def answer(self, packet: Packet) -> Packet:
        """What the peer might say to ``packet``."""
        got = packet.body
        rnd = self.random
        if not isinstance(got, Segment):
            return self.guess()
        flags = ACK
        if rnd.random() < 0.4:
            flags = rnd.choice((ACK | FIN,) * 4 + (RST, RST | ACK, SYN | ACK, ACK | PSH | URG))
        seq = got.ack
        if got.flags & SYN and not got.flags & ACK:
            flags = rnd.choice((SYN | ACK, SYN | ACK, SYN, RST | ACK))
            seq = rnd.getrandbits(32)
        if rnd.random() < 0.2:
            seq += rnd.choice((1, -1, 100, 1460, -1460))
        ack = got.seq + got.seg_len + rnd.choice((0,) * 8 + (1, -1))
        text = b"" if flags & RST else bytes(rnd.choice((0, 0, 1, 10, 1460)))
        options = Options()
        if got.options.ts_val >= 0:
            options.ts_val = (got.options.ts_ecr + rnd.choice((0, 1, 1, 50, -1))) & 0xFFFFFFFF
            options.ts_ecr = got.options.ts_val
        segment = Segment(
            got.dst_port, got.src_port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, flags,
            rnd.choice((0, 1000, 0xFFFF, 0xFFFF)), options, text, rnd.choice((0, 1)),
        )  # fmt: skip
        return Packet(packet.dst, packet.src, 6, segment)

    def guess(self) -> Packet:
        """A segment out of the blue, mostly a SYN."""
        rnd = self.random
        flags = rnd.choice((SYN, SYN, SYN, SYN, ACK, FIN | ACK, RST, SYN | ACK, rnd.getrandbits(8)))
        options = Options()
        if flags & SYN:
            options.mss = rnd.choice((-1, 0, 100, 1460))
            options.fastopen = rnd.choice((None, None, b"", bytes(8), self.cookie()))
        if rnd.random() < 0.5:
            options.ts_val = rnd.getrandbits(32)
            options.sack_permitted = bool(flags & SYN)
        segment = Segment(
            rnd.choice(PORTS), rnd.choice((80, *PORTS)), rnd.getrandbits(32),
            rnd.getrandbits(32), flags, rnd.choice((0, 1000, 0xFFFF)), options,
            bytes(rnd.choice((0, 0, 5, 1460))),
        )  # fmt: skip
        source = rnd.choice(PEERS) if rnd.random() < 0.3 else PEERS[0]
        return Packet(source, OWN, 6, segment)

    def cookie(self) -> bytes:
        return self.host.tcp.fastopen.cookie_for(PEERS[0], OWN)

    # -- what applications do -------------------------------------------------------------
    def call(self) -> None:
        """A random call, lawful or not."""
        rnd = self.random
        if not self.sockets or rnd.random() < 0.2:
            self.sockets.append(self.host.socket())
            return
        sock = rnd.choice([s for s in self.sockets if not s.closed] or self.sockets)
        what = rnd.randrange(14)
        if sock.listener is not None and rnd.random() < 0.9:
            what = 4
        elif what in (11, 12) and rnd.random() < 0.6:
            what = 9
        if what == 0:
            sock.bind(("", rnd.choice((0, *PORTS))))
        elif what == 1:
            sock.listen(rnd.randrange(4))
        elif what <= 3:
            sock.connect(rnd.choice((("10.0.0.1", 80), ("10.0.0.2", 80), ("10.0.0.255", 80))))
        elif what <= 6:
            self.sockets.append(sock.accept()[0])
        elif what == 7:
            sock.send(bytes(rnd.choice((0, 1, 3000))), rnd.choice((0, c.MSG_MORE, c.MSG_OOB)))
        elif what == 8:
            sock.recv(rnd.choice((1, 1 << 20)), rnd.choice((0, 0, c.MSG_PEEK)))
        elif what == 9:
            sock.shutdown(c.SHUT_WR)
        elif what == 10:
            self.option(sock)
        elif what == 11:
            sock.close()
        elif what == 12:
            sock.abort()
        else:
            sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR)

    def option(self, sock: Socket) -> None:
        rnd = self.random
        sock.setsockopt(
            *rnd.choice(
                (
                    (c.SOL_SOCKET, c.SO_REUSEADDR, 1),
                    (c.SOL_SOCKET, c.SO_KEEPALIVE, rnd.randrange(2)),
                    (c.SOL_SOCKET, c.SO_RCVBUF, rnd.choice((0, 1, 5000))),
                    (c.SOL_SOCKET, c.SO_SNDBUF, rnd.choice((0, 1, 5000))),
                    (c.IPPROTO_TCP, c.TCP_NODELAY, 1),
                    (c.IPPROTO_TCP, c.TCP_CORK, rnd.randrange(2)),
                    (c.IPPROTO_TCP, c.TCP_FASTOPEN, 3),
                    (c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 1),
                    (c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, rnd.randrange(3)),
                    (c.IPPROTO_TCP, c.TCP_USER_TIMEOUT, rnd.choice((0, 100))),
                )
            )
        )
        if rnd.random() < 0.2:
            sock.setsockopt(c.SOL_SOCKET, c.SO_LINGER, struct.pack("ii", 1, rnd.randrange(2)))

    # -- driving ----------------------------------------------------------------------------
    def pass_time(self) -> None:
        due = self.host.deadline()
        if due < NEVER and self.random.random() < 0.7:
            self.now = max(self.now, due)
        else:
            self.now += self.random.randrange(SECOND)
        self.host.tick(self.now)

    def drive(self) -> None:
        """Polls until there is nothing more; a bound keeps endless loops out."""
        for _ in range(200):
            self.told.update(self.host.take_ready())
            packets = self.host.poll(self.now)
            if not packets:
                return
            for packet in packets:
                if packet.dst == OWN:
                    if self.random.random() < 0.9:
                        self.host.receive(packet, self.now)
                else:
                    self.sent = [*self.sent[-30:], packet]
        raise AssertionError("packets without end at one instant")

    # -- the books ----------------------------------------------------------------------------
    def check(self) -> None:
        """Tables, ports and queues agree with each other."""
        tcp = self.host.tcp
        demux = tcp.demux
        assert tcp.first_turn is None
        assert not tcp.replies
        assert len(demux.connections) <= tcp.settings.max_connections
        assert self.host.deadline() >= self.now
        holders: dict[int, dict[object, int]] = {}

        def hold(port: int, use: object) -> None:
            uses = holders.setdefault(port, {})
            uses[use] = uses.get(use, 0) + 1

        for row in self.host.connections():
            self.states.add(row.state)
        for connection in demux.connections.values():
            assert connection.tabled
            assert connection.state is not State.LISTEN
            assert connection.state is not State.TIME_WAIT
            assert connection.armed <= connection.timers.deadline
            hold(connection.local_port, connection.use)
            if connection.state is State.CLOSED:
                assert connection.fastopen_waiting
        for key, record in demux.time_waits.items():
            assert record.state is State.TIME_WAIT
            hold(local_port_of(key), record.manners.use)
        for sock in self.host.descriptors.values():
            if sock.bound is not None:
                hold(sock.port, sock.bound)
        assert holders == tcp.ports.holders()
        for listeners in demux.listeners.values():
            for listener in listeners:
                for child in listener.half_open.values():
                    assert child.state is State.SYN_RECEIVED
                    assert child.listener is listener
                for child in listener.accept_queue:
                    assert child.listener is listener
                assert len(listener.accept_queue) <= max(listener.backlog, 4) + 1

    def check_told(self) -> None:
        """What can be read now was announced at some time."""
        for sock in self.sockets:
            if sock.closed or sock.conn is None or not sock.readable():
                continue
            if sock.conn.unread or sock.conn.error:
                assert sock in self.told

    def close_everything(self) -> None:
        """All sockets closed, all timers run out: nothing may be left."""
        self.check_told()
        for sock in list(self.host.descriptors.values()):
            sock.setsockopt(c.SOL_SOCKET, c.SO_KEEPALIVE, 0)
            sock.close()
        for _ in range(3000):
            self.drive()
            due = self.host.deadline()
            if due >= NEVER:
                break
            self.now = max(self.now, due)
            self.host.tick(self.now)
        tcp = self.host.tcp
        for connection in list(tcp.demux.connections.values()):
            assert connection.state is State.FIN_WAIT_2  # RFC: for ever; the peer is gone
            connection.abort(self.now)
            tcp.after(connection, self.now)
        self.drive()
        assert not self.host.descriptors
        assert not tcp.demux.connections
        assert not tcp.demux.time_waits
        assert not tcp.demux.listeners
        assert not tcp.ports.holders()
        assert self.host.deadline() == NEVER
        assert len(tcp.demux._deadlines) == 0


def run(seed: int, steps: int) -> HostFuzzer:
    """``steps`` random steps with ``seed``; raises AssertionError where something breaks."""
    fuzzer = HostFuzzer(seed)
    for _ in range(steps):
        fuzzer.step()
    fuzzer.close_everything()
    return fuzzer


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_the_books_balance(first: int) -> None:
    seen: set[str] = set()
    for seed in range(first, first + 10):
        seen |= run(seed, 250).states
    everywhere = {state.value for state in State} - {"CLOSED"}
    assert everywhere - seen <= {"CLOSING", "LAST-ACK", "FIN-WAIT-2"}  # it gets about


@pytest.mark.parametrize("index", range(len(PROFILES)))
def test_every_profile(index: int) -> None:
    fuzzer = HostFuzzer(1000 + index, PROFILES[index])
    for _ in range(600):
        fuzzer.step()
    fuzzer.close_everything()
