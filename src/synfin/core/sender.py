"""The send side's variables: SND.UNA, SND.NXT, SND.WND and what is outstanding.

RFC 9293 §3.3.1 names the variables, §3.8.6 the window, RFC 6298 the timer.
:mod:`synfin.core.recovery` acts on them when an ACK arrives or a timer expires,
:mod:`synfin.core.send_text` when text may go. Nothing here reads the receive side.
"""

from typing import Final

from synfin.core.congestion import CongestionControl
from synfin.core.controllers import make_congestion_control
from synfin.core.delivery import NOTHING, Delivery
from synfin.core.interpreted import mypyc_attr
from synfin.core.prr import Prr
from synfin.core.rack import Rack
from synfin.core.rtt import RttEstimator
from synfin.core.scoreboard import Scoreboard
from synfin.core.sendbuffer import SendBuffer
from synfin.core.settings import Settings
from synfin.core.timers import LOSS_PROBE, NEVER, REORDER, RETRANSMIT, Timers

# Where recovery stands (the names are those of Linux's tcp_ca_state).
OPEN: Final = 0
"""Nothing is amiss."""
DISORDER: Final = 1
"""Duplicate ACKs or SACKs have come; nothing is deemed lost."""
REDUCED: Final = 2
"""The window is falling because of ECN's echo or a probe for tail loss (CWR)."""
RECOVERY: Final = 3
"""Fast recovery (RFC 5681 §3.2)."""
LOSS: Final = 4
"""After a retransmission timeout, until what was outstanding is acknowledged."""

NO_STAMP: Final = -1


DUPLICATE_THRESHOLD: Final = 3
"""RFC 5681 §3.2, RFC 6675 DupThresh."""


@mypyc_attr(acyclic=True)
class Sender:
    """The send sequence space of one connection, absolute numbers, octets."""

    def __init__(self, settings: Settings, iss: int, timers: Timers) -> None:
        self.iss: int = iss
        self.snd_una: int = iss
        self.snd_nxt: int = iss
        self.snd_max: int = iss
        """Highest SND.NXT so far: what an ACK may lawfully cover."""
        self.snd_wnd: int = 0
        self.snd_wl1: int = 0
        self.snd_wl2: int = 0
        self.snd_up: int = -1
        self.small_end: int = iss
        """Where the last small segment ended (Linux snd_sml)."""
        self.max_window: int = 0
        """Largest window the peer has offered (§3.8.6.2.1; RFC 5961 §5.2)."""
        self.scale: int = 0
        """Shift of the windows we receive (RFC 7323 §2.3)."""
        self.mss: int = 536
        """Eff.snd.MSS before options are taken off (§3.7.1)."""
        self.buffer: SendBuffer = SendBuffer(iss + 1)
        self.buffer_size: int = settings.send_buffer
        self.board: Scoreboard = Scoreboard()
        self.timers: Timers = timers
        self.rtt: RttEstimator = RttEstimator(settings)
        self.cc: CongestionControl = make_congestion_control(
            settings.congestion_control, 536, settings
        )
        self.initial_segments: int = settings.initial_window_segments
        self.fin_queued: bool = False
        """CLOSE was called; the FIN's number is ``buffer.end``."""
        self.sack_ok: bool = False
        self.settings: Settings = settings
        self.news: Delivery = Delivery()

        # Recovery from loss
        self.ca_state: int = OPEN
        self.dupacks: int = 0
        """Duplicate ACKs since SND.UNA last moved."""
        self.recover: int = iss
        """RFC 6582 §3.2, RFC 6675 RecoveryPoint: what ends the recovery when acknowledged."""
        self.limited_octets: int = 0
        """Sent because of duplicate ACKs before recovery began (RFC 3042)."""
        self.loss_point: int = iss
        """SND.NXT when the last loss was told: duplicates for this number or less come of what
        was sent again (RFC 6582 §3.2 steps 2 and 4; ``recover`` moves for other reasons, too)."""
        self.rescued: int = iss
        """RescueRxt of RFC 6675 §4: the rescue retransmission of this recovery is used up."""
        self.unsacked_duplicates: int = 0
        """Without SACK: octets that duplicate ACKs say have left the network."""
        self.retransmit_now: bool = False
        """The first lost range goes out whatever the congestion window says."""
        self.cwr_due: bool = False
        """The window became smaller: the first new text says so (RFC 3168 §6.1.2)."""
        self.echo_reductions: int = 0
        """How often ECN's echo made it smaller."""
        self.reordering: int = DUPLICATE_THRESHOLD
        """How many segments may overtake one before it counts as lost."""
        self.rack: Rack = Rack()
        self.prr: Prr = Prr()
        self.frto: bool = False
        """RFC 5682: whether the timeout was spurious is still being found out."""
        self.frto_new_text: bool = False
        """Step 2b: new text goes before anything is sent again."""
        self.probe_tail_due: bool = False
        """The loss probe timer expired: a probe is to be sent (RFC 8985 §7.3)."""
        self.probe_end: int = NO_STAMP
        """TLP.end_seq, while a probe is unanswered."""
        self.probe_resent: bool = False
        """TLP.is_retrans."""
        self.undo_from: int = NO_STAMP
        """SND.UNA when the last reduction began, while it may still be undone."""
        self.undo_left: int = 0
        """Retransmitted segments that no D-SACK has reported; -1: none sent yet."""
        self.undo_window: int = 0
        self.undo_ssthresh: int = 0
        """What to go back to; 0: the reduction stands (ECN)."""
        self.resent_stamp: int = NO_STAMP
        """TSval of the first retransmission of this recovery (RFC 3522 §3.2)."""
        self.undone: int = 0
        """How often a reduction was taken back."""
        self.delivered: int = 0
        """Octets delivered in all, counted as the scoreboard does."""

        # Pacing (see pacing.py)
        self.pacing_rate: int = 0
        """Octets per second; 0: not known yet."""
        self.max_pacing_rate: int = 0
        """SO_MAX_PACING_RATE, 0 for none."""
        self.paces: bool = settings.pacing
        self.pace_until: int = NOTHING
        """When the next text may leave."""
        self.text_segments: int = 0
        """Segments with text sent so far, again or not."""

        # Window validation
        self.window_was_full: bool = False
        self.window_checked_at: int = iss
        """SND.NXT when fullness was last judged: it holds for one flight."""
        self.most_out: int = 0
        """Most octets outstanding since then."""
        self.window_used: int = 0
        self.window_used_at: int = 0
        self.timeouts: int = 0
        """Consecutive expiries for the same segment (R1, R2)."""
        self.first_retransmit_at: int = 0
        self.probes: int = 0
        """Window probes sent since the window closed."""
        self.unanswered_probes: int = 0
        self.waiting_since: int = 0
        """When what is queued began to wait for a window, with nothing outstanding."""
        self.last_sample: int = -1
        """RTT that the latest ACK gave, ns; -1: it gave none (Karn)."""
        self.last_sent_at: int = 0
        self.dsack_segments: int = 0
        """Segments that D-SACKs reported as received twice."""
        self.write_blocked: bool = False
        """The application wants to write more than the buffer holds (SOCK_NOSPACE)."""
        self.retransmitted: int = 0
        """Segments sent again, for TCP_INFO."""

    # -- derived ------------------------------------------------------------------
    @property
    def in_flight(self) -> int:
        """What is believed to be in the network (RFC 6675 pipe), as the scoreboard counts."""
        board = self.board
        left = board.sacked_octets + board.lost_octets + self.unsacked_duplicates
        return board.flight_octets - left

    @property
    def fack(self) -> int:
        """The highest number known to have arrived, plus one."""
        return self.board.highest_sacked if self.board.sacked_octets else self.snd_una

    @property
    def unsent(self) -> int:
        """Octets queued beyond SND.NXT."""
        return max(0, self.buffer.end - max(self.snd_nxt, self.buffer.start))

    @property
    def usable(self) -> int:
        """U = SND.UNA + SND.WND - SND.NXT; may be negative (MUST-34). The window that a SYN
        offers is one for text: our own SYN takes nothing of it."""
        return max(self.snd_una, self.iss + 1) + self.snd_wnd - self.snd_nxt

    @property
    def fin_acked(self) -> bool:
        """Our FIN has been acknowledged."""
        return self.fin_queued and self.snd_una > self.buffer.end

    @property
    def fin_unsent(self) -> bool:
        """CLOSE was called and SND.NXT has not passed the FIN."""
        return self.fin_queued and self.snd_nxt <= self.buffer.end

    @property
    def pending(self) -> bool:
        """Text or a FIN is outstanding or waits to be sent."""
        return not self.board.empty() or self.unsent > 0 or self.fin_unsent

    def room(self) -> int:
        """Octets the application may still queue."""
        return max(0, self.buffer_size - (self.buffer.end - self.buffer.start))

    def acks_something_new(self, ack: int) -> bool:
        """SND.UNA < SEG.ACK =< SND.NXT (§3.4)."""
        return self.snd_una < ack <= self.snd_max

    def acks_something_unsent(self, ack: int) -> bool:
        """SEG.ACK > SND.NXT."""
        return ack > self.snd_max

    def spend(self, cost: int) -> bool:
        """What left takes ``cost`` of a window that is falling (RFC 9937 §6.2); False if
        none is."""
        if self.ca_state != RECOVERY and self.ca_state != REDUCED:
            return False
        self.prr.out += cost
        return True

    # -- opening --------------------------------------------------------------------
    def forget_outstanding(self) -> None:
        """The connection ends: nothing is in flight any more."""
        self.board.clear()
        self.unsacked_duplicates = 0

    def set_mss(self, mss: int, text: int, fresh: bool) -> None:
        """Eff.snd.MSS is known (``fresh``) or has shrunk; ``text`` of it are left when the
        options of every segment are taken off (RFC 5681's SMSS)."""
        self.mss = mss
        if fresh:
            self.cc.set_mss(text, self.initial_segments)
        else:
            self.cc.shrink_mss(text)
        if self.settings.count_segments:
            self.board.set_unit(text)

    def set_window(self, window: int, seq: int, ack: int) -> None:
        """SND.WND, SND.WL1, SND.WL2 <- the segment's (octets, unscaled already)."""
        self.snd_wnd = window
        self.snd_wl1 = seq
        self.snd_wl2 = ack
        if window > self.max_window:
            self.max_window = window

    def window_is_news(self, seq: int, ack: int) -> bool:
        """§3.10.7.4 fifth: not an old segment's window."""
        return self.snd_wl1 < seq or (self.snd_wl1 == seq and self.snd_wl2 <= ack)

    def resend_syn_text(self) -> None:
        """Text on our SYN was not taken, whole or in part: due again, no sign of congestion
        (Linux tcp_rcv_fastopen_synack())."""
        self.board.mark_all_lost()
        self.retransmit_now = True

    # -- the retransmission timer (RFC 6298 §5) ----------------------------------------
    def sent_new(self, was_empty: bool, now: int) -> None:
        """§5.1: text left; a timer runs from now on. A probe timer that runs is set anew
        when the whole burst has left."""
        if was_empty:
            self.cc.on_idle(now - self.last_sent_at, now)
        self.last_sent_at = now
        if was_empty or not self.timer_runs():
            self.arm(now)

    def sent_again(self, front: bool, now: int) -> None:
        """§5.1 for a retransmission; that of the front waits a whole RTO."""
        self.last_sent_at = now
        if not self.timer_runs() or (front and not self.timers.running(REORDER)):
            self.timers.watch(RETRANSMIT, now + self.rtt.rto)

    def timer_runs(self) -> bool:
        """One of the three timers that watch over what is outstanding is running."""
        timers = self.timers
        return timers.retransmit != NEVER or timers.loss_probe != NEVER or timers.reorder != NEVER

    def arm(self, now: int) -> None:
        """§5.2, §5.3: the retransmission timer anew, or off when nothing is outstanding.

        Where it takes over from a probe or reordering timer, the time that passed since
        the front was sent counts (Linux tcp_rearm_rto()).
        """
        timers = self.timers
        if self.board.empty():
            timers.stop(RETRANSMIT)
            timers.stop(LOSS_PROBE)
            timers.stop(REORDER)
            return
        if timers.running(LOSS_PROBE) or timers.running(REORDER):
            self.take_over(now)
        else:
            self.timers.watch(RETRANSMIT, now + self.rtt.rto)

    def take_over(self, now: int) -> None:
        """From a probe or reordering timer, stopped or not; something is outstanding."""
        self.timers.watch(RETRANSMIT, max(now + 1, self.board.front().sent_at + self.rtt.rto))
