"""Errors as values: what the network told us about a packet we sent."""


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
