"""``--synfin-report FILE``: one JSON line for each test and seed, for sweeps.

Fields: ``test`` (its node id, without the seed), ``seed``, ``outcome`` (passed, failed,
skipped), ``failure`` (where and of which type), ``message`` (its first line), ``accidents``
(the fewest that fail, as lines for a test), ``kinds`` (what they are, without numbers) and
``seconds`` (real time). The last line is ``{"end": exit code}``.
"""

import json
import time
from pathlib import Path
from typing import Any, Final

import pytest


class Reporter:
    """Appends to the file as tests end."""

    def __init__(self, path: Path) -> None:
        self._path: Final = path
        self._began = time.monotonic()

    def begin(self) -> None:
        """A test begins."""
        self._began = time.monotonic()

    def result(self, test: str, seed: int, reports: list[pytest.TestReport]) -> None:
        """A test has ended."""
        failed = next((report for report in reports if report.failed), None)
        skipped = any(report.skipped for report in reports)
        line: dict[str, Any] = {
            "test": test,
            "seed": seed,
            "outcome": "failed" if failed else "skipped" if skipped else "passed",
            "seconds": round(time.monotonic() - self._began, 3),
        }
        if failed is not None:
            told = dict(failed.user_properties).get("synfin", {})
            assert isinstance(told, dict)
            line["failure"] = told.get("failure", "")
            line["message"] = first_line(failed)
            line["accidents"] = told.get("accidents", [])
            line["kinds"] = told.get("kinds", [])
        self._write(line)

    def end(self, code: int) -> None:
        """All tests have ended."""
        self._write({"end": code})

    def _write(self, line: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8", newline="\n") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def first_line(report: pytest.TestReport) -> str:
    """The error in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longrepr)
    return text.partition("\n")[0]
