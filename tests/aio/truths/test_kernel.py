"""The truths, asked of the real kernel: stock asyncio, two namespaces, a path that obeys.

Most of a row is waiting, so several run at a time. Rows that take minutes are for
``make soak``.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.aio.truths.kernel import KernelStage
from tests.aio.truths.rows import ROWS, Row

pytestmark = pytest.mark.needs_tun
AT_ONCE = 6


def on_kernel(kind: str, limit_s: float) -> list[str]:
    """What is wrong with the rows of this kind, one line each."""

    def play(row: Row) -> str:
        notes = KernelStage(row).run(limit_s)
        return "" if row.check(notes) else f"{row.name}: {notes}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wrong for wrong in pool.map(play, (r for r in ROWS if r.kernel == kind)) if wrong]


def test_rows_on_kernel() -> None:
    assert on_kernel("yes", 60) == []


@pytest.mark.soak
def test_long_rows_on_kernel() -> None:
    assert on_kernel("hand", 300) == []
