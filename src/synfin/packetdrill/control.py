"""Control messages: what recvmsg(2) told beside the octets, held against the script."""

from typing import Final

from synfin.host import constants as c
from synfin.host.error_queue import ErrorEntry
from synfin.packetdrill import symbols as s
from synfin.packetdrill.compare import compare_time
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Failure, differs
from synfin.packetdrill.model import (
    Array,
    Dots,
    Expression,
    Structure,
    Timing,
    Unsupported,
    When,
    Word,
)

SECOND: Final = 1_000_000_000
SCM_TIMESTAMPING: Final = c.SO_TIMESTAMPING
IPV6_RECVERR: Final = 25


class ControlMessage:
    """One cmsg: its fields by the names that scripts use; a plain number is called ""."""

    def __init__(self, level: int, type_: int, fields: dict[str, int]) -> None:
        self.level: int = level
        self.type: int = type_
        self.fields: dict[str, int] = fields


def of_error(entry: ErrorEntry, version6: bool) -> list[ControlMessage]:
    """What comes with an entry of the error queue, in Linux's order."""
    out: list[ControlMessage] = []
    if entry.time >= 0:
        when = {"scm_sec": entry.time // SECOND, "scm_nsec": entry.time % SECOND}
        out.append(ControlMessage(c.SOL_SOCKET, SCM_TIMESTAMPING, when))
    fields = {
        "ee_errno": entry.errno,
        "ee_origin": entry.origin,
        "ee_type": entry.type,
        "ee_code": entry.code,
        "ee_info": entry.info,
        "ee_data": entry.data,
    }
    level = c.IPPROTO_IPV6 if version6 else c.IPPROTO_IP
    out.append(ControlMessage(level, IPV6_RECVERR if version6 else c.IP_RECVERR, fields))
    return out


def compare(expected: Expression | None, found: list[ControlMessage], config: Config) -> None:
    """Raises Failure for the first difference. ``[]``, ``...`` and no field at all: as in
    the original nothing is compared when the script gives no list."""
    if expected is None or isinstance(expected, Dots):
        return
    if not isinstance(expected, Array):
        raise Unsupported("msg_control")
    if len(expected.items) != len(found):
        raise Failure(differs("control messages", len(expected.items), len(found)))
    for item, message in zip(expected.items, found, strict=True):
        _compare_one(item, message, config)


def _compare_one(item: Expression, message: ControlMessage, config: Config) -> None:
    if not isinstance(item, Structure):
        raise Unsupported("msg_control")
    _same("cmsg_level", item.get("cmsg_level"), message.level)
    _same("cmsg_type", item.get("cmsg_type"), message.type)
    data = item.get("cmsg_data")
    if data is None or isinstance(data, Dots):
        return
    if not isinstance(data, Structure):
        _same("cmsg_data", data, message.fields.get("", 0))
        return
    if "scm_sec" in message.fields:
        _same_time(data, message, config)
        return
    for name, value in data.fields:
        if name not in message.fields:
            raise Unsupported(name)
        _same(name, value, message.fields[name])


def _same(name: str, expected: Expression | None, found: int) -> None:
    if expected is None or isinstance(expected, Dots):
        return
    if s.number(expected) != found:
        shown = expected.name if isinstance(expected, Word) else s.number(expected)
        raise Failure(differs(name, shown, found))


def _same_time(data: Structure, message: ControlMessage, config: Config) -> None:
    """A stamp counts from the script's begin; the tolerance is that of an event."""
    sec, nsec = data.get("scm_sec"), data.get("scm_nsec")
    if sec is None or nsec is None:
        raise Unsupported("scm_sec")
    wanted = s.number(sec) * SECOND + s.number(nsec)
    found = message.fields["scm_sec"] * SECOND + message.fields["scm_nsec"]
    when = When(Timing.ABSOLUTE, wanted, wanted)
    off = compare_time(config, when, (wanted, wanted), found, None)
    if off is not None:
        raise Failure(off)
