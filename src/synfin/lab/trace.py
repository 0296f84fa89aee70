"""A run's trace and the questions that the checker and its friends ask of it.

Records are dictionaries exactly as docs/trace.md describes them (version 1).
"""

from bisect import bisect_right
from typing import Any, Final

from synfin.lab.values import show_time

Record = dict[str, Any]
"""One line of a trace; its shape depends on ``type`` (docs/trace.md)."""

MODULUS: Final = 1 << 32
FATE_WORDS: Final = {
    "dropped": "lost",
    "queue-full": "queue-full",
    "corrupted": "corrupted",
    "expired": "expired",
}


class Run:
    """What one run left behind.

    ``outcome`` is quiescent, idle or limit. ``names`` gives the connections that
    a socket's name meant: (host, name) -> conn id. ``owners`` maps an address to
    its node's name.
    """

    def __init__(
        self,
        trace: list[Record],
        outcome: str,
        names: dict[tuple[str, str], int],
        owners: dict[str, str],
    ) -> None:
        self.trace = trace
        self.outcome = outcome
        self.names = names
        self.owners = owners
        self._kinds: dict[str, list[Record]] = {}
        for record in trace:
            self._kinds.setdefault(record["type"], []).append(record)
        self.verdicts: dict[int, Record] = {r["n"]: r for r in self.of("arrival")}

    def of(self, kind: str) -> list[Record]:
        """All records of one type, in order."""
        return self._kinds.get(kind, [])

    @property
    def packets(self) -> list[Record]:
        """Every packet that some node sent (not those it forwarded), in order."""
        return self.of("segment")

    def segment(self, n: int) -> Record | None:
        """The packet number ``n``, or None."""
        for record in self.of("segment"):
            if record["n"] == n:
                return record
        return None

    def conn_named(self, host: str, name: str) -> int:
        """The connection id of a socket's name, -1 when nothing has that name."""
        return self.names.get((host, name), -1)

    def last_at(self, kind: str, time: int, **same: object) -> Record | None:
        """The last record of ``kind`` at or before ``time`` whose fields are ``same``."""
        records = self.of(kind)
        index = bisect_right(records, time, key=lambda r: int(r["t"]))
        for record in reversed(records[:index]):
            if all(record.get(key) == value for key, value in same.items()):
                return record
        return None

    def states_at(self, host: str, time: int) -> dict[int, str]:
        """conn -> state of the host's live connections at the end of ``time``."""
        alive: dict[int, str] = {}
        for record in self.trace:
            if record.get("t", 0) > time and record["type"] != "meta":
                break
            if record.get("host") != host:
                continue
            if record["type"] == "state":
                alive[record["conn"]] = record["new"]
            elif record["type"] == "conn" and record["action"] == "deleted":
                alive.pop(record["conn"], None)
            elif record["type"] == "host" and record["action"] in ("crash", "power-off"):
                alive.clear()
        return {conn: state for conn, state in alive.items() if state not in ("CLOSED", "LISTEN")}

    def timers_at(self, host: str, time: int) -> dict[tuple[int, str], int]:
        """(conn, timer) -> due, of those pending at the end of ``time``."""
        pending: dict[tuple[int, str], int] = {}
        for record in self.of("timer"):
            if record["t"] > time:
                break
            if record["host"] == host:
                key = (record["conn"], record["name"])
                if record["action"] in ("set", "restart"):
                    pending[key] = record["due"]
                else:
                    pending.pop(key, None)
        return pending

    def isns(self, source: str, target: str, before: int | None = None) -> list[int]:
        """The ISNs of successive connections from ``source`` to ``target`` (absolute)."""
        found: list[int] = []
        owner = -1
        for record in self.packets:
            if before is not None and record["n"] >= before:
                break
            if record["proto"] != "tcp" or "SYN" not in record["flags"]:
                continue
            if is_between(record, source, target, self.owners):
                new = record["conn"] not in (0, owner)
                if not found or new or found[-1] != record["abs_seq"]:
                    found.append(record["abs_seq"])
                owner = record["conn"]
        return found


def is_between(record: Record, source: str, target: str, owners: dict[str, str]) -> bool:
    """Whether the packet goes from ``source`` to ``target``: names or addresses, ``*`` any.

    The target may also be the first node on its way.
    """
    senders = ("*", record["from"], record["src"], owners.get(record["src"], ""))
    receivers = ("*", record["to"], record["dst"], record.get("via"), owners.get(record["dst"]))
    return source in senders and target in receivers


def show_packet(record: Record, owners: dict[str, str]) -> str:
    """One line for a packet, in the language of the scenario files."""
    source = str(record["from"])
    target = owners.get(record["dst"], str(record["dst"]))
    words: list[str] = [show_time(record["t"]), f"{source}>{target}"]
    if record["proto"] == "tcp":
        words.append(",".join(record["flags"]) or "-")
        words.append(f"seq={record['seq']}")
        if "ACK" in record["flags"]:
            words.append(f"ack={record['ack']}")
        words += [f"len={record['len']}", f"win={record['win']}"]
    elif record["proto"] == "icmp":
        words.append(f"ICMP {record['icmp_type']}/{record['icmp_code']}")
    else:
        words += [record["proto"].upper(), f"len={record['len']}"]
    if record["fate"] != "delivered":
        words.append(str(FATE_WORDS.get(record["fate"], record["fate"])))
    if record.get("spoofed"):
        words.append("spoofed")
    if record.get("copy_of"):
        words.append("copy")
    return " ".join(words)


def show_reason(reason: Record | None) -> str:
    """``rule name=value …``, or "" when there is none."""
    if not reason:
        return ""
    values = " ".join(f"{key}={value}" for key, value in reason["values"].items())
    return f"{reason['rule']} {values}".strip()
