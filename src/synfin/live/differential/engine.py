"""A script run against synfin, at the instants at which the kernel had its steps."""

import random
from collections.abc import Sequence
from typing import Final

from synfin.core.settings import MILLISECOND, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.live.differential.peer import Peer
from synfin.live.differential.program import Address, Program
from synfin.live.differential.record import Done
from synfin.live.differential.script import Call, Script
from synfin.wire.address import format_address
from synfin.wire.pieces import cut
from synfin.wire.tcp import Segment

MAX_SEGMENT: Final = 65_455
ROUNDS: Final = 64
"""How often a host may be polled at one instant; more would be a storm of its own."""
START: Final = 1_000_000_000


class Clock:
    """Virtual time, ns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


def planned(script: Script) -> list[int]:
    """When each step is due, and the end, ns after the first, by the script alone."""
    times = [0]
    for step in script.steps:
        times.append(times[-1] + step.gap_ms * MILLISECOND)
    return times


class EngineRun:
    """One script. ``late`` is by how much timers expire after their time, ns; it also moves
    the beginning, so that the timestamp clock ticks elsewhere."""

    def __init__(self, script: Script, settings: Settings, peer: Peer, late: int = 0) -> None:
        self.script = script
        self.start = START + late // 9
        self.clock = Clock()
        self.peer = peer
        self.late = late
        self.host = Host("host", settings, self.clock, random.Random(script.number).randbytes)
        self.host.add_address(peer.there)
        self.host.set_offload(MAX_SEGMENT)  # the kernel, too, forms units that are cut later
        local: Address = (format_address(peer.there), peer.there_port)
        remote: Address = (format_address(peer.here), peer.port)
        self.program = Program(self._socket, local, remote)
        self.done: list[Done] = []

    def _socket(self) -> Socket:
        return self.host.socket()

    def play(self, times: Sequence[int]) -> list[Done]:
        """``times``: of each step and of the end, ns since the first step."""
        for index, step in enumerate(self.script.steps):
            self.done.append(Done(times[index]))
            self.clock.now = self.start + times[index]
            if isinstance(step.action, Call):
                self.done[-1].outcome = self.program.perform(step.action)
            else:
                data = self.peer.octets_of(step.action, index)
                self.host.receive_bytes(data, self.clock.now)
            self._poll()
            self._pass(self.start + times[index + 1])
            self.done[-1].end = times[index + 1]
            self.done[-1].state = self._state()
        return self.done

    def _pass(self, until: int) -> None:
        """Timers that are due before ``until``."""
        host, clock = self.host, self.clock
        while (due := host.deadline() + self.late) < until:
            clock.now = max(due, clock.now)
            host.tick(clock.now)
            self._poll()
        clock.now = until

    def _poll(self) -> None:
        now = self.clock.now
        for _ in range(ROUNDS):
            packets = self.host.poll(now)
            if not packets:
                return
            for packet in packets:
                for piece in cut(packet):
                    if isinstance(piece.body, Segment):
                        text = self.peer.hear(piece.body)
                        self.done[-1].answers.append((now - self.start, text))
        raise RuntimeError("the host does not stop sending")

    def _state(self) -> str:
        for info in self.host.connections():
            if info.local_port == self.peer.there_port and info.remote_port == self.peer.port:
                return described(info.state, info.recv_q, info.send_q)
        return "CLOSED"


def described(state: str, recv_q: int, send_q: int) -> str:
    """A line of ``ss``."""
    if state in ("CLOSED", "LISTEN"):
        return "CLOSED"
    queues = "" if state in ("SYN-RECEIVED", "TIME-WAIT") else f" {recv_q} {send_q}"
    return state + queues
