"""Random calls and segments against one connection, and what must hold after each."""

from itertools import pairwise
from random import Random

from synfin.core.connection import Connection
from synfin.core.send_space import LARGEST_UNIT
from synfin.core.settings import BSD44, LINUX, RFC, SECOND, Settings
from synfin.core.states import State
from synfin.core.timers import NEVER
from synfin.wire.tcp import ACK, FIN, PSH, RST, SYN, URG, Options, Segment

PROFILES = (
    RFC,
    LINUX,
    BSD44,
    RFC.but(timestamps=False, sack=False, window_scale=-1, receive_buffer=300),
    LINUX.but(delayed_ack_ns=0, send_buffer=4000, receive_buffer=2000),
    RFC.but(rfc5961=False, rfc1337=False, syn_received_duplicate_syn="ack"),
    LINUX.but(fastopen_server=True, syn_data="queue", no_time_wait=True),
)


class Fuzzer:
    """One connection, driven by a seeded generator."""

    def __init__(self, seed: int, settings: Settings | None = None) -> None:
        self.random = Random(seed)
        self.settings = settings or self.random.choice(PROFILES)
        iss = self.random.choice((0, 1, 0xFFFFFFFF, 0xFFFFFF00, self.random.getrandbits(32)))
        self.conn = Connection(self.settings, b"\n\0\0\2", 80, b"\n\0\0\1", 40000, iss, 1, mtu=1500)
        self.now = 0
        self.peer_seq = self.random.getrandbits(32)
        self.conn.fastopen_accepted = self.random.random() < 0.1
        self.written = 0

    def step(self) -> None:
        """One random thing happens, then the invariants are checked."""
        roll = self.random.random()
        if roll < 0.55:
            self.conn.receive(self.segment(), self.now)
        elif roll < 0.70:
            self.call()
        elif roll < 0.85:
            self.pass_time()
        else:
            self.poll()
        self.check()

    def call(self) -> None:
        """A random user call, lawful in this state or not."""
        conn = self.conn
        choice = self.random.randrange(11)
        if conn.state is State.CLOSED:
            if conn.time_wait is None and not conn.snd.board.ranges and conn.first_sent_at == 0:
                if not conn.was_reset and conn.signals == 0:
                    self.open()
            return
        if choice < 4:
            size = self.random.choice((1, 10, 1460, 5000))
            conn.send(bytes(size), self.now, self.random.random() < 0.8, choice == 0)
        elif choice < 7:
            conn.recv(self.random.choice((1, 100, 1 << 20)), self.now)
        elif choice == 7:
            conn.shutdown(self.now)
        elif choice == 8 and self.random.random() < 0.3:
            conn.close(self.now)
        elif choice == 9 and self.random.random() < 0.1:
            conn.abort(self.now)
        elif choice == 10:
            conn.set_keepalive(self.random.random() < 0.5, self.now)

    def open(self) -> None:
        """Active or passive OPEN."""
        if self.random.random() < 0.5:
            self.conn.open_active(self.now)
        else:
            self.conn.open_passive(self.now)

    def pass_time(self) -> None:
        """Some time passes; timers that came due expire."""
        deadline = self.conn.deadline()
        if deadline < NEVER and self.random.random() < 0.6:
            self.now = max(self.now, deadline)
        else:
            self.now += self.random.randrange(SECOND)
        if self.conn.deadline() <= self.now:
            self.conn.tick(self.now)

    def poll(self) -> None:
        """Take what is to be sent; every segment must be sound."""
        for segment in self.conn.poll(self.now, 8):
            assert 0 <= segment.seq < 1 << 32
            assert 0 <= segment.ack < 1 << 32
            assert 0 <= segment.window <= 0xFFFF
            assert len(segment.payload) <= 1460
            assert not segment.flags & SYN or not segment.flags & (FIN | RST)
            assert segment.options.mss < 0 or segment.flags & SYN  # MUST-65

    def near(self, base: int) -> int:
        """A wire number on, around or far from ``base``."""
        offset = self.random.choice((0, 0, 0, 1, -1, 2, 5, 100, 1460, -1460, 65535, 1 << 31))
        if self.random.random() < 0.1:
            offset = self.random.getrandbits(32)
        return (base + offset) & 0xFFFFFFFF

    def segment(self) -> Segment:
        """Any segment at all, mostly plausible ones."""
        conn = self.conn
        rnd = self.random
        if rnd.random() < 0.6:
            return self.plausible()
        flags = rnd.choice(
            (SYN, SYN | ACK, ACK, ACK, ACK, ACK | PSH, FIN | ACK, RST, RST | ACK, URG | ACK, 0)
        )
        if rnd.random() < 0.05:
            flags = rnd.getrandbits(8)
        rcv_nxt = conn.rcv.rcv_nxt if conn.rcv.irs else self.peer_seq
        seq = self.near(rcv_nxt)
        ack = self.near(rnd.choice((conn.snd.snd_una, conn.snd.snd_nxt, conn.snd.snd_max)))
        size = rnd.choice((0, 0, 0, 1, 5, 100, 1460, 3000))
        segment = Segment(
            40000,
            80,
            seq,
            ack,
            flags,
            rnd.choice((0, 1, 500, 0xFFFF)),
            self.options(rcv_nxt),
            bytes(size),
            rnd.choice((0, 1, 3, 65535)),
        )
        return segment

    def plausible(self) -> Segment:
        """What a well-meaning peer might send next."""
        conn = self.conn
        rnd = self.random
        options = Options()
        if conn.ts_ok or conn.state in (State.LISTEN, State.SYN_SENT):
            options.ts_val = max(conn.rcv.ts_recent, 0) + rnd.choice((0, 0, 1, 5))
        flags, seq = ACK, conn.rcv.rcv_nxt
        if conn.state is State.LISTEN:
            flags, seq = SYN, self.peer_seq
        elif conn.state is State.SYN_SENT:
            flags, seq = rnd.choice((SYN, SYN | ACK)), self.peer_seq
        elif rnd.random() < 0.1:
            flags |= FIN
        seq += rnd.choice((0, 0, 0, 0, 10, 1460))
        low, high = conn.snd.snd_una, conn.snd.snd_max
        ack = rnd.choice((low, high, high, rnd.randint(low, high)))
        if flags & SYN:
            options.mss = 1460
            options.sack_permitted = options.ts_val >= 0
            options.window_scale = 2
        window = rnd.choice((0, 100, 1000, 0xFFFF, 0xFFFF))
        size = rnd.choice((0, 0, 1, 10, 1460))
        seq, ack = seq & 0xFFFFFFFF, ack & 0xFFFFFFFF
        return Segment(40000, 80, seq, ack, flags, window, options, bytes(size))

    def options(self, rcv_nxt: int) -> Options:
        """Options in any combination, on any segment (MUST-5)."""
        rnd = self.random
        options = Options()
        if rnd.random() < 0.3:
            options.mss = rnd.choice((0, 1, 48, 536, 1460, 65535))
        if rnd.random() < 0.3:
            options.window_scale = rnd.choice((0, 7, 14, 255))
        if rnd.random() < 0.6:
            recent = max(self.conn.rcv.ts_recent, 0)
            options.ts_val = (recent + rnd.choice((0, 1, 10, -1, 1 << 31))) & 0xFFFFFFFF
            options.ts_ecr = rnd.choice((0, 1, self.conn.ts_now()))
        options.sack_permitted = rnd.random() < 0.4
        if rnd.random() < 0.2:
            una = self.conn.snd.snd_una
            edges = sorted(self.near(una) for _ in range(2))
            options.sack = ((edges[0], edges[1]),)
        return options

    def check(self) -> None:
        """Invariants of RFC 9293 §3.4 and of our own book-keeping."""
        conn = self.conn
        snd, rcv, board = conn.snd, conn.rcv, conn.snd.board
        assert snd.iss <= snd.snd_una <= snd.snd_nxt <= snd.snd_max
        assert snd.buffer.start <= snd.buffer.end
        over = LARGEST_UNIT if conn.settings.send_by_units else 0
        assert snd.buffer.end - snd.buffer.start <= snd.buffer_size + over
        assert rcv.rcv_nxt <= rcv.rcv_adv or rcv.irs == 0
        assert rcv.unread >= 0
        assert rcv.unread <= rcv.buffer_size + 65535 * (1 << rcv.scale)
        assert board.sacked_octets >= 0
        assert board.lost_octets >= 0
        live = board.ranges[board.head :]
        assert sum(r.cost for r in live) == board.flight_octets
        assert sum(r.cost for r in live if r.sacked) == board.sacked_octets
        assert sum(r.cost for r in live if r.lost) == board.lost_octets
        assert sum(r.cost for r in live if r.resent) == board.resent_octets
        assert snd.in_flight >= 0
        for left, right in pairwise(live):
            assert left.end == right.start
        if live:
            assert live[0].start == snd.snd_una
            assert live[-1].end == snd.snd_nxt
        assert snd.cc.cwnd > 0
        assert conn.deadline() >= 0
        assert len(conn.outbox) < 100_000
        if conn.state is State.CLOSED and conn.time_wait is None:
            assert conn.timers.deadline == NEVER
        held = rcv.held
        assert sum(len(p) for p in held.pieces) == held.octets
        assert held.starts == sorted(held.starts)
        if held.starts:
            assert held.starts[0] >= rcv.rcv_nxt


def run(seed: int, steps: int) -> Fuzzer:
    """``steps`` random steps with ``seed``; raises AssertionError where something breaks."""
    fuzzer = Fuzzer(seed)
    for _ in range(steps):
        fuzzer.step()
    return fuzzer
