"""Real processes: encodings, closed pipes, Ctrl-C, colours, a terminal, what is imported."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from synfin.cli.app import App
from synfin.cli.waiting import Waiting
from tests.cli.calling import has_chinese, too_wide

WINDOWS = os.name == "nt"
TIMEOUT = 60


def environment(**more: str) -> dict[str, str]:
    """This process's environment, with a plain locale and no wishes about colour."""
    wishes = ("LANG", "LANGUAGE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING")
    kept = {k: v for k, v in os.environ.items() if k not in wishes and not k.startswith("LC_")}
    return {**kept, "PYTHONUTF8": "0", **more}


def run(*words: str, **env: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "synfin", *words],
        input=b"", capture_output=True, check=False, timeout=TIMEOUT, env=environment(**env),
    )  # fmt: skip


@pytest.mark.parametrize("words", [("play", "8", "--why"), ("header", "1", "1"), ("ask", "analogy"),
                                   ("states",), ("demo", "--no-kernel"), ("list",)])  # fmt: skip
@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
                                 {"PYTHONIOENCODING": "latin-1"}])  # fmt: skip
def test_terminals_without_utf8(words: tuple[str, ...], env: dict[str, str]) -> None:
    done = run(*words, **env)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(env["PYTHONIOENCODING"])
    assert not too_wide(text)
    assert "Traceback" not in done.stderr.decode()


def test_chinese_where_the_encoding_has_none() -> None:
    done = run("play", "1", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"PYTHONIOENCODING=utf-8" in done.stderr
    assert b"The" in done.stdout or b"what state" in done.stdout
    # the locale alone is no wish that must be answered
    assert run(LC_ALL="zh_CN.UTF-8", PYTHONIOENCODING="ascii").stderr == b""


def test_chinese_in_gbk() -> None:
    done = run("play", "1", "--lang", "zh", PYTHONIOENCODING="gbk")
    assert done.returncode == 0
    assert has_chinese(done.stdout.decode("gbk"))
    assert not too_wide(done.stdout.decode("gbk"))


def test_an_error_in_an_encoding_without_chinese() -> None:
    done = run("play", "最后", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(WINDOWS, reason="Windows has no SIGPIPE to report")
def test_a_closed_pipe_is_quiet() -> None:
    for words in (["play", "19", "--why"], ["play", "19", "--json"], ["list"], ["ask", "analogy"]):
        child = subprocess.Popen(
            [sys.executable, "-m", "synfin", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        said = child.stderr.read()
        child.stderr.close()
        assert child.wait(TIMEOUT) == 141
        assert said == b""


@pytest.mark.skipif(WINDOWS, reason="signals are sent otherwise there")
@pytest.mark.parametrize("words", [("play", "1", "--speed", "0.001"), ("play", "1", "--step"),
                                   ("quiz", "1")])  # fmt: skip
def test_ctrl_c_is_quiet(words: tuple[str, ...]) -> None:
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "synfin", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert child.stdout is not None
    seen = b""
    while b" A " not in seen:  # it draws; now it waits for time or for us
        piece = child.stdout.read1(4096)  # type: ignore[attr-defined]
        assert piece, "it ended by itself"
        seen += piece
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=TIMEOUT)
    assert child.returncode == 130
    assert said == b""


@pytest.mark.skipif(WINDOWS, reason="signals are sent otherwise there")
def test_ctrl_c_is_quiet_while_it_starts(tmp_path: Path) -> None:
    """Interrupted in the middle of its imports, wherever that falls."""
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "synfin", "list"],
        capture_output=True, check=False, timeout=TIMEOUT, env=environment(PYTHONPATH=path),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


# --- a terminal -------------------------------------------------------------------


def on_terminal(
    *words: str, columns: int = 80, keys: bytes = b"", status: int = 0, **env: str
) -> str:
    """What the command writes when its three streams are a terminal."""
    import pty

    leader, follower = pty.openpty()
    env = {**env, "TERM": "xterm-256color", "COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8"}
    child = subprocess.Popen(
        [sys.executable, "-m", "synfin", *words],
        stdin=follower, stdout=follower, stderr=follower,
        env=environment(**env),
    )  # fmt: skip
    os.close(follower)
    if keys:
        os.write(leader, keys)
    out = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux: the other side has closed
            break
        if not piece:
            break
        out += piece
    os.close(leader)
    assert child.wait(TIMEOUT) == status
    return out.decode().replace("\r\n", "\n")


needs_pty = pytest.mark.skipif(WINDOWS, reason="pseudo-terminals are Unix's")


@needs_pty
def test_colours_on_a_terminal_unless_unwanted() -> None:
    assert "\x1b[1;36m" in on_terminal("play", "1")
    assert "36m" not in on_terminal("play", "1", NO_COLOR="1")
    assert b"\x1b" not in run("play", "1").stdout


@needs_pty
def test_a_wide_terminal_is_used_up_to_a_point() -> None:
    from rich.text import Text

    wide = on_terminal("play", "1", columns=110)
    plain = Text.from_ansi(wide).plain
    assert too_wide(plain)
    assert not too_wide(plain, 110)
    assert not too_wide(Text.from_ansi(on_terminal("play", "1", columns=300)).plain, 120)


@needs_pty
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_long_error_is_broken_between_words(lang: str) -> None:
    words = ("play", "8", "--fault", "A>B SYN foo drop", "--lang", lang)
    said = on_terminal(*words, status=2)
    assert len(said.splitlines()) > 1
    assert not too_wide(said)
    assert len(run(*words, PYTHONIOENCODING="utf-8").stderr.splitlines()) == 1


@needs_pty
def test_stepping_on_a_terminal_has_a_prompt() -> None:
    out = on_terminal("play", "1", "--step", keys=b"\n\nb\nq\n")
    assert "[0/5  0.000 s]" in out
    assert "[2/5  0.000 s]" in out
    assert out.count("[1/5  0.000 s]") == 2


class Timer:
    """Rings when the test says so."""

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        self.seconds, self.ring, self.running = seconds, ring, False
        TIMERS.append(self)

    def start(self) -> None:
        self.running = True

    def cancel(self) -> None:
        self.running = False


TIMERS: list[Timer] = []


@pytest.mark.parametrize("terminal", [True, False])
def test_what_takes_long_shows_progress_on_a_terminal_only(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synfin.cli.waiting.threading.Timer", Timer)
    TIMERS.clear()
    app, out = App("en"), io.StringIO()
    monkeypatch.setattr(app, "err", Console(file=out, force_terminal=terminal, width=80))
    with Waiting(app, "running it") as waiting:
        waiting.advance(1, 10)
        assert out.getvalue() == ""
        for timer in TIMERS:
            assert timer.seconds == 2.0
            timer.ring()
        waiting.advance(5, 10)
    assert ("running it" in out.getvalue()) == terminal
    assert len(TIMERS) == terminal
    assert not any(timer.running for timer in TIMERS)
    for timer in TIMERS:  # too late: the work is over
        shown = out.getvalue()
        timer.ring()
        assert out.getvalue() == shown


# --- imports ----------------------------------------------------------------------


def test_the_simulators_commands_import_no_device_and_little_else() -> None:
    code = """
import sys
from synfin.cli.main import cli
try:
    cli.main(["play", "1"])
except SystemExit as end:
    assert not end.code
loaded = sorted(name for name in sys.modules if name.startswith("synfin.tun"))
assert not loaded, loaded
assert "synfin.cli.live_cmd" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=False, timeout=TIMEOUT, env=environment())  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_help_does_not_import_the_lab() -> None:
    code = """
import sys
from synfin.cli.main import cli
try:
    cli.main(["--help"])
except SystemExit:
    pass
assert "lark" not in sys.modules
assert "synfin.host" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=False, timeout=TIMEOUT, env=environment())  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_installed_command_is_this_one(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert 'synfin = "synfin.__main__:main"' in text
