"""Memory, for processes that do nothing but drive a host, and move Gbit/s. The rooms of the
engine do nothing of this by themselves: a program that wants it calls it.
"""

import ctypes
import gc
from contextlib import suppress
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
KEPT: Final = 256 << 20
LARGEST: Final = 32 << 20


def keep_memory() -> None:
    """Keeps what was allocated; does nothing where the C library has no mallopt(3).

    glibc hands large blocks back to the kernel as soon as they are free, and gets fresh
    pages for the next ones. At 64 KB to 1 MB a block that costs more than everything else
    (measured: 4 instead of 25 Gbit/s), and whether it happens depends on the heap's layout.
    """
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST)


YOUNG: Final = 50_000


def calm_collector() -> None:
    """What exists now is not walked by the garbage collector any more, and it runs once
    for so many (:data:`YOUNG`) new objects that it looks at: it cannot find cycles among
    connections and packets, which have none, but costs the more the more of them there are.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
