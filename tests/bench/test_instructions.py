"""The regression check: what warns."""

import json

from bench.instructions import FILE, SIZES, compare


def test_five_percent_warn() -> None:
    kept = {"instructions": {"segments": 1000, "connections": 2000}}
    lines = compare(kept, {"segments": 1050, "connections": 2099})
    assert lines[0] == "warning: segments: 1,050 instructions each, 1,000 kept, +5.0%"
    assert not lines[1].startswith("warning:")
    assert not any(
        line.startswith("warning:") for line in compare(kept, {"segments": 10, "connections": 2000})
    )


def test_the_kept_figures_are_of_the_compiled_engine() -> None:
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept["conditions"]["form"] == "compiled"
    assert kept["instructions"].keys() == SIZES.keys()
    assert all(figure > 1000 for figure in kept["instructions"].values())
