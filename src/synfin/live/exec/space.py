"""A program in a network namespace of its own, with a TUN device as its only way out.

The child makes the namespace and the device, hands the device's descriptor to its
parent, waits for the word, and becomes the program. The parent stays where it is. As
root, or by a user namespace in which the program keeps the caller's user and group.
"""

import ctypes
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from synfin.tun import namespace
from synfin.tun.interface import sysctl

CLONE_NEWNS: Final = 0x0002_0000
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 1 << 18

HOSTS: Final = Path("/etc/hosts")
NOT_FOUND: Final = 127
NOT_EXECUTABLE: Final = 126
"""What shells report."""
_ENTERING: Final = "unshare"
_MAKING: Final = "device"
_STARTING: Final = "exec"


class SpaceError(OSError):
    """The namespace, the device or the program cannot be had. ``what``: ``unshare``,
    ``device`` or ``exec``."""

    def __init__(self, what: str, number: int, words: str) -> None:
        super().__init__(number, words)
        self.what = what


class Program:
    """A program that waits in its namespace for :meth:`go`.

    ``device``: the TUN device's descriptor, non-blocking, bare IP packets. ``named``:
    whether the names of the sides are known in there. ``pidfd`` becomes readable when it
    ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        address: str,
        names: Mapping[str, str],
        mtu: int = 1500,
        apart: bool = False,
    ) -> None:
        """``address`` with its prefix length; ``names``: host name -> address. ``apart``: a
        session of its own, input from nowhere, output to our standard error. Raises
        SpaceError."""
        ours, theirs = socket.socketpair()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _child(theirs, parent, list(command), address, names, mtu, apart, mask)
        theirs.close()
        self.pidfd = os.pidfd_open(self.pid)
        self.apart = apart
        self.code: int | None = None
        self._line = ours
        self.device = -1
        try:
            self.named = self._await_device()
        except BaseException:
            self.kill()
            raise

    def _await_device(self) -> bool:
        data, fds, _, _ = socket.recv_fds(self._line, 4096, 1)
        if not fds:
            raise _told(data)
        self.device = fds[0]
        return data == b"named"

    def go(self) -> None:
        """It begins. Raises SpaceError when there is no such program (it has ended then)."""
        with suppress(OSError):
            self._line.send(b"go")
        data = self._line.recv(4096)  # nothing: the descriptor was closed by exec
        if data:
            self.ended(wait=True)
            raise _told(data)

    def signal(self, number: int) -> None:
        """Sends it a signal; with ``apart`` to its whole group. Nothing once it has ended."""
        if self.code is not None and not self.apart:
            return
        with suppress(ProcessLookupError, PermissionError):
            if self.apart:
                os.killpg(self.pid, number)
                return
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def ended(self, wait: bool = False) -> bool:
        """Whether it has; :attr:`code` is as in a shell then (128 + signal). It is kept as a
        zombie until :meth:`close`, so that its number stands for nobody else."""
        if self.code is None:
            how = os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG)
            found = os.waitid(os.P_PID, self.pid, how)
            if found is not None:
                status = found.si_status
                self.code = status if found.si_code == os.CLD_EXITED else 128 + status
        return self.code is not None

    def kill(self) -> None:
        """Ends it now, whatever it does, and with ``apart`` what it left in its group."""
        if self._line.fileno() >= 0:
            self.signal(signal.SIGKILL)
            self.ended(wait=True)
            os.waitpid(self.pid, 0)
        self.close()

    def close(self) -> None:
        """Lets go of the descriptors; the device disappears."""
        self._line.close()
        for fd in (self.device, self.pidfd):
            if fd >= 0:
                os.close(fd)
        self.device = self.pidfd = -1

    def listens(self) -> bool:
        """Whether a TCP socket listens in its namespace."""
        for name in ("tcp", "tcp6"):
            with suppress(OSError):
                table = Path(f"/proc/{self.pid}/net/{name}").read_text()
                if any(line.split()[3] == "0A" for line in table.splitlines()[1:]):
                    return True
        return False


def _told(data: bytes) -> SpaceError:
    if not data:
        return SpaceError(_ENTERING, 0, "it ended")
    found = json.loads(data)
    return SpaceError(found["what"], found["errno"], found["words"])


# -- the child -----------------------------------------------------------------------------


def _child(
    line: socket.socket,
    parent: int,
    command: list[str],
    address: str,
    names: Mapping[str, str],
    mtu: int,
    apart: bool,
    mask: set[signal.Signals | int],
) -> NoReturn:
    what = _ENTERING
    try:
        namespace.die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        mounts = _enter()
        what = _MAKING
        device = namespace.make_device(address, mtu=mtu, offload=False)
        sysctl("net.ipv4.ip_unprivileged_port_start", "0")
        named = mounts and _name_hosts(names)
        socket.send_fds(line, [b"named" if named else b"plain"], [device.fd])
        device.close()
        if not line.recv(16):
            os._exit(1)
        what = _STARTING
        _become(command, apart, mask)
    except OSError as error:
        words = error.strerror or str(error)
        if what == _STARTING:
            words = f"{command[0]}: {words}"
        answer = {"what": what, "errno": error.errno or 0, "words": words}
        with suppress(OSError):
            line.send(json.dumps(answer).encode())
    finally:
        os._exit(NOT_FOUND)


def _enter() -> bool:
    """Into new namespaces; whether mounts are our own, too. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    net = namespace.CLONE_NEWNET
    alone = net | namespace.CLONE_NEWUSER
    for flags in (net | CLONE_NEWNS, net, alone | CLONE_NEWNS, alone):
        if libc.unshare(flags) == 0:
            break
    else:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if flags & namespace.CLONE_NEWUSER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    if not flags & CLONE_NEWNS:
        return False
    return int(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)) == 0


def _name_hosts(names: Mapping[str, str]) -> bool:
    """Puts ``names`` before the lines of /etc/hosts, in this mount namespace only."""
    ours = "".join(f"{address} {name}\n" for name, address in names.items())
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        theirs = HOSTS.read_text(errors="surrogateescape") if HOSTS.exists() else ""
        with tempfile.NamedTemporaryFile("w", errors="surrogateescape", prefix="synfin-") as file:
            file.write(ours + theirs)
            file.flush()
            os.chmod(file.name, 0o644)
            done = libc.mount(file.name.encode(), bytes(HOSTS), None, MS_BIND, None)
            return int(done) == 0
    except OSError:
        return False


def _become(command: list[str], apart: bool, mask: set[signal.Signals | int]) -> NoReturn:
    """Replaces this process by the program. Raises OSError."""
    if apart:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.dup2(2, 1)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.execvp(command[0], command)


__all__ = ["NOT_EXECUTABLE", "NOT_FOUND", "Program", "SpaceError"]
