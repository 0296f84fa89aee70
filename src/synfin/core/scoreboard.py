"""What has been sent and not yet acknowledged: ranges, not packets.

Each :class:`Sent` is a range of sequence space sent at one time with one MSS;
ranges are split only by an ACK, a SACK, a loss or a new path MTU. A range is
SACKed, or lost (due for retransmission), or in flight; what each kind takes of
the congestion window is counted as it changes, so that the flight size (RFC 6675
"pipe") is always at hand.
"""

from collections import deque

from synfin.core.delivery import Delivery
from synfin.core.interpreted import mypyc_attr
from synfin.core.scoreboard_range import Sent
from synfin.wire.tcp import FIN, PSH, SYN


@mypyc_attr(acyclic=True)
class Scoreboard:
    """The retransmission queue of RFC 9293 §3.10, in order of sequence.

    ``unit`` 0 counts octets, as RFC 5681 does; otherwise a range counts as the
    segments of ``unit`` octets that it needs, as Linux does (packets_out).
    """

    def __init__(self) -> None:
        self.ranges: list[Sent] = []
        self.head: int = 0
        self.unit: int = 0
        self.flight_octets: int = 0
        """All that is outstanding, SACKed or not."""
        self.sacked_octets: int = 0
        self.lost_octets: int = 0
        self.resent_octets: int = 0
        """Retransmissions in flight (Linux retrans_out)."""
        self.highest_sacked: int = -1
        self.settled: int = 0
        """Nothing below this number is text in flight that was sent once."""
        self.resent_queue: deque[tuple[int, Sent]] | None = None
        """Retransmissions in the order in which they left, each with its time; some are
        :func:`stale`. None before the first."""
        self.first_lost: int = 0
        """No range before this index is lost: where a search may begin."""

    def empty(self) -> bool:
        """Nothing is outstanding."""
        return self.head >= len(self.ranges)

    def front(self) -> Sent:
        """The earliest outstanding range; there must be one."""
        return self.ranges[self.head]

    def cost_of(self, start: int, end: int, flags: int) -> int:
        """What [start, end) takes of the congestion window; a FIN or SYN rides for
        nothing on text that is counted in segments, and there a lone SYN takes nothing."""
        octets = end - start
        if self.unit == 0:
            return octets
        if flags & SYN:
            return 0 if octets == 1 else self.unit
        if flags & FIN and octets > 1:
            octets -= 1
        return (octets + self.unit - 1) // self.unit * self.unit

    def set_unit(self, unit: int) -> None:
        """Count segments of ``unit`` octets from now on (the MSS is known or changed)."""
        self.unit = unit
        self.flight_octets = self.sacked_octets = self.lost_octets = self.resent_octets = 0
        for index in range(self.head, len(self.ranges)):
            sent = self.ranges[index]
            sent.cost = self.cost_of(sent.start, sent.end, sent.flags)
            self.flight_octets += sent.cost
            self._count(sent, sent.cost)

    def _count(self, sent: Sent, cost: int) -> None:
        """Add ``cost`` to the kinds of which ``sent`` is."""
        if sent.sacked:
            self.sacked_octets += cost
        elif sent.lost:
            self.lost_octets += cost
        elif sent.resent:
            self.resent_octets += cost

    def add(self, sent: Sent) -> None:
        """``sent`` follows everything sent so far."""
        sent.cost = self.cost_of(sent.start, sent.end, sent.flags)
        self.flight_octets += sent.cost
        self.ranges.append(sent)

    def clear(self) -> None:
        """Forget everything outstanding."""
        self.ranges = []
        self.head = 0
        self.flight_octets = self.sacked_octets = self.lost_octets = self.resent_octets = 0
        self.highest_sacked = -1
        self.first_lost = 0
        self.settled = 0
        self.resent_queue = None

    def acknowledge(self, ack: int, news: Delivery) -> None:
        """Drop what lies before ``ack`` and note in ``news`` what that tells."""
        ranges = self.ranges
        head = self.head
        while head < len(ranges):
            first = ranges[head]
            if first.end > ack:
                if first.start < ack:
                    self._acknowledge_part(first, ack, news)
                break
            self.flight_octets -= first.cost
            self._count(first, -first.cost)
            news.whole = True
            if not first.sacked:
                news.take_acked(first, first.cost)
                first.resent = False
            head += 1
        if head == len(ranges):
            ranges.clear()  # with its room: an idle connection keeps nothing here
            self.head = self.first_lost = 0
            return
        self.head = head
        if self.first_lost < head:
            self.first_lost = head
        if head > 256 and head * 2 > len(ranges):
            del ranges[:head]
            self.first_lost -= head
            self.head = 0

    def _acknowledge_part(self, sent: Sent, ack: int, news: Delivery) -> None:
        flags = sent.flags & (FIN | PSH)  # a SYN stood first and is acknowledged
        rest = self.cost_of(ack, sent.end, flags)
        gone = sent.cost - rest
        self.flight_octets -= gone
        self._count(sent, -gone)
        # Part of a segment is no sample; a whole one is, and the SYN, whatever its text became.
        whole = self.unit or sent.mss
        news.whole = news.whole or sent.flags & SYN != 0 or ack - sent.start >= whole
        if sent.flags & SYN or (ack - sent.start >= whole and not sent.sacked):
            news.take_acked(sent, gone)
        elif not sent.sacked:
            news.acked += gone
            if sent.transmissions > 1:
                news.resent = True
        sent.start = ack
        sent.flags = flags
        sent.cost = rest

    def index_at(self, seq: int) -> int:
        """Index of the range that holds ``seq``, or of the next one above it."""
        ranges = self.ranges
        low = self.head
        high = len(ranges)
        while low < high:
            middle = (low + high) // 2
            if ranges[middle].end <= seq:
                low = middle + 1
            else:
                high = middle
        return low

    def split(self, index: int, seq: int) -> None:
        """Cut the range at ``index`` in two at ``seq``, which lies inside it."""
        left = self.ranges[index]
        right = Sent(seq, left.end, left.sent_at, left.flags & (FIN | PSH), left.mss)
        right.first_sent = left.first_sent
        right.transmissions = left.transmissions
        right.sacked = left.sacked
        right.lost = left.lost
        right.resent = left.resent
        left.end = seq
        left.flags &= ~(FIN | PSH)
        before = left.cost
        left.cost = self.cost_of(left.start, seq, left.flags)
        right.cost = self.cost_of(seq, right.end, right.flags)
        more = left.cost + right.cost - before
        if more:
            self.flight_octets += more
            self._count(left, more)
        self.ranges.insert(index + 1, right)
        queue = self.resent_queue
        if right.resent and queue is not None:
            entry = queue.index((left.sent_at, left))
            queue.insert(entry + 1, (right.sent_at, right))

    def sack(self, left: int, right: int, news: Delivery) -> None:
        """Mark [left, right) as received (RFC 2018 §4).

        Neighbours that are both received become one range: each ACK repeats the
        block it extends, and must not cost a walk over all of it.
        """
        index = self.index_at(left)
        while index < len(self.ranges):
            sent = self.ranges[index]
            if sent.start >= right:
                break
            if not sent.sacked:
                if sent.start < left:
                    cut = self._whole_segments(sent, left, True)
                    if cut < sent.end:
                        self.split(index, cut)
                    index += 1
                    continue
                if sent.end > right:
                    cut = self._whole_segments(sent, right, False)
                    if cut == sent.start:
                        break
                    self.split(index, cut)
                self._count(sent, -sent.cost)
                sent.sacked = True
                sent.lost = False
                self.sacked_octets += sent.cost
                news.take_sacked(sent, sent.cost, self.highest_sacked)
                sent.resent = False
                if sent.end > self.highest_sacked:
                    self.highest_sacked = sent.end
            index = self._join(index) + 1
        if index < len(self.ranges) and self.ranges[index].sacked and index > self.head:
            if self.ranges[index - 1].sacked:
                self._join(index)

    def _whole_segments(self, sent: Sent, seq: int, up: bool) -> int:
        """Where to cut ``sent`` for a block edge at ``seq``: where segments are counted, part
        of one counts as not received (Linux tcp_match_skb_to_sack())."""
        octets = seq - sent.start
        if self.unit == 0:
            return seq
        if sent.cost <= self.unit:
            return sent.end if up else sent.start
        whole = octets // self.unit * self.unit
        if up and whole < octets:
            whole += self.unit
        return min(sent.start + whole, sent.end)

    def _join(self, index: int) -> int:
        """Let the received range at ``index`` become part of one before it; where it is now."""
        if index <= self.head or not self.ranges[index - 1].sacked:
            return index
        before = self.ranges[index - 1]
        gone = self.ranges[index]
        before.end = gone.end
        before.flags |= gone.flags
        before.cost += gone.cost
        before.transmissions = max(before.transmissions, gone.transmissions)
        del self.ranges[index]
        if self.first_lost >= index:
            self.first_lost -= 1
        return index - 1

    def collapse(self, index: int, octets: int, edge: int) -> None:
        """Let the range at ``index``, which is due again, take those after it along as long
        as their text fits in ``octets`` and ends by ``edge``."""
        sent = self.ranges[index]
        while index + 1 < len(self.ranges):
            after = self.ranges[index + 1]
            text = after.end - sent.start - (after.flags & FIN)
            if after.sacked or after.cost > max(self.unit, octets) or text > octets:
                return
            if after.end > edge:
                return
            self._count(after, -after.cost)
            self._count(sent, -sent.cost)
            self.flight_octets -= sent.cost + after.cost
            sent.end = after.end
            sent.flags |= after.flags
            sent.transmissions = max(sent.transmissions, after.transmissions)
            sent.cost = self.cost_of(sent.start, sent.end, sent.flags)
            self.flight_octets += sent.cost
            self._count(sent, sent.cost)
            after.resent = False
            del self.ranges[index + 1]

    def mark_lost(self, index: int) -> int:
        """The range at ``index`` is to be sent again; what that takes from the flight."""
        sent = self.ranges[index]
        if sent.lost or sent.sacked:
            return 0
        if sent.resent:
            self.resent_octets -= sent.cost
            sent.resent = False
        sent.lost = True
        self.lost_octets += sent.cost
        if index < self.first_lost:
            self.first_lost = index
        return sent.cost

    def mark_front_lost(self, octets: int) -> int:
        """The first ``octets`` not SACKed are to be sent again; what that takes from the
        flight, 0 where it is known already."""
        index = self.head
        ranges = self.ranges
        while index < len(ranges) and ranges[index].sacked:
            index += 1
        if index >= len(ranges):
            return 0
        sent = ranges[index]
        if sent.lost:
            return 0
        if sent.end - sent.start - (sent.flags & FIN) > octets:
            self.split(index, sent.start + octets)
        return self.mark_lost(index)

    def mark_all_lost(self) -> None:
        """A timeout: nothing that was not SACKed counts as in flight any more."""
        for index in range(self.head, len(self.ranges)):
            self.mark_lost(index)
        self.first_lost = self.head

    def forget_losses(self) -> None:
        """What was deemed lost was not (undo): it is in flight."""
        for index in range(self.head, len(self.ranges)):
            sent = self.ranges[index]
            if sent.lost:
                sent.lost = False
        self.lost_octets = 0
        self.settled = 0

    def forget_sacks(self) -> None:
        """The peer reneged (RFC 2018 §8): what it had SACKed is outstanding again."""
        for index in range(self.head, len(self.ranges)):
            self.ranges[index].sacked = False
        self.settled = 0
        self.sacked_octets = 0
        self.highest_sacked = -1

    def next_lost(self) -> int:
        """Index of the first range due for retransmission, or -1."""
        if self.lost_octets == 0:
            return -1
        index = max(self.first_lost, self.head)
        ranges = self.ranges
        while index < len(ranges) and not ranges[index].lost:
            index += 1
        self.first_lost = index
        return index if index < len(ranges) else -1

    def sent_again(self, index: int, now: int) -> None:
        """The range at ``index`` was retransmitted."""
        sent = self.ranges[index]
        sent.transmissions += 1
        sent.sent_at = now
        if sent.lost:
            sent.lost = False
            self.lost_octets -= sent.cost
        elif sent.sacked or sent.resent:
            return
        sent.resent = True
        self.resent_octets += sent.cost
        self.watch_resent(now, sent)

    def watch_resent(self, now: int, sent: Sent) -> None:
        """``sent`` has just left again; those before it that are stale are forgotten."""
        queue = self.resent_queue
        if queue is None:
            queue = self.resent_queue = deque()
        while queue and stale(queue[0]):
            queue.popleft()
        queue.append((now, sent))


def stale(entry: tuple[int, Sent]) -> bool:
    """A retransmission that has been acknowledged, deemed lost, or followed by another."""
    return not entry[1].resent or entry[1].sent_at != entry[0]
