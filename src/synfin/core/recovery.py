"""Recovery from loss: what an ACK or an expired timer changes (RFC 5681 §3.2).

The states are those of :mod:`synfin.core.sender`: OPEN, DISORDER, REDUCED,
RECOVERY, LOSS. How a loss is told is one of three rules: three duplicate ACKs
(RFC 5681, RFC 6582), what SACK reports (RFC 6675), or time (RFC 8985); how the
window then falls, one of two: at once, or in proportion (RFC 9937). The order of
steps is that of Linux's tcp_fastretrans_alert(), which all of these fit into.
"""

from synfin.core import loss_probe, pacing, undo
from synfin.core.delivery import NOTHING, UNSEEN, Delivery
from synfin.core.loss_detection import identify, mark_after_timeout, time_to_recover
from synfin.core.sender import (
    DISORDER,
    LOSS,
    NO_STAMP,
    OPEN,
    RECOVERY,
    REDUCED,
    Sender,
)
from synfin.core.timers import REORDER, RETRANSMIT
from synfin.core.window_validation import current_ssthresh, window_limited


# -- SND.UNA moves (§3.10.7.4 fifth) -------------------------------------------------------
def advance(snd: Sender, ack: int, echo_rtt: int, now: int) -> None:
    """SND.UNA < ``ack`` <= SND.NXT: the queue, RTT and RTO follow.

    ``echo_rtt`` is a timestamp measurement in ns, or -1.
    """
    news = snd.news
    news.advanced = True
    snd.board.acknowledge(ack, news)
    snd.snd_una = ack
    if snd.snd_nxt < ack:
        snd.snd_nxt = ack
    snd.buffer.release(ack)
    snd.probes = 0
    snd.dupacks = 0
    snd.limited_octets = 0
    _measure(snd, news, echo_rtt)
    snd.timeouts = 0
    snd.first_retransmit_at = 0
    news.restart_timer = news.whole or not snd.settings.part_acked_waits_on


def _measure(snd: Sender, news: Delivery, echo_rtt: int) -> None:
    """RFC 6298 §3: text sent once is measured, else timestamps tell; Karn forbids the rest.
    With RACK what was SACKed is measured, too (RFC 8985 §6.2)."""
    sample = latest = echo_rtt
    if news.oldest_acked != NOTHING and not news.resent:
        sample = news.now - news.oldest_acked
        latest = news.now - news.newest_acked
    elif news.oldest_sacked != NOTHING and snd.settings.rack:
        sample = news.now - news.oldest_sacked
        latest = news.now - news.newest_sacked
    snd.last_sample = sample
    if sample >= 0:
        snd.rtt.sample(sample, latest, snd.snd_una, snd.snd_nxt)
        if news.prior_una > snd.iss:  # a SYN's round trip is no round of text
            snd.cc.on_rtt(latest, snd.snd_una, snd.snd_nxt, news.now)


def _measure_sacked(snd: Sender, news: Delivery) -> None:
    """SND.UNA stands, but what was SACKed gives a sample. If that left before the front was
    last sent, the front begins to wait anew (Linux tcp_clean_rtx_queue())."""
    _measure(snd, news, -1)
    board = snd.board
    if not board.empty() and snd.last_sample > news.now - board.front().sent_at:
        news.restart_timer = True


# -- an ACK has been read ------------------------------------------------------------------
def react(snd: Sender, news: Delivery) -> None:
    """Everything an ACK means for recovery, timers and the congestion window."""
    before = snd.ca_state
    if news.oldest_sacked != NOTHING and not news.advanced and snd.settings.rack:
        _measure_sacked(snd, news)
    delivered = news.acked + news.sacked
    if not snd.sack_ok:
        delivered = _count_duplicates(snd, news)
    else:
        delivered += news.duplicate_text * snd.cc.mss
        _note_reordering(snd, news)
    snd.delivered += delivered
    if snd.settings.rack and snd.sack_ok:
        snd.rack.take(news)
        snd.rack.widen(news.now, news.latest_sent)
    if snd.probe_end != NO_STAMP and loss_probe.take_ack(snd, news):
        _reduce_after_probe(snd, news)
    if snd.ca_state != OPEN or news.duplicate or news.sacked or news.dsack or news.congestion_echo:
        _alert(snd, news)
    if news.restart_timer:
        _restart_timer(snd, news.now)
    _steer_window(snd, news, delivered, before)
    pacing.update_rate(snd)


def _restart_timer(snd: Sender, now: int) -> None:
    if not loss_probe.schedule(snd, now, True):
        snd.arm(now)


def _count_duplicates(snd: Sender, news: Delivery) -> int:
    """Without SACK each duplicate stands for one segment that left the network; returns
    the octets that this ACK shows delivered (RFC 9937 §6 for such flows)."""
    mss = snd.cc.mss
    waiting = snd.unsacked_duplicates
    if news.advanced:
        # One segment filled the hole; the rest was counted by its duplicates.
        snd.unsacked_duplicates = max(0, waiting - max(0, news.acked - mss))
        return max(news.acked - waiting, min(news.acked, mss))
    return 0


def _add_duplicate(snd: Sender, news: Delivery) -> None:
    """RFC 3042 without SACK: the duplicate's segment is out of the network."""
    if snd.sack_ok or not news.duplicate or not snd.settings.limited_transmit:
        return
    board = snd.board
    holes = max(board.lost_octets, snd.cc.mss)
    most = max(0, board.flight_octets - holes)
    snd.unsacked_duplicates = min(snd.unsacked_duplicates + snd.cc.mss, most)


def _note_reordering(snd: Sender, news: Delivery) -> None:
    """Text sent once arrived from below the highest SACK: the network reorders."""
    low = news.lowest_original
    if low < UNSEEN:
        if snd.ca_state != LOSS or snd.undo_from != NO_STAMP:
            undo.note_reordering(snd, low)


def _reduce_after_probe(snd: Sender, news: Delivery) -> None:
    """RFC 8985 §7.4.2: the probe repaired a loss: congestion control hears of it."""
    begin_reduction(snd, _flight(snd), news.now)
    snd.ca_state = REDUCED
    end_reduction(snd)
    undo.keep_open(snd)


def _alert(snd: Sender, news: Delivery) -> None:
    """Duplicates, SACKs, ECN, or recovery under way."""
    if news.congestion_echo:
        snd.undo_ssthresh = 0
    if _reneged(snd, news):
        return
    if snd.ca_state == OPEN:
        if not snd.board.resent_octets:
            snd.resent_stamp = NO_STAMP
    elif snd.snd_una >= snd.recover and _all_acknowledged(snd, news):
        return
    if snd.ca_state == RECOVERY:
        _in_recovery(snd, news)
    elif snd.ca_state == LOSS:
        _in_loss(snd, news)
    else:
        _outside_recovery(snd, news)


def _reneged(snd: Sender, news: Delivery) -> bool:
    """RFC 2018 §8: what was SACKed stands at SND.UNA: the peer threw it away."""
    board = snd.board
    if not news.advanced or board.empty() or not board.front().sacked:
        return False
    # Perhaps an ACK that is on its way says otherwise: half a round trip, then the timer.
    wait = max(snd.rtt.srtt // 2, 10_000_000)
    snd.timers.watch(RETRANSMIT, news.now + wait)
    news.restart_timer = False
    return True


def _all_acknowledged(snd: Sender, news: Delivery) -> bool:
    """Everything outstanding when the state began is acknowledged; True ends it here."""
    if snd.ca_state == REDUCED:
        if snd.snd_una > snd.recover:
            end_reduction(snd)
            snd.ca_state = OPEN
    elif snd.ca_state == RECOVERY:
        snd.unsacked_duplicates = 0
        if undo.at_end_of_recovery(snd, news):
            return True
        end_reduction(snd)
    return False


def _in_recovery(snd: Sender, news: Delivery) -> None:
    if not news.advanced:
        if not _inflates(snd):
            _add_duplicate(snd, news)
        elif news.duplicate:
            snd.cc.cwnd += snd.cc.mss
    else:
        if undo.at_partial_ack(snd, news):
            return
        if _inflates(snd):
            _deflate(snd, news)
    if undo.by_dsack(snd, news.now):
        _try_to_open(snd, news)
    identify(snd, news, news.now)
    if snd.ca_state != RECOVERY and time_to_recover(snd):
        _enter_recovery(snd, news)


def _deflate(snd: Sender, news: Delivery) -> None:
    """RFC 6582 §3.2 step 3, partial acknowledgment."""
    cc = snd.cc
    acked = snd.snd_una - news.prior_una
    cc.cwnd = max(cc.cwnd - acked, cc.mss)
    if acked >= cc.mss:
        cc.cwnd += cc.mss


def _in_loss(snd: Sender, news: Delivery) -> None:
    _after_timeout(snd, news)
    identify(snd, news, news.now)
    if snd.ca_state == OPEN or news.lost_again:
        if time_to_recover(snd):
            _enter_recovery(snd, news)
        else:
            _try_to_open(snd, news)


def _after_timeout(snd: Sender, news: Delivery) -> None:
    """LOSS: undone, recovered, or F-RTO still asks (RFC 5682 §3.1)."""
    recovered = snd.snd_una >= snd.recover
    snd.frto_new_text = False
    if news.advanced and undo.after_timeout(snd, news, False):
        return
    if snd.frto and _frto(snd, news, recovered):
        return
    if recovered:
        if not undo.at_end_of_recovery(snd, news):
            snd.unsacked_duplicates = 0
        return
    if not snd.sack_ok:
        if news.duplicate and snd.snd_nxt > snd.recover:
            _add_duplicate(snd, news)
        elif news.advanced:
            snd.unsacked_duplicates = 0


def _frto(snd: Sender, news: Delivery, recovered: bool) -> bool:
    """RFC 5682 §3.1, with SACK where there is: True if that decides what follows."""
    certain = snd.sack_ok or not news.resent
    if news.original and certain and undo.after_timeout(snd, news, True):
        return True  # step 3b: text that was sent once has arrived, and, where no SACK can
        # tell (Linux tcp_clean_rtx_queue()), nothing beside it that was sent again
    if snd.snd_nxt > snd.recover:
        if news.sacked or news.duplicate:
            snd.frto = False  # step 3a: the loss was real
    elif news.advanced and not recovered:
        snd.recover = snd.snd_nxt
        if (snd.unsent > 0 or snd.fin_unsent) and snd.usable > 0:
            snd.frto_new_text = True  # step 2b
            return True
        snd.frto = False
    return False


def _outside_recovery(snd: Sender, news: Delivery) -> None:
    if news.advanced:
        snd.unsacked_duplicates = 0
    _add_duplicate(snd, news)
    if snd.ca_state <= DISORDER:
        undo.by_dsack(snd, news.now)
    identify(snd, news, news.now)
    if time_to_recover(snd):
        _enter_recovery(snd, news)
    else:
        _try_to_open(snd, news)


def _try_to_open(snd: Sender, news: Delivery) -> None:
    if not undo.something_resent(snd):
        snd.resent_stamp = NO_STAMP
    if news.congestion_echo:
        congestion_experienced(snd, news.now)
    if snd.ca_state != REDUCED:
        undo.keep_open(snd)


# -- reductions ------------------------------------------------------------------------------
def congestion_experienced(snd: Sender, now: int) -> None:
    """The peer echoes CE: at most one reduction in a round trip (RFC 3168 §6.1.2)."""
    snd.undo_ssthresh = 0
    if snd.ca_state < REDUCED:
        snd.undo_from = NO_STAMP
        begin_reduction(snd, snd.cc.cwnd, now)
        snd.ca_state = REDUCED
        snd.echo_reductions += 1


def begin_reduction(snd: Sender, flight: int, now: int) -> None:
    """The window is to fall to a new ssthresh, at once or by PRR."""
    cc = snd.cc
    snd.recover = snd.snd_max
    snd.probe_end = NO_STAMP
    snd.undo_window = cc.cwnd
    snd.prr.begin(cc.cwnd)
    cc.ssthresh = cc.ssthresh_after_loss(flight, now)
    snd.cwr_due = True
    if not snd.settings.prr:
        cc.cwnd = max(cc.ssthresh, cc.mss)


def _flight(snd: Sender) -> int:
    """FlightSize, without what limited transmit sent beyond the window (RFC 5681 §3.2
    step 2)."""
    return snd.snd_nxt - snd.snd_una - snd.limited_octets


def end_reduction(snd: Sender) -> None:
    """The reduction is through: cwnd = ssthresh (RFC 9937 §6.2, RFC 6582 §3.2 step 3)."""
    cc = snd.cc
    if snd.settings.prr:
        if snd.ca_state == REDUCED or snd.undo_from != NO_STAMP:
            cc.cwnd = cc.ssthresh
    elif not snd.sack_ok and snd.ca_state != REDUCED:
        flight = snd.snd_nxt - snd.snd_una
        cc.cwnd = min(cc.ssthresh, max(flight, cc.mss) + cc.mss)


def _enter_recovery(snd: Sender, news: Delivery) -> None:
    """RFC 5681 §3.2 step 2, RFC 6675 §5 step 4."""
    prior = current_ssthresh(snd)
    snd.undo_ssthresh = 0
    undo.begin(snd)
    if snd.ca_state != REDUCED:
        begin_reduction(snd, _flight(snd), news.now)
        if not news.congestion_echo:
            snd.undo_ssthresh = prior
        if _inflates(snd):
            snd.unsacked_duplicates = 0
            snd.cc.cwnd += 3 * snd.cc.mss
    snd.ca_state = RECOVERY
    snd.loss_point = snd.snd_max
    if not snd.settings.prr:
        snd.retransmit_now = True


def _inflates(snd: Sender) -> bool:
    """RFC 5681 §3.2 steps 3 and 4: without SACK duplicates inflate the window itself."""
    return not snd.sack_ok and not snd.settings.prr


# -- the congestion window -----------------------------------------------------------------------
def _steer_window(snd: Sender, news: Delivery, delivered: int, before: int) -> None:
    """Shrink in recovery, grow outside it."""
    cc = snd.cc
    if snd.ca_state in (REDUCED, RECOVERY):
        if snd.settings.prr:
            window = snd.prr.window(snd.in_flight, cc.ssthresh, delivered, news, cc.mss)
            if window >= 0:
                cc.cwnd = max(window, cc.mss)
        return
    if before == RECOVERY and not snd.settings.prr:
        return  # the ACK that ended it has set the window
    progress = news.acked > 0
    if snd.reordering > snd.settings.reordering_threshold:
        progress = delivered > 0
    if progress:
        cc.on_ack(delivered, window_limited(snd, news), news.now)


# -- timers ------------------------------------------------------------------------------------
def timed_out(snd: Sender, now: int, back_off: bool) -> None:
    """RFC 6298 §5.4-5.6, RFC 5681 §3.1 equation 4: all that is outstanding is due again,
    one segment first."""
    cc = snd.cc
    board = snd.board
    first = snd.timeouts == 0
    fresh = snd.ca_state < RECOVERY
    mark_after_timeout(snd, now, _reset_sacks_where_needed(snd))
    snd.unsacked_duplicates = 0
    if _lowers_ssthresh(snd, first):
        snd.undo_ssthresh = current_ssthresh(snd)
        snd.undo_window = cc.cwnd
        cc.ssthresh = cc.ssthresh_after_loss(snd.snd_nxt - snd.snd_una, now)
        undo.begin(snd)
    snd.cwr_due = True
    cc.on_timeout(now)
    cc.cwnd = cc.mss + snd.in_flight  # RACK may leave what was sent of late in flight
    least = snd.settings.reordering_threshold
    if snd.ca_state <= DISORDER and board.sacked_octets >= least * cc.mss:
        snd.reordering = min(snd.reordering, least)
    snd.frto = snd.settings.frto and (fresh or not first)
    snd.frto_new_text = False
    snd.timeouts += 1
    if snd.first_retransmit_at == 0:
        snd.first_retransmit_at = now
    snd.ca_state = LOSS
    snd.recover = snd.loss_point = snd.snd_max
    snd.probe_end = NO_STAMP
    snd.probe_tail_due = False
    snd.dupacks = 0
    snd.retransmit_now = True
    if back_off:
        snd.rtt.back_off()
    snd.timers.watch(RETRANSMIT, now + snd.rtt.rto)


def _lowers_ssthresh(snd: Sender, first: bool) -> bool:
    """Whether this timeout, the ``first`` for the segment at SND.UNA or not, tells of
    congestion that no reduction has dealt with yet."""
    if not snd.settings.one_reduction_per_window:
        return first
    spared = snd.ca_state > DISORDER and snd.recover > snd.snd_una
    return not spared or (snd.ca_state == LOSS and first)


def _reset_sacks_where_needed(snd: Sender) -> bool:
    """True if the peer reneged (RFC 2018 §8)."""
    board = snd.board
    if board.empty() or not board.front().sacked:
        return False
    board.forget_sacks()
    return True


def reorder_timeout(snd: Sender, now: int) -> bool:
    """RFC 8985 §6.2 step 5: the reordering window has passed; True if that told of a loss."""
    news = snd.news
    news.begin(now, snd.snd_una, snd.recover, snd.fack)
    in_flight = snd.in_flight
    snd.rack.advanced = True
    identify(snd, news, now)
    told = snd.in_flight != in_flight
    if told and snd.ca_state != RECOVERY:
        _enter_recovery(snd, news)
        if snd.settings.prr:
            cc = snd.cc
            cc.cwnd = max(snd.prr.window(snd.in_flight, cc.ssthresh, cc.mss, news, cc.mss), cc.mss)
    if not snd.timers.running(REORDER) and not snd.board.empty():
        snd.take_over(now)
    return told
