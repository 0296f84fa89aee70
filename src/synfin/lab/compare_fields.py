"""Field by field: one expectation against one record of the trace."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final

from synfin.core.problems import Problem
from synfin.lab import values
from synfin.lab.model import ExpectAt, ExpectEvent, ExpectNever, ExpectPacket, Number
from synfin.lab.trace import FATE_WORDS, MODULUS, Record, Run, is_between, show_reason
from synfin.lab.values import show_time

_PROTOCOLS: Final = {"udp": ("udp",), "icmp": ("icmp",), "frag": ("ip",), "tcp": ("tcp",)}
_OPTIONS: Final = {"mss": "mss", "wscale": "wscale", "tsval": "ts_val", "tsecr": "ts_ecr"}
_PLAIN: Final = {
    "len": "len",
    "win": "win",
    "ttl": "ttl",
    "sport": "sport",
    "dport": "dport",
    "mtu": "mtu",
    "urg": "urgent",
    "id": "ident",
    "offset": "frag_offset",
}


def kind_matches(item: ExpectPacket, record: Record) -> bool:
    """Protocol and, for TCP, exactly the flags."""
    if item.kind == "any":
        return True
    if record["proto"] not in _PROTOCOLS[item.kind]:
        return False
    if item.kind == "icmp":
        wanted = [value for key, value in item.fields if key == "type"]
        return not wanted or wanted[0] == f"{record['icmp_type']}/{record['icmp_code']}"
    return item.kind != "tcp" or item.flags == frozenset(record["flags"])


def was(told: str | int) -> Problem:
    """``it was this``."""
    return Problem("check.was", "it was {told}", told=told)


def value_was(name: str, value: object) -> Problem:
    """``name was value``; None is absent."""
    if value is None:
        return Problem("check.absent", "{name} was absent", name=name)
    return Problem("check.value", "{name} was {value}", name=name, value=str(value))


def joined(problems: list[Problem]) -> Problem | None:
    """All of them in one, None for none."""
    return reduce(_both, problems) if problems else None


def _both(one: Problem, other: Problem) -> Problem:
    return Problem("check.both", "{one}; {other}", one=one, other=other)


def differences(item: ExpectPacket, record: Record, run: Run) -> list[Problem]:
    """What differs, each as ``field was value``."""
    wrong: list[Problem] = []
    for key, wanted in item.fields:
        if key == "type":
            continue
        if key == "settled":
            wrong += _settled_differs(str(wanted), record, run)
            continue
        actual = _actual(key, record)
        if isinstance(wanted, Number):
            said = _number_differs(key, wanted, record, run)
            if said is not None:
                wrong.append(said)
        elif actual != wanted:
            shown = show_time(actual) if key == "arrives" and isinstance(actual, int) else actual
            wrong.append(value_was(key, shown))
    fate = str(FATE_WORDS.get(record["fate"], record["fate"]))
    wanted_fates = [word for word in item.words if word in FATE_WORDS.values()]
    if wanted_fates and fate != wanted_fates[0]:
        wrong.append(was(fate))
    elif not wanted_fates and record["fate"] != "delivered":
        wrong.append(_went_wrong(fate, record.get("fault")))
    options = record.get("options") or {}
    if "nooption" in item.words and options:
        names = ", ".join(options)
        wrong.append(Problem("check.options", "it had options {names}", names=names))
    if "sackok" in item.words and not options.get("sack_permitted"):
        wrong.append(Problem("check.no-sack", "SACK was not offered"))
    if "more" in item.words and not record.get("more_fragments"):
        wrong.append(Problem("check.last-fragment", "it was the last fragment"))
    return wrong


def _went_wrong(fate: str, fault: str | None) -> Problem:
    if not fault:
        return was(fate)
    return Problem("check.was-by", "it was {told} by {fault}", told=fate, fault=fault)


def _actual(key: str, record: Record) -> object:
    options = record.get("options") or {}
    if key in _OPTIONS:
        return options.get(_OPTIONS[key])
    if key in _PLAIN:
        return record.get(_PLAIN[key])
    if key == "data":
        return bytes.fromhex(record.get("payload", ""))
    if key == "hex":
        return bytes.fromhex(record["bytes"])
    if key == "rule":
        return (record.get("reason") or {}).get("rule")
    if key == "arrives":
        return record["arrives"]
    if key == "ecn":  # as it arrives
        return "ce" if record.get("marked") else record.get("ecn", "no")
    if key == "fault":
        return record.get("fault")
    if key == "fastopen":
        cookie = options.get("fastopen")
        return None if cookie is None else len(cookie) // 2
    if key == "sack":
        return ",".join(f"{left}-{right}" for left, right in record.get("sack", []))
    return record.get(key)


def _settled_differs(wanted: str, record: Record, run: Run) -> list[Problem]:
    """A segment may be settled by several rules, one after the other."""
    verdict = run.verdicts.get(record["n"]) or {}
    first = verdict.get("reason")
    rules = [reason["rule"] for reason in ([first] if first else []) + verdict.get("also", [])]
    return [] if wanted in rules else [value_was("settled", ", ".join(rules) or None)]


def _number_differs(key: str, wanted: Number, record: Record, run: Run) -> Problem | None:
    absolute = record["abs_" + key]
    if wanted.base == "relative":
        return None if record[key] == wanted.value else value_was(key, record[key])
    if wanted.base == "absolute":
        same = absolute == wanted.value % MODULUS
        return None if same else value_was(key, f"abs:{absolute}")
    known = run.isns(*wanted.direction, before=record["n"])
    if wanted.nth > len(known) or not known:
        return Problem(
            "check.no-isn",
            "{name} was {value}, and no such ISN was seen",
            name=key,
            value=f"abs:{absolute}",
        )
    base = known[wanted.nth - 1]
    if absolute == (base + wanted.value) % MODULUS:
        return None
    return value_was(key, f"isn+{(absolute - base) % MODULUS}")


# --- calls, signals, queues, timers ---------------------------------------------


def same_word(item: ExpectEvent, record: Record) -> bool:
    """Whether the record is of the kind that the line speaks of."""
    kind = record["type"]
    if kind == "call":
        return bool(record["call"] == item.word)
    if kind == "signal":
        return bool(record["name"] == item.word)
    if kind == "queue":
        return bool(str(record["port"]) == item.values[0])
    if kind == "timer":
        return bool(record["name"] == item.values[0])
    return True


def call_fits(item: ExpectEvent, record: Record) -> bool:
    """A call's end against ``ok``, a number, a text, ``eof`` or an errno name."""
    if record["type"] == "signal":
        return signal_fits(item, record)
    if record.get("blocking"):
        return False
    wanted = " ".join(item.values)
    if not wanted or wanted == "ok":
        return not record.get("errno")
    if record.get("errno"):
        return bool(record["errno"] == wanted)
    return _value_fits(wanted, record)


def _value_fits(wanted: str, record: Record) -> bool:
    octets = bytes.fromhex(record.get("octets", ""))
    if wanted.startswith('"'):
        return octets == values.parse_text(wanted)
    if wanted == "eof":
        return bool(record.get("result") == "eof")
    if "octets" in record and wanted.isdigit():
        return len(octets) == int(wanted)
    return str(record.get("result")) == wanted


def signal_fits(item: ExpectEvent, record: Record) -> bool:
    """What the application was told."""
    wanted = " ".join(item.values)
    if not wanted:
        return True
    if record.get("errno"):
        return bool(record["errno"] == wanted)
    return _value_fits(wanted, record)


def _queue_fits(item: ExpectEvent, record: Record) -> bool:
    return not pair_differences(item.fields, record)


def _timer_fits(item: ExpectEvent, record: Record) -> bool:
    actions = item.values[1:]
    if actions and record["action"] not in actions:
        return False
    return all(
        key == "due" and values.parse_time(word) == record["due"] for key, word in item.fields
    )


def _rule_fits(item: ExpectEvent, record: Record) -> bool:
    return not item.values or (record.get("reason") or {}).get("rule") == item.values[0]


EVENTS: Final[dict[str, Callable[[ExpectEvent, Record], bool]]] = {
    "queue": _queue_fits,
    "timer": _timer_fits,
    "arrival": _rule_fits,
    "silence": _rule_fits,
    "data": signal_fits,
    "eof": signal_fits,
    "reset": signal_fits,
    "urgent": signal_fits,
    "connected": signal_fits,
    "accepted": signal_fits,
    "readable": signal_fits,
    "error": signal_fits,
}
_SIGNALS: Final = frozenset(
    {"data", "eof", "reset", "urgent", "connected", "accepted", "readable", "error"}
)
_MACHINE: Final = frozenset({"crash", "power-off", "reboot", "link-down", "link-up"})
EVENT_RECORDS: Final[dict[str, tuple[str, ...]]] = {
    "queue": ("queue",),
    "timer": ("timer",),
    "arrival": ("arrival",),
    "silence": ("silence",),
    **dict.fromkeys(_SIGNALS, ("signal",)),
}


def show_event(record: Record) -> str:
    """A record of any kind in a few words."""
    kind = record["type"]
    if kind == "call":
        result = record.get("errno") or record.get("result")
        waits = " (waits)" if record.get("blocking") else ""
        return (
            f"{record['host']} {record['call']} {'' if result is None else result}{waits}".strip()
        )
    if kind == "signal":
        data = f" {record['data']}" if record.get("data") else ""
        errno = f" {record['errno']}" if record.get("errno") else ""
        return f"{record['host']} {record['name']}{data}{errno}"
    if kind == "state":
        return (
            f"{record['host']} {record['old']}->{record['new']} [{show_reason(record['reason'])}]"
        )
    if kind == "queue":
        return f"queue {record['port']} syn={record['syn']} accept={record['accept']}"
    if kind == "timer":
        due = "" if record["due"] is None else f" due={show_time(record['due'])}"
        return f"timer {record['name']} {record['action']}{due}"
    return f"{kind} {show_reason(record.get('reason'))}".strip()


def show_data(data: bytes) -> str:
    """Octets as a short text."""
    text = "".join(chr(b) if 32 <= b < 127 and b != 34 else f"\\x{b:02x}" for b in data[:120])
    return f'"{text}"' + ("" if len(data) <= 120 else f" … ({len(data)} octets)")


def pair_differences(pairs: Sequence[tuple[str, str]], record: Record) -> Problem | None:
    """``key was value`` for each number that differs."""
    wrong = [value_was(key, record.get(key)) for key, word in pairs if str(record.get(key)) != word]
    return joined(wrong)


_TIMES: Final = frozenset({"rto", "srtt", "rttvar"})


def tcb_differences(item: ExpectAt, fields: Record) -> Problem | None:
    """What differs in a snapshot of the TCB."""
    wrong: list[Problem] = []
    for key, word in item.fields:
        if key not in fields:
            hint = values.near(key, fields)
            wrong.append(
                Problem("check.field", "there is no field {name}; {hint}", name=key, hint=hint)
            )
        elif key in _TIMES:
            wanted = values.parse_time(word)
            if fields[key] != wanted:
                wrong.append(value_was(key, show_time(fields[key])))
        elif str(fields[key]) != word:
            wrong.append(value_was(key, fields[key]))
    return joined(wrong)


def is_what_must_not_be(item: ExpectNever, record: Record, run: Run) -> bool:
    """Whether ``record`` is what a ``never`` line forbids."""
    if item.direction != ("", ""):
        if record["type"] != "segment" or record.get("injected"):
            return False
        if not is_between(record, *item.direction, run.owners):
            return False
        if "*" in item.flags:
            return True
        if record["proto"] != "tcp":
            return record["proto"].upper() in item.flags
        return item.flags == frozenset(record["flags"]) or (
            item.flags in (frozenset({"RST"}), frozenset({"FIN"}))
            and item.flags <= frozenset(record["flags"])
        )
    if record.get("host") != item.host:
        return False
    if item.socket and record.get("conn") != run.conn_named(item.host, item.socket):
        return False
    if "->" in item.word:
        old, _, new = item.word.partition("->")
        return record["type"] == "state" and record["new"] == new and old in ("", record["old"])
    if record["type"] == "call":
        done = not record.get("errno") and not record.get("blocking")
        return bool(record["call"] == item.word and done)
    return record["type"] == "signal" and bool(record["name"] == item.word)
