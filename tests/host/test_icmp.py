"""What is answered, what is not, and what an error means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core import errno
from synfin.core.errors import NetworkError
from synfin.core.settings import SECOND
from synfin.host import icmp as host_icmp
from synfin.host.addresses import Addresses
from synfin.host.icmp import ErrorLimit, echo_reply, ends_udp, read_error, why_silent
from synfin.wire import icmp
from synfin.wire.address import parse_address as addr
from synfin.wire.icmp import IcmpMessage, echo_request
from synfin.wire.ip import (
    PROTO_ICMP,
    PROTO_ICMPV6,
    PROTO_TCP,
    PROTO_UDP,
    Packet,
    decode_packet,
    encode_packet,
)
from synfin.wire.pieces import fragment
from synfin.wire.tcp import SYN, Segment
from synfin.wire.udp import Datagram

A, B, R = addr("10.0.0.1"), addr("10.0.0.2"), addr("10.0.0.254")
A6, B6, R6 = addr("fd00::1"), addr("fd00::2"), addr("fd00::ff")


def ours() -> Addresses:
    addresses = Addresses()
    addresses.add(B, 24)
    addresses.add(B6, 64)
    return addresses


def syn(six: bool = False) -> Packet:
    src, dst = (A6, B6) if six else (A, B)
    return Packet(src, dst, PROTO_TCP, Segment(40000, 80, 12345, 0, SYN, 1000))


# --- answering ----------------------------------------------------------------


@pytest.mark.parametrize("six", [False, True])
def test_echo(six: bool) -> None:
    version, src, dst = (6, A6, B6) if six else (4, A, B)
    proto = PROTO_ICMPV6 if six else PROTO_ICMP
    ask = Packet(src, dst, proto, echo_request(version, 7, 2, b"data"))
    reply = echo_reply(ask, ours())
    assert reply is not None
    assert (reply.src, reply.dst) == (dst, src)
    assert isinstance(reply.body, IcmpMessage)
    assert reply.body.type == (icmp.V6_ECHO_REPLY if six else icmp.ECHO_REPLY)
    assert (reply.body.rest, reply.body.data) == (7 << 16 | 2, b"data")
    assert echo_reply(reply, ours()) is None


def test_echo_to_many() -> None:
    for text in ("255.255.255.255", "10.0.0.255", "224.0.0.1"):
        assert echo_reply(Packet(A, addr(text), PROTO_ICMP, echo_request(4, 1, 1)), ours()) is None
    many = Packet(A6, addr("ff02::1"), PROTO_ICMPV6, echo_request(6, 1, 1))
    reply = echo_reply(many, ours())
    assert reply is not None
    assert reply.src == B6
    forged = Packet(addr("10.0.0.255"), B, PROTO_ICMP, echo_request(4, 1, 1))
    assert echo_reply(forged, ours()) is None


def silence(about: Packet) -> str:
    return why_silent(about, icmp.UNREACHABLE, icmp.PORT_UNREACHABLE, ours())


def test_when_no_error_is_sent() -> None:
    """RFC 1122 §3.2.2, each of its cases, and RFC 4443 §2.4 (e)."""
    datagram = Datagram(1, 2, bytes(3000))
    assert silence(Packet(A, B, PROTO_UDP, datagram)) == ""
    assert silence(Packet(A6, B6, PROTO_UDP, datagram)) == ""
    first, second, _third = fragment(Packet(A, B, PROTO_UDP, datagram), 1500)
    assert (silence(first), silence(second)) == ("", "fragment")
    for text in ("10.0.0.255", "255.255.255.255", "239.1.2.3"):
        assert silence(Packet(A, addr(text), PROTO_UDP, datagram)) == "broadcast"
        assert silence(Packet(addr(text), B, PROTO_UDP, datagram)) == "source"
    assert silence(Packet(addr("0.0.0.0"), B, PROTO_UDP, datagram)) == "source"
    assert silence(Packet(addr("::"), B6, PROTO_UDP, datagram)) == "source"
    group = Packet(A6, addr("ff02::1"), PROTO_UDP, datagram)
    assert silence(group) == "broadcast"
    assert why_silent(group, icmp.V6_PACKET_TOO_BIG, 0, ours()) == ""
    assert why_silent(group, icmp.V6_PARAMETER_PROBLEM, 2, ours()) == ""
    assert why_silent(group, icmp.V6_PARAMETER_PROBLEM, 1, ours()) == "broadcast"


@pytest.mark.parametrize("type_", [3, 4, 5, 11, 12])
def test_no_error_about_an_error(type_: int) -> None:
    about = Packet(A, B, PROTO_ICMP, IcmpMessage(type_, 0, 0, bytes(2000)))
    assert silence(about) == "about-error"
    assert silence(fragment(about, 500)[0]) == "about-error"
    assert silence(Packet(A, B, PROTO_ICMP, echo_request(4, 1, 1))) == ""
    six = Packet(A6, B6, PROTO_ICMPV6, IcmpMessage(type_, 0))
    assert silence(six) == "about-error"
    redirect = Packet(A6, B6, PROTO_ICMPV6, IcmpMessage(137, 0))
    assert silence(redirect) == "about-error"
    assert silence(Packet(A6, B6, PROTO_ICMPV6, echo_request(6, 1, 1))) == ""


@pytest.mark.parametrize("six", [False, True])
def test_errors_made_can_be_read(six: bool) -> None:
    about = syn(six)
    src = R6 if six else R
    made = {
        "port": (host_icmp.port_unreachable(about, src), errno.ECONNREFUSED, True),
        "ttl": (host_icmp.time_exceeded(about, src, 0), errno.EHOSTUNREACH, False),
        "route": (host_icmp.no_route(about, src), errno.ENETUNREACH, False),
        "big": (host_icmp.too_big(about, src, 1300), errno.EMSGSIZE, False),
        "proto": (
            host_icmp.protocol_unreachable(about, src),
            errno.EPROTO if six else errno.ENOPROTOOPT,
            not six,
        ),
    }
    for name, (packet, number, hard) in made.items():
        arrived = decode_packet(encode_packet(packet))
        assert isinstance(arrived, Packet)
        assert arrived.dst == about.src
        found = read_error(arrived)
        assert found is not None, name
        quote, error = found
        assert (quote.src, quote.dst, quote.proto) == (about.src, about.dst, PROTO_TCP)
        assert (quote.src_port, quote.dst_port) == (40000, 80)
        assert (error.errno, error.hard, error.seq) == (number, hard, 12345), name
        assert error.mtu == (1300 if name == "big" else 0)
        assert error.too_big == (name == "big")
        assert error.version == (6 if six else 4)


# --- being told ---------------------------------------------------------------

V4_TABLE = {
    0: "ENETUNREACH", 1: "EHOSTUNREACH", 2: "ENOPROTOOPT", 3: "ECONNREFUSED", 4: "EMSGSIZE",
    5: "EOPNOTSUPP", 6: "ENETUNREACH", 7: "EHOSTDOWN", 8: "ENONET", 9: "ENETUNREACH",
    10: "EHOSTUNREACH", 11: "ENETUNREACH", 12: "EHOSTUNREACH", 13: "EHOSTUNREACH",
    14: "EHOSTUNREACH", 15: "EHOSTUNREACH",
}  # fmt: skip


def told(type_: int, code: int, rest: int = 0, six: bool = False) -> NetworkError:
    src, dst = (R6, A6) if six else (R, A)
    quoted = encode_packet(syn(six))[:48] if six else encode_packet(syn(six))[:28]
    message = IcmpMessage(type_, code, rest, quoted)
    found = read_error(Packet(src, dst, PROTO_ICMPV6 if six else PROTO_ICMP, message))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("code", V4_TABLE)
def test_unreachable_codes(code: int) -> None:
    """Linux's numbers; hard as RFC 9293 §3.9.2.2 says, code 4 left to RFC 1191."""
    error = told(icmp.UNREACHABLE, code)
    assert errno.name_of(error.errno) == V4_TABLE[code]
    assert error.hard == (code in (2, 3))
    assert error.unreachable
    assert (error.seq, error.type, error.code, error.length) == (12345, 3, code, 40)


@pytest.mark.parametrize(
    ("code", "name", "hard"),
    [
        (0, "ENETUNREACH", False),
        (1, "EACCES", True),
        (2, "EHOSTUNREACH", False),
        (3, "EHOSTUNREACH", False),
        (4, "ECONNREFUSED", True),
        (5, "EACCES", False),
        (6, "EACCES", False),
        (99, "EPROTO", False),
    ],
)
def test_unreachable_codes_of_ipv6(code: int, name: str, hard: bool) -> None:
    error = told(icmp.V6_UNREACHABLE, code, six=True)
    assert (errno.name_of(error.errno), error.hard) == (name, hard)


def test_the_other_errors_are_soft() -> None:
    for code in (0, 1):
        assert told(icmp.TIME_EXCEEDED, code).errno == errno.EHOSTUNREACH
        assert not told(icmp.TIME_EXCEEDED, code).hard
        assert told(icmp.V6_TIME_EXCEEDED, code, six=True).errno == errno.EHOSTUNREACH
    for code in (0, 1, 2):
        assert told(icmp.PARAMETER_PROBLEM, code).errno == errno.EPROTO
        assert not told(icmp.V6_PARAMETER_PROBLEM, code, six=True).hard


def test_source_quench_is_marked() -> None:
    """MUST-55: to be discarded silently."""
    error = told(icmp.SOURCE_QUENCH, 0)
    assert error.quench
    assert error.errno == 0


def test_mtu_of_both_versions() -> None:
    assert told(icmp.UNREACHABLE, 4, 0xABCD0000 | 1000).mtu == 1000
    assert told(icmp.V6_PACKET_TOO_BIG, 0, 1280, six=True).mtu == 1280


def test_what_is_no_error() -> None:
    quoted = encode_packet(syn())[:28]
    for type_, code in ((0, 0), (5, 0), (8, 0), (3, 16), (42, 0)):
        message = IcmpMessage(type_, code, 0, quoted)
        assert read_error(Packet(R, A, PROTO_ICMP, message)) is None
    assert read_error(Packet(R, A, PROTO_ICMP, IcmpMessage(3, 1, 0, quoted[:19]))) is None
    assert read_error(Packet(R6, A6, PROTO_ICMPV6, IcmpMessage(1, 0, 0, quoted))) is None
    assert read_error(syn()) is None


@given(st.booleans(), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=80))
def test_any_message_is_survived(six: bool, type_: int, code: int, data: bytes) -> None:
    src, dst = (R6, A6) if six else (R, A)
    packet = Packet(
        src, dst, PROTO_ICMPV6 if six else PROTO_ICMP, IcmpMessage(type_, code, 1, data)
    )
    read_error(packet)
    echo_reply(packet, ours())
    silence(packet)


def test_which_errors_end_udp() -> None:
    assert ends_udp(told(3, 3))
    assert ends_udp(told(3, 13))
    assert ends_udp(told(3, 4))
    assert ends_udp(told(12, 0))
    assert not ends_udp(told(3, 0))
    assert not ends_udp(told(3, 1))
    assert not ends_udp(told(11, 0))
    assert ends_udp(told(1, 4, six=True))
    assert not ends_udp(told(1, 0, six=True))


def test_errors_are_limited() -> None:
    limit = ErrorLimit(per_second=10, burst=3)
    assert [limit.allows(0) for _ in range(5)] == [True, True, True, False, False]
    assert not limit.allows(SECOND // 10 - 1)
    assert limit.allows(SECOND // 10)
    assert not limit.allows(SECOND // 10)
    assert sum(limit.allows(100 * SECOND) for _ in range(10)) == 3
