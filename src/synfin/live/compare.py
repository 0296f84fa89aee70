"""A live run beside the simulator's: what the kernel does otherwise.

Compared are, for each host, what it sent (order, flags, relative SEQ and ACK, length,
options, ECN field, fate), what its calls returned and were told (errno), its states, and
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
        if self.kind != "time" and self.actual is not None:
            words += ["->"] if self.expected else []
            words.append(self.actual.text)
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
        for ends in sorted(mine.keys() | real.keys()):
            pair = _entered(mine.get(ends, [])), _entered(real.get(ends, []))
            wrong = _listed(f"{host} {ends}", pair[0], pair[1], until)
            found += [d for d in wrong if host != kernel or not _unseen(d, pair[0])]
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
    if record["proto"] == "tcp" and (record.get("spoofed") or record.get("injected")):
        words += [",".join(record["flags"]), f"len={record['len']}"]  # the scenario's numbers
    elif record["proto"] == "tcp":
        # A reset that answers a segment without ACK has SEQ 0, whatever the ISN.
        zero = record["abs_seq"] == 0 and "RST" in record["flags"]
        words += [",".join(record["flags"]), f"seq={'abs:0' if zero else record['seq']}"]
        if "ACK" in record["flags"]:
            words.append(f"ack={record['ack']}")
        words.append(f"len={record['len']}")
        words += [f"ecn={record['ecn']}"] if record.get("ecn") else []
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


def _states(run: Run, host: str, until: int) -> dict[str, list[Item]]:
    """Of each four-tuple's connections: the states entered, in order."""
    ends = {r["conn"]: f"{r['local']}>{r['remote']}" for r in run.of("conn")}
    found: dict[str, list[Item]] = {}
    for record in run.of("state"):
        if record["host"] == host and record["t"] <= until:
            item = Item(record["t"], str(record["new"]))
            found.setdefault(ends.get(record["conn"], ""), []).append(item)
    return found


def _entered(items: list[Item]) -> list[Item]:
    """Without the LISTEN that comes first; one that goes back to LISTEN is CLOSED, as
    the connection is gone with it."""
    out: list[Item] = []
    for item in items:
        text = "CLOSED" if item.text == "LISTEN" else item.text
        if (out[-1].text if out else "CLOSED") != text:
            out.append(Item(item.t, text))
    return out


def _unseen(difference: Difference, ours: list[Item]) -> bool:
    """A state of the kernel's that was over before anybody could look."""
    one = difference.expected
    if difference.kind != "missing" or one is None:
        return False
    place = next(index for index, item in enumerate(ours) if item is one)
    return place + 1 < len(ours) and ours[place + 1].t - one.t < LASTING_NS
