"""Octets the application has sent and the peer has not yet acknowledged."""

from bisect import bisect_right

Chunk = bytes | memoryview


class SendBuffer:
    """A queue of chunks addressed by absolute sequence number.

    ``bytes`` are kept by reference, so nothing is copied on the way in;
    :meth:`peek` copies only when a range spans chunks.
    """

    def __init__(self, start: int) -> None:
        self.start: int = start
        """Sequence number of the first octet held."""
        self.end: int = start
        self.chunks: list[Chunk] = []
        self.starts: list[int] = []
        self.head: int = 0
        self.bounds: list[int] = []
        """Where a segment has to end, in order: records (MSG_EOR), units of queueing."""
        self.pushed: list[bool] = []
        """Whether the segment that ends at the bound is pushed, one for each."""

    def bound(self, pushed: bool) -> None:
        """No later text may join a segment with what is queued now."""
        if not self.bounds or self.bounds[-1] != self.end:
            self.bounds.append(self.end)
            self.pushed.append(pushed)

    def at_bound(self) -> bool:
        """A segment has to end with the text that was queued last."""
        return bool(self.bounds) and self.bounds[-1] == self.end

    def pushed_at(self, seq: int) -> bool:
        """``seq`` is a bound, and the segment that ends there is pushed."""
        if not self.bounds:
            return False
        index = bisect_right(self.bounds, seq) - 1
        return index >= 0 and self.bounds[index] == seq and self.pushed[index]

    def stretch(self, seq: int) -> int:
        """How many octets from ``seq`` on may stand in one segment: to the next bound or to
        the end of the queue."""
        if self.bounds:
            index = bisect_right(self.bounds, seq)
            if index < len(self.bounds):
                return self.bounds[index] - seq
        return max(0, self.end - seq)

    def append(self, data: Chunk) -> None:
        """Queue ``data`` (not empty)."""
        self.starts.append(self.end)
        self.chunks.append(data)
        self.end += len(data)

    def peek(self, seq: int, length: int) -> Chunk:
        """``length`` octets from ``seq`` on, which must be held."""
        if length <= 0:
            return b""
        i = bisect_right(self.starts, seq, self.head) - 1
        offset = seq - self.starts[i]
        chunk = self.chunks[i]
        if offset + length <= len(chunk):
            if offset == 0 and length == len(chunk):
                return chunk
            return memoryview(chunk)[offset : offset + length]
        parts: list[Chunk] = []
        while length > 0:
            part = memoryview(self.chunks[i])[offset : offset + length]
            parts.append(part)
            length -= len(part)
            offset = 0
            i += 1
        return b"".join(parts)

    def release(self, seq: int) -> None:
        """Forget everything before ``seq``."""
        if seq <= self.start:
            return
        self.start = min(seq, self.end)
        if self.bounds:
            gone = bisect_right(self.bounds, self.start)
            del self.bounds[:gone]
            del self.pushed[:gone]
        head = self.head
        count = len(self.chunks)
        while head < count and self.starts[head] + len(self.chunks[head]) <= seq:
            self.chunks[head] = b""
            head += 1
        self.head = head
        if head > 64 and head * 2 > count:
            del self.chunks[:head]
            del self.starts[:head]
            self.head = 0
