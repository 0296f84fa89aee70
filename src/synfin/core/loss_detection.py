"""What counts as lost: by duplicates (RFC 5681), by SACK (RFC 6675) or by time (RFC 8985)."""

from synfin.core.delivery import Delivery
from synfin.core.sender import RECOVERY, Sender
from synfin.core.timers import REORDER, TICK


def identify(snd: Sender, news: Delivery, now: int) -> None:
    """Mark what this ACK (or the passing of time) shows to be lost."""
    if snd.board.empty():
        return
    if not snd.sack_ok:
        _by_duplicates(snd, news)
    elif snd.settings.rack:
        _by_time(snd, news, now)
    else:
        _by_sack(snd, news)


def time_to_recover(snd: Sender) -> bool:
    """Something is deemed lost that no recovery has dealt with."""
    return snd.board.lost_octets > 0


def _by_duplicates(snd: Sender, news: Delivery) -> None:
    """Three duplicates (RFC 5681 §3.2), or a partial ACK in recovery (RFC 6582 §3.2)."""
    starts = snd.ca_state < RECOVERY and snd.dupacks >= snd.settings.reordering_threshold
    if starts and snd.snd_una <= snd.loss_point and not snd.settings.stays_in_recovery:
        return  # RFC 6582 §3.2 step 2; Linux stays in recovery instead
    partial = snd.ca_state == RECOVERY and news.advanced
    if starts or partial:
        news.lost += snd.board.mark_front_lost(snd.cc.mss)
        if partial and not snd.settings.prr:
            snd.retransmit_now = True


def _by_time(snd: Sender, news: Delivery, now: int) -> None:
    """RACK; where reordering may still explain a hole, a timer waits for it."""
    rack = snd.rack
    if not rack.advanced:
        return
    rack.advanced = False
    many = snd.board.sacked_octets >= snd.reordering * snd.cc.mss
    window = rack.window(snd.ca_state >= RECOVERY, many, snd.rtt.min_rtt, snd.rtt.srtt)
    wait = rack.detect(snd.board, window, now, news)
    if wait:
        snd.timers.watch(REORDER, now + min(wait + TICK, snd.rtt.rto))
        news.restart_timer = False


def _by_sack(snd: Sender, news: Delivery) -> None:
    """RFC 6675 §5: three duplicates make the front lost, a partial ACK the new front; for
    the rest IsLost() is asked, whose answer only a new SACK can change."""
    board = snd.board
    recovering = snd.ca_state == RECOVERY
    enough = snd.dupacks >= snd.settings.reordering_threshold
    if snd.ca_state > RECOVERY:
        return
    again = news.advanced and board.front().transmissions == 1
    if again if recovering else enough:
        news.lost += board.mark_front_lost(snd.cc.mss)
    if news.sacked:
        _mark_below_sacked(snd, news)


def _mark_below_sacked(snd: Sender, news: Delivery) -> None:
    """RFC 6675 §4 IsLost(): DupThresh separate SACKed stretches above, or more than
    DupThresh - 1 segments. From the highest SACK down to where all is settled."""
    board = snd.board
    enough = snd.settings.reordering_threshold
    above = stretches = 0
    settled = board.settled
    index = board.index_at(board.highest_sacked)
    while index > board.head:
        index -= 1
        sent = board.ranges[index]
        if sent.end <= settled:
            return
        if sent.sacked:
            above += sent.cost
            stretches += 1
        elif stretches >= enough or above > (enough - 1) * snd.cc.mss:
            board.settled = max(board.settled, sent.end)
            if sent.transmissions == 1:
                news.lost += board.mark_lost(index)


def mark_after_timeout(snd: Sender, now: int, reneged: bool) -> None:
    """RFC 6298 §5.4: what is outstanding is lost; by RACK only what was sent long enough
    ago (RFC 8985 §6.3), and the front in any case. A peer that ``reneged`` has none of it."""
    board = snd.board
    if reneged or not snd.settings.rack or not snd.sack_ok:
        board.mark_all_lost()
        return
    for index in range(board.head, len(board.ranges)):
        sent = board.ranges[index]
        recent = snd.rack.rtt > now - sent.sent_at
        if index == board.head or not recent:
            board.mark_lost(index)
    board.first_lost = board.head


def mark_next_candidate(snd: Sender) -> bool:
    """RFC 6675 §4 NextSeg(): nothing is known to be lost and there is nothing new, so mark
    what stands below the highest SACK and was not sent again (rule 3), or, once in a
    recovery, the last segment (rule 4, the rescue retransmission)."""
    board = snd.board
    if not snd.sack_ok or board.empty():
        return False
    for index in range(board.index_at(board.settled), len(board.ranges)):
        sent = board.ranges[index]
        if sent.start >= board.highest_sacked:
            break
        if not sent.sacked and sent.transmissions == 1:
            return board.mark_lost(index) > 0
    if snd.snd_una <= snd.rescued:
        return False
    snd.rescued = snd.recover
    last = len(board.ranges) - 1
    sent = board.ranges[last]
    if sent.end - sent.start > snd.cc.mss:
        board.split(last, sent.end - snd.cc.mss)
        last += 1
    return board.mark_lost(last) > 0
