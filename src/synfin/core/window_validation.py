"""Whether the congestion window may grow, and what becomes of one that is not used.

RFC 5681 §3.1 and §4.1, RFC 2861, RFC 7661: a window that was never full says nothing
about the path. Linux's rules and the RFC's are switches.
"""

from synfin.core.delivery import Delivery
from synfin.core.sender import OPEN, RECOVERY, REDUCED, Sender


def current_ssthresh(snd: Sender) -> int:
    """What slow start may return to: three quarters of the window, at least (RFC 2861)."""
    cc = snd.cc
    if snd.ca_state in (REDUCED, RECOVERY):
        return cc.ssthresh
    return max(cc.ssthresh, cc.cwnd // 2 + cc.cwnd // 4)


def window_limited(snd: Sender, news: Delivery) -> bool:
    """The window was what held us back, so it may grow (RFC 7661 §4; RFC 9438 §4.1)."""
    cc = snd.cc
    if snd.settings.window_validation:
        return _was_filled(snd)
    flight = snd.in_flight + news.acked
    if cc.cwnd < cc.ssthresh:
        return cc.cwnd < 2 * flight
    return flight + cc.mss >= cc.cwnd


def _was_filled(snd: Sender) -> bool:
    """Linux tcp_is_cwnd_limited(): full once in this flight; in slow start half of it does."""
    cc = snd.cc
    return snd.window_was_full or (cc.cwnd < cc.ssthresh and cc.cwnd < 2 * snd.most_out)


def validate_window(snd: Sender, limited: bool, now: int) -> None:
    """Text was sent, or could not be for the window's sake (Linux tcp_cwnd_validate())."""
    if not snd.settings.window_validation:
        return
    out = snd.board.flight_octets
    fresh = snd.snd_una >= snd.window_checked_at
    if fresh or limited or (not snd.window_was_full and out > snd.most_out):
        snd.window_was_full = limited
        snd.most_out = out
        snd.window_checked_at = snd.snd_nxt
    if _was_filled(snd):
        snd.window_used = 0
        snd.window_used_at = now
        return
    snd.window_used = max(snd.window_used, out)
    if snd.settings.restart_after_idle and now - snd.window_used_at >= snd.rtt.rto:
        _give_up_unused(snd)
        snd.window_used_at = now


def _give_up_unused(snd: Sender) -> None:
    """RFC 2861 §3.1: half of what was not used in an RTO, never below the initial window."""
    cc = snd.cc
    used = max(snd.window_used, cc.initial)
    if snd.ca_state == OPEN and used < cc.cwnd and not snd.write_blocked:
        cc.ssthresh = current_ssthresh(snd)
        cc.cwnd = (cc.cwnd + used) // 2
        cc.cwnd -= cc.cwnd % cc.mss if snd.settings.count_segments else 0
    snd.window_used = 0


def after_idle(snd: Sender, now: int) -> None:
    """Nothing was outstanding: an old window says little (RFC 5681 §4.1)."""
    idle = now - snd.last_sent_at
    cc = snd.cc
    if idle <= snd.rtt.rto or not snd.settings.restart_after_idle:
        return
    if not snd.settings.idle_halves:
        cc.cwnd = min(cc.cwnd, cc.initial)
        return
    cc.ssthresh = current_ssthresh(snd)
    least = min(cc.initial, cc.cwnd)
    segments = cc.cwnd // cc.mss
    idle -= snd.rtt.rto
    while idle > 0 and segments * cc.mss > least:
        segments //= 2
        idle -= snd.rtt.rto
    cc.cwnd = max(segments * cc.mss, least)
    snd.window_used = 0
    snd.window_used_at = now
