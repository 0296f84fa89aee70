"""Sweeps: chunks, results that can be resumed, workers that are lost, kinds of failures."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import synfin
from synfin.testing.sweep import (
    Chunk,
    Done,
    Job,
    Results,
    SweepError,
    chunks,
    kinds,
    run_chunk,
    run_locally,
    run_on_dask,
)

JOB = Job(("test_it.py",), "/somewhere", 10)


@pytest.mark.parametrize(("seeds", "workers"), [(1, 8), (10, 2), (1000, 2), (100_000, 16)])
def test_chunks_are_all_the_seeds_once(seeds: int, workers: int) -> None:
    cut = chunks(seeds, workers)
    assert [seed for c in cut for seed in range(c.first, c.last + 1)] == list(range(1, seeds + 1))
    assert all(chunk.seeds <= 200 for chunk in cut)


def failure(seed: int, place: str = "a.py:3", lost: tuple[str, ...] = ("S",)) -> dict[str, Any]:
    """A line of a failed test."""
    return {
        "test": "t.py::test",
        "seed": seed,
        "outcome": "failed",
        "failure": place,
        "message": "E",
        "accidents": [f"drop {flags}" for flags in lost],
        "kinds": list(lost),
    }


def test_a_stopped_sweep_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sweep.jsonl"
    first = Results(path, JOB)
    passed = {"test": "t", "seed": 1, "outcome": "passed"}
    first.add(Done(Chunk(1, 2), [passed, failure(2)]))
    # cut off in the middle of the next chunk
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(failure(3)) + "\n" + '{"test": "t.py')
    again = Results(path, JOB)
    assert again.done == [Chunk(1, 2)]
    assert [line["seed"] for line in again.failures] == [2]
    assert again.runs == 2
    assert again.missing(4, 1) == [Chunk(3, 4)]
    again.add(Done(Chunk(3, 4), [failure(3)]))
    assert Results(path, JOB).missing(4, 1) == []
    assert [line["seed"] for line in Results(path, JOB).failures] == [2, 3]
    with pytest.raises(SweepError):
        Results(path, Job(("other.py",), "/somewhere", 10))


def test_kinds_are_place_error_and_what_was_lost() -> None:
    found = kinds([failure(1), failure(2, lost=("S", "F")), failure(3), failure(4, place="b.py:9")])
    assert [kind.seeds for kind in found] == [[1, 3], [2], [4]]


TEST = """
import os, pathlib
from synfin.testing import Net

async def test_it(net):
    if net.seed == 2 and not os.path.exists("died"):
        pathlib.Path("died").touch()
        os._exit(9)
    assert net.seed != 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one test, which kills its first process."""
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(Path(synfin.__file__).parents[1]))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


def test_a_chunk_whose_process_dies_is_run_again(folder: Path) -> None:
    job = Job(("test_it.py",), str(folder), 0)
    (done,) = run_locally(job, [Chunk(1, 4)], 1)
    assert (folder / "died").exists()
    assert not done.error
    assert [(line["seed"], line["outcome"]) for line in done.lines] == [
        (1, "passed"),
        (2, "passed"),
        (3, "failed"),
        (4, "passed"),
    ]
    line = done.lines[2]
    assert line["failure"] == "test_it.py:9 AssertionError"
    assert line["message"] == "assert 3 != 3"
    assert not (folder / "synfin-out").exists()


def test_what_pytest_cannot_run_is_fatal(folder: Path) -> None:
    done = run_chunk(Job(("nothing.py",), str(folder), 0), Chunk(1, 1))
    assert done.fatal
    assert "nothing.py" in done.error


CLUSTER = """
import sys
from distributed import LocalCluster
from synfin.cli.main import cli

if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        cli.main([*sys.argv[1:], "--scheduler", cluster.scheduler_address])
"""


def test_a_dask_cluster_does_the_same(folder: Path) -> None:
    pytest.importorskip("distributed")
    (folder / "cluster.py").write_text(CLUSTER, encoding="utf-8")
    words = ["sweep", "test_it.py", "--seeds", "8", "--jobs", "1", "--shrink", "0"]
    done = subprocess.run(
        [sys.executable, "cluster.py", *words],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "8 runs with 8 seeds: 1 failure of 1 kind" in done.stdout
    assert (folder / "died").exists()


def test_no_cluster_is_one_line(folder: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(SweepError) as caught:
        list(run_on_dask(JOB, [Chunk(1, 1)], "nonsense://here"))
    assert "\n" not in str(caught.value)
