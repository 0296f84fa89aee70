"""docs/trace.md names every record type and field that the recorder writes."""

import re
from functools import cache
from pathlib import Path

import pytest

from synfin.lab.catalogue import find
from synfin.lab.runner import run_case
from synfin.show.reader import from_records

DOC = Path(__file__).parents[2] / "docs" / "trace.md"
SCENARIOS = ("handshake-basic", "syn-lost", "ttl-expired", "accept-queue-full", "blind-attacks",
             "close-four", "host-b-reboots", "reliable-vs-udp", "zero-window",
             "mss-vs-fragmentation")  # fmt: skip


@cache
def documented() -> dict[str, set[str]]:
    """Record type -> the words in code marks, and those in brackets behind them."""
    rows = re.findall(r"^\| `([a-z]+)` \| (.*) \|$", DOC.read_text(encoding="utf-8"), re.M)
    return {kind: set(re.findall(r"[a-z_0-9]+", text)) for kind, text in rows}


@cache
def written() -> dict[str, set[str]]:
    """Record type -> fields, over one case of several scenarios."""
    found: dict[str, set[str]] = {}
    for name in SCENARIOS:
        for case in find(name).cases:
            for record in run_case(find(name), case).trace:
                fields = found.setdefault(str(record["type"]), set())
                fields |= set(record) - {"type"}
                if record["type"] == "tcb":
                    fields |= set(record["fields"])
                if record["type"] == "segment":
                    fields |= set(record.get("options", ()))
    return found


def test_the_table_is_found() -> None:
    assert {"meta", "segment", "state", "tcb", "end"} <= set(documented())


@pytest.mark.parametrize("kind", ["meta", "call", "signal", "segment", "hop", "arrival", "state",
                                  "timer", "queue", "silence", "tcb", "conn", "host", "counter",
                                  "end"])  # fmt: skip
def test_every_field_written_is_documented(kind: str) -> None:
    assert written()[kind] <= documented()[kind], f"add them to the row of {kind} in docs/trace.md"


def test_nothing_else_is_written() -> None:
    assert set(written()) <= set(documented())


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_record_can_be_read(name: str) -> None:
    case = find(name).cases[0]
    records = run_case(find(name), case).trace
    assert len(from_records(records).records) == len(records) - 1
