"""Pacing, and how large a segment for the device to cut may be.

No RFC asks for either; both follow Linux: tcp_update_pacing_rate(),
tcp_update_skb_after_send(), tcp_tso_autosize(). A sender that paces spreads its
window over the round trip; one that does not still sizes its large segments so
that each takes about a millisecond of that rate. Rates are octets per second.
"""

from typing import Final

from synfin.core.sender import Sender
from synfin.core.settings import MICROSECOND, SECOND

UNPACED_SEGMENTS: Final = 10
"""The first segments of a connection leave unpaced: the initial window."""


def update_rate(snd: Sender) -> None:
    """The window per round trip, times two in slow start and 1.2 later; an ACK has come."""
    srtt = snd.rtt.srtt
    if srtt == 0:
        return
    cc = snd.cc
    settings = snd.settings
    early = cc.cwnd < cc.ssthresh // 2
    percent = settings.pacing_ss_percent if early else settings.pacing_ca_percent
    window = max(cc.cwnd, snd.board.flight_octets)
    rate = window * percent * SECOND // (100 * srtt)
    limit = snd.max_pacing_rate
    snd.pacing_rate = min(rate, limit) if limit else rate


def largest(snd: Sender, full: int, most: int) -> int:
    """Octets of one large segment of whole ``full`` ones, at most ``most``: a millisecond's
    worth, more where the path is short, so that a few packets are always on their way. No
    more than half of the congestion window, so that two are (Linux tcp_cwnd_test())."""
    if not snd.settings.tso_autosize:
        return most
    most = min(most, max(snd.cc.cwnd // snd.cc.mss // 2, 1) * full)
    if snd.pacing_rate == 0:
        return most
    octets = snd.pacing_rate >> 10
    shift = (snd.rtt.min_rtt // MICROSECOND) >> 9
    if shift < 32:
        octets += most >> shift
    segments = max(min(octets, most) // full, snd.settings.min_tso_segments)
    return min(segments * full, most)


def must_wait(snd: Sender, now: int) -> bool:
    """The next segment's time has not come."""
    return snd.paces and snd.pace_until > now


def sent(snd: Sender, octets: int, segments: int, now: int) -> None:
    """``octets`` of text left at ``now``: when the next may. Time lost to a late timer is
    made good by up to half a gap."""
    snd.text_segments += segments
    if not snd.paces:
        return
    start = max(now, snd.pace_until)
    rate = snd.pacing_rate or snd.max_pacing_rate
    gap = 0
    if rate and snd.text_segments >= UNPACED_SEGMENTS:
        gap = octets * SECOND // rate
        gap -= min(gap // 2, start - snd.pace_until)
    snd.pace_until = start + gap
