"""TCP at a host: segments to connections, listeners to children, and the ends.

Drives :class:`synfin.core.connection.Connection`, keeps the table, and turns
what connections signal into readiness of sockets. Nothing here is a rule of a
connection; those live in ``core``.
"""

from synfin.core import rules
from synfin.core.errno import EADDRNOTAVAIL, EHOSTUNREACH, ENETUNREACH, ENOBUFS
from synfin.core.errors import NetworkError
from synfin.core.events import Reason, Value
from synfin.core.sequence import unwrap
from synfin.core.states import State
from synfin.core.time_wait import ANSWER, GONE, NEW_SYN
from synfin.host.keys import Key, local_of, local_port_of, make_key, remote_port_of
from synfin.host.listener import TAKE, Listener
from synfin.host.passive import OptionSource, PassiveOpens
from synfin.host.ports import Use
from synfin.host.records import HostConnection, HostTimeWait
from synfin.host.tunnel import wrap
from synfin.wire.address import is_unspecified
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.quote import Quote
from synfin.wire.signature import sign
from synfin.wire.source_route import SourceRoute
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment


class TcpLayer(PassiveOpens):
    """All TCP of one host."""

    # -- SEGMENT ARRIVES --------------
    def continues(self, packet: Packet, segment: Segment) -> bool:
        """A plain segment between the same two sockets as the last one, so that nothing
        need be asked about its addresses."""
        last = self.last
        if last is None or not last.tabled or packet.options or packet.fragmented:
            return False
        if segment.src_port != last.remote_port or segment.dst_port != last.local_port:
            return False
        if self.signatures or segment.options.md5 is not None or last.udp_port:
            return False
        if packet.src is self.last_src and packet.dst is self.last_dst:
            return True
        if packet.src != last.remote or packet.dst != last.local:
            return False
        self.last_src, self.last_dst = packet.src, packet.dst
        return True

    def receive_next(self, packet: Packet, segment: Segment, now: int) -> None:
        """One that :meth:`continues`."""
        last = self.last
        assert last is not None
        self.now = now
        if not self._is_syn_fin(segment):
            last.received_tos = packet.tos
            self._to_connection(last, segment, now)

    def receive(self, packet: Packet, segment: Segment, now: int, udp_port: int = 0) -> None:
        """A segment for one of our addresses arrived, perhaps in a datagram that came
        from ``udp_port``."""
        self.now = now
        self.arriving = packet
        self.arriving_udp = udp_port
        self._receive(packet, segment, now, udp_port)
        self.arriving_udp = 0
        self.arriving = None  # the buffer behind it may be filled again

    def _receive(self, packet: Packet, segment: Segment, now: int, udp_port: int) -> None:
        if not self._addresses_are_sound(packet, segment) or self._is_syn_fin(segment):
            return
        key = make_key(packet.dst, segment.dst_port, packet.src, segment.src_port)
        if (self.signatures or segment.options.md5 is not None) and self._unsound(key, segment):
            return
        connection = self.demux.connections.get(key)
        if connection is not None and connection.udp_port != udp_port:
            self.to_nobody(key, segment)  # the same four-tuple by another way is another peer
            return
        if connection is not None:
            self.last = connection
            self.last_src, self.last_dst = packet.src, packet.dst
            connection.received_tos = packet.tos
            if packet.options and connection.passive and _is_current(connection, segment):
                self.save_route(connection)
            self._to_connection(connection, segment, now)
            return
        record = self.demux.time_waits.get(key)
        if record is not None:
            if record.manners.udp_port != udp_port and not record.opens(segment):
                self.to_nobody(key, segment)
                return
            self._to_time_wait(record, segment, now)
            return
        listener = self.demux.listener_for(packet.dst, segment.dst_port)
        if listener is not None:
            self.to_listener(listener, key, segment, now)
        else:
            self.to_nobody(key, segment)

    def _is_syn_fin(self, segment: Segment) -> bool:
        """SYN and FIN together, where such segments are dropped."""
        if segment.flags & (SYN | FIN) != SYN | FIN or not self.settings.drop_syn_fin:
            return False
        self.settled(0, segment, Reason(rules.SYN_FIN_DROPPED, {"seg_seq": segment.seq}))
        return True

    def _addresses_are_sound(self, packet: Packet, segment: Segment) -> bool:
        """MUST-57, MUST-63: nothing to or from broadcast and multicast."""
        own = self.addresses
        if own.is_unicast(packet.dst) and own.is_unicast(packet.src):
            return True
        values: dict[str, Value] = {"src": packet.src.hex(), "dst": packet.dst.hex()}
        self.settled(0, segment, Reason(rules.TCP_BAD_ADDRESS, values))
        return False

    def _unsound(self, key: Key, segment: Segment) -> bool:
        """RFC 2385: is its signature missing, wrong, or there without a key? Where nobody
        is, there is nothing to check it by."""
        somebody = self.demux.busy(key)
        if not somebody and self.demux.listener_for(local_of(key), local_port_of(key)) is None:
            return False
        return self.signature_fails(key, segment)

    def _to_connection(self, connection: HostConnection, segment: Segment, now: int) -> None:
        listener = connection.listener
        if (
            listener is not None
            and connection.state is State.SYN_RECEIVED
            and isinstance(listener, Listener)
        ):
            verdict, rule = listener.judge_last_ack(connection, segment, self.settings, now)
            if verdict != TAKE:
                self.refuse_last_ack(listener, connection, segment, verdict, rule)
                return
        connection.receive(segment, now)
        if connection.paws_drops:
            connection.paws_drops = 0
            self.count("PAWSEstab")
        self.after(connection, now)

    def _to_time_wait(self, record: HostTimeWait, segment: Segment, now: int) -> None:
        key = record.key
        listener = self.demux.listener_for(local_of(key), local_port_of(key))
        verdict = record.receive(segment, now, listener is not None, self.observer)
        if verdict == ANSWER:
            self.reply(key, record.answer(local_port_of(key), remote_port_of(key), now))
        elif verdict == GONE:
            self.forget_time_wait(record)
        elif verdict == NEW_SYN and listener is not None:
            self.forget_time_wait(record)
            self.to_listener(listener, key, segment, now, record.new_iss())
            return
        self.demux.arm_time_wait(record)

    # -- active OPEN --------------
    def connect(
        self,
        local: bytes,
        port: int,
        remote: bytes,
        remote_port: int,
        use: Use,
        now: int,
        route: SourceRoute | None = None,
    ) -> tuple[HostConnection | None, int]:
        """A connection record ready to be opened, or None and an errno.

        ``port`` 0 picks an ephemeral one; ``local`` unspecified asks IP for an
        address, which then stays (MUST-44, MUST-45). ``route``: by way of these
        routers (MUST-51).
        """
        self.now = now
        if route is not None and route.strict and not self.addresses.on_link(route.hops[0]):
            return None, EHOSTUNREACH
        if is_unspecified(local):
            local = self.addresses.source_for(remote if route is None else route.hops[0])
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
        connection = self.make(key, self.ports.use_of(local, use[1]), now, iss)
        connection.take_route(route)
        connection.route_given = route is not None
        return connection, 0

    def _ephemeral(self, local: bytes, remote: bytes, remote_port: int, now: int) -> int:
        """The first port of the range whose four-tuple is free; 0 when none is."""
        settings = self.settings
        for first, last in self.ports.candidates(settings.ephemeral_low, settings.ephemeral_high):
            for port in range(first, last + 1):
                key = make_key(local, port, remote, remote_port)
                if self.demux.busy(key) and not self._reusable(key, now):
                    continue
                if self.ports.reserved(port):
                    continue
                return port
        return 0

    def _reusable(self, key: Key, now: int) -> bool:
        record = self.demux.time_waits.get(key)
        return record is not None and record.reusable(now)

    def _reuse_time_wait(self, key: Key, now: int) -> int:
        """tcp_tw_reuse: take over, with an ISS above the old numbers; else -1."""
        if not self._reusable(key, now):
            return -1
        record = self.demux.time_waits[key]
        self.forget_time_wait(record)
        iss = record.new_iss()
        values: dict[str, Value] = {"iss": iss, "age_ns": now - record.entered}
        self.report("sample", 0, Reason(rules.TIME_WAIT_REUSED, values), {"name": "time-wait"})
        return iss

    def _report_busy(self, key: Key, now: int) -> None:
        """connect() fails: TIME-WAIT still keeps this four-tuple (§3.4.2)."""
        record = self.demux.time_waits.get(key)
        if record is not None:
            left = record.until - now
            values: dict[str, Value] = {"port": local_port_of(key), "left_ns": left}
            self.report("silence", 0, Reason(rules.OPEN_NO_TIME_WAIT_REUSE, values), {})

    # -- ICMP, timers, output --------------
    def network_error(self, quote: Quote, error: NetworkError, now: int, udp_port: int = 0) -> None:
        """An ICMP error about a segment of ours, to its connection (MUST-54); ``udp_port``
        > 0: it went in a datagram to that port."""
        self.now = now
        key = make_key(quote.src, quote.src_port, quote.dst, quote.dst_port)
        connection = self.demux.connections.get(key)
        if connection is not None and connection.udp_port == udp_port:
            if error.too_big and connection.is_outstanding(error.seq):
                self._learn_path(quote, error, now)
            connection.network_error(error, now)
            if connection.icmp_strays:
                connection.icmp_strays = 0
                self.count("OutOfWindowIcmps")
            self.after(connection, now)

    def _learn_path(self, quote: Quote, error: NetworkError, now: int) -> None:
        """Only what quotes text in flight is believed (RFC 5927 §7.2). The MTU counts even
        when it is known already: from another connection, that is (RFC 1191 §6.4)."""
        link = self.addresses.mtu_for(quote.dst)
        self.path_mtu.learn(quote.dst, error.mtu, quote.length, link, now)
        error.mtu = self.path_mtu.get(quote.dst, link, now)

    def tick(self, now: int) -> None:
        """Expire what is due."""
        self.now = now
        while True:
            connection, record = self.demux.take_due(now)
            if connection is not None:
                if connection.tabled:
                    connection.tick(now)
                    if connection.fastopen_cookie is not None or connection.fastopen_bare:
                        self.fastopen.look_for_a_hole(connection, now)
                    self.after(connection, now)
            elif record is not None:
                record.tick(now, self.observer)
                if record.state is State.CLOSED:
                    self.forget_time_wait(record)
                else:
                    self.demux.arm_time_wait(record)
            else:
                return

    def poll(self, now: int, budget: int) -> list[Packet]:
        """Every connection's turn, ``budget`` segments each."""
        self.now = now
        out = self.replies
        self.replies = []
        connection = self.first_turn
        self.first_turn = self.last_turn = None
        while connection is not None:
            following = connection.next_turn
            connection.next_turn = None
            connection.queued = False
            segments = connection.poll(now, budget)
            if segments:
                self._pack(connection, segments, out)
            if connection.times.kind or connection.snd.buffer.end > connection.snd.snd_una:
                connection.watch_sending(now)
            if connection.signals or connection.marks is not None or len(segments) >= budget:
                self.after(connection, now)
            else:
                self.demux.arm(connection)
            connection = following
        return out

    def _pack(self, connection: HostConnection, segments: list[Segment], out: list[Packet]) -> None:
        """IP packets around ``segments``, onto ``out``."""
        local, remote = connection.local, connection.remote
        ttl, tos = connection.ttl, connection.tos
        df = not connection.may_fragment and self.sets_df(remote)
        plain = connection.md5 is None and connection.route is None and not connection.udp_port
        for segment in segments:
            packet = Packet(local, remote, PROTO_TCP, segment, ttl, tos | segment.ecn, 0, df)
            out.append(packet if plain else self._dressed(connection, segment, packet))
            if segment.flags & RST:
                self.count("OutRsts")

    def _dressed(self, connection: HostConnection, segment: Segment, packet: Packet) -> Packet:
        """Signed, with its source route, in its datagram, as the connection has it."""
        secret = connection.md5.find(connection.remote) if connection.md5 is not None else None
        if secret is not None:
            sign(segment, connection.local, connection.remote, secret)
        if connection.route is not None:
            packet.go_along(connection.route)
        if connection.udp_port:
            packet = wrap(packet, self.settings.udp_tunneling_port, connection.udp_port)
        return packet


def _is_current(connection: HostConnection, segment: Segment) -> bool:
    """The segment lies in both windows: a stranger who cannot see the connection must not
    turn it his way by a forged route (the check of RFC 5961 §5 for forged data)."""
    if segment.flags & (SYN | RST) or not segment.flags & ACK:
        return False
    rcv, snd = connection.rcv, connection.snd
    seq = unwrap(segment.seq, rcv.rcv_nxt)
    ack = unwrap(segment.ack, snd.snd_una)
    return rcv.rcv_nxt <= seq <= rcv.rcv_adv and snd.snd_una <= ack <= snd.snd_max


__all__ = ["OptionSource", "TcpLayer"]
