"""``synfin exec``: programs behind our link; only loopback and namespaces of our own."""

import hashlib
import http.server
import json
import os
import pty
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.test_kernel import NO_NAMESPACES, namespaces, session_of

pytestmark = pytest.mark.needs_tun

BODY = bytes(range(256)) * 1200
CONNECT = """
import socket, sys, time
before = time.monotonic()
sock = socket.create_connection(("server", {port}), timeout=30)
print(round(time.monotonic() - before, 3))
"""


class Page(http.server.BaseHTTPRequestHandler):
    """One body under every path."""

    def do_GET(self) -> None:
        """RFC 9110 §9.3.1."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def port() -> Iterator[int]:
    """A web server on this machine's loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(*words: str, timeout: float = 60.0) -> "subprocess.CompletedProcess[str]":
    """``synfin exec`` with these words."""
    return subprocess.run(
        [sys.executable, "-m", "synfin", "exec", "--lang", "en", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=timeout,
    )


def told(path: Path, *words: str) -> tuple[str, dict[str, Any]]:
    """Standard output and the report of a run that must succeed."""
    done = run("--json", str(path), *words)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(path.read_text(encoding="utf-8"))


def python(code: str) -> list[str]:
    """A small program."""
    return ["--", sys.executable, "-c", code]


FETCH = """
import hashlib, urllib.request
body = urllib.request.urlopen("http://server:{port}/", timeout=60).read()
print(hashlib.sha256(body).hexdigest())
"""


def digest() -> str:
    """Of the body."""
    return hashlib.sha256(BODY).hexdigest()


# -- the machine's services ----------------------------------------------------------------


def test_a_service_on_the_loopback_is_reached_through_loss(port: int, tmp_path: Path) -> None:
    words = ("--delay", "5ms", "--loss", "3%", "--seed", "5", *python(FETCH.format(port=port)))
    out, report = told(tmp_path / "r.json", *words)
    assert out.strip() == digest()
    lost = [record for record in report["affected"] if record["fate"] == "loss"]
    ways = report["directions"]
    assert lost
    assert len(lost) == sum(way["fates"].get("loss", 0) for way in ways.values())
    for way in ways.values():
        assert way["sent"] == way["delivered"] + sum(way["fates"].values())
    assert ways["server>client"]["octets"] > len(BODY)


def test_what_the_program_says_is_its_own_and_the_report_is_beside_it(port: int) -> None:
    done = run("--", "curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", f"server:{port}/")
    assert (done.returncode, done.stdout) == (0, "200")
    assert "client > server: packets" in done.stderr
    assert run("--quiet", "--", "true").stderr == ""


def test_an_upload_and_a_half_close_reach_the_service(tmp_path: Path) -> None:
    """The service answers only after it has seen the end of what the client sends."""
    listener = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def serve() -> None:
        conn, _ = listener.accept()
        with conn:
            while data := conn.recv(65_536):
                got.append(data)
            conn.sendall(str(sum(map(len, got))).encode())

    thread = threading.Thread(target=serve)
    thread.start()
    code = (
        "import socket\n"
        f"s = socket.create_connection(('server', {listener.getsockname()[1]}))\n"
        f"s.sendall(bytes({len(BODY)})); s.shutdown(socket.SHUT_WR); print(s.recv(99).decode())\n"
    )
    with listener:
        out, _ = told(tmp_path / "r.json", "--delay", "2ms", *python(code))
        thread.join(30)
    assert out.strip() == str(len(BODY))


def test_a_reset_crosses_the_link_both_ways(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[str] = []

    def serve() -> None:
        conn, _ = listener.accept()
        conn.recv(1)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conn.close()
        conn, _ = listener.accept()
        try:
            conn.recv(1)
        except ConnectionResetError:
            seen.append("reset")
        conn.close()

    thread = threading.Thread(target=serve)
    thread.start()
    code = (
        "import socket, struct\n"
        f"where = ('server', {listener.getsockname()[1]})\n"
        "s = socket.create_connection(where); s.send(b'x')\n"
        "try: print(s.recv(1))\n"
        "except ConnectionResetError: print('reset')\n"
        "s = socket.create_connection(where)\n"
        "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()\n"
    )
    with listener:
        out, _ = told(tmp_path / "r.json", *python(code))
        thread.join(30)
    assert out.strip() == "reset"
    assert seen == ["reset"]


def test_where_nobody_listens_the_connection_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    code = (
        "import socket\n"
        f"try: socket.create_connection(('server', {port}), timeout=20)\n"
        "except ConnectionRefusedError: print('refused')\n"
    )
    out, report = told(tmp_path / "r.json", *python(code))
    assert out.strip() == "refused"
    assert report["directions"]["server>client"]["sent"] == 1


@pytest.mark.skipif(not shutil.which("redis-benchmark"), reason="redis-server is not installed")
def test_programs_in_c_run_with_many_connections(tmp_path: Path) -> None:
    """Twenty connections of redis-benchmark at a real Redis, over a link that loses."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "",
               "--dir", str(tmp_path)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            end = time.monotonic() + 30
            while not listens(port) and time.monotonic() < end:
                time.sleep(0.02)
            words = ("redis-benchmark", "-h", "server", "-p", str(port), "-n", "2000", "-c", "20",
                     "-d", "500", "-t", "set,get", "--csv")  # fmt: skip
            link = ("--loss", "1%", "--delay", "1ms", "--jitter", "1ms", "--duplicate", "1%")
            out, report = told(tmp_path / "r.json", *link, "--", *words)
        finally:
            server.terminate()
    assert [line.split(",")[0] for line in out.splitlines()][-2:] == ['"SET"', '"GET"']
    assert all(way["fates"]["loss"] > 0 for way in report["directions"].values())


def listens(port: int) -> bool:
    """Whether somebody does on this machine's loopback."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def test_datagrams_reach_the_service_and_its_answers_come_back(tmp_path: Path) -> None:
    """Small ones and one of several fragments; where nobody is, ICMP says so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service:
        service.bind(("127.0.0.1", 0))
        service.settimeout(30)

        def serve() -> None:
            for _ in range(3):
                data, peer = service.recvfrom(65_535)
                service.sendto(data[::-1], peer)

        thread = threading.Thread(target=serve)
        thread.start()
        code = (
            "import socket\n"
            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(20)\n"
            f"s.connect(('server', {service.getsockname()[1]}))\n"
            "for data in (b'ab', b'', b'xy' * 4000):\n"
            "    s.send(data); print(s.recv(65535) == data[::-1])\n"
            "s.connect(('server', 9))\n"
            "try: s.send(b'x'); s.recv(1)\n"
            "except ConnectionRefusedError: print('refused')\n"
        )
        out, report = told(tmp_path / "r.json", "--delay", "2ms", *python(code))
        thread.join(30)
    assert out.split() == ["True"] * 3 + ["refused"]
    assert report["directions"]["client>server"]["sent"] == 2 + 6 + 1


def test_there_is_no_other_way_out(tmp_path: Path) -> None:
    code = (
        "import errno, socket\n"
        "s = socket.socket()\n"
        "print(errno.errorcode[s.connect_ex(('192.0.2.1', 80))])\n"
    )
    assert told(tmp_path / "r.json", *python(code))[0].strip() == "ENETUNREACH"


# -- faults --------------------------------------------------------------------------------


def test_a_lost_syn_costs_a_second(port: int, tmp_path: Path) -> None:
    """RFC 6298 §2.1: the first timeout is 1 s; the kernel's SYN comes again then."""
    words = ("--drop", "client > server SYN nth=1", *python(CONNECT.format(port=port)))
    out, report = told(tmp_path / "r.json", *words)
    assert float(out) >= 1.0
    first = report["affected"][0]
    assert (first["flags"], first["fate"], first["seq"]) == ("SYN", "fault", 0)
    assert report["faults"] == [{"fault": "client>server SYN nth=1 drop", "acted": 1}]


def test_faults_strike_single_segments(port: int, tmp_path: Path) -> None:
    """A segment in the middle of the body, lost twice, comes a third time."""
    words = ("--fault", "server>client DATA seq=100000-100000 nth=1-2 drop")
    out, report = told(tmp_path / "r.json", *words, *python(FETCH.format(port=port)))
    assert out.strip() == digest()
    assert [record["fate"] for record in report["affected"]] == ["fault", "fault"]
    assert all(r["seq"] <= 100_000 < r["seq"] + r["length"] for r in report["affected"])


def test_a_segment_may_be_rewritten_repeated_and_damaged(port: int, tmp_path: Path) -> None:
    words = (
        "--fault", "client>server SYN nth=1 set mss=700",
        "--fault", "client>server ACK nth=1 dup",
        "--fault", "server>client DATA nth=2 corrupt",
    )  # fmt: skip
    out, report = told(tmp_path / "r.json", *words, *python(FETCH.format(port=port)))
    assert out.strip() == digest()
    assert [fault["acted"] for fault in report["faults"]] == [1, 1, 1]
    assert report["directions"]["client>server"]["copies"] == 1
    assert report["directions"]["server>client"]["fates"] == {"corrupted": 1}
    assert report["directions"]["server>client"]["sent"] > len(BODY) // 700


# -- two namespaces ------------------------------------------------------------------------

SERVE = """
import socket
listener = socket.create_server(("", 80))
conn, peer = listener.accept()
print("peer", peer[0], flush=True)
while conn.recv(65536): pass
conn.sendall(b"good bye")
"""
TALK = """
import socket
s = socket.create_connection(("server", 80))
s.sendall(bytes(300000)); s.shutdown(socket.SHUT_WR)
print(s.recv(99).decode())
"""


def test_a_peer_runs_in_a_namespace_of_its_own(tmp_path: Path) -> None:
    peer = f"{sys.executable} -c '{SERVE}'"
    words = ("--delay", "3ms", "--loss", "2%", "--peer", peer, *python(TALK))
    done = run("--json", str(tmp_path / "r.json"), *words)
    assert (done.returncode, done.stdout) == (0, "good bye\n"), done.stderr
    assert "peer 10.77.0.1" in done.stderr
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert report["directions"]["client>server"]["octets"] > 300_000


def test_a_peer_that_does_not_listen_is_not_waited_for_for_ever() -> None:
    done = run("--peer", "sleep 60", "--wait", "200ms", "--", "true")
    assert done.returncode == 0
    assert "did not listen within 0.200 s" in done.stderr


def runs(stat: Path) -> bool:
    """Whether the process of this file is there, and no zombie."""
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_peer_ends_with_the_command(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    peer = f"sh -c 'trap \"\" TERM; sleep 60 & echo $! >{pid}; wait; wait'"
    done = run("--peer", peer, "--wait", "500ms", "--", "true")
    assert done.returncode == 0
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    end = time.monotonic() + 10
    while runs(stat) and time.monotonic() < end:
        time.sleep(0.05)
    assert not runs(stat)


# -- how it ends ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sh", "-c", "exit 7"), 7),
        (("sh", "-c", "kill -TERM $$"), 128 + signal.SIGTERM),
        (("no-such-program-here",), 127),
        (("/etc/hosts",), 126),
    ],
)
def test_the_exit_code_is_the_commands(words: tuple[str, ...], code: int) -> None:
    done = run("--", *words)
    assert done.returncode == code
    if code in (126, 127):
        assert done.stderr.startswith(f"synfin exec: {words[0]}: ")
        assert len(done.stderr.splitlines()) == 1


WAITING = """
import signal, sys, time
def caught(number, frame):
    print("caught", number, flush=True)
    sys.exit(9)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
    signal.signal(number, caught)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGKILL])
def test_signals_are_passed_on_and_nothing_is_left(how: signal.Signals, tmp_path: Path) -> None:
    before = (socket.if_nameindex(), namespaces())
    program = subprocess.Popen(
        [sys.executable, "-m", "synfin", "exec", "--quiet", "--peer", "sleep 60", "--wait", "1ms",
         *python(WAITING)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert program.stdout is not None
    try:
        assert program.stdout.readline() == "ready\n"
        program.send_signal(how)
        out = program.stdout.read()
        code = program.wait(20)
    finally:
        program.stdout.close()
        if program.poll() is None:
            program.kill()
            program.wait()
    if how == signal.SIGKILL:
        assert code == -how
    else:
        assert (code, out) == (9, f"caught {how}\n")
    end = time.monotonic() + 10
    while session_of(program.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert session_of(program.pid) == []
    assert list(tmp_path.iterdir()) == []
    assert (socket.if_nameindex(), namespaces()) == before


COUNTING = """
import signal, sys, time
caught = []
signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
print("ready", flush=True)
end = time.monotonic() + 30
while not caught and time.monotonic() < end: time.sleep(0.01)
time.sleep(0.3)
print("caught", len(caught), flush=True)
"""


def test_ctrl_c_reaches_the_command_once() -> None:
    """The terminal sends SIGINT to the command as well: it is not passed on again."""
    words = [sys.executable, "-m", "synfin", "exec", "--quiet", *python(COUNTING)]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(words[0], words)
    said = b""
    code = -1
    try:
        while chunk := read_terminal(terminal):
            if b"ready" not in said and b"ready" in said + chunk:
                os.write(terminal, b"\x03")
            said += chunk
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        os.close(terminal)
    assert b"caught 1\r\n" in said
    assert code == 0


def read_terminal(terminal: int) -> bytes:
    """What it shows next; nothing at its end (Linux says EIO there)."""
    ready, _, _ = select.select([terminal], [], [], 60)
    assert ready, "nothing came"
    try:
        return os.read(terminal, 1000)
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "synfin exec needs a network namespace"), ("zh", "synfin exec 需要网络命名空间")],
)
def test_without_rights_one_line_says_what_is_missing(lang: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_NAMESPACES, "exec", "--lang", lang, "--", "true"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


AS_SOMEBODY = """
import ctypes, os, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
user, group = os.geteuid(), os.getegid()
assert libc.unshare(0x10000000) == 0
Path("/proc/self/setgroups").write_text("deny")
Path("/proc/self/uid_map").write_text(f"4711 {user} 1")
Path("/proc/self/gid_map").write_text(f"4711 {group} 1")
os.execv(sys.executable, [sys.executable, "-m", "synfin", *sys.argv[1:]])
"""


def test_without_root_the_program_keeps_its_user() -> None:
    """In a user namespace where we are number 4711 and have no rights after execve(2)."""
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, "exec", "--quiet", "--", "id", "-u"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "4711\n"), done.stderr


# -- the capture ---------------------------------------------------------------------------


@pytest.mark.needs_tshark
def test_the_capture_has_each_packet_once_and_says_what_was_lost(port: int, tmp_path: Path) -> None:
    file = tmp_path / "exec.pcapng"
    words = ("--pcap", str(file), "--fault", "server>client DATA nth=2 drop")
    _, report = told(tmp_path / "r.json", *words, *python(FETCH.format(port=port)))
    tshark = shutil.which("tshark")
    assert tshark is not None
    done = subprocess.run(
        [tshark, "-r", str(file), "-T", "fields", "-e", "frame.interface_name",
         "-e", "tcp.flags.str", "-e", "tcp.checksum.status", "-e", "frame.comment",
         "-o", "tcp.check_checksum:TRUE"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )  # fmt: skip
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    ways = report["directions"]
    assert len(rows) == sum(way["sent"] + way["copies"] for way in ways.values())
    assert [row[0] for row in rows].count("client") == ways["client>server"]["sent"]
    assert {row[2] for row in rows} == {"1"}, "good checksums"
    assert {row[3] for row in rows if row[0] == "client"} == {""}
    explained = [row[3] for row in rows if row[0] == "server"]
    assert all(len(comment) > 40 for comment in explained)
    assert sum("RFC" in comment for comment in explained) > 3
    number = report["affected"][0]["n"]
    lost = f"#{number} dropped by a fault (server>client DATA nth=2 drop) "
    assert [comment.startswith(lost) for comment in explained].count(True) == 1
