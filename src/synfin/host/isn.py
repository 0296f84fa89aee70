"""Initial sequence numbers (RFC 9293 §3.4.1, RFC 6528), and worse ones for the lab."""

from collections.abc import Callable
from hashlib import blake2s

from synfin.core.settings import MICROSECOND, MILLISECOND, Settings


class IsnGenerator:
    """ISN = M + F(local, remote, key): M a clock of 4 us ticks (MUST-8), F a keyed
    hash nobody outside can compute (MUST-9, SHLD-1).

    ``forced`` values, for the lab, are used up first, in order.
    """

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random: Callable[[int], bytes] = random
        self._secret: blake2s = blake2s(key=random(16), digest_size=8)
        """Has hashed the key; copies of it go on from here."""
        self._of: bytes = b""
        self._last: bytes = b""
        """The digest of the four-tuple that was asked for last: one for both questions."""
        self.forced: list[int] = []

    def next(self, settings: Settings, now: int, four_tuple: bytes) -> int:
        """The ISS for a connection opened at ``now`` (ns), 32 bits."""
        if self.forced:
            return self.forced.pop(0) & 0xFFFFFFFF
        mode = settings.isn_mode
        if mode == "fixed":
            return settings.isn_fixed & 0xFFFFFFFF
        if mode == "clock-4us":
            return (now // (4 * MICROSECOND)) & 0xFFFFFFFF
        if mode == "clock-4ms":
            return (now // (4 * MILLISECOND)) & 0xFFFFFFFF
        if mode == "random":
            return int.from_bytes(self._random(4), "big")
        clock = now // settings.isn_tick_ns
        return (clock + self.keyed(four_tuple)) & 0xFFFFFFFF

    def keyed(self, four_tuple: bytes) -> int:
        """F(): 32 bits that depend on the four-tuple and the secret."""
        return int.from_bytes(self._digest(four_tuple)[:4], "big")

    def stamps_from(self, four_tuple: bytes) -> int:
        """Where the timestamps of this four-tuple begin (RFC 7323 §5.4): 32 other bits."""
        return int.from_bytes(self._digest(four_tuple)[4:], "big")

    def _digest(self, four_tuple: bytes) -> bytes:
        if four_tuple != self._of:
            hashed = self._secret.copy()
            hashed.update(four_tuple)
            self._of, self._last = four_tuple, hashed.digest()
        return self._last


def four_tuple_bytes(local: bytes, local_port: int, remote: bytes, remote_port: int) -> bytes:
    """The four-tuple as one string of octets."""
    ports = ((local_port << 16) | remote_port).to_bytes(4, "big")
    return local + remote + ports
