"""The table of truths: what is tried, what happens to the path meanwhile, what must come out.

``events`` are (seconds after the client's ``go``, what happens): "cut" and "heal" the
path, "crash" (the server's machine loses power) and "boot", "forget" (a device on the
path forgets all connections it knows). ``sysctls`` hold on the client's machine.
``kernel`` says whether the row is also run against the kernel: "yes", "hand" (minutes:
``make soak``) or "no" (another kernel, or a quarter of an hour and more). Times are checked
from below as they stand and from above with room, so that a busy machine fails nothing.
"""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tests.aio.truths import probes_silence as silence
from tests.aio.truths import probes_stream as stream
from tests.aio.truths.talk import Note, Talk, echo_server

Notes = dict[str, Note]
Role = Callable[[Talk], Coroutine[Any, Any, None]]
Check = Callable[[Notes], bool]


class Row(NamedTuple):
    """One truth."""

    name: str
    server: Role
    client: Role
    check: Check
    events: tuple[tuple[float, str], ...] = ()
    settings: Mapping[str, float] = MappingProxyType({})
    sysctls: Mapping[str, str] = MappingProxyType({})
    kernel: str = "yes"
    profile: str = "linux"
    rtt_s: float = 0.0002


def number(notes: Notes, name: str) -> float:
    """A number among the notes; -1 when there is none."""
    value = notes.get(name)
    return float(value) if isinstance(value, (int, float)) else -1.0


def ends(name: str, how: str, least: float = 0, most: float = 1e9) -> Check:
    """``name`` ended so, after ``least`` to ``most`` seconds."""

    def check(notes: Notes) -> bool:
        return notes.get(name) == how and least <= number(notes, f"{name}_s") <= most

    return check


def has(**facts: Note) -> Check:
    """These notes are there."""
    return lambda notes: all(notes.get(name) == value for name, value in facts.items())


def both(*checks: Check) -> Check:
    """All hold."""
    return lambda notes: all(check(notes) for check in checks)


def several_reads(notes: Notes) -> bool:
    """More than one read, and nothing lost."""
    return number(notes, "reads") > 1 and notes.get("bytes") == stream.MEGABYTE


def blocks_at_buffers(notes: Notes) -> bool:
    """drain() blocked at about the two buffers, asyncio's 64 KB and the reader's 128 KB; and
    nothing was lost."""
    blocked = number(notes, "blocked_after")
    return (
        100_000 <= blocked <= 900_000
        and number(notes, "blocked_s") > 1
        and notes.get("received") == 4_000_000
    )


BUFFERS: Final = {"rcvbuf": 100_000.0, "sndbuf": 100_000.0}
ROWS: Final = (
    Row(
        "connect-blackhole",
        silence.nobody,
        silence.connect_into_blackhole,
        ends("connect", "ETIMEDOUT", 130.5, 136),
        events=((0, "cut"),),
        kernel="hand",
    ),
    Row(
        "connect-blackhole-before-6.5",
        silence.nobody,
        silence.connect_into_blackhole,
        ends("connect", "ETIMEDOUT", 126.5, 128),
        events=((0, "cut"),),
        kernel="no",
        profile="linux-old",
    ),
    Row(
        "connect-blackhole-syncnt-2",
        silence.nobody,
        silence.connect_into_blackhole,
        ends("connect", "ETIMEDOUT", 2.9, 7.9),
        events=((0, "cut"),),
        settings={"syncnt": 2},
    ),
    Row(
        "partition-60-s",
        echo_server,
        silence.write_into_partition,
        ends("echo", "done", 70, 125),
        events=((1, "cut"), (61, "heal")),
        kernel="hand",
    ),
    Row(
        "partition-3-s",
        echo_server,
        silence.write_into_partition,
        ends("echo", "done", 2.8, 5),
        events=((1, "cut"), (4, "heal")),
    ),
    Row(
        "cut-for-ever",
        echo_server,
        silence.write_into_cut,
        ends("read", "ETIMEDOUT", 924.6, 1_060),
        events=((1, "cut"),),
        kernel="no",
    ),
    Row(
        "cut-for-ever-rtt-300-ms",
        echo_server,
        silence.write_into_cut,
        ends("read", "ETIMEDOUT", 924.7, 1_100),
        events=((1, "cut"),),
        kernel="no",
        rtt_s=0.3,
    ),
    Row(
        "cut-retries2-3",
        echo_server,
        silence.write_into_cut,
        ends("read", "ETIMEDOUT", 3.0, 8),
        events=((1, "cut"),),
        sysctls={"net.ipv4.tcp_retries2": "3"},
    ),
    Row(
        "power-cut-while-reading-30-days",
        echo_server,
        silence.read_after_power_cut,
        ends("read", "nothing", 30 * 86_400),
        events=((1, "crash"),),
        settings={"within": 30 * 86_400},
        kernel="no",
    ),
    Row(
        "power-cut-while-reading",
        echo_server,
        silence.read_after_power_cut,
        ends("read", "nothing", 4),
        events=((1, "crash"),),
        settings={"within": 4},
    ),
    Row(
        "reboot-then-write",
        echo_server,
        silence.write_after_reboot,
        ends("echo", "ECONNRESET", 0, 3),
        events=((1, "crash"), (2, "boot")),
    ),
    Row(
        "keepalive-10-3-5",
        echo_server,
        silence.keepalive,
        ends("read", "ETIMEDOUT", 24.9, 26),
        events=((1, "cut"),),
        settings={"idle": 10, "interval": 5, "count": 3},
        kernel="hand",
    ),
    Row(
        "keepalive-2-2-1",
        echo_server,
        silence.keepalive,
        ends("read", "ETIMEDOUT", 3.9, 6),
        events=((1, "cut"),),
        settings={"idle": 2, "interval": 1, "count": 2},
    ),
    Row("megabyte", stream.megabyte_server, stream.read_megabyte, several_reads),
    Row(
        "slow-reader",
        stream.slow_server,
        stream.write_to_slow,
        blocks_at_buffers,
        settings=BUFFERS,
    ),
    Row(
        "close-with-unread-data",
        stream.closing_server,
        stream.write_unread,
        ends("read", "ECONNRESET"),
    ),
    Row(
        "rebind-in-time-wait",
        stream.rebinding_server,
        stream.be_closed,
        has(at_once="EADDRINUSE", with_reuseaddr="EADDRINUSE"),
    ),
    Row(
        "rebind-in-time-wait-reuseaddr",
        stream.rebinding_server,
        stream.be_closed,
        has(at_once="EADDRINUSE", with_reuseaddr="done"),
        settings={"reuse": 1},
    ),
    Row(
        "rebind-after-time-wait",
        stream.rebinding_server,
        stream.be_closed,
        has(at_once="EADDRINUSE", later="done"),
        settings={"later": 61},
        kernel="hand",
    ),
    Row(
        "write-after-peer-closed",
        stream.leaving_server,
        stream.write_after_peer_closed,
        both(ends("first", "done"), ends("second", "ConnectionResetError")),
    ),
    Row(
        "abort",
        stream.watching_server,
        stream.abort,
        both(ends("server_read", "done"), has(server_got=10)),
    ),
    Row(
        "abort-with-unread-data",
        stream.watching_server,
        stream.abort,
        ends("server_read", "ECONNRESET"),
        settings={"unread": 1},
    ),
    Row(
        "accept-queue-full",
        stream.lazy_server,
        stream.connect_three,
        both(ends("first", "done", 0, 1), ends("second", "done", 0, 1), ends("third", "done", 2.9)),
        settings={"accepts_at": 2.4},
    ),
    Row(
        "accept-queue-full-for-ever",
        stream.lazy_server,
        stream.connect_three,
        both(ends("second", "done", 0, 1), ends("third", "ETIMEDOUT", 130.5, 136)),
        settings={"accepts_at": 10_000},
        kernel="hand",
    ),
    Row(
        "half-open-in-pool",
        silence.http_server,
        silence.pool_after_reboot,
        both(ends("second", "ECONNRESET"), ends("third", "done")),
        events=((1, "crash"), (2, "boot")),
    ),
    Row(
        "nat-forgets",
        echo_server,
        silence.forgotten_by_nat,
        both(ends("old", "nothing", 3), ends("new", "done", 0, 2)),
        events=((1, "forget"),),
        settings={"within": 3},
    ),
    Row(
        "nat-forgets-for-an-hour",
        echo_server,
        silence.forgotten_by_nat,
        both(ends("old", "ETIMEDOUT", 924), ends("new", "done", 0, 2)),
        events=((1, "forget"),),
        settings={"within": 3_600},
        kernel="no",
    ),
    Row("pool", silence.http_server, silence.three_requests, has(connections=1, requests=3)),
)
