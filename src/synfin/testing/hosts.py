"""A host of a :class:`~synfin.testing.net.Net`: programs on it, and what may befall it."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from synfin.aio.apart import Apart
from synfin.sim.host import SimHost
from synfin.testing.build import Switch, laid_over
from synfin.testing.capture import engine_of
from synfin.testing.disturbing import Disturbance
from synfin.testing.programs import Program, ProgramDied
from synfin.testing.sockets import SsRow
from synfin.wire.address import format_address

if TYPE_CHECKING:
    from synfin.testing.net import Net

P = ParamSpec("P")
T = TypeVar("T")


class Host:
    """Made by :meth:`Net.host`. ``sim`` is the simulator's host, whose ``engine`` is the TCP
    stack of this boot."""

    def __init__(self, net: "Net", sim: SimHost) -> None:
        self.net: Final = net
        self.sim: Final = sim
        self.name: Final = sim.name

    @property
    def address(self) -> str:
        """Its first address."""
        return format_address(self.sim.addresses[0])

    @property
    def up(self) -> bool:
        """Whether it has power."""
        return self.sim.up

    # --- programs ----------------------------------------------------------------------

    def start(
        self,
        program: Callable[P, Coroutine[Any, Any, object]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Program:
        """Starts ``program(*args, **kwargs)``, a coroutine function, as a process of this
        host: now, and again at every :meth:`reboot`. What it raises fails the test."""
        return self.net.start(self.name, program, *args, **kwargs)

    def start_apart(self, program: str) -> Apart:
        """Starts ``"package.module:function"`` in an interpreter of its own, now and at each
        :meth:`reboot`: module globals are lost at a crash, as they are in reality. Make all
        hosts that it talks to first. Its sockets are not listed by :meth:`ss`."""
        return self.net.start_apart(self.name, program)

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs ``coroutine`` on this host and returns its result (or raises what it raised);
        :class:`ProgramDied` when the host crashes or the process is killed meanwhile.

        Its sockets stay open afterwards unless the program closes them.
        """
        return await self.net.run_on(self.name, coroutine)

    def kill(self) -> None:
        """All its processes die, as by SIGKILL: no ``finally`` runs, the kernel closes their
        sockets (FIN, or RST where data was not read)."""
        self.net.kill(self.name)

    # --- the machine -------------------------------------------------------------------

    def crash(self) -> None:
        """The power fails: no FIN, no ``finally``; packets to it vanish until :meth:`reboot`."""
        self.net.crash(self.name)

    def reboot(self) -> None:
        """Comes (back) up with an empty stack; programs given to :meth:`start` start again."""
        self.net.reboot(self.name)

    def unplug(self) -> Disturbance:
        """Pulls its cables; what is on them is lost, programs notice nothing. Plugged in again
        by ``heal()`` or at the end of the ``with`` block."""
        return Unplugged(self.sim)

    def slow_reader(self) -> Disturbance:
        """Its programs are told of no data on connections (nor of their end) for that long: a
        busy process. The receive buffers fill up and the windows close."""
        return self.net.slow_reader(self.name)

    def set(self, **switches: Switch) -> None:
        """Changes the stack's settings, as ``sysctl`` does: for connections made later."""
        self.sim.settings = laid_over(self.sim.settings, switches)
        engine_of(self.sim.engine).settings = self.sim.settings

    def ss(self, *, state: str = "", port: int | None = None, peer: str = "") -> list[SsRow]:
        """See :meth:`Net.ss`."""
        return self.net.ss(self.name, state=state, port=port, peer=peer)

    def __repr__(self) -> str:
        return f"<host {self.name} {self.address}{'' if self.up else ' (down)'}>"


class Unplugged(Disturbance):
    """A host without its cables."""

    def __init__(self, sim: SimHost) -> None:
        self._sim: Final = sim
        self._pulled = False
        self.start()

    def start(self) -> None:
        """See :class:`Disturbance`."""
        if not self._pulled:
            self._pulled = True
            self._sim.link_down()

    def stop(self) -> None:
        """See :class:`Disturbance`."""
        if self._pulled:
            self._pulled = False
            self._sim.link_up()


__all__ = ["Host", "ProgramDied", "Unplugged"]
