"""``grep`` over /proc/net/tcp and /proc/net/tcp6 in backtick lines: the host's own table as
the kernel writes it there (proc(5)). Nothing is executed, the pipe is read here.
"""

import re
import shlex
from typing import Final

from synfin.core.states import State
from synfin.host.host import Host
from synfin.packetdrill.findings import Failure, finding
from synfin.packetdrill.info import STATE_NUMBERS
from synfin.packetdrill.model import Unsupported

FILES: Final = {"/proc/net/tcp": 4, "/proc/net/tcp6": 16}
"""File -> octets of the addresses in it."""


def run_grep(text: str, host: Host) -> bool:
    """Runs ``text`` if it begins with a grep. Raises Failure when that finds nothing, and
    Unsupported for another file or a pipe into anything else."""
    pipe = [shlex.split(part) for part in text.strip().split("|")]
    if not pipe[0] or pipe[0][0] != "grep":
        return False
    _, pattern, *files = pipe[0] + [""] * (2 - len(pipe[0]))
    filters = [pattern, *[words[-1] for words in pipe[1:]]]
    simple = all(words[:1] == ["grep"] and len(words) == 2 for words in pipe[1:])
    if not files or not simple or not all(name in FILES for name in files):
        raise Unsupported(f"`{text.strip()}`")
    lines = [line for name in files for line in table(host, FILES[name])]
    shown = "; ".join(lines)
    for wanted in filters:
        lines = [line for line in lines if re.search(wanted, line)]
    if not lines:
        raise Failure(finding("tool", text=text.strip()), actual=shown)
    return True


def table(host: Host, size: int) -> list[str]:
    """One line for each listener, connection and TIME-WAIT record of that family."""
    out: list[str] = []
    for info in host.connections():
        if len(info.local) != size:
            continue
        here = f"{_hex(info.local)}:{info.local_port:04X}"
        there = f"{_hex(info.remote or bytes(size))}:{info.remote_port:04X}"
        number = STATE_NUMBERS[State(info.state)]
        out.append(f"{len(out):4}: {here} {there} {number:02X} 00000000:00000000")
    return out


def _hex(address: bytes) -> str:
    """Words of four octets, each as a little-endian machine prints it."""
    words = [address[at : at + 4] for at in range(0, len(address), 4)]
    return "".join(word[::-1].hex().upper() for word in words)
