"""Namespaces of our own, a veth pair or a TUN device in them, and the process at the far end.

Everything ends with the processes in it; nothing has a name outside.
"""

import ctypes
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bench.cells import FAR, Cell
from synfin.tun import namespace
from synfin.tun.interface import Interface, sysctl

SIOCETHTOOL = 0x8946
SWITCHES = {"rx": 0x15, "tx": 0x17, "sg": 0x19, "tso": 0x1F, "gso": 0x24, "gro": 0x2C}
"""ethtool's ETHTOOL_S… commands."""
LINK = "bench0"


class BenchError(RuntimeError):
    """A measurement failed; the text says why."""


def enter() -> None:
    """Into a namespace with the machine's full table of connections.

    :func:`synfin.tun.namespace.enter` asks for a small one, which also limits the
    number of TIME-WAITs.
    """
    namespace.enter()
    sysctl("net.ipv4.tcp_child_ehash_entries", "0")
    if ctypes.CDLL(None, use_errno=True).unshare(namespace.CLONE_NEWNET) != 0:
        raise BenchError("no second network namespace")
    tune()


def tune() -> None:
    """What many connections need, the same for every peer."""
    Interface("lo").up()
    sysctl("net.ipv4.ip_local_port_range", "1024 65535")
    sysctl("net.ipv4.tcp_max_syn_backlog", "65536")
    sysctl("net.core.somaxconn", "65536")
    sysctl("net.ipv4.tcp_tw_reuse", "1")


def offloads(name: str, on: bool) -> None:
    """Switches an interface's checksum, segmentation and GRO offloads; what it lacks stays."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for command in SWITCHES.values():
            value = ctypes.create_string_buffer(struct.pack("=II", command, int(on)))
            request = struct.pack("16sP16x", name.encode(), ctypes.addressof(value))
            with suppress(OSError):
                fcntl.ioctl(asking, SIOCETHTOOL, request)


def set_up(name: str, address: str, on: bool) -> None:
    """Address, offloads, up."""
    interface = Interface(name)
    interface.quiet()
    offloads(name, on)
    interface.give(f"{address}/24")
    interface.set_queue(namespace.QUEUE)
    interface.up()


def ip(*words: str) -> None:
    """Runs ip(8)."""
    tool = shutil.which("ip")
    if tool is None:
        raise BenchError("ip(8) is not installed: apt-get install iproute2")
    done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"ip {' '.join(words)}: {done.stderr.strip()}")


class Talk:
    """The far end's side of the conversation."""

    def __init__(self, to: int, source: int) -> None:
        self._to = to
        self._source = source

    def tell(self, **words: Any) -> None:
        """One line of JSON to the near end."""
        os.write(self._to, json.dumps(words).encode() + b"\n")

    def wait(self) -> None:
        """Until the near end says go; ends this process when that one has ended."""
        if not os.read(self._source, 1):
            os._exit(0)


Work = Callable[[Cell, Talk], None]


class Far:
    """The kernel's end: a process that does ``work``.

    ``apart``: in a namespace of its own, at the other end of a veth pair with
    ``offload``; else in ours, behind the TUN device.
    """

    def __init__(self, work: Work, cell: Cell, near: str = "", offload: bool = True) -> None:
        read, write = os.pipe()
        wait, go = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            os.close(go)
            talk = Talk(write, wait)
            _child(work, cell, talk, bool(near), offload)
        os.close(write)
        os.close(wait)
        self.fd = read
        self._go = go
        self._rest = b""
        if near:
            self.line()
            ip("link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", str(self.pid))
            set_up(LINK, near, offload)
            self.go()

    def go(self) -> None:
        """Lets it do its next step."""
        os.write(self._go, b".")

    def line(self) -> dict[str, Any]:
        """Waits for what it says next."""
        while b"\n" not in self._rest:
            got = os.read(self.fd, 1 << 16)
            if not got:
                raise BenchError("the kernel's end stopped early")
            self._rest += got
        first, self._rest = self._rest.split(b"\n", 1)
        said: dict[str, Any] = json.loads(first)
        if "error" in said:
            raise BenchError(str(said["error"]))
        return said

    def end(self) -> None:
        """Kills it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        os.close(self._go)


def _child(work: Work, cell: Cell, talk: Talk, apart: bool, offload: bool) -> None:
    try:
        namespace.die_with_parent()
        if apart:
            ctypes.CDLL(None).unshare(namespace.CLONE_NEWNET)
            tune()
            talk.tell(ready=True)
            talk.wait()
            set_up(LINK, FAR, offload)
        work(cell, talk)
    except BaseException as error:
        talk.tell(error=f"{error!r}\n{traceback.format_exc()}")
    finally:
        os._exit(0)
