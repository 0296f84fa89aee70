"""What bounds the number of connections on the running system, as far as it tells.

Nothing here is needed by the engine; every number that cannot be read is None.
"""

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

FOUR_TUPLES: Final = 1 << 48
"""Remote IPv4 addresses times remote ports, for one listening (address, port)."""

PROC: Final = Path("/proc")


@dataclass(frozen=True)
class Limits:
    """Numbers of this system; None where it has or tells none.

    ``nofile`` is RLIMIT_NOFILE (soft, hard) with -1 for "unlimited"; ``tcp_mem`` is
    (low, pressure, high) in pages of ``page`` octets; ``memory`` is the machine's, octets.
    """

    system: str
    ports: tuple[int, int] | None = None
    reserved_ports: str | None = None
    nofile: tuple[int, int] | None = None
    nr_open: int | None = None
    file_max: int | None = None
    files_open: int | None = None
    tcp_mem: tuple[int, int, int] | None = None
    page: int | None = None
    memory: int | None = None
    rmem: tuple[int, int, int] | None = None
    wmem: tuple[int, int, int] | None = None
    sockets: int | None = None
    time_wait: int | None = None
    tcp_pages: int | None = None
    somaxconn: int | None = None
    syn_backlog: int | None = None
    max_time_wait: int | None = None
    max_orphans: int | None = None
    conntrack: int | None = None

    @property
    def port_count(self) -> int | None:
        """Ephemeral ports: connections of one local address to one remote (address, port)."""
        return None if self.ports is None else self.ports[1] - self.ports[0] + 1

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of what could not be read."""
        wanted = ("ports", "nofile", "nr_open", "file_max", "tcp_mem", "somaxconn")
        return tuple(name for name in wanted if getattr(self, name) is None)

    @property
    def server(self) -> int | None:
        """The first bound that one server process meets: its descriptors."""
        return None if self.nofile is None or self.nofile[0] < 0 else self.nofile[0]

    @property
    def client(self) -> int | None:
        """The first bound of one client process towards one destination."""
        known = [n for n in (self.port_count, self.server) if n is not None]
        return min(known, default=None)


def read_limits(proc: Path = PROC, system: str | None = None) -> Limits:
    """Looks around; never raises for what is not there."""
    net, fs = proc / "sys/net", proc / "sys/fs"
    stat = _sockstat(proc / "net/sockstat")
    return Limits(
        system=system or sys.platform,
        ports=_pair(_numbers(net / "ipv4/ip_local_port_range")),
        reserved_ports=_text(net / "ipv4/ip_local_reserved_ports") or None,
        nofile=_rlimit(),
        nr_open=_first(_numbers(fs / "nr_open")),
        file_max=_first(_numbers(fs / "file-max")),
        files_open=_first(_numbers(fs / "file-nr")),
        tcp_mem=_triple(_numbers(net / "ipv4/tcp_mem")),
        page=_page(),
        memory=_memory(proc / "meminfo"),
        rmem=_triple(_numbers(net / "ipv4/tcp_rmem")),
        wmem=_triple(_numbers(net / "ipv4/tcp_wmem")),
        sockets=stat.get("inuse"),
        time_wait=stat.get("tw"),
        tcp_pages=stat.get("mem"),
        somaxconn=_first(_numbers(net / "core/somaxconn")),
        syn_backlog=_first(_numbers(net / "ipv4/tcp_max_syn_backlog")),
        max_time_wait=_first(_numbers(net / "ipv4/tcp_max_tw_buckets")),
        max_orphans=_first(_numbers(net / "ipv4/tcp_max_orphans")),
        conntrack=_first(_numbers(net / "netfilter/nf_conntrack_max")),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _numbers(path: Path) -> list[int]:
    words = _text(path).split()
    return [int(word) for word in words] if all(w.isdigit() for w in words) else []


def _first(numbers: list[int]) -> int | None:
    return numbers[0] if numbers else None


def _pair(numbers: list[int]) -> tuple[int, int] | None:
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _triple(numbers: list[int]) -> tuple[int, int, int] | None:
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _sockstat(path: Path) -> dict[str, int]:
    """The TCP line of /proc/net/sockstat: ``TCP: inuse 5 orphan 0 tw 2 alloc 9 mem 1``."""
    for line in _text(path).splitlines():
        kind, _, rest = line.partition(":")
        words = rest.split()
        if kind == "TCP" and len(words) % 2 == 0:
            pairs = zip(words[::2], words[1::2], strict=True)
            return {name: int(value) for name, value in pairs if value.isdigit()}
    return {}


def _memory(path: Path) -> int | None:
    for line in _text(path).splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "MemTotal:" and words[1].isdigit():
            return int(words[1]) * 1024
    return None


def _rlimit() -> tuple[int, int] | None:
    """RLIMIT_NOFILE; None where the module is not (Windows)."""
    try:
        resource = import_module("resource")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    except (ImportError, OSError, ValueError):
        return None
    endless = resource.RLIM_INFINITY
    return (-1 if soft == endless else int(soft), -1 if hard == endless else int(hard))


def _page() -> int | None:
    try:
        return int(os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None
