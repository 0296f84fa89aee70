"""Runs that fail, and how: what is expected, what happened, the engine's reason."""

from pathlib import Path

import pytest

from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Result
from synfin.packetdrill.suite import (
    Job,
    by_folder,
    find_scripts,
    missing_features,
    run_job,
    run_jobs,
)

SERVER = """0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 65535 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
"""


def run(tmp_path: Path, text: str, **flags: bool) -> Result:
    """A script's result."""
    path = tmp_path / "s.pkt"
    path.write_text(text, encoding="utf-8")
    return run_job(Job(path, "s.pkt", Config(strict_segments=flags.get("strict", False))))


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("+0 read(4, ..., 9) = 9\n", "blocks"),
        ("+0...0.2 read(4, ..., 9) = 9\n+.3 < . 1:10(9) ack 1 win 9\n", "return-time"),
        ("+0 > P. 1:9(8) ack 1\n", "nothing-sent"),
        ("+0 write(9, ..., 8) = 8\n", "not-open"),
        ("+0 write(4, ...) = 8\n", "arguments"),
        ("+0 write(4, ..., 8) = 9\n", "differs"),
        (".01 write(4, ..., 8) = 8\n", "late"),
        ("+0 write(4, ..., 8) = 8\n+.1 > P. 1:9(8) ack 1\n", "time"),
        ("+0 write(4, ..., 9) = 9\n+0 > P. 1:11(10) ack 1\n", "pieces"),
        ("+0 %{ assert tcpi_state == TCP_CLOSE }%\n", "assert"),
    ],
)
def test_findings(text: str, finding: str, tmp_path: Path) -> None:
    result = run(tmp_path, SERVER + text)
    assert result.status == "fail", result
    assert finding in {f.id for f in result.findings}
    assert result.line >= 8


def test_a_silence_has_a_reason(tmp_path: Path) -> None:
    text = SERVER + (
        "+0 write(4, ..., 8) = 8\n+0 > P. 1:9(8) ack 1\n+0 write(4, ..., 5) = 5\n"
        "+0 > P. 9:14(5) ack 1\n"
    )
    result = run(tmp_path, text)
    assert result.why is not None
    assert result.line == 11


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("+0 tee(4, 5) = 3\n", "tee()"),
        ("+0 send(4, ..., 5, MSG_TRUNC) = 5\n", "MSG_TRUNC"),
        ("+0 %{ assert tcpi_no_such == 1 }%\n", "tcpi_no_such"),
        ("+0 < icmp unreachable net_unreachable [raw (9)]\n", "icmp [raw]"),
        ("+0 `reboot`\n", "`reboot`"),
        ("+0 socket(..., SOCK_RAW, IPPROTO_UDP) = 5\n", "SOCK_RAW"),
    ],
)
def test_unsupported_things_are_named(text: str, what: str, tmp_path: Path) -> None:
    result = run(tmp_path, SERVER + text)
    assert (result.status, result.message) == ("unsupported", what)


def test_strict_segments_are_neither_joined_nor_cut(tmp_path: Path) -> None:
    """At this round trip the engine, like Linux, cuts for the device in twos."""
    whole = SERVER + "+0 write(4, ..., 4000) = 4000\n+0 > P. 1:4001(4000) ack 1\n"
    assert run(tmp_path, whole).status == "pass"
    assert run(tmp_path, whole, strict=True).status == "fail"
    halves = SERVER + (
        "+0 write(4, ..., 4000) = 4000\n+0 > P. 1:2001(2000) ack 1\n+0 > P. 2001:4001(2000) ack 1\n"
    )
    assert run(tmp_path, halves, strict=True).status == "pass"


def test_an_echo_of_a_timestamp_never_sent_is_an_error(tmp_path: Path) -> None:
    text = SERVER.replace("ack 1 win 65535\n", "ack 1 win 65535 <nop,nop,TS val 1 ecr 9>\n")
    result = run(tmp_path, text)
    assert result.status == "error"
    assert [(f.id, f.get("echo")) for f in result.findings] == [("error-echo", "9")]


def test_a_script_begins_at_zero(tmp_path: Path) -> None:
    assert run(tmp_path, "1 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n").status == "error"


def test_many(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "good.pkt").write_text(SERVER)
    (tmp_path / "a" / "bad.pkt").write_text(SERVER + "+0 close(4) = 5\n")
    (tmp_path / "odd.pkt").write_text(SERVER + "+0 tee(4) = 5\n")
    (tmp_path / "broken.pkt").write_text("0 socket(")
    jobs = [Job(path, name) for path, name in find_scripts([tmp_path])]
    heard: list[int] = []
    results = run_jobs(jobs, 2, heard.append)
    assert [(r.name, r.status) for r in results] == [
        ("a/bad.pkt", "fail"), ("a/good.pkt", "pass"),
        ("broken.pkt", "error"), ("odd.pkt", "unsupported"),
    ]  # fmt: skip
    assert heard == [1, 2, 3, 4]
    assert results == run_jobs(jobs, 1)
    assert by_folder(results)["a"] == {"fail": 1, "pass": 1}
    assert missing_features(results) == [("tee()", 1)]
    with pytest.raises(FileNotFoundError):
        find_scripts([tmp_path / "nowhere"])
