"""What ``count`` lines count: calls, packets by kind and flags, octets, numbers used."""

from collections.abc import Callable, Sequence

from synfin.lab.model import ExpectCount
from synfin.lab.trace import MODULUS, Record, Run, is_between


def count(run: Run, item: ExpectCount) -> int:
    """How often ``item.what`` happened."""
    calls = [
        r
        for r in run.of("call")
        if r["call"] == item.what
        and (not item.host or r["host"] == item.host)
        and not r.get("errno")
        and not r.get("blocking")
    ]
    if item.what in ("data", "eof", "reset"):
        return sum(
            1
            for r in run.of("signal")
            if r["name"] == item.what and (not item.host or r["host"] == item.host)
        )
    sent = [r for r in run.packets if not r.get("copy_of") and _of_direction(r, item, run)]
    tcp = [r for r in sent if r["proto"] == "tcp"]
    numbers: dict[str, Callable[[], int]] = {
        "segments": lambda: len(tcp),
        "packets": lambda: len(sent),
        "datagrams": lambda: sum(1 for r in sent if r["proto"] == "udp"),
        "icmp": lambda: sum(1 for r in sent if r["proto"] == "icmp"),
        "bytes": lambda: sum(r["len"] for r in sent),
        "numbers": lambda: sum(new for _, new in _numbers_used(tcp)),
        "repeats": lambda: sum(1 for used, new in _numbers_used(tcp) if used and not new),
    }
    if item.what in numbers:
        return numbers[item.what]()
    if item.what.isupper():
        flags = sorted(item.what.split(","))
        return sum(1 for r in tcp if sorted(r["flags"]) == flags)
    return len(calls)


def _of_direction(record: Record, item: ExpectCount, run: Run) -> bool:
    if item.direction != ("", ""):
        return is_between(record, *item.direction, run.owners)
    return not item.host or record["from"] == item.host


def _numbers_used(segments: Sequence[Record]) -> list[tuple[int, int]]:
    """For each segment: sequence numbers it carries, and those never sent before."""
    isn: dict[tuple[str, int, str, int], int] = {}
    highest: dict[tuple[str, int, str, int], int] = {}
    out: list[tuple[int, int]] = []
    for record in segments:
        first, flags = int(record["abs_seq"]), record["flags"]
        used = int(record["len"]) + ("SYN" in flags) + ("FIN" in flags)
        flow = (record["src"], record["sport"], record["dst"], record["dport"])
        if flow not in highest or ("SYN" in flags and isn.get(flow) != first):
            isn[flow] = highest[flow] = first
        ahead = (first + used - highest[flow]) % MODULUS
        new = min(ahead, used) if ahead < MODULUS // 2 else 0
        highest[flow] = (highest[flow] + new) % MODULUS
        out.append((used, new))
    return out
