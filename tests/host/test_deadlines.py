"""Connections by their deadlines, compared with a list that is searched."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.timers import NEVER, RETRANSMIT
from synfin.host.deadlines import Deadlines
from synfin.host.demux import FEW, Demux
from synfin.host.records import HostConnection
from tests.host.test_demux import connection

DUE = st.one_of(st.integers(0, 50), st.just(NEVER))


def set_timer(one: HostConnection, due: int) -> None:
    if due < NEVER:
        one.timers.start(RETRANSMIT, due)
    else:
        one.timers.stop(RETRANSMIT)


@given(st.lists(st.tuples(st.integers(0, 7), DUE, st.booleans()), max_size=80))
def test_the_first_deadline_is_that_of_a_search(steps: list[tuple[int, int, bool]]) -> None:
    """Timers start, move both ways and stop; connections leave; the first is taken."""
    demux = Demux()
    some = [connection(demux, port) for port in range(1, 9)]
    deadlines = Deadlines()
    there: set[int] = set()
    for index, due, leaves in steps:
        one = some[index]
        set_timer(one, due)
        if leaves:
            deadlines.remove(one)
            there.discard(index)
            set_timer(one, NEVER)
        elif due < one.armed:
            deadlines.arm(one, due)
            there.add(index)
        due_times = [some[each].timers.deadline for each in there]
        assert deadlines.first_due() <= min(due_times, default=NEVER)
        assert deadlines.settle() == min(due_times, default=NEVER)
        assert len(deadlines) <= len(there)  # those with no timer left may be gone
        there = {each for each in there if some[each].heap_at >= 0}
    order = [(some[each].timers.deadline, each) for each in there]
    taken = []
    while deadlines.settle() < NEVER:
        first = deadlines.take()
        assert first.heap_at == -1
        assert first.armed == NEVER
        taken.append(first.timers.deadline)
    assert [due for due in taken if due < NEVER] == sorted(due for due, _ in order if due < NEVER)


def test_at_equal_times_the_first_armed_comes_first() -> None:
    demux = Demux()
    some = [connection(demux, port) for port in (1, 2, 3)]
    deadlines = Deadlines()
    for one in (some[2], some[0], some[1]):
        set_timer(one, 10)
        deadlines.arm(one, 10)
    assert [deadlines.take() for _ in some] == [some[2], some[0], some[1]]


def test_a_connection_that_leaves_the_table_is_forgotten() -> None:
    """Nothing keeps it until its last timer would have been due."""
    demux = Demux()
    one, other = connection(demux, 1), connection(demux, 2)
    for each, due in ((one, 10), (other, 20)):
        set_timer(each, due)
        demux.arm(each)
    demux.disarm(one)
    one.tabled = False
    demux.arm(one)
    assert demux.deadline() == 20
    assert demux.take_due(15) == (None, None)
    assert demux.take_due(20) == (other, None)


def test_those_that_wait_for_nothing_do_not_pile_up() -> None:
    """Idle connections are many; those with a timer that runs are few."""
    demux = Demux()
    for port in range(1, 10 * FEW):
        one = connection(demux, port)
        set_timer(one, 1000 + port)
        demux.arm(one)
        set_timer(one, NEVER)
        demux.arm(one)
        assert len(demux._deadlines) <= FEW + 1
    waiting = connection(demux, 60_000)
    set_timer(waiting, 20_000)
    demux.arm(waiting)
    assert demux.deadline() == 20_000
    assert len(demux._deadlines) == 1
