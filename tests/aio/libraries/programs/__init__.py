"""Programs, each a server and a client, that know nothing of synfin.

Each module has ``serve(port)``, which serves on every address until it is
cancelled, and ``use(server, port)``, which talks to it and checks every byte that
comes back. They run on stock asyncio over loopback (which shows that the
programs are right) and on the simulated loop, one host each.
"""

import random
from typing import Final

NAMES: Final = (
    "aiohttp_pair",
    "anyio_pair",
    "asyncpg_pair",
    "grpclib_pair",
    "hypercorn_httpx",
    "redis_pair",
    "socks",
    "streams",
    "tls",
    "udp",
    "uvicorn_httpx",
    "websockets_pair",
)


def payload(size: int, seed: int = 1) -> bytes:
    """``size`` bytes that no shift, gap or repetition leaves equal."""
    return random.Random(seed).randbytes(size)
