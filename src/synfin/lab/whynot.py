"""Why a host did *not* send something at some time: there is always an answer.

The rule that settled what had just arrived, a silence that the engine reported,
a timer that is still running, a packet that never came; and where nothing of
all that holds, there was simply nothing to send.
"""

from dataclasses import dataclass
from typing import Final

from synfin.core.rules import CLOSED_RST_IGNORED, WAIT_NOTHING, Rule, all_rules
from synfin.lab.trace import Record, Run

Reasons = Record


@dataclass(frozen=True)
class Silence:
    """Why ``host`` was silent.

    ``kind``: ``sent`` (it did send: ``packet``), ``down`` (the machine was off),
    ``arrival`` (the rule that settled ``packet``), ``silence`` (a rule held it),
    ``lost`` (``packet``, that could have caused it, never came), ``timer`` (it waits
    for a timer due at ``due``), ``coming`` (``packet`` is still on its way, there at
    ``due``), ``nothing`` (there was nothing to send).
    ``reason`` is a reason as in docs/trace.md. ``next`` is the number of the next
    such packet, if it is ever sent.
    """

    kind: str
    reason: Reasons
    time: int
    packet: int = 0
    due: int | None = None
    next: int = 0


def why_not(run: Run, host: str, flags: str, at: int) -> Silence:
    """Why ``host`` sent no packet with ``flags`` (``SYN,ACK``, ``DATA``, ``*``) at ``at`` ns."""
    wanted = [record for record in run.packets if record["from"] == host and _fits(record, flags)]
    for record in wanted:
        if record["t"] == at:
            reason = record["reason"] or _reason(WAIT_NOTHING, {})
            return Silence("sent", reason, at, record["n"])
    later = next((record["n"] for record in wanted if record["t"] > at), 0)
    for question in _QUESTIONS:
        answer = question(run, host, flags, at)
        if answer is not None:
            kind, reason, time, packet, due = answer
            return Silence(kind, reason, time, packet, due, later)
    return Silence("nothing", _nothing(run, host, at), at, next=later)


Answer = tuple[str, Reasons, int, int, int | None]


def _reason(rule: Rule, values: Record) -> Reasons:
    return {"rule": rule.id, "source": rule.source, "values": values}


def _nothing(run: Run, host: str, at: int) -> Reasons:
    last = run.last_at("tcb", at, host=host)
    return _reason(WAIT_NOTHING, {"snd_nxt": last["fields"]["snd_nxt"]} if last else {})


def _fits(record: Record, flags: str) -> bool:
    if flags in ("*", ""):
        return True
    if record["proto"] != "tcp":
        return bool(record["proto"].upper() == flags)
    if flags == "DATA":
        return bool(record["len"] > 0)
    return frozenset(flags.split(",")) - {"PSH"} == frozenset(record["flags"]) - {"PSH"}


def _down(run: Run, host: str, flags: str, at: int) -> Answer | None:
    last: Record | None = None
    for record in run.of("host"):
        if record["host"] == host and record["t"] <= at:
            if record["action"] in ("crash", "power-off", "reboot"):
                last = record
    if last is None or last["action"] == "reboot":
        return None
    return "down", _nothing(run, host, at), last["t"], 0, None


def _just_arrived(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """What came at that very moment was settled by a rule that answers nothing such."""
    for record in reversed(run.of("arrival")):
        if record["host"] == host and record["t"] == at and record["reason"]:
            return "arrival", record["reason"], at, record["n"], None
    return None


def _held(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """A rule said "not now", and since then nothing was sent."""
    silent = [r for r in run.of("silence") if r["host"] == host and r["t"] <= at]
    if not silent or not silent[-1]["reason"]:
        return None
    last = silent[-1]
    sent = any(
        r["from"] == host and r["conn"] == last["conn"] and last["t"] < r["t"] <= at
        for r in run.packets
    )
    return None if sent else ("silence", last["reason"], last["t"], 0, None)


def _repeats(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """A timer runs that will send just that again: nothing lost explains it better."""
    pending = sorted((due, conn, name) for (conn, name), due in run.timers_at(host, at).items())
    for due, conn, name in pending:
        again = name == "syn-ack" and flags == "SYN,ACK"
        if name == "retransmit" and flags in _REPEATED:
            oldest = _oldest_unacknowledged(run, host, conn, at)
            again = oldest is not None and _fits(oldest, flags)
        if again:
            return _timer(run, host, conn, name, due, at)
    return None


def _oldest_unacknowledged(run: Run, host: str, conn: int, at: int) -> Record | None:
    """The packet that a retransmission at ``at`` would repeat."""
    tcb = run.last_at("tcb", at, host=host, conn=conn)
    if tcb is None:
        return None
    for record in run.packets:
        if record["from"] == host and record["conn"] == conn and record["t"] <= at:
            length = record["len"] + len({"SYN", "FIN"}.intersection(record["flags"]))
            if record["seq"] <= tcb["fields"]["snd_una"] < record["seq"] + length:
                return record
    return None


def _timer(run: Run, host: str, conn: int, name: str, due: int, at: int) -> Answer:
    set_by = run.last_at("timer", at, host=host, conn=conn, name=name)
    reason = (set_by or {}).get("reason") or _nothing(run, host, at)
    return "timer", reason, (set_by or {}).get("t", at), 0, due


def _lost(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """The packet that could have brought it about never arrived."""
    came = [r["t"] for r in run.of("arrival") if r["host"] == host and r["t"] <= at]
    last_in = max(came, default=None)
    for record in reversed(run.packets):
        missing = record["to"] == host and record["t"] <= at and record["arrives"] is None
        if (
            missing
            and _answered_with(record, flags)
            and (last_in is None or record["t"] >= last_in)
        ):
            return "lost", _nothing(run, host, at), record["t"], record["n"], None
    return None


def _answered_with(record: Record, flags: str) -> bool:
    """Whether such a packet can be answered so: an ACK alone never draws an ACK or a SYN."""
    if record["proto"] != "tcp" or flags == "DATA":
        return True
    sent = record["flags"]
    if "SYN" in flags.split(","):
        return "SYN" in sent
    if flags in ("ACK", "*"):
        return record["len"] > 0 or "SYN" in sent or "FIN" in sent
    return "RST" not in sent


_REPEATED: Final = ("SYN", "SYN,ACK", "FIN,ACK", "DATA")
_SENDING: Final = ("retransmit", "persist", "syn-ack", "delayed-ack", "keepalive")
_ANSWERED_BY: Final = {
    "SYN": ("retransmit",),
    "SYN,ACK": ("syn-ack", "retransmit"),
    "FIN,ACK": ("retransmit",),
    "DATA": ("retransmit", "persist"),
    "ACK": ("delayed-ack", "persist", "keepalive"),
}


def _waiting(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """A timer runs that will send it."""
    names = _ANSWERED_BY.get(flags, _SENDING)
    pending = run.timers_at(host, at)
    due = sorted((due, conn, name) for (conn, name), due in pending.items() if name in names)
    if not due:
        return None
    when, conn, name = due[0]
    return _timer(run, host, conn, name, when, at)


def _repeating(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """Nothing is owed and nothing comes: what it repeats by its timer carries the ACK, too."""
    return _waiting(run, host, "*", at) if flags == "ACK" else None


def _coming(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """What it would answer has not arrived yet."""
    for record in run.packets:
        if record["to"] == host and record["t"] <= at < (record["arrives"] or 0):
            return "coming", _nothing(run, host, at), record["t"], record["n"], record["arrives"]
    return None


_DROPS: Final = (
    "-dropped",
    "-ignored",
    "seq.unacceptable",
    "rst.outside-window",
    "wire.",
    "paws.",
    "ack.missing",
    "challenge-ack.limited",
    "listener.",
    "syn-received.new-syn-listen",
    "time-wait.nothing",
)


def _arrived_before(run: Run, host: str, flags: str, at: int) -> Answer | None:
    """The last thing that came was thrown away by a rule, and since then nothing came."""
    for record in reversed(run.of("arrival")):
        if record["host"] != host or record["t"] > at or not record["reason"]:
            continue
        rule = record["reason"]["rule"]
        if any(part in rule for part in _DROPS) or rule == CLOSED_RST_IGNORED.id:
            return "arrival", record["reason"], record["t"], record["n"], None
        return None
    return None


_QUESTIONS: Final = (
    _down, _just_arrived, _held, _repeats, _lost, _waiting, _coming, _arrived_before,
    _repeating,
)  # fmt: skip


def known_rule(reason: Reasons) -> bool:
    """Whether the answer names a declared rule (a test holds that it always does)."""
    return reason["rule"] in all_rules()
