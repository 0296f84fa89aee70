"""Peers from elsewhere: each runs as a program of its own, under a Python that has it.

pmd-pytcp and ns-3 come from ``requirements-peers.txt`` (``make bench`` installs them into
``.venv-bench``). lwIP, smoltcp and gVisor take part when ``SYNFIN_BENCH_<NAME>`` names
a program; it is called as ``PROGRAM WORK DEVICE_FD NEAR FAR PORT OCTETS_OR_COUNT``, finds
an open TUN device (bare packets, 1,500 octets) at that descriptor, prints ``ready`` when it
listens, and in the end what :class:`bench.cells.Measured` holds as a line of JSON.
"""

import fcntl
import json
import os
import shutil
import struct
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

from bench.cells import FAR, MTU, NEAR, PORT, Cell, Measured
from bench.kernel_end import client, pinger, server, sink, source
from bench.net import BenchError, Far, Work, enter
from synfin.tun import namespace
from synfin.tun.device import IFF_NO_PI, IFF_TUN, PATH, TUNSETIFF
from synfin.tun.interface import Interface

HERE = Path(__file__).resolve().parent
PYTHON = Path(os.environ.get("SYNFIN_BENCH_PYTHON", HERE.parent / ".venv-bench/bin/python"))
LIMIT_S = 600
MODULES = {"pmd-pytcp": "pmd_pytcp", "ns-3": "ns3"}
PROGRAMS = ("lwip", "smoltcp", "gvisor")
FAR_WORKS: dict[str, Work] = {
    "in": source, "out": sink, "accepting": client, "connecting": server, "latency": pinger,
}  # fmt: skip


def program(peer: str) -> str:
    """The program given for ``peer``; "" without one."""
    return os.environ.get(f"SYNFIN_BENCH_{peer.upper()}", "")


@cache
def installed(peer: str) -> bool:
    """Whether ``peer`` can take part here."""
    if peer in ("kernel", "synfin"):
        return True
    if peer in PROGRAMS:
        return bool(program(peer)) and shutil.which(program(peer)) is not None
    if not PYTHON.exists():
        return False
    found = subprocess.run(
        [str(PYTHON), "-c",
         f"import importlib.util as u,sys;sys.exit(u.find_spec({MODULES[peer]!r}) is None)"],
        capture_output=True, check=False,
    )  # fmt: skip
    return found.returncode == 0


def run(cell: Cell) -> Measured:
    """Does ``cell.work`` with ``cell.peer``. Raises BenchError, OSError."""
    if not installed(cell.peer):
        raise BenchError(f"{cell.peer} is not installed here")
    if cell.peer == "ns-3":
        words = [str(PYTHON), str(HERE / "peers/ns3_bulk.py"), str(cell.octets)]
        return _result(cell.peer, _finish(words, ()))
    return _on_device(cell)


def _on_device(cell: Cell) -> Measured:
    enter()
    given = cell.peer in PROGRAMS
    # pmd-pytcp wants the four octets of packet information before each packet.
    fd = _device(IFF_TUN | IFF_NO_PI) if given else _device(IFF_TUN)
    far = Far(FAR_WORKS[cell.work], cell)
    try:
        where = [NEAR, FAR, str(PORT), str(cell.octets or cell.count)]
        accepts = cell.work in ("accepting", "latency")
        if not accepts:
            far.line()
        starter = far if accepts else None
        if given:
            words = [program(cell.peer), cell.work, str(fd), *where]
            return _result(cell.peer, _finish(words, (fd,), starter))
        words = [str(PYTHON), str(HERE / "peers/pytcp_end.py"), cell.work, str(fd), str(far.fd)]
        line = _finish([*words, *where], (fd, far.fd), starter)
        found = _result(cell.peer, line)
        if cell.work == "accepting":
            rate = cell.count / float(far.line()["seconds"])
            return Measured(rate, found.unit, found.user, found.system)
        return found
    finally:
        far.end()
        os.close(fd)


def _device(flags: int) -> int:
    fd = os.open(PATH, os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"bench0", flags))
    interface = Interface("bench0")
    interface.quiet()
    interface.set_mtu(MTU)
    interface.set_queue(namespace.QUEUE)
    interface.give(f"{FAR}/24")
    interface.up()
    return fd


def _finish(words: list[str], descriptors: tuple[int, ...], far: Far | None = None) -> str:
    """Runs the program; the last line it printed. ``far`` starts when it says ``ready``."""
    with tempfile.TemporaryFile("w+") as trouble:
        child = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=trouble,
            text=True,
            pass_fds=descriptors,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            preexec_fn=namespace.die_with_parent,
        )
        alarm = threading.Timer(LIMIT_S, child.kill)
        alarm.start()
        last = ""
        assert child.stdout is not None
        for line in child.stdout:
            last = line.strip() or last
            if last == "ready" and far is not None:
                far.go()
        alarm.cancel()
        if child.wait():
            trouble.seek(0)
            raise BenchError(f"{Path(words[0]).name} failed: {trouble.read().strip()[-2000:]}")
        return last


def _result(peer: str, line: str) -> Measured:
    try:
        said: dict[str, Any] = json.loads(line)
        return Measured(**said)
    except (ValueError, TypeError):
        raise BenchError(f"{peer} printed no result: {line[-500:]!r}") from None
