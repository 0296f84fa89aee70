"""Congestion control: told facts, answers with a window (RFC 5681, 6582, 6928).

A controller never sees the sender. It is told what was acknowledged or lost
and how much was in flight, in octets, and answers with ``cwnd``; ``pacing_rate``
(octets per second, 0: not paced) is there for those that pace.
"""

from synfin.core.settings import Settings


class CongestionControl:
    """The interface; the base class is a fixed window of ``cwnd`` octets."""

    def __init__(self, mss: int, settings: Settings) -> None:
        self.mss: int = mss
        self.cwnd: int = initial_window(mss, settings.initial_window_segments)
        self.initial: int = self.cwnd
        self.ssthresh: int = 1 << 40
        self.pacing_rate: int = 0

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

    def on_ack(self, acked: int, flight_before: int, now: int) -> None:
        """``acked`` new octets were acknowledged outside recovery."""

    def on_recovery(self, flight: int, now: int) -> None:
        """Loss was inferred from duplicate ACKs or SACK; recovery begins."""

    def on_duplicate(self) -> None:
        """Another duplicate ACK in recovery: a segment has left the network."""

    def on_partial_ack(self, acked: int) -> None:
        """An ACK in recovery that does not end it."""

    def on_recovered(self, flight: int, now: int) -> None:
        """Recovery is over."""

    def on_timeout(self, flight: int, first: bool, now: int) -> None:
        """The retransmission timer expired; ``first`` for this segment."""

    def on_idle(self) -> None:
        """Sending resumes after more than one RTO of silence (RFC 5681 §4.1)."""


def initial_window(mss: int, segments: int) -> int:
    """RFC 6928 §2: min(10*MSS, max(2*MSS, 14600)); RFC 5681 §3.1 for fewer."""
    if segments >= 10:
        return min(segments * mss, max(2 * mss, segments * 1460))
    if segments == 3:
        return min(4 * mss, max(2 * mss, 4380))
    return segments * mss


class NewReno(CongestionControl):
    """Slow start, congestion avoidance, fast recovery (RFC 5681 §3, RFC 6582 §3.2)."""

    def __init__(self, mss: int, settings: Settings) -> None:
        super().__init__(mss, settings)
        self.acked_in_round: int = 0
        self.growth_limit: int = settings.slow_start_limit

    def name(self) -> str:
        return "newreno"

    def on_ack(self, acked: int, flight_before: int, now: int) -> None:
        if self.cwnd < self.ssthresh:
            # Growth only when the window was what limited us (RFC 7661's concern).
            if self.cwnd < 2 * flight_before:
                limit = self.growth_limit * self.mss if self.growth_limit else acked
                self.cwnd += min(acked, limit)
            return
        if flight_before + self.mss < self.cwnd:
            return
        self.acked_in_round += acked
        if self.acked_in_round >= self.cwnd:
            self.acked_in_round -= self.cwnd
            self.cwnd += self.mss

    def on_recovery(self, flight: int, now: int) -> None:
        self.ssthresh = max(flight // 2, 2 * self.mss)
        self.cwnd = self.ssthresh + 3 * self.mss

    def on_duplicate(self) -> None:
        self.cwnd += self.mss

    def on_partial_ack(self, acked: int) -> None:
        self.cwnd = max(self.cwnd - acked, self.mss)
        if acked >= self.mss:
            self.cwnd += self.mss

    def on_recovered(self, flight: int, now: int) -> None:
        self.cwnd = min(self.ssthresh, max(flight, self.mss) + self.mss)
        self.acked_in_round = 0

    def on_timeout(self, flight: int, first: bool, now: int) -> None:
        if first:
            self.ssthresh = max(flight // 2, 2 * self.mss)
        self.cwnd = self.mss
        self.acked_in_round = 0

    def on_idle(self) -> None:
        self.cwnd = min(self.cwnd, self.initial)


def make_congestion_control(name: str, mss: int, settings: Settings) -> CongestionControl:
    """The controller called ``name``: the place for others (MAY-18); unknown names are
    the caller's to refuse."""
    if name == "fixed":
        return CongestionControl(mss, settings)
    return NewReno(mss, settings)
