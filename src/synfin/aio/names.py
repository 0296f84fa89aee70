"""Simulated DNS: getaddrinfo(3) and getnameinfo(3) over a table of names.

Every host is known by its name, and as ``NAME.net``; more names, failures and a delay can be
set. No packet is sent for a look-up.
"""

import socket
from collections.abc import Iterator, MutableMapping
from typing import Final

from synfin.aio.driver import Driver
from synfin.aio.process import current
from synfin.wire.address import format_address, parse_address

AddressInfo = tuple[
    socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]
]

TIMEOUT_NS: Final = 10_000_000_000
_SERVICES: Final = {
    "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "pop3": 110,
    "ntp": 123, "imap2": 143, "https": 443, "imaps": 993, "postgresql": 5432, "redis": 6379,
}  # fmt: skip
_MESSAGES: Final = {
    "EAI_NONAME": "Name or service not known",
    "EAI_AGAIN": "Temporary failure in name resolution",
    "EAI_FAIL": "Non-recoverable failure in name resolution",
    "EAI_SERVICE": "Servname not supported for ai_socktype",
    "EAI_FAMILY": "ai_family not supported",
    "EAI_ADDRFAMILY": "Address family for hostname not supported",
    "EAI_BADFLAGS": "Bad value for ai_flags",
}
_KINDS: Final = (
    (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    (socket.SOCK_RAW, 0),
)


def failure(name: str) -> socket.gaierror:
    """The error called ``EAI_...``, with the number that this platform gives it."""
    return socket.gaierror(getattr(socket, name, -1), _MESSAGES.get(name, name))


class Names(MutableMapping[str, list[str]]):
    """Name -> addresses. ``delay_ns`` is how long a look-up by the loop takes."""

    def __init__(self, driver: Driver) -> None:
        self._driver: Driver = driver
        self._own: dict[str, list[str]] = {}
        self._failing: dict[str, str] = {}
        self.delay_ns: int = 0

    # -- the table --------------
    def _all(self) -> dict[str, list[str]]:
        return {**self._driver.names(), **self._own}

    def __getitem__(self, name: str) -> list[str]:
        return self._all()[_plain(name)]

    def __setitem__(self, name: str, addresses: list[str]) -> None:
        for address in addresses:
            parse_address(address)
        self._own[_plain(name)] = list(addresses)
        self._failing.pop(_plain(name), None)

    def __delitem__(self, name: str) -> None:
        del self._own[_plain(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def fail(self, name: str, error: str = "EAI_AGAIN") -> None:
        """Look-ups of ``name`` ("*": of every name) fail with ``error`` from now on:
        ``EAI_NONAME`` (no such name), ``EAI_AGAIN`` (the server failed), ...; or
        ``timeout``: EAI_AGAIN, 10 s later (resolv.conf(5): two attempts of 5 s)."""
        if error not in _MESSAGES and error != "timeout":
            raise ValueError(f"unknown error {error}: timeout, {', '.join(_MESSAGES)}")
        self._failing[_plain(name)] = error

    def patience_ns(self, host: str | bytes | None) -> int:
        """How long a look-up of ``host`` takes."""
        if not host:
            return 0
        name = _plain(host if isinstance(host, str) else host.decode("ascii"))
        error = self._failing.get(name) or self._failing.get("*")
        return TIMEOUT_NS if error == "timeout" and not _is_address(name) else self.delay_ns

    def heal(self, name: str) -> None:
        """No more of :meth:`fail`."""
        self._failing.pop(_plain(name), None)

    def _addresses(self, name: str, flags: int) -> list[str]:
        if _is_address(name):
            return [name]
        if flags & socket.AI_NUMERICHOST:
            raise failure("EAI_NONAME")
        if _plain(name) == "localhost":
            return ["127.0.0.1"]
        error = self._failing.get(_plain(name)) or self._failing.get("*")
        if error:
            raise failure("EAI_AGAIN" if error == "timeout" else error)
        found = self._all().get(_plain(name))
        if not found:
            raise failure("EAI_NONAME")
        return found

    def _own_addresses(self, passive: bool, family: int) -> list[str]:
        """Every address of this host (to listen), or its loopback (to connect)."""
        four = ["0.0.0.0"] if passive else ["127.0.0.1"]
        six = ["::"] if passive else ["::1"]
        if family == socket.AF_INET6:
            return six
        process = current.get()
        own = self._driver.names().get(process.host.lower(), []) if process is not None else []
        return four + six if any(":" in address for address in own) else four

    # -- the calls --------------
    def getaddrinfo(
        self,
        host: str | bytes | None,
        port: str | bytes | int | None,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddressInfo]:
        """getaddrinfo(3). Raises socket.gaierror."""
        if isinstance(host, bytes):
            host = host.decode("ascii")
        if host is None and port is None:
            raise failure("EAI_NONAME")
        number = _port(port, flags)
        if host is None or host == "":
            addresses = self._own_addresses(bool(flags & socket.AI_PASSIVE), family)
        else:
            addresses = self._addresses(host.partition("%")[0], flags)
        kinds = [
            (kind, default or proto)
            for kind, default in _KINDS
            if type in (0, kind) and proto in (0, default)
        ]
        if not kinds:
            raise failure("EAI_SERVICE")
        canon = str(host or "") if flags & socket.AI_CANONNAME else ""
        found: list[AddressInfo] = []
        for address in addresses:
            six = ":" in address
            if family not in (0, socket.AF_INET6 if six else socket.AF_INET):
                continue
            for kind, protocol in kinds:
                if six:
                    long = (address, number, 0, 0)
                    found.append((socket.AF_INET6, kind, protocol, canon, long))
                else:
                    found.append((socket.AF_INET, kind, protocol, canon, (address, number)))
        if not found:
            raise failure("EAI_ADDRFAMILY" if host else "EAI_FAMILY")
        return found

    def getnameinfo(
        self, sockaddr: tuple[str, int] | tuple[str, int, int, int], flags: int = 0
    ) -> tuple[str, str]:
        """getnameinfo(3): the first name of an address, else the address."""
        address, port = sockaddr[0], sockaddr[1]
        name = self.name_of(address)
        if flags & socket.NI_NUMERICHOST:
            name = ""
        if not name and flags & socket.NI_NAMEREQD:
            raise failure("EAI_NONAME")
        service = str(port)
        if not flags & socket.NI_NUMERICSERV:
            service = next((key for key, value in _SERVICES.items() if value == port), service)
        return name or address, service

    def name_of(self, address: str) -> str:
        """The first name that has ``address``; "" for none."""
        try:
            octets = parse_address(address)
        except ValueError:
            return ""
        if octets == b"\x7f\0\0\1":
            return "localhost"
        shown = format_address(octets)
        return next((name for name, known in self._all().items() if shown in known), "")


def _is_address(name: str) -> bool:
    try:
        parse_address(name)
    except ValueError:
        return False
    return True


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _port(port: str | bytes | int | None, flags: int) -> int:
    if port is None:
        return 0
    if isinstance(port, int):
        return port & 0xFFFF
    text = port.decode("ascii") if isinstance(port, bytes) else port
    if text.isdecimal():
        return int(text) & 0xFFFF
    if text in _SERVICES and not flags & socket.AI_NUMERICSERV:
        return _SERVICES[text]
    raise failure("EAI_SERVICE")
