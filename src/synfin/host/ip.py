"""IP at a host: putting fragments together again, and knowing path MTUs.

Both are pure: they take ``now`` (ns) and return values; the host reports.
"""

from bisect import bisect_right
from typing import Final

from synfin.core import rules
from synfin.core.events import Value
from synfin.core.rules import Rule
from synfin.core.settings import SECOND
from synfin.core.timers import NEVER
from synfin.wire.ip import (
    MAX_LEN,
    V6_MIN_MTU,
    Packet,
    decode_body,
    packet_length,
)
from synfin.wire.malformed import Malformed
from synfin.wire.pieces import fragment
from synfin.wire.tcp import CE, NOT_ECT, Segment

REASSEMBLY_V4_NS: Final = 60 * SECOND
"""RFC 1122 §3.3.2 asks for a fixed value between 60 and 120 s; hosts set their own
(switch ``reassembly_ns``)."""
REASSEMBLY_V6_NS: Final = 60 * SECOND
"""RFC 8200 §4.5: 60 s after the first-arriving fragment."""

PIECE_OVERHEAD: Final = 128
"""Charged for each fragment beside its octets, so that tiny ones cost something."""


# --- reassembly ---------------------------------------------------------------


class Assembly:
    """What became of one fragment: the rule that settled it with its values, the
    whole ``packet`` when this fragment completed it, or ``bad`` when the whole
    then turned out to be malformed."""

    def __init__(self, rule: Rule, values: "dict[str, Value]") -> None:
        self.rule: Rule = rule
        self.values: dict[str, Value] = values
        self.packet: Packet | None = None
        self.bad: Malformed | None = None


class Expired:
    """A packet whose fragments did not all come in time. ``first`` is the fragment
    with offset 0, about which ICMP time exceeded, code 1 is sent; None when it
    never came, and then nothing is sent (RFC 792; RFC 8200 §4.5)."""

    def __init__(self, first: Packet | None, ident: int) -> None:
        self.first: Packet | None = first
        self.ident: int = ident


class _Partial:
    """The fragments of one packet: disjoint pieces, ordered by their start."""

    def __init__(self, ident: int, deadline: int) -> None:
        self.ident: int = ident
        self.deadline: int = deadline
        self.starts: list[int] = []
        self.pieces: list[bytes] = []
        self.held: int = 0
        self.charged: int = 0
        self.total: int = -1
        self.first: Packet | None = None
        self.congestion: bool = False
        """Some fragment is marked CE."""
        self.not_ect: bool = False
        """Some fragment declares no ECT."""
        self.refused: bool = False


class Reassembler:
    """Fragments in, packets out; bounded in packets and octets.

    Overlaps: an IPv6 packet with one is discarded whole, with the fragments of it
    that are still to come (RFC 5722 §4); for IPv4 the octets that came first stay.
    When the bounds are reached new fragments are refused, not old ones evicted.
    """

    def __init__(
        self,
        max_packets: int = 256,
        max_bytes: int = 1 << 20,
        wait_v4_ns: int = REASSEMBLY_V4_NS,
    ) -> None:
        self._wait_v4: int = wait_v4_ns
        self._max_packets: int = max_packets
        self._max_bytes: int = max_bytes
        self._bytes: int = 0
        # One table for each version: within it all wait equally long, so the
        # order of arrival is the order of deadlines.
        self._v4: dict[bytes, _Partial] = {}
        self._v6: dict[bytes, _Partial] = {}

    @property
    def waiting(self) -> int:
        """How many packets are incomplete."""
        return len(self._v4) + len(self._v6)

    @property
    def charged(self) -> int:
        """Octets charged for all fragments held."""
        return self._bytes

    def receive(self, packet: Packet, now: int) -> Assembly:
        """Take one fragment (``packet.fragmented``)."""
        key = _key(packet)
        table = self._v4 if len(packet.src) == 4 else self._v6
        partial = table.get(key)
        if partial is not None and partial.deadline <= now:
            partial = None  # its time is over, though nobody has called expire() yet
        data = packet.body if isinstance(packet.body, bytes) else b""
        if partial is None:
            if self._full(len(data)) or self.waiting >= self._max_packets:
                return self._refuse_full(packet)
            self._forget(table, key)
            wait = self._wait_v4 if len(packet.src) == 4 else REASSEMBLY_V6_NS
            partial = _Partial(packet.ident, now + wait)
            table[key] = partial
        elif self._full(len(data)):
            return self._refuse_full(packet)
        why = self._add(partial, packet, data)
        if why:
            values: dict[str, Value] = {
                "ident": packet.ident,
                "offset": packet.frag_offset,
                "why": why,
            }
            if partial.held == 0 and not partial.refused:
                self._forget(table, key)
            return Assembly(rules.IP_FRAGMENT_REFUSED, values)
        if partial.first is not None and partial.held == partial.total:
            self._forget(table, key)
            if partial.congestion and partial.not_ect:
                return _contradictory(packet)
            return _complete(partial)
        return Assembly(
            rules.IP_FRAGMENT_KEPT,
            {"ident": packet.ident, "offset": packet.frag_offset, "length": len(data)},
        )

    def deadline(self) -> int:
        """When :meth:`expire` wants to be called, ns; NEVER when nothing waits."""
        due = NEVER
        for table in (self._v4, self._v6):
            for partial in table.values():
                due = min(due, partial.deadline)
                break
        return due

    def expire(self, now: int) -> list[Expired]:
        """Give up what is overdue (RFC 1122 §3.3.2)."""
        out: list[Expired] = []
        for table in (self._v4, self._v6):
            overdue: list[bytes] = []
            for key, partial in table.items():
                if partial.deadline > now:
                    break
                overdue.append(key)
            for key in overdue:
                partial = table[key]
                if not partial.refused:
                    out.append(Expired(partial.first, partial.ident))
                self._forget(table, key)
        return out

    def _full(self, length: int) -> bool:
        return self._bytes + length + PIECE_OVERHEAD > self._max_bytes

    def _refuse_full(self, packet: Packet) -> Assembly:
        values: dict[str, Value] = {
            "ident": packet.ident,
            "held": self._bytes,
            "limit": self._max_bytes,
        }
        return Assembly(rules.IP_REASSEMBLY_FULL, values)

    def _forget(self, table: "dict[bytes, _Partial]", key: bytes) -> None:
        partial = table.pop(key, None)
        if partial is not None:
            self._bytes -= partial.charged

    def _add(self, partial: _Partial, packet: Packet, data: bytes) -> str:
        """Keep a fragment's octets; otherwise a slug that says why not."""
        if partial.refused:
            return "overlap"
        start = packet.frag_offset
        end = start + len(data)
        why = _impossible(partial, packet, len(data), end)
        if why:
            return why
        if len(packet.src) == 16:
            where = _overlap(partial, start, end, data)
            if where == "same":
                return "duplicate"
            if where:
                self._bytes -= partial.charged
                partial.refused = True
                partial.starts = []
                partial.pieces = []
                partial.charged = 0
                partial.first = None
                return "overlap"
        added = _insert(partial, start, data)
        if not packet.more_fragments and partial.total < 0:
            partial.total = end
        elif added == 0:
            return "duplicate"
        if start == 0 and partial.first is None:
            partial.first = packet
        if packet.tos & 3 == CE:
            partial.congestion = True
        elif packet.tos & 3 == NOT_ECT:
            partial.not_ect = True
        partial.charged += added
        self._bytes += added
        return ""


def _key(packet: Packet) -> bytes:
    """IPv4 counts the protocol in (RFC 791 §3.2), IPv6 does not (RFC 8200 §4.5)."""
    key = packet.src + packet.dst + packet.ident.to_bytes(4, "big")
    return key + bytes((packet.proto,)) if len(packet.src) == 4 else key


def _impossible(partial: _Partial, packet: Packet, length: int, end: int) -> str:
    """Why a fragment fits no packet, or nothing."""
    if length == 0 or end > MAX_LEN:
        return "length"
    if packet.more_fragments:
        if length % 8 != 0:
            return "length"
        if partial.total >= 0 and end > partial.total:
            return "beyond-end"
    else:
        if partial.total >= 0 and end != partial.total:
            return "beyond-end"
        if partial.starts and partial.starts[-1] + len(partial.pieces[-1]) > end:
            return "beyond-end"
    return ""


def _overlap(partial: _Partial, start: int, end: int, data: bytes) -> str:
    """``"same"`` for an exact duplicate (RFC 8200 §4.5 lets it pass), ``"other"``
    when some octets are there already, else nothing."""
    at = bisect_right(partial.starts, start) - 1
    if at >= 0:
        if partial.starts[at] == start and partial.pieces[at] == data:
            return "same"
        if partial.starts[at] + len(partial.pieces[at]) > start:
            return "other"
    if at + 1 < len(partial.starts) and partial.starts[at + 1] < end:
        return "other"
    return ""


def _insert(partial: _Partial, start: int, data: bytes) -> int:
    """Fill the gaps that ``data`` covers; what is there stays. Octets charged."""
    end = start + len(data)
    charged = 0
    at = bisect_right(partial.starts, start)
    begin = start
    if at > 0:
        begin = max(begin, partial.starts[at - 1] + len(partial.pieces[at - 1]))
    while begin < end:
        stop = min(end, partial.starts[at]) if at < len(partial.starts) else end
        if begin < stop:
            piece = data[begin - start : stop - start]
            partial.starts.insert(at, begin)
            partial.pieces.insert(at, piece)
            partial.held += len(piece)
            charged += len(piece) + PIECE_OVERHEAD
            at += 1
        if at >= len(partial.starts):
            break
        begin = max(begin, partial.starts[at] + len(partial.pieces[at]))
        at += 1
    return charged


def _contradictory(packet: Packet) -> Assembly:
    """RFC 3168 §5.3: neither may the mark be lost, nor a packet be marked whose sender
    would not hear of it; so it is dropped."""
    values: dict[str, Value] = {"ident": packet.ident, "offset": packet.frag_offset, "why": "ecn"}
    return Assembly(rules.IP_FRAGMENT_REFUSED, values)


def _complete(partial: _Partial) -> Assembly:
    """The whole packet: the first fragment's header, all octets (RFC 791 §3.2)."""
    done = Assembly(
        rules.IP_REASSEMBLED,
        {"ident": partial.ident, "length": partial.total, "pieces": len(partial.pieces)},
    )
    first = partial.first
    assert first is not None
    whole = Packet(
        first.src,
        first.dst,
        first.proto,
        b"",
        first.ttl,
        first.tos | (CE if partial.congestion else NOT_ECT),
        first.ident,
        first.df,
        options=first.options,
    )
    found = decode_body(whole, b"".join(partial.pieces))
    if isinstance(found, Malformed):
        done.bad = found
    else:
        done.packet = found
    return done


# --- path MTU -----------------------------------------------------------------

PATH_MTU_AGE_NS: Final = 600 * SECOND
"""RFC 1191 §6.3 and RFC 8201 §4: after ten minutes a larger one may be tried."""

MIN_PATH_MTU_V4: Final = 552
"""What Linux calls min_pmtu: no router's word lowers an IPv4 path further, lest a
forged one make the packets tiny (RFC 5927 §7); such a path then goes without DF."""

PLATEAUS: Final = (65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68)
"""RFC 1191 §7.1: what to try when a router tells no MTU."""


class _Path:
    def __init__(self, mtu: int, expires: int, df: bool) -> None:
        self.mtu: int = mtu
        self.expires: int = expires
        self.df: bool = df


class PathMtu:
    """The path MTU by destination; never above the first link's MTU, lowered by
    ICMP and forgotten after ten minutes. Bounded: the oldest entry makes room."""

    def __init__(self, max_paths: int = 4096, floor_v4: int = MIN_PATH_MTU_V4) -> None:
        self._paths: dict[bytes, _Path] = {}
        self._max_paths: int = max_paths
        self._floor_v4: int = floor_v4

    def get(self, dst: bytes, link_mtu: int, now: int) -> int:
        """The largest packet for ``dst``, octets."""
        path = self._live(dst, now)
        return link_mtu if path is None else min(path.mtu, link_mtu)

    def may_set_df(self, dst: bytes, now: int) -> bool:
        """False for a path whose router asked for less than the floor."""
        path = self._live(dst, now)
        return path is None or path.df

    def learn(self, dst: bytes, told: int, quoted_len: int, link_mtu: int, now: int) -> int:
        """A router said "too big": the new path MTU, or 0 when nothing changed.

        ``told`` is its MTU (0: an old router that tells none; the next plateau
        below ``quoted_len`` is taken, RFC 1191 §5). The estimate is never raised
        (RFC 1191 §6.3), and for IPv6 less than 1280 is not believed (RFC 8201 §4).
        """
        if told <= 0:
            told = _plateau_below(quoted_len)
        df = True
        if len(dst) == 16:
            if told < V6_MIN_MTU:
                return 0
        elif told < self._floor_v4:
            told = self._floor_v4
            df = False
        known = self.get(dst, link_mtu, now)
        if told >= known and (df or not self.may_set_df(dst, now)):
            return 0
        told = min(told, known)
        self._paths.pop(dst, None)
        if len(self._paths) >= self._max_paths:
            del self._paths[next(iter(self._paths))]
        self._paths[dst] = _Path(told, now + PATH_MTU_AGE_NS, df)
        return told

    def forget(self) -> None:
        """Nothing is known of any path any more."""
        self._paths.clear()

    def _live(self, dst: bytes, now: int) -> _Path | None:
        if not self._paths:
            return None
        path = self._paths.get(dst)
        if path is not None and path.expires <= now:
            del self._paths[dst]
            return None
        return path


def _plateau_below(length: int) -> int:
    for plateau in PLATEAUS:
        if plateau < length:
            return plateau
    return PLATEAUS[-1]


def fit(packet: Packet, mtu: int) -> list[Packet] | None:
    """``packet`` as it may leave its source over a path of ``mtu`` octets.

    What fits stays whole; of a large segment the pieces count (``segment.mss``).
    TCP with DF that does not fit gives None: its connection must cut smaller
    (RFC 1191 §6.5). Everything else goes in fragments, without DF (what Linux
    does for datagrams by default); a fresh ``ident`` is the caller's duty.
    """
    body = packet.body
    length = packet_length(packet)
    if isinstance(body, Segment):
        if 0 < body.mss < len(body.payload):
            length -= len(body.payload) - body.mss
        if length > mtu and (packet.df or body.mss > 0):
            return None
    if length <= mtu:
        return [packet]
    packet.df = False
    return fragment(packet, mtu)
