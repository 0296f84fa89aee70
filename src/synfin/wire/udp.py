"""The UDP header (RFC 768)."""


class Datagram:
    """One UDP datagram. ``checksum_off`` sends the field as 0 (RFC 768; IPv4 only)."""

    def __init__(
        self,
        src_port: int,
        dst_port: int,
        payload: bytes | memoryview,
        checksum_off: bool = False,
    ) -> None:
        self.src_port: int = src_port
        self.dst_port: int = dst_port
        self.payload: bytes | memoryview = payload
        self.checksum_off: bool = checksum_off
        self.reason: object | None = None
