"""What may be wrong, as an id with values: the texts in both languages are elsewhere.

Plain data: a result travels between processes.
"""

from dataclasses import dataclass

from synfin.core.events import Reason, Value


@dataclass(frozen=True)
class Finding:
    """One thing that is not as the script says; ``id`` names a text ``packetdrill-<id>``."""

    id: str
    values: tuple[tuple[str, str | int], ...] = ()

    def get(self, name: str) -> str | int:
        """One of the values; "" when it is not there."""
        return dict(self.values).get(name, "")


def finding(id_: str, **values: str | int) -> Finding:
    """A :class:`Finding` written shortly."""
    return Finding(id_, tuple(values.items()))


def differs(field: str, expected: object, actual: object) -> Finding:
    """A compared field that is not equal."""
    return finding("differs", field=field, expected=str(expected), actual=str(actual))


@dataclass(frozen=True)
class Why:
    """The engine's reason: the rule's id and source, and the values it compared."""

    rule: str
    source: str
    values: tuple[tuple[str, Value], ...] = ()


def why_of(reason: object | None) -> Why | None:
    """A reason of the engine as plain data; None for none."""
    if not isinstance(reason, Reason):
        return None
    known = tuple((k, v) for k, v in reason.values.items() if v is not None)
    return Why(reason.rule.id, reason.rule.source, known)


class Failure(Exception):
    """The host did not do what the script says."""

    def __init__(self, *findings: Finding, actual: str = "", why: Why | None = None) -> None:
        super().__init__(findings)
        self.findings: tuple[Finding, ...] = findings
        self.actual: str = actual
        self.why: Why | None = why


@dataclass(frozen=True)
class Captured:
    """One packet of a run: ``octets`` from the IP header on, ``time`` in ns."""

    time: int
    octets: bytes
    inbound: bool
    """Towards the host under test."""
    why: Why | None
    """Why it was sent, or what settled it where it arrived."""


@dataclass(frozen=True)
class Result:
    """How a script ended: ``status`` is pass, fail, unsupported or error."""

    name: str
    status: str
    line: int = 0
    source: str = ""
    """The script's line."""
    findings: tuple[Finding, ...] = ()
    """Of a failure."""
    message: str = ""
    """What is unsupported, as the script calls it."""
    actual: str = ""
    why: Why | None = None
    without_effect: tuple[str, ...] = ()
    """Sysctls that were set and change nothing here."""
    packets: tuple[Captured, ...] = ()
    """All packets, where a capture was asked for."""
