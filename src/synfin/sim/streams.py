"""Seeded randomness. Every user has a stream of its own, derived from the run's
seed and the user's name, so that adding a link or a fault does not change what
another one draws."""

import random
from collections.abc import Callable


def stream(seed: int, name: str) -> random.Random:
    """The stream called ``name`` of a run with ``seed``; the same on every platform."""
    return random.Random(f"synfin/{seed}/{name}")


def host_random(seed: int, name: str, boots: int) -> Callable[[int], bytes]:
    """Random octets for one host (ISN keys, ports, cookies); new ones after a reboot."""
    return stream(seed, f"host/{name}/{boots}").randbytes
