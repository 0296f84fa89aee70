"""A live run beside the simulator's: what the kernel does otherwise.

Compared are, for each host, what it sent (order, flags, relative SEQ and ACK, length,
options, fate), what its calls returned and were told (errno), its states, and
the times of all that within :func:`allowed`. Not compared: window sizes, timestamp
values, cookies' octets, ISNs, and what only our engine's own signals say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from synfin.core.settings import MILLISECOND
from synfin.lab.align import align
from synfin.lab.trace import Record, Run
from synfin.lab.values import show_time

TOLERANCE_NS: Final = 20 * MILLISECOND
LASTING_NS: Final = 2 * TOLERANCE_NS
"""A kernel's state that lasts shorter may pass unseen between two looks at /proc."""
_UNCOMPARED: Final = frozenset({"ts_val", "ts_ecr", "wscale", "fastopen", "sack"})


def allowed(expected: int) -> int:
    """How far apart two times may be: max(20 ms, 12.5 %) of the expected one, ns."""
    return max(TOLERANCE_NS, abs(expected) // 8)


@dataclass(frozen=True)
class Item:
    """One thing that happened: ``text`` says everything that is compared but the time."""

    t: int
    text: str

    def __str__(self) -> str:
        return f"{show_time(self.t)} {self.text}"


@dataclass(frozen=True)
class Difference:
    """``kind``: missing, extra, instead or time. ``host``: whose doing it is."""

    kind: str
    host: str
    expected: Item | None
    actual: Item | None

    @property
    def line(self) -> str:
        """What the named list is searched with; no times in it."""
        words = [self.kind, self.host]
        words += [self.expected.text] if self.expected else []
        words += ["->"] if self.expected and self.actual else []
        words += [self.actual.text] if self.actual and self.kind != "time" else []
        return " ".join(words)


def compare(expected: Run, live: Run, kernel: str, until: int) -> list[Difference]:
    """Every difference up to ``until`` ns, host by host. ``kernel`` is the real one's name."""
    found: list[Difference] = []
    for kind in (_sent, _told):
        ours, theirs = _by_host(kind, expected, until), _by_host(kind, live, until)
        for host in sorted(ours.keys() | theirs.keys()):
            found += _listed(host, ours.get(host, []), theirs.get(host, []), until)
    for host in sorted({r["host"] for r in expected.of("state")}):
        mine, real = _states(expected, host, until), _states(live, host, until)
        if host == kernel:
            real, mine = _lasting(real, mine, until)
        found += _listed(host, mine, real, until)
    return found


def _listed(host: str, ours: list[Item], theirs: list[Item], until: int) -> list[Difference]:
    found: list[Difference] = []
    for one, other in align(ours, theirs, lambda a, b: a.text == b.text):
        if one is None or other is None:
            item = one or other
            # At the very end one run may simply have stopped before the other.
            if item is not None and item.t + allowed(item.t) < until:
                found.append(Difference("missing" if one else "extra", host, one, other))
        elif one.text != other.text:
            found.append(Difference("instead", host, one, other))
        elif abs(one.t - other.t) > allowed(one.t):
            found.append(Difference("time", host, one, other))
    return found


def _by_host(
    items: Callable[[Run], Iterable[tuple[str, Item]]], run: Run, until: int
) -> dict[str, list[Item]]:
    lists: dict[str, list[Item]] = {}
    for host, item in items(run):
        if item.t <= until:
            lists.setdefault(host, []).append(item)
    return lists


def _sent(run: Run) -> Iterable[tuple[str, Item]]:
    for record in run.packets:
        yield str(record["from"]), Item(record["t"], _packet(record, run.owners))


def _packet(record: Record, owners: dict[str, str]) -> str:
    words = [f"{record['from']}>{owners.get(record['dst'], record['dst'])}"]
    if record["proto"] == "tcp":
        words += [",".join(record["flags"]), f"seq={record['seq']}"]
        if "ACK" in record["flags"]:
            words.append(f"ack={record['ack']}")
        words.append(f"len={record['len']}")
        words += _options(record)
    elif record["proto"] == "icmp":
        words.append(f"ICMP {record['icmp_type']}/{record['icmp_code']}")
    else:
        words += [str(record["proto"]), f"len={record['len']}"]
    if record["fate"] != "delivered":
        words.append(str(record["fate"]))
    return " ".join(words)


def _options(record: Record) -> list[str]:
    words = []
    for name, value in sorted(record["options"].items()):
        words.append(name if name in _UNCOMPARED or value is True else f"{name}={value}")
    for low, high in record.get("sack", []):
        words.append(f"[{low},{high})")
    return words


def _told(run: Run) -> Iterable[tuple[str, Item]]:
    """What calls returned, and what programs were told."""
    for record in run.trace:
        if record["type"] == "call" and not record.get("blocking"):
            name, outcome = record["call"], record.get("errno") or record.get("result")
        elif record["type"] == "signal" and record.get("socket_name"):
            name, outcome = record["name"], record.get("errno") or record.get("result") or ""
        else:
            continue
        text = f"{record.get('socket_name') or '-'} {name} {outcome}".strip()
        yield str(record["host"]), Item(record["t"], text)


def _states(run: Run, host: str, until: int) -> list[Item]:
    return [
        Item(r["t"], f"{r['old']}->{r['new']}")
        for r in run.of("state")
        if r["host"] == host and r["t"] <= until
    ]


def _lasting(real: list[Item], ours: list[Item], until: int) -> tuple[list[Item], list[Item]]:
    """Both lists as states that were stayed in: (kernel's, expected), without what was too
    short to be seen; each item is the state entered."""
    return _entered(real, until, 0), _thinned(_entered(ours, until, LASTING_NS), real)


def _entered(items: list[Item], until: int, least: int) -> list[Item]:
    out = []
    for index, item in enumerate(items):
        end = items[index + 1].t if index + 1 < len(items) else until + least
        if end - item.t >= least:
            out.append(Item(item.t, item.text.partition("->")[2]))
    return out


def _thinned(ours: list[Item], real: list[Item]) -> list[Item]:
    return [item for item in ours if item.text != "LISTEN"]
