"""A network namespace of our own, entered by the calling process.

As root by ``unshare(CLONE_NEWNET)``; otherwise through a user namespace where
the system allows it. The namespace has no name: it and its devices end with
the last process in it, so nothing can be left behind. A process that enters
one must have a single thread.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

from synfin.tun.device import TunDevice
from synfin.tun.interface import Interface, route_all, sysctl

CLONE_NEWUSER: Final = 0x1000_0000
CLONE_NEWNET: Final = 0x4000_0000
PR_SET_PDEATHSIG: Final = 1

DEVICE: Final = "synfin0"
QUEUE: Final = 20_000
"""txqueuelen: under a window of some MB 500 packets would overflow."""
BUCKETS: Final = 512


def enter() -> None:
    """Moves this process into a new network namespace. Raises OSError (EPERM, ENOSYS …)."""
    if not sys.platform.startswith("linux"):
        raise OSError(95, "network namespaces are Linux's")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        user, group = os.geteuid(), os.getegid()
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), "unshare")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    # A namespace shares the machine's table of connections unless its parent says
    # otherwise; /proc/net/tcp walks the whole of it (12 ms for 2**18 buckets).
    if sysctl("net.ipv4.tcp_child_ehash_entries", str(BUCKETS)):
        libc.unshare(CLONE_NEWNET)


def make_device(
    address: str, name: str = DEVICE, mtu: int = 1500, offload: bool = True, route: bool = False
) -> TunDevice:
    """A TUN device here, up, with the kernel on ``address`` (``10.77.0.1/24``), and with
    ``route`` everything else behind it, too. Raises OSError."""
    Interface("lo").up()
    device = TunDevice.open(name, mtu, offload)
    try:
        interface = Interface(device.name)
        interface.quiet()
        interface.set_mtu(mtu)
        interface.set_queue(QUEUE)
        interface.give(address)
        interface.up()
        if route:
            route_all(device.name)
    except OSError:
        device.close()
        raise
    return device


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """The kernel sends this process ``how`` when its parent ends, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(how))
