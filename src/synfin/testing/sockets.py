"""What ``ss -tano`` shows of the simulated hosts, as rows to assert on."""

from typing import Final

from synfin.core.problems import Problem
from synfin.core.timers import NEVER
from synfin.host.host import Host as Engine
from synfin.host.status import ConnectionInfo
from synfin.lab.recorder import format_endpoint
from synfin.show.names import alias_table, state_name
from synfin.show.ss_view import ss_time

_TIMERS: Final = {
    "retransmit": "on",
    "syn-ack": "on",
    "persist": "persist",
    "keepalive": "keepalive",
    "time-wait": "timewait",
    "fin-wait-2": "timewait",
}
_STATES: Final = {name: row[2] for row in alias_table() for name in row}
"""Any name of a state -> what ss calls it."""


class SsRow:
    """One line of ``ss -tano``: ``state`` in ss's words, queues in octets (of a listener:
    waiting connections and backlog), ``local`` and ``peer`` as text, ``timer`` as
    ``on,200ms,0`` or ""."""

    def __init__(self, host: str, info: ConnectionInfo, now: int) -> None:
        self.host: Final = host
        self.conn: Final = info.conn
        self.state: Final = state_name(info.state, "ss")
        self.recv_q: Final = info.recv_q
        self.send_q: Final = info.send_q
        self.local: Final = format_endpoint(info.local or b"\0\0\0\0", info.local_port)
        self.port: Final = info.local_port
        self.peer_port: Final = info.remote_port
        self.peer: Final = (
            format_endpoint(info.remote, info.remote_port) if info.remote else "0.0.0.0:*"
        )
        self.timer: Final = _timer(info, now)

    def __repr__(self) -> str:
        timer = f" timer:({self.timer})" if self.timer else ""
        ends = f"{self.local} {self.peer}"
        return f"{self.state} {self.recv_q} {self.send_q} {ends}{timer} [{self.host}]"


def _timer(info: ConnectionInfo, now: int) -> str:
    shown = _TIMERS.get(info.timer)
    if shown is None or info.timer_due >= NEVER:
        return ""
    return f"{shown},{ss_time(max(info.timer_due - now, 0))},{info.retransmits}"


def state_of(name: str) -> str:
    """A state under any of its names (RFC, netstat, ss) -> ss's name."""
    found = _STATES.get(name.upper())
    if found is None:
        raise Problem(
            "net.state", "no state is called '{word}'; there are {names}",
            word=name, names=", ".join(dict.fromkeys(_STATES.values())),
        )  # fmt: skip
    return found


def rows_of(host: str, engine: Engine, now: int) -> list[SsRow]:
    """All lines of one host: listeners, connections, TIME-WAIT."""
    return [SsRow(host, info, now) for info in engine.connections()]
