"""How much the application may queue: SO_SNDBUF, TCP_NOTSENT_LOWAT, and when POLLOUT holds.

RFC 9293 leaves this to the implementation. By itself a buffer is so many octets; with
the switch ``send_by_units`` it is Linux's (net/ipv4/tcp.c tcp_sendmsg(), include/net/sock.h
sk_stream_memory_free()): text is queued in units as large as one hand-over to a device may
be, the limits are looked at only before a new unit begins, and every unit costs some memory
of its own. TCP_NOTSENT_LOWAT bounds what is queued but not yet sent, so that an
application can decide late what to send next.
"""

from typing import Final

from synfin.core import pacing
from synfin.core.forming import sack_length
from synfin.core.send_text import send_text
from synfin.core.sendbuffer import Chunk
from synfin.core.states import State
from synfin.core.tcb import WRITABLE, Tcb

LARGEST_UNIT: Final = 65_536 - 384 - 1
"""Linux GSO_LEGACY_MAX_SIZE less MAX_TCP_HEADER."""
OVERHEAD: Final = 1280
"""What Linux charges for a unit besides its text (an empty sk_buff's truesize)."""
_HEADERS: Final = 384 + 320
_BUFFER: Final = 256
"""Linux sizes of MAX_TCP_HEADER, skb_shared_info and sk_buff, as tcp_sndbuf_expand() uses
them."""
INITIAL_SEGMENTS: Final = 10
BURST: Final = 1024
"""How many segments a send() may form at once; each is charged to the congestion window."""


def queue(tcb: Tcb, data: Chunk, push: bool, record: bool) -> int:
    """Take what there is room for; returns how many octets. ``record``: no later text
    may join a segment with the last of these (MSG_EOR); ``push``: no more comes soon."""
    snd = tcb.snd
    if tcb.settings.send_by_units:
        taken = _queue_units(tcb, data)
    else:
        taken = min(len(data), snd.room(), _unsent_room(tcb))
        if taken:
            snd.buffer.append(data if taken == len(data) else data[:taken])
    tcb.wants_room = tcb.wants_room or taken < len(data)
    if push or taken < len(data):
        tcb.pushed_to = snd.buffer.end
    if record and taken == len(data):
        snd.buffer.bound(push)
    return taken


def lowat(tcb: Tcb) -> int:
    """TCP_NOTSENT_LOWAT in force: the socket's, else the host's; 0: no limit."""
    return tcb.notsent_lowat or tcb.settings.notsent_lowat


def _unsent_room(tcb: Tcb) -> int:
    limit = lowat(tcb)
    return max(0, limit - tcb.snd.unsent) if limit else tcb.snd.buffer_size


def _queue_units(tcb: Tcb, data: Chunk) -> int:
    """Linux tcp_sendmsg(): fill the last unit, then begin new ones while there is room; a
    full one leaves at once if it may, which makes room below the mark."""
    snd = tcb.snd
    buffer = snd.buffer
    size = _unit_size(tcb)
    taken = 0
    while taken < len(data):
        here = buffer.end - max(max(tcb.unit_start, snd.snd_nxt), buffer.start)
        if here <= 0 or here >= size or buffer.at_bound():
            if not _may_begin_unit(tcb):
                break
            if here > 0:
                # A unit that was pushed stays so when more text joins it.
                buffer.bound(tcb.pushed_to > tcb.unit_start)
            tcb.unit_start = buffer.end
            here = 0
        piece = min(len(data) - taken, size - here)
        buffer.append(data, taken, piece)
        taken += piece
        if here + piece == size and taken < len(data):
            _send_full_unit(tcb)
    return taken


def _send_full_unit(tcb: Tcb) -> None:
    """More text comes, so it is pushed only when half a window has gone without (Linux
    forced_push()): then all that may go leaves. Otherwise one hand-over of it does, if nothing
    waits before it (Linux tcp_push_one()). What it was charged to is known now."""
    state = tcb.state
    if state is State.ESTABLISHED or state is State.CLOSE_WAIT:
        snd = tcb.snd
        forced = snd.buffer.end > max(tcb.pushed_to, snd.iss + 1) + snd.max_window // 2
        if not forced and tcb.unit_start > snd.snd_nxt:
            return
        before = tcb.more_coming
        tcb.more_coming = not forced
        if forced:
            tcb.pushed_to = snd.buffer.end
        send_text(tcb, tcb.outbox, BURST if forced else len(tcb.outbox) + _one_handover(tcb))
        tcb.more_coming = before


def _one_handover(tcb: Tcb) -> int:
    """Segments that go to the device at once: one, where it cuts large ones."""
    full = max(tcb.effective_mss - sack_length(tcb), 1)
    if tcb.max_segment > full:
        return 1
    return max(pacing.largest(tcb.snd, full, LARGEST_UNIT // full * full) // full, 1)


def _unit_size(tcb: Tcb) -> int:
    """Linux tcp_send_mss(): whole segments, at most half of the largest window seen."""
    mss = max(tcb.effective_mss - sack_length(tcb), 1)
    window = tcb.snd.max_window
    most = window // 2 if window > 536 else window
    return max(min(LARGEST_UNIT, most) // mss * mss, mss)


def _may_begin_unit(tcb: Tcb) -> bool:
    """Linux sk_stream_memory_free()."""
    limit = lowat(tcb)
    if limit and tcb.snd.unsent >= limit:
        return False
    return charged(tcb) < tcb.snd.buffer_size


def charged(tcb: Tcb) -> int:
    """What the queue costs (Linux sk_wmem_queued): its text, and each unit of it."""
    snd = tcb.snd
    queued = snd.buffer.end - snd.buffer.start
    unsent = min(snd.unsent, queued)
    size = _unit_size(tcb)
    units = -(-unsent // size) + -(-(queued - unsent) // size)
    return queued + units * OVERHEAD


def writable(tcb: Tcb) -> bool:
    """POLLOUT: a third of the buffer is free (Linux __sk_stream_is_writeable()), and what
    is unsent has fallen below half of TCP_NOTSENT_LOWAT."""
    snd = tcb.snd
    limit = lowat(tcb)
    if limit and 2 * snd.unsent >= limit:
        return False
    used = charged(tcb) if tcb.settings.send_by_units else snd.buffer_size - snd.room()
    return 2 * (snd.buffer_size - used) >= used and used < snd.buffer_size


def wait_for_room(tcb: Tcb) -> None:
    """Somebody found no room and wants to hear of it (Linux SOCK_NOSPACE)."""
    tcb.wants_room = True


def after_ack(tcb: Tcb) -> None:
    """An ACK came and what it allowed was sent (Linux tcp_check_space()): the buffer grows
    with the congestion window, unless that is what holds the sender up."""
    tcb.room_due = False
    if not tcb.wants_room:
        return
    snd = tcb.snd
    if snd.in_flight + tcb.effective_mss <= snd.cc.cwnd:
        grow(tcb)
    if writable(tcb):
        tcb.wants_room = False
        tcb.signals |= WRITABLE


def grow(tcb: Tcb) -> None:
    """Linux tcp_sndbuf_expand(): room for two congestion windows, up to tcp_wmem's third
    number; never after SO_SNDBUF."""
    limit = tcb.settings.send_buffer_limit
    if limit == 0 or tcb.send_buffer_fixed:
        return
    snd = tcb.snd
    mss = tcb.effective_mss
    segment = (1 << (snd.mss + _HEADERS - 1).bit_length()) + _BUFFER
    count = max(max(INITIAL_SEGMENTS, snd.cc.cwnd // mss), snd.reordering + 1)
    snd.buffer_size = max(snd.buffer_size, min(2 * count * segment, limit))
