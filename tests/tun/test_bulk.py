"""Bulk over the device: buffers, batches, offloads; each in a namespace of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs_tun


@pytest.mark.parametrize(
    "name",
    [
        "kept_views",
        "unread_text",
        "one_ack_for_a_batch",
        "an_ack_for_each",
        "datagrams_of_one_size",
        "more_datagrams_than_a_batch",
        "an_answer_that_waited",
        "fewer_offloads",
    ],
)
def test_inside(name: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.tun.inside_bulk", name],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
