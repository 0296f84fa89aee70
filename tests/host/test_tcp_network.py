"""What IP and ICMP mean to TCP at a host (RFC 9293 §3.9.2)."""

import pytest

from synfin.core.errno import ECONNREFUSED, EHOSTUNREACH
from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.host import constants as c
from synfin.host.icmp import error_packet
from synfin.host.sockets import Socket
from synfin.wire import icmp
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet, decode_packet, encode_packet
from synfin.wire.tcp import ACK, SYN, Options, Segment
from tests.host.two import A, B, Lone, Two, errno_of

# --- ICMP (MUST-54 to MUST-56) -----------------------------------------------------


def connecting(settings: Settings = RFC) -> tuple[Lone, Socket, Packet]:
    lone = Lone(settings)
    sock = lone.socket()
    sock.connect_ex((A, 80))
    (packet,) = lone.poll()
    return lone, sock, packet


@pytest.mark.parametrize(
    ("type_", "code"), [(3, 0), (3, 1), (3, 5), (11, 0), (11, 1), (12, 0), (12, 1)]
)
def test_soft_errors_leave_the_opening_alone(type_: int, code: int) -> None:
    """MUST-54, MUST-56."""
    lone, _, syn = connecting()
    lone.host.receive(error_packet(syn, parse_address("10.0.0.9"), type_, code), lone.now)
    assert lone.states() == ["SYN-SENT"]
    assert len(lone.wait(200 * SECOND)) == 7


@pytest.mark.parametrize("code", [2, 3])
def test_hard_errors_end_it(code: int) -> None:
    """SHLD-26."""
    lone, _, syn = connecting()
    lone.host.receive(error_packet(syn, parse_address("10.0.0.9"), 3, code), lone.now)
    assert lone.states() == []


def test_an_error_goes_to_the_connection_it_is_about() -> None:
    """MUST-54."""
    lone, _, syn = connecting(LINUX)
    other = lone.socket()
    other.connect_ex((A, 81))
    lone.poll()
    answer = error_packet(syn, parse_address("10.0.0.9"), icmp.UNREACHABLE, 1)
    lone.host.receive(answer, lone.now)
    assert lone.states() == ["SYN-SENT"]
    assert other.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0


def test_source_quench_does_nothing() -> None:
    """MUST-55."""
    lone, _, syn = connecting()
    lone.host.receive(error_packet(syn, parse_address(A), icmp.SOURCE_QUENCH, 0), lone.now)
    assert lone.poll() == []
    assert lone.states() == ["SYN-SENT"]


def test_linux_names_the_reason_at_once() -> None:
    two = Two(LINUX)
    sock = two.connect()
    two.run(0)
    (_, _, syn) = two.sent[0]
    two.a.receive(error_packet(syn, parse_address("10.0.0.9"), 3, 1), two.now)
    assert errno_of(lambda: sock.connect((B, 80))) == EHOSTUNREACH


# --- the IP layer (MUST-48 to MUST-50) ---------------------------------------------


def test_ip_options_are_ignored() -> None:
    """MUST-50: Record Route and one that nobody knows stand before the segment."""
    lone = Lone()
    lone.listen()
    segment = Segment(4000, 80, 500, 0, SYN, 100, Options(mss=1460))
    packet = Packet(parse_address(A), parse_address(B), PROTO_TCP, segment)
    packet.options = bytes.fromhex("07070400000000 5e04abcd 00".replace(" ", ""))
    lone.host.receive_bytes(encode_packet(packet), lone.now)
    (answer,) = lone.segments()
    assert (answer.flags, answer.ack) == (SYN | ACK, 501)


def test_every_packet_has_a_good_checksum() -> None:
    """MUST-2, MUST-3: ours verify; one flipped bit is dropped without an answer."""
    lone = Lone()
    lone.listen()
    segment = Segment(4000, 80, 500, 0, SYN, 100)
    raw = encode_packet(Packet(parse_address(A), parse_address(B), PROTO_TCP, segment))
    bad = raw[:-1] + bytes([raw[-1] ^ 1])
    lone.host.receive_bytes(bad, lone.now)
    assert (lone.poll(), lone.states()) == ([], [])
    lone.host.receive_bytes(raw, lone.now)
    (answer,) = lone.poll()
    assert isinstance(decode_packet(encode_packet(answer)), Packet)


def test_refused() -> None:
    two = Two()
    sock = two.connect()
    two.run()
    assert errno_of(lambda: sock.connect((B, 80))) == ECONNREFUSED
