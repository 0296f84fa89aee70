"""SipHash-2-4 against the vector of its paper, and the cookie that Linux makes with it."""

from random import Random

from synfin.host.fastopen import FastOpen
from synfin.host.siphash import siphash24


def test_the_papers_vector() -> None:
    """Aumasson and Bernstein, appendix A: key 00..0f, fifteen octets 00..0e."""
    assert siphash24(bytes(range(16)), bytes(range(15))) == 0xA129CA6149BE45E5


def test_every_length_and_key_bit_counts() -> None:
    key = bytes(range(16))
    assert len({siphash24(key, bytes(size)) for size in range(40)}) == 40
    other = {siphash24(bytes((*key[:15], last)), b"data") for last in range(32)}
    assert len(other) == 32


def test_an_old_key_is_still_good() -> None:
    made = FastOpen(Random(1).randbytes)
    made.set_keys(b"\1" * 16)
    first = made.cookie_for(b"\n\0\0\1", b"\n\0\0\2")
    made.set_keys(b"\2" * 16, b"\1" * 16)
    assert made.cookie_for(b"\n\0\0\1", b"\n\0\0\2") != first
