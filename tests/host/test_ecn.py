"""ECN at a host (RFC 3168 §5, SHLD-8): the low two bits of IPv4's TOS and IPv6's traffic
class, socket options, SYN cookies."""

from random import Random

import pytest

from synfin.core.settings import LINUX, RFC, SECOND
from synfin.host import constants as c
from synfin.host.cookies import Cookies, remembered_syn, syn_ack
from synfin.host.isn import four_tuple_bytes
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet, decode_packet, encode_packet
from synfin.wire.tcp import ACK, CE, CWR, ECE, ECT_0, SYN, Options, Segment
from tests.host.two import A6, B6, A, B, Lone

DELAY_NONE = RFC.but(delayed_ack_ns=0, timestamps=False, sack=False)


def from_wire(packet: Packet) -> Packet:
    """The packet after a trip through octets."""
    made = decode_packet(encode_packet(packet))
    assert isinstance(made, Packet)
    return made


@pytest.mark.parametrize(("ours", "theirs"), [(B, A), (B6, A6)])
def test_marks_travel_in_the_ip_header(ours: str, theirs: str) -> None:
    """In and out, through octets; MUST-48's Diffserv field keeps the other six bits."""
    lone = Lone(DELAY_NONE)
    sock = lone.listen(address=ours)

    def arrive(flags: int, seq: int, ack: int, tos: int = 0, text: bytes = b"") -> list[Packet]:
        segment = Segment(4000, 80, seq, ack, flags, 65535, Options(mss=1000), text)
        packet = Packet(parse_address(theirs), parse_address(ours), PROTO_TCP, segment, tos=tos)
        lone.host.receive(from_wire(packet), lone.now)
        return [from_wire(sent) for sent in lone.poll()]

    (answer,) = arrive(SYN | ECE | CWR, 500, 0)
    assert isinstance(answer.body, Segment)
    assert answer.body.flags == SYN | ACK | ECE
    assert answer.tos == 0
    iss = answer.body.seq
    arrive(ACK, 501, iss + 1)
    conn, _ = sock.accept()
    level, option = (c.IPPROTO_IP, c.IP_TOS)
    if ":" in ours:
        level, option = (c.IPPROTO_IPV6, c.IPV6_TCLASS)
    conn.setsockopt(level, option, 0xB9)
    assert conn.getsockopt(level, option) == 0xB8
    conn.send(b"text")
    (text,) = (from_wire(sent) for sent in lone.poll())
    assert text.tos == 0xB8 | ECT_0
    (ack,) = arrive(ACK, 501, iss + 5, tos=0x20 | CE, text=b"marked")
    assert isinstance(ack.body, Segment)
    assert (ack.tos, ack.body.flags) == (0xB8, ACK | ECE)
    assert lone.host.tcp.counters.values["InCEPkts"] == 1


def test_datagram_sockets_keep_all_eight_bits() -> None:
    lone = Lone()
    sock = lone.host.socket(c.SOCK_DGRAM, c.AF_INET)
    sock.setsockopt(c.IPPROTO_IP, c.IP_TOS, 0xB9)
    assert sock.getsockopt(c.IPPROTO_IP, c.IP_TOS) == 0xB9


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("timestamps", [True, False])
def test_a_syn_cookie_remembers_ecn_beside_the_timestamp(asked: bool, timestamps: bool) -> None:
    """Linux cookie_init_timestamp(): without timestamps there is no room for it."""
    now = 1000 * SECOND
    options = Options(mss=1460, ts_val=900 if timestamps else -1)
    syn = Segment(4000, 80, 500, 0, SYN | (ECE | CWR if asked else 0), 65535, options)
    cookie = Cookies(Random(1).randbytes).make(four_tuple_bytes(b"abcd", 80, b"efgh", 1), syn, now)
    answer = syn_ack(syn, cookie, 1000, 1460, LINUX, now)
    assert bool(answer.flags & ECE) is (asked and timestamps)
    echoed = Options(ts_val=901, ts_ecr=answer.options.ts_val) if timestamps else Options()
    third = Segment(4000, 80, 501, cookie + 1, ACK, 100, echoed)
    again = remembered_syn(third, 1460, LINUX)
    assert again.flags == SYN | (ECE | CWR if asked and timestamps else 0)


def test_a_connection_born_of_a_cookie_uses_ecn() -> None:
    lone = Lone(LINUX.but(syn_cookies="always"))
    sock = lone.listen()
    options = Options(mss=1000, ts_val=900)
    (answer,) = lone.arrive(SYN | ECE | CWR, 500, options=options)
    echoed = Options(ts_val=901, ts_ecr=answer.options.ts_val)
    lone.arrive(ACK, 501, answer.seq + 1, options=echoed)
    conn, _ = sock.accept()
    conn.send(b"text")
    assert [packet.tos for packet in lone.poll()] == [ECT_0]
