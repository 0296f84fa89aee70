"""Real programs of the kernel's side against synfin, over one TUN device; runs inside a worker."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from synfin.core.problems import Problem
from synfin.core.settings import LINUX, MILLISECOND, SECOND
from synfin.lab.recorder import Recorder
from synfin.live.kernel import States, listening, tell_recorder
from synfin.sim.tap import DELIVERED, DROPPED, Transmission
from synfin.tun import namespace
from synfin.tun.driver import Driver, Watcher
from synfin.tun.http import Client, Server
from synfin.wire.address import parse_address
from synfin.wire.ip import Packet

KERNEL: Final = "10.77.0.1"
SYNFIN: Final = "10.77.0.2"
SYNFIN_PORT: Final = 80
KERNEL_PORT: Final = 8000
FILE: Final = "file.bin"

SETTINGS: Final = LINUX.but(receive_buffer=6 << 20, send_buffer=4 << 20, window_scale=8)
"""``linux`` with buffers for Gbit/s."""

RECORDED: Final = 1 << 20
"""Transfers up to this size are recorded packet by packet."""
MOST_PACKETS: Final = 20_000
"""No recording goes on beyond this."""
KINDS: Final = ("get", "fetch", "put")
"""get: the kernel's curl downloads from synfin; put: it uploads; fetch: synfin downloads
from ``python -m http.server``."""

FETCHER: Final = (
    "import http.client,shutil,sys\n"
    "c=http.client.HTTPConnection(sys.argv[1],int(sys.argv[2]),timeout=60)\n"
    "c.request('GET','/');shutil.copyfileobj(c.getresponse(),open(sys.argv[3],'wb'))\n"
)
SENDER: Final = (
    "import http.client,sys\n"
    "c=http.client.HTTPConnection(sys.argv[1],int(sys.argv[2]),timeout=60)\n"
    "c.request('PUT','/',open(sys.argv[3],'rb').read())\n"
    "sys.stdout.write(c.getresponse().read().decode())\n"
)


@dataclass(frozen=True)
class Wish:
    """What shall be transferred: ``size`` octets in each of ``kinds``; ``record`` asks for
    the packets even of a large one; ``offload`` False for a device without it."""

    size: int
    kinds: tuple[str, ...] = ("get", "fetch")
    record: bool = False
    offload: bool = True
    timeout_s: float = 60.0


class TransferError(RuntimeError):
    """A program failed; ``problem`` says which and how."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def transfer(wish: Wish) -> dict[str, Any]:
    """Makes the namespace, runs the programs, says how it went."""
    namespace.enter()
    with tempfile.TemporaryDirectory(prefix="synfin-") as folder:
        return _Session(wish, Path(folder)).run()


class _Session:
    def __init__(self, wish: Wish, folder: Path) -> None:
        self.wish = wish
        self.folder = folder
        self.body = content(wish.size)
        self.sha = hashlib.sha256(self.body).hexdigest()
        self.programs: list[subprocess.Popen[bytes]] = []
        self.device = namespace.make_device(f"{KERNEL}/24", offload=wish.offload)
        self.film = Film() if wish.record or wish.size <= RECORDED else None
        observer = self.film.recorder.observer("synfin") if self.film else None
        self.driver = Driver(
            self.device, SYNFIN, SETTINGS, "synfin", observer=observer, watcher=self.film
        )

    def run(self) -> dict[str, Any]:
        kinds = {"get": self.get, "fetch": self.fetch, "put": self.put}
        try:
            runs = [kinds[kind]() for kind in self.wish.kinds]
            self.settle()
        finally:
            for program in self.programs:
                if program.poll() is None:
                    program.kill()
                program.wait()
        device = self.device
        return {
            "runs": runs,
            "sha256": self.sha,
            "size": self.wish.size,
            "offloads": list(device.granted),
            "refused": list(device.refused),
            "largest": device.max_segment,
            "mtu": device.mtu,
            "lost": device.lost,
            "packets": [device.packets_in, device.packets_out],
            "trace": self.film.finish(self.driver.now()) if self.film else [],
            "cut": bool(self.film and self.film.full),
        }

    # -- the three kinds --------------
    def get(self) -> dict[str, Any]:
        """The kernel downloads."""
        server = Server(self.driver.host, SYNFIN_PORT, self.body)
        self.driver.ready = server.ready
        target = self.folder / "got"
        if curl := shutil.which("curl"):
            words = [curl, "-s", "-S", "-o", str(target), f"http://{SYNFIN}/{FILE}"]
        else:
            words = [sys.executable, "-c", FETCHER, SYNFIN, str(SYNFIN_PORT), str(target)]
        seconds, _ = self.program(words, server)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        return self.report("get", "curl" if curl else "http.client", digest, seconds)

    def put(self) -> dict[str, Any]:
        """The kernel uploads; synfin answers with the SHA-256 of what came."""
        server = Server(self.driver.host, SYNFIN_PORT + 1, b"")
        self.driver.ready = server.ready
        source = self.folder / FILE
        source.write_bytes(self.body)
        url = f"http://{SYNFIN}:{SYNFIN_PORT + 1}/{FILE}"
        if curl := shutil.which("curl"):
            words = [curl, "-s", "-S", "-T", str(source), url]
        else:
            words = [sys.executable, "-c", SENDER, SYNFIN, str(SYNFIN_PORT + 1), str(source)]
        seconds, said = self.program(words, server)
        return self.report("put", "curl" if curl else "http.client", said.decode().strip(), seconds)

    def fetch(self) -> dict[str, Any]:
        """synfin downloads."""
        (self.folder / FILE).write_bytes(self.body)
        words = [sys.executable, "-m", "http.server", str(KERNEL_PORT), "--bind", KERNEL]
        server = self.start([*words, "--directory", str(self.folder)])
        self.until(lambda: listening(KERNEL_PORT), "python -m http.server")
        client = Client(self.driver.host, KERNEL, KERNEL_PORT, FILE)
        self.driver.ready = client.ready
        begin = time.monotonic()
        client.start()
        self.until(lambda: client.over, "python -m http.server")
        seconds = time.monotonic() - begin
        server.terminate()
        if client.failed:
            raise TransferError(
                Problem(
                    "live.download",
                    "the download from {name} failed: {why}",
                    name="python -m http.server",
                    why=client.failed,
                )
            )
        return self.report("fetch", "python -m http.server", client.digest, seconds)

    def report(self, kind: str, program: str, digest: str, seconds: float) -> dict[str, Any]:
        return {
            "kind": kind,
            "program": program,
            "same": digest == self.sha,
            "seconds": seconds,
            "gbit": self.wish.size * 8 / seconds / 1e9,
        }

    # -- programs --------------
    def start(self, words: list[str]) -> "subprocess.Popen[bytes]":
        program = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=namespace.die_with_parent,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "no_proxy": "*"},
        )
        self.programs.append(program)
        return program

    def program(self, words: list[str], server: Server) -> tuple[float, bytes]:
        """Runs one to its end against our server: (seconds, what it printed)."""
        begin = time.monotonic()
        program = self.start(words)
        assert program.stdout is not None
        fd = program.stdout.fileno()
        said: list[bytes] = []
        self.driver.add_reader(fd, lambda: said.append(os.read(fd, 65_536)))
        self.until(lambda: bool(said) and said[-1] == b"", words[0])
        self.driver.remove_reader(fd)
        seconds = time.monotonic() - begin
        program.stdout.close()
        if program.wait(10) != 0 or server.failed:
            raise TransferError(
                Problem(
                    "live.program",
                    "{name} failed: exit {status} {why}",
                    name=words[0],
                    status=program.returncode,
                    why=server.failed,
                )
            )
        self.until(lambda: server.served > 0, "synfin")
        return seconds, b"".join(said)

    def until(self, done: Callable[[], bool], who: str) -> None:
        """Turns the driver; looks at ``done`` at least each 10 ms."""
        end = time.monotonic() + self.wish.timeout_s
        self.driver.service()
        while not done():
            self.driver.turn(10 * MILLISECOND)
            if time.monotonic() > end:
                raise TransferError(
                    Problem(
                        "live.slow",
                        "{name} was not ready within {seconds} s",
                        name=who,
                        seconds=round(self.wish.timeout_s),
                    )
                )

    def settle(self) -> None:
        """A moment for the last segments."""
        end = self.driver.now() + SECOND // 10
        while self.driver.now() < end:
            self.driver.turn(end - self.driver.now())


def content(size: int) -> bytes:
    """``size`` octets that no shift of themselves equals."""
    block = hashlib.shake_128(b"synfin").digest(min(size, (1 << 20) + 1))
    return (block * (size // max(len(block), 1) + 1))[:size]


class Film(Watcher):
    """Records what passes the device as a trace (docs/trace.md)."""

    def __init__(self) -> None:
        self.recorder = Recorder(0)
        self.states = States()
        self.full = False
        self._count = 0
        self._last: Transmission | None = None
        self._names = {parse_address(KERNEL): "kernel", parse_address(SYNFIN): "synfin"}
        self.recorder.records.append(
            {
                "type": "meta",
                "version": 1,
                "scenario": "live",
                "case": "main",
                "title": {"en": "synfin and the Linux kernel", "zh": "synfin 与 Linux 内核"},
                "profile": "linux",
                "seed": 0,
                "settings": {},
                "hosts": [
                    {"name": "kernel", "addresses": [KERNEL], "kind": "host"},
                    {"name": "synfin", "addresses": [SYNFIN], "kind": "host"},
                ],
                "links": [{"a": "kernel", "b": "synfin", "delay": 0, "rate": 0, "mtu": 1500}],
            }
        )

    def sent(self, packet: Packet, now: int, lost: bool) -> None:
        """See :class:`Watcher`."""
        self._passed(packet, now, DROPPED if lost else DELIVERED)

    def arrived(self, packet: Packet, now: int) -> None:
        """See :class:`Watcher`."""
        self._last = self._passed(packet, now, DELIVERED)
        if self._last is not None:
            self.recorder.arrived(self._last, "synfin", packet, now)

    def handled(self, now: int) -> None:
        """See :class:`Watcher`."""
        if self._last is not None:
            self.recorder.handled(self._last, "synfin", now)

    def _passed(self, packet: Packet, now: int, fate: str) -> Transmission | None:
        self.full = self._count >= MOST_PACKETS
        if self._count == 0:
            self.recorder.offset = now  # time 0 is the first packet
        if self.full:
            return None
        self._count += 1
        origin = self._names.get(packet.src, "kernel")
        target = self._names.get(packet.dst, "synfin")
        sent = Transmission(self._count, now, packet, b"", origin, target, False)
        sent.fate = fate
        sent.arrives = now if fate == DELIVERED else None
        sent.next_hop = target
        self.recorder.transmitted(sent)
        with suppress(OSError):
            self.states.changes(tell_recorder(self.recorder, "kernel", now))
        return sent

    def finish(self, now: int) -> list[dict[str, Any]]:
        """The trace, closed."""
        self.recorder.records.append(
            {"type": "end", "t": now, "outcome": "idle", "connections": [],
             "segments": self._count}
        )  # fmt: skip
        return self.recorder.records
