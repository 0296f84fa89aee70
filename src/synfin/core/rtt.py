"""Round-trip time and retransmission timeout (RFC 6298)."""

from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import Settings


@mypyc_attr(acyclic=True)
class RttEstimator:
    """SRTT, RTTVAR and RTO in nanoseconds; clock granularity is taken as zero.

    Karn's rule (RFC 6298 §3, MUST-18) is the caller's: it offers only samples
    of segments sent once, or measured by timestamps.
    """

    def __init__(self, settings: Settings) -> None:
        self.min_rto: int = settings.min_rto_ns
        self.max_rto: int = settings.max_rto_ns
        self.slop: int = settings.rto_slop_ns
        self.variance_floor: bool = settings.rto_variance_floor
        self.srtt: int = 0
        self.rttvar: int = 0
        self.min_rtt: int = 0
        self.worst: int = 0
        """Linux mdev_max: four times the largest RTTVAR of this round trip."""
        self.held: int = 0
        """Linux rttvar: what is added to SRTT."""
        self.round_end: int = 0
        self.rto: int = settings.initial_rto_ns
        """RTO with its backoff."""

    def sample(self, rtt: int, latest: int, snd_una: int, snd_nxt: int) -> None:
        """Take one measurement (RFC 6298 §2.2, §2.3); ends any backoff (§5, note).

        ``latest`` is the same ACK's measurement of what was sent last, without the wait
        for a second segment; the sequence numbers tell round trips apart.
        """
        if rtt < 0:
            return
        if self.variance_floor:
            self._sample_as_linux(rtt, snd_una, snd_nxt)
        elif self.srtt == 0:
            self.srtt = rtt
            self.rttvar = rtt // 2
        else:
            self.rttvar += (abs(self.srtt - rtt) - self.rttvar) // 4
            self.srtt += (rtt - self.srtt) // 8
        if self.min_rtt == 0 or latest < self.min_rtt:
            self.min_rtt = latest
        self.rto = self._computed()

    def _sample_as_linux(self, rtt: int, snd_una: int, snd_nxt: int) -> None:
        """Linux tcp_rtt_estimator(): the variance of the worst sample of each round trip
        counts, falls slowly, and never below min_rto; a falling RTT hardly raises it."""
        if self.srtt == 0:
            self.srtt = rtt
            self.rttvar = rtt // 2
            self.worst = self.held = max(4 * self.rttvar, self.min_rto)
            self.round_end = snd_nxt
            return
        error = rtt - self.srtt
        self.srtt += error // 8
        excess = (error if error >= 0 else -error) - self.rttvar
        if error < 0 and excess > 0:
            excess //= 8
        self.rttvar += excess // 4
        self.worst = max(self.worst, 4 * self.rttvar)
        self.held = max(self.held, self.worst)
        if snd_una > self.round_end:
            if self.worst < self.held:
                self.held -= (self.held - self.worst) // 4
            self.round_end = snd_nxt
            self.worst = self.min_rto

    def _computed(self) -> int:
        if self.variance_floor:
            rto = self.srtt + self.held
        else:
            rto = max(self.srtt + 4 * self.rttvar, self.min_rto)
        return min(rto + self.slop, self.max_rto)

    def back_off(self) -> None:
        """Double the RTO up to its maximum (RFC 6298 §5.5); FreeBSD's slop, which it has
        once there was a sample, stays as it is."""
        slop = self.slop if self.srtt else 0
        self.rto = min((self.rto - slop) * 2 + slop, self.max_rto)
