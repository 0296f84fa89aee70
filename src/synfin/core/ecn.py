"""Explicit Congestion Notification: what one connection knows of it (RFC 3168; SHLD-8).

Both SYNs agree on it (§6.1.1). Then new text leaves marked ECT(0); a router whose
queue grows marks it CE instead of dropping it; the receiver says ECE on every ACK
until the sender, which has made its window smaller, answers CWR (§6.1.2, §6.1.3).
What acts on a connection stands in :mod:`synfin.core.ecn_signals`.
"""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import Settings
from synfin.wire.tcp import ACK, CWR, ECE, NOT_ECT, SYN, Segment

SETUP: Final = ECE | CWR
"""On a SYN: an ECN-setup SYN. On a SYN,ACK it is ECE alone (§6.1.1)."""


def asks(segment: Segment) -> bool:
    """An ECN-setup SYN."""
    return segment.flags & (SYN | ACK | SETUP) == SYN | SETUP


def agrees(segment: Segment) -> bool:
    """An ECN-setup SYN,ACK; both flags would be a peer that echoes what it does not know."""
    return segment.flags & (SYN | ACK | SETUP) == SYN | ACK | ECE


def listener_agrees(segment: Segment, settings: Settings) -> bool:
    """Whether a listener with ``settings`` takes up what the SYN ``segment`` asks for."""
    if settings.ecn == "off" or not asks(segment):
        return False
    return segment.ecn == NOT_ECT or not settings.ecn_plain_syn_only


@mypyc_attr(acyclic=True)
class Ecn:
    """The variables of one connection.

    ``ok``: both ends agreed; CE is echoed, ECE is acted on. ``may_mark``: new text may
    leave as ECT(0). ``echo``: ECE on every segment until CWR comes. ``seen``: text came
    as ECT or CE. ``marks`` counts text that came with CE, ``reductions`` how often ECE
    made the window smaller, ``delivered_ce`` the octets that ACKs with ECE showed delivered.
    """

    def __init__(self) -> None:
        self.asked: bool = False
        self.plain: bool = False
        """Some SYN of ours, or of the peer's, did not ask."""
        self.ok: bool = False
        self.may_mark: bool = False
        self.echo: bool = False
        self.seen: bool = False
        self.marks: int = 0
        self.reductions: int = 0
        self.delivered_ce: int = 0
        self.delivered_before: int = 0
        """SND's count before the ACK that is looked at."""

    def syn_flags(self, settings: Settings, repeated: bool) -> int:
        """What our SYN says; ``repeated``: it is not the first one (§6.1.1.1)."""
        if settings.ecn != "ask" or (repeated and settings.ecn_fallback):
            self.plain = True
            return 0
        self.asked = True
        return SETUP

    def take_syn(self, segment: Segment, settings: Settings, listening: bool) -> None:
        """The peer's SYN or SYN,ACK: do both ends agree?"""
        if listening:
            self.ok = listener_agrees(segment, settings)
        elif segment.flags & ACK:
            self.ok = self.asked and agrees(segment)
        else:
            offers = self.asked or (settings.ecn_crossing_accepts and settings.ecn != "off")
            self.ok = offers and asks(segment)
        self._judge(settings)

    def take_another_syn(self, segment: Segment, settings: Settings) -> None:
        """The peer's SYN again, perhaps no longer asking."""
        if not asks(segment):
            self.plain = True
        self._judge(settings)

    def _judge(self, settings: Settings) -> None:
        self.may_mark = self.ok and not (self.plain and settings.ecn_strict_setup)
