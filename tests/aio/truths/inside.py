"""One host of a probe on the kernel: a network namespace with one device, stock asyncio.

``python -m tests.aio.truths.inside SOCKET ROW ROLE``: the device's descriptor goes to
the parent over the inherited SOCKET, notes go to standard output as lines of JSON.
"""

import asyncio
import json
import socket
import sys

from synfin.tun import namespace
from synfin.tun.interface import sysctl
from tests.aio.truths.rows import ROWS, Role, Row
from tests.aio.truths.talk import Note, Talk

ADDRESSES = {"client": "10.77.5.1", "server": "10.77.5.2"}
PORT = 8_080


def note(name: str, value: Note) -> None:
    """One line for the parent."""
    print(json.dumps([name, value]), flush=True)


def main(parent: int, row: Row, role: str) -> None:
    """Makes the host, hands the device over, waits for the word, plays the part."""
    namespace.die_with_parent()
    namespace.enter()
    device = namespace.make_device(f"{ADDRESSES[role]}/24", offload=False)
    if role == "client":
        for name, value in row.sysctls.items():
            if not sysctl(name, value):
                raise OSError(f"{name} cannot be set")
    with socket.socket(fileno=parent) as channel:
        socket.send_fds(channel, [b"device"], [device.fd])
        if not channel.recv(1):
            return
    peer = ADDRESSES["server" if role == "client" else "client"]
    talk = Talk(ADDRESSES[role], peer, PORT, row.settings, note)
    part: Role = row.client if role == "client" else row.server
    asyncio.run(play(part, talk))
    note("over", True)


async def play(part: Role, talk: Talk) -> None:
    """The part, as a coroutine of its own."""
    await part(talk)


if __name__ == "__main__":
    main(int(sys.argv[1]), next(row for row in ROWS if row.name == sys.argv[2]), sys.argv[3])
