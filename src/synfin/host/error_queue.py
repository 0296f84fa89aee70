"""A socket's error queue: what recvmsg(2) with MSG_ERRQUEUE gives back.

Two senders of news write to it: MSG_ZEROCOPY (the buffers of a call may be used again)
and SO_TIMESTAMPING (when the last octet of a call was scheduled, sent, acknowledged).
Linux Documentation/networking/msg_zerocopy.rst and timestamping.rst. Times are ns.
"""

from collections import deque
from typing import Final

from synfin.core.errno import ENOMSG
from synfin.core.sender import Sender

ORIGIN_TIMESTAMPING: Final = 4
ORIGIN_ZEROCOPY: Final = 5
ZEROCOPY_COPIED: Final = 1
"""ee_code: the octets were copied after all, as they are on any path into Python."""

TX_SOFTWARE: Final = 1 << 1
REPORT_SOFTWARE: Final = 1 << 4
"""SOF_TIMESTAMPING_SOFTWARE: report the stamps that were taken in software."""
OPT_ID: Final = 1 << 7
TX_SCHED: Final = 1 << 8
TX_ACK: Final = 1 << 9
TX_ANY: Final = TX_SOFTWARE | TX_SCHED | TX_ACK

STAMP_SENT: Final = 0
STAMP_SCHEDULED: Final = 1
STAMP_ACKED: Final = 2

FRAGMENTS: Final = 17
"""How many buffers of a call with MSG_ZEROCOPY one segment can refer to (Linux
MAX_SKB_FRAGS)."""
MAX_ENTRIES: Final = 1024
"""More are lost (Linux charges them to SO_RCVBUF)."""


def fragment_groups(sizes: list[int]) -> list[int]:
    """Octets of the parts into which a zero-copy send of such buffers falls; no segment
    goes across."""
    return [sum(sizes[at : at + FRAGMENTS]) for at in range(0, len(sizes), FRAGMENTS)] or [0]


class ErrorEntry:
    """struct sock_extended_err, with the time that goes with it."""

    def __init__(self, errno: int, origin: int, code: int, info: int, data: int) -> None:
        self.errno: int = errno
        self.origin: int = origin
        self.type: int = 0
        self.code: int = code
        self.info: int = info
        self.data: int = data
        self.time: int = -1
        """SCM_TIMESTAMPING, ns; -1: none."""
        self.length: int = 0
        """Octets of the packet it is about."""


class ErrorQueue:
    """First in, first out; the numbers of zero-copy calls that follow each other join."""

    def __init__(self) -> None:
        self.entries: deque[ErrorEntry] = deque()

    def push(self, entry: ErrorEntry) -> None:
        """One more, unless the queue is full."""
        if len(self.entries) < MAX_ENTRIES:
            self.entries.append(entry)

    def push_zerocopy(self, number: int) -> None:
        """Call ``number`` is done: ee_info to ee_data is the range of calls that are."""
        last = self.entries[-1] if self.entries else None
        if last is not None and last.origin == ORIGIN_ZEROCOPY and last.data + 1 == number:
            last.data = number
            return
        self.push(ErrorEntry(0, ORIGIN_ZEROCOPY, ZEROCOPY_COPIED, number, number))

    def push_stamp(self, kind: int, key: int, time: int, length: int) -> None:
        """``kind`` (STAMP_...) of the octet called ``key`` happened at ``time``."""
        entry = ErrorEntry(ENOMSG, ORIGIN_TIMESTAMPING, 0, kind, key)
        entry.time = time
        entry.length = length
        self.push(entry)

    def take(self) -> ErrorEntry | None:
        """The oldest; None when there is none."""
        return self.entries.popleft() if self.entries else None


class _Stamp:
    """A call whose last octet is to be timed."""

    def __init__(self, end: int, length: int, key: int, flags: int) -> None:
        self.end: int = end
        self.length: int = length
        self.key: int = key
        self.flags: int = flags


class SendMarks:
    """Calls of one connection that wait to be sent or acknowledged, in order."""

    def __init__(self, queue: ErrorQueue) -> None:
        self.queue: ErrorQueue = queue
        self.zerocopy: deque[tuple[int, int]] = deque()
        """(where the call's octets end, its number)."""
        self.to_send: deque[_Stamp] = deque()
        self.to_ack: deque[_Stamp] = deque()

    def add_zerocopy(self, end: int, number: int) -> None:
        """The octets of call ``number`` end before ``end``."""
        self.zerocopy.append((end, number))

    def add_stamp(self, end: int, length: int, key: int, flags: int) -> None:
        """Time the octet before ``end``, called ``key``, as ``flags`` (TX_...) ask."""
        stamp = _Stamp(end, length, key, flags)
        self.to_send.append(stamp)
        if flags & TX_ACK:
            self.to_ack.append(stamp)

    def progress(self, snd: Sender, now: int, over: bool) -> bool:
        """Whether SND.UNA and SND.NXT, or the end of the connection, made news."""
        before = len(self.queue.entries)
        news = False
        while self.to_send and self.to_send[0].end <= snd.snd_max:
            stamp = self.to_send.popleft()
            if stamp.flags & TX_SCHED:
                self.queue.push_stamp(STAMP_SCHEDULED, stamp.key, now, stamp.length)
            if stamp.flags & TX_SOFTWARE:
                self.queue.push_stamp(STAMP_SENT, stamp.key, now, stamp.length)
        while self.to_ack and self.to_ack[0].end <= snd.snd_una:
            stamp = self.to_ack.popleft()
            self.queue.push_stamp(STAMP_ACKED, stamp.key, now, stamp.length)
        while self.zerocopy and (over or self.zerocopy[0][0] <= snd.snd_una):
            self.queue.push_zerocopy(self.zerocopy.popleft()[1])
            news = True
        return news or len(self.queue.entries) > before
