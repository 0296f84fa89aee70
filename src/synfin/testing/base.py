"""What all parts of a :class:`~synfin.testing.net.Net` share."""

from typing import TYPE_CHECKING, Final

from synfin.core.problems import Problem
from synfin.lab.recorder import Recorder
from synfin.lab.values import is_address, near
from synfin.sim.host import SimHost
from synfin.sim.links import Link
from synfin.sim.luck import Luck
from synfin.sim.network import Network
from synfin.testing import values
from synfin.testing.build import profile_of
from synfin.testing.capture import Capture
from synfin.testing.determinism import Journal
from synfin.testing.tlskeys import KeyLog
from synfin.testing.values import Duration

if TYPE_CHECKING:
    from synfin.testing.hosts import Host

DEFAULT_DELAY: Final = "1ms"


Losses = dict[str, frozenset[int]]
"""Name of a stream of bad luck (:mod:`synfin.sim.luck`) -> the numbers it strikes."""


class Base:
    """See :class:`~synfin.testing.net.Net`, which says what the arguments mean."""

    def __init__(
        self,
        seed: int = 1,
        *,
        profile: str = "linux",
        delay: Duration = DEFAULT_DELAY,
        trace: bool = False,
        timeout: Duration = "24h",
        losses: Losses | None = None,
        journal: bool = False,
        audit: bool = False,
    ) -> None:
        self.seed: Final = seed
        self.title = ""
        """What a ladder is headed with: a test's name."""
        self.profile: Final = profile
        self.default: Final = profile_of(profile)
        self.network: Final = Network(seed=seed)
        self.capture: Final = Capture()
        self.recorder: Final = Recorder(0) if trace else None
        self.hosts: Final[dict[str, "Host"]] = {}
        self.losses: Final = losses
        self.lucks: Final[list[Luck]] = []
        self.places: Final[dict[str, tuple[str, ...]]] = {}
        self.default_delay: Final = values.duration(delay)
        self.timeout: Final = values.duration(timeout)
        self.closed = False
        self.keys: Final = KeyLog() if trace else None
        if self.keys is not None:
            self.keys.begin()
        self.audit: Final = audit
        self.journal: Final = Journal() if journal else None
        if self.journal is not None:
            self.network.tap(self.journal)
        self.network.tap(self.capture)
        if self.recorder is not None:
            self.network.tap(self.recorder)

    @property
    def now(self) -> float:
        """Virtual time, seconds."""
        return self.network.now / 1e9

    # --- helpers -----------------------------------------------------------------------

    def sim(self, name: str) -> SimHost:
        """The simulator's host; ValueError when no host has that name."""
        if name not in self.hosts:
            raise Problem(
                "net.unknown", "no host is called '{word}'; {hint}",
                word=name, hint=near(name, self.hosts),
            )  # fmt: skip
        return self.hosts[name].sim

    def way(self, text: str) -> tuple[str, str]:
        """A direction between hosts that are there (or addresses, or ``*``); ValueError for
        others: of a name that is spelt wrong nothing could ever be seen."""
        ends = values.direction(text)
        for name in ends:
            if name != "*" and not is_address(name) and name not in self.network.nodes:
                self.sim(name)
        return ends

    def settled(self) -> None:
        """Looks after all hosts, so that what programs did just now has been sent."""
        self.network.service()

    def join(self) -> None:
        """Links all hosts that find no way to each other; done before each run."""
        raise NotImplementedError  # Net, the only kind there is, makes links

    def cable(self, a: str, b: str) -> Link | None:
        """The link between two nodes, if there is one."""
        for link in self.network.links:
            if {link.a.name, link.b.name} == {a, b}:
                return link
        return None

    def known(self, name: str) -> "Host":
        """The host's handle; ValueError when no host has that name."""
        self.sim(name)
        return self.hosts[name]

    def script(self, luck: Luck | None, *place: str) -> None:
        """Registers a stream of bad luck; in a replay it strikes what it is told to. ``place``
        is the kind of accident and, of a link, where it goes from and to."""
        if luck is None:
            return
        self.lucks.append(luck)
        self.places[luck.name] = place
        if self.losses is not None:
            luck.script = self.losses.get(luck.name, frozenset())

    def struck(self) -> Losses:
        """What bad luck struck in this run, to be given to another one's ``losses``."""
        return {luck.name: frozenset(luck.struck) for luck in self.lucks if luck.struck}
