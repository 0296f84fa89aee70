"""What a packet is called in a ladder: its parts, most important first, and its marks."""

from collections.abc import Mapping
from typing import Final

from synfin.show.model import Segment
from synfin.show.texts import Texts, format_ns

ICMP_NAMES: Final[dict[tuple[int, int], str]] = {
    # RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1
    (0, 0): "echo-reply",
    (3, 0): "net-unreachable",
    (3, 1): "host-unreachable",
    (3, 2): "protocol-unreachable",
    (3, 3): "port-unreachable",
    (3, 4): "frag-needed",
    (3, 13): "prohibited",
    (4, 0): "source-quench",
    (5, 0): "redirect",
    (5, 1): "redirect",
    (8, 0): "echo",
    (11, 0): "ttl-exceeded",
    (11, 1): "reassembly-time",
    (12, 0): "parameter-problem",
}

ICMPV6_NAMES: Final[dict[tuple[int, int], str]] = {
    # RFC 4443 §3, §4
    (1, 0): "no-route",
    (1, 1): "prohibited",
    (1, 3): "address-unreachable",
    (1, 4): "port-unreachable",
    (2, 0): "too-big",
    (3, 0): "hop-limit-exceeded",
    (3, 1): "reassembly-time",
    (4, 0): "parameter-problem",
    (128, 0): "echo",
    (129, 0): "echo-reply",
}


def flags_text(flags: tuple[str, ...]) -> str:
    """``SYN,ACK``; a segment without any flag is ``none``."""
    return ",".join(flags) if flags else "none"


def parts(segment: Segment, show_window: bool = True) -> list[str]:
    """The label's parts, most important first (what does not fit falls off the end)."""
    if segment.proto == "udp":
        return ["UDP", f"{segment.sport}>{segment.dport}", f"len={segment.length}"]
    if segment.proto == "icmp":
        return _icmp_parts(segment)
    if segment.proto != "tcp":
        return ["IP", "fragment", f"len={segment.length}"]
    out = [flags_text(segment.flags), f"seq={segment.seq}"]
    if "ACK" in segment.flags:
        out.append(f"ack={segment.ack}")
    if segment.length:
        out.append(f"len={segment.length}")
    if segment.ecn:
        out.append(f"ecn={segment.ecn}")
    if show_window or segment.win == 0:
        out.append(f"win={segment.win}")
    return out + option_parts(segment.options)


def _icmp_parts(segment: Segment) -> list[str]:
    names = ICMPV6_NAMES if ":" in segment.src else ICMP_NAMES
    out = [f"ICMP {segment.icmp_type}/{segment.icmp_code}"]
    name = names.get((segment.icmp_type, segment.icmp_code))
    if name:
        out.append(name)
    if segment.mtu:
        out.append(f"mtu={segment.mtu}")
    return out


def option_parts(options: Mapping[str, object]) -> list[str]:
    """TCP options as short words, in a fixed order; absent ones left out."""
    out: list[str] = []
    mss, scale = options.get("mss"), options.get("wscale")
    if isinstance(mss, int) and mss >= 0:
        out.append(f"mss={mss}")
    if isinstance(scale, int) and scale >= 0:
        out.append(f"ws={scale}")
    if options.get("sack_permitted"):
        out.append("sack-ok")
    blocks = options.get("sack")
    if isinstance(blocks, list | tuple) and blocks:
        out.append("sack=" + ",".join("-".join(str(x) for x in b) for b in blocks))
    value = options.get("ts_val")
    if isinstance(value, int) and value >= 0:
        out.append(f"ts={value}/{options.get('ts_ecr') or 0}")
    cookie = options.get("fastopen")
    if cookie is not None:
        out.append(f"tfo={len(str(cookie)) // 2 or '?'}")
    if options.get("md5") is not None:
        out.append("md5")
    return out


class Marks:
    """What is unusual about a packet; remembers what each sender has sent before."""

    def __init__(self) -> None:
        self._highest: dict[tuple[str, str, int, int], int] = {}
        self._window: dict[tuple[str, str, int, int], int] = {}
        self._syn: dict[tuple[str, str, int, int], tuple[str, ...]] = {}

    def window_changed(self, segment: Segment) -> bool:
        """Whether the window differs from the last one this sender offered here."""
        key = _flow(segment)
        before = self._window.get(key)
        self._window[key] = segment.win
        return before is None or before != segment.win or "SYN" in segment.flags

    def of(self, segment: Segment) -> list[str]:
        """Message ids of the marks, in a fixed order; to be asked once per packet."""
        marks: list[str] = []
        if segment.copy_of is not None:
            marks.append("mark-copy")
        elif self._again(segment):
            marks.append("mark-again")
        if segment.spoofed:
            marks.append("mark-spoofed")
        if segment.fault and segment.delivered and segment.copy_of is None:
            marks.append(_fault_mark(segment.fault))
        if segment.marked:
            marks.append("mark-ce")
        fate = {
            "dropped": "mark-lost",
            "queue-full": "mark-queue-full",
            "corrupted": "mark-corrupt",
            "expired": "mark-expired",
            "fragmented": "mark-fragmented",
        }.get(segment.fate)
        if fate:
            marks.append(fate)
        return marks

    def _again(self, segment: Segment) -> bool:
        """Sequence numbers that were all on the wire before: a retransmission."""
        if segment.proto != "tcp":
            return False
        key = _flow(segment)
        if "SYN" in segment.flags and self._syn.setdefault(key, segment.flags) != segment.flags:
            # a SYN that now acknowledges the peer's (simultaneous open) says something new
            self._syn[key] = segment.flags
            return False
        size = segment.length + ("SYN" in segment.flags) + ("FIN" in segment.flags)
        end = segment.abs_seq + size
        highest = self._highest.get(key)
        if size and (highest is None or _after(end, highest) or "RST" in segment.flags):
            self._highest[key] = end
            return False
        return size > 0 and highest is not None


def _after(a: int, b: int) -> bool:
    return 0 < (a - b) % (1 << 32) < 1 << 31


def _flow(segment: Segment) -> tuple[str, str, int, int]:
    # the connection id tells two incarnations of one four-tuple apart
    return segment.source, segment.dst, segment.conn, segment.sport


def _fault_mark(fault: str) -> str:
    for word in ("delay", "dup", "reorder", "corrupt", "set", "mark"):
        if word in fault:
            return "mark-ce" if word == "mark" else f"mark-{word}"
    return "mark-fault"


def marks_text(marks: list[str], segment: Segment, texts: Texts) -> str:
    """The marks in words, in parentheses, or ''."""
    if not marks:
        return ""
    words = [texts.ui(mark, n=segment.copy_of or 0) for mark in marks]
    return "(" + ", ".join(words) + ")"


def flight_time(segment: Segment) -> str:
    """How long the packet is on its way, or '' when it never arrives."""
    return "" if segment.arrives is None else format_ns(segment.arrives - segment.t)
