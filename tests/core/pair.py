"""Two ways to drive a connection without any I/O: :class:`Solo`, one end against
hand-made segments, and :class:`Duo`, two ends with a delay between them.

Numbers in tests are relative: ``seq`` to the sender's ISN, ``ack`` to the other's.
"""

from heapq import heappop, heappush

from synfin.core.connection import Connection
from synfin.core.events import Event, Observer, Reason
from synfin.core.settings import RFC, SECOND, Settings
from synfin.core.states import State
from synfin.wire.tcp import ACK, FIN, NO_OPTIONS, SYN, Options, Segment, flag_names

MS = 1_000_000
PLAIN = RFC.but(window_scale=-1, timestamps=False, sack=False, delayed_ack_ns=0)
"""The RFC's defaults without the options of later RFCs; every text is acknowledged at once."""
START = 1000 * SECOND
IRS = 0xFFFF_FFF0
"""Close to the wrap, so that tests cross it."""
ISS = 100
MAX_EVENTS = 200_000

Sent = tuple[int, Segment]
"""When (ns after the call), what."""


class Watch(Observer):
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def event(self, event: Event) -> None:
        self.events.append(event)

    def rules(self, kind: str) -> list[str]:
        """Ids of the rules behind events of ``kind``, in order."""
        return [e.reason.rule.id for e in self.events if e.kind == kind and e.reason is not None]

    def names(self, kind: str) -> list[str]:
        """The ``name`` of each event of ``kind``."""
        return [str(e.data["name"]) for e in self.events if e.kind == kind]

    def states(self) -> list[str]:
        """The states entered."""
        return [str(e.data["new"]) for e in self.events if e.kind == "state"]


def rule_of(segment: Segment) -> str:
    """Id of the rule that made ``segment``."""
    assert isinstance(segment.reason, Reason)
    return segment.reason.rule.id


class Solo:
    """One connection; the test plays its peer."""

    def __init__(
        self,
        settings: Settings = PLAIN,
        iss: int = ISS,
        irs: int = IRS,
        mtu: int = 1500,
        size: int = 4,
    ) -> None:
        self.watch = Watch()
        self.iss = iss
        self.irs = irs
        self.conn = Connection(
            settings, bytes(size - 1) + b"\1", 80, bytes(size - 1) + b"\2", 4000, iss, 1, mtu,
            self.watch,
        )  # fmt: skip
        self.now = START

    # -- opening -----------------------------------------------------------------------
    def listening(self) -> "Solo":
        """LISTEN."""
        self.conn.open_passive(self.now)
        return self

    def syn_sent(self) -> "Solo":
        """SYN-SENT; the SYN has left."""
        self.conn.open_active(self.now)
        assert self.show(*self.poll()) == ["SYN 0+0"]
        return self

    def syn_received(self, options: Options = NO_OPTIONS, window: int = 65535) -> "Solo":
        """SYN-RECEIVED from LISTEN; the SYN,ACK has left."""
        self.listening()
        assert self.show(*self.arrive(SYN, 0, 0, window=window, options=options)) == [
            "SYN,ACK 0+0 1"
        ]
        return self

    def established(
        self, options: Options = NO_OPTIONS, window: int = 65535, mss: int = 1460
    ) -> "Solo":
        """ESTABLISHED by an active open; nothing is left to send."""
        self.syn_sent()
        if options is NO_OPTIONS and mss:
            options = Options(mss=mss)
        assert self.show(*self.arrive(SYN | ACK, 0, 1, window=window, options=options)) == [
            "ACK 1+0 1"
        ]
        assert self.conn.state is State.ESTABLISHED
        return self

    def in_state(self, state: State) -> "Solo":
        """ESTABLISHED or one of the states behind it, by the shortest way."""
        self.established()
        conn = self.conn
        if state in (State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.TIME_WAIT):
            conn.shutdown(self.now)
            assert self.show(*self.poll()) == ["FIN,ACK 1+0 1"]
        if state in (State.FIN_WAIT_2, State.TIME_WAIT):
            assert self.arrive(ACK, 1, 2) == []
        if state in (State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING, State.TIME_WAIT):
            acked = 2 if state is State.TIME_WAIT else 1
            (ack,) = self.arrive(FIN | ACK, 1, acked)
            assert ack.flags == ACK
        if state is State.LAST_ACK:
            conn.shutdown(self.now)
            assert self.show(*self.poll()) == ["FIN,ACK 1+0 2"]
        assert conn.state is state
        return self

    @property
    def state(self) -> str:
        """The state's name."""
        return self.conn.state.value

    # -- segments and time -----------------------------------------------------------------
    def segment(
        self,
        flags: int,
        seq: int = 1,
        ack: int = 1,
        text: bytes = b"",
        window: int = 65535,
        options: Options = NO_OPTIONS,
        urgent: int = 0,
    ) -> Segment:
        """A segment of the peer's."""
        number = (self.irs + seq) & 0xFFFFFFFF
        acked = (self.iss + ack) & 0xFFFFFFFF if flags & ACK else 0
        return Segment(4000, 80, number, acked, flags, window, options, text, urgent)

    def arrive(
        self,
        flags: int,
        seq: int = 1,
        ack: int = 1,
        text: bytes = b"",
        window: int = 65535,
        options: Options = NO_OPTIONS,
        urgent: int = 0,
    ) -> list[Segment]:
        """It arrives; what is sent at once."""
        self.conn.receive(self.segment(flags, seq, ack, text, window, options, urgent), self.now)
        return self.poll()

    def poll(self) -> list[Segment]:
        """What is sent now."""
        return self.conn.poll(self.now)

    def send(self, text: bytes, push: bool = True, urgent: bool = False) -> list[Segment]:
        """SEND; what is sent at once."""
        assert self.conn.send(text, self.now, push, urgent) == len(text)
        return self.poll()

    def wait(self, duration: int) -> list[Sent]:
        """Time passes; what the timers send, with the time since the call."""
        began, end = self.now, self.now + duration
        out: list[Sent] = []
        for _ in range(MAX_EVENTS):
            if self.conn.deadline() > end:
                break
            self.now = self.conn.deadline()
            self.conn.tick(self.now)
            out += [(self.now - began, segment) for segment in self.poll()]
        self.now = end
        return out

    def show(self, *segments: Segment) -> list[str]:
        """``FLAGS seq+length ack`` of segments of ours, the ACK's number only with ACK."""
        lines = []
        for s in segments:
            seq = (s.seq - self.iss) & 0xFFFFFFFF
            if seq >> 31:
                seq -= 1 << 32
            line = f"{','.join(flag_names(s.flags))} {seq}+{len(s.payload)}"
            if s.flags & ACK:
                line += f" {(s.ack - self.irs) & 0xFFFFFFFF}"
            lines.append(line)
        return lines

    def times(self, sent: list[Sent]) -> list[float]:
        """When, in seconds."""
        return [when / SECOND for when, _ in sent]


class Duo:
    """Two connections, A and B, ``delay`` apart; every segment of A's and B's is kept."""

    def __init__(
        self, a: Settings = PLAIN, b: Settings | None = None, delay: int = 50 * MS, size: int = 4
    ) -> None:
        here, there = bytes(size - 1) + b"\1", bytes(size - 1) + b"\2"
        self.watch_a = Watch()
        self.watch_b = Watch()
        self.a = Connection(a, here, 4000, there, 80, 100, 1, observer=self.watch_a)
        self.b = Connection(b or a, there, 80, here, 4000, 0xFFFF_FF00, 2, observer=self.watch_b)
        self.now = START
        self.delay = delay
        self.sent: list[tuple[int, str, Segment]] = []
        self.lose: set[tuple[str, int]] = set()
        """Which segments are lost: (sender, n-th of its segments, from 1)."""
        self._counts = {"A": 0, "B": 0}
        self._flying: list[tuple[int, int, str, Segment]] = []

    def established(self) -> "Duo":
        """A connects to B."""
        self.b.open_passive(self.now)
        self.a.open_active(self.now)
        self.run(4 * self.delay)
        assert (self.a.state, self.b.state) == (State.ESTABLISHED, State.ESTABLISHED)
        self.sent.clear()
        return self

    def _pump(self) -> None:
        for name, conn in (("A", self.a), ("B", self.b)):
            for segment in conn.poll(self.now):
                self._counts[name] += 1
                self.sent.append((self.now, name, segment))
                if (name, self._counts[name]) in self.lose:
                    continue
                serial = len(self.sent)
                heappush(self._flying, (self.now + self.delay, serial, name, segment))

    def run(self, duration: int) -> None:
        """Let ``duration`` ns pass."""
        end = self.now + duration
        self._pump()
        for _ in range(MAX_EVENTS):
            due = min(self.a.deadline(), self.b.deadline())
            arrival = self._flying[0][0] if self._flying else end + 1
            if min(due, arrival) > end:
                break
            if arrival <= due:
                self.now, _, name, segment = heappop(self._flying)
                (self.b if name == "A" else self.a).receive(segment, self.now)
            else:
                self.now = due
                for conn in (self.a, self.b):
                    if conn.deadline() <= due:
                        conn.tick(due)
            self._pump()
        self.now = end

    def state(self, name: str) -> str:
        """The state's name."""
        return (self.a if name == "A" else self.b).state.value

    def of(self, name: str) -> list[Segment]:
        """What ``name`` has sent since the opening."""
        return [segment for _, who, segment in self.sent if who == name]
