"""Slow start, and leaving it before the queue overflows: HyStart (Ha and Rhee, 2008, as
Linux has it) and HyStart++ (RFC 9406).

A controller asks two things: how much an ACK lets the window grow, and whether slow
start ends now. Times are ns, sizes octets unless they say segments.
"""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import MICROSECOND, MILLISECOND, Settings

ENOUGH_SAMPLES: Final = 8
"""N_RTT_SAMPLE (RFC 9406 §4.3), Linux HYSTART_MIN_SAMPLES: a round's minimum counts from here."""
LEAST_RISE: Final = 4 * MILLISECOND
MOST_RISE: Final = 16 * MILLISECOND
"""MIN_RTT_THRESH and MAX_RTT_THRESH."""
RISE_DIVISOR: Final = 8
"""MIN_RTT_DIVISOR: a rise of an eighth, within those bounds, is a queue that builds up."""

LOW_WINDOW: Final = 16
"""Linux hystart_low_window, segments."""
TRAIN_GAP: Final = 2000 * MICROSECOND
"""Linux hystart_ack_delta_us: ACKs closer than this belong to one train."""
LARGEST_BURST: Final = 4 * 65_536
"""Linux hystart_ack_delay(): four of the largest segments a device cuts, octets."""

CSS_DIVISOR: Final = 4
"""CSS_GROWTH_DIVISOR (RFC 9406 §4.3)."""
CSS_ROUNDS: Final = 5
UNSEEN: Final = (1 << 62) - 1


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class SlowStart:
    """Standard slow start (RFC 5681 §3.1): it ends by loss or at ssthresh only."""

    def __init__(self, settings: Settings) -> None:
        self.limit: int = settings.slow_start_limit

    def growth(self, acked: int, mss: int) -> int:
        """Octets by which an ACK of ``acked`` octets opens the window."""
        return min(acked, self.limit * mss) if self.limit else acked

    def ends(
        self, rtt: int, least: int, snd_una: int, snd_nxt: int, now: int, window: int, mss: int
    ) -> bool:
        """An ACK in slow start, before the window grows by it, sampled ``rtt``; ``least``
        is the connection's smallest, ``window`` in segments. True: ssthresh <- cwnd."""
        return False

    def lost(self) -> None:
        """Loss or ECN's echo has set ssthresh."""

    def timed_out(self) -> None:
        """The retransmission timer expired: slow start begins again."""


@mypyc_attr(acyclic=True)
class HyStart(SlowStart):
    """Linux tcp_cubic.c: a train of ACKs as long as half a round trip fills the path,
    or a round's smallest RTT stands above the path's."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.paced: bool = settings.pacing
        self.found: bool = False
        self.round_end: int = -1
        """SND.NXT when the round began; a round ends when more is acknowledged."""
        self.round_start: int = 0
        self.last_ack: int = 0
        self.round_least: int = UNSEEN
        self.samples: int = 0

    def ends(
        self, rtt: int, least: int, snd_una: int, snd_nxt: int, now: int, window: int, mss: int
    ) -> bool:
        if self.found:
            return False
        if snd_una > self.round_end:
            self._begin_round(snd_nxt, now)
        if window < LOW_WINDOW:
            return False
        train = self._train_fills(least, rtt, window * mss, now)
        self.found = self._delay_rose(rtt, least) or train
        return self.found

    def _begin_round(self, snd_nxt: int, now: int) -> None:
        self.round_end = snd_nxt
        self.round_start = self.last_ack = now
        self.round_least = UNSEEN
        self.samples = 0

    def _train_fills(self, least: int, rtt: int, window: int, now: int) -> bool:
        if now - self.last_ack > TRAIN_GAP:
            return False
        self.last_ack = now
        # The sender may itself hold a burst back that long, at twice the window per RTT.
        slack = min(MILLISECOND, LARGEST_BURST * rtt // (2 * window))
        # Pacing alone spreads a window over half of a round trip.
        full = least + slack if self.paced else (least + slack) // 2
        return now - self.round_start > full

    def _delay_rose(self, rtt: int, least: int) -> bool:
        self.round_least = min(self.round_least, rtt)
        if self.samples < ENOUGH_SAMPLES:
            self.samples += 1
            return False
        return self.round_least > least + rise(least)

    def timed_out(self) -> None:
        self.found = False
        self.round_end = -1


@mypyc_attr(acyclic=True)
class HyStartPlus(SlowStart):
    """RFC 9406: a rise of the delay leads into Conservative Slow Start (CSS), at a quarter
    of the pace; five rounds of it end slow start, a delay that falls resumes it.

    For the first slow start only (§4.3): after a loss it is the standard one. Its L, how
    many segments one ACK may add, is the switch ``slow_start_limit``.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.over: bool = False
        self.window_end: int = -1
        self.round_least: int = UNSEEN
        self.last_least: int = UNSEEN
        self.samples: int = 0
        self.css_rounds: int = 0
        """Rounds begun in CSS, the one it began in included; 0: not in CSS."""
        self.css_baseline: int = UNSEEN
        self.rest: int = 0
        """Octets acknowledged in CSS for which nothing was added yet."""

    def growth(self, acked: int, mss: int) -> int:
        step = super().growth(acked, mss)
        if self.over or self.css_rounds == 0:
            return step
        self.rest += step
        added = self.rest // CSS_DIVISOR
        self.rest %= CSS_DIVISOR
        return added

    def ends(
        self, rtt: int, least: int, snd_una: int, snd_nxt: int, now: int, window: int, mss: int
    ) -> bool:
        if self.over:
            return False
        if snd_una >= self.window_end and self._begin_round(snd_nxt):
            self.over = True
            return True
        self.round_least = min(self.round_least, rtt)
        self.samples += 1
        if self.samples >= ENOUGH_SAMPLES:
            self._judge()
        return False

    def _begin_round(self, snd_nxt: int) -> bool:
        """True when that ended the last round of CSS."""
        self.window_end = snd_nxt
        self.last_least = self.round_least
        self.round_least = UNSEEN
        self.samples = 0
        if self.css_rounds == 0:
            return False
        self.css_rounds += 1
        return self.css_rounds > CSS_ROUNDS

    def _judge(self) -> None:
        if self.css_rounds:
            if self.round_least < self.css_baseline:
                self.css_rounds = 0  # Not a queue after all (§4.2): jitter.
                self.css_baseline = UNSEEN
        elif self.last_least != UNSEEN:
            if self.round_least >= self.last_least + rise(self.last_least):
                self.css_rounds = 1
                self.css_baseline = self.round_least
                self.rest = 0

    def lost(self) -> None:
        self.over = True

    def timed_out(self) -> None:
        self.over = True


def rise(least: int) -> int:
    """By how much a round's RTT must exceed ``least`` to tell of a queue (RFC 9406 §4.2)."""
    return min(max(least // RISE_DIVISOR, LEAST_RISE), MOST_RISE)


def make_slow_start(settings: Settings) -> SlowStart:
    """What the switch ``hystart`` asks for."""
    if settings.hystart == "classic":
        return HyStart(settings)
    if settings.hystart == "plus":
        return HyStartPlus(settings)
    return SlowStart(settings)
