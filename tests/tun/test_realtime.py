"""A network in real time, with socket pairs in the place of devices: no rights are needed.

Nothing here judges a time but its lower bound: what is early is wrong on any machine."""

import os
import select
import socket
import sys
from collections.abc import Iterator

import pytest

from synfin.core.settings import LINUX, MILLISECOND, SECOND
from synfin.sim.faults import parse_fault
from synfin.sim.tap import Tap, Transmission
from synfin.tun.realtime import Gate, RealTime
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_UDP, Packet, encode_packet
from synfin.wire.udp import Datagram

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="epoll(7) is Linux's")

A, B = "10.0.0.1", "10.0.0.2"
DELAY = 20 * MILLISECOND
LIMIT = 20 * SECOND


class Pair:
    """Two devices, the programs' ends of them, and the network between."""

    def __init__(self) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in "AB"]
        self.programs = [program for program, _ in pairs]
        self.devices = devices = [device for _, device in pairs]
        for sock in (*self.programs, *devices):
            sock.setblocking(False)
        self.real = RealTime({"A": devices[0].fileno(), "B": devices[1].fileno()}, seed=3)
        self.real.net.add_host("A", f"{A}/24")
        self.real.net.add_host("B", f"{B}/24")
        self.real.net.link("A", "B", DELAY)
        self.real.begin()

    def close(self) -> None:
        """All of it."""
        self.real.close()
        for sock in (*self.programs, *self.devices):
            sock.close()

    def got(self, side: int) -> bytes:
        """The next packet for that side's program, b"" while there is none."""
        try:
            return self.programs[side].recv(65_535)
        except BlockingIOError:
            return b""

    def await_packet(self, side: int) -> bytes:
        """The same, once it is there."""
        found: list[bytes] = []

        def done() -> bool:
            data = self.got(side)
            if data:
                found.append(data)
            return bool(found)

        assert self.real.run(done, self.real.real() + LIMIT)
        return found[0]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Fresh for each test."""
    made = Pair()
    yield made
    made.close()


def packet(payload: bytes, source: str = A, target: str = B) -> bytes:
    """A UDP datagram as octets; its identification is not one that we would choose."""
    body = Datagram(1000, 2000, payload)
    made = Packet(parse_address(source), parse_address(target), PROTO_UDP, body, ident=4711)
    return encode_packet(made)


def test_a_packet_comes_after_the_delay_as_the_octets_that_left(pair: Pair) -> None:
    sent = packet(b"hello")
    begin = pair.real.real()
    pair.programs[0].send(sent)
    assert pair.await_packet(1) == sent
    assert pair.real.real() - begin >= DELAY
    assert pair.real.late_ns >= 0
    pair.programs[1].send(packet(b"back", B, A))
    assert pair.await_packet(0) == packet(b"back", B, A)
    assert pair.real.in_flight() == 0


def test_order_is_kept_and_nothing_is_invented(pair: Pair) -> None:
    sent = [packet(b"%d" % n) for n in range(50)]
    for data in sent:
        pair.programs[0].send(data)
    assert [pair.await_packet(1) for _ in sent] == sent
    pair.real.run(lambda: False, pair.real.real() + 2 * DELAY)
    assert pair.got(1) == b""


def test_faults_drop_repeat_and_rewrite(pair: Pair) -> None:
    net = pair.real.net
    for text in ("A>B UDP nth=1 drop", "A>B UDP nth=2 dup", "A>B UDP nth=3 set ttl=9"):
        net.add_fault(parse_fault(text))
    sent = [packet(b"%d" % n) for n in range(4)]
    for data in sent:
        pair.programs[0].send(data)
    got = [pair.await_packet(1) for _ in range(4)]
    assert got[:2] == [sent[1], sent[1]]
    assert (got[2][8], got[2][28:]) == (9, sent[2][28:])
    assert got[3] == sent[3]
    assert [fault.acted for fault in net.faults] == [1, 1, 1]


def test_taps_hear_of_it(pair: Pair) -> None:
    class Ears(Tap):
        """Remembers."""

        def __init__(self) -> None:
            super().__init__()
            self.heard: list[Transmission] = []

        def transmitted(self, sent: Transmission) -> None:
            """See :class:`synfin.sim.tap.Tap`."""
            self.heard.append(sent)

    ears = Ears()
    pair.real.net.tap(ears)
    pair.programs[0].send(packet(b"x"))
    pair.await_packet(1)
    assert [(sent.origin, sent.target) for sent in ears.heard] == [("A", "B")]
    assert ears.heard[0].data() == packet(b"x")


def test_what_is_no_packet_is_counted_and_dropped(pair: Pair) -> None:
    pair.programs[0].send(b"no packet at all")
    pair.programs[0].send(packet(b"x"))
    assert pair.await_packet(1) == packet(b"x")
    assert pair.real.unreadable == 1


def test_a_device_that_is_full_loses_the_packet() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    gate = Gate(write)
    try:
        for _ in range(100):
            gate.receive_bytes(packet(bytes(1400)), 0)
    finally:
        os.close(read)
        os.close(write)
    assert gate.refused > 0


def test_other_descriptors_are_watched_and_forgotten(pair: Pair) -> None:
    read, write = os.pipe()
    seen: list[int] = []
    try:
        pair.real.watch(read, select.EPOLLIN, seen.append)
        assert not pair.real.run(lambda: bool(seen), pair.real.real() + DELAY)
        os.write(write, b"x")
        assert pair.real.run(lambda: bool(seen), pair.real.real() + LIMIT)
        pair.real.forget(read)
        seen.clear()
        pair.real.run(lambda: False, pair.real.real() + DELAY)
        assert seen == []
    finally:
        os.close(read)
        os.close(write)


def test_a_simulated_host_talks_to_a_device() -> None:
    """The engine answers an echo request that came as octets."""
    program, device = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for sock in (program, device):
        sock.setblocking(False)
    real = RealTime({"kernel": device.fileno()})
    with program, device:
        real.net.add_host("synfin", f"{A}/24", settings=LINUX)
        real.net.add_host("kernel", f"{B}/24")
        real.net.link("synfin", "kernel", MILLISECOND)
        real.begin()
        program.send(packet(b"nobody is there", B, A))
        found: list[bytes] = []

        def done() -> bool:
            try:
                found.append(program.recv(2000))
            except BlockingIOError:
                return False
            return True

        assert real.run(done, LIMIT)
        real.close()
    assert (found[0][9], found[0][20:22]) == (1, b"\x03\x03"), "ICMP: port unreachable"
