"""Sockets that a test leaves behind."""

import gc
from typing import Final

from synfin.aio.simulated import World
from synfin.lab.recorder import format_endpoint
from synfin.show.names import state_name
from synfin.testing.expecting import said
from synfin.wire.address import parse_address

SETTLE_NS: Final = 1_000_000_000
"""What is under way when a test ends has this long to arrive, ns of virtual time."""


class LeakedSockets(AssertionError):
    """The test left sockets open: the message names each."""


def find_leaks(world: World) -> list[str]:
    """Connections that no program will ever close: in CLOSE-WAIT (the peer has closed, the
    program has not), or opened by a coroutine that has ended. Those that a running program
    still uses are none, nor are listeners."""
    found = _open_now(world)
    if found:  # a transport that nobody holds closes its socket when it is collected
        gc.collect()
        found = _open_now(world)
    return found


def _open_now(world: World) -> list[str]:
    found: list[str] = []
    for one in world.open_sockets():
        if one.type != "tcp" or one.remote is None or one.state in ("", "LISTEN", "CLOSED"):
            continue
        key = ""
        if one.state == "CLOSE-WAIT":
            key = "leak-close-wait"
        elif one.process.exit:
            key = "leak-open"
        if key:
            ends = f"{_end(one.local)} > {_end(one.remote)}"
            found.append(
                said(
                    key,
                    host=one.process.host,
                    program=one.process.name,
                    ends=ends,
                    state=state_name(one.state, "ss"),
                    made=said("leak-made", where=one.made) if one.made else "",
                )
            )
    return found


def _end(address: tuple[str, int]) -> str:
    return format_endpoint(parse_address(address[0]), address[1])
