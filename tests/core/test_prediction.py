"""The short path and the long one: the same segments, the same variables."""

from collections import deque
from heapq import heappop, heappush
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core import prediction
from synfin.core.connection import Connection
from synfin.core.events import Event, Observer
from synfin.core.sequence import unwrap
from synfin.core.settings import BSD44, FREEBSD, LINUX, RFC, Settings
from synfin.wire.tcp import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG, Options, Segment
from tests.core.pair import MS, PLAIN, START, Solo

PROFILES = (
    RFC,
    LINUX,
    BSD44,
    FREEBSD,
    PLAIN,
    LINUX.but(ecn="ask"),
    LINUX.but(send_by_units=False, receive_buffer=20_000),
    LINUX.but(timestamps=False, delayed_ack_ns=0),
    RFC.but(congestion_control="cubic", pacing=True),
)
WATCHED_ONLY = {"observer", "last_reason", "owed_values", "reason", "settings", "answers"}
"""What an observer changes by being there."""


class Deaf(Observer):
    """Being watched is all that counts here: it leads to the long path."""

    def event(self, event: Event) -> None:
        """Not interesting."""


def everything(thing: object) -> object:
    """All variables of ``thing`` and of what it holds, in either form."""
    if isinstance(thing, list | tuple | deque):
        return [everything(one) for one in thing]
    if not type(thing).__module__.startswith("synfin.") or hasattr(thing, "value"):
        return bytes(thing) if isinstance(thing, memoryview) else thing
    names = [name for name in dir(thing) if not name.startswith("_") and name not in WATCHED_ONLY]
    found = {name: getattr(thing, name) for name in names}
    return {name: everything(one) for name, one in found.items() if not callable(one)}


class Talk:
    """Two ends over a bad link, driven by a seeded generator; ``log`` keeps what left."""

    def __init__(self, seed: int, observed: bool) -> None:
        self.random = Random(seed)
        settings = self.random.choice(PROFILES)
        self.ends = [self._end(0, settings, observed), self._end(1, settings, observed)]
        self.now = START
        self.trouble = self.random.choice((0.0, 0.0, 0.01, 0.1))
        self.flying: list[tuple[int, int, int, Segment]] = []
        self.log: list[object] = []
        self.count = 0

    def _end(self, number: int, settings: Settings, observed: bool) -> Connection:
        here, there = bytes((10, 0, 0, number)), bytes((10, 0, 0, 1 - number))
        iss = 0xFFFFF000 if number else 77
        observer = Deaf() if observed else None
        return Connection(settings, here, 80, there, 80, iss, 1, observer=observer)

    def run(self, steps: int) -> None:
        """Open, talk for so many steps, close."""
        self.ends[1].open_passive(self.now)
        self.ends[0].open_active(self.now)
        self.pump()
        for _ in range(steps):
            self.step()
        for end in self.ends:
            end.shutdown(self.now)
        self.pump()
        for _ in range(steps):
            self.step(calls=False)

    def step(self, calls: bool = True) -> None:
        """The next arrival or timer, or a call of an application."""
        if calls and self.random.random() < 0.3:
            self.call(self.random.choice(self.ends))
        else:
            self.pass_time()
        self.pump()

    def call(self, end: Connection) -> None:
        """SEND or RECEIVE."""
        if self.random.random() < 0.5:
            end.send(bytes(self.random.choice((1, 100, 1460, 9000))), self.now)
        else:
            self.log.append(end.recv(self.random.choice((10, 2000, 1 << 20)), self.now))

    def pass_time(self) -> None:
        """To the next arrival or timer."""
        due = min(end.deadline() for end in self.ends)
        if self.flying and self.flying[0][0] <= due:
            self.now, _, to, segment = heappop(self.flying)
            if self.random.random() < self.trouble:
                segment = self.altered(segment)
            self.ends[to].receive(segment, self.now)
        elif due < START * 2:
            self.now = max(self.now, due)
            for end in self.ends:
                if end.deadline() <= self.now:
                    end.tick(self.now)

    def altered(self, segment: Segment) -> Segment:
        """One field is another."""
        rng = self.random
        new = Segment(
            segment.src_port, segment.dst_port, segment.seq, segment.ack, segment.flags,
            segment.window, segment.options.copy(), segment.payload, segment.urgent,
        )  # fmt: skip
        field = rng.randrange(6)
        if field == 0:
            new.seq = (new.seq + rng.choice((-1, 1, 5000))) & 0xFFFFFFFF
        elif field == 1:
            new.ack = (new.ack + rng.choice((-1, 1, 1 << 20))) & 0xFFFFFFFF
        elif field == 2:
            new.flags ^= rng.choice((PSH, URG, ECE, CWR))
        elif field == 3:
            new.options.ts_val = rng.choice((-1, (new.options.ts_val - 5) & 0xFFFFFFFF))
        elif field == 4:
            new.window = rng.choice((0, 1, 0xFFFF))
        else:
            new.payload = new.payload[: len(new.payload) // 2]
        return new

    def pump(self) -> None:
        """What the ends send flies, unless it is lost; some of it twice."""
        for number, end in enumerate(self.ends):
            for segment in end.poll(self.now):
                self.log.append((self.now, number, everything(segment)))
                for _ in range(self.copies()):
                    self.count += 1
                    late = self.now + 5 * MS
                    if self.random.random() < self.trouble:
                        late += self.random.randrange(10 * MS)
                    heappush(self.flying, (late, self.count, 1 - number, segment))

    def copies(self) -> int:
        """0: lost."""
        if self.random.random() < self.trouble:
            return self.random.choice((0, 2))
        return 1


def same(seed: int, steps: int) -> None:
    """Observed and unobserved, the run of ``seed`` is one."""
    short, long = Talk(seed, observed=False), Talk(seed, observed=True)
    for talk in (short, long):
        talk.run(steps)
    assert short.log == long.log
    assert everything(short.ends) == everything(long.ends)


@given(st.integers(0, 2**32), st.integers(1, 150))
def test_any_conversation_is_the_same_on_both_paths(seed: int, steps: int) -> None:
    same(seed, steps)


@pytest.mark.parametrize("block", range(4))
def test_a_seeded_share_of_them(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        same(seed, 200)


@pytest.mark.soak
def test_many_of_them() -> None:
    for seed in range(1000, 6000):
        same(seed, 400)


# -- what is as predicted, and what is not ---------------------------------------------------
def offered(solo: Solo, segment: Segment) -> bool:
    """Whether the short path settles it, with nobody watching."""
    conn = solo.conn
    conn.observer = None
    conn.now = solo.now
    return prediction.settles(conn, segment, unwrap(segment.seq, conn.rcv.rcv_nxt))


def test_the_next_text_is_as_predicted() -> None:
    solo = Solo().established()
    assert offered(solo, solo.segment(ACK | PSH, 1, 1, b"hello"))
    assert solo.conn.recv(100, solo.now) == b"hello"
    assert solo.show(*solo.poll()) == ["ACK 1+0 6"]


def test_an_ack_of_what_is_outstanding_is_as_predicted() -> None:
    solo = Solo().established()
    solo.send(b"hello")
    assert offered(solo, solo.segment(ACK, 1, 6))
    assert solo.conn.snd.snd_una == solo.conn.snd.snd_nxt


@pytest.mark.parametrize("flags", [FIN, SYN, RST, URG, ECE, CWR])
def test_a_flag_leads_to_the_long_path(flags: int) -> None:
    solo = Solo().established()
    assert not offered(solo, solo.segment(ACK | flags, 1, 1, b"hello"))


@pytest.mark.parametrize(
    ("seq", "ack", "text"), [(2, 1, b"x"), (0, 1, b"xy"), (1, 2, b"x"), (1, 0, b"x")]
)
def test_another_number_does(seq: int, ack: int, text: bytes) -> None:
    solo = Solo().established()
    assert not offered(solo, solo.segment(ACK, seq, ack, text))


def test_so_does_text_beyond_the_window_or_behind_a_hole() -> None:
    solo = Solo(PLAIN.but(receive_buffer=1000)).established()
    assert not offered(solo, solo.segment(ACK, 1, 1, bytes(1001)))
    solo.arrive(ACK, 11, 1, b"y")
    assert not offered(solo, solo.segment(ACK, 1, 1, b"x"))


@pytest.mark.parametrize("stamp", [-1, 99])
def test_so_does_a_timestamp_that_is_missing_or_old(stamp: int) -> None:
    solo = Solo(RFC.but(delayed_ack_ns=0)).established(Options(mss=1460, ts_val=100, ts_ecr=0))
    assert offered(solo, solo.segment(ACK, 1, 1, b"x", options=Options(ts_val=100, ts_ecr=0)))
    old = Options(ts_val=stamp, ts_ecr=0)
    assert not offered(solo, solo.segment(ACK, 2, 1, b"x", options=old))


def test_whoever_watches_sees_the_long_path() -> None:
    solo = Solo().established()
    solo.conn.now = solo.now
    segment = solo.segment(ACK, 1, 1, b"hello")
    assert not prediction.settles(solo.conn, segment, solo.conn.rcv.rcv_nxt)
