"""SYN cookies with the options in the ISS (FreeBSD's)."""

import pytest

from synfin.core.settings import FREEBSD, RFC, SECOND
from synfin.host.full_cookies import PERIOD_NS, FullCookies
from synfin.host.isn import four_tuple_bytes
from synfin.wire.tcp import ACK, SYN, Options, Segment
from tests.host.two import Lone

FOUR = four_tuple_bytes(b"\n\0\0\2", 80, b"\n\0\0\1", 4000)
NOW = 1000 * SECOND


def syn(mss: int, scale: int, sack: bool) -> Segment:
    options = Options(mss, scale, sack_permitted=sack)
    return Segment(4000, 80, 500, 0, SYN, 65535, options)


@pytest.mark.parametrize(
    ("mss", "scale", "sack", "kept"),
    [
        (1460, 7, True, (1460, 7, True)),
        (1459, 14, False, (1452, 8, False)),
        (536, -1, True, (536, -1, True)),
        (-1, 0, False, (536, 0, False)),
        (1300, 5, True, (1200, 4, True)),
    ],
)
def test_what_survives(mss: int, scale: int, sack: bool, kept: tuple[int, int, bool]) -> None:
    made = FullCookies(bytes(16))
    cookie = made.make(FOUR, syn(mss, scale, sack), NOW, True)
    found = made.check(FOUR, 500, cookie, NOW)
    assert found is not None
    assert (found.mss, found.window_scale, found.sack_permitted) == kept


def test_what_it_depends_on() -> None:
    made = FullCookies(bytes(16))
    cookie = made.make(FOUR, syn(1460, 7, True), NOW, True)
    assert made.check(FOUR, 501, cookie, NOW) is None
    assert made.check(FOUR[:-1] + b"x", 500, cookie, NOW) is None
    for bit in range(32):
        assert made.check(FOUR, 500, cookie ^ 1 << bit, NOW) is None


def test_it_lives_for_one_to_two_periods() -> None:
    made = FullCookies(bytes(16))
    start = 10 * PERIOD_NS
    cookie = made.make(FOUR, syn(1460, 7, True), start, True)
    assert made.check(FOUR, 500, cookie, start + 2 * PERIOD_NS - 1) is not None
    assert made.check(FOUR, 500, cookie, start + 2 * PERIOD_NS) is None


def test_a_handshake_by_cookie_keeps_sack_and_scale() -> None:
    lone = Lone(FREEBSD.but(syn_cookies="always"))
    listener = lone.listen()
    offer = Options(1460, 7, sack_permitted=True)
    (answer,) = lone.arrive(SYN, 500, options=offer)
    assert (answer.options.window_scale, answer.options.sack_permitted) == (6, True)
    lone.arrive(ACK, 501, (answer.seq + 1) & 0xFFFFFFFF)
    child, _ = listener.accept()
    assert child.conn is not None
    assert (child.conn.snd.scale, child.conn.sack_ok) == (7, True)
    lone = Lone(RFC.but(syn_cookies="always"))
    lone.listen()
    (answer,) = lone.arrive(SYN, 500, options=offer)
    assert answer.options.window_scale == -1
