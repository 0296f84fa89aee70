"""What the host sends, held to what the script expects: segments joined or cut as a device
would, datagrams and ICMP messages."""

from collections import deque
from dataclasses import dataclass

from synfin.core.timers import NEVER
from synfin.host.records import HostConnection
from synfin.packetdrill.compare import compare_segment, compare_time, seconds
from synfin.packetdrill.config import Config
from synfin.packetdrill.datagrams import Datagrams, shown
from synfin.packetdrill.files import Step
from synfin.packetdrill.findings import (
    Failure,
    Why,
    finding,
    why_of,
)
from synfin.packetdrill.flow import Flow
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import (
    Call,
    Event,
    IcmpSpec,
    ScriptError,
    TcpSpec,
    Timing,
    UdpSpec,
)
from synfin.packetdrill.packets import Actual, judge_signature, seen_segment
from synfin.packetdrill.polling import Polling
from synfin.wire.ip import Packet

PATIENCE = 2_000_000_000
"""How long after its time a packet is still waited for, ns."""
LONGEST = 3_600_000_000_000
"""An hour: ``*`` and calls that block without a limit."""


@dataclass
class Pending:
    """A call that has not returned."""

    event: Event
    call: Call
    step: Step
    started: int
    until: int
    wake: int = NEVER


class Expecting:
    """The part of a run that waits for packets. Time passes in :meth:`_one_step` only."""

    def __init__(self, config: Config, machine: Machine, calls: Polling) -> None:
        self.config: Config = config
        self.machine: Machine = machine
        self.calls: Polling = calls
        self.flow: Flow | None = None
        self.datagrams: Datagrams = Datagrams(config, machine)
        self.pending: Pending | None = None
        self.rest: deque[Actual] = deque()
        """What was left of segments that were cut, in live numbers."""
        self.last_time: int | None = None
        """The script's time of the event before."""

    def _poke(self) -> None:
        """Let the call that waits look again, if there is one."""
        raise NotImplementedError  # the runner, which makes the calls, knows which waits

    def _one_step(self, due: int) -> None:
        self.machine.jump(due)
        self.machine.fire()
        self._poke()

    def _connection(self) -> HostConnection | None:
        flow = self.flow
        if flow is None:
            return None
        found = self.machine.host.tcp.demux.connections.get(flow.key())
        if found is not None:
            flow.connection = found
            return found
        for file in self.calls.files.values():
            connection = file.socket.conn if file.socket is not None else None
            if connection is not None and connection.remote_port == flow.remote_port:
                if not flow.local_port or connection.local_port == flow.local_port:
                    flow.connection = connection
        return flow.connection

    # -- outbound --------------------------------------------------------------
    def _expect(self, event: Event, spec: TcpSpec) -> None:
        flow = self.flow
        if flow is None:
            raise ScriptError(event.line, finding("error-no-socket"))
        when = event.when
        end = when.end if when.ranged else when.start
        limit = LONGEST if when.timing is Timing.ANY else end + PATIENCE
        actual = self._sniff(flow, max(limit, self.machine.now))
        if actual is None:
            raise Failure(finding("nothing-sent"), why=self._silence())
        judge_signature(actual, self.config.md5_secret)
        flow.learn(spec, actual)
        self._connection()  # while it is there: an error may end it
        self._cut(actual, spec.length)
        flow.to_script(actual, spec.absolute)
        while actual.length < spec.length and not self.config.strict_segments:
            if not self._aggregate(flow, actual, spec, limit):
                break
        differences = compare_segment(spec, actual, self.config, flow.ts_base, when.start)
        off = compare_time(self.config, when, (when.start, when.end), actual.time, self.last_time)
        if off is not None:
            differences.append(off)
        if differences:
            shown = f"{seconds(actual.time)} {actual.text()}"
            raise Failure(*differences, actual=shown, why=why_of(actual.reason))

    def _cut(self, actual: Actual, length: int) -> None:
        """A segment that a device may cut, as the script has it: where the cuts lie is a
        matter of sizing that no rule of TCP depends on. Not with ``--strict_segments``."""
        mss = actual.mss
        if self.config.strict_segments or mss == 0 or not 0 < length < actual.length:
            return
        if length % mss == 0:
            self.rest.appendleft(actual.cut(length))

    def _sniff(self, flow: Flow, limit: int) -> Actual | None:
        """The next segment of this flow sent by ``limit``; others' are let go."""
        machine = self.machine
        if self.rest:
            return self.rest.popleft()
        while True:
            while machine.sent:
                time, packet = machine.sent.popleft()
                actual = seen_segment(packet, time, self.config.encapsulated)
                if actual is not None and flow.owns(actual):
                    machine.jump(time)
                    return actual
            due = min(machine.due(), self.pending.wake if self.pending is not None else NEVER)
            if due > limit:
                return None
            self._one_step(due)

    def _expect_other(self, event: Event, spec: UdpSpec | IcmpSpec) -> None:
        """The next datagram or ICMP message; segments sent before it stay to be seen."""
        when = event.when
        end = when.end if when.ranged else when.start
        limit = LONGEST if when.timing is Timing.ANY else end + PATIENCE
        found = self._next_other(spec, max(limit, self.machine.now))
        if found is None:
            raise Failure(finding("nothing-sent"), why=self._silence())
        time, packet = found
        differences = self.datagrams.compare(spec, packet)
        off = compare_time(self.config, when, (when.start, when.end), time, self.last_time)
        if off is not None:
            differences.append(off)
        if differences:
            actual = f"{seconds(time)} {shown(packet, self.config.ip_version)}"
            body = packet.body
            why = None if isinstance(body, bytes) else why_of(body.reason)
            raise Failure(*differences, actual=actual, why=why)

    def _next_other(self, spec: UdpSpec | IcmpSpec, limit: int) -> tuple[int, Packet] | None:
        machine = self.machine
        while True:
            for found in machine.sent:
                if self.datagrams.wants(spec, found[1]):
                    machine.sent.remove(found)
                    machine.jump(found[0])
                    return found
            due = min(machine.due(), self.pending.wake if self.pending is not None else NEVER)
            if due > limit:
                return None
            self._one_step(due)

    def _aggregate(self, flow: Flow, first: Actual, spec: TcpSpec, limit: int) -> bool:
        """One more piece of what a device with segmentation offload would have sent whole."""
        more = self._sniff(flow, limit)
        if more is None:
            return False
        self._cut(more, spec.length - first.length)
        flow.to_script(more)
        fits = (
            more.length > 0
            and more.seq == (first.seq + first.length) & 0xFFFFFFFF
            and more.ack == first.ack
            and more.window == first.window
            and first.length + more.length <= spec.length
        )
        if not fits:
            shown = f"{seconds(first.time)} {first.text()}, {seconds(more.time)} {more.text()}"
            raise Failure(finding("pieces"), actual=shown, why=why_of(more.reason))
        first.length += more.length
        first.flags = more.flags
        first.time = more.time
        first.options = more.options
        return True

    def _silence(self) -> Why | None:
        watcher = self.machine.watcher
        return why_of(watcher.silence) or why_of(watcher.arrival)
