"""The error queue: what SO_TIMESTAMPING and MSG_ZEROCOPY tell, when, and in which order."""

import pytest

from synfin.core.errno import EAGAIN, EINVAL, ENOMSG
from synfin.core.settings import LINUX
from synfin.host import constants as c
from synfin.host.error_queue import (
    MAX_ENTRIES,
    OPT_ID,
    ORIGIN_TIMESTAMPING,
    ORIGIN_ZEROCOPY,
    REPORT_SOFTWARE,
    STAMP_ACKED,
    STAMP_SCHEDULED,
    STAMP_SENT,
    TX_ANY,
    ErrorQueue,
    fragment_groups,
)
from synfin.host.news_socket import EDGE_ERROR, EDGE_READ, EDGE_STATE, EDGE_WRITE
from synfin.host.sockets import Socket
from synfin.wire.tcp import ACK, SYN
from tests.core.pair import MS
from tests.host.two import Lone, errno_of


def connected(lone: Lone, **options: int) -> Socket:
    """An accepted connection: the peer has used number 1, we 1 above our ISS."""
    listener = lone.listen()
    for name, value in options.items():
        listener.setsockopt(c.SOL_SOCKET, getattr(c, name), value)
    answer = lone.arrive(SYN, 0)[0]
    lone.arrive(ACK, 1, answer.seq + 1)
    lone.iss = answer.seq
    return listener.accept()[0]


def acknowledge(lone: Lone, upto: int) -> None:
    """The peer acknowledges our first ``upto`` octets."""
    lone.arrive(ACK, 1, (lone.iss + 1 + upto) & 0xFFFFFFFF)


def test_numbers_of_zerocopy_calls_that_follow_each_other_join() -> None:
    queue = ErrorQueue()
    for number in (0, 1, 2, 4):
        queue.push_zerocopy(number)
    ranges = [(entry.info, entry.data) for entry in queue.entries]
    assert ranges == [(0, 2), (4, 4)]


def test_a_full_queue_loses_what_comes_last() -> None:
    queue = ErrorQueue()
    for number in range(MAX_ENTRIES + 5):
        queue.push_stamp(STAMP_SENT, number, 0, 1)
    assert len(queue.entries) == MAX_ENTRIES
    assert queue.entries[-1].data == MAX_ENTRIES - 1


def test_zerocopy_is_told_when_all_of_the_call_is_acknowledged() -> None:
    lone = Lone(LINUX)
    sock = connected(lone, SO_ZEROCOPY=1)
    assert sock.send(bytes(3000), c.MSG_ZEROCOPY) == 3000
    lone.poll()
    acknowledge(lone, 2999)
    assert errno_of(sock.recv_error) == EAGAIN
    acknowledge(lone, 3000)
    entry = sock.recv_error()
    assert (entry.origin, entry.info, entry.data, entry.errno) == (ORIGIN_ZEROCOPY, 0, 0, 0)
    assert not sock.has_error()


def test_without_the_option_the_flag_means_nothing() -> None:
    lone = Lone(LINUX)
    sock = connected(lone)
    sock.send(b"x", c.MSG_ZEROCOPY)
    lone.poll()
    acknowledge(lone, 1)
    assert errno_of(sock.recv_error) == EAGAIN


def test_an_abort_gives_the_buffers_back() -> None:
    lone = Lone(LINUX)
    sock = connected(lone, SO_ZEROCOPY=1)
    sock.send(b"x", c.MSG_ZEROCOPY)
    sock.abort()
    assert [entry.origin for entry in sock.errors.entries] == [ORIGIN_ZEROCOPY]


def test_stamps_of_the_last_octet() -> None:
    lone = Lone(LINUX)
    sock = connected(lone)
    flags = TX_ANY | REPORT_SOFTWARE | OPT_ID
    sock.setsockopt(c.SOL_SOCKET, c.SO_TIMESTAMPING, flags)
    sock.send(bytes(700))
    sent = lone.now
    lone.poll()
    lone.now += 30 * MS
    acknowledge(lone, 700)
    told = [sock.recv_error() for _ in range(3)]
    assert [(e.info, e.data, e.time - sent) for e in told] == [
        (STAMP_SCHEDULED, 699, 0),
        (STAMP_SENT, 699, 0),
        (STAMP_ACKED, 699, 30 * MS),
    ]
    assert {(e.errno, e.origin, e.length) for e in told} == {(ENOMSG, ORIGIN_TIMESTAMPING, 700)}


def test_counting_octets_needs_a_connection() -> None:
    lone = Lone(LINUX)
    sock = lone.socket()
    wanted = errno_of(lambda: sock.setsockopt(c.SOL_SOCKET, c.SO_TIMESTAMPING, OPT_ID))
    assert wanted == EINVAL


def test_edges_tell_what_is_new() -> None:
    lone = Lone(LINUX)
    sock = connected(lone, SO_ZEROCOPY=1)
    sock.take_edges()
    sock.send(b"x", c.MSG_ZEROCOPY)
    lone.poll()
    acknowledge(lone, 1)
    assert sock.take_edges() == EDGE_ERROR  # nobody had missed room
    sock.wait_for_room()
    sock.send(b"x")
    lone.poll()
    acknowledge(lone, 2)
    assert sock.take_edges() == EDGE_WRITE
    lone.arrive(ACK, 1, (lone.iss + 3) & 0xFFFFFFFF, b"data")
    assert sock.take_edges() == EDGE_READ
    sock.abort()
    assert sock.take_edges() & EDGE_STATE


def test_freebind_takes_a_foreign_address() -> None:
    sock = Lone(LINUX).socket()
    sock.setsockopt(c.IPPROTO_IP, c.IP_FREEBIND, 1)
    sock.bind(("203.0.113.9", 80))
    assert sock.getsockname() == ("203.0.113.9", 80)


def test_path_mtu_discovery_may_be_switched_off() -> None:
    lone = Lone(LINUX)
    sock = connected(lone)
    sock.send(b"x")
    assert [packet.df for packet in lone.poll()] == [True]
    sock.setsockopt(c.IPPROTO_IP, c.IP_MTU_DISCOVER, c.IP_PMTUDISC_DONT)
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_NODELAY, 1)
    sock.send(b"y")
    assert [packet.df for packet in lone.poll()] == [False]


@pytest.mark.parametrize(
    ("sizes", "groups"), [([], [0]), ([5], [5]), ([1] * 17, [17]), ([2] * 18, [34, 2])]
)
def test_a_segment_refers_to_seventeen_buffers(sizes: list[int], groups: list[int]) -> None:
    assert fragment_groups(sizes) == groups
