"""Congestion control: told facts, answers with a window (RFC 5681, RFC 6928).

A controller never sees the sender. ``cwnd`` and ``ssthresh`` are octets, times
nanoseconds. How recovery spends the window (fast recovery, PRR, undo) is not
its business: see :mod:`synfin.core.recovery`.
"""

from typing import Final

from synfin.core.hystart import HyStartPlus, SlowStart
from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import Settings

UNKNOWN_SSTHRESH: Final = 1 << 40
"""No loss has told where the path ends: slow start goes on (RFC 5681 §3.1)."""


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class CongestionControl:
    """The interface; the base class is a fixed window of ``cwnd`` octets."""

    def __init__(self, mss: int, settings: Settings) -> None:
        self.mss: int = mss
        self.cwnd: int = initial_window(mss, settings.initial_window_segments)
        self.initial: int = self.cwnd
        self.ssthresh: int = UNKNOWN_SSTHRESH

    def name(self) -> str:
        """How settings and TCP_CONGESTION name it."""
        return "fixed"

    def set_mss(self, mss: int, initial_segments: int) -> None:
        """The effective MSS is known (handshake) or changed before any loss."""
        self.mss = mss
        self.cwnd = self.initial = initial_window(mss, initial_segments)

    def shrink_mss(self, mss: int) -> None:
        """Path MTU discovery made segments smaller; the window in octets stays."""
        self.mss = mss

    def on_ack(self, acked: int, limited: bool, now: int) -> None:
        """``acked`` octets were delivered outside recovery; ``limited``: the window was
        what held the sender back (RFC 7661's concern), so it may grow."""

    def on_rtt(self, rtt: int, snd_una: int, snd_nxt: int, now: int) -> None:
        """An ACK gave a sample of ``rtt`` ns; called before ``on_ack``."""

    def ssthresh_after_loss(self, flight: int, now: int) -> int:
        """Loss or ECN's echo begins a reduction with ``flight`` octets outstanding:
        the new ssthresh (RFC 5681 equation 4, RFC 9438 §4.6)."""
        return self.cwnd

    def on_timeout(self, now: int) -> None:
        """The retransmission timer expired; ssthresh has been asked for already."""

    def on_undo(self, now: int) -> None:
        """The last reduction proved wrong; cwnd and ssthresh are restored by the caller."""

    def on_idle(self, idle: int, now: int) -> None:
        """Text goes out with nothing outstanding, ``idle`` ns after the last that went."""


def initial_window(mss: int, segments: int) -> int:
    """RFC 6928 §2: min(10*MSS, max(2*MSS, 14600)); RFC 5681 §3.1 for fewer."""
    if segments >= 10:
        return min(segments * mss, max(2 * mss, segments * 1460))
    if segments == 3:
        return min(4 * mss, max(2 * mss, 4380))
    return segments * mss


@mypyc_attr(acyclic=True)
class NewReno(CongestionControl):
    """Slow start (with HyStart++ if wished, RFC 9406) and congestion avoidance
    (RFC 5681 §3.1)."""

    def __init__(self, mss: int, settings: Settings) -> None:
        super().__init__(mss, settings)
        self.acked_in_round: int = 0
        self.slow_start: SlowStart = SlowStart(settings)
        if settings.hystart == "plus":
            self.slow_start = HyStartPlus(settings)
        self.stops_at_ssthresh: bool = settings.slow_start_limit == 0
        """Linux tcp_slow_start(): what an ACK brings beyond ssthresh counts for congestion
        avoidance."""
        self.halves_window: bool = settings.ssthresh_from_window

    def name(self) -> str:
        return "newreno"

    def on_rtt(self, rtt: int, snd_una: int, snd_nxt: int, now: int) -> None:
        if self.cwnd < self.ssthresh and self.slow_start.ends(
            rtt, rtt, snd_una, snd_nxt, now, self.cwnd // self.mss, self.mss
        ):
            self.ssthresh = self.cwnd

    def on_ack(self, acked: int, limited: bool, now: int) -> None:
        if not limited:
            return
        if self.cwnd < self.ssthresh:
            step = self.slow_start.growth(acked, self.mss)
            room = self.ssthresh - self.cwnd
            if step <= room or not self.stops_at_ssthresh:
                self.cwnd += step
                return
            self.cwnd = self.ssthresh
            acked = step - room
        self.acked_in_round += acked
        if self.acked_in_round >= self.cwnd:
            self.acked_in_round -= self.cwnd
            self.cwnd += self.mss

    def ssthresh_after_loss(self, flight: int, now: int) -> int:
        """RFC 5681 equation 4: half of what is in flight, at least two segments."""
        self.acked_in_round = 0
        self.slow_start.lost()
        if self.halves_window:
            return max(self.cwnd // self.mss // 2, 2) * self.mss
        return max(flight // 2, 2 * self.mss)

    def on_timeout(self, now: int) -> None:
        self.slow_start.timed_out()
