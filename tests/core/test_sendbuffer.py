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


ACTIONS = ("append", "part", "bound", "release", "peek", "back")


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 1 << 16)), max_size=200))
def test_any_sequence_of_calls_agrees_with_a_plain_model(steps: list[tuple[str, int]]) -> None:
    """Looks in order, looks back, bounds and releases, against one string and one list."""
    buffer = SendBuffer(0)
    whole = b""
    bounds: dict[int, bool] = {}
    at = 0
    for action, number in steps:
        if action == "append":
            text = bytes(byte & 0xFF for byte in range(number, number + 1 + number % 30))
            buffer.append(text)
            whole += text
        elif action == "part":
            text = bytes(number & 0xFF for _ in range(60))
            buffer.append(text, number % 20, 40)
            whole += text[number % 20 :][:40]
        elif action == "bound" and whole:
            buffer.bound(bool(number & 1))
            bounds.setdefault(len(whole), bool(number & 1))
        elif action == "release":
            low = min(buffer.start + number % 50, len(whole))
            if low > buffer.start:
                bounds = {bound: pushed for bound, pushed in bounds.items() if bound > low}
            buffer.release(low)
        else:
            if action == "back" or at < buffer.start:
                at = buffer.start + number % max(1, len(whole) - buffer.start)
            length = number % (len(whole) - at + 1)
            assert bytes(buffer.peek(at, length)) == whole[at : at + length]
            at += length
        assert buffer.end == len(whole)
        seq = max(at, buffer.start)
        following = [bound for bound in bounds if bound > seq]
        assert buffer.stretch(seq) == (following[0] if following else len(whole)) - seq
        assert buffer.pushed_at(seq) == bounds.get(seq, False)
        assert buffer.at_bound() == (len(whole) in bounds)


def test_a_whole_chunk_is_not_copied() -> None:
    buffer = SendBuffer(1)
    text = bytes(5000)
    buffer.append(text)
    assert buffer.peek(1, 5000) is text
    assert isinstance(buffer.peek(1, 4000), memoryview)
    assert isinstance(buffer.peek(1, 100), bytes)


def test_what_was_released_is_let_go_of() -> None:
    buffer = SendBuffer(0)
    for _ in range(1000):
        buffer.append(bytes(10))
    buffer.release(9995)
    assert len(buffer.pieces) < 1000
    assert bytes(buffer.peek(9995, 5)) == bytes(5)
    buffer.release(100)
    assert buffer.start == 9995
    buffer.release(20_000)
    assert buffer.start == buffer.end == 10_000


def test_text_that_goes_on_in_the_same_data_is_one_piece() -> None:
    """However it was queued: a segment across both is a view, not a copy."""
    text = bytes(range(256)) * 64
    buffer = SendBuffer(1000)
    buffer.append(text, 0, 5000)
    buffer.append(text, 5000, 5000)
    buffer.append(text, 12_000, 4384)
    across = buffer.peek(1000 + 3000, 4000)
    assert isinstance(across, memoryview)
    assert across.obj is text
    assert across == text[3000:7000]
    assert buffer.peek(1000 + 9000, 2000) == text[9000:10_000] + text[12_000:13_000]
    buffer.release(1000 + 9999)
    assert buffer.peek(1000 + 9999, 3) == text[9999:10_000] + text[12_000:12_002]
