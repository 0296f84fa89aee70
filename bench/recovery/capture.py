"""Captures of both sides in one form (libpcap's file format, LINKTYPE_RAW), to be compared."""

import struct
from pathlib import Path
from typing import Final

_FILE: Final = struct.Struct("<IHHiIII")
_RECORD: Final = struct.Struct("<IIII")
NANOSECOND_MAGIC: Final = 0xA1B23C4D
LINKTYPE_RAW: Final = 101
SNAP: Final = 120
"""Octets kept of each packet: the headers with all their options."""


class Capture:
    """Packets by time; written when closed. Times are ns since the run began."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[tuple[int, int, bytes]] = []

    def add(self, time: int, data: bytes | memoryview) -> None:
        """One IP packet as it left its sender."""
        self.records.append((max(0, time), len(data), bytes(data[:SNAP])))

    def close(self) -> None:
        """Writes the file, in the order of time."""
        parts = [_FILE.pack(NANOSECOND_MAGIC, 2, 4, 0, 0, 65_535, LINKTYPE_RAW)]
        for time, length, data in sorted(self.records, key=_time):
            parts.append(_RECORD.pack(time // 10**9, time % 10**9, len(data), length))
            parts.append(data)
        self.path.write_bytes(b"".join(parts))


def _time(record: tuple[int, int, bytes]) -> int:
    return record[0]
