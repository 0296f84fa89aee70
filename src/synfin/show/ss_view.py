"""Look-alikes of ``ss -tanpo`` and ``netstat -tan`` for the hosts of a run.

Recv-Q and Send-Q mean what Linux means: for a listener the connections that
wait for accept() and the backlog; for every other socket the octets not yet
read, and the octets not yet acknowledged (SYN and FIN count one, data not yet
sent included).
"""

from collections.abc import Callable
from typing import Final

from synfin.show.moment import Connection, Moment
from synfin.show.names import state_name

_TIMERS: Final = (
    # what ss calls them, in the order in which one hides the other
    ("retransmit", "on"),
    ("syn-ack", "on"),
    ("persist", "persist"),
    ("keepalive", "keepalive"),
    ("time-wait", "timewait"),
    ("fin-wait-2", "timewait"),
)

_ENDLESS: Final = 1 << 29
"""A threshold this high was never lowered."""

_Table = Callable[[Moment, list[Connection]], list[str]]

_QUIET: Final = ("SYN-RECEIVED", "TIME-WAIT")
"""Linux keeps these as small records without queues."""


def queues(now: Moment, found: Connection) -> tuple[int, int]:
    """(Recv-Q, Send-Q) as Linux shows them."""
    if found.state == "LISTEN":
        queue = now.queues.get((found.host, found.port))
        return (queue.accept, queue.backlog) if queue else (0, 0)
    if found.state in _QUIET:
        return 0, 0
    unacknowledged = found.number("snd_nxt") - found.number("snd_una") + found.number("unsent")
    return found.number("unread"), unacknowledged


def timer_text(now: Moment, found: Connection) -> str:
    """``timer:(on,200ms,0)``: which, how long it still runs, how often it has fired."""
    for name, shown in _TIMERS:
        pending = found.timers.get(name)
        if pending is not None:
            left = ss_time(max(pending.due - now.t, 0))
            return f"timer:({shown},{left},{pending.fired})"
    return ""


def ss_time(ns: int) -> str:
    """A time the way ``ss`` prints it: 200ms, 1.500ms, 59sec, 1min30sec, 14min."""
    total = ns // 1_000_000
    minutes, rest = divmod(total, 60_000)
    whole, milli = divmod(rest, 1000)
    out = ""
    if minutes:
        out, milli = f"{minutes}min", 0
        whole = 0 if minutes > 9 else whole
    if whole:
        milli = 0 if whole > 9 else milli
        out += f"{whole}." if milli else f"{whole}sec"
    if milli or not (minutes or whole):
        out += f"{milli:03d}ms"
    return out


def ss_lines(
    now: Moment, host: str | None = None, info: bool = False, width: int = 80
) -> list[str]:
    """The table; with ``host`` None all hosts, each under its name. ``info``: what
    ``ss -i`` adds below each connection. A timer for which ``width`` cells are too few
    stands on a line of its own, as in ``ss``."""
    return _by_host(now, host, lambda moment, found: _ss_table(moment, found, info, width))


def netstat_lines(now: Moment, host: str | None = None) -> list[str]:
    """The same in the columns and names of ``netstat -tan``."""
    return _by_host(now, host, _netstat_table)


def _by_host(now: Moment, host: str | None, table: _Table) -> list[str]:
    if host is not None:
        return table(now, now.at(host))
    lines: list[str] = []
    for name in sorted({c.host for c in now.at(None)}):
        lines += [f"[{name}]", *table(now, now.at(name)), ""]
    return lines[:-1]


def _ss_table(now: Moment, found: list[Connection], info: bool, width: int) -> list[str]:
    rows = [("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process")]
    for one in found:
        received, sent = (str(x) for x in queues(now, one))
        name = state_name(one.state, "ss")
        rows.append((name, received, sent, one.local, _peer(one), timer_text(now, one)))
    left = max(len(r[3]) for r in rows)
    right = max(len(r[4]) for r in rows)
    lines: list[str] = []
    for line_of, (*cells, timer) in zip([None, *found], rows, strict=True):
        state, received, sent, local, peer = cells
        line = f"{state:<10} {received:<6} {sent:<6} {local:>{left}} {peer:>{right}}"
        if len(line) + 1 + len(timer) <= width:
            lines.append(f"{line} {timer}".rstrip())
        else:
            lines += [line, f"\t {timer}"]
        if info and line_of is not None and (told := info_text(line_of)):
            lines.append("\t " + told)
    return lines


def info_text(found: Connection) -> str:
    """``ecn ecnseen rto:200 rtt:100/50 mss:1460 cwnd:10``: milliseconds and segments, in
    ss's order; nothing for a listener and the small records."""
    if found.state in (*_QUIET, "LISTEN", "CLOSED") or "rto" not in found.fields:
        return ""
    words = [str(found.fields["ecn"])] if found.fields.get("ecn") else []
    words.append(f"rto:{_milliseconds(found.number('rto'))}")
    if found.number("srtt"):
        rtt = _milliseconds(found.number("srtt"))
        words.append(f"rtt:{rtt}/{_milliseconds(found.number('rttvar'))}")
    mss = max(found.number("mss"), 1)
    words += [f"mss:{mss}", f"cwnd:{found.number('cwnd') // mss}"]
    if found.number("ssthresh") < _ENDLESS:
        words.append(f"ssthresh:{found.number('ssthresh') // mss}")
    return " ".join(words)


def _milliseconds(ns: int) -> str:
    return f"{ns / 1_000_000:.3f}".rstrip("0").rstrip(".")


def _netstat_table(now: Moment, found: list[Connection]) -> list[str]:
    lines = [
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State",
    ]
    for one in found:
        received, sent = queues(now, one)
        proto = "tcp6" if one.local.count(":") > 1 else "tcp"
        # netstat shows no backlog: a listener's queues are what waits and 0
        sent = 0 if one.state == "LISTEN" else sent
        lines.append(
            f"{proto:<5} {received:>6} {sent:>6} {one.local:<23} {_peer(one):<23} "
            f"{state_name(one.state, 'netstat')}"
        )
    return lines


def _peer(found: Connection) -> str:
    if found.remote:
        return found.remote
    return "[::]:*" if found.local.count(":") > 1 else "0.0.0.0:*"
