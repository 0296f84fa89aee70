"""Gbit/s with the Linux kernel over a TUN device, both ways, in both forms of the engine.

python -m bench.tun [--octets 400000000] [--rounds 3] [--congestion cubic]

One stream, the kernel's end a bare socket in a process of its own, nothing hashed
and nothing written. Needs the right to make a network namespace.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"
KERNEL, SYNFIN, PORT = "10.77.0.1", "10.77.0.2", 5001
LIMIT_NS = 120 * 10**9


def kernel_end(congestion: str, octets: int, sends: bool) -> int:
    """A child that listens, then sends or swallows ``octets``; its process id."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, congestion.encode())
    listener.bind((KERNEL, PORT))
    listener.listen(1)
    pid = os.fork()
    if pid:
        listener.close()
        return pid
    peer, _ = listener.accept()
    block = bytearray(1 << 20)
    left = octets
    while left > 0:
        if sends:
            peer.sendall(memoryview(block)[: min(left, len(block))])
            left -= len(block)
        else:
            got = peer.recv_into(block)
            left -= got or left
    peer.close()
    os._exit(0)


def one(direction: str, octets: int, congestion: str) -> float:
    """Gbit/s of one transfer; this process is moved to a namespace of its own."""
    from synfin.host.sockets import Socket
    from synfin.live.transfer import SETTINGS
    from synfin.tun import namespace
    from synfin.tun.driver import Driver
    from synfin.tun.memory import keep_memory

    keep_memory()
    namespace.enter()
    device = namespace.make_device(f"{KERNEL}/24")
    driver = Driver(device, SYNFIN, SETTINGS)
    child = kernel_end(congestion, octets, direction == "receive")
    sock = driver.host.socket()
    block = bytes(1 << 18)
    count = 0

    def ready(_: Socket) -> None:
        nonlocal count
        try:
            while count < octets:
                if direction == "receive":
                    data = sock.recv(1 << 20)
                    count += len(data)
                    if not data:
                        return
                else:
                    # Not one octet more: the peer leaves at the last, and resets on excess.
                    count += sock.send(memoryview(block)[: min(len(block), octets - count)])
        except BlockingIOError:
            return

    driver.ready = ready
    begin = time.perf_counter()
    sock.connect_ex((KERNEL, PORT))
    if not driver.run(lambda: count >= octets, LIMIT_NS):
        sys.exit(f"{direction}: only {count} octets in time")
    if direction == "send":
        driver.run(lambda: sock.conn is None or sock.conn.unsent == 0, LIMIT_NS)
    seconds = time.perf_counter() - begin
    sock.close()
    os.kill(child, 9)
    os.waitpid(child, 0)
    return count * 8 / seconds / 1e9


def main() -> None:
    """Both directions in both forms, taking turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--octets", type=int, default=400_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--congestion", default="cubic")
    parser.add_argument("--one", choices=("send", "receive"))
    wish = parser.parse_args()
    if wish.one:
        import synfin.core.connection as engine

        form = "plain" if str(engine.__file__).endswith(".py") else "compiled"
        rate = one(wish.one, wish.octets, wish.congestion)
        print(json.dumps({"form": form, "rate": rate}))
        return
    rates: dict[tuple[str, str], list[float]] = {}
    for _ in range(wish.rounds):
        for direction in ("receive", "send"):
            for path in (str(SOURCE), ""):
                words = [sys.executable, "-m", "bench.tun", "--one", direction,
                         "--octets", str(wish.octets), "--congestion", wish.congestion]  # fmt: skip
                done = subprocess.run(
                    words, cwd=SOURCE.parent, env=dict(os.environ, PYTHONPATH=path),
                    capture_output=True, text=True, check=False, timeout=200,
                )  # fmt: skip
                if done.returncode:
                    sys.exit(done.stderr or done.stdout)
                result = json.loads(done.stdout)
                rates.setdefault((direction, result["form"]), []).append(result["rate"])
    for (direction, form), found in sorted(rates.items()):
        shown = " ".join(f"{rate:.1f}" for rate in found)
        print(f"{direction:8} {form:9} {statistics.median(found):6.1f} Gbit/s  ({shown})")


if __name__ == "__main__":
    main()
