"""UDP, and what is said in ICMP beside TCP: ports, datagrams both ways, errors about them."""

import struct
from typing import Final

from synfin.packetdrill.compare import compare_ip
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Finding, differs
from synfin.packetdrill.flow import FIRST_REMOTE_PORT
from synfin.packetdrill.icmp_packets import code_name, type_and_code
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import IcmpSpec, UdpSpec
from synfin.packetdrill.packets import tos_octet
from synfin.wire.icmp import ECHO, V6_ECHO, IcmpMessage
from synfin.wire.ip import PROTO_ICMP, PROTO_ICMPV6, PROTO_UDP, Packet, encode_packet
from synfin.wire.udp import Datagram

_PORTS_AND_LENGTH: Final = struct.Struct("!HHH")
UDP_HEADER: Final = 8


class Datagrams:
    """The UDP socket that the script means now. Ports are learnt from what it sends."""

    def __init__(self, config: Config, machine: Machine) -> None:
        self.config: Config = config
        self.machine: Machine = machine
        self.local_port: int = config.bind_port
        self.remote_port: int = FIRST_REMOTE_PORT

    # -- to the host -----------------------------------------------------------------
    def arrive(self, spec: UdpSpec) -> None:
        """A datagram of zeros for the host."""
        datagram = Datagram(
            spec.src_port or self.remote_port, spec.dst_port or self.local_port, bytes(spec.length)
        )
        config = self.config
        ttl = spec.ip.ttl if spec.ip.ttl >= 0 else 255
        packet = Packet(
            config.remote_ip, config.local_ip, PROTO_UDP, datagram, ttl, tos_octet(spec.ip)
        )
        self.machine.inject(bytes(encode_packet(packet)))

    def arrive_icmp(self, spec: IcmpSpec) -> None:
        """An echo request, or an error about a datagram that the host sent."""
        config = self.config
        type_, code = type_and_code(spec, config.ip_version)
        if type_ in (ECHO, V6_ECHO):
            message = IcmpMessage(type_, 0, max(spec.echo_id, 0) << 16, b"")
        else:
            about = Datagram(self.local_port, self.remote_port, bytes(max(spec.udp_length, 0)))
            quoted = Packet(config.local_ip, config.remote_ip, PROTO_UDP, about)
            quote = bytes(encode_packet(quoted))[: 48 if config.ip_version == 4 else 88]
            message = IcmpMessage(type_, code, max(spec.mtu, 0), quote)
        ttl = spec.ip.ttl if spec.ip.ttl >= 0 else 255
        proto = PROTO_ICMP if config.ip_version == 4 else PROTO_ICMPV6
        packet = Packet(config.remote_ip, config.local_ip, proto, message, ttl, tos_octet(spec.ip))
        self.machine.inject(bytes(encode_packet(packet)))

    # -- from the host -----------------------------------------------------------------
    def wants(self, spec: UdpSpec | IcmpSpec, packet: Packet) -> bool:
        """Whether a packet that the host sent is of the kind that is expected."""
        if packet.dst != self.config.remote_ip:
            return False
        kind = Datagram if isinstance(spec, UdpSpec) else IcmpMessage
        return isinstance(packet.body, kind)

    def compare(self, spec: UdpSpec | IcmpSpec, packet: Packet) -> list[Finding]:
        """What is not as ``spec`` says."""
        body = packet.body
        if isinstance(spec, UdpSpec) and isinstance(body, Datagram):
            out = self._compare_datagram(spec, body)
        elif isinstance(spec, IcmpSpec) and isinstance(body, IcmpMessage):
            out = self._compare_icmp(spec, body)
        else:
            return []
        return out + compare_ip(spec.ip, packet.tos, packet.ttl)

    def _compare_datagram(self, spec: UdpSpec, datagram: Datagram) -> list[Finding]:
        out: list[Finding] = []
        if spec.src_port == 0:
            self.local_port = datagram.src_port
        if spec.dst_port == 0:
            self.remote_port = datagram.dst_port
        for name, expected, found in (
            ("src port", spec.src_port, datagram.src_port),
            ("dst port", spec.dst_port, datagram.dst_port),
        ):
            if expected and expected != found:
                out.append(differs(name, expected, found))
        if spec.length != len(datagram.payload):
            out.append(differs("length", spec.length, len(datagram.payload)))
        return out

    def _compare_icmp(self, spec: IcmpSpec, message: IcmpMessage) -> list[Finding]:
        version = self.config.ip_version
        out: list[Finding] = []
        if (message.type, message.code) != type_and_code(spec, version):
            shown = code_name(message.type, message.code, version)
            out.append(differs("icmp", f"{spec.type} {spec.code}".strip(), shown))
            return out
        if spec.mtu >= 0 and spec.mtu != message.rest:
            out.append(differs("mtu", spec.mtu, message.rest))
        if spec.echo_id >= 0 and spec.echo_id != message.rest >> 16:
            out.append(differs("id", spec.echo_id, message.rest >> 16))
        if spec.udp_length >= 0:
            found = _quoted_length(bytes(message.data), version)
            if found != spec.udp_length:
                out.append(differs("[udp]", spec.udp_length, found))
        return out


def shown(packet: Packet, version: int) -> str:
    """As a script would write it."""
    body = packet.body
    if isinstance(body, Datagram):
        return f"> udp {body.src_port} > {body.dst_port} ({len(body.payload)})"
    if isinstance(body, IcmpMessage):
        return f"> icmp {code_name(body.type, body.code, version)}"
    return ">"


def _quoted_length(quote: bytes, version: int) -> int:
    """Octets of text in the datagram that an error quotes; -1: it quotes none."""
    start = (quote[0] & 15) * 4 if version == 4 and quote else 40
    proto = quote[9 if version == 4 else 6] if len(quote) >= start + UDP_HEADER else 0
    if proto != PROTO_UDP:
        return -1
    _src, _dst, length = _PORTS_AND_LENGTH.unpack_from(quote, start)
    return int(length) - UDP_HEADER
