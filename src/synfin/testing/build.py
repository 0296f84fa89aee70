"""Hosts, links and settings of a :class:`~synfin.testing.net.Net`: how they are made."""

from dataclasses import fields
from typing import Final

from synfin.core.problems import Problem
from synfin.core.settings import PROFILES, Settings
from synfin.lab.values import near, parse_setting, switch_name
from synfin.sim.links import Link as Cable
from synfin.sim.links import Wire
from synfin.sim.network import Network
from synfin.sim.node import Node
from synfin.testing import values
from synfin.testing.values import Duration, Rate

Switch = str | int | float | bool | tuple[int, ...]
"""What a switch of the host's settings may be set to; times also as ``"40ms"``."""

_TYPES: Final = {field.name: str(field.type) for field in fields(Settings)}

FIRST_NETWORK: Final = "10.0.0."
"""Hosts get 10.0.0.1, 10.0.0.2 …, from the 255th on 10.0.1.1 …, in order of making."""


def profile_of(name: str) -> Settings:
    """The settings of a profile; ValueError for an unknown one."""
    found = PROFILES.get(name)
    if found is None:
        raise Problem(
            "net.profile", "no profile is called '{word}'; {hint}",
            word=name, hint=near(name, PROFILES),
        )  # fmt: skip
    return found


def laid_over(settings: Settings, switches: dict[str, Switch]) -> Settings:
    """``settings`` with these switches changed; ValueError says what is wrong with one."""
    changed: dict[str, object] = {}
    for word, value in switches.items():
        # as sysctl calls them, or as we do
        plain = word.removeprefix("tcp_")
        name = switch_name(plain if plain in _TYPES or f"{plain}_ns" in _TYPES else word)
        if name not in _TYPES:
            raise Problem("net.switch", "'{word}' is no switch of a host", word=word)
        if isinstance(value, tuple) or (isinstance(value, int) and "str" not in _TYPES[name]):
            changed[name] = value
        elif isinstance(value, float):
            changed[name] = values.duration(value)
        else:
            changed[name] = parse_setting(name, str(value))[1]
    return settings.but(**changed)


def address_of(number: int) -> str:
    """The address of the ``number``-th host, from 1."""
    return f"10.0.{(number - 1) // 254}.{(number - 1) % 254 + 1}/16"


class Quality:
    """What a link does to packets; None leaves it as it is."""

    def __init__(
        self,
        delay: Duration | None = None,
        jitter: Duration | None = None,
        rate: Rate | None = None,
        loss: float | str | None = None,
        duplicate: float | str | None = None,
        reorder: float | str | None = None,
        corrupt: float | str | None = None,
        queue: int | None = None,
    ) -> None:
        self.delay = None if delay is None else values.duration(delay)
        self.jitter = None if jitter is None else values.duration(jitter)
        self.rate = None if rate is None else values.rate(rate)
        chances = {"loss": loss, "duplicate": duplicate, "reorder": reorder, "corrupt": corrupt}
        self.chances: Final = {
            name: values.probability(name, chance)
            for name, chance in chances.items()
            if chance is not None
        }
        if queue is not None and queue < 1:
            raise Problem(
                "net.counted", "{name} is 1 or more, not {word}", name="queue", word=str(queue)
            )
        self.queue = queue

    def give(self, wire: Wire) -> None:
        """Changes one direction."""
        if self.delay is not None:
            wire.delay = self.delay
        if self.jitter is not None:
            wire.jitter = self.jitter
        if self.rate is not None:
            wire.rate = self.rate
        if self.queue is not None:
            wire.queue_packets = self.queue
        for name, chance in self.chances.items():
            setattr(wire, name, chance)


class Link:
    """A link between two hosts (or a router); what it does may change at any time."""

    def __init__(self, cable: Cable, wires: list[Wire]) -> None:
        self.cable: Final = cable
        self.wires: Final = wires

    def set(
        self,
        *,
        delay: Duration | None = None,
        jitter: Duration | None = None,
        rate: Rate | None = None,
        loss: float | str | None = None,
        duplicate: float | str | None = None,
        reorder: float | str | None = None,
        corrupt: float | str | None = None,
        queue: int | None = None,
    ) -> "Link":
        """Changes what is given, leaves the rest; see :meth:`Net.link`."""
        quality = Quality(delay, jitter, rate, loss, duplicate, reorder, corrupt, queue)
        for wire in self.wires:
            quality.give(wire)
        return self

    def down(self) -> None:
        """Pulls the cable: what is on it is lost."""
        self.cable.set_up(False)

    def up(self) -> None:
        """Plugs it in again."""
        self.cable.set_up(True)

    @property
    def lost(self) -> int:
        """Packets lost here so far, by bad luck, a full queue or a pulled cable."""
        return sum(wire.lost for wire in self.wires)

    def __repr__(self) -> str:
        return f"<link {self.cable.a.name} - {self.cable.b.name}>"


def reachable(network: Network, start: Node) -> set[Node]:
    """Nodes to which packets of ``start`` find a way: only routers and switches pass on."""
    found = {start}
    edge = [start]
    while edge:
        node = edge.pop()
        if node is not start and not node.forwards and node.kind != "switch":
            continue
        for channel in node.channels:
            if channel.target not in found:
                found.add(channel.target)
                edge.append(channel.target)
    return found
