"""The receive side: what has come, what may come, what must be said of it.

RCV.NXT and RCV.WND (RFC 9293 §3.3.1), the receive buffer, the window offered
(§3.8.6.2.2), and the acknowledgement owed (§3.8.6.3). ``owed`` is the one fact
that sending needs from here.
"""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.core.reassembly import NOTHING_HELD, Reassembly
from synfin.core.rules import Rule
from synfin.core.sendbuffer import Chunk, pinned_by
from synfin.core.settings import Settings
from synfin.wire.tcp import COPY_LIMIT

NONE: Final = 0
DELAYED: Final = 1
NOW: Final = 2


@mypyc_attr(acyclic=True)
class Acking:
    """When the next ACK for text leaves: the state of :mod:`synfin.core.delayed_acks`
    (Linux icsk_ack). Times are ns."""

    def __init__(self, settings: Settings) -> None:
        self.adaptive: bool = settings.adaptive_acks
        self.quick: int = 0 if settings.adaptive_acks else settings.quick_acks
        """How many more ACKs leave at once."""
        self.pingpong: bool = False
        """We answer text by text: ACKs wait for it."""
        self.ato: int = 0
        """How long an ACK may wait, estimated; 0: no text has come yet."""
        self.delay: int = settings.delayed_ack_ns
        """How long the ACK that waits now was meant to wait at most."""
        self.heard_at: int = 0
        """When text last came."""
        self.small_size: int = 0
        """The size of the last segment if it was small, else 0."""
        self.pushed: int = 0
        """Ends of writes (PSH or a small segment) seen since our last ACK, up to 2."""
        self.duplicates: int = 0
        """Duplicate ACKs that have left at once for :attr:`duplicates_for`."""
        self.duplicates_for: int = -1
        self.compressed: int = 0
        """Duplicate ACKs that wait to go as one (:func:`~synfin.core.delayed_acks.compress`)."""
        self.writer_waits: bool = False
        """A blocking SEND waits for ESTABLISHED (Linux sk_write_pending)."""
        self.due: bool = False
        """Text was delivered and the decision about its ACK is still to be made."""


@mypyc_attr(acyclic=True)
class Receiver:
    """The receive sequence space of one connection, absolute numbers."""

    def __init__(self, settings: Settings) -> None:
        self.irs: int = 0
        self.rcv_nxt: int = 0
        self.rcv_adv: int = 0
        """Right edge offered so far; never moves left (SHLD-14)."""
        self.rcv_up: int = -1
        self.buffer_size: int = settings.receive_buffer
        self.offers_free_space: bool = settings.window_is_free_space
        self.half_open: bool = False
        """A listener's child in SYN-RECEIVED: FreeBSD's syncache knows no buffer yet, only
        the window it has offered."""
        self.scale: int = 0
        """Shift of the window we offer (RFC 7323 §2.3); 0 until negotiated."""
        self.segment_size: int = 536
        """Estimate of the peer's full-sized segment, for SHLD-19."""
        self.chunks: list[Chunk] = []
        self.head: int = 0
        self.offset: int = 0
        self.unread: int = 0
        self.pinned: int = 0
        """Octets of the buffers that views among :attr:`chunks` keep from being used again."""
        self.held: Reassembly = NOTHING_HELD
        """To be read; :meth:`hold` gives one to add to."""
        self.fin_seq: int = -1
        """Sequence number of the peer's FIN once seen, in order or not."""
        self.fin_received: bool = False
        self.owed: int = NONE
        self.owed_rule: Rule | None = None
        self.copies: int = 0
        """How many immediate duplicate ACKs are owed besides the first."""
        self.unacked: int = 0
        """Octets of text received since our last ACK."""
        self.last_ack_sent: int = 0
        self.last_edge_sent: int = 0
        self.dsack: tuple[int, int] | None = None
        """What came twice and is still to be reported (RFC 2883), [left, right)."""
        self.ts_recent: int = -1
        self.ts_recent_at: int = 0

    @property
    def rcv_wnd(self) -> int:
        """RCV.WND: octets we are willing to take from RCV.NXT on (REC-1)."""
        return self.rcv_adv - self.rcv_nxt

    @property
    def edge(self) -> int:
        """Up to where text is taken: what was offered; on FreeBSD all that is free
        (tcp_do_segment(): rcv_wnd = max(sbspace(), rcv_adv - rcv_nxt))."""
        if self.offers_free_space and not self.half_open:
            return max(self.rcv_adv, self.rcv_nxt + self.buffer_size - self.unread)
        return self.rcv_adv

    @property
    def acceptable_window(self) -> int:
        """As RCV.WND, up to :attr:`edge`."""
        return self.edge - self.rcv_nxt

    def start(self, irs: int) -> None:
        """The peer's SYN came."""
        self.irs = irs
        self.rcv_nxt = irs + 1
        self.rcv_adv = self.rcv_nxt
        self.last_ack_sent = self.rcv_nxt

    # -- acceptability (RFC 9293 §3.10.7.4, Table 6) ---------------------------
    def acceptable(self, seq: int, length: int, at_edge: bool = False) -> bool:
        """Table 6's four cases for a segment [seq, seq+length); ``at_edge`` takes an
        empty one right at the window's edge as well."""
        nxt = self.rcv_nxt
        edge = self.edge
        if length == 0:
            if edge == nxt or at_edge:
                return nxt <= seq <= edge
            return nxt <= seq < edge
        if edge == nxt:
            return False
        last = seq + length - 1
        return nxt <= seq < edge or nxt <= last < edge

    # -- buffer ---------------------------------------------------------------
    def deliver(self, data: Chunk) -> None:
        """``data`` starts at RCV.NXT: it is the application's now."""
        size = len(data)
        self.chunks.append(data)
        if not isinstance(data, bytes):
            self.pinned += pinned_by(data)
        self.unread += size
        self.rcv_nxt += size
        if self.rcv_nxt > self.rcv_adv:
            self.rcv_adv = self.rcv_nxt  # more than was offered: see ``edge``
        self.unacked += size

    def hold(self) -> Reassembly:
        """What is held out of order, to add to."""
        if self.held is NOTHING_HELD:
            self.held = Reassembly()
        return self.held

    def forget_held(self) -> None:
        """Nothing can follow any more that was held."""
        self.held = NOTHING_HELD

    def deliver_held(self) -> int:
        """Deliver what the last text made contiguous; returns how many octets."""
        before = self.rcv_nxt
        for piece in self.held.take(self.rcv_nxt):
            self.deliver(piece)
        if len(self.held.block_starts) == 0:
            self.held = NOTHING_HELD
        return self.rcv_nxt - before

    def read(self, limit: int) -> bytes:
        """Take up to ``limit`` octets; ``b""`` when there are none."""
        if self.unread == 0 or limit <= 0:
            return b""
        chunk = self.chunks[self.head]
        if self.offset == 0 and len(chunk) <= limit and self.unread == len(chunk):
            self._consume(self.unread)  # nearly always: one segment, read as it came
            return chunk if isinstance(chunk, bytes) else bytes(chunk)
        parts: list[Chunk] = []
        while limit > 0 and self.head < len(self.chunks):
            chunk = self.chunks[self.head]
            left = len(chunk) - self.offset
            size = min(left, limit)
            parts.append(chunk[self.offset : self.offset + size])
            limit -= size
            self._consume(size)
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def views(self, limit: int) -> list[memoryview]:
        """The first ``limit`` octets or fewer, in order and uncopied; they stay unread
        until :meth:`consume`. The views are the caller's own, to be released if he likes."""
        found: list[memoryview] = []
        offset = self.offset
        for index in range(self.head, len(self.chunks)):
            if limit <= 0:
                break
            part = memoryview(self.chunks[index])
            if offset or len(part) > limit:
                part = part[offset : offset + limit]
                offset = 0
            found.append(part)
            limit -= len(part)
        return found

    def peek(self, limit: int) -> bytes:
        """What :meth:`read` would return, without taking it."""
        parts: list[Chunk] = []
        offset = self.offset
        for index in range(self.head, len(self.chunks)):
            if limit <= 0:
                break
            part = self.chunks[index][offset : offset + limit]
            parts.append(part)
            limit -= len(part)
            offset = 0
        return b"".join(parts)

    def consume(self, octets: int) -> None:
        """Take ``octets`` without returning them (after :meth:`views`)."""
        while octets > 0 and self.head < len(self.chunks):
            size = min(octets, len(self.chunks[self.head]) - self.offset)
            self._consume(size)
            octets -= size

    def _consume(self, size: int) -> None:
        self.unread -= size
        self.offset += size
        chunk = self.chunks[self.head]
        if self.offset == len(chunk):
            if not isinstance(chunk, bytes):
                self.pinned -= pinned_by(chunk)
            self.chunks[self.head] = b""
            self.head += 1
            self.offset = 0
            if self.head > 64 and self.head * 2 > len(self.chunks):
                del self.chunks[: self.head]
                self.head = 0

    def drop_unread(self) -> None:
        """Nobody will read: forget what is buffered."""
        self.chunks = []
        self.head = 0
        self.offset = 0
        self.unread = 0
        self.pinned = 0

    def keep(self, payload: Chunk) -> Chunk:
        """``payload`` in a form that may stay: as it is, or copied.

        Whoever hands over a segment leaves its payload unchanged as long as anybody has
        a view of it. A view keeps a whole buffer from being used again, however little
        it shows; the receive buffer is charged that much, and what is short, or goes
        beyond, is copied out (as Linux tcp_collapse() makes room).
        """
        if isinstance(payload, bytes):
            return payload
        pinned = self.pinned + self.held.pinned + pinned_by(payload)
        if len(payload) < COPY_LIMIT or pinned > self.buffer_size:
            return bytes(payload)
        return payload

    # -- the window offered (RFC 9293 §3.8.6.2.2) -------------------------------
    def offered_edge(self, smallest_step: int) -> int:
        """The right edge to offer now: it moves only by a worthwhile step
        (SWS avoidance, MUST-39) and never left. While nobody reads it stays (MAY-8)."""
        edge = self.rcv_nxt + max(0, self.buffer_size - self.unread)
        if edge - self.rcv_adv >= smallest_step:
            return edge
        return self.rcv_adv

    def window_field(self, mss: int, syn: bool) -> int:
        """The window field to send, and remember what it promises.

        A scaled value is rounded up only where rounding down would move an edge
        already promised to the left, and then by less than one unit beyond the
        buffer: small segments would otherwise push the edge on for ever. What was
        promised stays acceptable (RFC 7323 §2.4).
        """
        if self.offers_free_space:
            return self._free_space_field(mss, syn)
        step = max(1, min(self.buffer_size >> 1, mss))
        nxt = self.rcv_nxt
        window = self.offered_edge(step) - nxt
        if syn:
            field = min(window, 0xFFFF)
            self.rcv_adv = max(self.rcv_adv, nxt + field)
            return field
        scale = self.scale
        unit = 1 << scale
        kept = (self.rcv_adv - nxt + unit - 1) >> scale
        room = max(0, self.buffer_size - self.unread)
        if (kept << scale) - room >= unit:
            kept = 0
        elif window >= step:
            kept = max(kept, 1)  # room worth offering must not be scaled away
        field = min(max(window >> scale, kept), 0xFFFF)
        promised = nxt + (field << scale)
        if promised > self.rcv_adv:
            self.rcv_adv = promised
        return field

    def _free_space_field(self, mss: int, syn: bool) -> int:
        """What is free just now, never less than was promised (FreeBSD tcp_output())."""
        room = max(0, self.buffer_size - self.unread)
        if room < self.buffer_size // 4 and room < mss:
            room = 0
        room = max(room, self.rcv_adv - self.rcv_nxt)
        scale = 0 if syn else self.scale
        field = min((room + (1 << scale) - 1) >> scale, 0xFFFF)
        self.rcv_adv = max(self.rcv_adv, self.rcv_nxt + (field << scale))
        return field

    def owe(self, kind: int, rule: Rule) -> None:
        """One ACK is owed, however many reasons arise (MUST-58); the latest stands."""
        if kind >= self.owed:
            self.owed = kind
            self.owed_rule = rule

    def acknowledged(self) -> None:
        """An ACK of RCV.NXT leaves now."""
        self.owed = NONE
        self.owed_rule = None
        self.copies = 0
        self.dsack = None
        self.unacked = 0
        self.last_ack_sent = self.rcv_nxt
        self.last_edge_sent = self.rcv_adv
