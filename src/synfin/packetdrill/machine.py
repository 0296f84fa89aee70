"""One host, a virtual clock, and the wire to the script; nothing of the language here."""

from collections import deque
from random import Random

from synfin.core.events import Event, Observer, Reason
from synfin.core.settings import Settings
from synfin.core.timers import NEVER
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Captured, why_of
from synfin.wire.ip import Packet, encode_packet
from synfin.wire.pieces import cut

MAX_ROUNDS = 10_000
"""Timers handled within one instant; more is an engine that spins."""


class Watcher(Observer):
    """Remembers why the engine last kept silent, and what settled the last arrival."""

    def __init__(self) -> None:
        self.silence: Reason | None = None
        self.arrival: Reason | None = None

    def event(self, event: Event) -> None:
        """See :class:`synfin.core.events.Observer`."""
        if event.kind == "silence":
            self.silence = event.reason
        elif event.kind in ("segment-in", "packet"):
            self.arrival = event.reason


class Machine:
    """The host under test. Time (ns) only moves in :meth:`step_until` and :meth:`jump`."""

    def __init__(self, config: Config, settings: Settings) -> None:
        self.now: int = 0
        self.watcher: Watcher = Watcher()
        random = Random(1)
        self.host: Host = Host(
            "host", settings, self.clock, random.randbytes, observer=self.watcher
        )
        self.host.add_address(config.local_ip, config.prefix_len, config.mtu)
        self.host.set_offload(65_535)
        self.md5_keys: dict[bytes, bytes] = {}
        """Peer's address -> key: what FreeBSD's sockets with TCP_MD5SIG use."""
        self.tape: list[Captured] | None = None
        """Every packet, when somebody wants a capture."""
        self.sent: deque[tuple[int, Packet]] = deque()
        self.cuts: bool = False
        """Large segments are cut before they come to the device (``ethtool … tso off``)."""
        self.woken: list[Socket] = []
        """Sockets whose readiness changed and that nobody has asked about yet."""

    def clock(self) -> int:
        """The host's clock."""
        return self.now

    def settle(self) -> None:
        """Take what the host sends now."""
        for _ in range(MAX_ROUNDS):
            packets = self.host.poll(self.now)
            for packet in packets:
                pieces = cut(packet) if self.cuts else [packet]
                self.sent.extend((self.now, piece) for piece in pieces)
                if self.tape is not None:
                    self._record(pieces)
            self.woken += self.host.take_ready()
            if not packets:
                return

    def inject(self, octets: bytes) -> None:
        """A packet arrives now."""
        self.watcher.silence = None
        self.watcher.arrival = None
        self.host.receive_bytes(octets, self.now)
        if self.tape is not None:
            why = why_of(self.watcher.arrival)
            self.tape.append(Captured(self.now, octets, True, why))
        self.settle()
        self.fire()

    def _record(self, packets: list[Packet]) -> None:
        assert self.tape is not None
        for packet in packets:
            body = packet.body
            reason = packet.reason if isinstance(body, bytes) else body.reason
            octets = bytes(encode_packet(packet))
            self.tape.append(Captured(self.now, octets, False, why_of(reason)))

    def fire(self) -> None:
        """Timers that are due now."""
        for _ in range(MAX_ROUNDS):
            if self.host.deadline() > self.now:
                return
            self.host.tick(self.now)
            self.settle()
        raise RuntimeError("the host's deadline does not move on")

    def due(self) -> int:
        """When the host wants time next; NEVER if not at all."""
        deadline = self.host.deadline()
        return deadline if deadline < NEVER else NEVER

    def jump(self, time: int) -> None:
        """The clock goes to ``time``; timers due by then must have been handled."""
        self.now = max(self.now, time)
