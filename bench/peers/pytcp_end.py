"""pmd-pytcp under test. Run by a Python that has the package; its device and the pipe on
which the kernel's end speaks are inherited.

python pytcp_end.py WORK DEVICE_FD PIPE_FD NEAR FAR PORT OCTETS
"""

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from typing import Any

from pmd_net_addr import Ip4IfAddr
from pmd_pytcp import stack
from pmd_pytcp.lib.interface_layer import InterfaceLayer
from pmd_pytcp.socket import AF_INET, SOCK_STREAM, socket

BLOCK = 1 << 16


class End:
    """One job."""

    def __init__(self, words: list[str]) -> None:
        self.work = words[0]
        self.device, self.pipe = int(words[1]), int(words[2])
        self.near, self.far, self.port = words[3], words[4], int(words[5])
        self.octets = int(words[6])
        self.heard = asyncio.Event()

    async def run(self) -> dict[str, Any]:
        """Starts the stack, works, says how fast."""
        stack.init(
            fd=self.device,
            layer=InterfaceLayer.L3,
            mtu=1500,
            interface_name="bench0",
            ip4_host=Ip4IfAddr(f"{self.near}/24"),
            ip4_dhcp=False,
            ip6_support=False,
        )
        await stack.start()
        for _ in range(100):  # the address is given by a task of its own
            if stack.local_ip4_unicast():
                break
            await asyncio.sleep(0.05)
        asyncio.get_running_loop().add_reader(self.pipe, self.heard.set)
        work = {"in": self.receive, "out": self.send, "accepting": self.serve}[self.work]
        return await work()

    async def connected(self) -> socket:
        """To the kernel; tried again while the stack claims its address."""
        for _ in range(50):
            sock = socket(AF_INET, SOCK_STREAM)
            sock.bind((self.near, 0))
            try:
                await sock.connect((self.far, self.port))
                return sock
            except OSError:
                await asyncio.sleep(0.1)
        raise OSError("pmd-pytcp could not connect")

    async def receive(self) -> dict[str, Any]:
        """The kernel pours."""
        sock = await self.connected()
        begin = Begin()
        count = 0
        while count < self.octets:
            data = await sock.recv(BLOCK)
            if not data:
                sys.exit("the stream ended early")
            count += len(data)
        return begin.bulk(count)

    async def send(self) -> dict[str, Any]:
        """Until the kernel says it has all."""
        sock = await self.connected()
        begin = Begin()
        sending = asyncio.create_task(self.pour(sock))
        await self.heard.wait()
        found = begin.bulk(self.octets)
        sending.cancel()
        return found

    async def pour(self, sock: socket) -> None:
        """As much as the sink wants; it does not look at it."""
        block = bytes(BLOCK)
        left = self.octets
        with contextlib.suppress(OSError):
            while left > 0:
                left -= await sock.send(block[: min(left, BLOCK)])
                await asyncio.sleep(0)  # send() takes everything without ever waiting

    async def serve(self) -> dict[str, Any]:
        """Accepts, echoes, closes after the client; until the kernel's end is done."""
        listener = socket(AF_INET, SOCK_STREAM)
        listener.bind((self.near, self.port))
        listener.listen(backlog=128)
        print("ready", flush=True)
        begin = Begin()
        tasks: set[asyncio.Task[None]] = set()
        accepting = asyncio.create_task(self.accept(listener, tasks))
        await self.heard.wait()
        accepting.cancel()
        _, user, system = begin.used()
        return {"value": 0.0, "unit": "connections/s", "user": user, "system": system}

    async def accept(self, listener: socket, tasks: set[asyncio.Task[None]]) -> None:
        """Each client in a task of its own."""
        while True:
            child, _ = await listener.accept()
            task = asyncio.create_task(self.echo(child))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def echo(self, sock: socket) -> None:
        """What comes goes back."""
        with contextlib.suppress(OSError):
            while data := await sock.recv(4096):
                await sock.send(bytes(data))
            sock.close()


class Begin:
    """Wall-clock and CPU from here."""

    def __init__(self) -> None:
        self._used = resource.getrusage(resource.RUSAGE_SELF)
        self._begin = time.perf_counter()

    def used(self) -> tuple[float, float, float]:
        """Seconds, user, system."""
        now = resource.getrusage(resource.RUSAGE_SELF)
        return (
            time.perf_counter() - self._begin,
            now.ru_utime - self._used.ru_utime,
            now.ru_stime - self._used.ru_stime,
        )

    def bulk(self, octets: int) -> dict[str, Any]:
        """Gbit/s."""
        seconds, user, system = self.used()
        return {
            "value": octets * 8 / seconds / 1e9,
            "unit": "Gbit/s",
            "user": user,
            "system": system,
            "gigabytes": octets / 1e9,
        }


async def bounded(end: End) -> None:
    """At most five minutes; then out, without a word to the peer."""
    found = await asyncio.wait_for(end.run(), 300)
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(bounded(End(sys.argv[1:])))
