"""The peer's relative words, from an ISN that wraps."""

from synfin.live.differential.peer import MASK, Peer, near, octets, sign
from synfin.live.differential.script import Arrival, Place
from synfin.wire.ip import Packet, decode_packet
from synfin.wire.malformed import Malformed
from synfin.wire.tcp import ACK, PSH, RST, SYN, Options, Segment

HERE, THERE = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
ISS = 0xFFFF_FFF0


def peer() -> Peer:
    """One whose numbers wrap soon."""
    made = Peer(HERE, 4000, THERE, 80, 3)
    made.iss = ISS
    return made


def arrive(made: Peer, arrival: Arrival, index: int = 0) -> Segment:
    """The segment as the host would read it."""
    packet = decode_packet(made.octets_of(arrival, index))
    assert isinstance(packet, Packet)
    assert isinstance(packet.body, Segment)
    return packet.body


def test_numbers_count_from_both_isns() -> None:
    made = peer()
    syn = arrive(made, Arrival("S", Place("iss"), options=("mss 1000", "TS")))
    assert (syn.seq, syn.flags, syn.options.mss) == (ISS, SYN, 1000)
    answer = Segment(80, 4000, 500, (ISS + 1) & MASK, SYN | ACK, 100, Options(mss=1460, ts_val=9))
    assert made.hear(answer) == "S. seq=0 ack=1 mss=1460 ecr=0!"
    text = arrive(made, Arrival("P.", ack=Place("all"), length=30), 2)
    assert (text.seq, text.ack, text.options.ts_ecr) == ((ISS + 1) & MASK, 501, 9)
    assert bytes(text.payload) == octets(1, 30)
    again = arrive(made, Arrival(".", Place("nxt", -30), Place("all", -1), options=("noTS",)), 3)
    assert (again.seq, again.ack, again.options.ts_val) == ((ISS + 1) & MASK, 500, -1)


def test_text_is_known_by_its_place() -> None:
    made = peer()
    made.hear(Segment(80, 4000, 500, 0, SYN, 100))
    good = Segment(80, 4000, 501, ISS, ACK | PSH, 0, payload=octets(1, 5))
    assert made.hear(good) == "P. seq=1 ack=0 len=5 win=0"
    bad = Segment(80, 4000, 506, ISS, ACK, 9, payload=b"12345")
    assert made.hear(bad) == ". seq=6 ack=0 len=5 WRONG"
    assert made.seen == 11


def test_a_reset_without_a_number() -> None:
    assert peer().hear(Segment(80, 4000, 0, ISS, RST | ACK, 0)) == "R. seq=0! ack=0"


def test_a_damaged_sum_is_seen() -> None:
    made = peer()
    data = made.octets_of(Arrival(".", options=("badsum",)), 0)
    assert isinstance(decode_packet(data), Malformed)
    assert made.nxt == 0


def test_small_things() -> None:
    assert near(1 - 2) == -1
    assert near(1 << 31) == -(1 << 31)
    assert sign(b"") == "0"
    assert sign(b"ab").startswith("2:")
    assert octets(5, 3) == octets(0, 8)[5:]
