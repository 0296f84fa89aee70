"""What a connection's sending waited for, in ns: TCP_INFO's busy_time, rwnd_limited and
sndbuf_limited (Linux tcp_chrono_start(), enum tcp_chrono). Only looks, changes nothing."""

from typing import Final

from synfin.core import rules
from synfin.core.connection import Connection
from synfin.core.interpreted import mypyc_attr

IDLE: Final = 0
BUSY: Final = 1
RWND_LIMITED: Final = 2
SNDBUF_LIMITED: Final = 3


@mypyc_attr(acyclic=True)
class SendTimes:
    """Three clocks, of which at most one runs."""

    def __init__(self) -> None:
        self.kind: int = IDLE
        self.since: int = 0
        self.busy: int = 0
        """With nothing else in the way."""
        self.rwnd: int = 0
        """The peer's window held back what is queued."""
        self.sndbuf: int = 0
        """The application wanted to queue more than SO_SNDBUF takes."""

    def observe(self, connection: Connection, wants_room: bool, now: int) -> None:
        """After anything happened; ``wants_room``: a send came short."""
        kind = _kind(connection, wants_room)
        if kind != self.kind:
            self._settle(now)
            self.kind = kind

    def _settle(self, now: int) -> None:
        passed = now - self.since
        self.since = now
        if self.kind == BUSY:
            self.busy += passed
        elif self.kind == RWND_LIMITED:
            self.rwnd += passed
        elif self.kind == SNDBUF_LIMITED:
            self.sndbuf += passed

    def totals(self, now: int) -> tuple[int, int, int]:
        """(busy, rwnd limited, sndbuf limited) up to ``now``; busy has all three in it."""
        self._settle(now)
        return self.busy + self.rwnd + self.sndbuf, self.rwnd, self.sndbuf


def _kind(connection: Connection, wants_room: bool) -> int:
    snd = connection.snd
    if snd.buffer.end <= snd.snd_una or snd.snd_una <= snd.iss:
        return IDLE
    unsent = snd.unsent
    if unsent > 0:
        held = connection.wait_rule is rules.WAIT_WINDOW or connection.wait_rule is rules.WAIT_SWS
        cwnd_allows = snd.in_flight < snd.cc.cwnd  # Linux asks for that first
        if held and cwnd_allows and snd.usable < min(unsent, connection.effective_mss):
            return RWND_LIMITED
        return BUSY
    if wants_room and snd.in_flight < snd.cc.cwnd:
        return SNDBUF_LIMITED
    return BUSY
