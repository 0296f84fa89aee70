"""Where the kernel lawfully does otherwise than our profile ``linux``: the named list.

A difference that no entry here covers fails the comparison. Each entry says
where it may occur, which lines may differ, why, and where that can be read.
A line's pattern covers one difference; listed twice, it covers two.
"""

import re
from dataclasses import dataclass
from typing import Final

from synfin.core.problems import Problem
from synfin.live.compare import Difference


@dataclass(frozen=True)
class Known:
    """One named difference. ``where``: a pattern of ``scenario/case/kernel's host``;
    ``lines``: patterns of :attr:`~synfin.live.compare.Difference.line`, each for one
    difference. ``source``: where Linux does it."""

    id: str
    where: str
    lines: tuple[str, ...]
    why: str
    source: str


KNOWN: Final[tuple[Known, ...]] = (
    Known(
        "ack-before-program",
        r"syn-data-tfo/fast/B",
        (r"extra B B>A ACK seq=1 ack=6 len=0",),
        "The kernel acknowledges early data of a connection (quick ACK) before the program "
        "runs; in the simulator the program's answer comes first and carries the ACK.",
        "net/ipv4/tcp_input.c, __tcp_ack_snd_check(), tcp_in_quickack_mode()",
    ),
    Known(
        "ack-before-program-http",
        r"http-keepalive/(main|connection-close|http-1\.0|race|race-linux)/B",
        (r"extra B B>A ACK seq=1 ack=21 len=0", r"extra B B>A ACK seq=1 ack=21 len=0"),
        "As ack-before-program: a request's ACK leaves before the server has answered.",
        "net/ipv4/tcp_input.c, __tcp_ack_snd_check(), tcp_in_quickack_mode()",
    ),
    Known(
        "connect-then-send",
        r"(third-ack-data/(main|linux)|syn-data-tfo/(fast|cookie-request|wrong-cookie))/A",
        (r"extra A A>B ACK seq=1 ack=1 len=0",),
        "A program cannot queue data before connect() has succeeded (send() says EAGAIN), so "
        "the handshake's ACK leaves alone; RFC 9293's SEND queues in SYN-SENT.",
        "net/ipv4/tcp.c, tcp_sendmsg_locked(); RFC 9293 §3.10.2",
    ),
    Known(
        "send-leaves-at-once",
        r"close-three/fin-with-data/B",
        (
            r"instead B B>A FIN,PSH,ACK seq=1 ack=2 len=5 -> B>A PSH,ACK seq=1 ack=2 len=5",
            r"extra B B>A FIN,ACK seq=6 ack=2 len=0",
            r"extra A A>B ACK seq=2 ack=6 len=0",
        ),
        "send() itself sends, so that close() an instant later finds nothing left to put the "
        "FIN on. Our engine is polled after both calls.",
        "net/ipv4/tcp.c, tcp_push(); tcp_output.c, tcp_send_fin()",
    ),
    Known(
        "send-leaves-at-once-after-close",
        r"close-three/fin-with-data-after-close/B",
        (
            r"instead B B>A FIN,PSH,ACK seq=1 ack=2 len=5 -> B>A PSH,ACK seq=1 ack=2 len=5",
            r"extra B B>A FIN,ACK seq=6 ack=2 len=0",
            r"extra A A>B RST seq=2 len=0",
        ),
        "As send-leaves-at-once; two segments come to the closed side, so it resets twice.",
        "net/ipv4/tcp.c, tcp_push(); tcp_output.c, tcp_send_fin()",
    ),
    Known(
        "push-per-send",
        r"half-close/(main|linux)/B",
        (r"instead B B>A ACK seq=1001 ack=2 len=1000 -> B>A PSH,ACK seq=1001 ack=2 len=1000",),
        "Each send() ends in a push of its own, where RFC 9293 pushes what empties the buffer.",
        "net/ipv4/tcp.c, tcp_mark_push(); RFC 9293 §3.9.1.2",
    ),
    Known(
        "ack-rides-on-close",
        r"simultaneous-close/just-missed/B",
        (r"missing B B>A ACK seq=1 ack=2 len=0",),
        "A FIN without data before it is acknowledged within one tick, in which close() "
        "may come within it.",
        "net/ipv4/tcp_output.c, tcp_send_delayed_ack()",
    ),
    Known(
        "ack-before-close",
        r"(close-three|time-wait-arrivals|host-b-reboots)/.*/[AB]",
        (r"extra (A A>B|B B>A) ACK seq=1 ack=2 len=0( ts_ecr ts_val)?",),
        "As ack-rides-on-close, the other way: the tick may end before close() comes, and the "
        "ACK leaves alone.",
        "net/ipv4/tcp_output.c, tcp_send_delayed_ack()",
    ),
    Known(
        "timers-cross",
        r"synack-lost/(main|linux)/A",
        (r"extra A A>B ACK seq=1 ack=1 len=0", r"extra B B>A SYN,ACK seq=0 ack=1 len=0 mss=1460"),
        "In the simulator the repeated SYN arrives at the very instant at which the SYN,ACK's "
        "timer is due, and comes first; the kernel's timer is some ms late and comes second.",
        "kernel/time/timer.c: timers are rounded up to the granularity of their wheel level",
    ),
    Known(
        "timers-cross-silent",
        r"synack-lost/a-falls-silent/A",
        (r"missing B B>A SYN,ACK seq=0 ack=1 len=0 mss=1460 dropped",),
        "As timers-cross: whether the repeated SYN or the timer calls for the third SYN,ACK.",
        "kernel/time/timer.c: timers are rounded up to the granularity of their wheel level",
    ),
    Known(
        "probe-after-opening",
        r"zero-window/linux/A",
        (r"missing A A>B ACK seq=10 ack=1 len=0", r"missing B B>A ACK seq=1 ack=11 len=0"),
        "The kernel's probes come some per cent late; the fourth would come after the window "
        "has opened at 5 s and is not sent.",
        "kernel/time/timer.c: timers are rounded up to the granularity of their wheel level",
    ),
)

UNPLAYABLE: Final[dict[tuple[str, str], Problem]] = {
    ("zero-window", "B"): Problem(
        "live.buffer", "the kernel has no receive buffer of ten octets (2,304 is the least)"
    ),
    ("blind-attacks", "A"): Problem(
        "live.relative", "the attacker's numbers are relative to an ISN of A's choice"
    ),
}
"""(scenario, kernel's host) -> why no case of it can be replayed that way round."""

CHECKED: Final[tuple[tuple[str, str, str], ...]] = (
    ("third-ack-lost", "lost-for-ever", "B"),
    ("syn-blackhole", "fewer-retries", "A"),
    ("time-wait-arrivals", "fin-again-linux", "A"),
    ("time-wait-arrivals", "old-data-linux", "A"),
    ("time-wait-arrivals", "assassination-linux", "A"),
    ("time-wait-arrivals", "assassination-linux-rfc1337", "A"),
    ("time-wait-arrivals", "new-syn-linux", "B"),
    ("time-wait-arrivals", "reuse-linux", "B"),
    ("zero-window", "linux", "A"),
    ("keepalive", "alive-linux", "AB"),
    ("keepalive", "silent-linux", "AB"),
    ("keepalive", "rebooted", "AB"),
    ("handshake-basic", "main", "AB"),
    ("handshake-basic", "no-accept", "B"),
    ("third-ack-data", "main", "AB"),
    ("syn-lost", "main", "AB"),
    ("syn-lost", "linux", "A"),
    ("synack-lost", "main", "AB"),
    ("third-ack-lost", "main", "AB"),
    ("third-ack-lost", "data-repairs", "AB"),
    ("refused-rst", "main", "AB"),
    ("ttl-expired", "linux-host-unreachable", "A"),
    ("historical-syn", "main", "B"),
    ("historical-syn", "linux", "B"),
    ("historical-syn-race", "main", "B"),
    ("historical-syn-race", "linux-server", "B"),
    ("simultaneous-open", "main", "AB"),
    ("syn-data-tfo", "linux-client", "B"),
    ("syn-data-tfo", "cookie-request", "B"),
    ("syn-data-tfo", "fast", "AB"),
    ("syn-data-tfo", "wrong-cookie", "B"),
    ("blind-attacks", "main", "B"),
    ("blind-attacks", "linux", "B"),
    ("blind-attacks", "linux-rate-limit", "B"),
    ("close-four", "main", "AB"),
    ("close-four", "shutdown", "AB"),
    ("close-three", "main", "AB"),
    ("close-three", "fin-with-data", "AB"),
    ("half-close", "main", "AB"),
    ("half-close", "data-after-close-linux", "AB"),
    ("half-close", "close-with-unread-data-linux", "AB"),
    ("half-close", "eof-comes-last", "AB"),
    ("simultaneous-close", "main", "AB"),
    ("simultaneous-close", "just-missed", "AB"),
    ("last-ack-lost", "main", "AB"),
    ("host-b-reboots", "main", "AB"),
    ("host-b-reboots", "keepalive", "AB"),
    ("host-b-reboots", "process-dies", "AB"),
)
"""Scenario, case, and which hosts the kernel plays: what is compared in CI, the longest
first, as they run side by side."""

CHECKED_WITH_OPTIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("handshake-basic", "main", "AB"),
    ("syn-lost", "main", "AB"),
    ("third-ack-lost", "data-repairs", "AB"),
    ("refused-rst", "main", "AB"),
    ("close-four", "main", "AB"),
    ("half-close", "data-after-close-linux", "AB"),
    ("simultaneous-close", "main", "AB"),
    ("simultaneous-open", "main", "AB"),
    ("last-ack-lost", "main", "AB"),
    ("host-b-reboots", "main", "AB"),
    ("keepalive", "rebooted", "AB"),
    ("synack-lost", "main", "B"),
)
"""The same with window scale, timestamps and SACK offered on both sides, as the kernel
does by itself."""


def sort(
    found: list[Difference], scenario: str, case: str, kernel: str
) -> tuple[list[Difference], list[str]]:
    """(differences that nobody has named, ids of the named ones that occurred)."""
    place = f"{scenario}/{case}/{kernel}"
    left = [
        (known.id, pattern)
        for known in KNOWN
        if re.fullmatch(known.where, place)
        for pattern in known.lines
    ]
    wrong: list[Difference] = []
    met: dict[str, None] = {}
    for one in found:
        match = next((entry for entry in left if re.fullmatch(entry[1], one.line)), None)
        if match is None:
            wrong.append(one)
        else:
            left.remove(match)
            met[match[0]] = None
    return wrong, list(met)


def known(id_: str) -> Known:
    """The entry called ``id_``; KeyError when there is none."""
    return {entry.id: entry for entry in KNOWN}[id_]
