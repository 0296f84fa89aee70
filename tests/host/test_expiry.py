"""TIME-WAIT records in order of expiry: a queue, and the heap for what does not fit."""

from synfin.core.settings import RFC, SECOND, Settings
from synfin.core.timers import NEVER
from synfin.host.demux import Demux
from synfin.host.expiry import COMPACT_AT, ExpiryQueue
from synfin.host.keys import make_key
from synfin.host.records import HostTimeWait, Manners

USE = (b"\n\0\0\2", False, False)
MANNERS = Manners(USE, 0, 64, 0, None)
LENGTH = 240 * SECOND
"""2 MSL."""


def record(now: int, number: int = 1, settings: Settings = RFC) -> HostTimeWait:
    key = make_key(b"\n\0\0\2", 80, b"\n\0\0\1", number)
    return HostTimeWait(number, settings, 1, 1, 1, -1, 0, 1, now, key, MANNERS)


def expired(demux: Demux, now: int) -> list[int]:
    """The numbers of those that are due, in order."""
    found: list[int] = []
    while True:
        connection, due = demux.take_due(now)
        assert connection is None
        if due is None:
            return found
        found.append(due.id)


def test_the_first_to_come_expires_first() -> None:
    demux = Demux()
    for number in (1, 2, 3):
        demux.arm_time_wait(record(number * SECOND, number))
    assert demux.deadline() == SECOND + LENGTH
    assert expired(demux, SECOND + LENGTH - 1) == []
    assert expired(demux, 2 * SECOND + LENGTH) == [1, 2]
    assert demux.deadline() == 3 * SECOND + LENGTH
    assert not demux._odd, "none of them needed an entry in the heap"


def test_a_shorter_wait_than_its_predecessor_is_in_time() -> None:
    """The host's settings were changed in between."""
    demux = Demux()
    demux.arm_time_wait(record(0, 1))
    demux.arm_time_wait(record(SECOND, 2, RFC.but(msl_ns=SECOND)))
    assert demux.deadline() == 3 * SECOND
    assert expired(demux, 3 * SECOND) == [2]
    assert demux.deadline() == LENGTH
    assert expired(demux, LENGTH) == [1]


def test_a_restarted_wait_is_looked_at_again_in_time() -> None:
    """A FIN came again: the clock was set anew while others queued up behind."""
    demux = Demux()
    first, second = record(0, 1), record(5 * SECOND, 2)
    demux.arm_time_wait(first)
    demux.arm_time_wait(second)
    first.until = 2 * SECOND + LENGTH
    assert expired(demux, LENGTH) == [1]
    demux.arm_time_wait(first)
    assert demux.deadline() == 2 * SECOND + LENGTH
    assert expired(demux, 5 * SECOND + LENGTH) == [1, 2]
    assert demux.deadline() == NEVER


def test_what_is_gone_leaves_the_queue() -> None:
    demux = Demux()
    first, second = record(0, 1), record(SECOND, 2)
    demux.arm_time_wait(first)
    demux.arm_time_wait(second)
    first.armed = NEVER
    assert demux.deadline() == SECOND + LENGTH
    assert expired(demux, 2 * LENGTH) == [2]


def test_the_gone_do_not_pile_up() -> None:
    """Reopened four-tuples leave records behind that nobody waits for."""
    queue = ExpiryQueue()
    kept = record(0)
    kept.armed = 1
    assert queue.add(kept)
    for number in range(10 * COMPACT_AT):
        gone = record(number)
        gone.armed = 2 + number
        assert queue.add(gone)
        gone.armed = NEVER
        assert len(queue) <= COMPACT_AT + 1
    assert queue.take() is kept


def test_a_long_queue_keeps_nothing_that_was_taken() -> None:
    queue = ExpiryQueue()
    for number in range(5000):
        made = record(number)
        made.armed = number + 1
        queue.add(made)
    for _ in range(4000):
        queue.take()
    assert len(queue) == 1000
    assert len(queue._records) <= 2000
