"""CUBIC (RFC 9438): the window follows W(t) = C*(t-K)^3 + W_max since the last loss.

Integers only, in the scaling of Linux tcp_cubic.c: the window in segments, time in
1/1024 s, C = 410/1024, beta = 717/1024. Where the text and Linux part, the switch
``cubic_rfc9438`` chooses.
"""

from typing import Final

from synfin.core.congestion import CongestionControl
from synfin.core.hystart import SlowStart, make_slow_start
from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import MILLISECOND, SECOND, Settings

SCALE: Final = 1024
"""What BETA and C are in parts of; also the curve's ticks per second."""
BETA: Final = 717
"""RFC 9438 §4.6: the window is multiplied by 0.7."""
C: Final = 410
"""RFC 9438 §5.1: 0.4 segments per second cubed."""
FRIENDLY_EIGHTHS: Final = 15
"""1/alpha in eighths: alpha = 3*(1-beta)/(1+beta), 0.53 segments per window (§4.3)."""
LEAST_SEGMENTS: Final = 2
UNPROVEN_INTERVAL: Final = 20
"""Linux: before any loss has told W_max, at least 5 % per round trip."""
SLOWEST: Final = 100
"""Above the curve the window grows by 1 % per round trip."""
FRESH: Final = SECOND
"""RTT samples this soon after a reduction do not count (Linux)."""
REFRESH: Final = SECOND // 32
"""The curve is looked at when the window has changed, or this often."""


@mypyc_attr(acyclic=True)
class Curve:
    """Where the window is bound: what a reduction changes and an undo restores."""

    def __init__(self) -> None:
        self.w_max: int = 0
        """Window before the last reduction, segments, less when it converges fast."""
        self.prior: int = 0
        """cwnd_prior, segments."""
        self.origin: int = 0
        """The plateau: W_max, or the window where this epoch began above it."""
        self.k: int = 0
        """Until the plateau, 1/1024 s from the epoch's begin."""
        self.epoch: int = -1
        """When congestion avoidance began, ns; -1: not since the last reduction."""
        self.w_est: int = 0
        """What Reno would have by now, segments (§4.3)."""
        self.acked: int = 0
        """Segments acknowledged that have not raised ``w_est`` yet."""

    def copied(self) -> "Curve":
        """As it is now."""
        other = Curve()
        other.w_max = self.w_max
        other.prior = self.prior
        other.origin = self.origin
        other.k = self.k
        other.epoch = self.epoch
        other.w_est = self.w_est
        other.acked = self.acked
        return other

    def begin(self, window: int, now: int) -> None:
        """An epoch begins with ``window`` segments (§4.2)."""
        self.epoch = now
        self.acked = 0
        self.w_est = window
        self.origin = max(self.w_max, window)
        self.k = cube_root((self.origin - window) * SCALE**4 // C)

    def target(self, time: int) -> int:
        """W_cubic, segments, ``time`` ns after the epoch's begin (equation 1)."""
        ticks = time * SCALE // SECOND
        if ticks < self.k:
            return self.origin - (C * (self.k - ticks) ** 3 >> 40)
        return self.origin + (C * (ticks - self.k) ** 3 >> 40)


NO_CURVE: Final = Curve()
"""What connections have that have not left slow start; never changed."""


@mypyc_attr(acyclic=True)
class Cubic(CongestionControl):
    """RFC 9438, its slow start chosen by ``hystart``; ``cwnd`` grows by whole segments."""

    def __init__(self, mss: int, settings: Settings) -> None:
        super().__init__(mss, settings)
        self.slow_start: SlowStart = make_slow_start(settings)
        self.full: bool = settings.cubic_rfc9438
        self.curve: Curve = NO_CURVE
        self.before: Curve | None = None
        """The curve before the last reduction."""
        self.min_rtt: int = 0
        self.interval: int = SLOWEST
        """Segments acknowledged per segment that the window grows."""
        self.grown: int = 0
        """Segments acknowledged since it grew."""
        self.rest: int = 0
        """Octets acknowledged that make no whole segment yet."""
        self.seen_window: int = 0
        self.seen_at: int = -SECOND

    def name(self) -> str:
        return "cubic"

    @property
    def segments(self) -> int:
        """cwnd in whole segments."""
        return max(1, self.cwnd // self.mss)

    # -- facts ----------------------------------------------------------------------
    def on_rtt(self, rtt: int, snd_una: int, snd_nxt: int, now: int) -> None:
        epoch = self.curve.epoch
        if rtt < 0 or (epoch >= 0 and now - epoch < FRESH):
            return
        rtt = max(rtt, 1)
        if self.min_rtt == 0 or rtt < self.min_rtt:
            self.min_rtt = rtt
        if self.cwnd < self.ssthresh and self.slow_start.ends(
            rtt, self.min_rtt, snd_una, snd_nxt, now, self.segments, self.mss
        ):
            self.ssthresh = self.cwnd

    def on_ack(self, acked: int, limited: bool, now: int) -> None:
        if not limited:
            return
        if self.cwnd < self.ssthresh:
            acked = self._slow_start(acked)
        self.rest += acked
        segments = self.rest // self.mss
        if segments == 0:
            return
        self.rest %= self.mss
        self._look_at_curve(segments, now)
        self._avoid(segments)

    def ssthresh_after_loss(self, flight: int, now: int) -> int:
        """RFC 9438 §4.6, §4.7. The window counts, not the flight: it grows only while it
        is what limits the sender."""
        self.before = self.curve
        window = self.segments
        curve = self.curve = self.curve.copied()
        if window < curve.w_max:
            # Fast convergence: a window that shrinks leaves room for newcomers.
            curve.w_max = window * (SCALE + BETA) // (2 * SCALE)
        else:
            curve.w_max = window
        curve.prior = window
        curve.epoch = -1
        self.slow_start.lost()
        return max(window * BETA // SCALE, LEAST_SEGMENTS) * self.mss

    def on_timeout(self, now: int) -> None:
        """§4.8: the next epoch begins on its own plateau. Linux forgets the path, too."""
        self.curve = NO_CURVE
        self.grown = 0
        self.seen_window = 0
        self.min_rtt = 0
        self.slow_start.timed_out()

    def on_undo(self, now: int) -> None:
        """§4.9.1; Linux restores the windows alone."""
        if self.full and self.before is not None:
            self.curve = self.before
        self.before = None

    def on_idle(self, idle: int, now: int) -> None:
        """§5.8: an idle time is no time of growth."""
        if self.curve.epoch >= 0:
            self.curve.epoch = min(self.curve.epoch + idle, now)

    # -- growth -----------------------------------------------------------------------
    def _slow_start(self, acked: int) -> int:
        """Whole segments up to ssthresh; returns what is left for congestion avoidance."""
        self.rest += self.slow_start.growth(acked, self.mss)
        step = self.rest - self.rest % self.mss
        room = -(-(self.ssthresh - self.cwnd) // self.mss) * self.mss
        taken = min(step, room)
        self.cwnd += taken
        self.rest -= taken
        if self.cwnd < self.ssthresh:
            return 0
        left = self.rest
        self.rest = 0
        return left

    def _look_at_curve(self, acked: int, now: int) -> None:
        """How many ACKed segments the next one of growth takes (§4.2 to §4.5)."""
        if self.curve is NO_CURVE:
            self.curve = Curve()
        curve = self.curve
        window = self.segments
        curve.acked += acked
        since = now - self.seen_at
        if window == self.seen_window and since <= REFRESH:
            return
        if curve.epoch < 0 or since >= MILLISECOND:
            self.seen_window = window
            self.seen_at = now
            if curve.epoch < 0:
                curve.begin(window, now)
                curve.acked = acked
            # Where the curve will be a round trip from now.
            ahead = curve.target(now - curve.epoch + self.min_rtt) - window
            self.interval = window // ahead if ahead > 0 else SLOWEST * window
            if curve.w_max == 0:
                self.interval = min(self.interval, UNPROVEN_INTERVAL)
        self._stay_friendly(window)
        # At most half a window per round trip (§4.2: target <= 1.5 * cwnd).
        self.interval = max(self.interval, 2)

    def _stay_friendly(self, window: int) -> None:
        """§4.3: never slower than Reno would be."""
        curve = self.curve
        per_segment = window * FRIENDLY_EIGHTHS >> 3
        if self.full and curve.w_est >= curve.prior:
            per_segment = window  # alpha = 1: the lost window is regained.
        if curve.acked > per_segment:
            steps = (curve.acked - 1) // per_segment
            curve.w_est += steps
            curve.acked -= steps * per_segment
        if curve.w_est > window:
            self.interval = min(self.interval, window // (curve.w_est - window))

    def _avoid(self, acked: int) -> None:
        """Linux tcp_cong_avoid_ai()."""
        if self.grown >= self.interval:
            self.grown = 0
            self.cwnd += self.mss
        self.grown += acked
        if self.grown >= self.interval:
            self.cwnd += self.grown // self.interval * self.mss
            self.grown %= self.interval


def cube_root(value: int) -> int:
    """The largest integer whose cube is at most ``value`` (not negative); Newton's way."""
    if value == 0:
        return 0
    root = 1 << -(-value.bit_length() // 3)
    while True:
        better = (2 * root + value // (root * root)) // 3
        if better >= root:
            return root
        root = better
