"""TCP MD5 signatures at hosts (RFC 2385; tcp(7) TCP_MD5SIG, TCP_MD5SIG_EXT)."""

import pytest

from synfin.core.errno import EINVAL, ENOENT, ENOPROTOOPT
from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.core.states import State
from synfin.host import constants as c
from synfin.host.signatures import Md5Keys, md5sig
from synfin.host.sockets import Socket
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.signature import md5_digest, sign
from synfin.wire.tcp import ACK, PSH, RST, SYN, Options, Segment
from tests.core.pair import MS
from tests.host.two import A6, B6, A, B, Lone, Two, errno_of

KEY = b"between neighbours"


def key_for(address: str, key: bytes = KEY, prefix_len: int = -1) -> bytes:
    return md5sig(parse_address(address), key, prefix_len)


def keyed(sock: Socket, address: str, key: bytes = KEY, prefix_len: int = -1) -> None:
    option = c.TCP_MD5SIG if prefix_len < 0 else c.TCP_MD5SIG_EXT
    sock.setsockopt(c.IPPROTO_TCP, option, key_for(address, key, prefix_len))


def signed_pair(
    settings: Settings = LINUX, ours: str = A, theirs: str = B
) -> tuple[Two, Socket, Socket]:
    two = Two(settings)
    listener = two.listen(address=theirs)
    keyed(listener, ours)
    family = c.AF_INET6 if ":" in theirs else c.AF_INET
    client = two.a.socket(c.SOCK_STREAM, family)
    keyed(client, theirs)
    client.connect_ex((theirs, 80))
    two.run(100 * MS)
    server, _ = listener.accept()
    return two, client, server


def is_signed(packet: Packet) -> bool:
    segment = packet.body
    assert isinstance(segment, Segment)
    return segment.options.md5 == md5_digest(segment, packet.src, packet.dst, KEY)


# --- keys --------------------------------------------------------------------------


def test_the_longest_prefix_counts() -> None:
    keys = Md5Keys()
    net, part, one = (parse_address(a) for a in ("10.0.0.0", "10.0.1.0", "10.0.1.5"))
    assert keys.put(net, 8, b"net") == 0
    assert keys.put(part, 24, b"part") == 0
    assert keys.put(one, 32, b"one") == 0
    found = [keys.find(parse_address(a)) for a in ("10.9.9.9", "10.0.1.9", "10.0.1.5", "11.0.0.1")]
    assert found == [b"net", b"part", b"one", None]
    assert keys.find(parse_address("fd00::1")) is None
    assert keys.put(part, 24, b"") == 0
    assert keys.find(parse_address("10.0.1.9")) == b"net"
    assert keys.put(part, 24, b"") == ENOENT


@pytest.mark.parametrize(
    ("option", "value", "errno"),
    [
        (c.TCP_MD5SIG, key_for(A)[:-1], EINVAL),
        (c.TCP_MD5SIG, key_for(A6), EINVAL),
        (c.TCP_MD5SIG, key_for(A, bytes(81)), EINVAL),
        (c.TCP_MD5SIG, key_for(A, b""), ENOENT),
        (c.TCP_MD5SIG_EXT, key_for(A, prefix_len=33), EINVAL),
    ],
)
def test_what_setsockopt_refuses(option: int, value: bytes, errno: int) -> None:
    sock = Lone().socket()
    assert errno_of(lambda: sock.setsockopt(c.IPPROTO_TCP, option, value)) == errno


def test_datagrams_have_no_signatures() -> None:
    sock = Lone().host.socket(c.SOCK_DGRAM)
    assert errno_of(lambda: keyed(sock, A)) == ENOPROTOOPT


# --- a whole connection --------------------------------------------------------------


@pytest.mark.parametrize("settings", [LINUX, RFC])
@pytest.mark.parametrize(("ours", "theirs"), [(A, B), (A6, B6)])
def test_every_segment_is_signed(settings: Settings, ours: str, theirs: str) -> None:
    """From the SYN to the ACK that answers in TIME-WAIT."""
    two, client, server = signed_pair(settings, ours, theirs)
    client.send(bytes(20_000))
    two.run(SECOND)
    assert len(server.recv(30_000)) == 20_000
    server.send(b"thanks")
    two.run(SECOND)
    assert client.recv(10) == b"thanks"
    client.close()
    two.run(100 * MS)
    server.close()
    two.run(100 * MS)
    again = next(p for _, who, p in reversed(two.sent) if who == "B")
    two.a.receive(again, two.now)  # the FIN once more: TIME-WAIT answers
    two.run(100 * MS)
    assert len(two.sent) > 20
    assert all(is_signed(packet) for _, _, packet in two.sent)


def test_a_signed_syn_of_linux_offers_no_timestamps() -> None:
    """No SACK block would fit beside both."""
    two, client, _ = signed_pair()
    syn, syn_ack = two.of("A")[0], two.of("B")[0]
    assert (syn.flags, syn.options.ts_val, syn.options.sack_permitted) == (SYN, -1, True)
    assert (syn_ack.options.ts_val, syn_ack.options.sack_permitted) == (-1, True)
    assert client.conn is not None
    assert client.conn.effective_mss == 1460 - 20
    client.send(bytes(5000))
    two.run(SECOND)
    assert max(len(s.payload) for s in two.of("A")) == 1440


def test_linux_grants_timestamps_without_sack() -> None:
    lone = Lone(LINUX)
    listener = lone.listen()
    keyed(listener, A)
    segment = Segment(4000, 80, 1, 0, SYN, 1000, Options(mss=1460, ts_val=5))
    sign(segment, parse_address(A), parse_address(B), KEY)
    lone.host.receive(Packet(parse_address(A), parse_address(B), PROTO_TCP, segment), lone.now)
    assert lone.segments()[0].options.ts_val >= 0


def test_elsewhere_timestamps_stay_and_sack_blocks_give_way() -> None:
    two, client, server = signed_pair(RFC)
    assert client.conn is not None
    assert server.conn is not None
    assert client.conn.ts_ok
    assert client.conn.sack_ok
    assert client.conn.effective_mss == 1460 - 32
    server.conn.rcv.hold().add(server.conn.rcv.rcv_nxt + 10, b"x")
    client.send(b"y")
    two.run(SECOND)
    assert two.of("B")[-1].options.sack == ()


def test_two_sack_blocks_fit_beside_a_signature() -> None:
    two, client, server = signed_pair()
    assert server.conn is not None
    for at in (10, 20, 30):
        server.conn.rcv.hold().add(server.conn.rcv.rcv_nxt + at, b"x")
    client.send(b"y")
    two.run(SECOND)
    assert len(two.of("B")[-1].options.sack) == 2


def test_a_key_may_come_later() -> None:
    """Linux: in any state; from then on nothing passes unsigned."""
    two = Two(LINUX)
    client, server = two.pair()
    keyed(client, B)
    client.send(b"signed")
    two.run(50 * MS)
    assert two.b.tcp.counters.values == {"TCPMD5Unexpected": 1}
    keyed(server, A)
    two.run(10 * SECOND)
    assert server.recv(10) == b"signed"


def test_a_prefix_serves_all_peers_in_it() -> None:
    two = Two(LINUX)
    listener = two.listen()
    keyed(listener, "10.0.0.0", prefix_len=24)
    client = two.a.socket()
    keyed(client, "0.0.0.0", prefix_len=0)
    client.connect_ex((B, 80))
    two.run(100 * MS)
    server, _ = listener.accept()
    assert client.conn is not None
    assert client.conn.state is State.ESTABLISHED
    assert server.conn is not None
    assert server.conn.md5 is not None
    assert server.conn.md5.entries == [(parse_address(A), 32, KEY)]


# --- what does not pass -----------------------------------------------------------------


def test_the_three_failures_are_counted_and_not_answered() -> None:
    lone = Lone(LINUX)
    keyed(lone.listen(80), A)
    lone.listen(81)
    assert lone.arrive(SYN, 5) == []
    wrong = Options(mss=1460)
    wrong.md5 = bytes(16)
    assert lone.arrive(SYN, 5, options=wrong) == []
    assert lone.arrive(SYN, 5, dport=81, options=wrong) == []
    names = ("TCPMD5NotFound", "TCPMD5Failure", "TCPMD5Unexpected")
    assert [lone.counter(name) for name in names] == [1, 1, 1]
    assert lone.watch.rules("segment-in") == ["md5.not-signed", "md5.wrong", "md5.unexpected"]
    assert lone.states() == []


def test_an_unsigned_reset_does_nothing() -> None:
    """What RFC 2385 was made for: attacks on BGP's long connections."""
    two, client, server = signed_pair()
    conn = server.conn
    assert conn is not None
    reset = Segment(conn.remote_port, 80, conn.rcv.rcv_nxt & 0xFFFFFFFF, 0, RST, 0)
    two.b.receive(Packet(parse_address(A), parse_address(B), PROTO_TCP, reset), two.now)
    assert conn.state.value == "ESTABLISHED"
    sign(reset, parse_address(A), parse_address(B), KEY)
    two.b.receive(Packet(parse_address(A), parse_address(B), PROTO_TCP, reset), two.now)
    assert conn.state.value == "CLOSED"
    assert client.conn is not None


def test_our_own_resets_are_signed() -> None:
    two, client, _ = signed_pair()
    client.abort()
    two.run(100 * MS)
    assert two.of("A")[-1].flags & RST
    assert is_signed(two.sent[-1][2])


def test_a_signed_segment_for_nobody_draws_no_reset() -> None:
    lone = Lone()
    signed = Options()
    signed.md5 = bytes(16)
    assert lone.arrive(ACK | PSH, 5, 6, b"x", options=signed) == []
    assert lone.watch.rules("segment-in") == ["md5.no-reset"]
    assert len(lone.arrive(ACK | PSH, 5, 6, b"x")) == 1, "unsigned it does"


def test_a_cookie_is_signed_too_and_keeps_its_timestamps() -> None:
    two = Two(LINUX.but(syn_cookies="always", signed_without_timestamps=False))
    listener = two.listen()
    keyed(listener, A)
    client = two.a.socket()
    keyed(client, B)
    client.connect_ex((B, 80))
    two.run(100 * MS)
    server, _ = listener.accept()
    assert server.conn is not None
    assert server.conn.ts_ok
    assert all(is_signed(packet) for _, _, packet in two.sent)
    client.send(b"x")
    two.run(100 * MS)
    assert server.recv(5) == b"x"
