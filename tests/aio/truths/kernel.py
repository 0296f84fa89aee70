"""Two kernels' TCP, each in its own namespace, with a path between them that obeys us.

Each host is a process (see ``inside``) whose TUN device is relayed here, packet by
packet. A machine that loses power is a process killed whose packets nobody
carries any more; its namespace, and every connection in it, goes with it.
"""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.aio.truths.inside import ADDRESSES
from tests.aio.truths.rows import Notes, Row

ROOT = Path(__file__).resolve().parents[3]
ROLES = ("client", "server")
TCP = 6


class HostProcess:
    """One host: its process, its device, what it has said."""

    def __init__(self, row: Row, role: str) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.aio.truths.inside"]
        self.process = subprocess.Popen(
            [*command, str(theirs.fileno()), row.name, role],
            stdout=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
        )
        theirs.close()
        self.channel = ours
        ours.settimeout(30)
        _, descriptors, _, _ = socket.recv_fds(ours, 16, 1)
        if not descriptors:
            raise AssertionError(f"the {role} could not make its device")
        self.device = descriptors[0]
        assert self.process.stdout is not None
        self.output = self.process.stdout
        self.rest = b""

    def start(self) -> None:
        """Lets it begin."""
        self.channel.send(b"!")

    def heard(self, notes: Notes) -> None:
        """Reads what it has said."""
        data = os.read(self.output.fileno(), 65_536)
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            name, value = json.loads(line)
            notes[name] = value

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.process.wait()
        os.close(self.device)
        self.output.close()
        self.channel.close()


class KernelStage:
    """Plays one row; ``run`` gives the notes of both sides."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.hosts: dict[str, HostProcess] = {}
        self.notes: Notes = {}
        self.cut = False
        self.known: set[bytes] = set()
        self.forgotten: set[bytes] = set()

    def run(self, limit_s: float) -> Notes:
        """To the client's end, at most ``limit_s`` seconds after its start."""
        try:
            for role in ROLES:
                self.hosts[role] = HostProcess(self.row, role)
            self.hosts["server"].start()
            self.carry_until("ready", time.monotonic() + 30)
            self.hosts["client"].start()
            if self.row.events:
                self.carry_until("go", time.monotonic() + 30)
            self.play(limit_s)
        finally:
            for host in self.hosts.values():
                host.kill()
        return self.notes

    def play(self, limit_s: float) -> None:
        """The events at their times, then the rest."""
        start = time.monotonic()
        for at, event in self.row.events:
            self.carry_until("over", start + at)
            if "over" not in self.notes:
                self.happen(event)
        self.carry_until("over", start + limit_s)
        if "over" not in self.notes:
            raise AssertionError(f"not over after {limit_s} s: {self.notes}")

    def happen(self, event: str) -> None:
        """One event."""
        if event in ("cut", "heal"):
            self.cut = event == "cut"
        elif event == "forget":
            self.forgotten = set(self.known)
        elif event == "crash":
            self.hosts.pop("server").kill()
        elif event == "boot":
            self.notes.pop("ready", None)
            self.hosts["server"] = HostProcess(self.row, "server")
            self.hosts["server"].start()
            self.carry_until("ready", time.monotonic() + 30)
        else:
            raise AssertionError(event)

    def carry_until(self, note: str, deadline: float) -> None:
        """Carries packets until the note is there or the time is over."""
        while note not in self.notes and (left := deadline - time.monotonic()) > 0:
            poller = select.poll()
            places = {}
            for role, host in self.hosts.items():
                for descriptor in (host.device, host.output.fileno()):
                    poller.register(descriptor, select.POLLIN)
                    places[descriptor] = role
            for descriptor, _ in poller.poll(min(left, 0.2) * 1_000):
                role = places[descriptor]
                if descriptor == self.hosts[role].device:
                    self.carry(role)
                else:
                    self.listen(role)

    def listen(self, role: str) -> None:
        """Notes; the end of a client that said nothing of it is an error."""
        self.hosts[role].heard(self.notes)
        if self.hosts[role].process.poll() not in (None, 0):
            raise AssertionError(f"the {role} failed: {self.notes}")

    def carry(self, role: str) -> None:
        """Everything that waits on one side goes to the other, if there is a way."""
        other = self.hosts.get("server" if role == "client" else "client")
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                packet = os.read(self.hosts[role].device, 65_536)
                if other is not None and self.passes(packet):
                    with contextlib.suppress(BlockingIOError):
                        os.write(other.device, packet)

    def passes(self, packet: bytes) -> bool:
        """Whether the path carries this packet. It knows connections by the client's end."""
        if packet[9] != TCP:
            return not self.cut
        head = (packet[0] & 0x0F) * 4
        from_client = packet[12:16] == socket.inet_aton(ADDRESSES["client"])
        port = packet[head : head + 2] if from_client else packet[head + 2 : head + 4]
        self.known.add(port)
        return not self.cut and port not in self.forgotten
