"""One deadline leaves, whatever is set and stopped."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.timers import COUNT, NEVER, PERSIST, RETRANSMIT, Timers

steps = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(-1, 50)), max_size=40)


@given(steps)
def test_the_deadline_is_the_earliest_of_all(actions: list[tuple[int, int]]) -> None:
    timers = Timers()
    model = [NEVER] * COUNT
    for slot, due in actions:
        if due < 0:
            timers.stop(slot)
            model[slot] = NEVER
        else:
            timers.start(slot, due)
            model[slot] = due
        assert timers.due == model
        assert timers.deadline == min(model)
        assert timers.running(slot) == (due >= 0)


def test_each_due_timer_is_taken_once_the_earliest_first() -> None:
    timers = Timers()
    timers.start(PERSIST, 30)
    timers.start(RETRANSMIT, 20)
    assert timers.take_due(19) == -1
    assert [timers.take_due(30), timers.take_due(30), timers.take_due(30)] == [
        RETRANSMIT,
        PERSIST,
        -1,
    ]
    assert timers.deadline == NEVER


def test_stop_all() -> None:
    timers = Timers()
    timers.start(RETRANSMIT, 20)
    timers.stop_all()
    assert timers.deadline == NEVER
    assert timers.take_due(1 << 60) == -1
