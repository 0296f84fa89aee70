"""The Linux kernel as a host of the simulator: an engine whose doors lead through a TUN device.

:class:`Kernel` has the doors that :class:`synfin.sim.host.SimHost` wants, so links,
faults, attackers and the recorder work on the kernel's packets as on any other
host's; its sockets are real ones in the namespace that this process has entered.
"""

import os
import select
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from synfin.core.errno import EAGAIN, EINPROGRESS
from synfin.core.events import Event
from synfin.core.settings import SECOND, Settings
from synfin.core.timers import NEVER
from synfin.host import constants
from synfin.host.sockets import socket_error
from synfin.lab.recorder import Recorder
from synfin.tun import namespace
from synfin.tun.device import TunDevice
from synfin.tun.interface import Interface, route_all, sysctl
from synfin.wire.address import format_address, parse_address
from synfin.wire.ip import Packet
from synfin.wire.malformed import Malformed

STATES: Final = {
    1: "ESTABLISHED", 2: "SYN-SENT", 3: "SYN-RECEIVED", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2",
    6: "TIME-WAIT", 7: "CLOSED", 8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING",
    12: "SYN-RECEIVED",
}  # fmt: skip
"""The numbers of /proc/net/tcp (include/net/tcp_states.h)."""

Ends = tuple[str, int, str, int]
"""Local address and port, remote address and port."""

MAX_READ: Final = 1_000
"""Packets taken from the device at one poll."""
_PROTOCOLS: Final = frozenset({1, 6, 17, 58})


class KernelConn:
    """What :class:`~synfin.lab.handles.Handle` asks of a connection: its number."""

    def __init__(self, number: int) -> None:
        self.id = number


class KernelSocket:
    """A real socket under the names of :class:`synfin.host.sockets.Socket`; non-blocking."""

    def __init__(self, kernel: "Kernel", sock: socket.socket) -> None:
        self.kernel = kernel
        self.real = sock
        self.family = int(sock.family)
        self.waiting = b""
        """Octets of :meth:`queue` that the kernel would not take yet."""
        self._target: tuple[str, int] = ("", 0)
        sock.setblocking(False)

    def fileno(self) -> int:
        """Its descriptor."""
        return self.real.fileno()

    @property
    def conn(self) -> KernelConn | None:
        """The connection it stands for, once it has two ends."""
        with suppress(OSError):
            ends = (*self.real.getsockname()[:2], *self._remote()[:2])
            if ends[3]:
                return KernelConn(self.kernel.number(ends))
        return None

    def _remote(self) -> tuple[str, int]:
        try:
            name = self.real.getpeername()
        except OSError:
            return self._target
        return str(name[0]), int(name[1])

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """setsockopt(2)."""
        self.real.setsockopt(level, option, value)

    def getsockopt(self, level: int, option: int) -> int:
        """getsockopt(2), numbers only."""
        return self.real.getsockopt(level, option)

    def bind(self, address: tuple[str, int]) -> None:
        """bind(2)."""
        self.real.bind(address)

    def listen(self, backlog: int) -> None:
        """listen(2)."""
        self.real.listen(backlog)
        self.kernel.watch(self)

    def accept(self) -> "tuple[KernelSocket, tuple[str, int]]":
        """accept(2)."""
        child, address = self.real.accept()
        made = KernelSocket(self.kernel, child)
        self.kernel.adopt(made)
        self.kernel.watch(made)
        return made, (str(address[0]), int(address[1]))

    def connect_ex(self, address: tuple[str, int]) -> int:
        """connect(2), the errno as a number."""
        self._target = address
        number = self.real.connect_ex(address)
        self.kernel.watch(self)
        return number

    def send(self, data: bytes, flags: int = 0) -> int:
        """send(2)."""
        return self.real.send(data, flags | constants.MSG_NOSIGNAL)

    def queue(self, data: bytes, flags: int = 0) -> int:
        """RFC 9293's SEND: where send(2) says EAGAIN in SYN-SENT, the octets wait here."""
        try:
            sent = 0 if self.waiting else self.send(data, flags)
        except OSError as error:
            if error.errno not in (EINPROGRESS, EAGAIN):
                raise
            # EINPROGRESS: the SYN has left with what fits (TCP_FASTOPEN_CONNECT).
            sent = len(data) if error.errno == EINPROGRESS else 0
        self.waiting += data[sent:]
        return len(data)

    def flush(self) -> None:
        """What waits, as far as it goes now."""
        with suppress(OSError):
            while self.waiting:
                self.waiting = self.waiting[self.send(self.waiting) :]

    def recv(self, size: int, flags: int = 0) -> bytes:
        """recv(2)."""
        return self.real.recv(size, flags)

    def recvfrom(self, size: int) -> tuple[bytes, tuple[str, int]]:
        """recvfrom(2)."""
        data, address = self.real.recvfrom(size)
        return data, (str(address[0]), int(address[1]))

    def sendto(self, data: bytes, address: tuple[str, int]) -> int:
        """sendto(2)."""
        self.kernel.watch(self)
        return self.real.sendto(data, address)

    def shutdown(self, how: int) -> None:
        """shutdown(2)."""
        self.real.shutdown(how)

    def close(self) -> None:
        """close(2)."""
        self.kernel.drop(self)
        self.real.close()

    def abort(self) -> None:
        """SO_LINGER 0 and close: how a program on Linux says ABORT."""
        self.real.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


class Kernel:
    """One boot of the kernel: a fresh namespace with a fresh device.

    A reboot is another instance: the old device goes first, so that nothing the
    old one says is heard.
    """

    def __init__(self, settings: Settings) -> None:
        namespace.enter()
        Interface("lo").up()
        self._settings = settings
        self.device: TunDevice | None = None
        self.outer = select.epoll()
        """Whoever runs the network waits on this."""
        self._sockets: dict[int, KernelSocket] = {}
        self._epoll = select.epoll()
        self.outer.register(self._epoll.fileno(), select.EPOLLIN)
        self.states = States()
        self.refused: list[str] = []
        """Settings that this kernel does not have."""
        self._configure()

    def close(self) -> None:
        """Ends it at once: the device first, then the sockets, whose FINs nobody sees."""
        if self.device is not None:
            self.device.close()
            self.device = None
        for sock in list(self._sockets.values()):
            sock.real.close()
        self._sockets.clear()
        self._epoll.close()
        self.outer.close()

    @property
    def settings(self) -> Settings:
        """What was wished; assigning sets the sysctls of the namespace."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        self._configure()

    def _configure(self) -> None:
        s = self._settings
        cookies = {"off": 0, "when-full": 1, "always": 2}[s.syn_cookies]
        fastopen = int(s.fastopen_client) | int(s.fastopen_server) << 1
        wanted: dict[str, int | str] = {
            "tcp_timestamps": int(s.timestamps),
            "tcp_sack": int(s.sack),
            "tcp_window_scaling": int(s.window_scale >= 0),
            "tcp_syncookies": cookies,
            "tcp_fastopen": fastopen,
            "tcp_abort_on_overflow": int(s.abort_on_overflow),
            "tcp_rfc1337": int(s.rfc1337),
            "tcp_tw_reuse": int(s.time_wait_reuse),
            "tcp_syn_retries": s.syn_retries,
            "tcp_synack_retries": s.synack_retries,
            "tcp_retries2": s.retries2,
            "tcp_orphan_retries": s.orphan_retries,
            "tcp_keepalive_time": s.keepalive_idle_ns // SECOND,
            "tcp_keepalive_intvl": s.keepalive_interval_ns // SECOND,
            "tcp_keepalive_probes": s.keepalive_probes,
            "tcp_ecn": {"off": 0, "ask": 1, "accept": 2}[s.ecn],
            "tcp_ecn_fallback": int(s.ecn_fallback),
            "tcp_syn_linear_timeouts": s.syn_linear_timeouts,
            "ip_default_ttl": s.ttl,
        }
        if s.fin_wait_2_timeout_ns:
            wanted["tcp_fin_timeout"] = s.fin_wait_2_timeout_ns // SECOND
        for name, value in wanted.items():
            if not sysctl(f"net.ipv4.{name}", str(value)):
                self.refused.append(name)

    # -- the doors of an engine --------------
    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """The device's address; the first call makes the device."""
        text = f"{format_address(addr)}/{prefix_len}"
        if self.device is None:
            # Bare packets: what is recorded is what was on the wire.
            self.device = namespace.make_device(text, mtu=mtu, offload=False, route=True)
            self.outer.register(self.device.fd, select.EPOLLIN)
            return
        interface = Interface(self.device.name)
        if interface.address() == format_address(addr):
            interface.set_mtu(mtu)
        else:
            interface.give(text)
            route_all(self.device.name)

    def receive(self, packet: Packet, now: int) -> None:
        """A packet for the kernel."""
        if self.device is not None:
            self.device.write(packet)

    def receive_bytes(self, data: bytes, now: int) -> None:
        """Octets for the kernel, as they are."""
        if self.device is not None:
            os.write(self.device.fd, data)

    def tick(self, now: int) -> None:
        """The kernel has its own timers."""

    def deadline(self) -> int:
        """Never: the kernel has its own timers."""
        return NEVER

    def poll(self, now: int, budget: int = 64) -> list[Packet]:
        """What the kernel has sent since."""
        out: list[Packet] = []
        device = self.device
        if device is None:
            return out
        for _ in range(MAX_READ):
            packet = device.read()
            if packet is None:
                break
            if isinstance(packet, Malformed):
                raise RuntimeError(f"the kernel sent what we cannot read: {packet}")
            if packet.proto in _PROTOCOLS:
                out.append(packet)
        return out

    def take_ready(self) -> list[KernelSocket]:
        """Sockets with news (edge-triggered)."""
        ready = [self._sockets[fd] for fd, _ in self._epoll.poll(0) if fd in self._sockets]
        for sock in ready:
            sock.flush()
        return ready

    def force_iss(self, *values: int) -> None:
        """Nobody tells the kernel its ISN."""

    # -- sockets --------------
    def socket(self, type_: int, family: int = constants.AF_INET) -> KernelSocket:
        """socket(2)."""
        try:
            made = KernelSocket(self, socket.socket(family, type_))
        except OSError as error:
            raise socket_error(error.errno or EAGAIN) from None
        if type_ == constants.SOCK_STREAM:
            if self.settings.keepalive:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if not self.settings.nagle:
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.adopt(made)
        return made

    def adopt(self, sock: KernelSocket) -> None:
        """One more socket to look after."""
        self._sockets[sock.fileno()] = sock

    def watch(self, sock: KernelSocket) -> None:
        """From now on its news are wanted."""
        with suppress(FileExistsError):
            self._epoll.register(
                sock.fileno(), select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
            )

    def drop(self, sock: KernelSocket) -> None:
        """It is being closed."""
        if self._sockets.pop(sock.fileno(), None) is not None:
            with suppress(OSError):
                self._epoll.unregister(sock.fileno())

    def number(self, ends: Ends) -> int:
        """A number for a connection, as an engine would give it."""
        return self.states.number(ends)


class States:
    """The states of the connections of this namespace, as /proc shows them when asked."""

    def __init__(self) -> None:
        self._numbers: dict[Ends, int] = {}
        self._made = 0
        self._states: dict[Ends, str] = {}

    def number(self, ends: Ends) -> int:
        """The number of the connection between these ends; successors get new ones."""
        if ends not in self._numbers:
            self._made += 1
            self._numbers[ends] = self._made
        return self._numbers[ends]

    def changes(self, tell: Callable[[Ends, int, str, str], None]) -> None:
        """``tell(ends, number, old, new)`` for each connection whose state is another than
        at the last call. One that is gone is CLOSED."""
        found = connections()
        for ends, state in found.items():
            old = self._states.get(ends, "")
            if state == old:
                continue
            if old == "TIME-WAIT":
                tell(ends, self.number(ends), old, "CLOSED")
                old = ""
                del self._numbers[ends]
            tell(ends, self.number(ends), old, state)
        for ends, old in self._states.items():
            if ends not in found:
                tell(ends, self.number(ends), old, "CLOSED")
                del self._numbers[ends]
        self._states = found


def tell_recorder(recorder: Recorder, host: str, now: int) -> Callable[[Ends, int, str, str], None]:
    """What :meth:`States.changes` wants: the kernel's states as its engine would report them."""

    def tell(ends: Ends, number: int, old: str, new: str) -> None:
        if not old:
            data: dict[str, int | str | bool | None] = {
                "action": "made",
                "local": parse_address(ends[0]).hex(),
                "local_port": ends[1],
                "remote": parse_address(ends[2]).hex(),
                "remote_port": ends[3],
            }
            recorder.observed(host, Event("conn", now, number, None, data))
        before = old or ("LISTEN" if new == "SYN-RECEIVED" else "CLOSED")
        change: dict[str, int | str | bool | None] = {"old": before, "new": new}
        recorder.observed(host, Event("state", now, number, None, change))
        if new == "CLOSED":
            gone: dict[str, int | str | bool | None] = {"action": "deleted"}
            recorder.observed(host, Event("conn", now, number, None, gone))

    return tell


def connections() -> dict[Ends, str]:
    """The TCP connections of this namespace, listeners left out."""
    table = _table().items()
    return {ends: state for ends, state in table if state not in ("LISTEN", "CLOSED")}


def listening(port: int) -> bool:
    """Whether somebody in this namespace listens on ``port`` (IPv4)."""
    table = _table().items()
    return any(ends[1] == port and state == "LISTEN" for ends, state in table)


def _table() -> dict[Ends, str]:
    """/proc/self/net/tcp."""
    found: dict[Ends, str] = {}
    for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        found[(*_end(words[1]), *_end(words[2]))] = STATES.get(int(words[3], 16), "CLOSED")
    return found


def _end(text: str) -> tuple[str, int]:
    address, _, port = text.partition(":")
    return socket.inet_ntoa(struct.pack("=I", int(address, 16))), int(port, 16)
