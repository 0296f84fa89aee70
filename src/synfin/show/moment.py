"""Everything that stood at one moment of a run: connections, timers, queues."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from synfin.show import model
from synfin.show.model import Trace, Value


@dataclass(slots=True)
class Pending:
    """A timer that is running; ``fired`` counts its expiries since it was last restarted."""

    due: int
    fired: int


@dataclass(slots=True)
class Connection:
    """One connection as it stood; ``fields`` as in the trace's ``tcb`` records."""

    host: str
    conn: int
    local: str = ""
    remote: str = ""
    state: str = "CLOSED"
    fields: Mapping[str, Value] = field(default_factory=dict)
    timers: dict[str, Pending] = field(default_factory=dict)
    fired: dict[str, int] = field(default_factory=dict)
    alive: bool = True

    def number(self, name: str) -> int:
        """A field as a number, 0 where the trace has none."""
        value = self.fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else 0

    @property
    def port(self) -> int:
        """The local port, 0 when unknown."""
        tail = self.local.rpartition(":")[2]
        return int(tail) if tail.isdigit() else 0


@dataclass(slots=True)
class Moment:
    """The run at ``t`` ns, after everything that happened at that instant."""

    t: int
    connections: dict[int, Connection]
    queues: dict[tuple[str, int], model.Queue]
    listening: dict[tuple[str, int], int] = field(default_factory=dict)

    def at(self, host: str | None) -> list[Connection]:
        """Living connections of ``host`` (None: of all), listeners first."""
        return sorted(
            (c for c in self.connections.values() if c.alive and host in (None, c.host)),
            key=lambda c: (c.state != "LISTEN", c.host, c.conn),
        )


def moment(trace: Trace, t: int) -> Moment:
    """What stood at ``t`` (ns of the run)."""
    now = Moment(t, {}, {})
    for record in trace.records:
        if record.t > t and not isinstance(record, model.End):
            break
        apply(now, record)
    return now


def apply(now: Moment, record: model.Record) -> None:
    """Takes one more record into account."""
    match record:
        case model.ConnRecord():
            found = _connection(now, record.host, record.conn)
            found.local, found.remote = record.local or found.local, record.remote or found.remote
            found.alive = record.action != "deleted"
        case model.StateChange():
            found = _connection(now, record.host, record.conn)
            found.state = record.new
            # a child that goes back to LISTEN is deleted: its listener was there all the time
            found.alive = record.new not in ("CLOSED", "LISTEN") or not found.remote
        case model.Tcb():
            found = _connection(now, record.host, record.conn)
            found.fields = record.fields
            found.state = str(record.fields.get("state") or found.state)
            found.alive = found.state != "CLOSED"
        case model.Timer():
            _timer(_connection(now, record.host, record.conn), record)
        case model.Queue():
            now.queues[record.host, record.port] = record
            _listener(now, record.host, record.port).alive = True
        case model.Call(call="listen", errno=None):
            now.listening[record.host, record.socket] = listen_port(record)
        case model.Call(call="close"):
            port = now.listening.pop((record.host, record.socket), 0)
            if port:
                _listener(now, record.host, port).alive = False
        case model.HostEvent(action="crash" | "power-off" | "reboot"):
            for found in now.connections.values():
                found.alive = found.alive and found.host != record.host
        case _:
            pass


def listen_port(call: model.Call) -> int:
    """The port of a listen call, which stands first in its arguments."""
    first = call.args.split(" ")[0].rstrip(",")
    return int(first) if first.isdigit() else 0


def _listener(now: Moment, host: str, port: int) -> Connection:
    """Listeners have no connection id of their own; they get numbers below zero."""
    for found in now.connections.values():
        if found.conn < 0 and found.host == host and found.port == port:
            return found
    key = min(now.connections, default=0)
    key = min(key, 0) - 1
    now.connections[key] = Connection(host, key, f"0.0.0.0:{port}", "", "LISTEN")
    return now.connections[key]


def _connection(now: Moment, host: str, conn: int) -> Connection:
    if conn not in now.connections:
        now.connections[conn] = Connection(host, conn, alive=False)
    return now.connections[conn]


def _timer(found: Connection, record: model.Timer) -> None:
    fired = found.fired.get(record.name, 0)
    if record.action == "fire":
        fired += 1
    elif record.action in ("stop", "restart"):
        fired = 0
    found.fired[record.name] = fired
    if record.action in ("set", "restart") and record.due is not None:
        found.timers[record.name] = Pending(record.due, fired)
    else:
        found.timers.pop(record.name, None)
