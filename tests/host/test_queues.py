"""How much is queued: SIOCINQ, SIOCOUTQ, SIOCOUTQNSD, TCP_INQ, TCP_NOTSENT_LOWAT, MSG_EOR."""

import pytest

from synfin.core.errno import EINVAL
from synfin.core.settings import LINUX, RFC
from synfin.host import constants as c
from tests.core.pair import MS
from tests.host.two import B, Lone, Two, errno_of


def test_what_waits_to_be_read() -> None:
    two = Two()
    client, server = two.pair()
    client.send(b"twelve octet")
    client.close()
    two.run(500 * MS)
    assert (server.ioctl(c.SIOCINQ), server.inq_hint()) == (12, 13), "the FIN counts"
    server.recv(10)
    assert (server.ioctl(c.SIOCINQ), server.inq_hint()) == (2, 3)
    server.recv(2)
    assert (server.ioctl(c.SIOCINQ), server.inq_hint()) == (0, 1), "the FIN is still to be read"


def test_what_waits_to_be_sent_and_to_be_acknowledged() -> None:
    two = Two(RFC.but(nagle=False))
    client, _ = two.pair()
    client.send(bytes(5000))
    assert (client.ioctl(c.SIOCOUTQ), client.ioctl(c.SIOCOUTQNSD)) == (5000, 5000)
    two.run(0)
    assert (client.ioctl(c.SIOCOUTQ), client.ioctl(c.SIOCOUTQNSD)) == (5000, 0)
    two.run(500 * MS)
    assert client.ioctl(c.SIOCOUTQ) == 0
    client.shutdown(c.SHUT_WR)
    two.run(0)
    assert (client.ioctl(c.SIOCOUTQ), client.ioctl(c.SIOCOUTQNSD)) == (1, 0), "the FIN"
    two.run(500 * MS)
    assert client.ioctl(c.SIOCOUTQ) == 0


def test_nothing_is_queued_before_the_handshake() -> None:
    two = Two()
    two.listen()
    assert two.connect().ioctl(c.SIOCOUTQ) == 0


def test_a_listener_has_no_queue() -> None:
    assert errno_of(lambda: Lone().listen().ioctl(c.SIOCINQ)) == EINVAL
    client, _ = Two().pair()
    assert errno_of(lambda: client.ioctl(1)) == EINVAL


@pytest.mark.parametrize("settings", [RFC, LINUX])
def test_the_mark_is_an_option(settings: object) -> None:
    two = Two(LINUX if settings is LINUX else RFC)
    client, _ = two.pair()
    assert client.getsockopt(c.IPPROTO_TCP, c.TCP_NOTSENT_LOWAT) == 0
    client.setsockopt(c.IPPROTO_TCP, c.TCP_NOTSENT_LOWAT, 4000)
    assert client.getsockopt(c.IPPROTO_TCP, c.TCP_NOTSENT_LOWAT) == 4000
    two.cut = True
    while client.writable():
        client.send(bytes(1000))
        two.run(0)
    assert client.ioctl(c.SIOCOUTQNSD) >= 2000


def test_records_keep_their_ends() -> None:
    two = Two(LINUX)
    listener = two.listen()
    client = two.connect()
    two.run(100 * MS)
    server, _ = listener.accept()
    assert client.getpeername() == (B, 80)
    two.sent.clear()
    for text in (b"one", b"three", b"seven"):
        client.send(text, c.MSG_EOR)
    two.run(500 * MS)
    assert [bytes(s.payload) for s in two.of("A") if s.payload] == [b"one", b"three", b"seven"]
    assert server.recv(100) == b"onethreeseven"
