"""The truths on the simulated loop: the same rows, two hosts, virtual time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from synfin.aio.simulated import World
from synfin.core.profiles import PROFILES
from synfin.core.settings import Settings
from synfin.packetdrill.sysctl import MAPPED
from synfin.sim.fault import EVER
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from tests.aio.truths.rows import Notes, Row
from tests.aio.truths.talk import Note, Talk

SECOND = 1_000_000_000
PORT = 8_080
DAYS = 40


def settings_of(row: Row) -> Settings:
    """The client's: the profile, and the row's sysctls."""
    settings = PROFILES[row.profile]
    for name, value in row.sysctls.items():
        settings = MAPPED[name.removeprefix("net.ipv4.")](settings, value)
    return settings


@dataclass
class Simulation:
    """One row in a world of its own."""

    row: Row
    seed: int = 1

    def __post_init__(self) -> None:
        row = self.row
        self.notes: Notes = {}
        self.network = Network(seed=self.seed)
        self.network.add_host("client", "10.0.0.1/24", settings=settings_of(row))
        self.network.add_host("server", "10.0.0.2/24", settings=PROFILES[row.profile])
        self.link = self.network.link("client", "server", delay_ns=int(row.rtt_s / 2 * SECOND))
        # The old connection is known by its numbers: it has moved 20,000 octets by then.
        self.nat = parse_fault("* seq=20000- drop")
        self.nat.selector.start = EVER
        self.network.add_fault(self.nat)
        self.world = World(self.network, seed=self.seed, max_time_ns=DAYS * 86_400 * SECOND)

    def run(self) -> Notes:
        """The notes of both sides."""
        note = self.note
        server = Talk("10.0.0.2", "10.0.0.1", PORT, self.row.settings, note)
        client = Talk("10.0.0.1", "10.0.0.2", PORT, self.row.settings, note)
        with self.world as world:
            world.spawn("server", partial(self.row.server, server), name="server")
            world.run(self.row.client(client), host="client")
        return self.notes

    def note(self, name: str, value: Note) -> None:
        """Keeps a note; "go" starts the clock of the events."""
        self.notes[name] = value
        if name == "go":
            for after, event in self.row.events:
                self.world.call_at(self.world.now + int(after * SECOND), self.happening(event))

    def happening(self, event: str) -> Callable[[], object]:
        """What to call for an event."""
        if event in ("cut", "heal"):
            return partial(self.link.set_up, event == "heal")
        if event == "crash":
            return partial(self.world.crash, "server")
        if event == "boot":
            return partial(self.world.reboot, "server")
        return self.forget

    def forget(self) -> None:
        """A NAT box that forgets carries nothing of the connections it knew."""
        self.nat.selector.start = self.network.now
