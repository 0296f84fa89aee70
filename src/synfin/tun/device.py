"""A TUN device: IP packets in and out of the Linux kernel (Documentation/networking/tuntap.rst).

With ``IFF_VNET_HDR`` each read and write carries a header of ten octets
(``struct virtio_net_hdr``) which lets the kernel cut and join segments and
compute TCP checksums: one call moves up to 64 KB. Where the kernel refuses
that, packets travel bare and sums are made here.
"""

import errno
import fcntl
import os
import struct
from io import FileIO
from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.tun.buffers import Buffers
from synfin.tun.errors import DeviceError
from synfin.tun.frames import (
    GSO_NONE,
    GSO_TCPV4,
    GSO_TCPV6,
    NEEDS_CSUM,
    TCP_SUM_AT,
    VNET,
    Writer,
    read,
)
from synfin.wire.ip import PROTO_TCP, Packet, decode_packet, encode_packet, encode_parts
from synfin.wire.malformed import Malformed
from synfin.wire.pieces import cut, cut_datagram
from synfin.wire.tcp import CWR, HEADER_LEN, URG, Segment
from synfin.wire.udp import Datagram

PATH: Final = "/dev/net/tun"

IFF_TUN: Final = 0x0001
IFF_NO_PI: Final = 0x1000
IFF_VNET_HDR: Final = 0x4000
TUNSETIFF: Final = 0x4004_54CA
TUNSETOFFLOAD: Final = 0x4004_54D0
TUN_F_CSUM: Final = 0x01
TUN_F_TSO4: Final = 0x02
TUN_F_TSO6: Final = 0x04
TUN_F_USO4: Final = 0x20
TUN_F_USO6: Final = 0x40

NO_OFFLOAD: Final = VNET.pack(0, GSO_NONE, 0, 0, 0, 0)
OFFLOADS: Final = ("vnet_hdr", "checksum", "tso", "uso")
"""Each needs those before it; ``uso``: UDP datagrams of one size come as one."""

MAX_PACKET: Final = 65_535
MAX_SEGMENT: Final = 65_455
"""Payload of the largest segment that goes out as one write: the length field of
IPv4 less 20 octets and a TCP header of 60."""

_writev: Final = os.writev
_INTERFACE: Final = struct.Struct("16sH22x")
_TRY_LATER: Final = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EINTR})


@mypyc_attr(allow_interpreted_subclasses=True)
class TunDevice:
    """An open TUN device; non-blocking.

    Its abilities are known once it is open: ``vnet`` (the kernel accepted the
    header and checksum offload), ``max_segment`` (the largest payload it cuts
    itself, in octets; 0: none) and ``mtu``. ``lost`` counts packets the kernel
    refused; ``packets_in``, ``packets_out``, ``octets_in``, ``octets_out`` what went through.
    """

    def __init__(self, fd: int, name: str, mtu: int, vnet: bool, max_segment: int) -> None:
        self.fd = fd
        self.name = name
        self.mtu = mtu
        self.vnet = vnet
        self.max_segment = max_segment
        self.lost = 0
        self.packets_in = 0
        self.packets_out = 0
        self.octets_in = 0
        self.octets_out = 0
        self._start = VNET.size if vnet else 0
        self._buffers = Buffers(self._start + MAX_PACKET)
        self._size = 0
        self._writer = Writer()
        self._file: FileIO | None = None
        """The descriptor, for reading."""
        self._cut: list[Packet] = []
        """Datagrams that came as one, the next one last."""
        self.granted: tuple[str, ...] = ()
        """What the kernel does for us: vnet_hdr, checksum, tso, uso."""
        self.refused: tuple[str, ...] = ()
        """What of that was asked for and refused."""

    @classmethod
    def open(cls, name: str = "", mtu: int = 1500, offload: bool = True) -> "TunDevice":
        """Creates device ``name`` (or attaches to it; "" lets the kernel choose).

        Without rights or device: DeviceError. ``mtu`` is what the interface has or
        will be given; ``offload`` False asks for bare packets.
        """
        try:
            fd = os.open(PATH, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DeviceError(error.errno, error.strerror, PATH) from None
        try:
            real, vnet = _attach(fd, name, offload)
            granted = _offloads(fd) if vnet else ()
            device = cls(fd, real, mtu, vnet, MAX_SEGMENT if "tso" in granted else 0)
            device.granted = granted
            if offload:
                device.refused = tuple(one for one in OFFLOADS if one not in granted)
            return device
        except OSError as error:
            os.close(fd)
            raise DeviceError(error.errno, error.strerror, name or PATH) from None

    def close(self) -> None:
        """Closes it; a device that is not persistent disappears."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
            self._file = None  # the number may soon be another file's

    # -- in --------------
    def read(self) -> Packet | Malformed | None:
        """The next packet, None when there is none now.

        A long payload is a view of a buffer, which is not used again as long as somebody
        has such a view: let go of one packet before the next is read, and it stays in
        the processor's cache.
        """
        if self._cut:
            return self._cut.pop()
        buffer = self._buffers.top()
        if self._file is None:
            self._file = FileIO(self.fd, closefd=False)
        try:
            # readv(2) would say by an exception that there is nothing now: several times dearer.
            found_size = self._file.readinto(buffer)
        except OSError as error:
            if error.errno in _TRY_LATER:
                return None
            raise
        start = self._start
        if found_size is None or found_size <= start:
            return None
        size: int = found_size
        self._size = size
        self.packets_in += 1
        self.octets_in += size - start
        # The kernel's partial sum (NEEDS_CSUM) is no checksum yet: nothing to verify.
        trusted = start > 0 and buffer[0] & NEEDS_CSUM != 0
        if trusted:
            packet = read(buffer, start, size)
            if packet is not None:
                return packet
        found = decode_packet(memoryview(buffer).toreadonly()[start:size], verify=not trusted)
        if isinstance(found, Packet) and isinstance(found.body, Datagram):
            pieces = cut_datagram(found, self.last_gso_size())
            if len(pieces) > 1:
                pieces.reverse()
                self._cut = pieces
                return self._cut.pop()
        return found

    def holds_more(self) -> bool:
        """Whether :meth:`read` has something that the descriptor does not tell of: the rest
        of datagrams that came as one."""
        return bool(self._cut)

    def last(self) -> memoryview:
        """The octets of the packet read last."""
        return memoryview(self._buffers.current()).toreadonly()[self._start : self._size]

    def last_gso_size(self) -> int:
        """Of how many octets each the segments were that the kernel joined in the packet
        read last; 0: it joined none."""
        if not self.vnet:
            return 0
        size: int = VNET.unpack_from(self._buffers.current())[3]
        return size

    # -- out --------------
    def write(self, packet: Packet) -> bool:
        """Sends it; False when (a piece of) it was refused and is lost."""
        segment = packet.body
        if not self.vnet:
            good = True
            for piece in cut(packet):
                good = self._write([encode_packet(piece)]) and good
            return good
        if not isinstance(segment, Segment) or packet.fragmented or packet.proto != PROTO_TCP:
            return self._write([NO_OFFLOAD, encode_packet(packet)])
        large = 0 < segment.mss < len(segment.payload)
        if large and (len(segment.payload) > self.max_segment or segment.flags & (CWR | URG)):
            good = True
            for piece in cut(packet):
                good = self._tcp(piece, 0) and good
            return good
        return self._tcp(packet, segment.mss if large else 0)

    def _tcp(self, packet: Packet, gso_size: int) -> bool:
        """One TCP packet with its checksum left to the kernel."""
        segment = packet.body
        if isinstance(segment, Segment):
            usual = self._writer.headers(packet, segment, gso_size)
            if usual:
                return self._write([usual, segment.payload] if segment.payload else [usual])
        headers, payload = encode_parts(packet, checksum=False)
        v4 = len(packet.src) == 4
        start = 20 + (len(packet.options) + 3 & ~3) if v4 else 40
        kind = GSO_NONE if gso_size == 0 else GSO_TCPV4 if v4 else GSO_TCPV6
        hdr_len = len(headers) if gso_size else start + HEADER_LEN
        head = VNET.pack(NEEDS_CSUM, kind, hdr_len, gso_size, start, TCP_SUM_AT)
        return self._write([head + headers, payload])

    def _write(self, parts: list[bytes | memoryview]) -> bool:
        try:
            self.octets_out += _writev(self.fd, parts)
        except OSError as error:
            if error.errno not in _TRY_LATER and error.errno not in (errno.EIO, errno.EINVAL):
                raise
            self.lost += 1
            return False
        self.packets_out += 1
        return True


def _attach(fd: int, name: str, offload: bool) -> tuple[str, bool]:
    """TUNSETIFF with the vnet header if it may be had; the device's name and whether."""
    wishes = [IFF_VNET_HDR, 0] if offload else [0]
    for index, wish in enumerate(wishes):
        request = _INTERFACE.pack(name.encode(), IFF_TUN | IFF_NO_PI | wish)
        try:
            answer = fcntl.ioctl(fd, TUNSETIFF, request)
        except OSError as error:
            if error.errno != errno.EINVAL or index == len(wishes) - 1:
                raise
            continue
        return answer[:16].rstrip(b"\0").decode(), wish != 0
    raise AssertionError("one of the wishes was granted or refused")


def _offloads(fd: int) -> tuple[str, ...]:
    """Asks for all, else for less; the names of what the kernel grants."""
    for bits, names in (
        (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_USO4 | TUN_F_USO6, OFFLOADS),
        (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6, OFFLOADS[:3]),
        (TUN_F_CSUM, OFFLOADS[:2]),
    ):
        try:
            fcntl.ioctl(fd, TUNSETOFFLOAD, bits)
            return names
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTTY):
                raise
    return OFFLOADS[:1]


__all__ = ["MAX_SEGMENT", "DeviceError", "TunDevice"]
