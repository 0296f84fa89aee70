"""``synfin limits`` reads a system that a test makes up."""

import json
from pathlib import Path

import pytest

from synfin.cli import limits_cmd
from synfin.cli.limits import Limits, read_limits
from tests.cli.calling import LANGS, good, too_wide

FILES = {
    "sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
    "sys/net/ipv4/tcp_mem": "100\t200\t300\n",
    "sys/net/ipv4/tcp_rmem": "4096 131072 6291456\n",
    "sys/net/ipv4/tcp_wmem": "4096 16384 4194304\n",
    "sys/net/ipv4/tcp_max_syn_backlog": "2048\n",
    "sys/net/ipv4/tcp_max_tw_buckets": "65536\n",
    "sys/net/core/somaxconn": "4096\n",
    "sys/fs/nr_open": "1048576\n",
    "sys/fs/file-max": "9223372036854775807\n",
    "sys/fs/file-nr": "960\t0\t9223372036854775807\n",
    "net/sockstat": "sockets: used 9\nTCP: inuse 5 orphan 0 tw 2 alloc 9 mem 1\nUDP: inuse 0\n",
    "meminfo": "MemTotal:       2048 kB\nMemFree: 1 kB\n",
}


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_linux_tells(proc: Path) -> None:
    found = read_limits(proc, "linux")
    assert found.ports == (32768, 60999)
    assert found.port_count == 28232
    assert found.tcp_mem == (100, 200, 300)
    assert found.files_open == 960
    assert (found.sockets, found.time_wait, found.tcp_pages) == (5, 2, 1)
    assert found.memory == 2048 * 1024
    assert found.conntrack is None
    assert found.unknown == ()


def test_the_first_bound() -> None:
    assert Limits("x", ports=(1000, 1999), nofile=(256, 512)).client == 256
    assert Limits("x", ports=(1000, 1099), nofile=(256, 512)).client == 100
    assert Limits("x", ports=(1000, 1099), nofile=(-1, -1)).server is None
    assert Limits("x").client is None


def test_nonsense_and_absence_are_none(proc: Path) -> None:
    (proc / "sys/fs/nr_open").write_text("many\n")
    (proc / "sys/net/ipv4/tcp_mem").write_text("1 2\n")
    (proc / "sys/net/core/somaxconn").unlink()
    found = read_limits(proc, "linux")
    assert set(found.unknown) == {"nr_open", "tcp_mem", "somaxconn"}


@pytest.mark.parametrize("lang", LANGS)
def test_another_system_says_what_it_cannot_read(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_cmd, "read_limits", lambda: read_limits(tmp_path, "darwin"))
    out = good("limits", lang=lang)
    assert "darwin" in out
    assert "2^48" in out
    assert "tcp_mem" in out
    assert not too_wide(out)


@pytest.mark.parametrize("lang", LANGS)
def test_each_bound_is_shown(lang: str, proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_cmd, "read_limits", lambda: read_limits(proc, "linux"))
    out = good("limits", lang=lang)
    for number in ("28232", "470", "1048576", "2^63-1", "960", "131072, 16384", "4096", "65536"):
        assert number in out
    assert not too_wide(out)


def test_for_programs(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_cmd, "read_limits", lambda: read_limits(proc, "linux"))
    found = json.loads(good("limits", "--json"))
    assert found["four_tuples"] == 2**48
    assert found["port_count"] == 28232
