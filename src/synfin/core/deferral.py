"""Waiting a moment so that a large segment can be larger (Linux tcp_tso_should_defer()).

Where a device cuts segments, sending what little the window has just let go makes many
small hand-overs. If the next ACK is due within a millisecond, and something was sent
within the last one, it pays to wait for it. No RFC speaks of it; times are ns.
"""

from typing import Final

from synfin.core.sender import RECOVERY
from synfin.core.settings import MILLISECOND
from synfin.core.tcb import Tcb

WINDOW_DIVISOR: Final = 3
"""Linux tcp_tso_win_divisor: a third of the window is worth sending in any case."""


def defers(tcb: Tcb, unit: int, full: int, largest: int) -> bool:
    """Whether the ``unit`` octets at the head of the queue wait, with segments of ``full``
    octets and at most ``largest`` in one."""
    snd = tcb.snd
    if not tcb.settings.tso_defers or unit <= full or tcb.max_segment <= full:
        return False
    if snd.ca_state >= RECOVERY or snd.board.empty():
        return False
    if tcb.deferred == _news(tcb):
        return True
    if tcb.now - max(tcb.transmitted_at, snd.pace_until) >= MILLISECOND:
        return False
    room = snd.cc.cwnd - snd.in_flight
    limit = min(snd.usable, room)
    last = snd.snd_nxt + unit >= snd.buffer.end
    chunk = min(snd.snd_wnd, snd.cc.cwnd) // WINDOW_DIVISOR
    if limit >= min(largest, chunk) or (limit >= unit and not last):
        return False
    threshold = min(snd.rtt.srtt // 2, MILLISECOND)
    if snd.board.front().sent_at + snd.rtt.srtt - tcb.now >= threshold:
        return False  # the ACK will come too late for that
    if limit > unit and snd.fin_queued:
        return False
    tcb.deferred = _news(tcb)
    return True


def _news(tcb: Tcb) -> int:
    """Grows with what makes Linux look again beside an ACK: SEND and CLOSE. A timer or a
    RECEIVE does not."""
    return tcb.snd.buffer.end + int(tcb.snd.fin_queued)
