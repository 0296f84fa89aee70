"""Network interfaces of the namespace we are in, by ioctl (netdevice(7)); no ``ip`` needed."""

import ctypes
import fcntl
import os
import socket
import struct
from ipaddress import ip_interface
from pathlib import Path
from typing import Final

SIOCGIFFLAGS: Final = 0x8913
SIOCSIFFLAGS: Final = 0x8914
SIOCGIFADDR: Final = 0x8915
SIOCSIFADDR: Final = 0x8916
SIOCSIFNETMASK: Final = 0x891C
SIOCGIFMTU: Final = 0x8921
SIOCSIFMTU: Final = 0x8922
SIOCADDRT: Final = 0x890B
IFF_UP: Final = 1
IFF_RUNNING: Final = 0x40
RTF_UP: Final = 1

RTM_NEWLINK: Final = 16
NLM_F_REQUEST_ACK: Final = 5
IFLA_TXQLEN: Final = 13

_NETLINK: Final = struct.Struct("=IHHII")
_LINK: Final = struct.Struct("=BxHiII")
_ATTRIBUTE: Final = struct.Struct("=HHI")
_PLAIN: Final = struct.Struct("16si20x")
_FLAGS: Final = struct.Struct("16sh22x")
_ADDRESS: Final = struct.Struct("16sHH4s8x8x")
_ROUTE: Final = struct.Struct("8x" + "HH4s8x" * 3 + "H6x" + "24x" + "P" + "40x")


class Interface:
    """One interface by its name. Every method raises OSError as the kernel does."""

    def __init__(self, name: str) -> None:
        self.name = name

    def up(self) -> None:
        """Sets IFF_UP."""
        answer = self._ask(SIOCGIFFLAGS, _FLAGS.pack(self._raw(), 0))
        flags = _FLAGS.unpack(answer)[1]
        self._ask(SIOCSIFFLAGS, _FLAGS.pack(self._raw(), flags | IFF_UP | IFF_RUNNING))

    def exists(self) -> bool:
        """Whether there is such an interface."""
        try:
            self._ask(SIOCGIFFLAGS, _FLAGS.pack(self._raw(), 0))
        except OSError:
            return False
        return True

    def is_up(self) -> bool:
        """Whether it exists and is up."""
        try:
            answer = self._ask(SIOCGIFFLAGS, _FLAGS.pack(self._raw(), 0))
        except OSError:
            return False
        return bool(_FLAGS.unpack(answer)[1] & IFF_UP)

    def give(self, address: str) -> None:
        """An IPv4 address with its prefix length, ``10.77.0.1/24``."""
        wanted = ip_interface(address)
        for request, value in (
            (SIOCSIFADDR, wanted.ip.packed),
            (SIOCSIFNETMASK, wanted.network.netmask.packed),
        ):
            self._ask(request, _ADDRESS.pack(self._raw(), socket.AF_INET, 0, value))

    def address(self) -> str:
        """Its IPv4 address, "" without one."""
        try:
            answer = self._ask(SIOCGIFADDR, _ADDRESS.pack(self._raw(), 0, 0, bytes(4)))
        except OSError:
            return ""
        return socket.inet_ntoa(_ADDRESS.unpack(answer)[3])

    def mtu(self) -> int:
        """Its MTU, octets."""
        answer = self._ask(SIOCGIFMTU, _PLAIN.pack(self._raw(), 0))
        return int(_PLAIN.unpack(answer)[1])

    def set_mtu(self, mtu: int) -> None:
        """Its MTU, octets."""
        self._ask(SIOCSIFMTU, _PLAIN.pack(self._raw(), mtu))

    def set_queue(self, packets: int) -> None:
        """txqueuelen: how many packets wait for whoever reads the device.

        By rtnetlink(7): the old ioctl asks for rights on the whole machine.
        """
        link = _LINK.pack(0, 0, socket.if_nametoindex(self.name), 0, 0)
        body = link + _ATTRIBUTE.pack(8, IFLA_TXQLEN, packets)
        header = _NETLINK.pack(_NETLINK.size + len(body), RTM_NEWLINK, NLM_F_REQUEST_ACK, 1, 0)
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as asking:
            asking.send(header + body)
            (number,) = struct.unpack_from("=i", asking.recv(4096), _NETLINK.size)
        if number:
            raise OSError(-number, os.strerror(-number), self.name)

    def quiet(self) -> None:
        """No IPv6 here, so no router solicitations nor multicast reports."""
        switch = Path(f"/proc/sys/net/ipv6/conf/{self.name}/disable_ipv6")
        if switch.exists():
            switch.write_text("1")

    def _raw(self) -> bytes:
        return self.name.encode()

    def _ask(self, request: int, value: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            return fcntl.ioctl(asking, request, value)


def route_all(interface: str) -> None:
    """A default route through ``interface``."""
    name = ctypes.create_string_buffer(interface.encode())
    place = (socket.AF_INET, 0, bytes(4))
    request = _ROUTE.pack(*place, *place, *place, RTF_UP, ctypes.addressof(name))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, SIOCADDRT, request)


def sysctl(name: str, value: str) -> bool:
    """Sets ``net.…`` in the namespace we are in; False where this kernel has no such thing."""
    try:
        Path("/proc/sys/" + name.replace(".", "/")).write_text(value)
    except OSError:
        return False
    return True
