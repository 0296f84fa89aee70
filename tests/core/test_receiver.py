"""RCV.NXT, RCV.WND, Table 6, the window offered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core import rules
from synfin.core.receiver import DELAYED, NONE, NOW, Receiver
from synfin.core.sequence import first_absolute
from synfin.core.settings import RFC

BASE = first_absolute(0)


def receiver(buffer: int = 1000, window: int = 1000, scale: int = 0) -> Receiver:
    """RCV.NXT is BASE + 1."""
    made = Receiver(RFC.but(receive_buffer=buffer))
    made.start(BASE)
    made.scale = scale
    made.rcv_adv = made.rcv_nxt + window
    return made


@pytest.mark.parametrize(
    ("length", "window", "offset", "accepted"),
    [
        # Table 6, RFC 9293 §3.10.7.4: SEG.LEN 0, RCV.WND 0
        (0, 0, 0, True),
        (0, 0, 1, False),
        (0, 0, -1, False),
        # SEG.LEN 0, RCV.WND > 0
        (0, 100, 0, True),
        (0, 100, 99, True),
        (0, 100, 100, False),
        (0, 100, -1, False),
        # SEG.LEN > 0, RCV.WND 0
        (1, 0, 0, False),
        (1, 0, -1, False),
        # SEG.LEN > 0, RCV.WND > 0
        (10, 100, 0, True),
        (10, 100, 99, True),
        (10, 100, 100, False),
        (10, 100, -9, True),
        (10, 100, -10, False),
        (300, 100, -100, False),
    ],
)
def test_table_6(length: int, window: int, offset: int, accepted: bool) -> None:
    made = receiver(window=window)
    assert made.acceptable(made.rcv_nxt + offset, length) is accepted


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=150), st.integers(0, 3000))
def test_reading_gives_what_was_delivered(parts: list[bytes], limit: int) -> None:
    made = receiver(100_000, 100_000)
    for part in parts:
        made.deliver(part)
    whole = b"".join(parts)
    assert made.unread == len(whole)
    assert made.rcv_nxt == BASE + 1 + len(whole)
    assert made.peek(limit) == whole[:limit]
    assert made.read(limit) == whole[:limit]
    assert made.unread == len(whole[limit:])
    assert made.read(1 << 20) == whole[limit:]


def test_views_show_what_was_delivered_without_copying_it() -> None:
    made = receiver()
    text = b"0123456789"
    made.deliver(text)
    made.deliver(b"abc")
    assert [view.obj for view in made.views(100)] == [text, b"abc"]
    assert made.views(100)[0].obj is text
    made.consume(4)
    assert [bytes(view) for view in made.views(8)] == [b"456789", b"ab"]
    made.consume(100)
    assert (made.unread, made.views(100)) == (0, [])


@given(
    st.lists(st.binary(min_size=1, max_size=30), max_size=150),
    st.lists(st.integers(0, 60), max_size=60),
    st.integers(0, 5000),
)
def test_views_are_what_peek_returns(parts: list[bytes], taken: list[int], limit: int) -> None:
    made = receiver(100_000, 100_000)
    for part in parts:
        made.deliver(part)
    for octets in taken:
        made.consume(octets)
    assert b"".join(made.views(limit)) == made.peek(limit)


def device_view(size: int, buffer: int = 65_536) -> memoryview:
    """``size`` octets in a device's buffer."""
    return memoryview(bytearray(buffer)).toreadonly()[:size]


def test_a_long_payload_stays_where_it_is_and_its_whole_buffer_is_charged() -> None:
    made = receiver(200_000, 200_000)
    view = device_view(30_000)
    assert made.keep(view) is view
    made.deliver(view)
    assert (made.pinned, made.unread) == (65_536, 30_000)
    made.consume(29_999)
    assert made.pinned == 65_536
    made.consume(1)
    assert made.pinned == 0


def test_beyond_the_receive_buffer_nothing_more_is_pinned() -> None:
    made = receiver(200_000, 200_000)
    for _ in range(3):
        made.deliver(made.keep(device_view(3000)))
    kept = made.keep(device_view(3000))
    assert isinstance(kept, bytes)
    made.deliver(kept)
    assert (made.pinned, made.unread) == (3 * 65_536, 12_000)
    made.drop_unread()
    assert made.pinned == 0


def test_what_waits_behind_a_gap_is_charged_too() -> None:
    made = receiver(200_000, 200_000)
    for number in range(3):
        made.hold().add(made.rcv_nxt + 1 + 3000 * number, made.keep(device_view(3000)))
    assert made.held.pinned == 3 * 65_536
    assert isinstance(made.keep(device_view(3000)), bytes)
    made.deliver(b"x")
    made.deliver_held()
    assert (made.held.pinned, made.pinned, made.unread) == (0, 3 * 65_536, 9001)


def test_a_short_payload_is_copied_out_of_the_buffer() -> None:
    assert isinstance(receiver().keep(device_view(2000)), bytes)


def test_the_window_shrinks_with_what_is_unread() -> None:
    made = receiver(window=0)
    assert made.window_field(100, False) == 1000
    made.deliver(bytes(300))
    assert made.window_field(100, False) == 700


def test_the_right_edge_moves_by_a_worthwhile_step_only() -> None:
    """MUST-39: at least min(BUFF / 2, Eff.snd.MSS) (§3.8.6.2.2)."""
    made = receiver(window=0)
    made.window_field(100, False)
    made.deliver(bytes(1000))
    assert made.window_field(100, False) == 0
    made.read(99)
    assert made.window_field(100, False) == 0
    made.read(1)
    assert made.window_field(100, False) == 100


def test_half_the_buffer_is_enough_when_that_is_less() -> None:
    made = receiver(buffer=100, window=0)
    made.window_field(1460, False)
    made.deliver(bytes(100))
    made.read(49)
    assert made.window_field(1460, False) == 0
    made.read(1)
    assert made.window_field(1460, False) == 50


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), max_size=40), st.integers(0, 9)
)
def test_the_right_edge_never_moves_left(steps: list[tuple[int, int]], scale: int) -> None:
    """SHLD-14: what was promised stays acceptable; what is said of it is off by rounding
    at most (RFC 7323 §2.4), and the buffer holds no more than that beyond its size."""
    made = receiver(buffer=4000, window=0, scale=scale)
    edge = made.rcv_adv
    for arrive, read in steps:
        made.deliver(bytes(min(arrive, made.rcv_wnd)))
        made.read(read)
        promised = made.rcv_nxt + (made.window_field(100, False) << scale)
        assert promised > edge - (1 << scale)
        assert made.rcv_adv >= max(edge, promised)
        assert made.rcv_wnd <= 4000 + (1 << scale)
        assert made.unread <= 4000 + (2 << scale)
        edge = made.rcv_adv


def test_windows_above_64k_are_kept_whole() -> None:
    """REC-1, MUST-1: 32 bits inside, an unsigned field of 16 outside."""
    made = receiver(buffer=1 << 22, window=0, scale=7)
    assert made.window_field(1460, False) == 32768
    assert made.rcv_wnd == 1 << 22
    plain = receiver(buffer=1 << 22, window=0)
    assert plain.window_field(1460, False) == 0xFFFF
    assert plain.rcv_wnd == 0xFFFF


def test_the_window_of_a_syn_is_not_scaled() -> None:
    """RFC 7323 §2.2."""
    made = receiver(buffer=1 << 20, window=0, scale=7)
    assert made.window_field(1460, True) == 0xFFFF


def test_one_ack_is_owed_however_many_reasons_there_are() -> None:
    """MUST-58."""
    made = receiver()
    made.owe(DELAYED, rules.ACK_DELAYED)
    made.owe(NOW, rules.ACK_SECOND_SEGMENT)
    made.owe(DELAYED, rules.ACK_DELAYED)
    assert (made.owed, made.owed_rule) == (NOW, rules.ACK_SECOND_SEGMENT)
    made.acknowledged()
    assert (made.owed, made.owed_rule, made.unacked) == (NONE, None, 0)


def test_held_text_follows_when_the_gap_closes() -> None:
    made = receiver()
    made.hold().add(made.rcv_nxt + 5, b"world")
    made.deliver(b"hello")
    assert made.deliver_held() == 5
    assert made.read(100) == b"helloworld"


# --- FreeBSD's window ---------------------------------------------------------------


def free_space(buffer: int = 8000, scale: int = 0) -> Receiver:
    made = Receiver(RFC.but(receive_buffer=buffer, window_is_free_space=True))
    made.start(BASE)
    made.scale = scale
    return made


def test_each_segment_offers_what_is_free() -> None:
    """Switch window_is_free_space: no worthwhile step is waited for."""
    made = free_space()
    assert made.window_field(1000, False) == 8000
    made.deliver(bytes(100))
    assert made.window_field(1000, False) == 7900
    made.read(1)
    assert made.window_field(1000, False) == 7901


def test_less_than_a_segment_and_a_quarter_is_no_window() -> None:
    made = free_space()
    made.deliver(bytes(7500))
    assert made.window_field(1000, False) == 0


def test_what_was_promised_stays() -> None:
    made = free_space()
    made.window_field(1000, False)
    made.buffer_size = 4000
    assert made.window_field(1000, False) == 8000


def test_a_scaled_window_is_rounded_up() -> None:
    """65,700 octets at a shift of 6 are 1027 units."""
    assert free_space(65_700, 6).window_field(1448, False) == 1027


def test_all_that_is_free_is_acceptable_but_not_to_a_half_open_child() -> None:
    made = free_space(65_700)
    made.window_field(1460, True)
    assert made.acceptable(BASE + 65_700, 0)
    assert not made.acceptable(BASE + 65_701, 0)
    made.half_open = True
    assert not made.acceptable(BASE + 65_700, 0)
    assert made.acceptable(BASE + 65_535, 0)


def test_views_may_be_released_before_their_octets_are_consumed() -> None:
    made = receiver(buffer=100_000, window=100_000)
    made.deliver(memoryview(bytes(range(250)) * 20))
    for view in made.views(10_000):
        view.release()
    made.consume(10)
    assert made.read(3) == bytes((10, 11, 12))
    assert made.pinned == 5000
    made.consume(4987)
    assert (made.unread, made.pinned) == (0, 0)


def test_text_beyond_what_was_offered_leaves_no_negative_window() -> None:
    """Switch window_is_free_space: what is free is taken, though it was not offered."""
    made = Receiver(RFC.but(receive_buffer=1000, window_is_free_space=True))
    made.start(BASE)
    made.rcv_adv = made.rcv_nxt + 100
    assert made.acceptable_window == 1000
    made.deliver(bytes(150))
    assert made.rcv_wnd == 0
