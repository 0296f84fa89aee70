"""What only the compiled form can get wrong."""

import os
import subprocess
import sys

import pytest

from tests.conftest import engine_form

DEEP = """
from synfin.wire.tcp import Segment
for depth in range(1, 120):
    for _ in range(20):
        nest = [Segment(1, 2, 3, 4, 16, 5) for _ in range(3)]
        for _ in range(depth):
            nest = [nest]
        del nest
"""


@pytest.mark.skipif(engine_form() != "compiled", reason="the engine is plain Python here")
def test_what_the_collector_does_not_watch_may_go_deep_within_something_else() -> None:
    # The trashcan of CPython wrote into a head that such an object does not have.
    environment = {**os.environ, "PYTHONMALLOC": "debug"}
    done = subprocess.run(
        [sys.executable, "-c", DEEP],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
