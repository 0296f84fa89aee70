"""The benchmark of recovery: both sides lose the same data packets."""

from pathlib import Path

from bench.recovery import simulated
from bench.recovery.capture import Capture
from bench.recovery.cells import Cell
from bench.recovery.relay import OneWay, has_payload

from synfin.core.settings import LINUX
from synfin.sim.tap import Tap, Transmission
from synfin.wire.ip import PROTO_TCP, Packet, encode_packet
from synfin.wire.tcp import ACK, Options, Segment

CELL = Cell(3.0, 20, 1.0)


class Fates(Tap):
    """Which data packets of a run were lost, in order."""

    def __init__(self) -> None:
        self.lost: list[bool] = []

    def transmitted(self, sent: Transmission) -> None:
        if has_payload(sent.data()):
            self.lost.append(sent.cause == "fault")


def test_the_nth_data_packet_meets_the_fate_that_the_relay_gives_it() -> None:
    transfer = simulated.Transfer(CELL, 5, LINUX)
    fates = Fates()
    transfer.net.tap(fates)
    transfer.net.run(CELL.time_ns, 1_000_000)
    rng = CELL.losses(5)
    assert fates.lost == [rng.random() < 0.03 for _ in fates.lost]
    assert len(fates.lost) > 100
    assert any(fates.lost)


def test_the_relay_draws_for_data_alone_and_keeps_the_links_time() -> None:
    """1500 octets at 50 Mbit/s take 240 us; then the delay."""
    address = b"\n\0\0\1", b"\n\0\0\2", PROTO_TCP
    options = Options(ts_val=1, ts_ecr=1)
    ack = encode_packet(Packet(*address, Segment(1, 2, 3, 4, ACK, 5, options=options)))
    text = Segment(1, 2, 3, 4, ACK, 5, options=options, payload=bytes(1448))
    data = encode_packet(Packet(*address, text))
    assert (has_payload(ack), has_payload(data), len(data)) == (False, True, 1500)
    way = OneWay(-1, -1, 10_000_000, 0.5, CELL.losses(1))
    for _ in range(100):
        way.enter(ack, 0)
    assert (len(way.flying), way.lost) == (100, 0)
    way = OneWay(-1, -1, 10_000_000, 0.0, None)
    way.enter(data, 0)
    way.enter(data, 0)
    assert [due for due, _ in way.flying] == [10_240_000, 10_480_000]


def test_a_capture_is_in_the_order_of_time(tmp_path: Path) -> None:
    capture = Capture(tmp_path / "x.pcap")
    capture.add(2_000_000_000, b"later")
    capture.add(1, b"first")
    capture.close()
    content = (tmp_path / "x.pcap").read_bytes()
    assert content[:4] == bytes.fromhex("4d3cb2a1")
    assert content.index(b"first") < content.index(b"later")
