"""Bulk over the device, in a namespace of its own: ``python -m tests.tun.inside_bulk NAME``."""

import errno
import fcntl
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from synfin.core.settings import LINUX, MILLISECOND, RFC, SECOND
from synfin.core.timers import RETRANSMIT
from synfin.host import constants
from synfin.host.sockets import Socket
from synfin.tun import device as devices
from synfin.tun import namespace
from synfin.tun.driver import BATCH, Driver
from synfin.wire.ip import Packet
from synfin.wire.udp import Datagram
from tests.tun.inside import KERNEL, SYNFIN

UDP_SEGMENT = 103
SIZE = 3_000_000
LARGE = LINUX.but(receive_buffer=6 << 20, send_buffer=4 << 20, window_scale=8)


def kernel_sends(body: bytes) -> None:
    """A process of the kernel's side that sends ``body`` to whoever connects."""
    listener = socket.create_server((KERNEL, 80))
    if os.fork() == 0:
        peer, _ = listener.accept()
        peer.sendall(body)
        peer.close()
        os._exit(0)
    listener.close()


def kernel_echoes() -> None:
    """One that sends back what it gets, and ends when the other side has."""
    listener = socket.create_server((KERNEL, 80))
    if os.fork() == 0:
        peer, _ = listener.accept()
        while data := peer.recv(1 << 16):
            peer.sendall(data)
        peer.close()
        os._exit(0)
    listener.close()


class Receiver:
    """Keeps all views until the end."""

    def __init__(self, driver: Driver) -> None:
        self.views: list[memoryview] = []
        self.over = False
        self.sock = driver.host.socket()
        driver.ready = self.ready
        self.sock.connect_ex((KERNEL, 80))

    def ready(self, sock: Socket) -> None:
        """The driver's news."""
        while sock.readable() and not self.over:
            views = sock.recv_views()
            self.over = not views
            self.views += views
            sock.consumed(sum(map(len, views)))


def kept_views() -> None:
    """An application may keep every view it gets: none of them ever changes."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN, LARGE)
    body = os.urandom(SIZE)
    kernel_sends(body)
    receiver = Receiver(driver)
    assert driver.run(lambda: receiver.over, 30 * SECOND)
    assert b"".join(receiver.views) == body
    assert len({id(view.obj) for view in receiver.views}) > 10


def unread_text() -> None:
    """Text that nobody has read stays as it is while more comes, and is bounded by the
    receive buffer, the buffers it lies in too."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN, LARGE)
    body = os.urandom(2 * SIZE + SIZE)
    kernel_sends(body)
    sock = driver.host.socket()
    sock.connect_ex((KERNEL, 80))
    driver.run(lambda: sock.conn is not None and sock.conn.unread > 4_000_000, 10 * SECOND)
    driver.run(lambda: False, SECOND // 5)
    assert sock.conn is not None
    assert sock.conn.unread > 4_000_000
    assert sock.conn.rcv.pinned <= sock.conn.rcv.buffer_size
    got = bytearray()

    def read() -> bool:
        while sock.readable():
            data = sock.recv(100_000)
            if not data:
                return True
            got.extend(data)
        return False

    assert driver.run(read, 30 * SECOND)
    assert bytes(got) == body


def one_ack_for_a_batch() -> None:
    """What waits at the device is read in batches, and each is answered by one ACK
    (MUST-59): the named deviation from SHLD-19."""
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24")
    driver = Driver(device, SYNFIN, LARGE)
    kernel_sends(os.urandom(20_000_000))
    receiver = Receiver(driver)
    full = 0
    end = time.monotonic() + 30
    while not receiver.over:
        before, answered = device.packets_in, device.packets_out
        time.sleep(0.002)  # the kernel fills the queue
        driver.turn(100 * MILLISECOND)
        if device.packets_in - before == BATCH and not receiver.over:
            full += 1
            assert device.packets_out - answered <= 2
        assert time.monotonic() < end
    assert full > 3
    assert device.packets_in > 8 * device.packets_out


def an_ack_for_each() -> None:
    """A batch of one packet is SHLD-19 by the letter."""
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24")
    driver = Driver(device, SYNFIN, LARGE, batch=1)
    kernel_sends(os.urandom(SIZE))
    receiver = Receiver(driver)
    assert driver.run(lambda: receiver.over, 30 * SECOND)
    assert device.packets_out >= device.packets_in // 2


def datagrams_of_one_size() -> None:
    """What the kernel sends by UDP_SEGMENT comes as one packet, and is cut here."""
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24")
    assert "uso" in device.granted
    body = bytes(range(250)) * 18
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
        sender.sendto(body, (SYNFIN, 9))
    got: list[bytes] = []
    end = time.monotonic() + 2
    while len(got) < 5 and time.monotonic() < end:
        packet = device.read()
        if isinstance(packet, Packet) and isinstance(packet.body, Datagram):
            got.append(bytes(packet.body.payload))
    assert [len(one) for one in got] == [1000, 1000, 1000, 1000, 500]
    assert b"".join(got) == body
    assert device.packets_in == 1


def more_datagrams_than_a_batch() -> None:
    """One packet that stands for more datagrams than a turn takes: none of them waits for
    the next packet."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN, LARGE)
    sock = driver.host.socket(constants.SOCK_DGRAM)
    sock.bind((SYNFIN, 9))
    got: list[bytes] = []

    def ready(_: Socket) -> None:
        while sock.readable():
            got.append(sock.recv(2000))

    driver.ready = ready
    pieces = 3 * BATCH
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
        sender.sendto(bytes(1000) * pieces, (SYNFIN, 9))
    driver.run(lambda: len(got) >= pieces, SECOND)
    assert len(got) == pieces


def an_answer_that_waited() -> None:
    """A program that computes for longer than the RTO finds its ACKs at the device: they
    count before the timer does, and the congestion window stays."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN, RFC)
    with socket.create_server((KERNEL, 80)):
        sock = driver.host.socket()
        sock.connect_ex((KERNEL, 80))
        assert driver.run(sock.writable, SECOND)
        connection = sock.conn
        assert connection is not None
        snd = connection.snd
        window = snd.cc.cwnd
        sock.send(b"question")
        driver.service()
        assert connection.timers.running(RETRANSMIT)
        time.sleep((connection.deadline() - driver.now()) / SECOND + 0.01)
        assert driver.run(lambda: snd.snd_una == snd.buffer.end, SECOND)
        assert snd.cc.cwnd >= window


def fewer_offloads() -> None:
    """A kernel that refuses some: what it grants is used, the rest is done here, and the
    octets are the same."""
    real = fcntl.ioctl
    uso = devices.TUN_F_USO4 | devices.TUN_F_USO6
    tso = devices.TUN_F_TSO4 | devices.TUN_F_TSO6
    for refused, granted in (
        (uso, ("vnet_hdr", "checksum", "tso")),
        (uso | tso, ("vnet_hdr", "checksum")),
        (uso | tso | devices.TUN_F_CSUM, ("vnet_hdr",)),
    ):

        def ioctl(fd: int, request: int, value: Any, no: int = refused) -> Any:
            if request == devices.TUNSETOFFLOAD and value & no:
                raise OSError(errno.EINVAL, "refused")
            return real(fd, request, value)

        namespace.enter()
        fcntl.ioctl = ioctl  # type: ignore[assignment]
        device = namespace.make_device(f"{KERNEL}/24")
        fcntl.ioctl = real
        assert device.granted == granted
        assert device.refused == devices.OFFLOADS[len(granted) :]
        assert (device.max_segment > 0) is ("tso" in granted)
        echo(Driver(device, SYNFIN, LARGE), os.urandom(500_000))
        device.close()


def echo(driver: Driver, body: bytes) -> None:
    """``body`` there and back."""
    kernel_echoes()
    sock = driver.host.socket()
    sent = 0
    got = bytearray()

    def ready(_: Socket) -> None:
        nonlocal sent
        while sent < len(body) and sock.writable():
            sent += sock.send(memoryview(body)[sent : sent + 65_536])
        while sock.readable():
            got.extend(sock.recv(1 << 20))

    driver.ready = ready
    sock.connect_ex((KERNEL, 80))
    assert driver.run(lambda: len(got) >= len(body), 20 * SECOND)
    assert bytes(got) == body
    driver.ready = lambda _: None
    sock.close()
    driver.run(lambda: False, SECOND // 10)
    driver.close()


def main() -> None:
    """Runs the function named on the command line."""
    chosen: Callable[[], None] = globals()[sys.argv[1]]
    chosen()


if __name__ == "__main__":
    main()
