"""The TCP header and its options (RFC 9293 §3.1, §3.2).

A :class:`Segment` holds *wire* numbers (32-bit, wrapping); absolute numbers
exist only inside :mod:`synfin.core`.
"""

from typing import Final, NewType

WireSeq = NewType("WireSeq", int)
"""A sequence number as it stands in a header: 0 .. 2**32-1, wrapping."""

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10
URG: Final = 0x20
ECE: Final = 0x40
CWR: Final = 0x80

HEADER_LEN: Final = 20
"""Length of the TCP header without options, octets (RFC 9293 §3.1)."""


class Options:
    """Parsed TCP options; ``-1`` or ``None`` means *absent*.

    ``ts_val``/``ts_ecr`` are modular 32-bit numbers (RFC 7323 §3.2).
    ``sack`` holds (left, right) edges as wire numbers (RFC 2018 §3).
    ``fastopen`` is ``b""`` for a cookie request (RFC 7413 §2).
    ``unknown`` lists the kinds skipped (MUST-6); ``malformed`` is true when a
    bad length ended the parse early (MUST-7).
    """

    def __init__(
        self,
        mss: int = -1,
        window_scale: int = -1,
        sack_permitted: bool = False,
        ts_val: int = -1,
        ts_ecr: int = 0,
        sack: tuple[tuple[int, int], ...] = (),
        fastopen: bytes | None = None,
    ) -> None:
        self.mss: int = mss
        self.window_scale: int = window_scale
        self.sack_permitted: bool = sack_permitted
        self.ts_val: int = ts_val
        self.ts_ecr: int = ts_ecr
        self.sack: tuple[tuple[int, int], ...] = sack
        self.fastopen: bytes | None = fastopen
        self.unknown: tuple[int, ...] = ()
        self.malformed: bool = False


NO_OPTIONS: Final = Options()
"""Shared by every segment without options; never changed."""


class Segment:
    """One TCP segment: header fields as numbers, payload by reference.

    ``mss`` > 0 means "a device may cut this payload into pieces of ``mss``
    octets" (segmentation offload); 0 means the segment travels as it is.
    ``reason`` is carried for whoever watches and never read by the engine.
    """

    def __init__(
        self,
        src_port: int,
        dst_port: int,
        seq: int,
        ack: int,
        flags: int,
        window: int,
        options: Options = NO_OPTIONS,
        payload: bytes | memoryview = b"",
        urgent: int = 0,
        mss: int = 0,
    ) -> None:
        self.src_port: int = src_port
        self.dst_port: int = dst_port
        self.seq: int = seq
        self.ack: int = ack
        self.flags: int = flags
        self.window: int = window
        self.options: Options = options
        self.payload: bytes | memoryview = payload
        self.urgent: int = urgent
        self.mss: int = mss
        self.reason: object | None = None

    @property
    def seg_len(self) -> int:
        """SEG.LEN: octets of sequence space, SYN and FIN counted (RFC 9293 §3.4)."""
        flags = self.flags
        return len(self.payload) + ((flags >> 1) & 1) + (flags & 1)
