"""SYN cookies (RFC 4987 §3.6)."""

from random import Random

import pytest

from synfin.core.settings import LINUX, SECOND
from synfin.host.cookies import MSS_TABLE, PERIOD_NS, Cookies, remembered_syn, syn_ack
from synfin.host.isn import four_tuple_bytes
from synfin.wire.tcp import ACK, SYN, Options, Segment

FOUR = four_tuple_bytes(b"\n\0\0\2", 80, b"\n\0\0\1", 4000)
NOW = 1000 * SECOND


def cookies() -> Cookies:
    return Cookies(Random(1).randbytes)


def syn(
    mss: int = 1460, seq: int = 500, ts: int = -1, scale: int = -1, sack: bool = False
) -> Segment:
    options = Options(mss=mss, ts_val=ts, window_scale=scale, sack_permitted=sack)
    return Segment(4000, 80, seq, 0, SYN, 65535, options)


@pytest.mark.parametrize(
    ("mss", "kept"),
    [(1460, 1460), (1459, 1440), (536, 536), (100, 216), (9000, 8960), (-1, 536), (1452, 1440)],
)
def test_the_mss_survives_rounded_down(mss: int, kept: int) -> None:
    made = cookies()
    cookie = made.make(FOUR, syn(mss), NOW)
    assert made.check(FOUR, 500, cookie, NOW) == kept
    assert kept in MSS_TABLE


def test_what_it_depends_on() -> None:
    """Four-tuple, the peer's ISN, the time, our secret: any other makes it worthless."""
    made = cookies()
    cookie = made.make(FOUR, syn(), NOW)
    assert made.check(FOUR, 500, cookie, NOW)
    assert not made.check(FOUR, 501, cookie, NOW)
    assert not made.check(FOUR[:-1] + b"\xff", 500, cookie, NOW)
    assert not made.check(FOUR, 500, cookie ^ 1, NOW)
    assert not made.check(FOUR, 500, cookie ^ (1 << 25), NOW)
    assert not Cookies(Random(2).randbytes).check(FOUR, 500, cookie, NOW)


def test_it_lives_for_one_to_two_periods() -> None:
    made = cookies()
    begin = 20 * PERIOD_NS
    cookie = made.make(FOUR, syn(), begin)
    assert made.check(FOUR, 500, cookie, begin + 2 * PERIOD_NS - 1)
    assert not made.check(FOUR, 500, cookie, begin + 2 * PERIOD_NS)
    assert not made.check(FOUR, 500, cookie, begin + 32 * PERIOD_NS), "five bits of counter"


@pytest.mark.parametrize(("scale", "sack"), [(7, True), (0, False), (-1, True), (14, False)])
def test_with_timestamps_the_options_survive(scale: int, sack: bool) -> None:
    """RFC 4987 §3.6: in the low bits of our TSval, which the third segment echoes."""
    answer = syn_ack(syn(ts=900, scale=scale, sack=sack), 1, 1000, 1460, LINUX, NOW)
    assert answer.options.ts_ecr == 900
    assert answer.options.sack_permitted is sack
    assert answer.options.window_scale == (LINUX.window_scale if scale >= 0 else -1)
    assert answer.options.ts_val <= NOW // LINUX.ts_clock_ns
    third = Segment(4000, 80, 501, 2, ACK, 100, Options(ts_val=901, ts_ecr=answer.options.ts_val))
    remembered = remembered_syn(third, 1460, LINUX)
    assert remembered.options.window_scale == scale
    assert remembered.options.sack_permitted is sack
    assert (remembered.seq, remembered.options.mss, remembered.flags) == (500, 1460, SYN)


def test_without_timestamps_they_are_lost() -> None:
    answer = syn_ack(syn(scale=7, sack=True), 1, 1000, 1460, LINUX, NOW)
    assert (answer.options.window_scale, answer.options.sack_permitted) == (-1, False)
    assert answer.options.ts_val == -1
    third = Segment(4000, 80, 501, 2, ACK, 100)
    remembered = remembered_syn(third, 536, LINUX)
    assert (remembered.options.window_scale, remembered.options.sack_permitted) == (-1, False)


def test_the_answer_is_an_ordinary_syn_ack() -> None:
    answer = syn_ack(syn(seq=0xFFFFFFFF), 77, 1000, 1460, LINUX, NOW)
    assert (answer.seq, answer.ack, answer.flags, answer.window) == (77, 0, SYN | ACK, 1000)
    assert answer.options.mss == 1460
