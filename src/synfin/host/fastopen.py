"""TCP Fast Open cookies (RFC 7413): giving, checking, remembering them."""

from collections.abc import Callable
from typing import Final

from synfin.core import rules
from synfin.core.errno import ETIMEDOUT
from synfin.core.events import Event, Reason
from synfin.core.rules import Rule
from synfin.core.send_syn import OPTION_SPACE
from synfin.core.states import State
from synfin.host.records import HostConnection
from synfin.host.siphash import siphash24
from synfin.wire.tcp import Segment

COOKIE_LEN: Final = 8
"""RFC 7413 §4.1.2 allows 4 to 16; Linux sends 8."""
MAX_REMEMBERED: Final = 1024


SWALLOWED_AFTER: Final = 3
"""Timeouts in a row of one connection."""
MAX_DOUBLINGS: Final = 6


class KnownServer:
    """What is remembered of a server: its cookie, how it spells the option, its MSS."""

    def __init__(self) -> None:
        self.cookie: bytes = b""
        self.experimental: bool = False
        self.unanswered: int = 0
        """How many requests were ignored: after the first the other kind is tried, once
        (Linux try_exp)."""
        self.disabled: bool = False
        """It has no Fast Open (FreeBSD)."""
        self.mss: int = 0
        """The largest segment it announced, octets; 0: not known."""


class FastOpen:
    """Both halves: the server's secrets, the client's cache of cookies by peer."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._keys: tuple[bytes, ...] = (random(16),)
        self._known: dict[bytes, KnownServer] = {}
        self._swallowed: int = 0
        """How often in a row a path seemed to swallow Fast Open."""
        self._swallowed_at: int = 0

    def set_keys(self, *keys: bytes) -> None:
        """The secrets, 16 octets each: the first makes cookies, all are good for checking."""
        self._keys = keys

    def cookie_for(self, client: bytes, server: bytes) -> bytes:
        """The cookie this host gives to ``client`` (as Linux makes it)."""
        return _cookie(self._keys[0], client, server)

    def serve(
        self,
        child: HostConnection,
        segment: Segment,
        room: bool,
        without_cookie: bool = False,
        keys: tuple[bytes, ...] = (),
    ) -> None:
        """§4.2: take the text of a SYN with a good cookie; else offer a cookie. A listener
        may have ``keys`` of its own (TCP_FASTOPEN_KEY)."""
        keys = keys or self._keys
        offered = segment.options.fastopen
        if not room or (offered is None and not segment.payload):
            return
        if without_cookie:
            child.fastopen_accepted = True
            return
        if offered is None:
            return
        child.fastopen_experimental = segment.options.fastopen_experimental
        good = _cookie(keys[0], child.remote, child.local)
        if offered == good:
            child.fastopen_accepted = True
            return
        child.fastopen_reply = good
        if offered in [_cookie(key, child.remote, child.local) for key in keys[1:]]:
            child.fastopen_accepted = True  # an old key's: taken, and renewed
            return
        rule = rules.FASTOPEN_COOKIE_BAD if offered else rules.FASTOPEN_COOKIE_GIVEN
        self._report(child, rule, len(offered), segment)

    def _report(self, child: HostConnection, rule: Rule, length: int, segment: Segment) -> None:
        if child.observer is not None:
            reason = Reason(rule, {"cookie_len": length or COOKIE_LEN})
            child.observer.event(Event("segment-in", child.now, child.id, reason, {}, segment))

    def forget(self) -> None:
        """Nothing is known of any server any more (``ip tcp_metrics flush``)."""
        self._known.clear()

    def known(self, server: bytes) -> bytes:
        """The cookie ``server`` gave us, b"" when none: then one is asked for (§4.1.1)."""
        found = self._known.get(server)
        return b"" if found is None else found.cookie

    def prepare(self, connection: HostConnection) -> None:
        """Before an active OPEN: the cookie, and how much text its SYN may carry
        (§4.1.3: no more than the MSS that the server announced before)."""
        if self.rests(connection.settings.fastopen_blackhole_ns, connection.now):
            connection.fastopen_cookie = None
            return
        found = self._known.get(connection.remote)
        connection.fastopen_bare = connection.settings.fastopen_asks_none
        if not connection.fastopen_bare:
            connection.fastopen_cookie = self.known(connection.remote)
            if found is not None and found.disabled:
                connection.fastopen_cookie = None
                return
        most = min(connection.settings.mss, connection.mtu - connection.header_len)
        if connection.user_mss:
            most = min(most, connection.user_mss)
        if found is not None:
            connection.fastopen_experimental = found.experimental
            if found.mss:
                most = min(most, found.mss)
        connection.syn_text_limit = max(most - OPTION_SPACE, 1)

    # -- black holes (RFC 7413 §4.1.3.1; Linux tcp_fastopen_active_disable()) --------------
    def rests(self, pause: int, now: int) -> bool:
        """True while no OPEN may use Fast Open, because paths have swallowed it; ``pause``
        (ns) is doubled for each further time in a row, up to 64 times as long."""
        if self._swallowed == 0 or pause == 0:
            return False
        return now < self._swallowed_at + (pause << min(self._swallowed - 1, MAX_DOUBLINGS))

    def look_for_a_hole(self, connection: HostConnection, now: int) -> None:
        """A timer of an OPEN with Fast Open has expired: the third time in a row, or the
        last one before it is given up, means that the path does not let it through."""
        opening = connection.state is State.SYN_SENT
        timeouts = connection.syn_timeouts if opening else connection.snd.timeouts
        gone = connection.state is State.CLOSED and connection.error == ETIMEDOUT
        if timeouts == SWALLOWED_AFTER or (gone and timeouts < SWALLOWED_AFTER):
            self._swallow(connection.settings.fastopen_blackhole_ns, now)

    def ended(self, connection: HostConnection, now: int) -> None:
        """A connection with Fast Open is over. Text that came clears the path; a FIN or
        a reset that came in its place was made by somebody on the way."""
        rcv = connection.rcv
        if connection.state is State.SYN_SENT or rcv.rcv_nxt <= rcv.irs:
            return
        if rcv.rcv_nxt > rcv.irs + 1 + rcv.fin_received:
            self._swallowed = 0
        elif rcv.fin_seq >= 0 and not rcv.fin_received and rcv.held.empty():
            self._swallow(connection.settings.fastopen_blackhole_ns, now)

    def _swallow(self, pause: int, now: int) -> None:
        if pause:
            self._swallowed += 1
            self._swallowed_at = now

    def learn(self, server: bytes, cookie: bytes) -> None:
        """Remember a cookie (§4.1.3); b"" keeps the one that is known."""
        found = self._remembered(server)
        if cookie:
            found.cookie = cookie

    def learn_from(self, connection: HostConnection) -> None:
        """The SYN,ACK of an OPEN with Fast Open has come: what it says of the server. A
        cookie that was not asked for is not kept."""
        if connection.fastopen_cookie is None and not connection.fastopen_bare:
            return
        found = self._remembered(connection.remote)
        if connection.peer_mss > 0:
            found.mss = connection.peer_mss
        if connection.fastopen_bare:
            return
        if connection.fastopen_learnt:
            found.cookie = connection.fastopen_learnt
            found.experimental = connection.fastopen_learnt_experimental
            found.disabled = False
        elif connection.settings.fastopen_gives_up:
            found.disabled = not connection.syn_data_acked
        elif not found.cookie and connection.syn_timeouts == 0:
            found.unanswered += 1
            found.experimental = found.unanswered == 1

    def _remembered(self, server: bytes) -> KnownServer:
        found = self._known.get(server)
        if found is None:
            if len(self._known) >= MAX_REMEMBERED:
                del self._known[next(iter(self._known))]
            found = self._known[server] = KnownServer()
        return found


def _cookie(key: bytes, client: bytes, server: bytes) -> bytes:
    return siphash24(key, client + server).to_bytes(COOKIE_LEN, "little")
