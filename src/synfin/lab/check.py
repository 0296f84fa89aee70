"""Holds a run against its case's expectations.

Each mismatch is one readable line: where it is expected, what was expected,
what happened instead and the engine's reason for that.
"""

from collections.abc import Callable
from itertools import pairwise

from synfin.core.problems import Problem
from synfin.lab import compare_fields, values
from synfin.lab.align import align
from synfin.lab.compare_fields import joined, was
from synfin.lab.counting import count
from synfin.lab.model import (
    Case,
    ExpectAt,
    Expectation,
    ExpectCount,
    ExpectCounter,
    ExpectEvent,
    ExpectIsn,
    ExpectNever,
    ExpectOutcome,
    ExpectPacket,
    ExpectRead,
    ExpectSilent,
    ExpectState,
)
from synfin.lab.trace import MODULUS, Record, Run, is_between, show_packet, show_reason
from synfin.lab.values import show_time

SOON = 5_000_000_000


class Mismatch:
    """One expectation that the run does not meet (or one packet nobody expected)."""

    def __init__(self, expectation: Expectation | None, where: str, problem: Problem) -> None:
        self.expectation = expectation
        self.where = where
        self.problem = problem

    @property
    def message(self) -> str:
        """What differs, in English."""
        return str(self.problem)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def check(case: Case, run: Run) -> list[Mismatch]:
    """Everything in which ``run`` differs from ``case``'s expectations, in the file's order."""
    found = _Checker(case, run).all()
    return sorted(found, key=_line)


def _line(mismatch: Mismatch) -> int:
    return mismatch.expectation.position.line if mismatch.expectation else 1 << 30


class _Checker:
    def __init__(self, case: Case, run: Run) -> None:
        self.case = case
        self.run = run
        self.found: list[Mismatch] = []

    def all(self) -> list[Mismatch]:
        listed: list[ExpectPacket] = []
        for item in self.case.expect.items:
            if isinstance(item, ExpectPacket) and not item.hop:
                listed.append(item)
            else:
                self._one(item)
        if listed:
            self._packets(listed)
        return self.found

    def wrong(self, item: Expectation, why: Problem) -> None:
        problem = Problem("check.expected", "expected {line}; {why}", line=item.text, why=why)
        self.found.append(Mismatch(item, str(item.position), problem))

    def _one(self, item: Expectation) -> None:
        if isinstance(item, ExpectPacket):
            self._hop(item)
        elif isinstance(item, ExpectState):
            self._state(item)
        elif isinstance(item, ExpectEvent):
            self._event(item)
        elif isinstance(item, ExpectAt):
            self._standing(item)
        elif isinstance(item, ExpectCount):
            self._number(item, item.number, count(self.run, item))
        elif isinstance(item, ExpectCounter):
            last = self.run.last_at("counter", 1 << 62, host=item.host, name=item.name)
            self._number(item, item.number, last["value"] if last else 0)
        elif isinstance(item, ExpectRead):
            self._read(item)
        elif isinstance(item, ExpectSilent):
            self._silent(item)
        elif isinstance(item, ExpectNever):
            self._never(item)
        elif isinstance(item, ExpectOutcome):
            if self.run.outcome != item.outcome:
                self.wrong(item, was(self.run.outcome))
        elif isinstance(item, ExpectIsn):
            self._isn(item)

    def _number(self, item: Expectation, expected: int, actual: int) -> None:
        if expected != actual:
            self.wrong(item, was(actual))

    # -- packets

    def _packets(self, listed: list[ExpectPacket]) -> None:
        expect = self.case.expect
        start, stop = expect.start, expect.stop
        prepared = any(timed.time < 0 for timed in self.case.body.calls)
        if start is None and prepared and all(item.time >= 0 for item in listed):
            start = 0
        actual = [
            record
            for record in self.run.packets
            if (start is None or record["t"] >= start) and (stop is None or record["t"] <= stop)
        ]
        ordered = sorted(listed, key=lambda item: (item.time, item.direction[0]))
        if [item.time for item in listed] != sorted(item.time for item in listed):
            late = next(b for a, b in pairwise(listed) if b.time < a.time)
            self.wrong(late, Problem("check.order", "its time is before the line above"))
        actual.sort(key=lambda record: (record["t"], self._sender(record)))
        pairs = align(ordered, actual, self._matches if expect.some else self._heads_match)
        for item, record in pairs:
            if item is None and record is not None:
                if not expect.some and not _optional(record):
                    self._surprise(record)
            elif item is not None and record is None:
                self._missing(item)
            elif item is not None and record is not None:
                if self._heads_match(item, record):
                    self._fields(item, record)
                elif expect.some or _optional(record):
                    self._missing(item)
                else:
                    self.wrong(
                        item,
                        Problem("check.instead", "instead came {told}", told=self._told(record)),
                    )

    def _sender(self, record: Record) -> str:
        return str(self.run.owners.get(record["src"], record["from"]))

    def _told(self, record: Record) -> str:
        reason = show_reason(record.get("reason"))
        return show_packet(record, self.run.owners) + (f" [{reason}]" if reason else "")

    def _surprise(self, record: Record) -> None:
        problem = Problem("check.surprise", "not expected: {told}", told=self._told(record))
        where = str(self.case.expect.position)
        self.found.append(Mismatch(None, where, problem))

    def _missing(self, item: ExpectPacket) -> None:
        near = [
            record
            for record in self.run.packets
            if is_between(record, *item.direction, self.run.owners)
            and compare_fields.kind_matches(item, record)
        ]
        if not near:
            self.wrong(item, Problem("check.no-packet", "no such packet was ever sent"))
            return
        nearest = min(near, key=lambda record: abs(int(record["t"]) - item.time))
        told = self._told(nearest)
        problem = Problem("check.nearest", "nearest is {told}", told=told)
        why = joined(compare_fields.differences(item, nearest, self.run))
        if why is not None:
            problem = Problem("check.nearest-but", "nearest is {told}: {why}", told=told, why=why)
        self.wrong(item, problem)

    def _heads_match(self, item: ExpectPacket, record: Record) -> bool:
        return (
            item.time == record["t"]
            and compare_fields.kind_matches(item, record)
            and is_between(record, *item.direction, self.run.owners)
            and ("spoofed" not in item.words or _made_by_hand(record))
            and ("copy" not in item.words or bool(record.get("copy_of")))
        )

    def _matches(self, item: ExpectPacket, record: Record) -> bool:
        """In every detail: where others may lie between, the head alone finds the wrong one."""
        return self._heads_match(item, record) and not compare_fields.differences(
            item, record, self.run
        )

    def _fields(self, item: ExpectPacket, record: Record) -> None:
        wrong = joined(compare_fields.differences(item, record, self.run))
        reason = show_reason(record.get("reason"))
        if wrong is not None and reason:
            wrong = Problem("check.because", "{why} [{reason}]", why=wrong, reason=reason)
        if wrong is not None:
            self.wrong(item, wrong)

    def _hop(self, item: ExpectPacket) -> None:
        for hop in self.run.of("hop"):
            if (hop["from"], hop["to"], hop["t"]) != (*item.direction, item.time):
                continue
            packet = self.run.segment(hop["n"])
            if packet is not None and compare_fields.kind_matches(item, packet):
                here = {"ttl": hop["ttl"], "arrives": hop["arrives"], "fate": "delivered"}
                self._fields(item, {**packet, **here})
                return
        self.wrong(item, Problem("check.no-hop", "no such packet crossed that hop then"))

    # -- states

    def _conns(self, host: str, socket: str) -> Callable[[Record], bool]:
        if not socket:
            return lambda record: bool(record["host"] == host)
        conn = self.run.conn_named(host, socket)
        return lambda record: bool(
            (record["host"] == host and record.get("socket_name") == socket)
            or (record["host"] == host and record.get("conn") == conn)
        )

    def _state(self, item: ExpectState) -> None:
        mine = self._conns(item.host, item.socket)
        changes = [record for record in self.run.of("state") if mine(record)]
        steps = [*item.old.split("->"), item.new]
        then = [record for record in changes if record["t"] == item.time]
        for record in then:
            if _steps_from(record, then, steps) and self._rule_fits(item, record, then):
                return
        if any(_steps_from(record, then, steps) for record in then):
            told = ", ".join(show_reason(record["reason"]) for record in then)
            self.wrong(item, Problem("check.rule", "the rule was {told}", told=told))
            return
        ever = [record for record in changes if _steps_from(record, changes, steps)]
        if ever:
            near = min(ever, key=lambda record: abs(int(record["t"]) - item.time))
            told = f"{show_time(near['t'])} [{show_reason(near['reason'])}]"
            self.wrong(item, Problem("check.was-at", "that was at {time}", time=told))
        else:
            self.wrong(item, self._what_states(item, changes))

    def _rule_fits(self, item: ExpectState, record: Record, then: list[Record]) -> bool:
        if not item.rule:
            return True
        return any(
            (other["reason"] or {}).get("rule") == item.rule and other["conn"] == record["conn"]
            for other in then
        )

    def _what_states(self, item: ExpectState, changes: list[Record]) -> Problem:
        then = [record for record in changes if record["t"] <= item.time]
        if not then:
            return Problem("check.closed", "{host} had not left CLOSED", host=item.host)
        last = then[-1]
        return Problem(
            "check.last-state",
            "last was {change} at {time} [{reason}]",
            change=f"{last['old']}->{last['new']}",
            time=show_time(last["t"]),
            reason=show_reason(last["reason"]),
        )

    # -- calls, signals and the rest that happens

    def _event(self, item: ExpectEvent) -> None:
        mine = self._conns(item.host, item.socket)
        fits = compare_fields.EVENTS.get(item.word, compare_fields.call_fits)
        kinds = compare_fields.EVENT_RECORDS.get(item.word, ("call",))
        candidates = [r for kind in kinds for r in self.run.of(kind) if mine(r)]
        candidates = [r for r in candidates if compare_fields.same_word(item, r)]
        if any(r["t"] == item.time and fits(item, r) for r in candidates):
            return
        then = [r for r in candidates if r["t"] == item.time]
        late = [r for r in candidates if fits(item, r)]
        if then:
            told = " / ".join(compare_fields.show_event(r) for r in then[:4])
            self.wrong(item, was(told))
        elif late:
            near = min(late, key=lambda r: abs(int(r["t"]) - item.time))
            time = show_time(near["t"])
            self.wrong(item, Problem("check.was-at", "that was at {time}", time=time))
        elif candidates:
            near = min(candidates, key=lambda r: abs(int(r["t"]) - item.time))
            told = compare_fields.show_event(near)
            self.wrong(
                item,
                Problem(
                    "check.nearest-at",
                    "nearest is {told} at {time}",
                    told=told,
                    time=show_time(near["t"]),
                ),
            )
        else:
            self.wrong(item, Problem("check.never", "it never happened"))

    # -- what stands at a time

    def _standing(self, item: ExpectAt) -> None:
        handlers: dict[str, Callable[[ExpectAt], Problem | None]] = {
            "tcb": self._tcb,
            "state": self._in_state,
            "states": self._states,
            "queue": self._queue,
            "timer": self._timer,
            "counter": self._counter,
        }
        problem = handlers[item.word](item)
        if problem is not None:
            self.wrong(item, problem)

    def _tcb(self, item: ExpectAt) -> Problem | None:
        if item.socket:
            conn = self.run.conn_named(item.host, item.socket)
            record = self.run.last_at("tcb", item.time, host=item.host, conn=conn)
        else:
            record = self.run.last_at("tcb", item.time, host=item.host)
        if record is None:
            return Problem("check.no-connection", "there was no connection")
        return compare_fields.tcb_differences(item, record["fields"])

    def _in_state(self, item: ExpectAt) -> Problem | None:
        states = self.run.states_at(item.host, item.time)
        if item.socket:
            conn = self.run.conn_named(item.host, item.socket)
            states = {conn: states[conn]} if conn in states else {}
        wanted = item.values[0] if item.values else ""
        actual = sorted(set(states.values()))
        if wanted == "none":
            return None if not states else was(", ".join(actual))
        return None if actual == [wanted] else was(", ".join(actual) or "none")

    def _states(self, item: ExpectAt) -> Problem | None:
        listed = list(self.run.states_at(item.host, item.time).values())
        wrong = [
            compare_fields.value_was(name, listed.count(name))
            for name, number in item.fields
            if listed.count(name) != int(number)
        ]
        return joined(wrong)

    def _queue(self, item: ExpectAt) -> Problem | None:
        port = int(item.values[0])
        record = self.run.last_at("queue", item.time, host=item.host, port=port)
        if record is None:
            record = {"syn": 0, "accept": 0}
        return compare_fields.pair_differences(item.fields, record)

    def _timer(self, item: ExpectAt) -> Problem | None:
        pending = self.run.timers_at(item.host, item.time)
        conn = self.run.conn_named(item.host, item.socket) if item.socket else None
        dues = [
            due
            for (owner, name), due in pending.items()
            if name == item.values[0] and conn in (None, owner)
        ]
        if "none" in item.values:
            return None if not dues else _due(dues[:1])
        if not dues:
            others = sorted({name for _, name in pending})
            return Problem(
                "check.not-running",
                "it was not running; running: {names}",
                names=", ".join(others) or "-",
            )
        for key, word in item.fields:
            if key == "due" and values.parse_time(word) not in dues:
                return _due(dues)
        return None

    def _counter(self, item: ExpectAt) -> Problem | None:
        name, number = item.values[0], int(item.values[1])
        last = self.run.last_at("counter", item.time, host=item.host, name=name)
        actual = last["value"] if last else 0
        return None if actual == number else was(actual)

    # -- over the whole run

    def _read(self, item: ExpectRead) -> None:
        mine = self._conns(item.host, item.socket)
        data = b"".join(
            bytes.fromhex(r["octets"])
            for r in self.run.trace
            if r["type"] in ("signal", "call") and mine(r) and "octets" in r
        )
        if item.data is not None and data != item.data:
            told = compare_fields.show_data(data)
            self.wrong(item, Problem("check.read", "it read {told}", told=told))
        elif item.data is None and len(data) != item.number:
            self.wrong(item, Problem("check.read-count", "it read {count} octets", count=len(data)))

    def _silent(self, item: ExpectSilent) -> None:
        for record in self.run.packets:
            if record["from"] == item.host and item.start <= record["t"] <= item.stop:
                self.wrong(item, Problem("check.sent", "it sent {told}", told=self._told(record)))
                return

    def _never(self, item: ExpectNever) -> None:
        for record in self.run.trace:
            if compare_fields.is_what_must_not_be(item, record, self.run):
                if record["type"] == "segment":
                    told = self._told(record)
                else:
                    told = f"{show_time(record['t'])} {compare_fields.show_event(record)}"
                self.wrong(item, Problem("check.happened", "it happened: {told}", told=told))
                return

    def _isn(self, item: ExpectIsn) -> None:
        found = self.run.isns(*item.direction)
        if len(found) <= item.nth:
            self.wrong(
                item,
                Problem("check.isns", "there were only {count} different ISNs", count=len(found)),
            )
            return
        step = (found[item.nth] - found[item.nth - 1]) % MODULUS
        if item.step is not None and step != item.step % MODULUS:
            self.wrong(item, Problem("check.isn-step", "the step was +{step}", step=step))


def _due(dues: list[int]) -> Problem:
    return Problem("check.due", "due at {time}", time=", ".join(map(show_time, dues)))


def _optional(record: Record) -> bool:
    """Packets that the network or an attacker made need not be listed."""
    return bool(record.get("copy_of")) or _made_by_hand(record)


def _made_by_hand(record: Record) -> bool:
    return bool(record.get("spoofed") or record.get("injected"))


def _steps_from(record: Record, then: list[Record], steps: list[str]) -> bool:
    """Whether ``record`` begins the chain of states ``steps`` on its connection."""
    if steps[0] and record["old"] != steps[0]:
        return False
    if record["new"] != steps[1]:
        return False
    if len(steps) == 2:
        return True
    later = [r for r in then if r["conn"] == record["conn"] and r["old"] == record["new"]]
    return any(_steps_from(r, then, steps[1:]) for r in later if r is not record)
