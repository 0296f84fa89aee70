"""Many scripts at once against the kernel: one TUN device, one thread, real time.

Each script has a peer address and a port of its own, so that nothing the kernel
remembers of one is about another. Steps are staggered: while one script waits for
its answers others have theirs.
"""

import heapq
import os
import select
import socket
import time
from collections.abc import Sequence
from typing import Final

from synfin.core.settings import LINUX, MILLISECOND
from synfin.host.constants import AF_INET, SOCK_STREAM
from synfin.live.differential.diag import Diag
from synfin.live.differential.peer import Peer
from synfin.live.differential.program import Program, Sock
from synfin.live.differential.record import Done
from synfin.live.differential.script import Call, Script
from synfin.tun import namespace
from synfin.tun.interface import sysctl
from synfin.wire.address import format_address
from synfin.wire.ip import Packet
from synfin.wire.tcp import Segment

HERE: Final = bytes((10, 77, 0, 1))
FIRST_PORT: Final = 10_000
PEER_PORT: Final = 4_000
APART_NS: Final = 300_000
"""Between the first steps of two scripts: about what a step costs."""
TCP_CONGESTION: Final = 13
SYSCTLS: Final = {
    "tcp_timestamps": 1,
    "tcp_sack": 1,
    "tcp_window_scaling": 1,
    "tcp_ecn": 2,
    "tcp_fastopen": 0,
    "tcp_syncookies": 1,
    "tcp_no_metrics_save": 1,
    "tcp_mtu_probing": 0,
    "tcp_autocorking": 1,
    "tcp_rmem": "4096 131072 6291456",
    "tcp_wmem": "4096 16384 4194304",
}


def peer_for(index: int, number: int) -> Peer:
    """The peer of the ``index``-th script of a batch; ``number`` chooses its ISN."""
    here = bytes((10, 77, 1 + (index >> 8), index & 0xFF))
    return Peer(here, PEER_PORT, HERE, FIRST_PORT + index, number)


class _Play:
    """One script on its way."""

    def __init__(self, script: Script, peer: Peer) -> None:
        self.script = script
        self.peer = peer
        remote = (format_address(peer.here), peer.port)
        self.program = Program(_socket, (format_address(peer.there), peer.there_port), remote)
        self.done: list[Done] = []
        self.began = 0
        self.over = False


class _Socket(socket.socket):
    """Children do not block either."""

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        child, address = super().accept()
        child.setblocking(False)
        return child, address


def _socket() -> Sock:
    made = _Socket(AF_INET, SOCK_STREAM)
    made.setblocking(False)
    made.setsockopt(
        socket.IPPROTO_TCP,
        TCP_CONGESTION,
        LINUX.congestion_control.replace("newreno", "reno").encode(),
    )
    return made


class Batch:
    """``scripts`` against the kernel of a namespace that is made for them."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        namespace.enter()
        for name, value in SYSCTLS.items():
            sysctl(f"net.ipv4.{name}", str(value))
        self.device = namespace.make_device("10.77.0.1/16", offload=False)
        self.diag = Diag()
        self.plays = [_Play(s, peer_for(i, s.number)) for i, s in enumerate(scripts)]
        self._by_port = {play.peer.there_port: play for play in self.plays}

    def run(self) -> list[list[Done]]:
        """What came of each."""
        due = [(index * APART_NS, index, 0) for index in range(len(self.plays))]
        heapq.heapify(due)
        start = time.monotonic_ns()
        waiting = select.poll()
        waiting.register(self.device.fd, select.POLLIN)
        while due:
            at, index, step = due[0]
            now = time.monotonic_ns()
            if now - start < at:
                # Whole milliseconds only: the rest is spun away.
                waiting.poll((at - (now - start)) // MILLISECOND)
                self._listen(time.monotonic_ns())
                continue
            heapq.heappop(due)
            play = self.plays[index]
            self._step(play, step)
            if step < len(play.script.steps):
                gap = play.script.steps[step].gap_ms * MILLISECOND
                began = play.done[step].at + play.began - start
                heapq.heappush(due, (began + gap, index, step + 1))
        self.close()
        return [play.done for play in self.plays]

    def close(self) -> None:
        """Ends everything."""
        self.device.close()
        self.diag.close()
        for play in self.plays:
            play.program.end()

    def _step(self, play: _Play, index: int) -> None:
        """Ends step ``index - 1`` and begins ``index``, if there is one."""
        peer = play.peer
        self._listen(time.monotonic_ns())
        if index:
            state = self.diag.state(peer.there, peer.there_port, peer.here, peer.port)
            play.done[-1].state = state
            # What the state was asked after might have come in between.
            self._listen(time.monotonic_ns())
        now = time.monotonic_ns()
        if index == 0:
            play.began = now
        else:
            play.done[-1].end = now - play.began
        if index == len(play.script.steps):
            play.over = True
            return
        action = play.script.steps[index].action
        play.done.append(Done(now - play.began))
        if isinstance(action, Call):
            play.done[-1].outcome = play.program.perform(action)
        else:
            os.write(self.device.fd, peer.octets_of(action, index))
            play.done[-1].wire = peer.wire
        self._listen(time.monotonic_ns())

    def _listen(self, now: int) -> None:
        """Everything that the kernel has sent."""
        while (packet := self.device.read()) is not None:
            if not isinstance(packet, Packet) or not isinstance(packet.body, Segment):
                continue
            play = self._by_port.get(packet.body.src_port)
            if play is None or play.over or not play.done or packet.dst != play.peer.here:
                continue
            text = play.peer.hear(packet.body)
            play.done[-1].answers.append((now - play.began, text))
            play.done[-1].heard.append(play.peer.wire)
