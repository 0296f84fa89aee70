"""JSON lines out and in again."""

import io

import pytest

from synfin.show.json_out import lines, write
from synfin.show.reader import load
from tests.show.traces import lost_syn


def test_what_is_written_can_be_read() -> None:
    trace = lost_syn()
    out = io.StringIO()
    write(out, trace.raw)
    text = out.getvalue()
    assert "数据" in text, "text stays readable"
    assert load(text.splitlines()).records == trace.records


def test_the_same_bytes_every_time() -> None:
    assert list(lines(lost_syn().raw)) == list(lines(lost_syn().raw))


def test_nothing_that_json_cannot_carry() -> None:
    with pytest.raises(ValueError):
        list(lines([{"type": "x", "value": float("nan")}]))
    with pytest.raises(TypeError):
        list(lines([{"type": "x", "value": b"bytes"}]))
