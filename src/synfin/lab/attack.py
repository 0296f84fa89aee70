"""Packets that no TCP made: an attacker's forgeries, repeats and ICMP messages.

Numbers in a forgery are relative to the ISNs that the wire showed (docs/
scenario-language.md), which is more than an attacker off the path could know:
the scenario's author knows it in the attacker's place.
"""

from typing import Final

from synfin.core.problems import Problem
from synfin.lab.calls import parse_flags
from synfin.lab.model import Args, Call, Number
from synfin.lab.recorder import Flows, Recorder
from synfin.lab.trace import MODULUS
from synfin.lab.values import is_address, packed, parse_hex, parse_range
from synfin.sim.fault import matches_kind
from synfin.sim.faults import parse_selector
from synfin.sim.flows import Look
from synfin.sim.network import Network
from synfin.sim.tap import Transmission
from synfin.wire import tcp
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import (
    PROTO_ICMP,
    PROTO_ICMPV6,
    PROTO_TCP,
    PROTO_UDP,
    Packet,
    encode_packet,
)
from synfin.wire.quote import error_message
from synfin.wire.tcp import Options, Segment
from synfin.wire.udp import Datagram

BITS: Final = {
    "FIN": tcp.FIN,
    "SYN": tcp.SYN,
    "RST": tcp.RST,
    "PSH": tcp.PSH,
    "ACK": tcp.ACK,
    "URG": tcp.URG,
    "ECE": tcp.ECE,
    "CWR": tcp.CWR,
}
DEFAULT_PORTS: Final = (40_000, 80)


class Forger:
    """Makes the packets that scenario calls of attackers ask for."""

    def __init__(self, net: Network, recorder: Recorder) -> None:
        self.net = net
        self.recorder = recorder

    @property
    def flows(self) -> Flows:
        """What the wire has shown so far."""
        return self.recorder.flows

    def perform(self, call: Call) -> None:
        """spoof, icmp, resend or raw; ValueError says what cannot be done."""
        self.recorder.injecting = True
        try:
            self._perform(call)
        finally:
            self.recorder.injecting = False

    def _perform(self, call: Call) -> None:
        if call.verb == "spoof":
            self._spoof(call)
        elif call.verb == "icmp":
            self._icmp(call)
        elif call.verb == "resend":
            self._resend(call)
        else:
            data = call.args.option("data")
            assert isinstance(data, bytes)
            self.net.spoof_bytes(call.host, parse_hex(data.decode(errors="replace")))

    def address(self, name: str, like: bytes = b"") -> bytes:
        """A node's first address (of the version of ``like``), or the address itself."""
        if is_address(name):
            return packed(name)
        addresses = self.net.node(name).addresses
        for address in addresses:
            if not like or len(address) == len(like):
                return address
        raise Problem("run.address", "{host} has no such address", host=name)

    # -- spoof --------------------------------------------------------------------------

    def _spoof(self, call: Call) -> None:
        args = call.args
        source, target = args.text("src"), args.text("dst")
        kind, icmp = "", (0, 0)
        for value in args.values:
            if isinstance(value, str):
                kind = value
            elif isinstance(value, tuple) and isinstance(value[0], str):
                source, target = str(value[0]), str(value[1])
            elif isinstance(value, tuple) and isinstance(value[0], int):
                icmp = (value[0], int(str(value[1])))
        if not source or not target:
            raise Problem("run.spoof", "spoof needs a direction such as A>B")
        src = self.address(source)
        dst = self.address(target, src)
        packet = self._packet(src, dst, kind, icmp, args)
        if "badsum" in args.flags:
            self.net.spoof_bytes(call.host, _damage_sum(packet))
        else:
            self.net.spoof(call.host, packet)

    def _packet(
        self, src: bytes, dst: bytes, kind: str, icmp: tuple[int, int], args: Args
    ) -> Packet:
        sport, dport = self.flows.last.get((src, dst), DEFAULT_PORTS)
        sport, dport = args.integer("sport", sport), args.integer("dport", dport)
        ttl, ident = args.integer("ttl", 64), args.integer("id", 0)
        df = "nodf" not in args.flags
        if kind == "ICMP":
            return self._icmp_packet(src, dst, icmp, args)
        if kind == "UDP":
            body = Datagram(sport, dport, _data(args), "nochecksum" in args.flags)
            return Packet(src, dst, PROTO_UDP, body, ttl=ttl, ident=ident, df=df)
        segment = self._segment(src, sport, dst, dport, kind, args)
        return Packet(src, dst, PROTO_TCP, segment, ttl=ttl, ident=ident, df=df)

    def _segment(
        self, src: bytes, sport: int, dst: bytes, dport: int, kind: str, args: Args
    ) -> Segment:
        flags = 0
        for name in parse_flags(kind) if kind else ():
            flags |= BITS[name]
        mine = self.flows.base(src, sport, dst, dport)
        theirs = self.flows.base(dst, dport, src, sport)
        return Segment(
            sport,
            dport,
            self._number(args, "seq", mine),
            self._number(args, "ack", theirs) if flags & tcp.ACK else 0,
            flags,
            args.integer("win", 65_535),
            _options(args, theirs),
            _data(args),
            args.integer("urg", 0),
        )

    def _number(self, args: Args, key: str, base: int) -> int:
        number = args.option(key)
        if not isinstance(number, Number):
            return base if key == "seq" else 0
        if number.base == "absolute":
            return number.value % MODULUS
        if number.base == "isn":
            base = self._isn(number)
        return (base + number.value) % MODULUS

    def _isn(self, number: Number) -> int:
        """The ISN last (or n-th) seen in a direction, whatever the ports."""
        source, target = number.direction
        src, dst = self.address(source), self.address(target)
        seen: list[int] = []
        for sent in self.recorder.sent.values():
            body = sent.packet.body
            same = sent.packet.src == src and sent.packet.final_dst == dst
            if same and isinstance(body, Segment) and body.flags & tcp.SYN:
                if not seen or seen[-1] != body.seq:
                    seen.append(body.seq)
        if not seen or number.nth > len(seen):
            raise Problem(
                "run.no-syn",
                "no SYN from {source} to {target} was seen yet",
                source=source,
                target=target,
            )
        return seen[number.nth - 1]

    # -- icmp, resend ---------------------------------------------------------------------

    def _icmp(self, call: Call) -> None:
        about = call.args.option("about")
        kind = call.args.values[0]
        if not isinstance(about, tuple) or not isinstance(kind, tuple):
            raise Problem(
                "run.icmp-about", "icmp needs to know about which packet: icmp 3/1 about A>B"
            )
        quoted = self._sent(str(about[0]), str(about[1]), "*", call.args.integer("nth", 0))
        node = self.net.node(call.host)
        wanted = len(quoted.packet.src)
        own = next((address for address in node.addresses if len(address) == wanted), None)
        if own is None:
            raise Problem(
                "run.icmp-from", "{host} has no address to send ICMP from", host=call.host
            )
        rest = call.args.integer("mtu", 0)
        number, code = int(str(kind[0])), int(str(kind[1]))
        message = error_message(quoted.packet, number, code, rest)
        proto = PROTO_ICMP if wanted == 4 else PROTO_ICMPV6
        self.net.originate(node, Packet(own, quoted.packet.src, proto, message))

    def _icmp_packet(self, src: bytes, dst: bytes, icmp: tuple[int, int], args: Args) -> Packet:
        """A forged error about the last packet that ``dst`` sent."""
        about = [s for s in self.recorder.sent.values() if s.packet.src == dst and not s.spoofed]
        proto = PROTO_ICMP if len(src) == 4 else PROTO_ICMPV6
        rest = args.integer("mtu", 0)
        if about:
            message = error_message(about[-1].packet, icmp[0], icmp[1], rest)
        else:
            message = IcmpMessage(icmp[0], icmp[1], rest)
        return Packet(src, dst, proto, message, ttl=args.integer("ttl", 64))

    def _sent(self, source: str, target: str, kind: str, nth: int) -> Transmission:
        """The n-th (0: the last) packet of that kind sent so far, forgeries left out."""
        src = self.address(source)
        selector = parse_selector(f"* {kind}")
        found = [
            sent
            for sent in self.recorder.sent.values()
            if sent.packet.src == src
            and not sent.spoofed
            and not sent.copy_of
            and target in ("*", sent.target)
            and matches_kind(look_at(sent), selector.kind, selector.flags)
        ]
        if not found or nth > len(found):
            raise Problem(
                "run.no-packet",
                "{source} has not sent such a packet to {target} yet",
                source=source,
                target=target,
            )
        return found[nth - 1]

    def _resend(self, call: Call) -> None:
        direction, *rest = call.args.values
        assert isinstance(direction, tuple)
        kind = str(rest[0]) if rest else "*"
        nth = call.args.integer("nth", 0)
        sent = self._sent(str(direction[0]), str(direction[1]), kind, nth)
        self.net.spoof_bytes(call.host, encode_packet(sent.packet))


def look_at(sent: Transmission) -> Look:
    """The packet as a fault's selector would see it."""
    return Look(sent.packet, sent.n, sent.origin, sent.target, sent.time)


def _data(args: Args) -> bytes:
    data = args.option("data")
    return data if isinstance(data, bytes) else b""


def _options(args: Args, theirs: int) -> Options:
    cookie = args.option("fastopen")
    sack: tuple[tuple[int, int], ...] = ()
    if args.text("sack"):
        left, right = parse_range(args.text("sack"))
        sack = (((theirs + left.value) % MODULUS, (theirs + right.value) % MODULUS),)
    return Options(
        args.integer("mss", -1),
        args.integer("wscale", 7 if "wscale" in args.flags else -1),
        "sackok" in args.flags,
        args.integer("tsval", -1),
        args.integer("tsecr", 0),
        sack,
        cookie if isinstance(cookie, bytes) else None,
    )


def _damage_sum(packet: Packet) -> bytes:
    """The packet's octets with a wrong TCP or UDP checksum."""
    data = bytearray(encode_packet(packet))
    at = (20 if len(packet.src) == 4 else 40) + (16 if packet.proto == PROTO_TCP else 6)
    data[at] ^= 0xFF
    return bytes(data)
