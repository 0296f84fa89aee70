"""What a connection or a host reports to whoever watches.

Nothing here is built unless an :class:`Observer` is attached: the hot path
tests one attribute. Values are plain numbers and strings so that a trace can
be written as JSON as it stands.
"""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.core.rules import Rule

Value = int | str | bool | None
Values = tuple[Value, ...]
NO_VALUES: Final[Values] = ()
"""What a rule compared, when nobody watches."""
_MISSING: Final[Values] = (None, None, None, None, None)


class Reason:
    """Why: the rule and the values it compared."""

    def __init__(self, rule: Rule, values: "dict[str, Value]") -> None:
        self.rule: Rule = rule
        self.values: dict[str, Value] = values

    def __repr__(self) -> str:
        return f"Reason({self.rule.id}, {self.values})"


def reason_with(rule: Rule, values: Values) -> Reason:
    """``rule`` with the values it names, in its order; what is not given is None."""
    return Reason(rule, dict(zip(rule.values, values + _MISSING, strict=False)))


class Event:
    """One thing that happened at ``time`` (ns) to connection ``conn`` (0: the host).

    ``kind`` is one of

    - ``state``: ``old``, ``new`` (RFC names)
    - ``segment-in``: what settled an arriving segment; ``segment`` is it
    - ``segment-out``: a segment was formed; ``segment`` is it
    - ``timer``: ``name``, ``action`` (set, stop, fire, restart), ``due`` (ns)
    - ``queue``: ``port``, ``syn``, ``accept``, ``backlog``
    - ``signal``: ``name`` (connected, readable, eof, reset, error, urgent, pushed …), ``errno``
    - ``silence``: there was something to send and a rule said not now
    - ``sample``: ``name`` (rtt, cwnd …), values in the reason
    - ``packet``: the host settled a packet itself (ICMP, UDP, bad checksum)
    - ``conn``: a connection record was made or deleted; ``action``, ``local``, ``remote``
    - ``counter``: ``name`` went up by one
    """

    def __init__(
        self,
        kind: str,
        time: int,
        conn: int,
        reason: Reason | None,
        data: "dict[str, Value]",
        segment: object | None = None,
    ) -> None:
        self.kind: str = kind
        self.time: int = time
        self.conn: int = conn
        self.reason: Reason | None = reason
        self.data: dict[str, Value] = data
        self.segment: object | None = segment


@mypyc_attr(allow_interpreted_subclasses=True)
class Observer:
    """Base class of whoever watches; the default forgets everything."""

    def event(self, event: Event) -> None:
        """``event`` happened just now; must not call back into the engine."""
