"""A host whose program runs in an interpreter of its own.

Module globals are then lost at a crash, as they are in reality, and no module is shared with
other hosts. The simulator keeps the links and the time; the child has the host's kernel, the
event loop and the program (:mod:`synfin.aio.child`). What crosses is IP packets: the child is
given what arrived and the time, runs until all of it waits, and answers with what it sends and
when it next wants to be woken. Only one side runs at a time, so the run stays deterministic.

:class:`ApartEngine` has the doors that ``synfin.sim.host.Engine`` names.
"""

import contextlib
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import fields
from typing import IO, Any, Final

from synfin.aio.errors import AioError, ProgramFailed
from synfin.core.events import Observer
from synfin.core.settings import Settings
from synfin.core.timers import NEVER
from synfin.wire.ip import Packet, decode_packet, encode_packet
from synfin.wire.malformed import Malformed

_LENGTH: Final = struct.Struct("!I")

Go = tuple[int, list[bytes], bool]
"""To the child: the time, packets that arrived, whether a timer is due."""
Idle = tuple[list[bytes], int, str, str]
"""From the child: packets to send, the next deadline, how the program ended ("" while it
runs, ``done``, ``error``), and the traceback of an error."""


def write(stream: IO[bytes], message: object) -> None:
    """One message; both ends are ours."""
    data = pickle.dumps(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read(stream: IO[bytes]) -> Any:
    """One message. Raises EOFError when the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pickle.loads(stream.read(_LENGTH.unpack(head)[0]))


class Apart:
    """Makes the engines of one host, a child for each boot. ``program`` is
    ``package.module:function``, a coroutine function without arguments."""

    def __init__(self, program: str, seed: int, epoch: int, names: dict[str, list[str]]) -> None:
        if program.count(":") != 1:
            raise ValueError(f"expected 'package.module:function', not '{program}'")
        self.program: str = program
        self.seed: int = seed
        self.epoch: int = epoch
        self.names: dict[str, list[str]] = names
        self.boots: int = 0
        self.engine: ApartEngine | None = None

    def make(
        self,
        name: str,
        settings: Settings,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        observer: Observer | None,
    ) -> "ApartEngine":
        """The factory that a simulated host asks at each boot."""
        self.end()
        self.boots += 1
        first = {
            "host": name,
            "program": self.program,
            "settings": {one.name: getattr(settings, one.name) for one in fields(settings)},
            "secret": random(32),
            "seed": self.seed,
            "epoch": self.epoch,
            "boot": self.boots,
            "names": self.names,
            "path": list(sys.path),
        }
        self.engine = ApartEngine(first, clock)
        return self.engine

    @property
    def ended(self) -> str:
        """How the program ended: "" while it runs, ``done``, ``error`` or ``crashed``."""
        return "" if self.engine is None else self.engine.ended

    @property
    def pid(self) -> int:
        """The process that runs now; 0 for none yet."""
        return 0 if self.engine is None else self.engine.pid

    def end(self) -> None:
        """The process is gone at once, as without power."""
        if self.engine is not None:
            self.engine.end()


class ApartEngine:
    """The kernel of a host, elsewhere. It starts with the first call that asks for news."""

    def __init__(self, first: dict[str, Any], clock: Callable[[], int]) -> None:
        self.name: str = first["host"]
        self.ended: str = ""
        self._first: dict[str, Any] = first
        self._clock: Callable[[], int] = clock
        self._addresses: list[tuple[bytes, int, int]] = []
        self._child: subprocess.Popen[bytes] | None = None
        self._arrived: list[bytes] = []
        self._tick: bool = False
        self._dirty: bool = True
        self._deadline: int = NEVER

    @property
    def pid(self) -> int:
        """Of the child; 0 before it starts."""
        return 0 if self._child is None else self._child.pid

    # -- the doors --------------
    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """See ``synfin.host.host.Host``; only before the child starts."""
        if self._child is not None:
            raise AioError(f"host {self.name} runs apart already: give it its addresses before")
        self._addresses.append((addr, prefix_len, mtu))

    def receive(self, packet: Packet, now: int) -> None:
        """A packet arrived."""
        self.receive_bytes(encode_packet(packet), now)

    def receive_bytes(self, data: bytes, now: int) -> None:
        """Octets arrived."""
        self._arrived.append(bytes(data))
        self._dirty = True

    def tick(self, now: int) -> None:
        """A timer, of the kernel or of the program, is due."""
        self._tick = self._dirty = True

    def deadline(self) -> int:
        """When :meth:`tick` is wanted."""
        return self._deadline

    def take_ready(self) -> Sequence[object]:
        """Nobody here has sockets of that host."""
        return ()

    def poll(self, now: int, budget: int = 64) -> Sequence[Packet]:
        """Lets the child run until it waits; what it sends. Raises ProgramFailed."""
        if not self._dirty or self.ended == "crashed":
            return ()
        self._dirty = False
        child = self._child or self._start()
        go: Go = (now, self._arrived, self._tick)
        self._arrived, self._tick = [], False
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            write(child.stdin, go)
            packets, self._deadline, ended, trace = read(child.stdout)
        except (EOFError, BrokenPipeError) as error:
            self.end()
            raise ProgramFailed(f"the process of host {self.name} is gone") from error
        if ended == "error" and not self.ended:
            self.ended = ended
            raise ProgramFailed(f"{self._first['program']} on {self.name} failed:\n{trace}")
        self.ended = ended
        return [_decoded(data) for data in packets]

    # -- the child --------------
    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        # in a context without a process: the program that reboots this host may start none
        child = Context().run(
            subprocess.Popen[bytes],
            [sys.executable, "-m", "synfin.aio.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        self._child = child
        assert child.stdin is not None
        write(child.stdin, {**self._first, "addresses": self._addresses})
        return child

    def end(self) -> None:
        """Kill the child; no code of it runs any more."""
        child = self._child
        if child is None or self.ended == "crashed":
            return
        self.ended = "crashed"
        self._deadline = NEVER
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # it had not read the last one
                    stream.close()


def _decoded(data: bytes) -> Packet:
    packet = decode_packet(data)
    assert not isinstance(packet, Malformed)
    return packet
