"""asyncio programs over a TUN device, in real time: the Linux kernel at the other end.

::

    with open_tun("synfin0", "10.77.0.2/24") as world:
        world.run(main())

The device has to be there and configured (``synfin listen`` says how), or :func:`own_tun`
makes one in a network namespace that this process enters. Without wishes for the link packets
go straight between the device and the engine, with the kernel's offloads. With ``delay``,
``loss``, faults ... they cross a link of the simulator in real time, as bare packets:
synfin's side is called ``synfin`` there, the other one ``kernel``.

Only sockets and name look-ups are exchanged while the loop runs, and only in its thread;
clocks, randomness, signals, threads, child processes and pipes are the system's own.
"""

import asyncio
import select
import socket
from abc import abstractmethod
from collections.abc import Coroutine, Mapping
from contextvars import copy_context
from ipaddress import IPv4Interface
from types import TracebackType
from typing import Any, Final, TypeVar

from synfin.aio.driver import READ, WRITE, Driver
from synfin.aio.kernel import Kernel
from synfin.aio.loop import Loop
from synfin.aio.patches import Patches
from synfin.aio.process import Process, current
from synfin.aio.stock import StockLoop
from synfin.core.settings import LINUX, SECOND, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network
from synfin.tun import namespace
from synfin.tun.device import TunDevice
from synfin.tun.driver import Driver as DeviceDriver
from synfin.tun.realtime import Link as Link
from synfin.tun.realtime import RealTime

T = TypeVar("T")

SYNFIN: Final = "synfin"
KERNEL: Final = "kernel"
MAX_TURN_NS: Final = SECOND
LAST_WORDS_NS: Final = 2 * SECOND
_EVENTS: Final = {READ: select.EPOLLIN, WRITE: select.EPOLLOUT,
                  READ | WRITE: select.EPOLLIN | select.EPOLLOUT}  # fmt: skip


class RealDriver(Driver):
    """What both ways have in common: names, and news that end a wait."""

    real_time = True

    def __init__(self, address: str, kernel: str) -> None:
        self._addresses: Final[Mapping[str, str]] = {SYNFIN: address, KERNEL: kernel}
        self._news: bool = False
        self._is_touched: bool = False

    def hosts(self) -> list[str]:
        """See :class:`synfin.aio.driver.Driver`."""
        return [SYNFIN]

    def names(self) -> dict[str, list[str]]:
        """See :class:`synfin.aio.driver.Driver`: ``synfin`` and ``kernel``."""
        return {name: [address] for name, address in self._addresses.items() if address}

    def touched(self, host: str) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        self._is_touched = True

    def _ready(self, sock: object) -> None:
        self._news = True
        if isinstance(sock, Socket):
            self.readiness.socket_ready(sock)

    def _descriptor(self, fd: int, flags: int) -> None:
        self._news = True
        events = READ if flags & ~select.EPOLLOUT else 0
        self.readiness.descriptor_ready(fd, events | (WRITE if flags & ~select.EPOLLIN else 0))

    def wait(self, until: int | None) -> bool:
        """See :class:`synfin.aio.driver.Driver`."""
        self._news = False
        self.flush()
        while not self._news:
            left = MAX_TURN_NS if until is None else until - self.now()
            if left <= 0:
                break
            self.turn(left)
        return True

    @abstractmethod
    def turn(self, most: int) -> None:
        """What is due; else waits for something, at most ``most`` ns."""

    def quiet(self) -> bool:
        """Nothing is on the way."""
        return True


class BareDriver(RealDriver):
    """One host straight on its device."""

    def __init__(self, device: TunDevice, address: str, kernel: str, settings: Settings) -> None:
        own = IPv4Interface(address)
        super().__init__(str(own.ip), kernel)
        self._inner = DeviceDriver(
            device, str(own.ip), settings, SYNFIN, prefix_len=own.network.prefixlen
        )
        self._inner.ready = self._ready
        self._others = select.epoll()
        self._inner.add_reader(self._others.fileno(), self._look)

    def now(self) -> int:
        """See :class:`synfin.aio.driver.Driver`."""
        return self._inner.now()

    def engine(self, host: str) -> Host:
        """See :class:`synfin.aio.driver.Driver`."""
        return self._inner.host

    def flush(self) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        if self._is_touched:
            self._is_touched = False
            self._inner.service()

    def turn(self, most: int) -> None:
        """See :class:`RealDriver`."""
        self._inner.turn(most)

    def _look(self) -> None:
        for fd, flags in self._others.poll(0):
            self._descriptor(fd, flags)

    def watch(self, fd: int, events: int) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        try:
            self._others.register(fd, _EVENTS[events])
        except FileExistsError:
            self._others.modify(fd, _EVENTS[events])

    def unwatch(self, fd: int) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        self._others.unregister(fd)

    def close(self) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        self._others.close()
        self._inner.close()


class LinkDriver(RealDriver):
    """One host behind a link that faults strike, and the device at its other end."""

    def __init__(
        self, device: TunDevice, address: str, kernel: str, settings: Settings, link: Link
    ) -> None:
        own = IPv4Interface(address)
        super().__init__(str(own.ip), kernel)
        self._real = RealTime({KERNEL: device.fd}, link.seed)
        self.network: Final[Network] = self._real.net
        prefix = own.network.prefixlen
        self.network.add_host(SYNFIN, f"{own.ip}/{prefix}", settings=settings)
        self.network.add_host(KERNEL, f"{kernel}/{prefix}")
        link.join(self.network, SYNFIN, KERNEL, device.mtu)
        self.network.on_ready(SYNFIN, self._ready)
        self._real.begin()

    def now(self) -> int:
        """See :class:`synfin.aio.driver.Driver`: the network's time follows."""
        return self._real.catch_up()

    def engine(self, host: str) -> Host:
        """See :class:`synfin.aio.driver.Driver`."""
        engine = self.network.host(SYNFIN).engine
        assert isinstance(engine, Host)
        return engine

    def flush(self) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        if self._is_touched:
            self._is_touched = False
            self._real.catch_up()
            self.network.host(SYNFIN).service()

    def turn(self, most: int) -> None:
        """See :class:`RealDriver`."""
        self._real.turn(most)

    def quiet(self) -> bool:
        """See :class:`RealDriver`."""
        return not self._real.in_flight()

    def watch(self, fd: int, events: int) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        self._real.watch(fd, _EVENTS[events], lambda flags: self._descriptor(fd, flags))

    def unwatch(self, fd: int) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        self._real.forget(fd)

    def close(self) -> None:
        """See :class:`synfin.aio.driver.Driver`."""
        self._real.close()


class RealLoop(Loop):
    """The loop in real time: what virtual time has to fence off is asyncio's own again."""

    add_signal_handler = StockLoop.add_signal_handler
    remove_signal_handler = StockLoop.remove_signal_handler
    subprocess_exec = StockLoop.subprocess_exec  # type: ignore[assignment]
    subprocess_shell = StockLoop.subprocess_shell  # type: ignore[assignment]
    connect_read_pipe = StockLoop.connect_read_pipe  # type: ignore[assignment]
    connect_write_pipe = StockLoop.connect_write_pipe  # type: ignore[assignment]
    create_unix_connection = StockLoop.create_unix_connection  # type: ignore[assignment]
    create_unix_server = StockLoop.create_unix_server  # type: ignore[assignment]

    async def getaddrinfo(self, host: Any, port: Any, **how: Any) -> Any:
        """``synfin``, ``kernel`` and ``TunWorld.names`` first, then the system's resolver."""
        try:
            return await super().getaddrinfo(host, port, **how)
        except socket.gaierror as error:
            if error.errno != socket.EAI_NONAME:
                raise
        return await StockLoop.getaddrinfo(self, host, port, **how)


class TunWorld:
    """One host on one device, and the event loop of its programs. ``driver`` is a
    :class:`LinkDriver` (with the ``network``, for taps and further faults) or a
    :class:`BareDriver`. Use it with ``with``, or call :meth:`close`."""

    def __init__(self, driver: BareDriver | LinkDriver, device: TunDevice) -> None:
        self.driver: Final = driver
        self.device: Final = device
        self.kernel: Final = Kernel(driver)
        self.names: Final = self.kernel.names
        self.loop: Final = RealLoop(self.kernel)
        patches = Patches(self.kernel, self.loop, seed=0, epoch=0)
        self.loop.entered = patches.enter
        self.loop.left = patches.leave
        self._runner = asyncio.Runner(loop_factory=lambda: self.loop)
        self._closed = False
        self._processes: list[Process] = []

    @property
    def network(self) -> Network | None:
        """The simulator's network between synfin and the device, where there is one."""
        return self.driver.network if isinstance(self.driver, LinkDriver) else None

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """``main``'s result, or what it raises; Ctrl-C cancels it (:class:`asyncio.Runner`).
        Other tasks stand still until the next run, and are cancelled by :meth:`close`."""
        process = Process(len(self._processes) + 1, "main", SYNFIN, 1)
        self._processes.append(process)
        context = copy_context()
        context.run(current.set, process)
        return self._runner.run(main, context=context)

    def close(self) -> None:
        """Cancels tasks that are left, closes their sockets, lets the last segments go (at
        most :data:`LAST_WORDS_NS`), and closes the device."""
        if self._closed:
            return
        self._closed = True
        self._runner.close()
        for process in self._processes:
            self.kernel.close_all(process)
        self._last_words()
        self.driver.close()
        self.device.close()

    def _last_words(self) -> None:
        driver = self.driver
        end = driver.now() + LAST_WORDS_NS
        driver.touched(SYNFIN)
        driver.flush()
        while driver.now() < end and not self._over():
            driver.turn(end - driver.now())

    def _over(self) -> bool:
        over = ("TIME-WAIT", "LISTEN", "CLOSED", "FIN-WAIT-2")
        found = self.driver.engine(SYNFIN).connections()
        return self.driver.quiet() and all(one.state in over for one in found)

    def __enter__(self) -> "TunWorld":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()


def open_tun(
    device: str | TunDevice = "synfin0",
    address: str = "10.77.0.2/24",
    kernel: str = "10.77.0.1",
    settings: Settings = LINUX,
    mtu: int = 1500,
    link: Link | None = None,
) -> TunWorld:
    """synfin on ``address`` (with its prefix length) of TUN device ``device``, which is there
    already; the kernel has address ``kernel`` on it. ``link``: cross it, with its delay and
    faults. Raises DeviceError, ValueError for a bad fault."""
    if isinstance(device, TunDevice):
        opened = device
    else:
        opened = TunDevice.open(device, mtu, offload=link is None)
    try:
        if link is None:
            return TunWorld(BareDriver(opened, address, kernel, settings), opened)
        return TunWorld(LinkDriver(opened, address, kernel, settings, link), opened)
    except BaseException:
        opened.close()
        raise


def own_tun(
    address: str = "10.77.0.2/24",
    kernel: str = "10.77.0.1",
    settings: Settings = LINUX,
    mtu: int = 1500,
    link: Link | None = None,
) -> TunWorld:
    """The same on a new device in a new network namespace, into which this process moves (it
    must have one thread, and stays there): for tests, whose child processes then are the
    kernel's side. Raises OSError where the system refuses."""
    namespace.enter()
    prefix = IPv4Interface(address).network.prefixlen
    made = namespace.make_device(f"{kernel}/{prefix}", mtu=mtu, offload=link is None)
    return open_tun(made, address, kernel, settings, mtu, link)
