"""Trace records as they are written -> the typed view of :mod:`synfin.show.model`.

Records come in as dictionaries or JSON lines and leave as frozen dataclasses.
Unknown record types and unknown fields are skipped, since new ones may be
added within a version; a wrong version or a broken line is a
:class:`~synfin.show.model.TraceError` with one line that says where.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn, cast

from synfin.core.problems import Problem
from synfin.show.model import (
    VERSION,
    Arrival,
    Call,
    ConnRecord,
    Counter,
    End,
    Hop,
    HostEvent,
    Link,
    Meta,
    Node,
    Note,
    Queue,
    Raw,
    Reason,
    Record,
    Segment,
    Signal,
    Silence,
    StateChange,
    Tcb,
    Timer,
    Trace,
    TraceError,
    Value,
)
from synfin.show.relative import one_way_of_counting


def _bad(obj: Raw, key: str, wanted: Problem) -> NoReturn:
    kind = obj.get("type", "record")
    raise TraceError(
        Problem(
            "trace.value", "trace: '{key}' of a {kind} record is {value}, expected {wanted}",
            key=key, kind=str(kind), value=repr(obj.get(key)), wanted=wanted,
        )
    )  # fmt: skip


def _int(obj: Raw, key: str, default: int | None = None) -> int:
    value = obj.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        _bad(obj, key, Problem("trace.number", "a number"))
    return value


def _opt_int(obj: Raw, key: str) -> int | None:
    return None if obj.get(key) is None else _int(obj, key)


def _str(obj: Raw, key: str, default: str | None = None) -> str:
    value = obj.get(key, default)
    if not isinstance(value, str):
        _bad(obj, key, Problem("trace.text", "text"))
    return value


def _opt_text(obj: Raw, key: str) -> str | None:
    value = obj.get(key)
    return None if value is None else str(value)


def _map(obj: Raw, key: str) -> Mapping[str, object]:
    value = obj.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        _bad(obj, key, Problem("trace.an-object", "an object"))
    return cast("Mapping[str, object]", value)


def _texts(obj: Raw, key: str) -> Mapping[str, str]:
    return {str(k): str(v) for k, v in _map(obj, key).items()}


def _values(obj: Raw, key: str) -> Mapping[str, Value]:
    # a list (e.g. sack blocks, a tuple switch) is kept as its text
    return {
        str(k): v if isinstance(v, int | str | float) or v is None else json.dumps(v)
        for k, v in _map(obj, key).items()
    }


def _list(obj: Raw, key: str) -> list[Raw]:
    value = obj.get(key, [])
    if not isinstance(value, list | tuple) or not all(isinstance(x, Mapping) for x in value):
        _bad(obj, key, Problem("trace.objects", "a list of objects"))
    return list(cast("list[Raw]", value))


def _names(obj: Raw, key: str) -> tuple[str, ...]:
    value = obj.get(key, [])
    if not isinstance(value, list | tuple):
        _bad(obj, key, Problem("trace.list", "a list"))
    return tuple(str(x) for x in value)


def _hex(obj: Raw, key: str) -> bytes:
    text = _str(obj, key, "")
    try:
        return bytes.fromhex(text)
    except ValueError:
        _bad(obj, key, Problem("trace.octets", "hexadecimal octets"))


def _reason(obj: Raw) -> Reason | None:
    if obj.get("reason") is None:
        return None
    inner = _map(obj, "reason")
    return Reason(_str(inner, "rule"), _str(inner, "source", ""), _values(inner, "values"))


# --- one function per record type --------------------------------------------


def parse_meta(obj: Raw) -> Meta:
    """The first record; raises :class:`TraceError` for another version."""
    if obj.get("type") != "meta":
        raise TraceError(
            Problem(
                "trace.meta",
                "trace: the first line is not a 'meta' record; is this a synfin trace?",
            )
        )
    version = obj.get("version")
    if version != VERSION:
        raise TraceError(
            Problem(
                "trace.version",
                "trace: version {value} is not {known}; write it again with this synfin",
                value=repr(version),
                known=VERSION,
            )
        )
    hosts = tuple(
        Node(_str(h, "name"), _names(h, "addresses"), _str(h, "kind", "host"))
        for h in _list(obj, "hosts")
    )
    links = tuple(
        Link(_str(x, "a"), _str(x, "b"), _int(x, "delay", 0), _int(x, "rate", 0), _int(x, "mtu", 0))
        for x in _list(obj, "links")
    )
    return Meta(
        scenario=_str(obj, "scenario", ""),
        case=_str(obj, "case", ""),
        title=_texts(obj, "title"),
        profile=_str(obj, "profile", ""),
        seed=_int(obj, "seed", 0),
        settings=_values(obj, "settings"),
        hosts=hosts,
        links=links,
    )


def _options(obj: Raw) -> Mapping[str, object]:
    """Options with SACK edges relative, where the recorder knows them so."""
    options = _map(obj, "options")
    return {**options, "sack": obj["sack"]} if obj.get("sack") else options


def _segment(obj: Raw) -> Segment:
    return Segment(
        n=_int(obj, "n"),
        t=_int(obj, "t"),
        arrives=_opt_int(obj, "arrives"),
        source=_str(obj, "from"),
        target=_str(obj, "to"),
        src=_str(obj, "src", ""),
        dst=_str(obj, "dst", ""),
        proto=_str(obj, "proto", "tcp"),
        conn=_int(obj, "conn", 0),
        fate=_str(obj, "fate", "delivered"),
        fault=_opt_text(obj, "fault"),
        copy_of=_opt_int(obj, "copy_of"),
        spoofed=bool(obj.get("spoofed", False)),
        ttl=_int(obj, "ttl", 0),
        length=_int(obj, "len", 0),
        data=_hex(obj, "bytes"),
        reason=_reason(obj),
        flags=_names(obj, "flags"),
        seq=_opt_int(obj, "seq") or 0,
        ack=_opt_int(obj, "ack") or 0,
        abs_seq=_opt_int(obj, "abs_seq") or 0,
        abs_ack=_opt_int(obj, "abs_ack") or 0,
        win=_opt_int(obj, "win") or 0,
        options=_options(obj),
        sport=_opt_int(obj, "sport") or 0,
        dport=_opt_int(obj, "dport") or 0,
        icmp_type=_opt_int(obj, "icmp_type") or 0,
        icmp_code=_opt_int(obj, "icmp_code") or 0,
        mtu=_opt_int(obj, "mtu") or 0,
        via=_str(obj, "via", "") or _str(obj, "to"),
        ecn=_str(obj, "ecn", ""),
        marked=bool(obj.get("marked", False)),
    )


def _end(obj: Raw) -> End:
    connections = tuple(
        (_str(c, "host"), _int(c, "conn", 0), _str(c, "state")) for c in _list(obj, "connections")
    )
    return End(_int(obj, "t"), _str(obj, "outcome", ""), connections, _int(obj, "segments", 0))


def _flow(obj: Raw) -> tuple[int, str, int]:
    return _int(obj, "t"), _str(obj, "host"), _int(obj, "conn", 0)


def parse_record(obj: Raw) -> Record | None:
    """A record after the first; None for a type this version does not know."""
    match obj.get("type"):
        case "segment":
            return _segment(obj)
        case "state":
            return StateChange(*_flow(obj), _str(obj, "old"), _str(obj, "new"), _reason(obj))
        case "arrival":
            n, (t, host, conn) = _int(obj, "n"), _flow(obj)
            also = (_reason({"reason": other}) for other in _list(obj, "also"))
            return Arrival(n, t, host, conn, _reason(obj), tuple(r for r in also if r is not None))
        case "hop":
            source, target = _str(obj, "from"), _str(obj, "to")
            arrives, ttl = _opt_int(obj, "arrives"), _int(obj, "ttl", 0)
            return Hop(_int(obj, "n"), _int(obj, "t"), arrives, source, target, ttl)
        case "call":
            return Call(
                *_flow(obj),
                socket=_opt_int(obj, "socket") or 0,
                call=_str(obj, "call"),
                args=_opt_text(obj, "args") or "",
                result=_opt_text(obj, "result"),
                errno=_opt_text(obj, "errno"),
                blocking=bool(obj.get("blocking", False)),
            )
        case "signal":
            errno, data = _opt_text(obj, "errno"), _opt_text(obj, "data")
            octets = _opt_int(obj, "result")
            return Signal(*_flow(obj), _str(obj, "name"), errno, data, _reason(obj), octets)
        case "timer":
            name, action = _str(obj, "name"), _str(obj, "action")
            return Timer(*_flow(obj), name, action, _opt_int(obj, "due"), _reason(obj))
        case "queue":
            t, host, _ = _flow(obj)
            syn, accept, backlog = _int(obj, "syn"), _int(obj, "accept"), _int(obj, "backlog", 0)
            return Queue(t, host, _int(obj, "port", 0), syn, accept, backlog)
        case "silence":
            return Silence(*_flow(obj), _reason(obj))
        case "tcb":
            return Tcb(*_flow(obj), _values(obj, "fields"))
        case "conn":
            local, remote = _opt_text(obj, "local") or "", _opt_text(obj, "remote") or ""
            return ConnRecord(*_flow(obj), _str(obj, "action"), local, remote)
        case "host":
            return HostEvent(_int(obj, "t"), _str(obj, "host"), _str(obj, "action"))
        case "counter":
            name = _str(obj, "name")
            return Counter(_int(obj, "t"), _str(obj, "host"), name, _int(obj, "value"))
        case "note":
            return Note(_int(obj, "t"), _texts(obj, "text"))
        case "end":
            return _end(obj)
        case _:
            return None


def from_records(records: Iterable[Raw], as_written: bool = False) -> Trace:
    """The typed trace of dictionaries as the recorder makes them.

    Sequence numbers are all counted in one way (see :mod:`synfin.show.relative`)
    unless they shall stand ``as_written``.
    """
    raw = tuple(records)
    if not raw:
        raise TraceError(
            Problem("trace.empty", "trace: empty; expected a 'meta' record in the first line")
        )
    parsed = (parse_record(obj) for obj in raw[1:])
    trace = Trace(parse_meta(raw[0]), tuple(r for r in parsed if r is not None), raw)
    return trace if as_written else one_way_of_counting(trace)


def read_lines(lines: Iterable[str]) -> Iterator[Raw]:
    """JSON lines as dictionaries; a broken line is a :class:`TraceError` with its number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            obj = json.loads(line)
        except json.JSONDecodeError as error:
            raise TraceError(
                Problem(
                    "trace.json", "trace line {number}: {why} at column {column}",
                    number=number, why=error.msg, column=error.colno,
                )
            ) from None  # fmt: skip
        if not isinstance(obj, dict):
            raise TraceError(
                Problem("trace.object", "trace line {number}: expected an object", number=number)
            )
        yield obj


def load(lines: Iterable[str]) -> Trace:
    """The typed trace of JSON lines (a file, a pipe, ``text.splitlines()``)."""
    return from_records(read_lines(lines))
