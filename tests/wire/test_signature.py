"""The TCP MD5 signature option (RFC 2385)."""

import hashlib

import pytest

from synfin.wire.options import MAX_OPTIONS_LEN, Options, encode_options, options_length
from synfin.wire.signature import md5_digest, sign
from synfin.wire.tcp import ACK, NO_OPTIONS, SYN, Segment, decode_segment, encode_segment

FOUR = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
SIX = bytes(15) + b"\1", bytes(15) + b"\2"


def by_the_text(segment: Segment, src: bytes, dst: bytes, key: bytes) -> bytes:
    """§2.0 once more, from the octets on the wire."""
    wire = encode_segment(segment, src, dst)
    header_len = (wire[12] >> 4) * 4
    if len(src) == 4:
        pseudo = src + dst + bytes((0, 6)) + len(wire).to_bytes(2, "big")
    else:
        pseudo = src + dst + len(wire).to_bytes(4, "big") + bytes((0, 0, 0, 6))
    header = wire[:16] + bytes(2) + wire[18:20]
    return hashlib.md5(pseudo + header + wire[header_len:] + key).digest()


@pytest.mark.parametrize(("src", "dst"), [FOUR, SIX])
@pytest.mark.parametrize("payload", [b"", b"text", bytes(3000)])
def test_the_digest_is_over_what_stands_on_the_wire(src: bytes, dst: bytes, payload: bytes) -> None:
    segment = Segment(179, 4000, 2**32 - 5, 77, ACK, 513, NO_OPTIONS, payload, urgent=3)
    sign(segment, src, dst, b"key")
    assert segment.options.md5 == by_the_text(segment, src, dst, b"key")
    assert NO_OPTIONS.md5 is None, "shared options stay as they are"
    got = decode_segment(encode_segment(segment, src, dst), src, dst)
    assert isinstance(got, Segment)
    assert got.options.md5 == md5_digest(got, src, dst, b"key")
    assert got.options.md5 != md5_digest(got, src, dst, b"kez")
    assert got.options.md5 != md5_digest(got, dst, src, b"key")


def test_another_layout_of_the_options_is_checked_as_it_came() -> None:
    """A peer may write its NOPs elsewhere."""
    segment = Segment(1, 2, 3, 4, ACK, 5)
    sign(segment, *FOUR, b"key")
    wire = bytearray(encode_segment(segment, *FOUR))
    assert segment.options.md5 is not None
    wire[20:40] = b"\x13\x12" + segment.options.md5 + b"\0\0"
    got = decode_segment(bytes(wire), *FOUR, verify=False)
    assert isinstance(got, Segment)
    assert got.options.md5 == md5_digest(got, *FOUR, b"key")
    wire[12] = 0xB0
    longer = bytes(wire[:40]) + b"\1\1\1\1"
    got = decode_segment(longer, *FOUR, verify=False)
    assert isinstance(got, Segment)
    assert got.options.wire_length == 24
    assert got.options.md5 != md5_digest(got, *FOUR, b"key"), "the length counts"


def test_the_option_comes_first_and_takes_twenty_octets() -> None:
    options = Options(mss=1460, window_scale=7, sack_permitted=True)
    options.md5 = bytes(range(16))
    octets = encode_options(options)
    assert octets[:4] == bytes((1, 1, 19, 18))
    assert len(octets) == options_length(options) == 32
    full = Options(mss=1460, window_scale=7, sack_permitted=True, ts_val=1)
    full.md5 = bytes(16)
    assert len(encode_options(full)) == options_length(full) == MAX_OPTIONS_LEN


def test_freebsd_writes_it_behind_the_timestamps() -> None:
    options = Options(mss=1460, window_scale=7, sack_permitted=True, ts_val=1)
    options.md5 = bytes(16)
    options.bsd_order = True
    octets = encode_options(options)
    assert len(octets) == options_length(options) == MAX_OPTIONS_LEN
    assert octets[20:24] == bytes((1, 1, 19, 18))


def test_options_of_another_length_are_no_signature() -> None:
    head = bytes(12) + bytes((0x80, SYN)) + bytes(6)
    got = decode_segment(head + bytes((19, 10)) + bytes(10), *FOUR, verify=False)
    assert isinstance(got, Segment)
    assert got.options.md5 is None
    assert got.options.unknown == (19,)
