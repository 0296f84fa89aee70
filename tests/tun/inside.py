"""What runs inside a namespace of its own: ``python -m tests.tun.inside NAME`` (see test_*.py).

Each function is one test; what it asserts ends up as the process's exit code.
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from synfin.core.settings import LINUX, SECOND
from synfin.host import constants as c
from synfin.host.signatures import md5sig
from synfin.host.sockets import Socket
from synfin.tun import namespace
from synfin.tun.device import TunDevice
from synfin.tun.driver import Driver
from synfin.tun.interface import Interface, sysctl
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.tcp import ACK, SYN, Segment

PR_SET_DUMPABLE = 4
TUNSETPERSIST = 0x400454CB
KERNEL, SYNFIN = "10.77.0.1", "10.77.0.2"


def syn(mss: int = 0, payload: bytes = b"") -> Packet:
    """A SYN from synfin's address."""
    segment = Segment(5000, 80, 1, 0, SYN, 1000, payload=payload, mss=mss)
    return Packet(parse_address(SYNFIN), parse_address(KERNEL), PROTO_TCP, segment)


def read_tcp(device: TunDevice) -> Segment:
    """The next TCP segment that the kernel sends within 2 s."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        packet = device.read()
        if isinstance(packet, Packet) and isinstance(packet.body, Segment):
            return packet.body
        time.sleep(0.001)
    raise AssertionError("the kernel sent no TCP segment")


def _answers(offload: bool) -> None:
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24", offload=offload)
    assert device.vnet is offload
    assert (device.max_segment > 0) is offload
    with socket.create_server((KERNEL, 80)):
        assert device.write(syn())
        answer = read_tcp(device)
    assert (answer.flags, answer.ack) == (SYN | ACK, 2)
    assert device.packets_in >= 1
    assert device.packets_out == 1
    assert device.lost == 0


def answers_with_vnet() -> None:
    """The kernel answers a SYN whose checksum it completed."""
    _answers(True)


def answers_without_vnet() -> None:
    """The kernel answers a bare SYN."""
    _answers(False)


def refused_write() -> None:
    """A device that is down refuses packets: they are lost and counted."""
    namespace.enter()
    device = TunDevice.open("tun9")
    assert device.name == "tun9"
    assert not device.write(syn())
    assert device.lost == 1
    assert device.packets_out == 0


def own_address() -> None:
    """synfin's connection to its own address never reaches the device."""
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24")
    driver = Driver(device, SYNFIN)
    server, client = driver.host.socket(), driver.host.socket()
    server.bind(("0.0.0.0", 7))
    server.listen(1)
    got: list[bytes] = []
    children: list[Socket] = []

    def ready(sock: Socket) -> None:
        if sock is server:
            children.append(server.accept()[0])
        elif sock in children and sock.readable():
            got.append(sock.recv(100))
        elif sock is client and client.writable() and not children:
            pass

    driver.ready = ready
    client.connect_ex((SYNFIN, 7))
    assert driver.run(lambda: bool(children), 5 * SECOND)
    client.send(b"to myself")
    assert driver.run(lambda: bool(got), 5 * SECOND)
    assert got == [b"to myself"]
    assert device.packets_out == 0


def refused_connection() -> None:
    """Nobody listens at the kernel: ECONNREFUSED."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN)
    client = driver.host.socket()
    told: list[int] = []
    driver.ready = lambda sock: told.append(sock.connect_ex((KERNEL, 9)))
    assert client.connect_ex((KERNEL, 9)) == 115
    assert driver.run(lambda: bool(told), 5 * SECOND)
    assert told == [111]


def kernel_resets() -> None:
    """A RST from the kernel reads as ECONNRESET, never as an end of file."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN)
    with socket.create_server((KERNEL, 80)) as server:
        client = driver.host.socket()
        client.connect_ex((KERNEL, 80))
        assert driver.run(client.writable, 5 * SECOND)
        peer, _ = server.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
    assert client.connect_ex((KERNEL, 80)) == 0
    assert driver.run(client.readable, 5 * SECOND)
    try:
        client.recv(10)
    except ConnectionResetError:
        return
    raise AssertionError("a reset was taken for the end of the data")


def slow_reader() -> None:
    """The kernel's program does not read: our window probes keep the connection; when it
    reads, everything comes."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN, LINUX)
    body = os.urandom(1 << 20)
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        server.bind((KERNEL, 80))
        server.listen(1)
        client = driver.host.socket()
        client.connect_ex((KERNEL, 80))
        assert driver.run(client.writable, 5 * SECOND)
        assert client.connect_ex((KERNEL, 80)) == 0
        peer, _ = server.accept()
    sent = 0

    def push(_: Socket) -> None:
        nonlocal sent
        while sent < len(body):
            try:
                sent += client.send(body[sent : sent + 65_536])
            except BlockingIOError:
                return

    driver.ready = push
    push(client)
    driver.run(lambda: False, SECOND)
    connection = client.conn
    assert connection is not None
    assert connection.snd.snd_wnd < 4096, "the kernel's window should be (nearly) closed"
    assert connection.unsent > 0
    peer.setblocking(False)
    got = bytearray()

    def all_there() -> bool:
        with suppress(BlockingIOError):
            got.extend(peer.recv(1 << 20))
        return len(got) == len(body)

    deadline = time.monotonic() + 20
    while not all_there():
        assert time.monotonic() < deadline, f"{len(got)} of {len(body)} octets came"
        driver.turn(SECOND // 100)
    assert bytes(got) == body


def small_queue() -> None:
    """Packets that the device's queue could not hold are repeated by the kernel, and
    reassembled here: the bytes are right."""
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24", offload=False)
    Interface(device.name).set_queue(20)
    driver = Driver(device, SYNFIN, LINUX.but(receive_buffer=1 << 20))
    body = os.urandom(3_000_000)
    listener = socket.create_server((KERNEL, 80))
    if os.fork() == 0:
        peer, _ = listener.accept()
        peer.sendall(body)
        peer.close()
        os._exit(0)
    client = driver.host.socket()
    got = bytearray()
    end: list[bool] = []

    def ready(sock: Socket) -> None:
        while sock.readable():
            try:
                data = sock.recv(1 << 20)
            except BlockingIOError:
                return
            got.extend(data)
            if not data:
                end.append(True)
                return

    driver.ready = ready
    client.connect_ex((KERNEL, 80))
    assert driver.run(lambda: bool(end), 30 * SECOND)
    assert bytes(got) == body


def without_rights_of_root() -> None:
    """An ordinary user gets there by a user namespace, where the system allows that."""
    allowed = Path("/proc/sys/user/max_user_namespaces")
    if os.geteuid() == 0 and allowed.exists() and int(allowed.read_text()) > 0:
        os.setgroups([])
        os.setresgid(12_345, 12_345, 12_345)
        os.setresuid(12_345, 12_345, 12_345)
        # Who has changed his uid may not see his own /proc/self until he says so.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1)
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24")
    with socket.create_server((KERNEL, 80)):
        assert device.write(syn())
        assert read_tcp(device).flags == SYN | ACK


def table_of_its_own() -> None:
    """/proc/net/tcp is quick to read, and shows nobody else's connections."""
    namespace.enter()
    lines = Path("/proc/self/net/tcp").read_text().splitlines()
    assert len(lines) == 1
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    assert sysctl("net.ipv4.tcp_sack", "0")
    assert not sysctl("net.ipv4.no_such_thing", "0")


def started(words: list[str], stdin: int | IO[bytes]) -> "subprocess.Popen[bytes]":
    """A program that does not outlive this one."""
    return subprocess.Popen(
        words,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=namespace.die_with_parent,
    )


def netcat_listens() -> None:
    """``synfin listen``: what the kernel's program sends comes out, and the other way."""
    namespace.enter()
    _configure(kept_device("synfin0"))
    words = [sys.executable, "-m", "synfin", "listen", "8080", "--lang", "en"]
    with started(words, subprocess.PIPE) as program:
        assert program.stderr is not None
        assert b"listening on 10.77.0.2:8080" in program.stderr.readline()
        with socket.create_connection((SYNFIN, 8080), 10) as peer:
            peer.sendall(b"from the kernel")
            assert program.stdin is not None
            assert program.stdout is not None
            program.stdin.write(b"from synfin")
            program.stdin.close()
            assert _all_of(peer) == b"from synfin"
            peer.shutdown(socket.SHUT_WR)
            assert program.stdout.read() == b"from the kernel"
        assert program.wait(10) == 0


def netcat_on_a_device_that_is_not_configured() -> None:
    """One line with what to do, exit code 2; nothing waits."""
    namespace.enter()
    words = [sys.executable, "-m", "synfin", "listen", "8080", "--lang", "en"]
    for made, first in ((False, b"sudo ip tuntap add synfin0"), (True, b"sudo ip addr add")):
        if made:
            kept_device("synfin0")
        done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
        assert done.returncode == 2, done
        assert len(done.stderr.splitlines()) == 1, done
        assert b"not configured; once: " + first in done.stderr, done
        assert b"ip addr add 10.77.0.1/24 dev synfin0" in done.stderr, done


def netcat_connects() -> None:
    """``synfin connect`` sends a file and ends when the peer has closed, too."""
    namespace.enter()
    Interface("lo").up()
    _configure(kept_device("tun7"))
    words = [sys.executable, "-m", "synfin", "connect", "--tun", "tun7", KERNEL, "9000"]
    with open(__file__, "rb") as source, socket.socket() as server:
        server.bind((KERNEL, 9000))
        server.listen(1)
        server.settimeout(15)
        with started(words, source) as p:
            _takes_it_all(server, p)


def _takes_it_all(server: socket.socket, p: "subprocess.Popen[bytes]") -> None:
    peer, address = server.accept()
    assert address[0] == SYNFIN
    assert _all_of(peer) == Path(__file__).read_bytes()
    peer.sendall(b"thanks")
    peer.close()
    assert p.stdout is not None
    assert p.stdout.read() == b"thanks"
    assert p.wait(10) == 0


def kept_device(name: str) -> str:
    """A device that stays when nobody has it open, as ``ip tuntap add`` makes it."""
    device = TunDevice.open(name, 1500)
    fcntl.ioctl(device.fd, TUNSETPERSIST, 1)
    device.close()
    return name


def _configure(name: str) -> None:
    interface = Interface(name)
    interface.quiet()
    interface.give(f"{KERNEL}/24")
    interface.up()


def _all_of(peer: socket.socket) -> bytes:
    data = b""
    while part := peer.recv(4096):
        data += part
    return data


def signatures() -> None:
    """TCP_MD5SIG against the kernel's own, both ways."""
    namespace.enter()
    driver = Driver(namespace.make_device(f"{KERNEL}/24"), SYNFIN, LINUX)
    ours = driver.host.socket()
    ours.setsockopt(c.IPPROTO_TCP, c.TCP_MD5SIG, md5sig(parse_address(KERNEL), b"secret"))
    ours.bind((SYNFIN, 80))
    ours.listen(5)
    with socket.create_server((KERNEL, 81)) as server, socket.socket() as client:
        for theirs in (server, client):
            theirs.setblocking(False)
            key = md5sig(parse_address(SYNFIN), b"secret")
            theirs.setsockopt(socket.IPPROTO_TCP, c.TCP_MD5SIG, key)
        client.connect_ex((SYNFIN, 80))
        assert driver.run(ours.readable, 2 * SECOND)
        child, _ = ours.accept()
        child.send(bytes(30_000))
        got = bytearray()
        assert driver.run(lambda: _read(client, got) == 30_000, 5 * SECOND)
        active = driver.host.socket()
        active.setsockopt(c.IPPROTO_TCP, c.TCP_MD5SIG, md5sig(parse_address(KERNEL), b"secret"))
        active.connect_ex((KERNEL, 81))
        assert driver.run(active.writable, 2 * SECOND)
        wrong = driver.host.socket()
        wrong.setsockopt(c.IPPROTO_TCP, c.TCP_MD5SIG, md5sig(parse_address(KERNEL), b"guess"))
        wrong.connect_ex((KERNEL, 81))
        assert not driver.run(wrong.writable, SECOND // 5)
    assert driver.host.tcp.counters.values == {}


def _read(sock: socket.socket, into: bytearray) -> int:
    with suppress(BlockingIOError):
        into += sock.recv(65_536)
    return len(into)


def main() -> None:
    """Runs the function named on the command line."""
    chosen: Callable[[], None] = globals()[sys.argv[1]]
    chosen()


if __name__ == "__main__":
    main()
