"""SEGMENT ARRIVES in CLOSED (RFC 9293 §3.10.7.1): a reset the sender will take, or none."""

import pytest

from synfin.core.closed import closed_state
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment


@pytest.mark.parametrize(
    ("flags", "length", "answer"),
    [
        (SYN, 0, (0, 501, RST | ACK)),
        (0, 5, (0, 505, RST | ACK)),
        (FIN | SYN, 5, (0, 507, RST | ACK)),
        (ACK, 5, (700, 0, RST)),
        (SYN | ACK, 0, (700, 0, RST)),
    ],
)
def test_closed_answers_by_a_reset_the_sender_will_take(
    flags: int, length: int, answer: tuple[int, int, int]
) -> None:
    """<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>, or <SEQ=SEG.ACK><CTL=RST>."""
    acked = 700 if flags & ACK else 0
    _, reset = closed_state(Segment(1, 2, 500, acked, flags, 0, payload=bytes(length)))
    assert reset is not None
    assert (reset.seq, reset.ack, reset.flags) == answer
    assert (reset.src_port, reset.dst_port) == (2, 1)


@pytest.mark.parametrize("flags", [RST, RST | ACK, RST | SYN])
def test_closed_never_answers_a_reset(flags: int) -> None:
    assert closed_state(Segment(1, 2, 500, 700, flags, 0))[1] is None
