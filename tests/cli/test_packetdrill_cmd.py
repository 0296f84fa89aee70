"""``synfin packetdrill``: places, flags, exit codes, both languages."""

import json
from pathlib import Path

import pytest

from tests.cli.calling import LANGS, bad, call, good, has_chinese, too_wide

SCRIPTS = Path(__file__).parents[1] / "packetdrill" / "scripts"
OPEN = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"


def write(folder: Path, name: str, text: str) -> str:
    """A script in ``folder``; its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("lang", LANGS)
def test_a_folder(lang: str) -> None:
    scripts = sorted(SCRIPTS.glob("*.pkt"))[:12]
    out = good("packetdrill", *map(str, scripts), "-j", "2", lang=lang)
    assert has_chinese(out) == (lang == "zh")
    assert str(len(scripts)) in out
    assert not too_wide(out)


@pytest.mark.parametrize("lang", LANGS)
def test_a_long_path_keeps_its_end(lang: str, tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30) / "scripts"
    folder.mkdir(parents=True)
    scripts = [write(folder, f"{number}.pkt", OPEN) for number in range(2)]
    out = good("packetdrill", *scripts, lang=lang)
    assert "/scripts  " in out
    assert not too_wide(out)


def test_the_environment_names_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNFIN_PACKETDRILL", str(SCRIPTS / "nagle.pkt"))
    assert json.loads(good("packetdrill", "--json"))["pass"] == 1
    monkeypatch.delenv("SYNFIN_PACKETDRILL")
    assert "SYNFIN_PACKETDRILL" in bad("packetdrill")


@pytest.mark.parametrize("lang", LANGS)
def test_a_failure_shows_both_and_the_reason(lang: str, tmp_path: Path) -> None:
    path = write(
        tmp_path, "f.pkt", OPEN + "+0...9 connect(3, ..., ...) = 0\n+0 > S. 0:0(0) <mss 1400>\n"
    )
    result = call("packetdrill", path, lang=lang)
    assert result.exit_code == 1
    assert "f.pkt:3" in result.stdout
    assert "+0 > S. 0:0(0) <mss 1400>" in result.stdout
    assert "> S 0:0(0) win 64240 <mss 1460" in result.stdout
    assert "open.active" in result.stdout
    assert not too_wide(result.stdout)


def test_what_is_not_supported_has_a_name_and_a_code(tmp_path: Path) -> None:
    path = write(tmp_path, "u.pkt", OPEN + "+0 tee(3, 4, 9, 0) = 9\n")
    result = call("packetdrill", path)
    assert result.exit_code == 3
    assert "tee()" in result.stdout
    found = json.loads(call("packetdrill", path, "--json").stdout)
    assert found["unsupported"] == 1
    assert found["scripts"][0]["message"] == "tee()"


@pytest.mark.parametrize("lang", LANGS)
def test_a_script_that_cannot_be_read(lang: str, tmp_path: Path) -> None:
    path = write(tmp_path, "e.pkt", OPEN + "+0 > S 0:9(8)\n")
    result = call("packetdrill", path, lang=lang)
    assert result.exit_code == 2
    assert "e.pkt:2" in result.stdout
    assert "0:9(8)" in result.stdout
    assert has_chinese(result.stdout) == (lang == "zh")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), "nowhere"),
        ((".", "-D", "X"), "NAME=VALUE"),
        ((".", "--ip_version", "ipv5"), "ipv5"),
        ((".", "--local_ip", "1.2.3"), "1.2.3"),
        ((".", "-j", "0"), "-j"),
    ],
)
def test_bad_words(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    assert says in bad("packetdrill", *words)


def test_symbols_and_tolerance(tmp_path: Path) -> None:
    path = write(tmp_path, "d.pkt", OPEN + "+.001 close(NUMBER) = 0\n")
    good("packetdrill", path, "-D", "NUMBER=3", "--tolerance_usecs", "0")


@pytest.mark.parametrize("lang", LANGS)
def test_a_capture_has_every_packet_with_its_reason(lang: str, tmp_path: Path) -> None:
    file = tmp_path / "n.pcapng"
    good("packetdrill", str(SCRIPTS / "refused.pkt"), "--pcap", str(file), lang=lang)
    octets = file.read_bytes()
    assert octets[:4] == b"\x0a\x0d\x0d\x0a"
    text = octets.decode("utf-8", errors="ignore")
    assert "open.active" in text
    assert "refused" in text
    assert has_chinese(text) == (lang == "zh")


def test_captures_of_several_scripts_fill_a_folder(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.pkt").write_text(OPEN)
    (tmp_path / "s" / "b.pkt").write_text(OPEN + "+0 close(9) = 0\n")  # failures have one, too
    out = tmp_path / "out"
    result = call("packetdrill", str(tmp_path / "s"), "--pcap", str(out))
    assert result.exit_code == 1
    assert sorted(p.name for p in out.iterdir()) == ["a.pcapng", "b.pcapng"]
    (tmp_path / "file").write_text("")
    assert "2" in bad("packetdrill", str(tmp_path / "s"), "--pcap", str(tmp_path / "file"))
    assert "--pcap" in bad("packetdrill", str(tmp_path / "s"), "--pcap", "-")


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_counts_by_suite_and_folder(lang: str, tmp_path: Path) -> None:
    late = OPEN + "+.001~+.002 close(3) = 0\n"
    for name, text in (("a/good.pkt", OPEN), ("a/bad.pkt", OPEN + "+0 close(3) = 5\n")):
        path = tmp_path / "suite" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "suite" / "b.pkt").write_text(late)
    out = good("packetdrill", "--table", str(tmp_path / "suite"), lang=lang)
    assert "| suite/a | 2 | 1 | 50 % | 1 | 50 % | 0 |" in out
    assert "| suite | 1 | 1 | 100 % | 1 | 100 % | 0 |" in out
    assert "| **suite** | 3 | 2 | 67 % | 2 | 67 % | 0 |" in out
    assert has_chinese(out) == (lang == "zh")


def test_the_symbols_of_the_original_are_there(tmp_path: Path) -> None:
    text = OPEN + (
        "+0...0.01 connect(3, ..., ...) = -1 EHOSTUNREACH (No route to host)\n"
        "+0 > S 0:0(0) <...>\n+.01 < icmp unreachable CODE [0:0(0)]\n"
    )
    path = write(tmp_path, "d.pkt", text)
    good("packetdrill", path)
    assert call("packetdrill", path, "-D", "CODE=net_unreachable").exit_code == 1


@pytest.mark.parametrize("version", ["ipv4", "ipv6", "ipv4-mapped-ipv6"])
def test_every_ip_version(version: str, tmp_path: Path) -> None:
    text = OPEN + (
        "+0...0.01 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)\n"
        "+0 > S 0:0(0) <...>\n+.01 < R. 0:0(0) ack 1 win 0\n"
    )
    good("packetdrill", write(tmp_path, "v.pkt", text), "--ip_version", version)
