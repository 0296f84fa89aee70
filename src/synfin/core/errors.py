"""Errors as values: what the network told us about a packet we sent."""

from typing import Final

from synfin.core.errno import ECONNREFUSED, EHOSTUNREACH

_REFUSALS: Final = {
    (4, 3, 2): ECONNREFUSED,  # protocol unreachable
    (4, 3, 3): ECONNREFUSED,  # port unreachable
    (4, 3, 9): ECONNREFUSED,  # network prohibited
    (4, 3, 10): ECONNREFUSED,  # host prohibited
    (4, 3, 13): ECONNREFUSED,  # filtered
    (4, 11, 0): EHOSTUNREACH,  # TTL expired
    (6, 1, 1): ECONNREFUSED,  # administratively prohibited
    (6, 1, 4): ECONNREFUSED,  # port unreachable
    (6, 3, 0): EHOSTUNREACH,  # hop limit expired
    (6, 4, 1): ECONNREFUSED,  # next header unknown
}
"""(IP version, type, code) -> errno: what ends a connection attempt on FreeBSD
(tcp_ctlinput(), tcp6_ctlinput())."""


class NetworkError:
    """A received ICMP or ICMPv6 error, mapped to what a connection needs to know.

    - ``errno``: the POSIX number Linux gives it (:mod:`synfin.core.errno`);
      0 for a source quench.
    - ``hard``: RFC 9293 §3.9.2.2 counts it among the hard errors (SHLD-26).
      Fragmentation needed / packet too big is not hard: path-MTU discovery
      (RFC 1191, RFC 8201) takes its place.
    - ``mtu``: the next-hop MTU of "too big", octets; 0 when the router told none
      (RFC 1191 §5) and for every other error. ``too_big`` tells the two apart.
    - ``seq``: the sequence number in the quoted header, as on the wire, to be
      checked against SND.UNA..SND.NXT (RFC 5927 §4.1); -1 when not quoted.
    - ``type``, ``code``: as received; ``version`` is 4 or 6.
    - ``quench``: a source quench, to be discarded silently (MUST-55).
    - ``length``: total length of the quoted packet as its header tells, octets
      (for RFC 1191 §5's table when ``mtu`` is 0); 0 when unknown.
    - ``unreachable``: a Destination Unreachable of either version.
    """

    def __init__(
        self,
        errno: int,
        hard: bool,
        mtu: int = 0,
        seq: int = -1,
        type_: int = 0,
        code: int = 0,
        quench: bool = False,
        version: int = 4,
        too_big: bool = False,
        unreachable: bool = False,
        length: int = 0,
    ) -> None:
        self.errno: int = errno
        self.hard: bool = hard
        self.mtu: int = mtu
        self.seq: int = seq
        self.type: int = type_
        self.code: int = code
        self.quench: bool = quench
        self.version: int = version
        self.too_big: bool = too_big
        self.unreachable: bool = unreachable
        self.length: int = length

    def __repr__(self) -> str:
        return f"NetworkError(errno={self.errno}, type={self.type}, code={self.code})"


def refusal(error: NetworkError) -> tuple[int, bool]:
    """(errno, True) for an error by which FreeBSD refuses a connection, else as it was."""
    number = _REFUSALS.get((error.version, error.type, error.code), 0)
    return (number, True) if number else (error.errno, False)
