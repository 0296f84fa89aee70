"""The send side: SND.UNA, SND.NXT, SND.WND and what is outstanding.

RFC 9293 §3.3.1 names the variables; §3.8.6 the window; RFC 5681 and RFC 6582
the recovery from loss; RFC 6298 the timer. The congestion controller is told
facts and answers with a window; nothing here reads the receive side.
"""

from synfin.core.congestion import CongestionControl, make_congestion_control
from synfin.core.rtt import RttEstimator
from synfin.core.scoreboard import Scoreboard
from synfin.core.sendbuffer import SendBuffer
from synfin.core.settings import Settings
from synfin.core.timers import RETRANSMIT, Timers

DUPLICATE_THRESHOLD = 3
"""RFC 5681 §3.2."""

# What an ACK turned out to be.
ACK_ADVANCED = 1
ACK_DUPLICATED = 2
ACK_FAST_RETRANSMIT = 3
ACK_PARTIAL = 4
ACK_RECOVERED = 5


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
        self.dupacks: int = 0
        self.in_recovery: bool = False
        self.recover: int = iss
        """RFC 6582 §3.2."""
        self.retransmit_now: bool = False
        """The front range goes out whatever the congestion window says."""
        self.cwr_due: bool = False
        """The window became smaller: the first new text says so (RFC 3168 §6.1.2)."""
        self.reduced_at: int = iss
        """SND.MAX when ECN's echo last made it smaller: up to there once is enough."""
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
        self.retransmitted: int = 0
        """Segments sent again, for TCP_INFO."""

    # -- derived ------------------------------------------------------------------
    @property
    def in_flight(self) -> int:
        """Octets believed to be in the network."""
        board = self.board
        return self.snd_nxt - self.snd_una - board.sacked_octets - board.lost_octets

    @property
    def unsent(self) -> int:
        """Octets queued beyond SND.NXT."""
        return max(0, self.buffer.end - max(self.snd_nxt, self.buffer.start))

    @property
    def usable(self) -> int:
        """U = SND.UNA + SND.WND - SND.NXT; may be negative (MUST-34)."""
        return self.snd_una + self.snd_wnd - self.snd_nxt

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

    # -- opening --------------------------------------------------------------------
    def set_mss(self, mss: int, fresh: bool) -> None:
        """The segment size is known (``fresh``) or has shrunk."""
        self.mss = mss
        if fresh:
            self.cc.set_mss(mss, self.initial_segments)
        else:
            self.cc.shrink_mss(mss)

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

    def pull_back(self) -> None:
        """Send again from SND.UNA: text on a SYN was not taken."""
        self.board.clear()
        self.snd_nxt = self.snd_una

    # -- acknowledgements (§3.10.7.4 fifth, RFC 5681 §3.2, RFC 6582 §3.2) ------------
    def take_ack(self, ack: int, echo_rtt: int, now: int) -> int:
        """SND.UNA < ``ack`` <= SND.NXT: returns ACK_ADVANCED, _PARTIAL or _RECOVERED.

        ``echo_rtt`` is a timestamp measurement in ns, or -1.
        """
        flight_before = self.in_flight
        acked = ack - self.snd_una
        last = self.board.acknowledge(ack)
        self.snd_una = ack
        if self.snd_nxt < ack:
            self.snd_nxt = ack
        self.buffer.release(ack)
        self.probes = 0
        self.last_sample = echo_rtt
        if last is not None and not self.board.ambiguous and not last.sacked:
            # Text that waited behind a hole or a retransmission says nothing either.
            self.last_sample = now - last.sent_at
        if self.last_sample >= 0:
            self.rtt.sample(self.last_sample)
        elif self.timeouts:
            # Karn: no sample. What backed the RTO off is over, though.
            self.rtt.forget_backoff()
        self.timeouts = 0
        self.first_retransmit_at = 0
        outcome = self._recovery_after(ack, acked, flight_before, now)
        if self.board.empty():
            self.timers.stop(RETRANSMIT)
        else:
            self.timers.start(RETRANSMIT, now + self.rtt.rto)
        return outcome

    def _recovery_after(self, ack: int, acked: int, flight_before: int, now: int) -> int:
        if not self.in_recovery:
            self.dupacks = 0
            self.cc.on_ack(acked, flight_before, now)
            return ACK_ADVANCED
        if ack >= self.recover:
            self.in_recovery = False
            self.dupacks = 0
            self.retransmit_now = False
            self.cc.on_recovered(self.snd_nxt - self.snd_una, now)
            return ACK_RECOVERED
        if not self.sack_ok:
            # With SACK the flight size itself falls: nothing was inflated.
            self.cc.on_partial_ack(acked)
        self.retransmit_now = self.board.mark_front_lost(self.mss)
        return ACK_PARTIAL

    def take_duplicate(self, now: int) -> int:
        """A duplicate ACK (RFC 5681 §2): ACK_DUPLICATED or ACK_FAST_RETRANSMIT."""
        self.dupacks += 1
        if self.in_recovery:
            if not self.sack_ok:
                self.cc.on_duplicate()
            return ACK_DUPLICATED
        if self.dupacks != DUPLICATE_THRESHOLD or self.snd_una < self.recover:
            # RFC 6582 §3.2 step 2: not again for losses a timeout already covers.
            return ACK_DUPLICATED
        flight = self.snd_nxt - self.snd_una
        if not self.board.mark_front_lost(self.mss):
            return ACK_DUPLICATED
        self.in_recovery = True
        self.cwr_due = True
        self.recover = self.snd_max
        self.cc.on_recovery(flight, now)
        if self.sack_ok:
            self.cc.cwnd = max(self.cc.ssthresh, self.mss)
        self.retransmit_now = True
        self.timers.start(RETRANSMIT, now + self.rtt.rto)
        return ACK_FAST_RETRANSMIT

    def congestion_experienced(self, now: int) -> bool:
        """ECN's echo (RFC 3168 §6.1.2): a smaller window, once per window of data.

        False when it had become smaller for this window of data already.
        """
        if self.in_recovery or self.snd_una <= self.reduced_at:
            return False
        self.reduced_at = self.snd_max
        self.cwr_due = True
        self.cc.on_recovery(self.cc.cwnd, now)
        self.cc.cwnd = self.cc.ssthresh
        return True

    # -- the retransmission timer (RFC 6298 §5) ----------------------------------------
    def sent_something(self, now: int) -> None:
        """§5.1: a segment with sequence space left; the timer runs from now on."""
        self.last_sent_at = now
        if not self.timers.running(RETRANSMIT):
            self.timers.start(RETRANSMIT, now + self.rtt.rto)

    def timed_out(self, now: int, back_off: bool) -> None:
        """§5.4-5.6: everything outstanding is due again, one MSS first."""
        board = self.board
        if not board.empty() and board.front().sacked:
            board.forget_sacks()
        first = self.timeouts == 0
        flight = self.snd_nxt - self.snd_una
        self.timeouts += 1
        if self.first_retransmit_at == 0:
            self.first_retransmit_at = now
        self.cwr_due = True
        board.mark_all_lost()
        self.cc.on_timeout(flight, first, now)
        self.in_recovery = False
        self.dupacks = 0
        self.recover = self.snd_max
        self.retransmit_now = True
        if back_off:
            self.rtt.back_off()
        self.timers.start(RETRANSMIT, now + self.rtt.rto)
