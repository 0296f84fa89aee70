"""``synfin play``: the ladder, the verdict, the changes, the files."""

import json
import re
import time
from pathlib import Path

import pytest

from synfin.show.reader import load
from tests.cli.calling import LANGS, bad, call, good, has_chinese, too_wide

NAMES = ["1", "4", "8", "11", "16", "18", "20", "21", "28", "35", "39"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", NAMES)
def test_the_ladder_fits_and_the_expectations_hold(name: str, lang: str) -> None:
    out = good("play", name, "--why", lang=lang)
    assert not too_wide(out)
    assert "✓" in out
    assert has_chinese(out) == (lang == "zh")
    assert all(line == line.rstrip() for line in out.splitlines())


def test_the_handshake_as_anyone_can_read_it() -> None:
    lines = good("play", "handshake-basic").splitlines()
    arrows = [line for line in lines if "──" in line]
    assert ["SYN seq=0" in arrows[0], "SYN,ACK" in arrows[1], "ACK seq=1" in arrows[2]] == [
        True
    ] * 3
    assert "SYN-SENT" in arrows[0]
    assert "SYN-RECEIVED" in arrows[1]
    assert "ESTABLISHED" in arrows[2]


def test_number_name_and_file_name_are_the_same_run() -> None:
    one = good("play", "8", "--json")
    assert one == good("play", "third-ack-lost", "--json") == good("play", "08", "--json")


def test_lost_segments_queues_and_timers_are_drawn() -> None:
    out = good("play", "8")
    assert "(lost)" in out
    assert "✗" in out
    assert "SYN queue 1, accept 0" in out
    assert "retransmission fires" in out
    assert "fires" not in good("play", "8", "--timers", "none")
    assert len(good("play", "8", "--timers", "all")) > len(out)


def test_the_other_cases_are_offered_and_played() -> None:
    assert "data-repairs" in good("play", "8")
    out = good("play", "8", "--case", "data-repairs")
    assert "PSH,ACK seq=1 ack=1 len=5" in out
    assert "synfin why 08 3 --case data-repairs" in out


def test_names_of_states() -> None:
    assert "SYN_RECV" in good("play", "1", "--names", "netstat")
    assert "ESTAB " in good("play", "1", "--names", "ss")


@pytest.mark.parametrize("lang", LANGS)
def test_a_fault_changes_the_run_and_nothing_is_claimed(lang: str) -> None:
    out = good("play", "1", "--fault", "A>B SYN nth=1 drop", lang=lang)
    assert "✓" not in out
    assert out.count("──SYN seq=0") == 2


@pytest.mark.parametrize("lang", LANGS)
def test_a_fault_that_met_nothing_is_named(lang: str) -> None:
    out = good("play", "1", "--fault", "A>B RST drop", lang=lang)
    assert "--fault 'A>B RST drop'" in out
    assert "--fault" not in good("play", "1", "--fault", "A>B SYN drop", "--until", "2", lang=lang)


def records(*words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in good("play", *words, "--json").splitlines()]


def test_settings_profile_seed_iss_msl_until() -> None:
    meta = records("1", "--profile", "linux", "--seed", "7", "--set", "B.mss=1000")[0]
    assert meta["profile"] == "linux"
    assert meta["seed"] == 7
    assert meta["settings"] == {"B.mss": 1000}
    for words in (("--iss", "A=111", "--iss", "B=222"), ("--iss-a", "111", "--iss-b", "222"),
                  ("--iss", "111", "--iss", "222")):  # fmt: skip
        syns = [r for r in records("1", *words) if r["type"] == "segment" and "SYN" in r["flags"]]  # type: ignore[operator]
        assert [r["abs_seq"] for r in syns] == [111, 222]
    assert records("21", "--msl", "1")[-1]["t"] == 2_250_000_000
    assert records("21", "--until", "0.1")[-1]["outcome"] == "idle"


def test_the_iss_of_a_case_can_be_replaced() -> None:
    syns = [r for r in records("1", "--case", "real-numbers", "--iss", "B=5")
            if r["type"] == "segment" and "SYN" in r["flags"]]  # type: ignore[operator]  # fmt: skip
    assert [r["abs_seq"] for r in syns] == [1234567, 5]


def test_the_same_inputs_give_the_same_octets(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "two")]
    for file in files:
        good("play", "8", "--pcap", str(file), "--fault", "A>B ACK p=0.5 drop", "--seed", "3")
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_capture_has_the_ladders_packets_or_what_passes_a_host(tmp_path: Path) -> None:
    def packets(*words: str) -> int:
        file = tmp_path / "run.pcapng"
        good("play", "8", "--pcap", str(file), *words)
        return len(re.findall(rb"#\d+ (?:sent|from)", file.read_bytes()))

    assert packets() == 5
    assert packets("--pcap-at", "b") == 4, "the lost ACK does not come to B"
    assert packets("--pcap-at", "A", "--pcap-at", "B") == 9


def test_a_place_to_capture_has_to_be_there() -> None:
    assert "A, B" in bad("play", "8", "--pcap", "x.pcapng", "--pcap-at", "Z")
    assert "--pcap FILE" in bad("play", "8", "--pcap-at", "B")


@pytest.mark.parametrize("lang", LANGS)
def test_all_files_at_once(lang: str, tmp_path: Path) -> None:
    result = call("play", "21", "--pcap", str(tmp_path / "a.pcapng"), "--svg",
                  str(tmp_path / "a.svg"), "--html", str(tmp_path / "a.html"),
                  f"--json={tmp_path / 'a.jsonl'}", f"--mermaid={tmp_path / 'a.mmd'}",
                  lang=lang)  # fmt: skip
    assert result.exit_code == 0
    assert len(result.stderr.splitlines()) == 5
    assert (tmp_path / "a.pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    assert "<svg" in (tmp_path / "a.svg").read_text("utf-8")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<html" in page
    assert ("zh-Hans" in page.split("<head")[0]) == (lang == "zh")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert len(load(lines).segments()) == json.loads(lines[-1])["segments"]
    assert (tmp_path / "a.mmd").read_text("utf-8").startswith("sequenceDiagram")


def test_standard_output_holds_nothing_but_what_was_asked_for() -> None:
    assert good("play", "1", "--mermaid").startswith("sequenceDiagram\n")
    assert json.loads(good("play", "1", "--json").splitlines()[0])["version"] == 1
    assert good("play", "1", "--svg", "-").startswith("<")


def test_speed_paces_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert good("play", "8", "--speed", "10") == good("play", "8")
    assert sum(slept) == pytest.approx(1.150 / 10)
