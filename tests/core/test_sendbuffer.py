"""Octets between SEND and acknowledgement."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.sendbuffer import SendBuffer

chunks = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=120)


@given(chunks, st.data())
def test_any_range_is_what_was_queued(parts: list[bytes], data: st.DataObject) -> None:
    start = 1 << 32
    buffer = SendBuffer(start)
    for part in parts:
        buffer.append(part)
    whole = b"".join(parts)
    low = data.draw(st.integers(0, len(whole)))
    buffer.release(start + low)
    assert (buffer.start, buffer.end) == (start + low, start + len(whole))
    at = data.draw(st.integers(low, len(whole)))
    length = data.draw(st.integers(0, len(whole) - at))
    assert bytes(buffer.peek(start + at, length)) == whole[at : at + length]


def test_a_whole_chunk_is_not_copied() -> None:
    buffer = SendBuffer(1)
    text = bytes(5000)
    buffer.append(text)
    assert buffer.peek(1, 5000) is text
    assert isinstance(buffer.peek(1, 100), memoryview)


def test_what_was_released_is_let_go_of() -> None:
    buffer = SendBuffer(0)
    for _ in range(1000):
        buffer.append(bytes(10))
    buffer.release(9995)
    assert len(buffer.chunks) < 1000
    assert bytes(buffer.peek(9995, 5)) == bytes(5)
    buffer.release(100)
    assert buffer.start == 9995
    buffer.release(20_000)
    assert buffer.start == buffer.end == 10_000
