"""Comparison: tolerances of times and timestamps; everything else to the bit."""

import struct

import pytest

from synfin.packetdrill.compare import compare_segment, compare_time
from synfin.packetdrill.config import Config
from synfin.packetdrill.language import parse
from synfin.packetdrill.model import ScriptError, TcpSpec, Timing, Unsupported, When
from synfin.packetdrill.packets import Actual
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.tcp import ACK, Options, Segment

MS = 1_000_000


def at(start: int, end: int, timing: Timing, actual: int, last: int | None, **flags: str) -> bool:
    """Whether a time is accepted."""
    config = Config()
    for name, value in flags.items():
        config = config.with_option(name, value)
    when = When(timing, start * MS, end * MS)
    base = None if last is None else last * MS
    return compare_time(config, when, (start * MS, end * MS), actual * MS, base) is None


@pytest.mark.parametrize(
    ("actual", "good"), [(96, True), (104, True), (95, False), (105, False), (100, True)]
)
def test_four_milliseconds(actual: int, good: bool) -> None:
    assert at(100, 100, Timing.ABSOLUTE, actual, 100) == good


def test_an_eighth_of_the_step() -> None:
    assert at(1000, 1000, Timing.RELATIVE, 1125, 0)
    assert not at(1000, 1000, Timing.RELATIVE, 1126, 0)
    assert not at(1000, 1000, Timing.RELATIVE, 1125, 900)


def test_ranges_and_any() -> None:
    assert at(100, 200, Timing.RELATIVE_RANGE, 204, 100)
    assert not at(100, 200, Timing.RELATIVE_RANGE, 205, 100)
    assert not at(100, 200, Timing.ABSOLUTE_RANGE, 95, 100)
    assert at(0, 0, Timing.ANY, 99_999, 0)


def test_flags_of_tolerance() -> None:
    assert at(100, 100, Timing.ABSOLUTE, 110, None, tolerance_usecs="10000")
    assert not at(1000, 1000, Timing.RELATIVE, 1005, 0, tolerance_percent="0")
    assert compare_time(
        Config().exact(0), When(Timing.ABSOLUTE, 5, 5), (5, 5), 6, 0
    ) is not None  # fmt: skip


def actual(**changes: int) -> Actual:
    """A pure ACK with timestamps that the host sent."""
    options = Options(ts_val=changes.get("value", 1000), ts_ecr=changes.get("echo", 7))
    segment = Segment(80, 90, 1, 5, ACK, 99, options)
    packet = Packet(b"\1\1\1\1", b"\2\2\2\2", PROTO_TCP, segment, tos=changes.get("tos", 0))
    return Actual(packet, segment, 0)


def spec(text: str) -> TcpSpec:
    """An expected segment."""
    found = parse(f"0 {text}\n", "t").events[0].action
    assert isinstance(found, TcpSpec)
    return found


STAMPED = "> . 1:1(0) ack 5 win 99 <nop,nop,TS val 1000 ecr 7>"


def test_timestamp_values_need_a_tick() -> None:
    ticking = Config().with_option("tcp_ts_tick_usecs", "1000")
    expected = spec(STAMPED)
    for config, wrong in ((Config(), False), (ticking, True)):
        found = compare_segment(expected, actual(value=1050), config, (1000, 1000), 100 * MS)
        assert bool(found) == wrong
    assert not compare_segment(expected, actual(value=1004), ticking, (1000, 1000), 10 * MS)
    assert compare_segment(expected, actual(echo=8), Config(), None, 0)


def test_ecn_bits() -> None:
    expected = spec(STAMPED.replace("> ", "> [ect0] ", 1))
    assert not compare_segment(expected, actual(tos=2), Config(), None, 0)
    assert [d.get("field") for d in compare_segment(expected, actual(), Config(), None, 0)] == [
        "ECN"
    ]
    either = spec(STAMPED.replace("> ", "> [ect01] ", 1))
    assert not compare_segment(either, actual(tos=1), Config(), None, 0)
    assert compare_segment(either, actual(tos=3), Config(), None, 0)


def test_flags_that_cannot_be() -> None:
    with pytest.raises(ScriptError):
        Config().with_option("tolerance_usecs", "-1")
    with pytest.raises(ScriptError):
        Config().with_option("bind_port", "x")
    with pytest.raises(Unsupported):
        Config().with_option("ip_version", "ipv5")
    with pytest.raises(Unsupported):
        Config().with_option("wire_server", "")
    assert struct.pack("4B", 10, 0, 0, 1) == Config().with_option("local_ip", "10.0.0.1").local_ip
