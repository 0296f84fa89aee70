"""Random calls, faults, crashes and settings at two real endpoints.

What is read is a prefix of what was written, and all of it when both ends closed
in order; once faults have healed and both applications have closed, nothing is
left but waits that a rule allows; queues stay within their bounds; a run depends
on nothing but its inputs.

A host that crashes forgets everything and sends nothing; after its reboot A's
program connects anew and B's listens again. No connection ever reads what
another one wrote: each program's text has a pattern of its own.
"""

import contextlib
from functools import partial

from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from synfin.core.send_space import LARGEST_UNIT
from synfin.core.settings import BSD44, LINUX, RFC, Settings
from synfin.host import constants as c
from synfin.host.sockets import Socket
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from synfin.sim.tap import LogTap
from tests.sim.programs import MS, SECOND, A, B, Programs, Stream

HEALED = 30 * SECOND
CLOSED = 40 * SECOND

Plan = tuple[int, str, str, int]
"""When (ns), which side, what, how much."""


class Talker(Stream):
    """Does what the plan says, when it says so."""

    def __init__(self, sock: Socket, salt: int) -> None:
        super().__init__(sock, b"", finish=False)
        self.salt = salt
        self.crashed = False
        self.ends = (0, 0)
        self.keeps = 1 << 30
        self.wanted = bytearray()
        self.wants_shutdown = False
        self.closing = False
        self.aborted = False

    def pump(self) -> None:
        """Queues what the plan wanted, reads if allowed, closes when due."""
        if self.sock.closed:
            return
        self.data = bytes(self.wanted)
        super().pump()
        if self.wants_shutdown and not self.shut and not self.errno and self.sent == len(self.data):
            self.shut = True
            try:
                self.sock.shutdown(c.SHUT_WR)
            except OSError as error:
                self.errno = error.errno or -1
        if self.closing and (self.eof or self.errno):
            self.sock.close()

    def act(self, what: str, amount: int) -> None:
        """One step of the plan."""
        if self.sock.closed:
            return
        if what == "send" and not self.wants_shutdown:
            self.wanted += self.text_of(len(self.wanted) + amount)[len(self.wanted) :]
        elif what == "shutdown":
            self.wants_shutdown = True
        elif what == "close":
            self.sock.close()
        elif what == "abort":
            self.aborted = True
            self.sock.abort()
        elif what == "pause":
            self.reads = False
        elif what == "read":
            self.reads = True
        elif what == "nodelay":
            self.sock.setsockopt(c.IPPROTO_TCP, c.TCP_NODELAY, amount & 1)
        elif what == "cork":
            self.sock.setsockopt(c.IPPROTO_TCP, c.TCP_CORK, amount & 1)
        elif what == "finish":
            self.reads = self.wants_shutdown = self.closing = True
        self.pump()

    def text_of(self, size: int) -> bytes:
        """The first ``size`` octets of what this program says."""
        return bytes(i * 31 + i // 256 + self.salt & 0xFF for i in range(size))

    @property
    def orderly(self) -> bool:
        """It came to no harm and did none."""
        return not (self.aborted or self.errno or self.crashed)


class Run:
    """One run of a plan."""

    def __init__(
        self,
        plan: list[Plan],
        faults: list[str],
        one: Settings,
        other: Settings,
        seed: int,
        badness: float,
    ) -> None:
        self.net = Network(seed)
        self.log = LogTap()
        self.net.tap(self.log)
        self.net.add_host("A", A, settings=one)
        self.net.add_host("B", B, settings=other)
        self.link = self.net.link(
            "A", "B", 20 * MS, jitter_ns=5 * MS, loss=badness, duplicate=badness / 2,
            reorder=badness, corrupt=badness / 4,
        )  # fmt: skip
        for text in faults:
            self.net.add_fault(parse_fault(f"{text.split()[0]} to=30 " + text.split(" ", 1)[1]))
        self.a = Programs(self.net, "A")
        self.b = Programs(self.net, "B")
        self.late: dict[str, list[tuple[str, int]]] = {"A": [], "B": []}
        self.talkers: dict[str, Talker] = {}
        self.everybody: dict[str, list[Talker]] = {"A": [], "B": []}
        self.net.on_boot("A", self._connect)
        self.net.on_boot("B", self._listen)
        self._listen()
        self.net.at(0, self._connect, "A")
        for time, side, what, amount in plan:
            if what in LIVES:
                self.net.at(time, partial(self._live, side, what))
            else:
                self._plan(time, side, what, amount)
        self.net.at(HEALED, self._heal)
        for side in ("A", "B"):
            self._plan(CLOSED, side, "finish", 0)

    def _connect(self) -> None:
        sock = self.a.host.socket(c.SOCK_STREAM)
        talker = self._new("A", sock)
        self.a.streams[sock] = talker
        with contextlib.suppress(BlockingIOError):
            sock.connect((B, 80))
        talker.ends = (sock.getsockname()[1], 80)
        self._catch_up("A", talker)

    def _listen(self) -> None:
        self.b.listen(self._accepted)

    def _accepted(self, sock: Socket) -> Stream:
        talker = self._new("B", sock)
        talker.ends = (sock.getpeername()[1], 80)
        self._catch_up("B", talker)
        return talker

    def _new(self, side: str, sock: Socket) -> Talker:
        number = len(self.everybody[side])
        talker = Talker(sock, 2 * number + (side == "B"))
        self.everybody[side].append(talker)
        self.talkers[side] = talker
        return talker

    def _catch_up(self, side: str, talker: Talker) -> None:
        for what, amount in self.late[side]:
            talker.act(what, amount)

    def _live(self, side: str, what: str) -> None:
        host = self.net.host(side)
        if what == "crash" or (what == "reboot" and host.up):
            host.crash()
            dead = self.talkers.pop(side, None)
            if dead is not None:
                dead.crashed = True
            for talker in self.everybody[side]:
                talker.crashed = talker.crashed or not talker.sock.closed
        if what == "reboot":
            host.reboot()
        elif what == "unplug":
            host.link_down()
        elif what == "plug":
            host.link_up()

    def _plan(self, time: int, side: str, what: str, amount: int) -> None:
        def act() -> None:
            talker = self.talkers.get(side)
            if talker is None:
                self.late[side].append((what, amount))
            else:
                talker.act(what, amount)
            self.check_bounds()

        self.net.at(time, act, side)

    def _heal(self) -> None:
        for wire in (self.link.forward, self.link.backward):
            wire.loss = wire.duplicate = wire.reorder = wire.corrupt = 0.0
        for side in ("A", "B"):
            self.net.host(side).link_up()
            if not self.net.host(side).up:
                self.net.host(side).reboot()

    def check_bounds(self) -> None:
        """Every buffer keeps within its limit."""
        for talker in self.talkers.values():
            conn = talker.sock.conn
            if conn is not None:
                rcv = conn.rcv
                # A window is offered in whole units of its scale, so less than one unit
                # more may be promised, and must then be taken.
                over = max(conn.settings.mss, 1 << max(0, conn.offered_scale))
                assert rcv.unread + rcv.held.octets <= rcv.buffer_size + over
                most = conn.snd.buffer_size
                most += LARGEST_UNIT if conn.settings.send_by_units else 0
                assert conn.snd.buffer.end - conn.snd.buffer.start <= most

    def finish(self) -> "Run":
        """Runs until nothing is left to happen, and looks at what is there then."""
        assert self.net.run(max_events=200_000) == "quiescent"
        self.check_streams()
        self.check_rest()
        return self

    def check_streams(self) -> None:
        for a, b in self.pairs():
            for reader, writer in ((a, b), (b, a)):
                assert reader.got <= writer.sent
                assert bytes(reader.text) == writer.text_of(reader.got)
                if a.orderly and b.orderly and reader.eof and writer.shut:
                    assert reader.got == writer.sent

    def pairs(self) -> list[tuple[Talker, Talker]]:
        """Programs at the two ends of one connection. Ports are drawn at random: that A gets
        one again after a reboot does not happen within a few connections; it would fail here.
        B may have accepted twice from one: a SYN that was doubled or came late."""
        ports = [a.ends for a in self.everybody["A"]]
        assert len(ports) == len(set(ports))
        return [
            (a, b) for a in self.everybody["A"] for b in self.everybody["B"] if a.ends == b.ends
        ]

    def check_rest(self) -> None:
        """What is left waits for a peer that is gone, with no timer: RFC 9293 allows an
        idle half-open connection, and FIN-WAIT-2 without end."""
        for program in (self.a, self.b):
            for row in program.host.connections():
                assert row.state in ("LISTEN", "FIN-WAIT-2", "ESTABLISHED", "CLOSE-WAIT"), row.state
                if row.state != "LISTEN":
                    assert row.timer == ""
                    assert not self.everybody_finished_well()

    def everybody_finished_well(self) -> bool:
        """Nobody crashed, and both read to the end."""
        both = [self.talkers.get(side) for side in ("A", "B")]
        unharmed = all(t.orderly for side in self.everybody.values() for t in side)
        return unharmed and all(t is not None and t.eof for t in both)


def profiles() -> st.SearchStrategy[Settings]:
    return st.builds(
        lambda base, receive, send, mss, nagle, delayed, stamps, sack, scale: base.but(
            receive_buffer=receive,
            send_buffer=send,
            mss=mss,
            nagle=nagle,
            delayed_ack_ns=delayed * MS,
            timestamps=stamps,
            sack=sack,
            window_scale=scale,
        ),
        st.sampled_from((RFC, LINUX, BSD44)),
        st.sampled_from((200, 1000, 4096, 65_535, 200_000)),
        st.sampled_from((500, 4096, 1 << 20)),
        st.sampled_from((100, 536, 1460)),
        st.booleans(),
        st.sampled_from((0, 40, 200)),
        st.booleans(),
        st.booleans(),
        st.sampled_from((-1, 0, 2, 7)),
    )


VERBS = (
    *("send",) * 4,
    *("pause", "read", "nodelay", "cork"),
    *("shutdown", "close", "abort"),
)


LIVES = ("crash", "reboot", "unplug", "plug")
"""What happens to the machine, not to its program."""


def plans(verbs: tuple[str, ...] = VERBS) -> st.SearchStrategy[list[Plan]]:
    step = st.tuples(
        st.integers(0, 25_000).map(lambda ms: ms * MS),
        st.sampled_from(("A", "B")),
        st.sampled_from(verbs),
        st.sampled_from((0, 1, 10, 500, 1460, 5000, 30_000)),
    )
    return st.lists(step, max_size=12)


FAULTS = (
    "A>B SYN nth=1 drop",
    "B>A SYN,ACK nth=1 drop",
    "A>B ACK nth=1-3 drop",
    "A>B DATA nth=2 drop",
    "B>A DATA nth=1 delay=3s",
    "* FIN nth=1 drop",
    "* FIN nth=1 dup=2s",
    "* DATA nth=3 reorder",
    "* RST nth=1 drop",
    "A>B SYN nth=1 dup=4s",
    "* DATA p=0.1 corrupt",
    "B>A ACK p=0.2 drop",
    "* WINDOW-UPDATE drop",
)


@given(
    plans(),
    st.lists(st.sampled_from(FAULTS), max_size=3, unique=True),
    profiles(),
    profiles(),
    st.integers(0, 1000),
    st.sampled_from((0.0, 0.0, 0.02, 0.1)),
)
@budget(max_examples=100)
def test_random_runs_end_well(
    plan: list[Plan],
    faults: list[str],
    one: Settings,
    other: Settings,
    seed: int,
    badness: float,
) -> None:
    Run(plan, faults, one, other, seed, badness).finish()


@given(
    plans((*VERBS, *LIVES)),
    st.lists(st.sampled_from(FAULTS), max_size=2, unique=True),
    profiles(),
    profiles(),
    st.integers(0, 1000),
    st.sampled_from((0.0, 0.05)),
)
@budget(max_examples=100)
def test_random_crashes_end_well(
    plan: list[Plan],
    faults: list[str],
    one: Settings,
    other: Settings,
    seed: int,
    badness: float,
) -> None:
    Run(plan, faults, one, other, seed, badness).finish()


@given(
    plans((*VERBS, *LIVES)),
    st.lists(st.sampled_from(FAULTS), max_size=3, unique=True),
    profiles(),
)
@budget(max_examples=15)
def test_random_runs_are_the_same_twice(plan: list[Plan], faults: list[str], one: Settings) -> None:
    first = Run(plan, faults, one, RFC, 7, 0.05).finish()
    again = Run(plan, faults, one, RFC, 7, 0.05).finish()
    assert first.log.lines == again.log.lines
