"""Taking back a reduction that proved wrong (RFC 3522, RFC 4015, RFC 3708).

A reduction of the congestion window remembers what was before. If it turns out
that what was sent again had not been lost (an echoed timestamp older than the
retransmission: Eifel; or D-SACKs for every retransmission), the window goes back.
All numbers are octets and absolute sequence numbers; TSvals are 32 bits.
"""

from typing import Final

from synfin.core.delivery import Delivery
from synfin.core.rack import RECOVERY_THRESHOLD
from synfin.core.sender import DISORDER, NO_STAMP, OPEN, Sender

MOST_REORDERING: Final = 300
"""Segments (Linux tcp_max_reordering)."""


def segments(snd: Sender, octets: int) -> int:
    """How many segments of the present size ``octets`` make."""
    return -(-octets // snd.cc.mss)


def begin(snd: Sender) -> None:
    """A reduction begins that losses caused: it may be undone later."""
    snd.undo_from = snd.snd_una
    left = segments(snd, snd.board.resent_octets)
    if snd.probe_end != NO_STAMP and snd.probe_resent:
        left += 1
    snd.undo_left = left or -1


def note_retransmission(snd: Sender, stamp: int, octets: int) -> None:
    """Text was sent again, with TSval ``stamp``."""
    if snd.resent_stamp == NO_STAMP:
        snd.resent_stamp = stamp
    snd.undo_left = max(snd.undo_left, 0) + segments(snd, octets)


def take_dsack(snd: Sender, end: int, count: int) -> None:
    """``count`` segments up to ``end`` arrived twice (RFC 3708 §2)."""
    if snd.undo_from != NO_STAMP and snd.undo_left > 0 and end > snd.undo_from:
        snd.undo_left = max(0, snd.undo_left - count)


def something_resent(snd: Sender) -> bool:
    """A retransmission may still be on its way, or stands at SND.UNA."""
    board = snd.board
    return board.resent_octets > 0 or (not board.empty() and board.front().transmissions > 1)


def only_delayed(snd: Sender, news: Delivery) -> bool:
    """What is acknowledged left before anything was sent again (RFC 3522 §3.2 step 4)."""
    if snd.resent_stamp == NO_STAMP:
        return snd.sack_ok or snd.snd_una < snd.recover
    if news.echo < 0:
        return False
    return (news.echo - snd.resent_stamp) & 0x80000000 != 0


def possible(snd: Sender, news: Delivery) -> bool:
    """The reduction under way was wrong, as far as this ACK shows."""
    if not snd.settings.undo or snd.undo_from == NO_STAMP:
        return False
    return snd.undo_left == 0 or only_delayed(snd, news)


def restore(snd: Sender, nothing_lost: bool, now: int) -> None:
    """Back to the window from before the reduction (RFC 4015 §3.2, without its pacing)."""
    if nothing_lost:
        snd.board.forget_losses()
        snd.retransmit_now = False
    if snd.undo_ssthresh:
        cc = snd.cc
        cc.cwnd = max(cc.cwnd, snd.undo_window)
        if snd.undo_ssthresh > cc.ssthresh:
            cc.ssthresh = snd.undo_ssthresh
            snd.cwr_due = False  # CWR would tell of a reduction that is none
        cc.on_undo(now)
    snd.undo_from = NO_STAMP
    snd.undone += 1
    snd.rack.advanced = True  # losses are looked for afresh


def at_end_of_recovery(snd: Sender, news: Delivery) -> bool:
    """All that was outstanding is acknowledged. True: stay, because without SACK
    duplicates of just this number may still come (RFC 6582 §4)."""
    if possible(snd, news):
        restore(snd, False, news.now)
    elif snd.rack.window_persists:
        snd.rack.window_persists -= 1
    if _must_stay(snd):
        return True
    snd.ca_state = OPEN
    return False


def _must_stay(snd: Sender) -> bool:
    """Without SACK wait for something above ``recover``: lest duplicates of our own
    making look like a loss (RFC 6582 §4.1)."""
    if snd.sack_ok or not snd.settings.stays_in_recovery or snd.snd_una != snd.recover:
        return False
    if not something_resent(snd):
        snd.resent_stamp = NO_STAMP
    return True


def at_partial_ack(snd: Sender, news: Delivery) -> bool:
    """In recovery SND.UNA moved, by text that was only late? True: nothing more to do."""
    if not snd.settings.undo or snd.undo_from == NO_STAMP or not only_delayed(snd, news):
        return False
    note_reordering(snd, news.prior_una)
    if snd.board.resent_octets:
        # Undo when the retransmissions are through; nothing more is sent until then.
        return True
    if not something_resent(snd):
        snd.resent_stamp = NO_STAMP
    restore(snd, True, news.now)
    keep_open(snd)
    return False


def by_dsack(snd: Sender, now: int) -> bool:
    """Every retransmission was reported as received twice (RFC 3708 §2)."""
    if not snd.settings.undo or snd.undo_from == NO_STAMP or snd.undo_left != 0:
        return False
    rack = snd.rack
    rack.window_persists = min(RECOVERY_THRESHOLD, rack.window_persists + 1)
    restore(snd, False, now)
    return True


def after_timeout(snd: Sender, news: Delivery, spurious: bool) -> bool:
    """In LOSS: the timeout was ``spurious`` by F-RTO, or shows so by timestamp or D-SACK."""
    if not spurious and not possible(snd, news):
        return False
    restore(snd, True, news.now)
    snd.timeouts = 0
    if _must_stay(snd):
        return True
    if spurious or snd.sack_ok:
        snd.ca_state = OPEN
    return True


def keep_open(snd: Sender) -> None:
    """OPEN, unless something is SACKed, lost or sent again: then DISORDER."""
    board = snd.board
    left = board.sacked_octets or board.lost_octets or snd.unsacked_duplicates
    state = DISORDER if left or something_resent(snd) else OPEN
    if snd.ca_state != state:
        snd.ca_state = state
        snd.recover = snd.snd_nxt


def note_reordering(snd: Sender, low: int) -> None:
    """Text at ``low`` arrived after text above it that never was sent again."""
    if low >= snd.fack:
        return
    distance = segments(snd, snd.fack - low)
    if distance > snd.reordering:
        snd.reordering = min(distance, MOST_REORDERING)
    snd.rack.reordering_seen += 1
