"""A trace as JSON lines: docs/trace.md, one record per line, deterministic bytes."""

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from synfin.show.model import Raw


def lines(records: Iterable[Raw]) -> Iterator[str]:
    """One line per record, without the line break.

    Keys stand in the recorder's order, text is left as it is (UTF-8), and
    nothing that JSON cannot carry passes: TypeError or ValueError is our bug.
    """
    for record in records:
        yield json.dumps(dict(record), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def write(out: TextIO, records: Iterable[Raw]) -> None:
    """Writes the whole trace; ``out`` must be open as UTF-8 text."""
    for line in lines(records):
        out.write(line + "\n")
