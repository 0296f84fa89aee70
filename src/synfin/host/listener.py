"""A listening port: SYN queue, accept queue, and what happens when they are full.

RFC 9293 speaks of one LISTEN; real stacks let it bear children. A child is a
connection in SYN-RECEIVED (half-open: the SYN queue) until the third segment
comes; then it waits in the accept queue for accept(2).
"""

from typing import Final

from synfin.core import rules
from synfin.core.rules import Rule
from synfin.core.settings import Settings
from synfin.core.states import State
from synfin.host.ports import Use
from synfin.host.records import HostConnection
from synfin.host.signatures import Md5Keys
from synfin.wire.tcp import ACK, RST, SYN, Segment

TAKE: Final = 0
COOKIE: Final = 1
DROP: Final = 2
RESET: Final = 3


class Listener:
    """One listening socket's queues. ``backlog`` is listen(2)'s, cut to somaxconn."""

    def __init__(self, listener_id: int, address: bytes, port: int, backlog: int, use: Use) -> None:
        self.id: int = listener_id
        self.address: bytes = address
        self.port: int = port
        self.backlog: int = backlog
        self.use: Use = use
        self.half_open: dict[int, HostConnection] = {}
        """Children in SYN-RECEIVED by connection id, oldest first."""
        self.accept_queue: list[HostConnection] = []
        self.defer_ns: int = 0
        """TCP_DEFER_ACCEPT."""
        self.fastopen: int = 0
        """TCP_FASTOPEN: how many may wait with unacknowledged SYN data; 0: off."""
        self.fastopen_keys: tuple[bytes, ...] = ()
        """TCP_FASTOPEN_KEY; none: the host's."""
        self.cookie_sent_at: int = -(1 << 62)
        """When the last SYN cookie left, ns: only for a while after it is one taken."""
        self.md5: Md5Keys | None = None
        """TCP_MD5SIG: the keys of its peers to be."""
        self.socket: object | None = None

    def accept_full(self) -> bool:
        """One more than the backlog is let in (Linux sk_acceptq_is_full())."""
        return len(self.accept_queue) > self.backlog

    def syn_limit(self, settings: Settings) -> int:
        """How many half-open children there may be."""
        return settings.syn_backlog or self.backlog + 1

    def judge_syn(self, settings: Settings) -> tuple[int, Rule, int]:
        """What to do with a new SYN: TAKE, COOKIE or DROP, the rule and the queue length."""
        waiting = len(self.accept_queue)
        if self.accept_full():
            return DROP, rules.LISTENER_FULL_SYN, waiting
        half_open = len(self.half_open)
        if settings.syn_cookies == "always":
            return COOKIE, rules.COOKIE_SENT, half_open
        if half_open >= self.syn_limit(settings):
            if settings.syn_cookies == "when-full":
                return COOKIE, rules.COOKIE_SENT, half_open
            return DROP, rules.LISTENER_SYN_QUEUE_FULL, half_open
        return TAKE, rules.LISTEN_SYN, half_open

    def judge_last_ack(
        self, child: HostConnection, segment: Segment, settings: Settings, now: int
    ) -> tuple[int, Rule]:
        """The third segment of a child's handshake: is there room in the accept queue?"""
        if child.state is not State.SYN_RECEIVED or segment.flags & (RST | SYN):
            return TAKE, rules.ACK_ESTABLISHES
        if not segment.flags & ACK or child.accept_ready:
            return TAKE, rules.ACK_ESTABLISHES
        if self.accept_full():
            if settings.abort_on_overflow:
                return RESET, rules.LISTENER_FULL_RESET
            return DROP, rules.LISTENER_FULL_ACK
        if self.defer_ns and not segment.payload and now - child.first_sent_at < self.defer_ns:
            return DROP, rules.LISTENER_DEFERRED
        return TAKE, rules.ACK_ESTABLISHES
