"""Keep what was allocated: for processes that move Gbit/s.

glibc hands large blocks back to the kernel as soon as they are free, and gets fresh
pages for the next ones. At 64 KB to 1 MB a block that costs more than everything else
(measured: 4 instead of 25 Gbit/s), and whether it happens depends on the heap's layout.
"""

import ctypes
from contextlib import suppress
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
KEPT: Final = 256 << 20
LARGEST: Final = 32 << 20


def keep_memory() -> None:
    """For this process; does nothing where the C library has no mallopt(3)."""
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST)
