"""Runs of pytest inside pytest: with our plugin, in a process of their own."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

import synfin
import synfin.pytest_plugin.runs  # here already, so that no inner run has to import it

PROGRAMS = (Path(__file__).parents[1] / "testing" / "programs.py").read_text(encoding="utf-8")

INSTALLED = any(entry.name == "synfin" for entry in entry_points(group="pytest11"))
"""pytest finds the plugin by itself, and refuses the same one twice."""
INI = f"""
[pytest]
addopts = {"" if INSTALLED else "-p synfin.pytest_plugin"} -p no:asyncio
filterwarnings =
  error
  ignore:The configuration option:pytest.PytestDeprecationWarning
  ignore:Module already imported:pytest.PytestAssertRewriteWarning
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with an echo server, and our plugin as an installed synfin would bring it."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    pytester.makepyfile(programs=PROGRAMS)
    pytester.makeini(INI)
    # processes of their own find the synfin that is tested here
    monkeypatch.setenv("PYTHONPATH", str(Path(synfin.__file__).parents[1]))
    return pytester
