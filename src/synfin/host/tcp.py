"""TCP at a host: segments to connections, listeners to children, and the ends.

Drives :class:`synfin.core.connection.Connection`, keeps the table, and turns
what connections signal into readiness of sockets. Nothing here is a rule of a
connection; those live in ``core``.
"""

from collections.abc import Callable

from synfin.core import rules
from synfin.core.closed import closed_reason, closed_state, reset_without_ack
from synfin.core.errno import EADDRNOTAVAIL, ENETUNREACH, ENOBUFS
from synfin.core.errors import NetworkError
from synfin.core.events import Event, Observer, Reason, Value
from synfin.core.rules import Rule
from synfin.core.settings import Settings
from synfin.core.states import State
from synfin.core.tcb import BACK_TO_LISTEN, CLOSED, CONNECTED, TIME_WAITING
from synfin.core.time_wait import ANSWER, GONE, NEW_SYN
from synfin.host.addresses import Addresses
from synfin.host.cookies import Cookies, remembered_syn, syn_ack
from synfin.host.demux import Demux
from synfin.host.fastopen import FastOpen
from synfin.host.ip import PathMtu
from synfin.host.isn import IsnGenerator, four_tuple_bytes
from synfin.host.listener import COOKIE, DROP, RESET, TAKE, Listener
from synfin.host.ports import PortTable, Use
from synfin.host.records import Counters, HostConnection, HostTimeWait, Key, make_key
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.quote import Quote
from synfin.wire.tcp import ACK, RST, SYN, Segment

MAX_PENDING_REPLIES = 1024
"""Answers formed without a connection that may wait for a poll; more are lost,
as on a full queue (RFC 9293 asks for no answer in particular)."""


class TcpLayer:
    """All TCP of one host."""

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
        self.fastopen: FastOpen = FastOpen(random)
        self.ports: PortTable = PortTable(random)
        self.demux: Demux = Demux()
        self.counters: Counters = Counters()
        self.next_id: int = 1
        self.max_segment: int = 0
        """Largest payload the device cuts itself; 0: none."""
        self.to_poll: list[HostConnection] = []
        self.replies: list[Packet] = []
        self.ready: list[object] = []
        """Sockets whose readiness changed; the host hands them out."""
        self.now: int = 0

    # -- reports --------------
    def report(self, kind: str, conn: int, reason: Reason | None, data: dict[str, Value]) -> None:
        """Tell the observer, if there is one."""
        if self.observer is not None:
            self.observer.event(Event(kind, self.now, conn, reason, data))

    def _settled(self, conn: int, segment: Segment, reason: Reason) -> None:
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
        local, remote = key[0], key[1]
        text = four_tuple_bytes(local, key[2] >> 16, remote, key[2] & 0xFFFF)
        if iss < 0:
            iss = self.isn.next(self.settings, now, text)
        mtu = self.path_mtu.get(remote, self.addresses.mtu_for(remote), now)
        connection = HostConnection(self.settings, key, iss, self.next_id, mtu, use, self.observer)
        connection.ts_offset = self.isn.keyed(text + b"timestamps")
        connection.max_segment = self.max_segment
        connection.now = now
        self.next_id += 1
        self.demux.connections[key] = connection
        self.ports.take(key[2] >> 16, use)
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

    # -- SEGMENT ARRIVES --------------
    def receive(self, packet: Packet, segment: Segment, now: int) -> None:
        """A segment for one of our addresses arrived."""
        self.now = now
        if not self._addresses_are_sound(packet, segment):
            return
        key = make_key(packet.dst, segment.dst_port, packet.src, segment.src_port)
        connection = self.demux.connections.get(key)
        if connection is not None:
            self._to_connection(connection, segment, now)
            return
        record = self.demux.time_waits.get(key)
        if record is not None:
            self._to_time_wait(record, segment, now)
            return
        listener = self.demux.listener_for(packet.dst, segment.dst_port)
        if listener is not None:
            self._to_listener(listener, key, segment, now)
        else:
            self._to_nobody(key, segment)

    def _addresses_are_sound(self, packet: Packet, segment: Segment) -> bool:
        """MUST-57, MUST-63: nothing to or from broadcast and multicast."""
        own = self.addresses
        if own.is_unicast(packet.dst) and own.is_unicast(packet.src):
            return True
        values: dict[str, Value] = {"src": packet.src.hex(), "dst": packet.dst.hex()}
        self._settled(0, segment, Reason(rules.TCP_BAD_ADDRESS, values))
        return False

    def _to_connection(self, connection: HostConnection, segment: Segment, now: int) -> None:
        listener = connection.listener
        if isinstance(listener, Listener) and connection.state is State.SYN_RECEIVED:
            verdict, rule = listener.judge_last_ack(connection, segment, self.settings, now)
            if verdict != TAKE:
                self._refuse_last_ack(listener, connection, segment, verdict, rule)
                return
        connection.receive(segment, now)
        if connection.paws_drops:
            connection.paws_drops = 0
            self.count("PAWSEstab")
        self.after(connection, now)

    def _refuse_last_ack(
        self, listener: Listener, child: HostConnection, segment: Segment, verdict: int, rule: Rule
    ) -> None:
        """The accept queue is full: the ACK is dropped, or answered by a reset."""
        if rule is rules.LISTENER_DEFERRED:
            reason = Reason(rule, {"seconds": listener.defer_ns // 1_000_000_000})
        else:
            waiting = len(listener.accept_queue)
            reason = Reason(rule, {"queue": waiting, "backlog": listener.backlog})
            self.count("ListenOverflows")
        self._settled(child.id, segment, reason)
        if verdict == RESET:
            self._reply(child.key, reset_without_ack(segment), reason)
            child.now = self.now
            child.abort_silently(rule)
            self.after(child, self.now)

    def _to_time_wait(self, record: HostTimeWait, segment: Segment, now: int) -> None:
        key = record.key
        verdict = record.record.receive(segment, now)
        if verdict == ANSWER:
            answer = record.record.answer(key[2] >> 16, key[2] & 0xFFFF, now)
            self.replies.append(self.packet(key[0], key[1], answer, self.settings.ttl, 0))
        elif verdict == GONE:
            self._forget_time_wait(record)
        elif verdict == NEW_SYN:
            self._forget_time_wait(record)
            listener = self.demux.listener_for(key[0], key[2] >> 16)
            if listener is None:
                self._to_nobody(key, segment)
            else:
                self._to_listener(listener, key, segment, now, record.record.new_iss())
            return
        self.demux.arm_time_wait(record)

    def _to_nobody(self, key: Key, segment: Segment) -> None:
        """§3.10.7.1: no such connection."""
        rule, answer = closed_state(segment)
        reason = closed_reason(rule, segment)
        self._settled(0, segment, reason)
        if answer is not None:
            self._reply(key, answer, reason)

    def _reply(self, key: Key, segment: Segment, reason: Reason) -> None:
        if len(self.replies) < MAX_PENDING_REPLIES:
            segment.reason = reason
            self.replies.append(self.packet(key[0], key[1], segment, self.settings.ttl, 0))
            if segment.flags & RST:
                self.count("OutRsts")

    # -- listening --------------
    def _to_listener(
        self, listener: Listener, key: Key, segment: Segment, now: int, iss: int = -1
    ) -> None:
        flags = segment.flags
        if flags & SYN and not flags & (ACK | RST):
            self._syn_for(listener, key, segment, now, iss)
            return
        if flags & ACK and not flags & (RST | SYN) and self.settings.syn_cookies != "off":
            if self._cookie_ack(listener, key, segment, now):
                return
        # §3.10.7.2 first, second and fourth: a childless LISTEN answers as the RFC says.
        probe = HostConnection(self.settings, key, 0, 0, 1500, listener.use, self.observer)
        probe.open_silently(now)
        probe.receive(segment, now)
        for answer in probe.poll(now):
            self.replies.append(self.packet(key[0], key[1], answer, self.settings.ttl, 0))

    def _syn_for(self, listener: Listener, key: Key, segment: Segment, now: int, iss: int) -> None:
        verdict, rule, queue = listener.judge_syn(self.settings)
        if verdict == TAKE and self.full():
            limit = self.settings.max_connections
            reason = Reason(rules.LISTENER_MEMORY, {"connections": limit, "limit": limit})
            self._drop_syn(segment, reason)
        elif verdict == TAKE:
            self._bear_child(listener, key, segment, now, iss)
        elif verdict == COOKIE:
            self._send_cookie(listener, key, segment, now, queue)
        else:
            self._drop_syn(segment, Reason(rule, {"queue": queue, "backlog": listener.backlog}))

    def _drop_syn(self, segment: Segment, reason: Reason) -> None:
        self._settled(0, segment, reason)
        self.count("ListenOverflows" if reason.rule is rules.LISTENER_FULL_SYN else "ListenDrops")

    def _bear_child(
        self, listener: Listener, key: Key, segment: Segment, now: int, iss: int
    ) -> HostConnection:
        """§3.10.7.2 third, on a child that fills in the remote socket."""
        child = self.make(key, (key[0], listener.use[1], False), now, iss)
        child.listener = listener
        listener.half_open[child.id] = child
        self._inherit(listener, child)
        if listener.fastopen and self.settings.fastopen_server:
            self.fastopen.serve(child, segment, len(listener.half_open) <= listener.fastopen)
        child.open_silently(now)
        child.receive(segment, now)
        self.report_queues(listener)
        if child.fastopen_accepted:
            self._to_accept_queue(listener, child)
        self.after(child, now)
        return child

    def _inherit(self, listener: Listener, child: HostConnection) -> None:
        """Socket options set on the listener hold for its children (tcp(7))."""
        socket = listener.socket
        if isinstance(socket, OptionSource):
            socket.configure(child)

    def _send_cookie(
        self, listener: Listener, key: Key, segment: Segment, now: int, queue: int
    ) -> None:
        text = four_tuple_bytes(key[0], key[2] >> 16, key[1], key[2] & 0xFFFF)
        cookie = self.cookies.make(text, segment, now)
        window = min(self.settings.receive_buffer, 0xFFFF)
        mss = min(self.settings.mss, self.addresses.mtu_for(key[1]) - 20 - _ip_header(key[0]))
        answer = syn_ack(segment, cookie, window, mss, self.settings, now)
        reason = Reason(rules.COOKIE_SENT, {"queue": queue, "backlog": listener.backlog})
        self._settled(0, segment, reason)
        self.count("SyncookiesSent")
        self._reply(key, answer, reason)

    def _cookie_ack(self, listener: Listener, key: Key, segment: Segment, now: int) -> bool:
        """An ACK that proves a SYN we have forgotten; True when that settles it."""
        text = four_tuple_bytes(key[0], key[2] >> 16, key[1], key[2] & 0xFFFF)
        peer_isn = (segment.seq - 1) & 0xFFFFFFFF
        cookie = (segment.ack - 1) & 0xFFFFFFFF
        mss = self.cookies.check(text, peer_isn, cookie, now)
        if mss == 0:
            return False
        if listener.accept_full() or self.full():
            self._drop_syn(
                segment,
                Reason(
                    rules.LISTENER_FULL_ACK,
                    {"queue": len(listener.accept_queue), "backlog": listener.backlog},
                ),
            )
            return True
        self.count("SyncookiesRecv")
        child = self.make(key, (key[0], listener.use[1], False), now, cookie)
        child.ts_offset = 0
        child.listener = listener
        self._inherit(listener, child)
        child.open_silently(now)
        child.observer = None
        child.receive(remembered_syn(segment, mss, self.settings), now)
        child.poll(now)  # the SYN,ACK left long ago
        child.observer = self.observer
        child.established_by = rules.COOKIE_ACCEPTED
        child.receive(segment, now)
        self.after(child, now)
        return True

    # -- what a connection signalled --------------
    def after(self, connection: HostConnection, now: int) -> None:
        """Look at the signals after any door of ``connection`` was used."""
        self.now = now
        signals = connection.signals
        connection.signals = 0
        if signals:
            listener = connection.listener
            if isinstance(listener, Listener):
                self._child_signal(listener, connection, signals)
            elif signals & CONNECTED and connection.fastopen_learnt:
                self.fastopen.learn(connection.remote, connection.fastopen_learnt)
            if signals & TIME_WAITING:
                self._enter_time_wait(connection)
            if signals & CLOSED or signals & BACK_TO_LISTEN:
                self.forget(connection)
            if connection.socket is not None:
                self.ready.append(connection.socket)
        if not connection.queued and connection.wants_poll:
            connection.queued = True
            self.to_poll.append(connection)
        self.demux.arm(connection)

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
                self._to_accept_queue(listener, child)
            self.report_queues(listener, rules.LISTENER_ACCEPTED)

    def _to_accept_queue(self, listener: Listener, child: HostConnection) -> None:
        child.accept_ready = True
        listener.accept_queue.append(child)
        if listener.socket is not None:
            self.ready.append(listener.socket)

    def _enter_time_wait(self, connection: HostConnection) -> None:
        """The compact record takes the connection's place in the table."""
        if connection.time_wait is None or not connection.tabled:
            return
        self._untable(connection)
        record = HostTimeWait(connection.time_wait, connection.key, connection.use)
        if record.record.state is State.TIME_WAIT:
            self.demux.time_waits[connection.key] = record
            self.ports.take(connection.local_port, connection.use)
            self.demux.arm_time_wait(record)

    def _untable(self, connection: HostConnection) -> None:
        if connection.tabled:
            connection.tabled = False
            if self.demux.connections.get(connection.key) is connection:
                del self.demux.connections[connection.key]
            self.ports.give(connection.local_port, connection.use)

    def forget(self, connection: HostConnection) -> None:
        """Delete the TCB."""
        if connection.tabled:
            self._untable(connection)
            self._report_record(connection, "deleted")

    def _forget_time_wait(self, record: HostTimeWait) -> None:
        if self.demux.time_waits.get(record.key) is record:
            del self.demux.time_waits[record.key]
            self.ports.give(record.key[2] >> 16, record.use)
            self.report("conn", record.record.id, None, {"action": "deleted"})

    # -- active OPEN --------------
    def connect(
        self, local: bytes, port: int, remote: bytes, remote_port: int, use: Use, now: int
    ) -> tuple[HostConnection | None, int]:
        """A connection record ready to be opened, or None and an errno.

        ``port`` 0 picks an ephemeral one; ``local`` unspecified asks IP for an
        address, which then stays (MUST-44, MUST-45).
        """
        self.now = now
        if not any(local):
            local = self.addresses.source_for(remote)
            if not local:
                return None, ENETUNREACH
        if self.full():
            return None, ENOBUFS
        if port == 0:
            port = self._ephemeral(local, remote, remote_port, now)
            if port == 0:
                return None, EADDRNOTAVAIL
        key = make_key(local, port, remote, remote_port)
        iss = self._reuse_time_wait(key, now)
        if self.demux.busy(key):
            self._report_busy(key, now)
            return None, EADDRNOTAVAIL
        return self.make(key, (local, use[1], False), now, iss), 0

    def _ephemeral(self, local: bytes, remote: bytes, remote_port: int, now: int) -> int:
        """The first port of the range whose four-tuple is free; 0 when none is."""
        settings = self.settings
        for first, last in self.ports.candidates(settings.ephemeral_low, settings.ephemeral_high):
            for port in range(first, last + 1):
                key = make_key(local, port, remote, remote_port)
                if self.demux.busy(key) and not self._reusable(key, now):
                    continue
                if port in self.demux.listeners:
                    continue
                return port
        return 0

    def _reusable(self, key: Key, now: int) -> bool:
        record = self.demux.time_waits.get(key)
        return record is not None and record.record.reusable(now)

    def _reuse_time_wait(self, key: Key, now: int) -> int:
        """tcp_tw_reuse: take over, with an ISS above the old numbers; else -1."""
        if not self._reusable(key, now):
            return -1
        record = self.demux.time_waits[key]
        self._forget_time_wait(record)
        iss = record.record.new_iss()
        values: dict[str, Value] = {"iss": iss, "age_ns": now - record.record.entered}
        self.report("sample", 0, Reason(rules.TIME_WAIT_REUSED, values), {"name": "time-wait"})
        return iss

    def _report_busy(self, key: Key, now: int) -> None:
        """connect() fails: TIME-WAIT still keeps this four-tuple (§3.4.2)."""
        record = self.demux.time_waits.get(key)
        if record is not None:
            left = record.record.until - now
            values: dict[str, Value] = {"port": key[2] >> 16, "left_ns": left}
            self.report("silence", 0, Reason(rules.OPEN_NO_TIME_WAIT_REUSE, values), {})

    # -- ICMP, timers, output --------------
    def network_error(self, quote: Quote, error: NetworkError, now: int) -> None:
        """An ICMP error about a segment of ours, to its connection (MUST-54)."""
        self.now = now
        key = make_key(quote.src, quote.src_port, quote.dst, quote.dst_port)
        connection = self.demux.connections.get(key)
        if connection is not None:
            connection.network_error(error, now)
            self.after(connection, now)

    def tick(self, now: int) -> None:
        """Expire what is due."""
        self.now = now
        while True:
            connection, record = self.demux.take_due(now)
            if connection is not None:
                if connection.tabled:
                    connection.tick(now)
                    self.after(connection, now)
            elif record is not None:
                record.record.tick(now)
                if record.record.state is State.CLOSED:
                    self._forget_time_wait(record)
                else:
                    self.demux.arm_time_wait(record)
            else:
                return

    def poll(self, now: int, budget: int) -> list[Packet]:
        """Every connection's turn, ``budget`` segments each."""
        self.now = now
        out = self.replies
        self.replies = []
        turn = self.to_poll
        self.to_poll = []
        for connection in turn:
            connection.queued = False
            segments = connection.poll(now, budget)
            for segment in segments:
                packet = self.packet(
                    connection.local, connection.remote, segment, connection.ttl, connection.tos
                )
                out.append(packet)
                if segment.flags & RST:
                    self.count("OutRsts")
            if connection.signals or len(segments) >= budget:
                self.after(connection, now)
            else:
                self.demux.arm(connection)
        return out

    def packet(self, local: bytes, remote: bytes, segment: Segment, ttl: int, tos: int) -> Packet:
        """The IP packet around a segment (§3.9.2)."""
        df = self.settings.path_mtu_discovery and self.path_mtu.may_set_df(remote, self.now)
        return Packet(local, remote, PROTO_TCP, segment, ttl, tos, 0, df)


def _ip_header(address: bytes) -> int:
    return 20 if len(address) == 4 else 40


class OptionSource:
    """Whoever can set a child's socket options: the listening socket."""

    def configure(self, connection: HostConnection) -> None:
        """Apply the listener's options to ``connection``."""


__all__ = ["DROP", "OptionSource", "TcpLayer"]
