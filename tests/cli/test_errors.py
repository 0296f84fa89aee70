"""Bad input: one line that says what to do, exit code 2, nothing lost."""

import errno
import os
import shlex
from pathlib import Path

import pytest

from tests.cli.calling import LANGS, bad, call, has_chinese

MISTAKES = [
    # command line, what the line must name in any language
    ("plya", "play"),
    ("play", "NAME"),
    ("play hanshake-basic", "handshake-basic"),
    ("play zzzzzz", "synfin list"),
    ("play 8 extra", "extra"),
    ("play 8 --nmaes ss", "--names"),
    ("play 8 --seed", "--seed"),
    ("play 8 --seed x", "x"),
    ("play 8 --fault 'A>B SYN foo drop'", "foo"),
    ("play 8 --fault 'A>B SYN'", "drop"),
    ("play 8 --fault 'A>Z SYN drop'", "A, B"),
    ("play 8 --set mxs=1", "mss"),
    ("play 8 --set qqqqqq=1", "synfin switches"),
    ("play 8 --set mss", "switch=value"),
    ("play 8 --set mss=abc", "1460"),
    ("play 8 --set min_rto=200", "200ms"),
    ("play 8 --set Z.mss=1", "A, B"),
    ("play 8 --profile windows", "linux-old"),
    ("play 8 --case nope", "data-repairs"),
    ("play 8 --names foo", "netstat"),
    ("play 8 --timers foo", "fire"),
    ("play 8 --speed 0", "0"),
    ("play 8 --speed x", "x"),
    ("play 8 --msl 0", "--msl"),
    ("play 8 --until x", "50ms"),
    ("play 8 --iss Z=1", "A, B"),
    ("play 8 --iss A=x", "HOST=N"),
    ("play 8 --iss A=4294967296", "4294967296"),
    ("play 8 --json --mermaid", "--json"),
    ("play 8 --step --json", "--step"),
    ("tcb 8 A --at x", "--at"),
    ("tcb 8 A", "--at"),
    ("tcb 8 Q --at 1", "A, B"),
    ("ss 8 --at 1 --host Q", "A, B"),
    ("why 8 99", "99"),
    ("why 8 x", "N"),
    ("why-not 8 A FOO --at 1", "SYN,ACK"),
    ("why-not 8 Q SYN --at 1", "A, B"),
    ("diff 8", "--profiles"),
    ("diff 8 --profiles rfc", "linux"),
    ("diff 8 --profiles rfc,foo", "linux"),
    ("header zz", "synfin header 1 1"),
    ("header 4500zz0000000000", "z"),
    ("header 4500", "20"),
    ("header 4500 002c", "20"),
    ("header 45", "synfin header 1 1"),
    ("header 1 x", "x"),
    ("header 1 99", "99"),
    ("header 0000000000000000000000000000000000000000", "4"),
    ("ask qqqxyz", "synfin ask"),
    ("list qqqxyz", "synfin list"),
    ("list 粘包", "synfin ask 粘包"),
    ("quiz zzzzzz", "synfin list"),
    ("test zzzzzz", "synfin list"),
    ("test 8 --case nope", "data-repairs"),
    ("switches zzzz", "synfin switches"),
]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("line", "named"), MISTAKES)
def test_one_line_that_says_what_to_do(line: str, named: str, lang: str) -> None:
    said = bad(*shlex.split(line), lang=lang)
    assert named in said
    assert "Traceback" not in said


def test_errors_are_in_the_users_language() -> None:
    assert all(has_chinese(bad(*shlex.split(line), lang="zh")) for line, _ in MISTAKES)
    plain = [line for line, _ in MISTAKES if not has_chinese(line)]
    assert not any(has_chinese(bad(*shlex.split(line))) for line in plain)


@pytest.mark.parametrize("option", ["--pcap", "--svg", "--html", "--json=", "--mermaid="])
@pytest.mark.parametrize("lang", LANGS)
def test_places_that_cannot_be_written(option: str, lang: str, tmp_path: Path) -> None:
    def to(path: Path) -> list[str]:
        return [f"{option}{path}"] if option.endswith("=") else [option, str(path)]

    assert str(tmp_path) in bad("play", "8", *to(tmp_path), lang=lang)
    missing = tmp_path / "no" / "file"
    assert str(missing.parent) in bad("play", "8", *to(missing), lang=lang)


def test_a_failed_command_leaves_the_old_file_alone(tmp_path: Path) -> None:
    kept = tmp_path / "old.pcapng"
    kept.write_text("precious")
    bad("play", "8", "--pcap", str(kept), "--fault", "nonsense")
    assert kept.read_text() == "precious"


def test_a_place_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "out" in bad("play", "8", "--svg", str(tmp_path / "out"))
    (tmp_path / "old").write_text("x")
    assert "old" in bad("play", "8", "--svg", str(tmp_path / "old"))


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    result = call("play", "8", "--svg", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert len(result.stderr.splitlines()) == 1


SCENARIO = """scenario 99 mine
group data
title en "mine"
host A 10.0.0.1
host B 10.0.0.2
link A B delay=50ms
at 0 B listen 80
at 0 A connect B:80
case main
  expect
    count segments 3
  end
"""


@pytest.mark.parametrize(
    ("old", "new", "where", "named"),
    [
        ("link A B delay=50ms", "link A B dleay=50ms", "6:", "delay"),
        ("at 0 A connect B:80", "at x A connect B:80", "8:4", "time"),
        ("at 0 A connect B:80", "at 0 A conect B:80", "8:8", "connect"),
        ("case main", "case", "9:", "name"),
        ("  end\n", "", "", "end"),
    ],
)
def test_mistakes_in_a_file_have_line_and_column(
    old: str, new: str, where: str, named: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.scn"
    file.write_text(SCENARIO.replace(old, new), encoding="utf-8")
    for command in ("play", "test"):
        said = bad(command, str(file))
        assert f"{file}:{where}" in said
        assert named in said


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "none.scn" in bad("play", str(tmp_path / "none.scn"))
    file = tmp_path / "binary.scn"
    file.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in bad("play", str(file))


def test_the_good_file_plays(tmp_path: Path) -> None:
    file = tmp_path / "mine.scn"
    file.write_text(SCENARIO, encoding="utf-8")
    assert call("play", str(file)).exit_code == 0
    assert call("test", str(file)).exit_code == 0
    file.write_text(SCENARIO.replace("segments 3", "segments 4"), encoding="utf-8")
    failed = call("test", str(file))
    assert failed.exit_code == 1
    assert f"{file}:11:5" in failed.stdout.replace("\n        ", "")
    played = call("play", str(file), lang="zh")
    assert played.exit_code == 1
    assert "不成立" in played.stdout
    assert "实际是 3" in played.stdout
    assert "it was 3" in call("play", str(file)).stdout
    assert "实际是 3" in call("test", str(file), lang="zh").stdout
    assert "it was 3" in call("test", str(file), "--json", lang="zh").stdout  # for programs


def test_a_mistake_in_a_file_is_told_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "mine.scn"
    for old, new, said in (
        ("at 0 A connect B:80", "at 0 A conect B:80", "没有名为 conect 的调用"),
        ("at 0 A connect B:80", "at 0 A.c9 close", "A 没有"),
        ("link A B delay=50ms", "link A B delay=50", "“50”要带单位：50ms 或 50s"),
    ):
        file.write_text(SCENARIO.replace(old, new), encoding="utf-8")
        assert said in bad("play", str(file), lang="zh")
        assert call("test", str(file), lang="zh").exit_code in (1, 2)
    assert said in bad("test", str(file), lang="zh")


def test_wrong_settings_and_faults_are_told_in_chinese() -> None:
    assert "mss 必须在 1 到 65495 字节之间" in bad("play", "8", "--set", "mss=0", lang="zh")
    assert "mss must be from 1" in bad("play", "8", "--set", "mss=0")
    said = bad("play", "8", "--fault", "A>B SYN nth=x drop", lang="zh")
    assert "从 1 开始" in said
    assert said.count("nth=x") == 1
