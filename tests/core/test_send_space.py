"""What a send() takes: SO_SNDBUF, TCP_NOTSENT_LOWAT, units, MSG_EOR."""

import pytest

from synfin.core import send_space
from synfin.core.sendbuffer import SendBuffer
from synfin.core.settings import LINUX, RFC, Settings
from synfin.wire.tcp import ACK, FIN, PSH, Options
from tests.core.pair import MS, PLAIN, Solo

UNITS = PLAIN.but(send_by_units=True, send_buffer=50_000)
OPTIONS = Options(mss=1000)


def linux(settings: Settings = UNITS, window: int = 32_000) -> Solo:
    return Solo(settings).established(OPTIONS, window=window)


def taken(solo: Solo, size: int, record: bool = False) -> int:
    return solo.conn.send(bytes(size), solo.now, record=record)


# --- by octets, as the RFC's profile has it ------------------------------------------


def test_exactly_what_is_free_is_taken() -> None:
    solo = Solo(PLAIN.but(send_buffer=5000)).established(OPTIONS)
    assert taken(solo, 3000) == 3000
    assert taken(solo, 3000) == 2000
    assert taken(solo, 1) == 0
    assert solo.conn.wants_room


def test_the_mark_counts_octets_that_are_not_sent() -> None:
    solo = Solo(PLAIN.but(notsent_lowat=4000)).established(OPTIONS, window=1000)
    assert taken(solo, 10_000) == 4000
    solo.poll()
    assert taken(solo, 10_000) == 1000, "one segment has left"


# --- by units ------------------------------------------------------------------------


def test_a_unit_may_end_beyond_the_limit() -> None:
    """58000 of 59000, as google's notsent_lowat scripts have it."""
    solo = linux()
    assert taken(solo, 59_000) == 58_000
    assert taken(solo, 1) == 0


def test_a_full_unit_leaves_within_the_call() -> None:
    solo = linux()
    taken(solo, 59_000)
    assert sum(len(s.payload) for s in solo.conn.outbox) == 10_000
    assert sum(len(s.payload) for s in solo.poll()) == 10_000, "and once only"


def test_small_sends_share_a_unit() -> None:
    solo = linux(UNITS.but(send_buffer=5000), window=500)
    assert [taken(solo, 100) for _ in range(5)] == [100] * 5
    assert send_space.charged(solo.conn) < 500 + 5 * send_space.OVERHEAD


def test_the_mark_is_looked_at_before_a_unit_begins() -> None:
    solo = linux(UNITS.but(notsent_lowat=4000))
    assert taken(solo, 59_000) == 26_000
    assert not send_space.writable(solo.conn)


def test_the_sockets_mark_lies_over_the_hosts() -> None:
    solo = linux(UNITS.but(notsent_lowat=4000))
    solo.conn.notsent_lowat = 32_000
    assert send_space.lowat(solo.conn) == 32_000
    assert taken(solo, 59_000) == 42_000


def test_writable_below_half_of_the_mark() -> None:
    solo = Solo(PLAIN.but(notsent_lowat=4000)).established(OPTIONS, window=1)
    taken(solo, 2000)
    assert not send_space.writable(solo.conn)
    other = Solo(PLAIN.but(notsent_lowat=4000)).established(OPTIONS, window=1)
    taken(other, 1999)
    assert send_space.writable(other.conn)


@pytest.mark.parametrize(("used", "writable"), [(2000, True), (2001, False), (3000, False)])
def test_writable_while_a_third_is_free(used: int, writable: bool) -> None:
    solo = Solo(PLAIN.but(send_buffer=3000)).established(OPTIONS, window=1)
    taken(solo, used)
    assert send_space.writable(solo.conn) is writable


def test_the_buffer_grows_with_the_congestion_window() -> None:
    """tcp_sndbuf_expand(): 2 * 10 * (2048 + 256) for an MSS of 1000."""
    growing = UNITS.but(send_buffer=16_384, send_buffer_limit=4_194_304)
    solo = linux(growing)
    assert solo.conn.snd.buffer_size == 46_080
    taken(solo, 80_000)
    solo.poll()
    solo.arrive(ACK, 1, 10_001, window=32_000)
    assert solo.conn.snd.buffer_size == 46_080, "the congestion window is what is full"
    solo.arrive(ACK, 1, 21_001, window=1000)
    segments = solo.conn.snd.cc.cwnd // 1000
    assert segments > 10
    assert solo.conn.snd.buffer_size == 2 * segments * 2304


def test_it_does_not_grow_once_it_was_set_nor_beyond_the_limit() -> None:
    small = linux(UNITS.but(send_buffer=16_384, send_buffer_limit=20_000))
    assert small.conn.snd.buffer_size == 20_000
    fixed = linux(UNITS.but(send_buffer=16_384))
    assert fixed.conn.snd.buffer_size == 16_384
    fixed.conn.send_buffer_fixed = True
    send_space.grow(fixed.conn)
    assert fixed.conn.snd.buffer_size == 16_384


# --- records ----------------------------------------------------------------------------


def test_no_segment_crosses_the_end_of_a_record() -> None:
    solo = linux(PLAIN.but(nagle=False), window=1)
    for size in (100, 200, 300):
        taken(solo, size, record=True)
    taken(solo, 400)
    taken(solo, 500)
    segments = solo.arrive(ACK, 1, 1, window=32_000)
    texts = [len(s.payload) for s in segments]
    assert texts in ([100, 200, 300, 900], [1, 99, 200, 300, 900])
    assert all(s.flags & PSH for s in segments[-4:])


def test_a_large_record_is_cut_as_usual_and_its_end_is_not_delayed() -> None:
    """Nagle waits for text that may still join; here none may."""
    solo = linux(PLAIN)
    taken(solo, 2500, record=True)
    taken(solo, 100)
    assert [len(s.payload) for s in solo.poll()] == [1000, 1000, 500]
    segments = solo.arrive(ACK, 1, 2501)
    assert [len(s.payload) for s in segments] == [100]


def test_the_fin_rides_on_the_last_record_only() -> None:
    solo = linux(PLAIN.but(nagle=False))
    taken(solo, 100, record=True)
    taken(solo, 100, record=True)
    solo.conn.shutdown(solo.now)
    first, second = solo.poll()
    assert (first.flags & FIN, second.flags & FIN) == (0, FIN)


def test_a_record_is_sent_again_by_itself() -> None:
    solo = linux(PLAIN.but(nagle=False))
    for size in (100, 200, 300):
        taken(solo, size, record=True)
    solo.poll()
    again = [segment for _, segment in solo.wait(10_000 * MS)]
    assert len(again) >= 2
    assert {len(s.payload) for s in again} <= {100, 200, 300}
    assert all(s.flags & PSH for s in again)


def test_stretches_of_the_buffer() -> None:
    buffer = SendBuffer(100)
    buffer.append(bytes(10))
    buffer.bound(True)
    buffer.bound(False)
    assert [(bound.seq, bound.pushed) for bound in buffer.bounds] == [(110, True)]
    assert buffer.at_bound()
    buffer.append(bytes(5))
    assert not buffer.at_bound()
    assert [buffer.stretch(seq) for seq in (100, 109, 110, 115, 116)] == [10, 1, 5, 0, 0]
    assert [buffer.pushed_at(seq) for seq in (109, 110, 111, 115)] == [False, True, False, False]
    buffer.release(110)
    assert not buffer.bounds
    assert not buffer.pushed_at(110)


def test_profiles() -> None:
    assert LINUX.send_by_units
    assert not RFC.send_by_units
