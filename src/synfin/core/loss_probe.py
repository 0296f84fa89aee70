"""Tail loss probe (RFC 8985 §7): two round trips of silence, and one segment asks.

When the last segments of a flight are lost no ACK tells of it; without a probe
only the retransmission timeout would. Times are ns.
"""

from synfin.core.delivery import Delivery
from synfin.core.sender import NO_STAMP, OPEN, REDUCED, Sender
from synfin.core.timers import LOSS_PROBE, TICK


def schedule(snd: Sender, now: int, advancing: bool) -> bool:
    """§7.2: start the probe timer where it applies; True if it runs now.

    ``advancing``: an ACK restarts the wait, so the RTO to compare with starts now.
    """
    if not snd.settings.tail_loss_probe or not snd.sack_ok or snd.board.empty():
        return False
    if snd.ca_state != OPEN and snd.ca_state != REDUCED:
        return False
    rtt = snd.rtt
    if rtt.srtt:
        wait = 2 * rtt.srtt
        # A lone segment's ACK may be delayed (WCDelAckT).
        lone = snd.board.flight_octets <= snd.cc.mss
        wait += snd.settings.min_rto_ns if lone else TICK
    else:
        wait = snd.settings.initial_rto_ns
    timeout = rtt.rto if advancing else snd.board.front().sent_at + rtt.rto - now
    if timeout > 0:
        wait = min(wait, timeout)
    snd.timers.watch(LOSS_PROBE, now + wait)
    return True


def expired(snd: Sender, now: int) -> None:
    """§7.3: a probe is due, unless one is still unanswered."""
    if snd.board.empty():
        return
    if snd.probe_end != NO_STAMP:
        snd.take_over(now)
        return
    snd.probe_tail_due = True


def sent(snd: Sender, again: bool, now: int) -> None:
    """The probe left, as new text or ``again``; the retransmission timer takes over."""
    snd.probe_end = snd.snd_nxt
    snd.probe_resent = again
    snd.arm(now)


def take_ack(snd: Sender, news: Delivery) -> bool:
    """§7.4: True if the ACK shows that the probe repaired a loss: the window must fall."""
    if snd.snd_una < snd.probe_end:
        return False
    if not snd.probe_resent or news.dsack_of_probe:
        snd.probe_end = NO_STAMP
        return False
    if snd.snd_una > snd.probe_end:
        snd.probe_end = NO_STAMP
        return True
    if not (news.advanced or news.sacked or not news.duplicate):
        snd.probe_end = NO_STAMP  # original and probe have both arrived
    return False
