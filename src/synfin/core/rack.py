"""RACK: losses told by time (RFC 8985 §6).

If a segment sent later has been delivered, one sent earlier that has not
arrived within the reordering window is lost. Here are the variables of §5.3
and the steps of §6.2; :mod:`synfin.core.recovery` decides what follows.
"""

from typing import Final

from synfin.core.delivery import NOTHING, Delivery
from synfin.core.interpreted import mypyc_attr
from synfin.core.scoreboard import Scoreboard, stale
from synfin.core.scoreboard_range import Sent

RECOVERY_THRESHOLD: Final = 16
"""Recoveries without a D-SACK after which the window shrinks again (§6.2 step 4)."""
MOST_STEPS: Final = 255


@mypyc_attr(acyclic=True)
class Rack:
    """RACK.segment, RACK.rtt and the reordering window of one connection; times in ns."""

    def __init__(self) -> None:
        self.sent_at: int = NOTHING
        """RACK.xmit_ts: when the latest sent of all delivered segments had left."""
        self.end: int = 0
        """RACK.end_seq."""
        self.rtt: int = 0
        self.advanced: bool = False
        """Something was delivered since losses were last looked for."""
        self.reordering_seen: int = 0
        """How often text arrived after text that was sent later."""
        self.window_steps: int = 1
        """RACK.reo_wnd_mult."""
        self.window_persists: int = 0
        self.dsack_seen: bool = False
        self.widened_at: int = NOTHING

    def take(self, news: Delivery) -> None:
        """Steps 1 and 2: the latest sent segment that this ACK shows delivered."""
        if news.latest_sent == NOTHING:
            return
        self.advanced = True
        self.rtt = news.now - news.last_sent
        later = news.latest_sent > self.sent_at
        if later or (news.latest_sent == self.sent_at and news.latest_end > self.end):
            self.sent_at = news.latest_sent
            self.end = news.latest_end

    def widen(self, now: int, sent_at: int) -> None:
        """Step 4: D-SACKs widen the reordering window, at most once a round trip
        (``sent_at``: when the latest of what this ACK reports had left; an ACK that
        reports nothing new leaves the decision to the next)."""
        if sent_at == NOTHING:
            return
        if sent_at < self.widened_at:
            self.dsack_seen = False
        if self.dsack_seen:
            self.window_steps = min(MOST_STEPS, self.window_steps + 1)
            self.dsack_seen = False
            self.widened_at = now
            self.window_persists = RECOVERY_THRESHOLD
        elif self.window_persists == 0:
            self.window_steps = 1

    def window(self, recovering: bool, many_sacked: bool, min_rtt: int, srtt: int) -> int:
        """Step 4: the reordering window; none until reordering has been seen and
        three duplicates would have told of a loss anyway."""
        if self.reordering_seen == 0 and (recovering or many_sacked):
            return 0
        return min(min_rtt // 4 * self.window_steps, srtt)

    def sent_after(self, sent: Sent) -> bool:
        """Whether the latest delivered segment left after ``sent``."""
        if self.sent_at != sent.sent_at:
            return self.sent_at > sent.sent_at
        return self.end > sent.end

    def detect(self, board: Scoreboard, window: int, now: int, news: Delivery) -> int:
        """Step 5: mark what is lost; how long until the next could be (ns, 0: none).

        Retransmissions are looked at in the order in which they left, text sent once in
        that of its numbers, which is the same: each walk ends at the first range that left
        after the latest delivered one. What is settled is not looked at again.
        """
        wait = self._detect_resent(board, window, now, news)
        ranges = board.ranges
        settled = True
        for index in range(board.index_at(board.settled), len(ranges)):
            sent = ranges[index]
            if not (sent.sacked or sent.lost or sent.resent):
                if not self.sent_after(sent):
                    break
                remaining = self.rtt + window - (now - sent.sent_at)
                if remaining > 0:
                    wait = max(wait, remaining)
                    settled = False
                else:
                    news.lost += board.mark_lost(index)
            if settled:
                board.settled = sent.end
        return wait

    def _detect_resent(self, board: Scoreboard, window: int, now: int, news: Delivery) -> int:
        wait = 0
        queue = board.resent_queue
        if queue is None:
            return 0
        while queue and stale(queue[0]):
            queue.popleft()
        for entry in queue:
            if stale(entry):
                continue
            sent = entry[1]
            if not self.sent_after(sent):
                break
            remaining = self.rtt + window - (now - sent.sent_at)
            if remaining > 0:
                wait = max(wait, remaining)
                continue
            news.lost_again = True
            news.lost += board.mark_lost(board.index_at(sent.start))
        return wait
