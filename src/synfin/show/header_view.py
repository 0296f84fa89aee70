"""Any IP packet taken apart: every field with its bits, value and checks.

Nothing is judged before it is shown: a bad checksum, an impossible length or an
unknown option is part of the picture. Only input that holds no header at all is
a ValueError, with one line that says what is missing.
"""

import re
from dataclasses import dataclass
from typing import Final

from synfin.core.problems import Problem
from synfin.show.header_fields import Field, fields_of, protocol_name, tcp_options
from synfin.wire.checksum import checksum, pseudo_sum, verifies
from synfin.wire.source_route import final_destination
from synfin.wire.views import (
    IcmpHeaderView,
    Ipv4HeaderView,
    Ipv6HeaderView,
    TcpHeaderView,
    UdpHeaderView,
    ip_view,
)

KINDS: Final = ("ip", "tcp", "udp", "icmp")
"""What :func:`dissect` can be told the bytes begin with."""

_EXTENSIONS: Final = (0, 43, 44, 60)


@dataclass(frozen=True, slots=True)
class Header:
    """One header: ``kind`` (ipv4, ipv6, ext, tcp, udp, icmp, icmp6), where it starts in
    the packet (octets), how long it is, and whether it is quoted by an ICMP error."""

    kind: str
    start: int
    length: int
    fields: tuple[Field, ...]
    quoted: bool = False

    def number(self, name: str) -> int:
        """The value of field ``name``, 0 where the bytes end before it."""
        for field in self.fields:
            if field.name == name:
                return field.value or 0
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Check:
    """A checksum recomputed: ``good`` is None when it cannot be (a fragment, UDP without)."""

    kind: str
    found: int
    expected: int
    good: bool | None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark: message id ``header-note-<id>`` and its numbers."""

    id: str
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class Dissection:
    """A packet taken apart; ``payload`` is what follows the last header."""

    data: bytes
    headers: tuple[Header, ...]
    payload: bytes
    checks: tuple[Check, ...]
    notes: tuple[Note, ...]
    data_len: "DataLength | None"


@dataclass(frozen=True, slots=True)
class DataLength:
    """How many octets of data: total minus headers (TCP has no length field of its own).

    Absent where the lengths contradict each other.
    """

    total: int
    ip_header: int
    upper_header: int
    upper: str

    @property
    def octets(self) -> int:
        """Data octets."""
        return self.total - self.ip_header - self.upper_header


def parse_hex(text: str) -> bytes:
    """Hex digits, in any grouping (spaces, colons, ``0x``, line breaks), as octets.

    Raises ValueError with one line for anything else.
    """
    digits = re.sub(r"0[xX]|[\s:,-]", "", text)
    wrong = re.search(r"[^0-9a-fA-F]", digits)
    if wrong:
        raise Problem(
            "header.digit",
            "not hexadecimal: '{word}'; give digits 0-9 and a-f",
            word=wrong.group(),
        )
    if not digits:
        raise Problem(
            "header.none", "no bytes given; give a packet in hexadecimal, for example 4500002c…"
        )
    if len(digits) % 2:
        raise Problem(
            "header.odd",
            "{count} hex digits: one is missing, two make an octet",
            count=len(digits),
        )
    return bytes.fromhex(digits)


def dissect(data: bytes, kind: str = "ip") -> Dissection:
    """Takes ``data`` apart; ``kind`` says what it begins with: 'ip', or a bare
    'tcp', 'udp' or 'icmp' header. Raises ValueError where there is no header."""
    if kind not in KINDS:
        raise Problem(
            "header.kind",
            "unknown kind '{word}': choose {names}",
            word=kind,
            names=", ".join(KINDS),
        )
    work = _Work(data)
    if kind == "ip":
        work.ip(0, quoted=False)
    else:
        need = {"tcp": 20, "udp": 8, "icmp": 8}[kind]
        if len(data) < need:
            raise Problem(
                "header.short",
                "a {name} header has at least {need} octets, these are {count}",
                name=kind.upper(),
                need=need,
                count=len(data),
            )
        work.upper({"tcp": 6, "udp": 17, "icmp": 1}[kind], 0, len(data), None)
    return work.result()


class _Work:
    """Collects headers, checks and notes while walking through the bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.headers: list[Header] = []
        self.checks: list[Check] = []
        self.notes: list[Note] = []
        self.data_len: DataLength | None = None
        self.end = len(data)

    def result(self) -> Dissection:
        last = [h for h in self.headers if not h.quoted][-1]
        payload = self.data[last.start + last.length : max(self.end, last.start + last.length)]
        return Dissection(
            self.data,
            tuple(self.headers),
            payload,
            tuple(self.checks),
            tuple(self.notes),
            self.data_len,
        )

    def note(self, id: str, **values: int) -> None:
        self.notes.append(Note(id, values))

    # -- IP -------------------------------------------------------------------

    def ip(self, at: int, quoted: bool) -> None:
        rest = self.data[at:]
        view = ip_view(rest)
        if isinstance(view, Ipv4HeaderView):
            self._ipv4(view, at, quoted)
        elif isinstance(view, Ipv6HeaderView):
            self._ipv6(view, at, quoted)
        elif not quoted:
            raise Problem(
                "header.version",
                "an IP packet begins with 4 or 6, not {word}; for a bare header say which: "
                "tcp, udp or icmp",
                word=self.data.hex()[:1] or "-",
            )

    def _ipv4(self, view: Ipv4HeaderView, at: int, quoted: bool) -> None:
        rest = view.data
        if len(rest) < 20 and not quoted:
            raise Problem(
                "header.short-4",
                "an IPv4 header has at least 20 octets, these are {count}",
                count=len(rest),
            )
        length = max(view.header_len, 20)
        if view.header_len < 20 and len(rest) >= 1:
            self.note("ihl-small", ihl=view.header_len // 4)
        fields = fields_of(view, "ipv4")
        if length > 20 and len(rest) >= length:
            fields.append(Field("ip_options", 160, (length - 20) * 8, None, rest[20:length].hex()))
        header = Header("ipv4", at, min(length, len(rest)), tuple(fields), quoted)
        self.headers.append(header)
        if len(rest) < 20:
            return
        total = header.number("total_length")
        if not quoted:
            self._ipv4_checks(rest, length, total)
        src, dst = rest[12:16], final_destination(rest[16:20], rest[20:length])
        if header.number("frag_offset"):
            self.note("fragment", offset=header.number("frag_offset") * 8)
        else:
            if header.number("mf"):
                self.note("first-fragment")
            whole = not header.number("mf") and total <= len(rest)
            end = min(total, len(rest))
            pseudo = (src, dst) if whole and not quoted else None
            self.upper(header.number("protocol"), at + length, at + end, pseudo, quoted, length)

    def _ipv4_checks(self, rest: bytes, length: int, total: int) -> None:
        head = rest[:length]
        found = int.from_bytes(head[10:12], "big")
        expected = checksum(head[:10] + b"\0\0" + head[12:])
        self.checks.append(Check("ipv4", found, expected, verifies(head)))
        if total > len(rest):
            self.note("cut-short", total=total, have=len(rest))
        elif total < len(rest):
            self.note("padding", total=total, extra=len(rest) - total)
            self.end = total

    def _ipv6(self, view: Ipv6HeaderView, at: int, quoted: bool) -> None:
        rest = view.data
        if len(rest) < 40 and not quoted:
            raise Problem(
                "header.short-6",
                "an IPv6 header has 40 octets, these are {count}",
                count=len(rest),
            )
        header = Header("ipv6", at, min(40, len(rest)), tuple(fields_of(view, "ipv6")), quoted)
        self.headers.append(header)
        if len(rest) < 40:
            return
        total = 40 + header.number("payload_length")
        if not quoted and total > len(rest):
            self.note("cut-short", total=total, have=len(rest))
        elif not quoted and total < len(rest):
            self.note("padding", total=total, extra=len(rest) - total)
            self.end = total
        end = at + min(total, len(rest))
        proto, start, whole = self._extensions(header.number("next_header"), at + 40, end, quoted)
        pseudo = (rest[8:24], rest[24:40]) if whole and not quoted and total <= len(rest) else None
        if proto is not None:
            self.upper(proto, start, end, pseudo, quoted, start - at)

    def _extensions(
        self, proto: int, at: int, end: int, quoted: bool
    ) -> tuple[int | None, int, bool]:
        """Skips extension headers (RFC 8200 §4); None for a fragment that is not the first."""
        whole = True
        while proto in _EXTENSIONS and at + 8 <= end:
            data = self.data
            size = 8 if proto == 44 else 8 * (1 + data[at + 1])
            inside = data[at : at + min(size, end - at)]
            fields = (
                Field("next_header", 0, 8, inside[0], protocol_name(inside[0])),
                Field("ext_data", 8, len(inside) * 8 - 8, None, inside[1:].hex()),
            )
            self.headers.append(Header("ext", at, len(inside), fields, quoted))
            if proto == 44:
                offset = int.from_bytes(inside[2:4], "big")
                if offset >> 3:
                    self.note("fragment", offset=offset & 0xFFF8)
                    return None, at, False
                if offset & 1:
                    self.note("first-fragment")
                    whole = False
            proto, at = inside[0], at + size
        return proto, at, whole

    # -- the upper layer ------------------------------------------------------

    def upper(
        self, proto: int, at: int, end: int, pseudo: tuple[bytes, bytes] | None,
        quoted: bool = False, ip_header: int = 0,
    ) -> None:  # fmt: skip
        """The header behind IP; ``pseudo`` is None where no checksum can be computed."""
        body = self.data[at:end]
        if proto == 6:
            self._tcp(TcpHeaderView(body), at, pseudo, quoted, ip_header)
        elif proto == 17:
            self._udp(UdpHeaderView(body), at, pseudo, quoted, ip_header)
        elif proto in (1, 58):
            self._icmp(IcmpHeaderView(body), at, pseudo, quoted, proto)
        elif not quoted:
            self.note("unknown-protocol", protocol=proto)

    def _tcp(
        self, view: TcpHeaderView, at: int, pseudo: tuple[bytes, bytes] | None, quoted: bool,
        ip_header: int,
    ) -> None:  # fmt: skip
        body = view.data
        length = min(max(view.header_len, 20), len(body))
        if view.data_offset is not None and view.header_len < 20:
            self.note("offset-small", offset=view.data_offset)
        elif view.header_len > len(body) and not quoted:
            self.note("offset-large", offset=view.header_len, have=len(body))
        fields = [*fields_of(view, "tcp"), *tcp_options(body[20:length])]
        self.headers.append(Header("tcp", at, length, tuple(fields), quoted))
        if quoted or len(body) < 20:
            return
        self._check("tcp", body, 16, pseudo, 6)
        if ip_header and length == view.header_len:
            self.data_len = DataLength(ip_header + len(body), ip_header, length, "tcp")

    def _udp(
        self, view: UdpHeaderView, at: int, pseudo: tuple[bytes, bytes] | None, quoted: bool,
        ip_header: int,
    ) -> None:  # fmt: skip
        body = view.data
        header = Header("udp", at, min(8, len(body)), tuple(fields_of(view, "udp")), quoted)
        self.headers.append(header)
        if quoted or len(body) < 8:
            return
        if header.number("length") != len(body):
            self.note("udp-length", length=header.number("length"), have=len(body))
        if header.number("checksum") == 0 and pseudo is not None and len(pseudo[0]) == 4:
            self.checks.append(Check("udp", 0, 0, None))
        else:
            self._check("udp", body, 6, pseudo, 17)
        if ip_header:
            self.data_len = DataLength(ip_header + len(body), ip_header, 8, "udp")

    def _icmp(
        self, view: IcmpHeaderView, at: int, pseudo: tuple[bytes, bytes] | None, quoted: bool,
        proto: int,
    ) -> None:  # fmt: skip
        body = view.data
        kind = "icmp6" if proto == 58 else "icmp"
        header = Header(kind, at, min(8, len(body)), tuple(fields_of(view, kind)), quoted)
        self.headers.append(header)
        if quoted or len(body) < 8:
            return
        if proto == 1:
            found = int.from_bytes(body[2:4], "big")
            expected = checksum(body[:2] + b"\0\0" + body[4:])
            self.checks.append(Check("icmp", found, expected, verifies(body)))
        else:
            self._check("icmp6", body, 2, pseudo, 58)
        errors = range(1, 128) if proto == 58 else (3, 4, 5, 11, 12)
        if header.number("type") in errors and len(body) > 8:
            self.ip(at + 8, quoted=True)

    def _check(
        self, kind: str, body: bytes, at: int, pseudo: tuple[bytes, bytes] | None, proto: int
    ) -> None:
        found = int.from_bytes(body[at : at + 2], "big")
        if pseudo is None:
            self.checks.append(Check(kind, found, found, None))
            return
        start = pseudo_sum(*pseudo, proto, len(body))
        expected = checksum(body[:at] + b"\0\0" + body[at + 2 :], start)
        if kind == "udp" and expected == 0:
            expected = 0xFFFF  # RFC 768: a computed zero is sent as all ones
        self.checks.append(Check(kind, found, expected, verifies(body, start)))
