"""The flags of a script or of the command line, as the original names them."""

from dataclasses import dataclass, replace
from typing import Final

from synfin.core.settings import PROFILES, Settings
from synfin.host import constants as c
from synfin.packetdrill.findings import finding
from synfin.packetdrill.model import ScriptError, Unsupported
from synfin.wire.address import format_address, parse_address

_IGNORED: Final = frozenset(
    {
        "dry_run",
        "verbose",
        "debug",
        "speed",
        "wire_client",
        "gateway_ip",
        "netmask_ip",
        "init_scripts",
        "send_omit_free",
        "code_command",
        "code_format",
        "code_sockopt",
    }
)
"""Flags about the real network or the original's own output; they change no verdict."""


_PLATFORMS: Final = {"freebsd": "FreeBSD", "linux": "Linux", "rfc": "STANDARD"}
_LOCAL_V6: Final = parse_address("fd3d:a0b:17d6::1")
_REMOTE_V6: Final = parse_address("fd3d:fa7b:d17d::1")


@dataclass(frozen=True)
class Config:
    """One run's settings. Addresses are octets."""

    local_ip: bytes = b"\xc0\xa8\x00\x01"
    remote_ip: bytes = b"\xc0\x00\x02\x01"
    bind_port: int = 8080
    connect_port: int = 8080
    tolerance_ns: int = 4_000_000
    tolerance_percent: float = 12.5
    ts_tick_usecs: int = 0
    """0: TSval is not compared."""
    ts_ecr_scaled: bool = False
    strict_segments: bool = False
    mtu: int = 1500
    profile: str = "linux"
    ip_version: int = 4
    md5_secret: bytes = b""
    """``--tcp_md5_secret``: what ``md5 valid`` is made with."""
    forgiven_calls: bool = False
    """``--non_fatal=syscall``: options that the stack does not have fail without harm."""
    mapped: bool = False
    """``ipv4-mapped-ipv6``: IPv4 packets, but IPv6 sockets with mapped addresses."""
    encapsulated: bool = False
    """``--udp_encapsulation=tcp``: segments may travel in UDP datagrams (RFC 6951's way)."""

    @property
    def platform(self) -> str:
        """What ``#ifdef`` lines mean; the ``rfc`` profile takes the parts for STANDARD."""
        return _PLATFORMS.get(self.profile, "")

    @property
    def socket_family(self) -> int:
        """AF_INET or AF_INET6."""
        return c.AF_INET if self.ip_version == 4 and not self.mapped else c.AF_INET6

    def name_of(self, address: bytes) -> str:
        """How a script's sockets call an address."""
        text = format_address(address)
        return f"::ffff:{text}" if self.mapped and len(address) == 4 else text

    @property
    def wrong_family(self) -> bool:
        """The addresses are not of the IP version."""
        return len(self.local_ip) != (4 if self.ip_version == 4 else 16)

    @property
    def prefix_len(self) -> int:
        """Of the host's network; the far end is behind a gateway."""
        return 16 if self.ip_version == 4 else 64

    @property
    def base(self) -> Settings:
        """The profile that the host starts from."""
        return PROFILES[self.profile]

    def exact(self, tolerance_usecs: int) -> "Config":
        """With a tolerance that no script's flag widens; 0 takes the percentage away, too."""
        percent = 0.0 if tolerance_usecs == 0 else self.tolerance_percent
        return replace(self, tolerance_ns=tolerance_usecs * 1_000, tolerance_percent=percent)

    def with_option(self, name: str, value: str) -> "Config":
        """One flag more. Raises ScriptError for a bad value, Unsupported for the flag."""
        if name in _IGNORED:
            return self
        try:
            return self._with(name, value)
        except (ValueError, OverflowError):
            raise ScriptError(0, finding("error-value", text=f"--{name}={value}")) from None

    def _with(self, name: str, value: str) -> "Config":
        if name == "tolerance_usecs":
            return replace(self, tolerance_ns=_natural(value) * 1_000)
        if name == "tolerance_percent":
            percent = float(value)
            if not 0 <= percent <= 100:
                raise ValueError
            return replace(self, tolerance_percent=percent)
        if name in ("bind_port", "connect_port"):
            port = _natural(value)
            if not 0 < port < 65_536:
                raise ValueError
            return (
                replace(self, bind_port=port)
                if name[0] == "b"
                else replace(self, connect_port=port)
            )
        if name == "local_ip":
            return replace(self, local_ip=parse_address(value))
        if name == "remote_ip":
            return replace(self, remote_ip=parse_address(value.partition("/")[0]))
        if name == "mtu":
            return replace(self, mtu=_natural(value))
        if name == "tcp_ts_tick_usecs":
            return replace(self, ts_tick_usecs=_natural(value))
        if name == "tcp_ts_ecr_scaled":
            return replace(self, ts_ecr_scaled=True)
        if name == "strict_segments":
            return replace(self, strict_segments=True)
        if name == "ip_version":
            return self._of_version(value)
        if name == "tcp_md5_secret":
            return replace(self, md5_secret=value.encode())
        if name == "non_fatal":
            return replace(self, forgiven_calls="syscall" in value.split(","))
        if name == "udp_encapsulation":
            if value != "tcp":
                raise Unsupported(f"--udp_encapsulation={value}")
            return replace(self, encapsulated=True)
        raise Unsupported(f"--{name}")

    def _of_version(self, value: str) -> "Config":
        """Addresses of the version, unless the command line has given such."""
        if value in ("ipv4", "ipv4-mapped-ipv6"):
            return replace(self, mapped=value != "ipv4")
        if value != "ipv6":
            raise Unsupported(f"--ip_version={value}")
        local = self.local_ip if len(self.local_ip) == 16 else _LOCAL_V6
        remote = self.remote_ip if len(self.remote_ip) == 16 else _REMOTE_V6
        return replace(self, ip_version=6, local_ip=local, remote_ip=remote)


def _natural(value: str) -> int:
    number = int(value, 0)
    if number < 0:
        raise ValueError
    return number
