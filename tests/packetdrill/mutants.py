"""Scripts with one compared field changed: what a judge must refuse.

Left out is what the original does not compare either: the ISN that a script gives to a
SYN of the host (it is an offset), TSval without ``--tcp_ts_tick_usecs``, options under
``<...>``, a window that is not given, results of ``...``, times of ``*``. A segment that no
line expects is not looked at by the original either, once something arrives after it.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace

from synfin.packetdrill.model import (
    Array,
    Call,
    Event,
    Expression,
    IcmpSpec,
    Option,
    Script,
    Structure,
    TcpSpec,
    Timing,
    UdpSpec,
    When,
    Word,
)
from synfin.packetdrill.symbols import number
from synfin.wire.tcp import SYN

MILLISECOND = 1_000_000
_MESSAGE = (
    "msg_flags", "cmsg_level", "cmsg_type", "cmsg_data", "ee_errno", "ee_origin", "ee_type",
    "ee_code", "ee_info", "ee_data", "scm_sec", "scm_nsec",
)  # fmt: skip


def mutants(script: Script) -> Iterator[tuple[str, Script]]:
    """(what was changed, the script with it) for every compared field."""
    tolerance = int(dict(script.options).get("tolerance_usecs", "4000")) * 1_000
    for index, event in enumerate(script.events):
        for what, changed in _of_event(event, tolerance + MILLISECOND):
            events = (*script.events[:index], changed, *script.events[index + 1 :])
            yield f"line {event.line}: {what}", replace(script, events=events)
        if _is_sent(event):
            again = replace(event, when=When(Timing.RELATIVE))
            events = (*script.events[: index + 1], again, *script.events[index + 1 :])
            yield f"line {event.line}: twice", replace(script, events=events)


def _is_sent(event: Event) -> bool:
    return isinstance(event.action, TcpSpec) and event.action.outbound


def _of_event(event: Event, least: int) -> Iterator[tuple[str, Event]]:
    action = event.action
    if isinstance(action, TcpSpec) and _is_sent(event):
        for what, spec in _of_segment(action):
            yield what, replace(event, action=spec)
        yield from _of_time(event, least)
    elif isinstance(action, UdpSpec | IcmpSpec) and action.outbound:
        for what, other in _of_datagram(action):
            yield what, replace(event, action=other)
        yield from _of_time(event, least)
    elif isinstance(action, Call):
        for what, call in _of_call(action, least):
            yield what, replace(event, action=call)


def _of_time(event: Event, least: int) -> Iterator[tuple[str, Event]]:
    when = event.when
    if when.timing is Timing.ANY:
        return
    far = (when.end - when.start) * 2 + least
    far += when.start // 4 if when.timing is Timing.RELATIVE or when.ranged else 0
    yield "later", replace(event, when=When(when.timing, when.start + far, when.end + far))
    if when.start > far:
        yield "sooner", replace(event, when=When(when.timing, when.start - far, when.end - far))


def _of_segment(spec: TcpSpec) -> Iterator[tuple[str, TcpSpec]]:
    for bit in range(8):
        yield f"flag {bit}", replace(spec, flags=spec.flags ^ 1 << bit)
    if not spec.flags & SYN:
        yield "seq + 1", replace(spec, seq=spec.seq + 1)
        yield "seq - 1", replace(spec, seq=spec.seq - 1)
    yield "ack + 1", replace(spec, ack=spec.ack + 1)
    yield "length + 1", replace(spec, length=spec.length + 1)
    if spec.length:
        yield "length - 1", replace(spec, length=spec.length - 1)
    yield "urgent", replace(spec, urgent=spec.urgent + 1)
    if spec.window >= 0:
        yield "window + 1", replace(spec, window=spec.window + 1)
    if spec.ip.ecn:
        yield "ecn", replace(spec, ip=replace(spec.ip, ecn="ce"))
    if spec.options is not None:
        for what, options in _of_options(spec.options):
            yield f"option: {what}", replace(spec, options=options)


def _of_datagram(spec: UdpSpec | IcmpSpec) -> Iterator[tuple[str, UdpSpec | IcmpSpec]]:
    if isinstance(spec, UdpSpec):
        yield "length", replace(spec, length=spec.length + 1)
        if spec.src_port:
            yield "ports", replace(spec, src_port=spec.src_port ^ 1)
            yield "ports", replace(spec, dst_port=spec.dst_port ^ 1)
        return
    yield "type", replace(spec, type="parameter_problem", code="")
    if spec.code:
        yield "code", replace(spec, code="host_unreachable")
    if spec.echo_id >= 0:
        yield "id", replace(spec, echo_id=spec.echo_id + 1)
    if spec.udp_length >= 0:
        yield "[udp]", replace(spec, udp_length=spec.udp_length + 1)


def _of_options(options: tuple[Option, ...]) -> Iterator[tuple[str, tuple[Option, ...]]]:
    yield "one more", (*options, Option(1))
    for index, option in enumerate(options):
        before, after = options[:index], options[index + 1 :]
        yield f"{index} away", before + after
        if option.kind == 8:  # timestamps: only the echo is compared
            value, echo = struct.unpack("!II", option.data)
            other = Option(8, struct.pack("!II", value, echo ^ 1))
        elif option.data:
            other = Option(option.kind, option.data[:-1] + bytes((option.data[-1] ^ 1,)))
        else:
            other = Option(option.kind ^ 64, option.data)
        yield f"{index} changed", (*before, other, *after)


def _of_call(call: Call, least: int) -> Iterator[tuple[str, Call]]:
    if call.name not in ("socket", "accept", "epoll_create") and _is_number(call.result):
        yield "result + 1", replace(call, result=number(call.result) + 1)
        other = -1 if number(call.result) != -1 else 0
        yield "result", replace(call, result=other)
    elif call.name != "socket" and call.errno == "":
        yield "result", replace(call, result=-1)
    if call.errno:
        yield "errno", replace(call, errno="EDOM")
        yield "success", replace(call, result=9, errno="")
    if call.until >= 0:
        far = call.until // 4 + least
        yield "return later", replace(call, until=call.until + far)
    if call.name in ("getsockopt", "ioctl", "poll", "epoll_wait", "recvmsg"):
        yield from _of_arguments(call)


def _of_arguments(call: Call) -> Iterator[tuple[str, Call]]:
    """Values that the call gives back through its arguments."""
    index = {"getsockopt": 3, "ioctl": 2, "poll": 0, "epoll_wait": 1, "recvmsg": 1}[call.name]
    names = {"poll": ("revents",), "recvmsg": _MESSAGE, "epoll_wait": ("events",)}
    if (call.name == "epoll_wait" and call.result == 0) or call.errno:
        return  # nothing was given back
    for what, changed in _changed(call.arguments[index], names.get(call.name, ("",))):
        arguments = (*call.arguments[:index], changed, *call.arguments[index + 1 :])
        yield what, replace(call, arguments=arguments)


def _changed(expression: Expression, names: tuple[str, ...]) -> Iterator[tuple[str, Expression]]:
    """Every number called one of ``names`` ("": any in an array), one at a time."""
    if isinstance(expression, Array):
        for index, item in enumerate(expression.items):
            inner = (
                [("value", number(item) ^ 1)]
                if "" in names and _is_number(item)
                else list(_changed(item, names))
            )
            for what, other in inner:
                items = (*expression.items[:index], other, *expression.items[index + 1 :])
                yield what, Array(items)
    elif isinstance(expression, Structure):
        for index, (name, value) in enumerate(expression.fields):
            if name in names and not isinstance(value, Structure):
                by = 100 * MILLISECOND if name == "scm_nsec" else 2
                changes: list[tuple[str, Expression]] = [(name, number(value) ^ by)]
            else:
                changes = list(_changed(value, names))
            for what, other in changes:
                field = (name, other)
                yield (
                    what,
                    Structure((*expression.fields[:index], field, *expression.fields[index + 1 :])),
                )


def _is_number(expression: Expression) -> bool:
    return isinstance(expression, int | Word)
