"""TCP Fast Open cookies (RFC 7413): giving, checking, remembering them."""

from collections.abc import Callable
from hashlib import blake2s
from typing import Final

from synfin.core import rules
from synfin.core.events import Event, Reason
from synfin.core.rules import Rule
from synfin.host.records import HostConnection
from synfin.wire.tcp import Segment

COOKIE_LEN: Final = 8
"""RFC 7413 §4.1.2 allows 4 to 16; Linux sends 8."""
MAX_REMEMBERED: Final = 1024


class FastOpen:
    """Both halves: the server's secret, the client's cache of cookies by peer."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._key: bytes = random(16)
        self._known: dict[bytes, bytes] = {}

    def cookie_for(self, client: bytes, server: bytes) -> bytes:
        """The cookie this host gives to ``client``."""
        return blake2s(client + server, key=self._key, digest_size=COOKIE_LEN).digest()

    def serve(self, child: HostConnection, segment: Segment, room: bool) -> None:
        """§4.2: take the text of a SYN with a good cookie; else offer a cookie."""
        offered = segment.options.fastopen
        if offered is None:
            return
        good = self.cookie_for(child.remote, child.local)
        if offered == good and room:
            child.fastopen_accepted = True
            return
        child.fastopen_reply = good
        rule = rules.FASTOPEN_COOKIE_BAD if offered else rules.FASTOPEN_COOKIE_GIVEN
        self._report(child, rule, len(offered), segment)

    def _report(self, child: HostConnection, rule: Rule, length: int, segment: Segment) -> None:
        if child.observer is not None:
            reason = Reason(rule, {"cookie_len": length or COOKIE_LEN})
            child.observer.event(Event("segment-in", child.now, child.id, reason, {}, segment))

    def known(self, server: bytes) -> bytes:
        """The cookie ``server`` gave us, b"" when none: then one is asked for (§4.1.1)."""
        return self._known.get(server, b"")

    def learn(self, server: bytes, cookie: bytes) -> None:
        """Remember it (§4.1.3)."""
        if server not in self._known and len(self._known) >= MAX_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[server] = cookie
