"""ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443) messages."""


class IcmpMessage:
    """One ICMP or ICMPv6 message.

    ``rest`` is the second header word (echo: identifier << 16 | sequence;
    fragmentation needed: next-hop MTU; ICMPv6 packet too big: MTU).
    ``data`` is what follows: the quoted packet of an error, an echo's payload.
    """

    def __init__(self, type_: int, code: int, rest: int = 0, data: bytes = b"") -> None:
        self.type: int = type_
        self.code: int = code
        self.rest: int = rest
        self.data: bytes = data
        self.reason: object | None = None
