"""Out-of-order segments held until the gap before them closes (SHLD-31)."""

from bisect import bisect_left, bisect_right
from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.core.sendbuffer import Chunk, pinned_by

MAX_PIECES: Final = 4096
"""Bound on held pieces, whatever their size; beyond it text is dropped and
comes again by retransmission."""


@mypyc_attr(acyclic=True)
class Reassembly:
    """Non-overlapping pieces in order of sequence; the first copy of an octet wins.

    ``block_starts`` and ``block_ends`` hold the same octets merged into blocks, so
    that a new piece costs a search, not a walk over its neighbours. ``recent`` lists
    blocks, the one that changed last first: what SACK options report (RFC 2018 §4).
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.pieces: list[Chunk] = []
        self.octets: int = 0
        self.pinned: int = 0
        """Octets of the buffers that views among :attr:`pieces` keep from being used again;
        two views of one buffer count twice."""
        self.block_starts: list[int] = []
        self.block_ends: list[int] = []
        self.recent: list[tuple[int, int]] = []

    def empty(self) -> bool:
        """Nothing is held."""
        return not self.starts

    def add(self, seq: int, data: Chunk) -> int:
        """Hold what is new of ``data`` at ``seq``; returns the octets kept."""
        assert self is not NOTHING_HELD
        if len(self.starts) >= MAX_PIECES:
            return 0
        end = seq + len(data)
        kept = 0
        cursor = seq
        index = bisect_left(self.starts, seq)
        if index > 0:
            cursor = max(cursor, self._end(index - 1))
        while cursor < end:
            limit = self.starts[index] if index < len(self.starts) else end
            if cursor < limit:
                stop = min(limit, end)
                piece = data if stop - cursor == len(data) else data[cursor - seq : stop - seq]
                self.starts.insert(index, cursor)
                self.pieces.insert(index, piece)
                if not isinstance(piece, bytes):
                    self.pinned += pinned_by(piece)
                kept += stop - cursor
                index += 1
            if index >= len(self.starts):
                break
            cursor = max(cursor, self._end(index))
            index += 1
        self.octets += kept
        self.note_block(seq, end)
        return kept

    def _end(self, index: int) -> int:
        return self.starts[index] + len(self.pieces[index])

    def note_block(self, left: int, right: int) -> None:
        """Merge [left, right) with the blocks it touches and put it in front. A FIN is
        such a block without text."""
        assert self is not NOTHING_HELD
        ends = self.block_ends
        if self.recent and ends and left == ends[-1] == self.recent[0][1]:
            # Nearly always: what follows the hole goes on coming in order.
            ends[-1] = right
            self.recent[0] = (self.recent[0][0], right)
            return
        first = bisect_left(ends, left)
        last = bisect_right(self.block_starts, right)
        if first < last:
            left = min(left, self.block_starts[first])
            right = max(right, self.block_ends[last - 1])
        self.block_starts[first:last] = [left]
        self.block_ends[first:last] = [right]
        others = [b for b in self.recent if b[1] < left or b[0] > right]
        self.recent = [(left, right), *others[:3]]

    def clear(self) -> None:
        """Forget everything."""
        if not self.block_starts:
            return
        self.starts = []
        self.pieces = []
        self.octets = 0
        self.pinned = 0
        self.block_starts = []
        self.block_ends = []
        self.recent = []

    def overlap(self, seq: int, end: int) -> tuple[int, int]:
        """The first stretch of [seq, end) that is held already; (seq, seq) when none is."""
        index = bisect_right(self.block_ends, seq)
        if index < len(self.block_starts) and self.block_starts[index] < end:
            return max(seq, self.block_starts[index]), min(end, self.block_ends[index])
        return seq, seq

    def take(self, rcv_nxt: int) -> list[Chunk]:
        """Remove and return what now follows ``rcv_nxt`` without a gap."""
        taken: list[Chunk] = []
        count = 0
        for start in self.starts:
            if start > rcv_nxt:
                break
            piece = self.pieces[count]
            count += 1
            self.octets -= len(piece)
            if not isinstance(piece, bytes):
                self.pinned -= pinned_by(piece)
            end = start + len(piece)
            if end > rcv_nxt:
                taken.append(piece if start == rcv_nxt else piece[rcv_nxt - start :])
                rcv_nxt = end
        if count:
            del self.starts[:count]
            del self.pieces[:count]
        gone = bisect_right(self.block_ends, rcv_nxt)
        if gone:
            del self.block_starts[:gone]
            del self.block_ends[:gone]
            self.recent = [b for b in self.recent if b[1] > rcv_nxt]
        return taken


NOTHING_HELD: Final = Reassembly()
"""What every connection has that holds nothing: most never do. Never added to."""
