"""The checksum against the loop of RFC 1071 §4.1."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.wire.checksum import (
    checksum,
    field,
    offload_sum,
    partial_sum,
    pseudo_sum,
    verifies,
)


def naive(data: bytes) -> int:
    total = 0
    for at in range(0, len(data), 2):
        high = data[at]
        low = data[at + 1] if at + 1 < len(data) else 0
        total += high << 8 | low
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def test_the_example_of_rfc_1071() -> None:
    data = bytes.fromhex("0001f203f4f5f6f7")
    assert partial_sum(data) == 0xDDF2
    assert checksum(data) == 0x220D


@given(st.binary(max_size=300))
def test_equals_the_plain_loop(data: bytes) -> None:
    assert checksum(data) == naive(data)


@given(st.sampled_from((b"", b"\0", b"\0\0\0", b"\xff\xff", b"\xff\xff\0\0", b"\x80\0\x7f\xff")))
def test_both_zeros(data: bytes) -> None:
    assert checksum(data) == naive(data)
    assert checksum(memoryview(data)) == naive(data)


@given(st.binary(min_size=2, max_size=100), st.binary(max_size=101))
def test_sums_can_be_made_in_parts(head: bytes, tail: bytes) -> None:
    head = head[: len(head) & ~1]
    assert partial_sum(tail, partial_sum(head)) == partial_sum(head + tail)


@given(st.integers(1, 1 << 70))
def test_the_unrolled_field(total: int) -> None:
    raw = total.to_bytes(10, "big")
    assert field(total) == naive(raw)


@given(st.binary(min_size=2, max_size=64), st.integers(0, 511))
def test_a_flipped_bit_never_verifies(data: bytes, which: int) -> None:
    data = data[: len(data) & ~1]
    whole = bytearray(data + checksum(data).to_bytes(2, "big"))
    assert verifies(whole)
    bit = which % (len(whole) * 8)
    whole[bit // 8] ^= 0x80 >> bit % 8
    assert not verifies(whole)


def test_zeros_alone_do_not_verify() -> None:
    assert not verifies(bytes(8))


@given(st.sampled_from((4, 16)), st.data(), st.integers(0, 65_535))
def test_pseudo_header(size: int, data: st.DataObject, length: int) -> None:
    src = data.draw(st.binary(min_size=size, max_size=size))
    dst = data.draw(st.binary(min_size=size, max_size=size))
    raw = src + dst + length.to_bytes(4, "big") + bytes((0, 0, 0, 6))
    assert offload_sum(src, dst, 6, length) == partial_sum(raw)
    assert pseudo_sum(src, dst, 6, length) % 0xFFFF == partial_sum(raw) % 0xFFFF
