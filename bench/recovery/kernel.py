"""The kernel's side: two network namespaces, a socket in each, our relay between them."""

import json
import os
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from bench.recovery.capture import Capture
from bench.recovery.cells import BUFFER, MTU, PORT, RECEIVER, SENDER, Cell, Result
from bench.recovery.relay import OneWay, relay
from synfin.core.settings import SECOND
from synfin.tun import namespace
from synfin.tun.device import TunDevice
from synfin.tun.interface import sysctl

COUNTERS: Final = (
    "TCPTimeouts",
    "TCPLossProbes",
    "TCPLossProbeRecovery",
    "TCPSackRecovery",
    "TCPSackRecoveryFail",
    "TCPFastRetrans",
    "TCPSlowStartRetrans",
    "TCPLostRetransmit",
    "TCPFullUndo",
    "TCPPartialUndo",
    "TCPDSACKUndo",
    "TCPLossUndo",
    "TCPSpuriousRTOs",
    "TCPHystartTrainDetect",
    "TCPHystartDelayDetect",
)
"""Of /proc/net/netstat."""
_INFO_WORDS: Final = {"rtt_us": 68, "ssthresh": 76, "cwnd": 80, "reordering": 88, "retrans": 100}
"""Offsets in struct tcp_info."""
_INFO_DATA_SEGMENTS_OUT: Final = 156
GRACE_NS: Final = 5 * SECOND
_open: Final[list[socket.socket]] = []
"""Sockets of this process that stay open to its end: closing one would reset the peer."""


class Pipes:
    """How the ends tell each other, and the relay, what has happened."""

    def __init__(self) -> None:
        self.listening = os.pipe()
        self.started = os.pipe()
        self.told = os.pipe()


Work = Callable[[Cell, Pipes], dict[str, int]]
"""What a child does: its end of the transfer, then its report."""


def run(cell: Cell, seed: int, capture: Path | None) -> Result:
    """One transfer; this process ends up in a namespace of its own. Raises OSError."""
    pipes = Pipes()
    prepare()
    here = namespace.make_device(f"{SENDER}/24", mtu=MTU, offload=False)
    children = [child(send, cell, pipes)]
    prepare()
    there = namespace.make_device(f"{RECEIVER}/24", mtu=MTU, offload=False)
    children.append(child(receive, cell, pipes))
    try:
        return carry(cell, seed, here, there, pipes.told[0], capture)
    finally:
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
            os.waitpid(pid, 0)


def prepare() -> None:
    """A fresh namespace with nothing remembered of earlier runs and room in the buffers."""
    namespace.enter()
    sysctl("net.ipv4.tcp_no_metrics_save", "1")
    sysctl("net.ipv4.tcp_rmem", f"4096 {BUFFER} {BUFFER}")
    sysctl("net.ipv4.tcp_wmem", f"4096 {BUFFER} {BUFFER}")


def carry(
    cell: Cell, seed: int, here: TunDevice, there: TunDevice, told: int, capture: Path | None
) -> Result:
    """Be the link until both ends have told what they have."""
    with suppress(OSError):  # On a busy machine the link keeps its time; not allowed: as it is.
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    forth = OneWay(here.fd, there.fd, cell.one_way_ns, cell.loss / 100, cell.losses(seed))
    back = OneWay(there.fd, here.fd, cell.one_way_ns, 0.0, None)
    reports: list[dict[str, int]] = []
    record = None if capture is None else Capture(capture)

    def all_told() -> bool:
        for line in os.read(told, 65_536).splitlines():
            reports.append(json.loads(line))
        return len(reports) == 2

    if not relay((forth, back), all_told, [told], cell.time_ns + GRACE_NS, record):
        sys.exit(f"kernel: no report after {cell.seconds} s")
    if record is not None:
        record.close()
    counters = {name: value for report in reports for name, value in report.items()}
    counters["data_packets"] = forth.data_packets
    counters["lost"] = forth.lost
    counters["overflowed"] = forth.overflowed
    counters["late"] = forth.late + back.late
    return Result(counters.pop("octets"), counters)


def child(work: Work, cell: Cell, pipes: Pipes) -> int:
    """Forks ``work``; it may be killed at any time. Its process id."""
    pid = os.fork()
    if pid == 0:
        try:
            namespace.die_with_parent()
            report = work(cell, pipes)
            os.write(pipes.told[1], json.dumps(report).encode() + b"\n")
            time.sleep(60)
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stderr.flush()
            os._exit(0)
    return pid


def send(cell: Cell, pipes: Pipes) -> dict[str, int]:
    """connect() and send for the cell's time; what TCP_INFO and the counters say then."""
    sock = socket.socket()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, cell.congestion.encode())
    os.read(pipes.listening[0], 1)
    begin = time.monotonic_ns()
    os.write(pipes.started[1], struct.pack("=q", begin))
    sock.connect((RECEIVER, PORT))
    block = bytes(1 << 16)
    end = begin + cell.time_ns
    while True:
        left = end - time.monotonic_ns()
        if left <= 0:
            break
        sock.settimeout(left / SECOND)
        with suppress(TimeoutError):
            sock.send(block)
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    report = {name: struct.unpack_from("=I", info, at)[0] for name, at in _INFO_WORDS.items()}
    if len(info) >= _INFO_DATA_SEGMENTS_OUT + 4:
        report["segments"] = struct.unpack_from("=I", info, _INFO_DATA_SEGMENTS_OUT)[0]
    report.update(netstat())
    return report


def receive(cell: Cell, pipes: Pipes) -> dict[str, int]:
    """accept() and read for the cell's time; how many octets came."""
    listener = socket.socket()
    listener.bind((RECEIVER, PORT))
    listener.listen(1)
    os.write(pipes.listening[1], b"!")
    (begin,) = struct.unpack("=q", os.read(pipes.started[0], 8))
    sock, _ = listener.accept()
    _open.append(sock)
    end = begin + cell.time_ns
    octets = 0
    room = bytearray(1 << 18)
    while True:
        left = end - time.monotonic_ns()
        if left <= 0:
            return {"octets": octets}
        sock.settimeout(left / SECOND)
        with suppress(TimeoutError):
            octets += sock.recv_into(room)


def netstat() -> dict[str, int]:
    """This namespace's counters of recovery, those that are not 0."""
    lines = Path("/proc/self/net/netstat").read_text().splitlines()
    values: dict[str, int] = {}
    for names, numbers in zip(lines[::2], lines[1::2], strict=True):
        values.update(zip(names.split()[1:], map(int, numbers.split()[1:]), strict=True))
    return {name: values[name] for name in COUNTERS if values.get(name)}
