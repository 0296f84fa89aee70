"""Octets the application has sent and the peer has not yet acknowledged."""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.wire.tcp import COPY_LIMIT

Chunk = bytes | memoryview

_TRIM: Final = 64
"""So many entries that are done with may stand before those in use."""


@mypyc_attr(acyclic=True)
class Piece:
    """Text [start, end) of the queue: ``data`` from ``offset`` on."""

    def __init__(self, start: int, end: int, data: Chunk, offset: int) -> None:
        self.start: int = start
        self.end: int = end
        self.data: Chunk = data
        self.offset: int = offset


@mypyc_attr(acyclic=True)
class Bound:
    """A segment has to end at ``seq``; ``pushed``: and is pushed there."""

    def __init__(self, seq: int, pushed: bool) -> None:
        self.seq: int = seq
        self.pushed: bool = pushed


_NO_PIECES: Final[list[Piece]] = []
_NO_BOUNDS: Final[list[Bound]] = []
"""What every empty buffer has; never changed. Idle connections are many."""


def pinned_by(view: memoryview) -> int:
    """Octets of the whole buffer behind ``view``, however little of it is shown."""
    return len(view.obj)  # type: ignore[arg-type]  # what memoryview() took has a length


def unchanging(data: bytes | bytearray | memoryview) -> Chunk:
    """The octets of ``data`` uncopied if nobody can change them (bytes, or a view of bytes),
    else a copy. The view is one of our own: its owner may release the one that came."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, memoryview) and isinstance(data.obj, bytes) and plain(data):
        return memoryview(data)
    return bytes(data)


def plain(view: memoryview) -> bool:
    """Octets one after the other: its length and its slices count octets."""
    return view.contiguous and view.itemsize == 1 and view.ndim == 1


@mypyc_attr(acyclic=True)
class SendBuffer:
    """A queue of chunks addressed by absolute sequence number.

    ``bytes`` are kept by reference, so nothing is copied on the way in; :meth:`peek`
    copies what is short or spans chunks. Text is looked at in order, nearly always: where
    the last look found it is where the next begins.
    """

    def __init__(self, start: int) -> None:
        self.start: int = start
        """Sequence number of the first octet held."""
        self.end: int = start
        self.pieces: list[Piece] = _NO_PIECES
        self.head: int = 0
        """The first piece that is still held."""
        self.looked: int = 0
        """The piece found last."""
        self.bounds: list[Bound] = _NO_BOUNDS
        """Where a segment has to end, in order: records (MSG_EOR), units of queueing."""
        self.bound_head: int = 0
        self.bound_looked: int = 0

    # -- where segments end -----------------------------------------------------------
    def bound(self, pushed: bool) -> None:
        """No later text may join a segment with what is queued now."""
        if not self.at_bound():
            if self.bounds is _NO_BOUNDS:
                self.bounds = []
            self.bounds.append(Bound(self.end, pushed))

    def at_bound(self) -> bool:
        """A segment has to end with the text that was queued last."""
        count = len(self.bounds)
        return count > self.bound_head and self.bounds[count - 1].seq == self.end

    def _bound_after(self, seq: int) -> int:
        """Index of the first bound above ``seq``."""
        bounds = self.bounds
        low, high = self.bound_head, len(bounds)
        last = self.bound_looked
        if last < high and bounds[last].seq > seq:
            if last == low or bounds[last - 1].seq <= seq:
                return last
            high = last
        while low < high:
            middle = (low + high) >> 1
            if bounds[middle].seq <= seq:
                low = middle + 1
            else:
                high = middle
        self.bound_looked = low
        return low

    def pushed_at(self, seq: int) -> bool:
        """``seq`` is a bound, and the segment that ends there is pushed."""
        if len(self.bounds) == self.bound_head:
            return False
        index = self._bound_after(seq - 1)
        if index >= len(self.bounds):
            return False
        bound = self.bounds[index]
        return bound.seq == seq and bound.pushed

    def stretch(self, seq: int) -> int:
        """How many octets from ``seq`` on may stand in one segment: to the next bound or to
        the end of the queue."""
        if len(self.bounds) > self.bound_head:
            index = self._bound_after(seq)
            if index < len(self.bounds):
                return self.bounds[index].seq - seq
        return max(0, self.end - seq)

    # -- the text ---------------------------------------------------------------------
    def append(self, data: Chunk, offset: int = 0, length: int = -1) -> None:
        """Queue ``length`` octets of ``data`` from ``offset`` on (not none; -1: all). What
        goes on where the last piece of the same data ended joins it, so that a segment
        that spans both is no copy."""
        start = self.end
        self.end = start + (len(data) if length < 0 else length)
        pieces = self.pieces
        if pieces is _NO_PIECES:
            pieces = self.pieces = []
        if len(pieces) > 0:
            last = pieces[len(pieces) - 1]
            if last.data is data and last.offset + start - last.start == offset:
                last.end = self.end
                return
        pieces.append(Piece(start, self.end, data, offset))

    def peek(self, seq: int, length: int) -> Chunk:
        """``length`` octets from ``seq`` on, which must be held."""
        if length <= 0:
            return b""
        index = self._piece_at(seq)
        piece = self.pieces[index]
        offset = piece.offset + seq - piece.start
        if seq + length <= piece.end:
            return cut(piece.data, offset, length)
        parts: list[Chunk] = [cut(piece.data, offset, piece.end - seq)]
        end = seq + length
        while piece.end < end:
            index += 1
            piece = self.pieces[index]
            parts.append(cut(piece.data, piece.offset, min(end, piece.end) - piece.start))
        return b"".join(parts)

    def _piece_at(self, seq: int) -> int:
        """Index of the piece that holds ``seq``."""
        pieces = self.pieces
        low, high = self.head, len(pieces)
        last = self.looked
        if last < high and pieces[last].start <= seq:
            if seq < pieces[last].end:
                return last
            low = last + 1
            if low < high and seq < pieces[low].end:
                high = low
        while low < high:
            middle = (low + high) >> 1
            if pieces[middle].end <= seq:
                low = middle + 1
            else:
                high = middle
        self.looked = low
        return low

    def release(self, seq: int) -> None:
        """Forget everything before ``seq``."""
        if seq <= self.start:
            return
        self.start = min(seq, self.end)
        self._release_bounds()
        pieces = self.pieces
        head = self.head
        count = len(pieces)
        while head < count and pieces[head].end <= seq:
            pieces[head].data = b""
            head += 1
        if head == count:
            if count:
                self.pieces = _NO_PIECES
            head = 0
        elif head > _TRIM and head * 2 > count:
            del pieces[:head]
            head = 0
        if head != self.head:
            self.head = self.looked = head

    def _release_bounds(self) -> None:
        bounds = self.bounds
        head = self.bound_head
        count = len(bounds)
        while head < count and bounds[head].seq <= self.start:
            head += 1
        if head == self.bound_head:
            return
        if head == count:
            self.bounds = _NO_BOUNDS
            head = 0
        elif head > _TRIM and head * 2 > count:
            del bounds[:head]
            head = 0
        self.bound_head = self.bound_looked = head


def cut(data: Chunk, offset: int, length: int) -> Chunk:
    """``length`` octets of ``data``: all of it as it is, a short part copied (the contract
    about payloads below 2 KB), a long part as a view."""
    if length == len(data):
        return data
    if length < COPY_LIMIT and isinstance(data, bytes):
        return data[offset : offset + length]
    return memoryview(data)[offset : offset + length]
