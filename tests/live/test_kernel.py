"""The real kernel: programs, scenarios, and nothing left behind."""

import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from synfin.lab import catalogue
from synfin.live import launch
from synfin.show import pcapng
from synfin.show.reader import from_records
from synfin.show.texts import texts

pytestmark = pytest.mark.needs_tun


def transfer(size: int, *kinds: str, **more: object) -> dict[str, Any]:
    wish = {"size": size, "kinds": kinds or ("get", "fetch", "put"), **more}
    answer = launch.ask({"do": "transfer", "wish": wish}, 240)
    assert "error" not in answer, answer
    return answer


# -- real programs ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 20_000, 8_000_000])
def test_real_programs_get_the_same_octets(size: int) -> None:
    answer = transfer(size)
    assert [run["kind"] for run in answer["runs"]] == ["get", "fetch", "put"]
    assert all(run["same"] for run in answer["runs"])
    assert answer["offloads"] == ["vnet_hdr", "checksum", "tso", "uso"]
    assert answer["refused"] == []


def test_without_offloads_it_works_as_well() -> None:
    answer = transfer(2_000_000, offload=False)
    assert all(run["same"] for run in answer["runs"])
    assert (answer["offloads"], answer["largest"]) == ([], 0)


@pytest.mark.soak
def test_a_hundred_megabytes_each_way() -> None:
    answer = transfer(100_000_000, timeout_s=200.0)
    assert all(run["same"] for run in answer["runs"])


def test_the_trace_of_a_transfer_has_reasons_states_and_large_segments() -> None:
    answer = transfer(200_000, "get")
    trace = from_records(answer["trace"])
    ours = [s for s in trace.segments() if s.source == "synfin"]
    assert ours
    assert all(s.reason is not None for s in ours)
    assert max(len(s.payload) for s in ours) > 1460, "several segments in one write"
    assert sum(len(s.payload) for s in ours) > 200_000
    states = {r["new"] for r in answer["trace"] if r["type"] == "state" and r["host"] == "kernel"}
    assert {"SYN-SENT", "ESTABLISHED"} <= states
    out = io.BytesIO()
    pcapng.write(out, trace, texts("zh"))
    assert len(out.getvalue()) > 200_000


# -- scenarios -------------------------------------------------------------------------


def test_the_checked_scenarios_are_as_in_the_simulator() -> None:
    jobs = launch.checked_jobs()
    answers: list[tuple[dict[str, Any], dict[str, Any]]] = []
    launch.compare_all(jobs, lambda job, answer: answers.append((job, answer)))
    assert len(answers) == len(jobs)
    wrong = [
        f"{job['scenario']} {job['case']}, kernel as {job['kernel']}: {what}"
        for job, answer in answers
        for what in ([answer["error"]] if "error" in answer else answer["wrong"])
    ]
    assert not wrong, "\n".join(wrong)
    assert all(answer["segments"] > 0 for _, answer in answers)


ECN = Path(__file__).with_name("ecn.scn")


def test_ecn_is_as_in_the_simulator() -> None:
    """RFC 3168 with the kernel (tcp_ecn=1) as either end: flags, ECT, CE, ECE, CWR, fallback."""
    scenario = catalogue.find(str(ECN))
    jobs = [launch.scenario_job(str(ECN), case.name, k) for case in scenario.cases for k in "AB"]
    wrong: list[str] = []

    def done(job: launch.Job, answer: launch.Answer) -> None:
        told = [answer["error"]] if "error" in answer else answer["wrong"]
        wrong.extend(f"{job['case']}, kernel as {job['kernel']}: {what}" for what in told)

    launch.compare_all(jobs, done)
    assert not wrong, "\n".join(wrong)


def test_a_replay_sees_what_the_kernel_does_otherwise() -> None:
    """Without its entry in the named list a known difference fails."""
    code = (
        "from synfin.live import differences, replay\n"
        "differences.KNOWN = ()\n"
        "print(len(replay.replay('close-three', 'fin-with-data', 'B', 10**10)['wrong']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) == 3


# -- nothing left behind ---------------------------------------------------------------


def session_of(leader: int) -> list[int]:
    """The processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def namespaces() -> set[str]:
    """Named network namespaces."""
    folder = Path("/run/netns")
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (signal.SIGINT, ["--scenario", "keepalive"]),
        (signal.SIGINT, ["--size", "300000000"]),
        (signal.SIGKILL, ["--scenario", "keepalive"]),
        (signal.SIGTERM, ["--size", "300000000"]),
    ],
)
def test_an_interrupted_run_leaves_nothing_behind(
    how: signal.Signals, words: list[str], tmp_path: Path
) -> None:
    before = (socket.if_nameindex(), namespaces())
    program = subprocess.Popen(
        [sys.executable, "-m", "synfin", "live", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        end = time.monotonic() + 40
        while len(session_of(program.pid)) < 3:
            assert program.poll() is None, "it ended too early to be interrupted"
            assert time.monotonic() < end, "it did not get going"
            time.sleep(0.05)
        if how == signal.SIGINT:
            os.killpg(program.pid, how)  # as a terminal does
        else:
            os.kill(program.pid, how)
        code = program.wait(20)
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
    assert code == (130 if how == signal.SIGINT else -how)
    end = time.monotonic() + 10
    while session_of(program.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert session_of(program.pid) == []
    assert list(tmp_path.iterdir()) == []
    assert (socket.if_nameindex(), namespaces()) == before


# -- without rights --------------------------------------------------------------------

NO_NAMESPACES = """
import ctypes, os, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
user, group = os.geteuid(), os.getegid()
assert libc.unshare(0x10000000) == 0
Path("/proc/self/setgroups").write_text("deny")
Path("/proc/self/uid_map").write_text(f"0 {user} 1")
Path("/proc/self/gid_map").write_text(f"0 {group} 1")
Path("/proc/sys/user/max_net_namespaces").write_text("0")
os.execv(sys.executable, [sys.executable, "-m", "synfin", *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "synfin live needs a network namespace"), ("zh", "synfin live 需要网络命名空间")],
)
def test_without_rights_one_line_says_what_is_missing(lang: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_NAMESPACES, "live", "--lang", lang],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
