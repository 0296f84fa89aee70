"""Forward and back, and a packet on its way dropped, delayed, doubled, edited - and undone."""

import json

import pytest

from synfin.lab.catalogue import find
from synfin.lab.step import Stepper

MS = 1_000_000


@pytest.fixture
def stepper() -> Stepper:
    scenario = find("1")
    return Stepper(scenario, scenario.case())


def test_forward_and_back_show_more_and_less(stepper: Stepper) -> None:
    seen = [len(stepper.shown())]
    while stepper.forward():
        assert stepper.current()
        seen.append(len(stepper.shown()))
    assert seen == sorted(seen)
    assert stepper.position == stepper.length
    while stepper.back():
        pass
    assert stepper.shown() == stepper.run.trace[:1]
    assert not stepper.back()


def test_times_and_packets(stepper: Stepper) -> None:
    stepper.to_time(60 * MS)
    assert stepper.now == 50 * MS
    assert [record["n"] for record in stepper.in_flight()] == [2]
    stepper.to_packet(3)
    assert stepper.now == 100 * MS
    with pytest.raises(ValueError, match="there is no packet 9"):
        stepper.to_packet(9)


def test_drop_in_flight_and_undo(stepper: Stepper) -> None:
    before = json.dumps(stepper.run.trace)
    stepper.to_time(60 * MS)
    stepper.edit(2, "drop")
    assert stepper.now == 50 * MS
    dropped = stepper.run.segment(2)
    assert dropped is not None
    assert dropped["fate"] == "dropped"
    assert len(stepper.run.packets) > 3
    assert stepper.undo()
    assert json.dumps(stepper.run.trace) == before
    assert not stepper.undo()


def test_other_edits(stepper: Stepper) -> None:
    stepper.to_time(60 * MS)
    stepper.edit(2, "delay=300ms")
    delayed = stepper.run.segment(2)
    assert delayed is not None
    assert delayed["arrives"] == 350 * MS
    stepper.undo()
    stepper.edit(2, "set win=1000")
    edited = stepper.run.segment(2)
    assert edited is not None
    assert edited["win"] == 1000
    stepper.edit(2, "dup")
    assert any(record["copy_of"] == 2 for record in stepper.run.packets)
    assert len(stepper.edits) == 2


@pytest.mark.parametrize(
    ("n", "action", "says"),
    [
        (1, "drop", "packet 1 is not on its way at 0.050; on their way: 2"),
        (2, "explode", "expected"),
        (2, "delay=soon", "expected"),
    ],
)
def test_edits_that_make_no_sense(stepper: Stepper, n: int, action: str, says: str) -> None:
    stepper.to_time(60 * MS)
    with pytest.raises(ValueError) as error:
        stepper.edit(n, action)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert (stepper.now, stepper.edits) == (50 * MS, [])


def test_the_past_stays_as_it_is() -> None:
    scenario = find("12")
    stepper = Stepper(scenario, scenario.case())
    stepper.to_time(20 * MS)
    assert 1 in [record["n"] for record in stepper.in_flight()]
    with pytest.raises(ValueError, match="would have arrived already"):
        stepper.edit(1, "delay=15ms")
    stepper.edit(1, "delay=30ms")
    assert stepper.now == 20 * MS
