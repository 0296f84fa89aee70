"""``Net``: a network of simulated hosts on which asyncio programs run, in virtual time.

    from synfin.testing import Net

    with Net(seed=7) as net:
        net.link("client", "api", delay="20ms", loss=0.01)
        net.host("api").start(serve)
        net.drop("client > api", flags="S", count=2)
        reply = net.run(fetch("http://api:8080/"), host="client")
        net.expect("api > client", flags="SA")
        assert net.ss("api", state="CLOSE-WAIT") == []

Every host is a whole TCP stack (profile ``linux`` unless told otherwise). Hosts that no
link joins are joined by a direct one with a delay of 1 ms. Times are seconds of virtual
time, or words such as ``"20ms"``; whatever happens is decided by the seed.
"""

from types import TracebackType
from typing import Self

from synfin.core.problems import Problem
from synfin.sim.middlebox import MAX_ENTRIES, Middlebox
from synfin.sim.router import Router
from synfin.testing import values
from synfin.testing.build import (
    Link,
    Quality,
    Switch,
    address_of,
    laid_over,
    profile_of,
    reachable,
)
from synfin.testing.faulty import Faulty
from synfin.testing.hosts import Host
from synfin.testing.recording import Recording
from synfin.testing.running import Running
from synfin.testing.values import Duration, Rate


class Net(Faulty, Recording, Running):
    """See the module. Not thread-safe; close it, or use ``with``.

    - ``seed``: decides everything that is left to chance;
    - ``profile``: the stack of hosts that do not say their own (``linux``, ``rfc``,
      ``freebsd``, ``bsd44``, ``linux-old``);
    - ``delay``: of the links that nobody made;
    - ``trace``: record everything with its reasons, for :meth:`ladder` and :meth:`save`
      (slower);
    - ``timeout``: virtual time after which a run is ended as a hang (default: one day);
    - ``losses``: instead of drawing, strike exactly these (what :meth:`struck` of another
      run gave);
    - ``journal``: keep a line for each packet, to compare runs; ``audit``: look out for
      awaits that nothing but TCP bounds.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- building ---------------------------------------------------------------------

    def host(
        self,
        name: str,
        *,
        address: str = "",
        profile: str = "",
        **switches: Switch,
    ) -> Host:
        """The host called ``name``, made when there is none yet. Programs find it by that
        name (and ``name.net``) in the DNS. ``switches`` lie over the profile
        (``tcp_retries2=5``, ``receive_buffer="64KB"``; ``synfin switches`` lists them)."""
        found = self.hosts.get(values.host_name(name))
        if found is not None:
            if address or profile or switches:
                raise Problem(
                    "net.made", "host '{name}' is there already: say it where it is made first",
                    name=name,
                )  # fmt: skip
            return found
        settings = laid_over(profile_of(profile) if profile else self.default, switches)
        observer = self.recorder.observer(name) if self.recorder is not None else None
        where = address or address_of(len(self.hosts) + 1)
        sim = self.network.add_host(name, where, settings=settings, observer=observer)
        made = self.hosts[name] = Host(self, sim)
        return made

    def router(self, name: str, *addresses: str) -> Router:
        """A router, to be linked to at least two others by :meth:`link`."""
        return self.network.add_router(values.host_name(name), *addresses)

    def middlebox(
        self, name: str, *, idle: Duration = "350s", most: int = MAX_ENTRIES
    ) -> Middlebox:
        """A stateful firewall, or what of a NAT the ends notice: a connection that was idle for
        that long is forgotten, and what its ends send then is dropped in silence. ``forget()``
        loses all connections at once; ``most``: how many it remembers. To be linked to both
        sides by :meth:`link`."""
        if most < 1:
            raise Problem(
                "net.counted", "{name} is 1 or more, not {word}", name="most", word=str(most)
            )
        return self.network.add_middlebox(
            values.host_name(name), max(values.duration(idle), 1), most
        )

    def link(
        self,
        a: str,
        b: str = "",
        *,
        delay: Duration | None = None,
        jitter: Duration | None = None,
        rate: Rate | None = None,
        loss: float | str | None = None,
        duplicate: float | str | None = None,
        reorder: float | str | None = None,
        corrupt: float | str | None = None,
        queue: int | None = None,
        mtu: int | None = None,
    ) -> Link:
        """Joins two hosts, or changes the link between them; ``link("a > b", …)`` changes one
        direction. Both directions are alike otherwise, and each has the whole ``delay``.

        ``delay``, ``jitter``: a packet takes delay + U(0, jitter), and none overtakes;
        ``rate``: bit/s (``"10Mbit"``), ``queue`` packets may wait for it (1000); ``loss``,
        ``duplicate``, ``reorder``, ``corrupt``: probabilities, 0 to 1 or ``"1%"``. ``mtu``
        only where the link is made.
        """
        one_way = not b
        if one_way:
            a, b = values.direction(a)
        for end in (a, b):
            if end not in self.network.nodes:
                self.host(end)
        quality = Quality(delay, jitter, rate, loss, duplicate, reorder, corrupt, queue)
        cable = self.cable(a, b)
        if cable is None:
            cable = self.network.link(a, b, self.default_delay, mtu=mtu or 1500)
            for wire in (cable.forward, cable.backward):
                ends = wire.source.name, wire.target.name
                self.script(wire.losses, "loss", *ends)
                self.script(wire.duplicates, "duplicate", *ends)
                self.script(wire.reorders, "reorder", *ends)
                self.script(wire.corruptions, "corrupt", *ends)
        elif mtu not in (None, cable.forward.mtu):
            raise Problem(
                "net.mtu", "the link {a} - {b} is there already: give mtu= where it is made first",
                a=a, b=b,
            )  # fmt: skip
        wires = [cable.toward(b)] if one_way else [cable.forward, cable.backward]
        for wire in wires:
            quality.give(wire)
        return Link(cable, wires)

    def join(self) -> None:
        """Links all hosts that find no way to each other; done before each run."""
        names = list(self.hosts)
        for index, name in enumerate(names):
            near_by = reachable(self.network, self.network.node(name))
            for other in names[index + 1 :]:
                if self.network.node(other) not in near_by:
                    self.link(name, other)

    def close(self) -> None:
        """Ends everything: what still runs is cancelled, patches are undone."""
        self.end_world()
