"""Passive OPENs: a listener's SYNs, children, full queues and cookies.

RFC 9293 §3.10.7.2; RFC 4987; listen(2), accept(2).
"""

from synfin.core import rules
from synfin.core.closed import reset_without_ack
from synfin.core.events import Reason
from synfin.core.rules import Rule
from synfin.host.cookies import TAKEN_NS, full_syn, remembered_syn, syn_ack
from synfin.host.keys import Key, local_of, remote_of
from synfin.host.listener import COOKIE, RESET, TAKE, Listener
from synfin.host.records import HostConnection, Informed
from synfin.host.tcp_records import TcpRecords
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment


class PassiveOpens(TcpRecords):
    """What arrives for listeners and for children that are not accepted yet."""

    def refuse_last_ack(
        self, listener: Listener, child: HostConnection, segment: Segment, verdict: int, rule: Rule
    ) -> None:
        """The accept queue is full: the ACK is dropped, or answered by a reset."""
        if rule is rules.LISTENER_DEFERRED:
            reason = Reason(rule, {"seconds": listener.defer_ns // 1_000_000_000})
            child.deferred_ns = listener.defer_ns
        else:
            waiting = len(listener.accept_queue)
            reason = Reason(rule, {"queue": waiting, "backlog": listener.backlog})
            self.count("ListenOverflows")
        self.settled(child.id, segment, reason)
        if verdict == RESET:
            self.reply(child.key, reset_without_ack(segment), reason)
            child.now = self.now
            child.abort_silently(rule)
            self.after(child, self.now)

    # -- listening --------------
    def to_listener(
        self, listener: Listener, key: Key, segment: Segment, now: int, iss: int = -1
    ) -> None:
        flags = segment.flags
        dropped = flags & FIN and self.settings.listen_drops_syn_fin
        if flags & SYN and not flags & (ACK | RST) and not dropped:
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
            self.reply(key, answer)

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
        self.settled(0, segment, reason)
        self.count("ListenOverflows" if reason.rule is rules.LISTENER_FULL_SYN else "ListenDrops")

    def _bear_child(
        self, listener: Listener, key: Key, segment: Segment, now: int, iss: int
    ) -> HostConnection:
        """§3.10.7.2 third, on a child that fills in the remote socket."""
        child = self.make(key, self.ports.use_of(local_of(key), listener.use[1]), now, iss)
        child.listener = listener
        listener.half_open[child.id] = child
        self._inherit(listener, child)
        if self.arriving is not None:
            child.received_tos = self.arriving.tos
            self.save_route(child)
        if self.settings.fastopen_server:
            limit = listener.fastopen
            if self.settings.fastopen_any_listener:
                limit = limit or listener.backlog
            if limit:
                room = len(listener.half_open) <= limit
                anybody = self.settings.fastopen_without_cookie
                self.fastopen.serve(child, segment, room, anybody, listener.fastopen_keys)
        child.open_silently(now)
        child.receive(segment, now)
        self.report_queues(listener)
        if child.fastopen_accepted:
            self.to_accept_queue(listener, child)
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
        if self.settings.cookies_keep_options:
            cookie = self.full_cookies.make(key, segment, now, self.settings.sack)
        else:
            cookie = self.cookies.make(key, segment, now)
        window = min(self.settings.receive_buffer, 0xFFFF)
        mss = min(self.settings.mss, self.addresses.mtu_for(remote_of(key)) - 20 - _ip_header(key))
        if self.arriving_udp:
            mss -= self.settings.udp_tunneling_overhead
        answer = syn_ack(segment, cookie, window, mss, self.settings, now)
        reason = Reason(rules.COOKIE_SENT, {"queue": queue, "backlog": listener.backlog})
        self.settled(0, segment, reason)
        listener.cookie_sent_at = now
        self.count("SyncookiesSent")
        self.reply(key, answer, reason)

    def _remembered(
        self, segment: Segment, key: Key, peer_isn: int, cookie: int, now: int
    ) -> Segment | None:
        """The SYN that ``cookie`` proves; None when it is none of ours or too old."""
        if self.settings.cookies_keep_options:
            options = self.full_cookies.check(key, peer_isn, cookie, now)
            return None if options is None else full_syn(segment, options, self.settings)
        mss = self.cookies.check(key, peer_isn, cookie, now)
        return remembered_syn(segment, mss, self.settings) if mss else None

    def _cookie_ack(self, listener: Listener, key: Key, segment: Segment, now: int) -> bool:
        """An ACK that proves a SYN we have forgotten; True when that settles it."""
        if now - listener.cookie_sent_at > TAKEN_NS:
            return False
        peer_isn = (segment.seq - 1) & 0xFFFFFFFF
        cookie = (segment.ack - 1) & 0xFFFFFFFF
        syn = self._remembered(segment, key, peer_isn, cookie, now)
        if syn is None:
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
        child = self.make(key, self.ports.use_of(local_of(key), listener.use[1]), now, cookie)
        child.ts_offset = 0
        child.listener = listener
        self._inherit(listener, child)
        self.save_route(child)
        child.open_silently(now)
        child.observer = None
        signed, child.signed = child.signed, False  # a cookie keeps its timestamps
        child.receive(syn, now)
        child.signed = signed
        child.poll(now)  # the SYN,ACK left long ago
        child.stamps_sent = (-1, -1)
        child.observer = self.observer
        child.established_by = rules.COOKIE_ACCEPTED
        child.receive(segment, now)
        self.after(child, now)
        return True


def _ip_header(key: Key) -> int:
    return 20 if len(key) == 12 else 40


class OptionSource(Informed):
    """Whoever can set a child's socket options: the listening socket."""

    def configure(self, connection: HostConnection) -> None:
        """Apply the listener's options to ``connection``."""
