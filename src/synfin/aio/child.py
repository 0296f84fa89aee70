"""The other end of :mod:`synfin.aio.apart`: one host, its kernel, its loop and its program,
in this process. Started by it as ``python -m synfin.aio.child``."""

import asyncio
import importlib
import os
import random
import sys
import traceback
from contextvars import copy_context
from typing import IO, Any

from synfin.aio.apart import Go, Idle, read, write
from synfin.aio.driver import Driver
from synfin.aio.kernel import Kernel
from synfin.aio.loop import Loop
from synfin.aio.patches import Patches
from synfin.aio.process import Process, current
from synfin.core.settings import Settings
from synfin.core.timers import NEVER
from synfin.host.host import Host
from synfin.wire.ip import encode_packet


class ChildDriver(Driver):
    """Time and packets come from the simulator, in another process."""

    def __init__(self, first: dict[str, Any], source: IO[bytes], sink: IO[bytes]) -> None:
        self._source: IO[bytes] = source
        self._sink: IO[bytes] = sink
        self._now: int = 0
        self._names: dict[str, list[str]] = first["names"]
        self._packets: list[bytes] = []
        self.ended: str = ""
        self.trace: str = ""
        secret = random.Random(first["secret"])
        settings = Settings(**first["settings"])  # compiled objects cross no pipe
        self.host: Host = Host(first["host"], settings, self.now, secret.randbytes)
        for address, prefix_len, mtu in first["addresses"]:
            self.host.add_address(address, prefix_len, mtu)

    # -- Driver --------------
    def now(self) -> int:
        """See :class:`Driver`."""
        return self._now

    def engine(self, host: str) -> Host:
        """See :class:`Driver`."""
        if host != self.host.name:
            raise KeyError(host)
        return self.host

    def hosts(self) -> list[str]:
        """See :class:`Driver`."""
        return [self.host.name]

    def names(self) -> dict[str, list[str]]:
        """See :class:`Driver`."""
        return self._names

    def touched(self, host: str) -> None:
        """See :class:`Driver`: :meth:`flush` looks anyway."""

    def flush(self) -> None:
        """See :class:`Driver`."""
        host = self.host
        while True:
            ready = host.take_ready()
            for sock in ready:
                self.readiness.socket_ready(sock)
            packets = host.poll(self._now)
            self._packets += [encode_packet(packet) for packet in packets]
            if not ready and not packets:
                return

    def wait(self, until: int | None) -> bool:
        """See :class:`Driver`: tell the simulator, and sleep until it calls."""
        self.flush()
        deadline = min(self.host.deadline(), NEVER if until is None else until)
        idle: Idle = (self._packets, deadline, self.ended, self.trace)
        self._packets = []
        write(self._sink, idle)
        self.hear()
        return True

    def hear(self) -> None:
        """The next message. Power is cut when there is none."""
        try:
            go: Go = read(self._source)
        except EOFError:
            os._exit(0)
        self._now, packets, _tick = go
        for data in packets:
            self.host.receive_bytes(data, self._now)
        if self.host.deadline() <= self._now:
            self.host.tick(self._now)
        self.flush()


def main() -> None:
    """Runs until the pipe ends."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the program prints is no message
    first = read(source)
    driver = ChildDriver(first, source, sink)
    kernel = Kernel(driver)
    loop = Loop(kernel)
    patches = Patches(kernel, loop, first["seed"], first["epoch"])
    loop.entered, loop.left = patches.enter, patches.leave
    process = Process(1, first["program"], first["host"], first["boot"])
    loop.dies = lambda dead: _end(loop, kernel, dead, "killed")
    driver.hear()
    context = copy_context()
    context.run(current.set, process)
    process.task = loop.create_task(_program(first["program"]), context=context)
    process.task.add_done_callback(lambda task: _done(loop, kernel, driver, process, task))
    loop.run_forever()


async def _program(name: str) -> object:
    module, _, function = name.partition(":")
    return await getattr(importlib.import_module(module), function)()


def _done(
    loop: Loop, kernel: Kernel, driver: ChildDriver, process: Process, task: "asyncio.Task[Any]"
) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        driver.trace = "".join(traceback.format_exception(error))
    driver.ended = "done" if error is None else "error"
    _end(loop, kernel, process, driver.ended)


def _end(loop: Loop, kernel: Kernel, process: Process, how: str) -> None:
    """The process exits: the kernel closes its descriptors, and goes on."""
    if process.alive:
        process.exit = "killed"
        loop.bury(process)
        kernel.close_all(process)
        process.exit = how


if __name__ == "__main__":
    main()
