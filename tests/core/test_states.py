"""The table of transitions against Figure 5, written down here a second time."""

import pytest

from synfin.core.states import (
    COUNTERFACTUAL,
    TRANSITIONS,
    State,
    StateHolder,
    Trigger,
    move,
)

FIGURE_5 = {
    ("CLOSED", "passive OPEN", "LISTEN"),
    ("CLOSED", "active OPEN / snd SYN", "SYN-SENT"),
    ("LISTEN", "CLOSE", "CLOSED"),
    ("LISTEN", "SEND / snd SYN", "SYN-SENT"),
    ("LISTEN", "rcv SYN / snd SYN,ACK", "SYN-RECEIVED"),
    ("SYN-SENT", "CLOSE", "CLOSED"),
    ("SYN-SENT", "rcv SYN / snd SYN,ACK", "SYN-RECEIVED"),
    ("SYN-SENT", "rcv SYN,ACK / snd ACK", "ESTABLISHED"),
    ("SYN-RECEIVED", "rcv RST (passive OPEN; note 1)", "LISTEN"),
    ("SYN-RECEIVED", "rcv ACK of SYN", "ESTABLISHED"),
    ("SYN-RECEIVED", "CLOSE", "FIN-WAIT-1"),
    ("ESTABLISHED", "CLOSE", "FIN-WAIT-1"),
    ("ESTABLISHED", "rcv FIN / snd ACK", "CLOSE-WAIT"),
    ("FIN-WAIT-1", "rcv ACK of FIN", "FIN-WAIT-2"),
    ("FIN-WAIT-1", "rcv FIN / snd ACK", "CLOSING"),
    ("CLOSE-WAIT", "CLOSE / snd FIN", "LAST-ACK"),
    ("FIN-WAIT-2", "rcv FIN / snd ACK", "TIME-WAIT"),
    ("CLOSING", "rcv ACK of FIN", "TIME-WAIT"),
    ("LAST-ACK", "rcv ACK of FIN", "CLOSED"),
    ("TIME-WAIT", "Timeout=2MSL / delete TCB", "CLOSED"),
}

BESIDE_THE_FIGURE = {
    # §3.10.7.4: RST, SYN and the ends that the figure leaves out (its note 3)
    Trigger.ABORT,
    Trigger.GIVE_UP,
    Trigger.RCV_RST,
    Trigger.RCV_NEW_SYN,
    Trigger.TWO_WAY_SYN,
}


def edges() -> set[tuple[str, str, str]]:
    return {(old.value, trigger.value, new.value) for (old, trigger), new in TRANSITIONS.items()}


def test_there_are_eleven_states() -> None:
    assert [state.value for state in State] == [
        "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
    ]  # fmt: skip


def test_every_arrow_of_figure_5_is_there() -> None:
    assert edges() >= FIGURE_5


def test_what_is_beside_the_figure_is_an_end_or_a_named_rule() -> None:
    for (old, trigger), new in TRANSITIONS.items():
        if (old.value, trigger.value, new.value) in FIGURE_5:
            continue
        if (old, trigger) == (State.SYN_RECEIVED, Trigger.RCV_FIN):
            assert new is State.CLOSE_WAIT  # §3.10.7.4 eighth names SYN-RECEIVED, too
            continue
        assert trigger in BESIDE_THE_FIGURE, (old, trigger)
        assert new is State.CLOSED or trigger in (Trigger.RCV_NEW_SYN, Trigger.TWO_WAY_SYN)


def test_abort_leads_out_of_every_state_that_has_a_record() -> None:
    """§3.10.5."""
    for state in State:
        if state is not State.CLOSED:
            assert TRANSITIONS[(state, Trigger.ABORT)] is State.CLOSED


def test_nothing_leads_out_of_closed_but_open() -> None:
    out = {trigger for old, trigger in TRANSITIONS if old is State.CLOSED}
    assert out == {Trigger.OPEN_ACTIVE, Trigger.OPEN_PASSIVE}


def test_a_missing_edge_is_an_error_of_ours_and_changes_nothing() -> None:
    holder = StateHolder(State.CLOSED)
    with pytest.raises(KeyError):
        move(holder, Trigger.RCV_FIN)
    assert holder.state is State.CLOSED


def test_move_returns_where_it_came_from() -> None:
    holder = StateHolder(State.LISTEN)
    assert move(holder, Trigger.RCV_SYN) is State.LISTEN
    assert holder.state is State.SYN_RECEIVED


def test_counterfactual_edges_are_marked() -> None:
    assert list(COUNTERFACTUAL) == [(State.LISTEN, Trigger.TWO_WAY_SYN)]
