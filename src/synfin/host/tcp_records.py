"""The records of one host's TCP: connections, TIME-WAIT, and what they signal.

Nothing here is a rule of a connection; those live in ``core``.
"""

from collections.abc import Callable

from synfin.core import rules
from synfin.core.closed import closed_reason, closed_state
from synfin.core.events import Event, Observer, Reason, Value
from synfin.core.rules import Rule
from synfin.core.settings import Settings
from synfin.core.states import State
from synfin.core.tcb import BACK_TO_LISTEN, CLOSED, CONNECTED, READABLE, TIME_WAITING
from synfin.core.timers import NEVER
from synfin.host.addresses import Addresses
from synfin.host.cookies import Cookies
from synfin.host.demux import Demux
from synfin.host.fastopen import FastOpen
from synfin.host.full_cookies import FullCookies
from synfin.host.ip import PathMtu
from synfin.host.isn import IsnGenerator
from synfin.host.keys import Key, local_of, local_port_of, remote_of
from synfin.host.listener import Listener
from synfin.host.ports import PortTable, Use
from synfin.host.records import (
    ERROR_NEWS,
    Counters,
    HostConnection,
    HostTimeWait,
    Informed,
    Manners,
)
from synfin.host.signatures import COUNTERS, Md5Keys, judge
from synfin.host.tunnel import wrap
from synfin.wire.address import format_address
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.signature import sign
from synfin.wire.source_route import SourceRoute, return_route
from synfin.wire.tcp import ACK, RST, SYN, Segment

MAX_PENDING_REPLIES = 1024
"""Answers formed without a connection that may wait for a poll; more are lost,
as on a full queue (RFC 9293 asks for no answer in particular)."""


class TcpRecords:
    """The table, the ports, the secrets, and what the rooms above share."""

    def __init__(
        self,
        addresses: Addresses,
        settings: Settings,
        random: Callable[[int], bytes],
        observer: Observer | None,
        path_mtu: PathMtu,
    ) -> None:
        self.addresses: Addresses = addresses
        self.settings: Settings = settings
        self.observer: Observer | None = observer
        self.path_mtu: PathMtu = path_mtu
        self.random: Callable[[int], bytes] = random
        self.isn: IsnGenerator = IsnGenerator(random)
        self.cookies: Cookies = Cookies(random)
        self.full_cookies: FullCookies = FullCookies(self.cookies.key)
        self.fastopen: FastOpen = FastOpen(random)
        self.ports: PortTable = PortTable(random)
        self.demux: Demux = Demux()
        self.counters: Counters = Counters()
        self.signatures: bool = False
        """A socket has had a key for TCP MD5 signatures."""
        self.next_id: int = 1
        self.max_segment: int = 0
        """Largest payload the device cuts itself; 0: none."""
        self.first_turn: HostConnection | None = None
        """Those to poll: the first; each knows the one behind it."""
        self.last_turn: HostConnection | None = None
        self.replies: list[Packet] = []
        self.ready: list[object] = []
        """Sockets whose readiness changed; the host hands them out."""
        self.ready_first: object | None = None
        """The one before them: mostly it is alone."""
        self.arriving: Packet | None = None
        """What is being processed: answers without a connection go back the way it came.
        None: nothing, or what has no way to tell of (:meth:`~TcpLayer.continues`)."""
        self.bound: dict[int, Informed] = {}
        """Sockets that bind(2) gave a port."""
        self._manners_seen: Manners | None = None
        """The latest record's, which the next most often shares."""
        self.last: HostConnection | None = None
        """Whose segment came last: the next one is often its, too."""
        self.last_src: bytes = b""
        self.last_dst: bytes = b""
        """The addresses on it, as the very objects: in the simulator they come again."""
        self.arriving_udp: int = 0
        """The UDP port that the arriving segment came from; 0: it came in no datagram."""
        self.now: int = 0

    # -- reports --------------
    def report(self, kind: str, conn: int, reason: Reason | None, data: dict[str, Value]) -> None:
        """Tell the observer, if there is one."""
        if self.observer is not None:
            self.observer.event(Event(kind, self.now, conn, reason, data))

    def settled(self, conn: int, segment: Segment, reason: Reason) -> None:
        if self.observer is not None:
            self.observer.event(Event("segment-in", self.now, conn, reason, {}, segment))

    def count(self, name: str) -> None:
        """A counter of netstat -s went up."""
        value = self.counters.add(name)
        if self.observer is not None:
            self.report("counter", 0, None, {"name": name, "value": value})

    def report_queues(self, listener: Listener, rule: Rule | None = None) -> None:
        """The lengths of both queues changed, perhaps because of ``rule``."""
        if self.observer is not None:
            data: dict[str, Value] = {
                "port": listener.port,
                "syn": len(listener.half_open),
                "accept": len(listener.accept_queue),
                "backlog": listener.backlog,
            }
            waiting = len(listener.accept_queue)
            values: dict[str, Value] = {"queue": waiting, "backlog": listener.backlog}
            self.report("queue", 0, None if rule is None else Reason(rule, values), data)

    # -- connection records --------------
    def make(self, key: Key, use: Use, now: int, iss: int = -1) -> HostConnection:
        """A new connection record in CLOSED, in the table."""
        if iss < 0:
            iss = self.isn.next(self.settings, now, key)
        remote = remote_of(key)
        link_mtu = self.addresses.mtu_for(remote)
        mtu = self.path_mtu.get(remote, link_mtu, now)
        connection = HostConnection(self.settings, key, iss, self.next_id, mtu, use, self.observer)
        connection.ts_offset = self.isn.stamps_from(key)
        connection.link_mtu = link_mtu
        connection.max_segment = self.max_segment
        if self.arriving_udp:
            connection.travel_by_udp(self.arriving_udp)
        connection.now = now
        self.next_id += 1
        self.demux.connections[key] = connection
        self.ports.take(local_port_of(key), use)
        self._report_record(connection, "made")
        return connection

    def _report_record(self, connection: HostConnection, action: str) -> None:
        if self.observer is not None:
            data: dict[str, Value] = {
                "action": action,
                "local": connection.local.hex(),
                "local_port": connection.local_port,
                "remote": connection.remote.hex(),
                "remote_port": connection.remote_port,
            }
            self.report("conn", connection.id, None, data)

    def full(self) -> bool:
        """The cap on connection records is reached."""
        return len(self.demux.connections) >= self.settings.max_connections

    def to_nobody(self, key: Key, segment: Segment) -> None:
        """§3.10.7.1: no such connection."""
        secret = self.md5_key(key) if segment.options.md5 is not None else b""
        if secret is None or (secret and _unsigned(key, segment, secret)):
            # Without a key nothing proves that such a connection ever was, and the peer
            # would ignore a reset that is not signed.
            self.settled(0, segment, Reason(rules.MD5_NO_RESET, {"seg_seq": segment.seq}))
            return
        rule, answer = closed_state(segment)
        hole = self.settings.blackhole
        if answer is not None and (hole > 1 or (hole and segment.flags & (SYN | ACK) == SYN)):
            rule, answer = rules.CLOSED_BLACKHOLE, None
        reason = closed_reason(rule, segment)
        self.settled(0, segment, reason)
        if answer is not None:
            self.reply(key, answer, reason)

    def _manners(self, key: Key) -> tuple[int, int]:
        """(TTL, TOS) of whoever stands at ``key`` or holds its port (FreeBSD tcp_respond())."""
        connection = self.demux.connections.get(key)
        if connection is not None:
            return connection.ttl, connection.tos
        record = self.demux.time_waits.get(key)
        if record is not None:
            return record.manners.ttl, record.manners.tos
        holder = self.bound.get(local_port_of(key))
        return (self.settings.ttl, 0) if holder is None else holder.manners(self.settings.ttl)

    def reply(self, key: Key, segment: Segment, reason: Reason | None = None) -> None:
        """Answer without a connection, because of ``reason`` unless it has its own."""
        if len(self.replies) < MAX_PENDING_REPLIES:
            if reason is not None:
                segment.reason = reason
            if self.signatures:
                self._sign_reply(key, segment)
            ttl, tos = self.settings.ttl, 0
            if self.settings.replies_like_socket:
                ttl, tos = self._manners(key)
            packet = self.packet(local_of(key), remote_of(key), segment, ttl, tos)
            back = self.way_back()
            if back is not None:
                packet.go_along(back)
            if self.arriving_udp:
                packet = wrap(packet, self.settings.udp_tunneling_port, self.arriving_udp)
            self.replies.append(packet)
            if segment.flags & RST:
                self.count("OutRsts")

    # -- signatures (RFC 2385) --------------
    def md5_key(self, key: Key) -> bytes | None:
        """The key for the peer of this four-tuple, of whoever holds our side."""
        keys: Md5Keys | None = None
        connection = self.demux.connections.get(key)
        record = self.demux.time_waits.get(key)
        if connection is not None:
            keys = connection.md5
        elif record is not None:
            keys = record.manners.md5
        else:
            listener = self.demux.listener_for(local_of(key), local_port_of(key))
            keys = None if listener is None else listener.md5
            holder = self.bound.get(local_port_of(key))
            if listener is None and holder is not None and self.settings.replies_like_socket:
                keys = holder.keys()
        return None if keys is None else keys.find(remote_of(key))

    def signature_fails(self, key: Key, segment: Segment) -> bool:
        """Drop what is not signed as it must be, without an answer."""
        rule = judge(segment, remote_of(key), local_of(key), self.md5_key(key))
        if rule is None:
            return False
        self.count(COUNTERS[rule])
        connection = self.demux.connections.get(key)
        number = 0 if connection is None else connection.id
        self.settled(number, segment, Reason(rule, {"seg_seq": segment.seq}))
        return True

    def _sign_reply(self, key: Key, segment: Segment) -> None:
        secret = self.md5_key(key)
        if secret is not None:
            sign(segment, local_of(key), remote_of(key), secret)

    # -- source routes (§3.9.2.1) --------------
    def way_back(self) -> SourceRoute | None:
        """The reverse of the source route by which the arriving packet came, if any."""
        packet = self.arriving
        if packet is None or not packet.options:
            return None
        return return_route(packet.src, packet.options)

    def save_route(self, connection: HostConnection) -> None:
        """MUST-53: a passive OPEN answers by the way that the packet came; a later way
        takes the place of an earlier one (SHLD-24), but never that of the application's
        (MUST-52). What is routed so, says RFC 1122 §4.2.3.8, stays so without one."""
        back = self.way_back()
        if back is None or connection.route_given or back == connection.route:
            return
        connection.take_route(back)
        values: dict[str, Value] = {
            "first": format_address(back.hops[0]),
            "hops": len(back.hops),
        }
        self.report("packet", connection.id, Reason(rules.IP_ROUTE_SAVED, values), {})

    # -- what a connection signalled --------------
    def after(self, connection: HostConnection, now: int) -> None:
        """Look at the signals after any door of ``connection`` was used."""
        self.now = now
        signals = connection.signals
        connection.signals = 0
        if connection.marks is not None:
            signals |= self._progress(connection, now)
        if signals:
            listener = connection.listener
            if listener is not None and isinstance(listener, Listener):
                self._child_signal(listener, connection, signals)
            elif signals & CONNECTED:
                self.fastopen.learn_from(connection)
            if signals & TIME_WAITING:
                self._enter_time_wait(connection)
            if signals & CLOSED or signals & BACK_TO_LISTEN:
                self.forget(connection)
            socket = connection.socket
            if isinstance(socket, Informed):
                socket.news |= signals
                self.is_ready(socket)
        elif connection.time_wait is not None and connection.time_wait.state is State.CLOSED:
            self._time_wait_aborted(connection)
        if connection.wants_poll:  # which looks at the sending, too
            if not connection.queued:
                self._queue_for_poll(connection)
        elif connection.times.kind:
            connection.watch_sending(now)
        self.demux.arm(connection)

    def _queue_for_poll(self, connection: HostConnection) -> None:
        connection.queued = True
        last = self.last_turn
        if last is None:
            self.first_turn = connection
        else:
            last.next_turn = connection
        self.last_turn = connection

    def is_ready(self, socket: object) -> None:
        """The readiness of ``socket`` changed."""
        if self.ready:
            self.ready.append(socket)
        elif self.ready_first is None:
            self.ready_first = socket
        elif self.ready_first is not socket:
            self.ready.append(socket)

    def _progress(self, connection: HostConnection, now: int) -> int:
        """What was sent and acknowledged, for the error queue; ERROR_NEWS or 0."""
        marks = connection.marks
        over = connection.state is State.CLOSED
        if marks is None or not marks.progress(connection.snd, now, over):
            return 0
        return ERROR_NEWS

    def _child_signal(self, listener: Listener, child: HostConnection, signals: int) -> None:
        if signals & (BACK_TO_LISTEN | CLOSED):
            listener.half_open.pop(child.id, None)
            if child.accept_ready and child in listener.accept_queue and not child.was_reset:
                listener.accept_queue.remove(child)
            if signals & BACK_TO_LISTEN:
                child.listener = None
            self.report_queues(listener)
        elif signals & CONNECTED:
            listener.half_open.pop(child.id, None)
            if not child.accept_ready:
                self.to_accept_queue(listener, child)
            self.report_queues(listener, rules.LISTENER_ACCEPTED)

    def to_accept_queue(self, listener: Listener, child: HostConnection) -> None:
        child.accept_ready = True
        listener.accept_queue.append(child)
        if listener.socket is not None:
            if isinstance(listener.socket, Informed):
                listener.socket.news |= READABLE
            self.is_ready(listener.socket)

    def _enter_time_wait(self, connection: HostConnection) -> None:
        """The compact record takes the connection's place in the table."""
        record = connection.time_wait
        if not isinstance(record, HostTimeWait) or not connection.tabled:
            return
        self._untable(connection)
        if len(self.demux.time_waits) >= self.settings.max_time_waits:
            self.count("TCPTimeWaitOverflow")
        elif record.state is State.TIME_WAIT:
            if self._manners_seen is None or not self._manners_seen.same(record.manners):
                self._manners_seen = record.manners
            record.manners = self._manners_seen
            self.demux.time_waits[connection.key] = record
            self.ports.take(connection.local_port, connection.use)
            self.demux.arm_time_wait(record)

    def _time_wait_aborted(self, connection: HostConnection) -> None:
        """ABORT deletes the TCB in TIME-WAIT, too (§3.10.5)."""
        record = self.demux.time_waits.get(connection.key)
        if record is not None and record is connection.time_wait:
            self.forget_time_wait(record)

    def _untable(self, connection: HostConnection) -> None:
        if connection.tabled:
            connection.tabled = False
            self.demux.disarm(connection)
            if self.last is connection:
                self.last = None
            if connection.fastopen_cookie is not None or connection.fastopen_bare:
                self.fastopen.ended(connection, self.now)
            if self.demux.connections.get(connection.key) is connection:
                del self.demux.connections[connection.key]
            self.ports.give(connection.local_port, connection.use)

    def forget(self, connection: HostConnection) -> None:
        """Delete the TCB."""
        if connection.tabled:
            self._untable(connection)
            self._report_record(connection, "deleted")

    def forget_time_wait(self, record: HostTimeWait) -> None:
        if self.demux.time_waits.get(record.key) is record:
            del self.demux.time_waits[record.key]
            record.armed = NEVER
            self.ports.give(local_port_of(record.key), record.manners.use)
            self.report("conn", record.id, None, {"action": "deleted"})

    def packet(self, local: bytes, remote: bytes, segment: Segment, ttl: int, tos: int) -> Packet:
        """The IP packet around a segment (§3.9.2): the Diffserv field as it was set
        (SHLD-22)."""
        df = self.sets_df(remote)
        return Packet(local, remote, PROTO_TCP, segment, ttl, tos, 0, df)

    def sets_df(self, remote: bytes) -> bool:
        """Packets to ``remote`` may not be cut on their way (RFC 1191)."""
        return self.settings.path_mtu_discovery and self.path_mtu.may_set_df(remote, self.now)


def _unsigned(key: Key, segment: Segment, secret: bytes) -> bool:
    """The signature of ``segment``, which arrived, is not the one that it must have."""
    return judge(segment, remote_of(key), local_of(key), secret) is not None
