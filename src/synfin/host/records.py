"""What a host keeps for each connection beside the connection itself, and for each
connection in TIME-WAIT."""

from synfin.core.connection import Connection
from synfin.core.events import Observer
from synfin.core.interpreted import mypyc_attr
from synfin.core.rules import Rule
from synfin.core.settings import Settings
from synfin.core.states import State, Trigger, move
from synfin.core.time_wait import TimeWait
from synfin.core.timers import NEVER
from synfin.host.error_queue import SendMarks
from synfin.host.keys import (
    Key,
    local_of,
    local_port_of,
    remote_of,
    remote_port_of,
)
from synfin.host.ports import Use
from synfin.host.send_times import SendTimes
from synfin.host.signatures import Md5Keys
from synfin.wire.source_route import SourceRoute

ERROR_NEWS = 1 << 20
"""Beside the bits of a connection's ``signals``: something came into the error queue."""


class Informed:
    """Whoever is told what happened: a socket. ``news`` are bits of ``signals``."""

    def __init__(self) -> None:
        self.news: int = 0
        self.wants_room: bool = False
        """A send or a poll found no room, and nobody has been woken since."""

    def keys(self) -> Md5Keys | None:
        """Of its peers (TCP_MD5SIG)."""
        return None

    def manners(self, ttl: int) -> tuple[int, int]:
        """(TTL, TOS) of what leaves for this socket; ``ttl`` is the host's."""
        return ttl, 0


@mypyc_attr(acyclic=True)
class Manners:
    """What TIME-WAIT records of one kind share: how they hold their port, and how what they
    send leaves (as the connection's: UDP port, TTL, TOS, keys)."""

    def __init__(self, use: Use, udp_port: int, ttl: int, tos: int, md5: Md5Keys | None) -> None:
        self.use: Use = use
        self.udp_port: int = udp_port
        self.ttl: int = ttl
        self.tos: int = tos
        self.md5: Md5Keys | None = md5

    def same(self, other: "Manners") -> bool:
        """Whether ``other`` says the same."""
        return (
            self.use == other.use
            and self.udp_port == other.udp_port
            and self.ttl == other.ttl
            and self.tos == other.tos
            and self.md5 is other.md5
        )


@mypyc_attr(acyclic=True)
class HostTimeWait(TimeWait):
    """A TIME-WAIT record in a host's table."""

    def __init__(
        self,
        conn_id: int,
        settings: Settings,
        snd_nxt: int,
        rcv_nxt: int,
        window_field: int,
        ts_recent: int,
        ts_offset: int,
        irs: int,
        now: int,
        key: Key,
        manners: Manners,
    ) -> None:
        super().__init__(
            conn_id, settings, snd_nxt, rcv_nxt, window_field, ts_recent, ts_offset, irs, now
        )
        self.key: Key = key
        self.manners: Manners = manners
        self.armed: int = NEVER
        """When the host's timers have an entry for this, ns."""


class HostConnection(Connection):
    """A connection in a host's table."""

    def __init__(
        self,
        settings: Settings,
        key: Key,
        iss: int,
        conn_id: int,
        mtu: int,
        use: Use,
        observer: Observer | None,
    ) -> None:
        local = local_of(key)
        super().__init__(
            settings,
            use[0] if use[0] == local else local,  # one object for all of them
            local_port_of(key),
            remote_of(key),
            remote_port_of(key),
            iss,
            conn_id,
            mtu,
            observer,
        )
        self.key: Key = key
        self.use: Use = use
        self.armed: int = NEVER
        """When the host looks at it again, ns (with the next two: :mod:`deadlines`)."""
        self.arming: int = 0
        self.heap_at: int = -1
        self.queued: bool = False
        """It stands in the host's queue of those to poll."""
        self.next_turn: HostConnection | None = None
        """The one behind it there."""
        self.tabled: bool = True
        """It is in the table of connections."""
        self.listener: object | None = None
        """The Listener whose child this is, until it is accepted."""
        self.accept_ready: bool = False
        self.socket: object | None = None
        self.route: SourceRoute | None = None
        """The source route of all segments sent; None: straight to the peer."""
        self.route_given: bool = False
        """The application named it: none that arrives takes its place (MUST-52)."""
        self.ip_options: bytes = b""
        self.received_tos: int = 0
        """The Diffserv and ECN octet of the last segment that arrived (MAY-9)."""
        self.times: SendTimes = SendTimes()
        self.marks: SendMarks | None = None
        """Calls whose progress somebody asked for (SO_TIMESTAMPING, MSG_ZEROCOPY)."""
        self.may_fragment: bool = False
        """IP_PMTUDISC_DONT: no DF, whatever the host does."""
        self.md5: Md5Keys | None = None
        """Keys to sign with and to check by (RFC 2385)."""
        self.eof_read: bool = False
        """The application has read past the last octet: it knows of the peer's FIN."""
        self.fastopen_waiting: bool = False
        """connect() returned at once; the SYN leaves with the first data (RFC 7413)."""

    def make_time_wait(self) -> TimeWait:
        rcv = self.rcv
        return HostTimeWait(
            self.id,
            self.settings,
            self.snd.snd_nxt,
            rcv.rcv_nxt,
            self.time_wait_window(),
            rcv.ts_recent if self.ts_ok else -1,
            self.ts_offset,
            rcv.irs,
            self.now,
            self.key,
            Manners(self.use, self.udp_port, self.ttl, self.tos, self.md5),
        )

    def sign_with(self, keys: Md5Keys) -> None:
        """Sign every segment from now on, if there is a key for this peer. No device can
        cut signed segments."""
        self.md5 = keys
        self.signed = keys.find(self.remote) is not None
        if self.signed:
            self.max_segment = 0

    def take_route(self, route: SourceRoute | None) -> None:
        """Send along ``route`` from now on; its option leaves less room for text."""
        self.route = route
        self.ip_options = b"" if route is None else route.option(self.remote)
        self.ip_option_len = len(self.ip_options)
        if self.state not in (State.CLOSED, State.LISTEN) and self.time_wait is None:
            self.lower_mtu(self.mtu)

    def watch_sending(self, now: int) -> None:
        """What sending waits for may have changed."""
        socket = self.socket
        wants_room = socket.wants_room if isinstance(socket, Informed) else False
        self.times.observe(self, wants_room, now)

    def open_silently(self, now: int) -> None:
        """A listener's child starts in LISTEN: the listener's state, so nothing to report."""
        self.now = now
        move(self, Trigger.OPEN_PASSIVE)

    def queue_before_open(self, data: bytes) -> int:
        """Data that the SYN shall carry; octets taken."""
        taken = data[: self.snd.room()]
        if taken:
            self.snd.buffer.append(taken)
        return len(taken)

    def abort_silently(self, rule: Rule) -> None:
        """End a child whose reset the listener has sent already."""
        self.give_up(Trigger.ABORT, 0, rule, (0, 0))


class Counters:
    """What netstat -s would show, by name; only ever counted up."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    def add(self, name: str) -> int:
        """One more; returns the new value."""
        value = self.values.get(name, 0) + 1
        self.values[name] = value
        return value
