"""Loss after cutting: what is left of a large segment, and what is not."""

from bench.lossy import LossyDevice
from hypothesis import given, settings
from hypothesis import strategies as st

from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.tcp import ACK, CWR, FIN, PSH, Segment

MSS = 100


def large(size: int, flags: int = ACK) -> Packet:
    segment = Segment(1, 2, 0xFFFF_FF00, 7, flags, 500, payload=bytes(n % 251 for n in range(size)))
    segment.mss = MSS
    return Packet(b"\n\0\0\1", b"\n\0\0\2", PROTO_TCP, segment)


def device(loss: float) -> LossyDevice:
    made = LossyDevice(-1, "none", 1500, True, 65_455)
    made.loss = loss
    return made


@given(st.integers(1, 5000), st.floats(0, 1))
def test_survivors_and_losses_are_the_whole(size: int, loss: float) -> None:
    packet = large(size)
    assert isinstance(packet.body, Segment)
    lossy = device(loss)
    there = bytearray(size)
    for piece in lossy.survivors(packet, MSS):
        body = piece.body
        assert isinstance(body, Segment)
        at = (body.seq - packet.body.seq) & 0xFFFF_FFFF
        assert bytes(body.payload) == bytes(packet.body.payload[at : at + len(body.payload)])
        assert body.mss in (0, MSS)
        assert body.mss or len(body.payload) <= MSS
        assert not any(there[at : at + len(body.payload)])
        there[at : at + len(body.payload)] = b"\1" * len(body.payload)
    pieces = [there[at : at + MSS] for at in range(0, size, MSS)]
    assert sum(not any(piece) for piece in pieces) == lossy.dropped
    assert all(all(piece) or not any(piece) for piece in pieces)


def test_all_or_nothing() -> None:
    packet = large(5000)
    assert device(0.0).survivors(packet, MSS) == [packet]
    assert device(1.0).survivors(packet, MSS) == []


def test_acknowledgements_are_never_lost() -> None:
    packet = Packet(b"\n\0\0\1", b"\n\0\0\2", PROTO_TCP, Segment(1, 2, 3, 4, ACK, 500))
    assert device(1.0).survivors(packet, 0) == [packet]


def test_flags_stay_at_their_ends() -> None:
    pieces = device(0.3).survivors(large(2000, ACK | PSH | FIN | CWR), MSS)
    flags = [piece.body.flags for piece in pieces if isinstance(piece.body, Segment)]
    assert len(flags) > 2
    assert not any(some & CWR for some in flags[1:])
    assert not any(some & (FIN | PSH) for some in flags[:-1])


@settings(max_examples=20)
@given(st.sampled_from((0.5, 0.1, 0.01)), st.integers(1, 30))
def test_as_many_are_lost_as_asked_for(loss: float, segments: int) -> None:
    """However they are grouped into packets; six standard deviations."""
    lossy = device(loss)
    packets = 20_000 // segments
    packet = large(segments * MSS)
    for _ in range(packets):
        lossy.survivors(packet, MSS)
    count = packets * segments
    assert abs(lossy.dropped - count * loss) < 6 * (count * loss * (1 - loss)) ** 0.5
