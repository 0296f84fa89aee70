"""Proportional rate reduction (RFC 9937): what may be sent in recovery.

The window falls from what it was to ssthresh in proportion to what the
receiver reports as delivered, so that sending neither stops for half a round
trip nor bursts. Octets throughout; quotas are rounded up to whole segments.
"""

from synfin.core.delivery import Delivery
from synfin.core.interpreted import mypyc_attr


@mypyc_attr(acyclic=True)
class Prr:
    """prr_delivered, prr_out and RecoverFS (§6) of one recovery."""

    def __init__(self) -> None:
        self.prior_window: int = 0
        """The congestion window when the reduction began; 0: none is under way."""
        self.delivered: int = 0
        self.out: int = 0

    def begin(self, window: int) -> None:
        """A reduction from ``window`` begins."""
        self.prior_window = window
        self.delivered = 0
        self.out = 0

    def window(self, pipe: int, ssthresh: int, delivered: int, news: Delivery, mss: int) -> int:
        """The congestion window after an ACK that reports ``delivered`` octets, with
        ``pipe`` octets in flight; -1: this ACK changes nothing (§6.2)."""
        if delivered <= 0 or self.prior_window == 0:
            return -1
        self.delivered += delivered
        if pipe > ssthresh:
            quota = self._proportional(ssthresh, mss)
        else:
            # Slow start up to ssthresh when the ACK shows progress, else conservation.
            quota = max(self.delivered - self.out, delivered)
            if news.advanced and news.lost == 0:
                quota += mss
            quota = min(ssthresh - pipe, quota)
        # Fast retransmit must go out whatever the arithmetic says.
        return pipe + max(quota, 0 if self.out else mss)

    def _proportional(self, ssthresh: int, mss: int) -> int:
        quota = -(-ssthresh * self.delivered // self.prior_window) - self.out
        return -(-quota // mss) * mss
