"""Initial sequence numbers (RFC 9293 §3.4.1, RFC 6528)."""

from random import Random

import pytest

from synfin.core.settings import LINUX, MICROSECOND, RFC, SECOND
from synfin.host.isn import IsnGenerator, four_tuple_bytes

ONE = four_tuple_bytes(b"\n\0\0\1", 4000, b"\n\0\0\2", 80)
OTHER = four_tuple_bytes(b"\n\0\0\1", 4001, b"\n\0\0\2", 80)


def generator(seed: int = 1) -> IsnGenerator:
    return IsnGenerator(Random(seed).randbytes)


def test_the_clock_ticks_every_four_microseconds() -> None:
    """MUST-8, SHLD-1: the same four-tuple, 1 s later: 250,000 further; cycle 4.77 h."""
    isn = generator()
    first = isn.next(RFC, 0, ONE)
    assert (isn.next(RFC, 4 * MICROSECOND, ONE) - first) & 0xFFFFFFFF == 1
    assert (isn.next(RFC, SECOND, ONE) - first) & 0xFFFFFFFF == 250_000
    assert isn.next(RFC, (1 << 32) * 4 * MICROSECOND, ONE) == first


def test_linux_ticks_every_64_nanoseconds() -> None:
    isn = generator()
    first = isn.next(LINUX, 0, ONE)
    assert (isn.next(LINUX, 64_000, ONE) - first) & 0xFFFFFFFF == 1000


def test_every_four_tuple_has_an_offset_of_its_own() -> None:
    """SHLD-1: F(localip, localport, remoteip, remoteport, secretkey)."""
    isn = generator()
    assert isn.next(RFC, 0, ONE) != isn.next(RFC, 0, OTHER)
    back = four_tuple_bytes(b"\n\0\0\2", 80, b"\n\0\0\1", 4000)
    assert isn.next(RFC, 0, ONE) != isn.next(RFC, 0, back)


def test_who_does_not_have_the_key_cannot_compute_it() -> None:
    """MUST-9: another key, another offset; the key is drawn once, of 128 bits."""
    assert generator(1).keyed(ONE) != generator(2).keyed(ONE)
    drawn: list[int] = []

    def random(count: int) -> bytes:
        drawn.append(count)
        return bytes(count)

    isn = IsnGenerator(random)
    isn.next(RFC, 0, ONE)
    isn.next(RFC, 1, OTHER)
    assert drawn == [16]


def test_offsets_are_spread_over_the_whole_space() -> None:
    isn = generator()
    tuples = [four_tuple_bytes(b"\n\0\0\1", port, b"\n\0\0\2", 80) for port in range(256)]
    offsets = {isn.keyed(four) >> 28 for four in tuples}
    assert offsets == set(range(16))


@pytest.mark.parametrize(
    ("mode", "now", "expected"),
    [
        ("clock-4us", 4000 * 1000, 1000),
        ("clock-4ms", 4_000_000 * 1000, 1000),
        ("fixed", 12345, 77),
    ],
)
def test_the_labs_worse_generators(mode: str, now: int, expected: int) -> None:
    settings = RFC.but(isn_mode=mode, isn_fixed=77)
    assert generator().next(settings, now, ONE) == expected


def test_random_without_a_clock() -> None:
    isn = generator()
    numbers = {isn.next(RFC.but(isn_mode="random"), 0, ONE) for _ in range(20)}
    assert len(numbers) == 20


def test_forced_values_come_first_and_once() -> None:
    isn = generator()
    isn.forced.extend([5, 1 << 32])
    assert [isn.next(RFC, 0, ONE), isn.next(RFC, 0, ONE)] == [5, 0]
    assert isn.next(RFC, 0, ONE) == isn.next(RFC, 0, ONE)


def test_addresses_and_ports_cannot_run_into_each_other() -> None:
    assert four_tuple_bytes(b"\1" * 4, 1, b"\2" * 4, 2) == b"\1\1\1\1\2\2\2\2\0\1\0\2"


def test_timestamps_begin_elsewhere() -> None:
    """RFC 7323 §5.4: each four-tuple's clock has an offset that tells nothing of the ISN."""
    isn = generator()
    assert isn.stamps_from(ONE) == isn.stamps_from(ONE)
    assert (
        len({isn.stamps_from(ONE), isn.stamps_from(OTHER), isn.keyed(ONE), isn.keyed(OTHER)}) == 4
    )
    assert isn.stamps_from(ONE) != generator(2).stamps_from(ONE)
    assert isn.stamps_from(ONE) < 1 << 32
