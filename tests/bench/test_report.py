"""From figures to verdicts, the table and the document."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from bench.chart import PANELS, bars
from bench.report import MISSING, PASS, SHORT, SHOWN, cpu_per_gb, document, figure, outcome, show
from bench.table import ROWS, Row


def found(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": "Gbit/s", "user": 2.0, "system": 1.0, "gigabytes": 4.0,
            "fairness": 0.9, "high": 0.0, "how": "", **more}  # fmt: skip


RESULTS = {
    "in/synfin": [found(8), found(9), found(20)],
    "in/kernel": [found(10), found(10), found(40)],
}
ROW = Row("bulk-in", "bulk", "in/synfin", "in/kernel", 0.8)


def test_the_ratio_is_made_within_a_round() -> None:
    line = outcome(ROW, RESULTS, {})
    assert line.ratio == pytest.approx(0.8)
    assert (line.low, line.high) == (0.5, 0.9)
    assert (line.value, line.against) == (9, 10)
    assert line.verdict == PASS
    assert (line.user_per_gb, line.system_per_gb) == (0.5, 0.25)


def test_short_of_the_target_and_not_judged() -> None:
    higher = Row("bulk-in", "bulk", "in/synfin", "in/kernel", 0.81)
    assert outcome(higher, RESULTS, {}).verdict == SHORT
    assert outcome(higher, RESULTS, {}, judged=False).verdict == SHOWN


def test_another_field_alone() -> None:
    line = outcome(Row("f", "fair", "in/synfin", at_least=0.95, field="fairness"), RESULTS, {})
    assert (line.ratio, line.against, line.unit, line.verdict) == (0.9, 0, "", SHORT)


@pytest.mark.parametrize(
    ("row", "failed", "why"),
    [
        (ROW, {"in/kernel": "no veth"}, "no veth"),
        (Row("x", "x", "out/synfin", "in/kernel"), {}, "out/synfin was not run"),
        (Row("x", "x", missing="not there yet"), {}, "not there yet"),
    ],
)
def test_what_is_missing_says_why(row: Row, failed: dict[str, str], why: str) -> None:
    line = outcome(row, RESULTS, failed)
    assert (line.verdict, line.why) == (MISSING, why)


def test_cpu_needs_gigabytes() -> None:
    assert cpu_per_gb(found(1, gigabytes=0.0)) == (0.0, 0.0)


def test_figures() -> None:
    assert [figure(value) for value in (0.0, 0.12345, 12.345, 12345.6)] == [
        "", "0.123", "12.3", "12,346",
    ]  # fmt: skip


def test_the_table_has_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [outcome(row, RESULTS, {}) for row in ROWS]
    show(lines, 3, "compiled")
    text = capsys.readouterr().out
    assert "falls short" not in text.split("not measured")[0]
    assert text.count("not measured:") == len(ROWS) - 1
    assert "synfin (compiled), median of 3 interleaved rounds" in text


def test_the_document_is_json() -> None:
    lines = [outcome(ROW, RESULTS, {})]
    kept = json.loads(json.dumps(document(lines, RESULTS, {}, {"cpu": "x"}, 3)))
    assert kept["rows"] == [asdict(lines[0])]
    assert kept["cells"]["in/kernel"]["work"] == "in"
    assert kept["figures"] == RESULTS


def test_the_chart_shows_what_was_measured() -> None:
    assert bars({"figures": RESULTS}, PANELS[0][2]) == [
        ("kernel", "kernel → {}", "in/kernel"),
        ("synfin", "kernel → {}", "in/synfin"),
    ]
    assert bars({"figures": RESULTS}, PANELS[1][2]) == []
