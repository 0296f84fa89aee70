"""UDP at a host (RFC 768, RFC 1122 §4.1): the port table and the sockets' state.

No calls into anybody: methods take ``now``-free arguments and return error
numbers (:mod:`synfin.core.errno`, 0 for success), packets and verdicts.

How a host wires it in::

    table = UdpTable(addresses, random, settings)     # settings: the host's, set anew when replaced
    sock = table.open(version)                        # 4 or 6
    sock.bind(addr, port) -> errno                    # port 0: an ephemeral one; addr b"\\0"*4: any
    sock.connect(addr, port) -> errno;  sock.disconnect()
    sent = sock.send(data, addr=b"", port=0)          # addr b"": to whom it is connected
        sent.errno                                    # 0, or why nothing was sent
        sent.packets                                  # for the network, still whole: see ip.fit
        sent.loop                                     # copies for table.receive of this host
    sock.recv(peek=False) -> (errno, Received | None) # EAGAIN when nothing is there
    sock.join(group, interface=b"") / sock.leave(group) -> errno
    sock.readable(), sock.writable(), sock.take_error()   # SO_ERROR: read and cleared
    sock.close()
    sock.broadcast, sock.reuse_address, sock.ttl, sock.multicast_ttl, sock.multicast_loop,
    sock.receive_buffer, sock.dont_fragment           # plain attributes, for setsockopt
    sock.owner                                        # the host's, e.g. its Socket

    verdict = table.receive(packet)                   # a packet whose body is a Datagram, for us
        verdict.rule, verdict.values                  # make a Reason of them when observed
        verdict.sockets                               # whose readiness changed
        verdict.replies                               # ICMP port unreachable, to be rate-limited
    sockets = table.network_error(quote, error)       # from icmp.read_error(); readiness changed
                                                      # (rules.UDP_ERROR is the reason for it)
    table.accepts_group(addr)                         # is that multicast group for us?

A packet to a destination that is none of ours (and no broadcast, no joined
group) must not come here. Nothing is repeated, ordered or slowed down: that is
the point of UDP.
"""

from synfin.core import rules
from synfin.core.errors import NetworkError
from synfin.core.events import Value
from synfin.core.rules import Rule
from synfin.host.icmp import port_unreachable, why_silent
from synfin.host.udp_socket import Received, Sent, UdpPorts, UdpSocket
from synfin.wire.icmp import PORT_UNREACHABLE, UNREACHABLE, V6_PORT_UNREACHABLE, V6_UNREACHABLE
from synfin.wire.ip import Packet
from synfin.wire.quote import Quote
from synfin.wire.udp import Datagram

__all__ = ["Received", "Sent", "UdpSocket", "UdpTable", "Verdict"]


class Verdict:
    """What became of a datagram."""

    def __init__(self, rule: Rule, values: "dict[str, Value]") -> None:
        self.rule: Rule = rule
        self.values: dict[str, Value] = values
        self.sockets: list[UdpSocket] = []
        self.replies: list[Packet] = []


class UdpTable(UdpPorts):
    """All UDP sockets of a host: what arrives finds its socket here."""

    # --- arrivals -------------------------------------------------------------

    def receive(self, packet: Packet) -> Verdict:
        """A datagram for one of our addresses, a broadcast or a joined group.

        To one address it goes to the best match (a connected socket before one
        bound to the address before one bound to any; among equals the last bound),
        to many it goes to every match (RFC 1122 §4.1.3.5; Linux).
        """
        datagram = packet.body
        assert isinstance(datagram, Datagram)
        matches = [
            sock
            for sock in self._ports.get(datagram.dst_port, ())
            if sock.wants(packet, datagram.src_port)
        ]
        if not matches:
            return self._nobody(packet, datagram)
        if self.addresses.is_unicast(packet.dst):
            matches = [_best(matches)]
        length = len(datagram.payload)
        verdict = Verdict(rules.UDP_DELIVERED, {"length": length, "port": datagram.dst_port})
        full: UdpSocket | None = None
        for sock in matches:
            if sock.deliver(packet, datagram):
                verdict.sockets.append(sock)
            else:
                full = sock
        if full is not None and not verdict.sockets:
            verdict.rule = rules.UDP_NO_ROOM
            verdict.values = {"length": length, "room": full.receive_buffer - full.queued}
        return verdict

    def _nobody(self, packet: Packet, datagram: Datagram) -> Verdict:
        """Nobody listens: ICMP port unreachable, unless an error is forbidden."""
        six = packet.version == 6
        type_ = V6_UNREACHABLE if six else UNREACHABLE
        code = V6_PORT_UNREACHABLE if six else PORT_UNREACHABLE
        why = why_silent(packet, type_, code, self.addresses)
        if why:
            return Verdict(rules.ICMP_NOT_SENT, {"type": type_, "code": code, "why": why})
        verdict = Verdict(rules.ICMP_PORT, {"port": datagram.dst_port})
        reply = port_unreachable(packet, packet.dst, self.settings.ttl)
        verdict.replies.append(reply)
        return verdict

    def may_have_sent(self, quote: Quote) -> bool:
        """A socket has the quoted source port, and no other peer than the quoted one."""
        return any(
            not sock.remote or (sock.remote == quote.dst and sock.remote_port == quote.dst_port)
            for sock in self._ports.get(quote.src_port, ())
        )

    def network_error(self, quote: Quote, error: NetworkError) -> list[UdpSocket]:
        """An ICMP error about a datagram of ours: it goes to the socket connected to
        that peer (RFC 1122 §4.1.3.3; an unconnected one could not tell which of its
        sends failed). Returns whose readiness changed."""
        changed: list[UdpSocket] = []
        if error.quench:
            return changed
        for sock in self._ports.get(quote.src_port, ()):
            if sock.remote == quote.dst and sock.remote_port == quote.dst_port:
                if sock.local == quote.src and sock.fail(error):
                    changed.append(sock)
        return changed


def _best(matches: list[UdpSocket]) -> UdpSocket:
    """The most specific match; among equals the one that bound last."""
    best = matches[0]
    for sock in matches[1:]:
        if _score(sock) >= _score(best):
            best = sock
    return best


def _score(sock: UdpSocket) -> int:
    return (2 if sock.remote else 0) + (0 if sock.bound_to_any else 1)
