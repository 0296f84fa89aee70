"""Names, addresses in use, descriptors, calls out of place (bind(2), socket(7))."""

import pytest

from synfin.core.errno import (
    EADDRINUSE,
    EADDRNOTAVAIL,
    EAFNOSUPPORT,
    EAGAIN,
    EBADF,
    EINVAL,
    EISCONN,
    EMFILE,
    ENETUNREACH,
    ENOTCONN,
    EOPNOTSUPP,
    EPIPE,
)
from synfin.core.settings import RFC
from synfin.host import constants as c
from tests.host.two import B6, A, B, Lone, Two, errno_of


def test_names() -> None:
    two = Two()
    listener = two.listen(port=8080)
    assert listener.getsockname() == (B, 8080)
    client = two.connect(port=8080)
    two.run()
    server, peer = listener.accept()
    assert server.getsockname() == client.getpeername() == (B, 8080)
    assert server.getpeername() == client.getsockname() == peer
    assert peer[0] == A
    assert 32_768 <= peer[1] <= 60_999


def test_bind_errors() -> None:
    lone = Lone()
    lone.listen(80)
    assert errno_of(lambda: lone.socket().bind((B, 80))) == EADDRINUSE
    assert errno_of(lambda: lone.socket().bind(("10.0.0.77", 81))) == EADDRNOTAVAIL
    assert errno_of(lambda: lone.socket().bind((B6, 81))) == EAFNOSUPPORT
    sock = lone.socket()
    sock.bind((B, 0))
    assert sock.getsockname()[1] >= 32_768
    assert errno_of(lambda: sock.bind((B, 82))) == EINVAL
    with pytest.raises(OverflowError):
        lone.socket().bind((B, 65_536))


def test_two_listeners_on_one_port() -> None:
    """EADDRINUSE for the same or any address, even with SO_REUSEADDR."""
    lone = Lone()
    lone.listen(80)
    other = lone.socket()
    other.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
    assert errno_of(lambda: other.bind(("0.0.0.0", 80))) == EADDRINUSE
    lone.listen(81)
    lone.listen(80, address=B6)


def test_a_closed_socket_is_no_socket() -> None:
    sock = Lone().socket()
    sock.close()
    sock.close()
    assert sock.fileno() == -1
    for call in (lambda: sock.send(b"x"), lambda: sock.listen(1), lambda: sock.recv(1)):
        assert errno_of(call) == EBADF


def test_calls_out_of_place() -> None:
    lone = Lone()
    fresh, listening = lone.socket(), lone.listen()
    assert errno_of(lambda: fresh.send(b"x")) == EPIPE, "Linux sk_stream_wait_connect()"
    assert errno_of(lambda: fresh.recv(1)) == ENOTCONN
    assert errno_of(fresh.getpeername) == ENOTCONN
    assert errno_of(lambda: fresh.shutdown(c.SHUT_WR)) == ENOTCONN
    assert errno_of(fresh.accept) == EINVAL
    assert errno_of(listening.accept) == EAGAIN
    assert listening.connect_ex((A, 80)) == EISCONN
    datagram = lone.host.socket(c.SOCK_DGRAM)
    assert errno_of(lambda: datagram.listen(1)) == EOPNOTSUPP


# --- descriptors -------------------------------------------------------------------


def test_descriptors_are_the_lowest_free_ones() -> None:
    """POSIX."""
    lone = Lone()
    one, two, three = (lone.socket() for _ in range(3))
    assert [s.fileno() for s in (one, two, three)] == [3, 4, 5]
    two.close()
    assert lone.socket().fileno() == 4


def test_emfile_leaves_the_connection_in_the_queue() -> None:
    lone = Lone(RFC.but(max_descriptors=2))
    sock = lone.listen()
    lone.handshake()
    spare = lone.socket()
    assert errno_of(sock.accept) == EMFILE
    assert errno_of(lambda: lone.socket()) == EMFILE
    assert sock.readable()
    spare.close()
    child, _ = sock.accept()
    assert child.fileno() == spare.descriptor


def test_an_ipv6_socket_reaches_ipv4_by_mapped_addresses() -> None:
    """RFC 3493 §3.7; what it tells of the addresses is mapped, too."""
    two = Two()
    listener = two.b.socket(c.SOCK_STREAM, c.AF_INET6)
    listener.bind((f"::ffff:{B}", 80))
    listener.listen()
    client = two.a.socket(c.SOCK_STREAM, c.AF_INET6)
    client.connect_ex((f"::ffff:{B}", 80))
    two.run()
    child, peer = listener.accept()
    assert peer[0] == f"::ffff:{A}"
    assert child.getsockname() == (f"::ffff:{B}", 80)
    assert client.getpeername() == (f"::ffff:{B}", 80)


def test_a_socket_bound_to_ipv6_reaches_no_ipv4() -> None:
    sock = Lone().socket(six=True)
    sock.bind((B6, 5000))
    assert sock.connect_ex((f"::ffff:{A}", 80)) == ENETUNREACH
    plain = Lone().socket()
    assert errno_of(lambda: plain.bind((f"::ffff:{B}", 80))) == EAFNOSUPPORT
