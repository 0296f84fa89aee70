"""What has been sent and not yet acknowledged: ranges, not packets.

Each :class:`Sent` is a range of sequence space sent at one time with one MSS;
ranges are split only by an ACK, a SACK, a loss or a new path MTU. Octets that
are SACKed or deemed lost are counted as they change, so that the flight size
is always at hand.
"""

from synfin.wire.tcp import FIN, SYN


class Sent:
    """Sequence space [start, end), last sent at ``sent_at`` (ns)."""

    def __init__(self, start: int, end: int, sent_at: int, flags: int, mss: int) -> None:
        self.start: int = start
        self.end: int = end
        self.sent_at: int = sent_at
        self.first_sent: int = sent_at
        self.flags: int = flags
        """SYN or FIN when the range includes that control (RFC 9293 §3.4)."""
        self.mss: int = mss
        self.transmissions: int = 1
        self.sacked: bool = False
        self.lost: bool = False
        """Deemed lost and not yet sent again: due for retransmission."""


class Scoreboard:
    """The retransmission queue of RFC 9293 §3.10, in order of sequence."""

    def __init__(self) -> None:
        self.ranges: list[Sent] = []
        self.head: int = 0
        self.sacked_octets: int = 0
        self.lost_octets: int = 0
        self.highest_sacked: int = -1
        self.first_lost: int = 0
        """No range before this index is lost: where a search may begin."""
        self.ambiguous: bool = False
        """The last ACK covered something sent more than once (Karn's rule)."""

    def empty(self) -> bool:
        """Nothing is outstanding."""
        return self.head >= len(self.ranges)

    def front(self) -> Sent:
        """The earliest outstanding range; there must be one."""
        return self.ranges[self.head]

    def add(self, sent: Sent) -> None:
        """``sent`` follows everything sent so far."""
        self.ranges.append(sent)

    def clear(self) -> None:
        """Forget everything outstanding."""
        self.ranges = []
        self.head = 0
        self.sacked_octets = 0
        self.lost_octets = 0
        self.highest_sacked = -1
        self.first_lost = 0

    def acknowledge(self, ack: int) -> "Sent | None":
        """Drop what lies before ``ack``; returns the last range it finished."""
        ranges = self.ranges
        head = self.head
        last: Sent | None = None
        self.ambiguous = False
        while head < len(ranges):
            first = ranges[head]
            if first.transmissions > 1 and first.start < ack:
                self.ambiguous = True
            if first.end > ack:
                if first.start < ack:
                    if first.flags & SYN:
                        last = first  # the SYN, whatever becomes of the text on it
                    self._uncount(first, ack - first.start)
                    first.start = ack
                    first.flags &= FIN  # a SYN stood first and is acknowledged
                break
            last = first
            self._uncount(first, first.end - first.start)
            head += 1
        self.head = head
        if self.first_lost < head:
            self.first_lost = head
        if head > 256 and head * 2 > len(ranges):
            del ranges[:head]
            self.first_lost -= head
            self.head = 0
        return last

    def _uncount(self, sent: Sent, octets: int) -> None:
        if sent.sacked:
            self.sacked_octets -= octets
        elif sent.lost:
            self.lost_octets -= octets

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
        right = Sent(seq, left.end, left.sent_at, left.flags & FIN, left.mss)
        right.first_sent = left.first_sent
        right.transmissions = left.transmissions
        right.sacked = left.sacked
        right.lost = left.lost
        left.end = seq
        left.flags &= ~FIN
        self.ranges.insert(index + 1, right)

    def sack(self, left: int, right: int) -> int:
        """Mark [left, right) as received (RFC 2018 §4); returns octets newly so.

        Neighbours that are both received become one range: each ACK repeats the
        block it extends, and must not cost a walk over all of it.
        """
        newly = 0
        index = self.index_at(left)
        while index < len(self.ranges):
            sent = self.ranges[index]
            if sent.start >= right:
                break
            if not sent.sacked:
                if sent.start < left:
                    self.split(index, left)
                    index += 1
                    continue
                if sent.end > right:
                    self.split(index, right)
                size = sent.end - sent.start
                if sent.lost:
                    self.lost_octets -= size
                    sent.lost = False
                sent.sacked = True
                self.sacked_octets += size
                newly += size
            index = self._join(index) + 1
        if index < len(self.ranges) and self.ranges[index].sacked and index > self.head:
            if self.ranges[index - 1].sacked:
                self._join(index)
        if right > self.highest_sacked:
            self.highest_sacked = right
        return newly

    def _join(self, index: int) -> int:
        """Let the received range at ``index`` become part of one before it; where it is now."""
        if index <= self.head or not self.ranges[index - 1].sacked:
            return index
        before = self.ranges[index - 1]
        before.end = self.ranges[index].end
        before.flags |= self.ranges[index].flags
        before.transmissions = max(before.transmissions, self.ranges[index].transmissions)
        del self.ranges[index]
        if self.first_lost >= index:
            self.first_lost -= 1
        return index - 1

    def mark_lost(self, index: int) -> None:
        """The range at ``index`` is to be sent again."""
        sent = self.ranges[index]
        if not sent.lost and not sent.sacked:
            sent.lost = True
            self.lost_octets += sent.end - sent.start
            if index < self.first_lost:
                self.first_lost = index

    def mark_front_lost(self, octets: int) -> bool:
        """The first ``octets`` not SACKed are to be sent again; False if none."""
        index = self.head
        ranges = self.ranges
        while index < len(ranges) and ranges[index].sacked:
            index += 1
        if index >= len(ranges):
            return False
        sent = ranges[index]
        if sent.end - sent.start > octets:
            self.split(index, sent.start + octets)
        self.mark_lost(index)
        return True

    def mark_all_lost(self) -> None:
        """A timeout: nothing that was not SACKed counts as in flight any more."""
        for index in range(self.head, len(self.ranges)):
            self.mark_lost(index)
        self.first_lost = self.head

    def forget_sacks(self) -> None:
        """The peer reneged (RFC 2018 §8): what it had SACKed is outstanding again."""
        for index in range(self.head, len(self.ranges)):
            self.ranges[index].sacked = False
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
            self.lost_octets -= sent.end - sent.start
