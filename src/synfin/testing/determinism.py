"""Whether two runs with the same seed are the same: a journal of packets, compared."""

import gc
import zlib
from itertools import zip_longest
from typing import Final

from synfin.sim.tap import Tap, Transmission, describe, seconds
from synfin.testing.expecting import said
from synfin.wire.tcp import Segment

TLS_RECORDS: Final = range(0x14, 0x19)
"""The first octet of a TLS record; what follows is OpenSSL's randomness, not ours."""


class Journal(Tap):
    """One line for each packet: when, between whom, its header, its payload's sum."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`Tap`."""
        body = sent.packet.body
        payload = bytes(body.payload) if isinstance(body, Segment) else b""
        sealed = len(payload) > 2 and payload[0] in TLS_RECORDS and payload[1] == 3
        text = f" crc={zlib.crc32(payload):08x}" if payload and not sealed else ""
        self.lines.append(
            f"{seconds(sent.time)} {sent.origin} > {sent.target} {describe(sent.packet)}{text}"
        )


def differences(first: list[str], second: list[str]) -> list[str]:
    """The first packet that differs, said in three lines; nothing when none does."""
    for n, (one, other) in enumerate(zip_longest(first, second), 1):
        if one != other:
            end = said("differs-end")
            return [
                said("differs", n=n),
                said("differs-first", line=one or end),
                said("differs-again", line=other or end),
            ]
    return []


class Garbage:
    """Objects on the heap, so that others lie elsewhere and the collector runs at other
    times. What depends on addresses (the order of a set, ``id()``) then shows."""

    def __init__(self, number: int) -> None:
        self._kept: Final = [[object() for _ in range(n % 97)] for n in range(1000 * number)]
        self._before: Final = gc.get_threshold()
        if number:
            gc.set_threshold(self._before[0] // 7 + number, *self._before[1:])

    def clear(self) -> None:
        """The collector's thresholds are as they were."""
        gc.set_threshold(*self._before)
        self._kept.clear()
