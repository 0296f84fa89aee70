"""What one arriving acknowledgment tells of the text we sent.

Filled in while the scoreboard takes the ACK and its SACK blocks, read by
recovery (RFC 5681, 6675, 8985), by the RTT estimator (RFC 6298) and by the
congestion controller. One object a connection, used again for each ACK.
"""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.core.scoreboard_range import Sent

NOTHING: Final = -(1 << 62)
"""No such time in this ACK (a run's clock may begin below zero)."""
UNSEEN: Final = (1 << 62) - 1
"""No such number in this ACK."""


@mypyc_attr(acyclic=True)
class Delivery:
    """Octets, sequence numbers (absolute) and times (ns) of one ACK."""

    def __init__(self) -> None:
        self.begin(0, 0, 0, 0)

    def begin(self, now: int, snd_una: int, high_seq: int, fack: int, min_rtt: int = 0) -> None:
        """An ACK arrives while SND.UNA, the recovery point, the highest SACK and the least
        round trip (0: none yet) are these."""
        self.now: int = now
        self.min_rtt: int = min_rtt
        self.prior_una: int = snd_una
        self.high_seq: int = high_seq
        self.prior_fack: int = fack
        self.advanced: bool = False
        """SND.UNA < SEG.ACK."""
        self.whole: bool = False
        """A segment was acknowledged to its end."""
        self.acked: int = 0
        """Octets acknowledged that no SACK had reported (counted as the scoreboard does)."""
        self.sacked: int = 0
        """Octets SACKed for the first time."""
        self.duplicate: bool = False
        """It counts as a duplicate ACK (RFC 5681 §2)."""
        self.duplicate_text: int = 0
        """Segments that a D-SACK reports as received twice (RFC 2883)."""
        self.dsack: bool = False
        self.dsack_of_probe: bool = False
        self.congestion_echo: bool = False
        """ECE (RFC 3168 §6.1.2)."""
        self.echo: int = -1
        """TSecr, where the segment bears one; else -1."""
        self.original: bool = False
        """Text never sent again, from below the recovery point, arrived (RFC 5682)."""
        self.resent: bool = False
        """Text that was sent more than once is acknowledged: Karn's rule applies."""
        self.lowest_original: int = UNSEEN
        """Lowest number of text never sent again that arrived below a higher SACK:
        the network reorders."""
        self.oldest_acked: int = NOTHING
        """When the first acknowledged range that was sent once had left."""
        self.newest_acked: int = NOTHING
        self.oldest_sacked: int = NOTHING
        self.newest_sacked: int = NOTHING
        self.latest_sent: int = NOTHING
        """RFC 8985 §6.2 step 2: the latest sending time of what arrived, and its end."""
        self.latest_end: int = 0
        self.last_sent: int = NOTHING
        """When the range of the highest number among them had left: Linux takes its round
        trip for RACK.rtt, the longest where something was sent again."""
        self.lost: int = 0
        """Octets newly deemed lost because of this ACK."""
        self.lost_again: bool = False
        """A retransmission is among what was newly deemed lost."""
        self.restart_timer: bool = False
        """RFC 6298 §5.3: what is outstanding begins to wait anew."""

    def take_acked(self, sent: Sent, cost: int) -> None:
        """``sent`` (or its beginning), not SACKed before, is acknowledged."""
        self.acked += cost
        if sent.transmissions > 1:
            self.resent = True
            self._take_resent(sent)
            return
        if self.oldest_acked == NOTHING:
            self.oldest_acked = sent.sent_at
        self.newest_acked = sent.sent_at
        self._take_original(sent, self.prior_fack)

    def take_sacked(self, sent: Sent, cost: int, fack: int) -> None:
        """``sent`` is SACKed for the first time; ``fack``: the highest SACK so far."""
        self.sacked += cost
        if sent.transmissions > 1:
            self._take_resent(sent)
            return
        if self.oldest_sacked == NOTHING or sent.sent_at < self.oldest_sacked:
            self.oldest_sacked = sent.sent_at
        if sent.sent_at > self.newest_sacked:
            self.newest_sacked = sent.sent_at
        self._take_original(sent, fack)

    def _take_original(self, sent: Sent, fack: int) -> None:
        if sent.start < fack and sent.start < self.lowest_original:
            self.lowest_original = sent.start
        if sent.end <= self.high_seq:
            self.original = True
        self._take_latest(sent)

    def _take_latest(self, sent: Sent) -> None:
        self.last_sent = sent.sent_at
        if sent.sent_at >= self.latest_sent:
            if sent.sent_at > self.latest_sent or sent.end > self.latest_end:
                self.latest_end = sent.end
            self.latest_sent = sent.sent_at

    def _take_resent(self, sent: Sent) -> None:
        """Acknowledged sooner than any round trip, it was so for its original."""
        if 0 < self.min_rtt <= self.now - sent.sent_at:
            self._take_latest(sent)
