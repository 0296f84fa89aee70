"""One ``synfin exec`` from beginning to end: programs, link, signals, and their end."""

import ctypes
import os
import select
import signal
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from synfin.core.settings import MILLISECOND, SECOND
from synfin.live.exec.link import ADDRESSES, CLIENT, PREFIX, SERVER, LinkWish, RealLink, names
from synfin.live.exec.report import Report
from synfin.live.exec.space import Program
from synfin.sim.tap import Tap

FORWARDED: Final = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2,
)  # fmt: skip
SI_KERNEL: Final = 0x80
"""si_code of a signal that the terminal sent: to the program as well."""
SIGNAL_INFO: Final = 128
SFD_FLAGS: Final = os.O_NONBLOCK | os.O_CLOEXEC

LINGER_NS: Final = 5 * SECOND
"""How long the last segments may take after the program has ended."""
QUIET_NS: Final = 300 * MILLISECOND
"""Between two kernels: silence for so long, and a few round trips, is the end."""
ASK_NS: Final = 20 * MILLISECOND
"""How often the peer is asked whether it listens."""
PEER_END_NS: Final = 2 * SECOND
"""How long the peer may take to end when it is asked to."""


@dataclass(frozen=True)
class ExecWish:
    """What to run. ``peer`` empty: the machine's loopback services. ``wait``: how long the
    peer may take until it listens, ns."""

    command: tuple[str, ...]
    link: LinkWish
    peer: tuple[str, ...] = ()
    wait: int = 10 * SECOND


@dataclass
class Outcome:
    """``code`` as in a shell (128 + signal); ``listened``: the peer did before the command
    began (or there is none); ``named``: the sides have names in the programs' /etc/hosts."""

    code: int
    seconds: float
    listened: bool
    named: bool
    report: dict[str, Any]


class Execution:
    """Makes the namespaces and the link; :meth:`run` does the rest. Raises SpaceError,
    ValueError. Whatever happens, :meth:`close` leaves nothing."""

    def __init__(self, wish: ExecWish) -> None:
        self.wish = wish
        self.report = Report()
        self._programs: list[Program] = []
        self._stop = 0
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._signals = -1
        self.link: RealLink | None = None
        self.peer: Program | None = None
        try:
            self.client = self._start(wish.command, CLIENT)
            if wish.peer:
                self.peer = self._start(wish.peer, SERVER)
            far = None if self.peer is None else self.peer.device
            self.link = RealLink(wish.link, self.client.device, far)
            self.link.net.tap(self.report)
        except BaseException:
            self.close()
            raise

    def _start(self, command: Sequence[str], side: str) -> Program:
        made = Program(
            command,
            f"{ADDRESSES[side]}/{PREFIX}",
            names(),
            self.wish.link.mtu,
            apart=side == SERVER,
        )
        self._programs.append(made)
        return made

    def watch(self, tap: Tap) -> None:
        """``tap`` hears of every packet."""
        assert self.link is not None
        self.link.net.tap(tap)

    def close(self) -> None:
        """Ends what still runs; devices and namespaces go."""
        if self.link is not None:
            self.link.close()
            self.link = None
        for program in self._programs:
            program.kill()
        if self._signals >= 0:
            os.close(self._signals)
            self._signals = -1
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    # -- running ---------------------------------------------------------------------------
    def run(self) -> Outcome:
        """Until the command has ended. Raises SpaceError when a program cannot be started."""
        link = self.link
        assert link is not None
        self._listen_to_signals(link)
        listened = self._start_peer(link)
        began = time.monotonic()
        begun = not self._stop
        if not begun:
            self.client.signal(signal.SIGKILL)
        else:
            self.client.go()
        link.watch(self.client.pidfd, select.EPOLLIN, _nothing)
        link.run(self.client.ended)
        seconds = time.monotonic() - began
        link.forget(self.client.pidfd)
        code = self.client.code if begun else 128 + self._stop
        self._stop = 0
        self._linger(link)
        self._end_peer(link)
        report = self.report.as_dict(link.net.faults)
        report["late_ns"] = link.late_ns
        return Outcome(code or 0, seconds, listened, self.client.named, report)

    def _start_peer(self, link: RealLink) -> bool:
        """Whether the peer listens, or there is none to wait for."""
        peer = self.peer
        if peer is None:
            return True
        peer.go()
        until = link.real() + self.wish.wait
        while link.real() < until and not self._stop and not peer.ended():
            if peer.listens():
                return True
            link.run(_never, link.real() + ASK_NS)
        return False

    def _linger(self, link: RealLink) -> None:
        """The last segments go, the last FIN is answered."""
        wish = self.wish.link
        quiet = QUIET_NS + 4 * (wish.delay + wish.jitter)
        end = link.real() + LINGER_NS + quiet
        link.run(lambda: bool(self._stop) or link.idle(quiet), end)

    def _end_peer(self, link: RealLink) -> None:
        if self.peer is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.peer.ended():
                self.peer.signal(number)
                link.watch(self.peer.pidfd, select.EPOLLIN, _nothing)
                link.run(self.peer.ended, link.real() + PEER_END_NS)

    # -- signals ---------------------------------------------------------------------------
    def _listen_to_signals(self, link: RealLink) -> None:
        """They come as packets do, by a descriptor (signalfd(2))."""
        signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
        wanted = sum(1 << number - 1 for number in FORWARDED)
        libc = ctypes.CDLL(None, use_errno=True)
        self._signals = libc.signalfd(-1, wanted.to_bytes(SIGNAL_INFO, "little"), SFD_FLAGS)
        if self._signals < 0:
            raise OSError(ctypes.get_errno(), "signalfd")
        link.watch(self._signals, select.EPOLLIN, self._signalled)

    def _signalled(self, _events: int) -> None:
        try:
            data = os.read(self._signals, SIGNAL_INFO)
        except BlockingIOError:
            return
        number, _, code = struct.unpack_from("=Iii", data)
        self._stop = number
        if code != SI_KERNEL:
            self.client.signal(number)


def _nothing(_events: int) -> None:
    """The loop looks by itself."""


def _never() -> bool:
    return False
