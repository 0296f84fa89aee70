"""Octets without copies: recv_views() and consumed(), and what send() keeps by reference."""

import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core.errno import EAGAIN, ECONNRESET, EINVAL, EOPNOTSUPP
from synfin.core.sendbuffer import unchanging
from synfin.core.settings import RFC
from synfin.host import constants as c
from tests.host.two import Two, errno_of


def octets(views: list[memoryview]) -> bytes:
    return b"".join(views)


def test_views_show_and_consumed_takes() -> None:
    two = Two()
    client, server = two.pair()
    assert errno_of(server.recv_views) == EAGAIN
    client.send(b"hello ")
    two.run()
    client.send(b"world")
    two.run()
    assert octets(server.recv_views()) == b"hello world"
    assert octets(server.recv_views(7)) == b"hello w", "nothing has been taken"
    server.consumed(3)
    assert octets(server.recv_views()) == b"lo world"
    assert server.recv(4) == b"lo w", "recv() goes on where consumed() stopped"
    server.consumed(4)
    assert errno_of(server.recv_views) == EAGAIN


def test_a_view_stays_as_it_was_after_it_was_consumed() -> None:
    two = Two()
    client, server = two.pair()
    client.send(b"stay")
    two.run()
    (view,) = server.recv_views()
    server.consumed(4)
    client.send(b"go")
    two.run()
    assert bytes(view) == b"stay"
    assert view.readonly


def test_no_views_are_the_end() -> None:
    two = Two()
    client, server = two.pair()
    client.send(b"last")
    client.shutdown(c.SHUT_WR)
    two.run()
    assert octets(server.recv_views()) == b"last"
    server.consumed(4)
    assert server.recv_views() == []
    server.consumed(0)
    assert server.recv_views() == []


def test_a_reset_is_told_once() -> None:
    two = Two()
    client, server = two.pair()
    client.setsockopt(c.SOL_SOCKET, c.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    two.run()
    assert errno_of(server.recv_views) == ECONNRESET
    assert server.recv_views() == []


@pytest.mark.parametrize("count", [-1, 6])
def test_only_what_is_there_can_be_consumed(count: int) -> None:
    two = Two()
    client, server = two.pair()
    client.send(b"hello")
    two.run()
    assert errno_of(lambda: server.consumed(count)) == EINVAL
    assert server.recv(9) == b"hello"


def test_datagrams_have_no_views() -> None:
    sock = Two().a.socket(c.SOCK_DGRAM)
    assert errno_of(sock.recv_views) == EOPNOTSUPP


def test_consuming_opens_the_window_as_reading_does() -> None:
    """§3.8.6.2.2: the same segments, the same windows."""

    def windows(by_views: bool) -> list[tuple[int, int]]:
        two = Two(RFC.but(receive_buffer=8000))
        client, server = two.pair()
        sent = got = 0
        while got < 40_000:
            if sent < 40_000 and client.writable():
                sent += client.send(bytes(min(10_000, 40_000 - sent)))
            two.run()
            if by_views:
                size = len(octets(server.recv_views()))
                server.consumed(size)
                got += size
            else:
                got += len(server.recv(1 << 20))
        return [(segment.ack - two.of("B")[0].ack, segment.window) for segment in two.of("B")]

    assert windows(True) == windows(False)


@given(
    st.lists(
        st.tuples(st.sampled_from(("send", "recv", "views", "peek")), st.integers(1, 4000)),
        max_size=40,
    )
)
def test_however_it_is_read_it_is_what_was_sent(steps: list[tuple[str, int]]) -> None:
    two = Two()
    client, server = two.pair()
    sent = got = b""
    for number, (what, size) in enumerate(steps):
        if what == "send" and client.writable():
            data = bytes((number + at) & 255 for at in range(size))
            sent += data[: client.send(data)]
        two.run()
        if what == "send" or not server.readable():
            continue
        if what == "recv":
            got += server.recv(size)
        elif what == "peek":
            shown = server.recv(size, c.MSG_PEEK)
            assert octets(server.recv_views(size)) == shown
        else:
            shown = octets(server.recv_views())[:size]
            server.consumed(len(shown))
            got += shown
    two.run()
    while server.readable():
        got += server.recv(1 << 20)
    assert got == sent


# --- send --------------------------------------------------------------------------


def test_what_cannot_change_is_kept_by_reference() -> None:
    text = bytes(1000)
    view = memoryview(text)[10:20]
    assert unchanging(text) is text
    kept = unchanging(view)
    assert isinstance(kept, memoryview)
    assert kept.obj is text
    assert kept == view


@pytest.mark.parametrize(
    "data",
    [
        bytearray(b"abcd"),
        memoryview(bytearray(b"abcd")),
        memoryview(bytearray(b"abcd")).toreadonly(),
        memoryview(b"a-b-c-d")[::2],
    ],
)
def test_what_can_change_or_has_gaps_is_copied(data: bytearray | memoryview) -> None:
    kept = unchanging(data)
    assert kept == b"abcd"
    assert isinstance(kept, bytes)


def test_items_of_several_octets_count_as_octets() -> None:
    words = memoryview(bytes(array.array("H", [1, 2, 3]))).cast("H")
    assert len(unchanging(words)) == 6


def test_a_sent_buffer_may_be_used_again() -> None:
    two = Two()
    client, server = two.pair()
    buffer = bytearray(b"before" * 1000)
    taken = client.send(memoryview(buffer))
    buffer[:] = b"after!" * 1000
    two.run()
    got = b""
    while len(got) < taken:
        got += server.recv(1 << 20)
        two.run()
    assert got == (b"before" * 1000)[:taken]


def test_a_view_that_was_sent_may_be_released() -> None:
    """As by ``with memoryview(data) as view: sock.send(view)``."""
    two = Two()
    client, server = two.pair()
    with memoryview(b"x" * 5000) as view:
        assert client.send(view) == 5000
    two.run()
    assert octets(server.recv_views()) == b"x" * 5000
