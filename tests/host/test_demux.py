"""Whose segment, whose timer."""

from synfin.core.settings import RFC
from synfin.core.timers import NEVER, RETRANSMIT
from synfin.host.demux import Demux
from synfin.host.keys import Key, make_key
from synfin.host.listener import Listener
from synfin.host.records import HostConnection

ANY = bytes(4)
HERE = b"\n\0\0\2"
USE = (HERE, False, False)


def key(port: int = 4000) -> Key:
    return make_key(HERE, 80, b"\n\0\0\1", port)


def connection(demux: Demux, port: int = 4000) -> HostConnection:
    made = HostConnection(RFC, key(port), 5, port, 1500, USE, None)
    demux.connections[made.key] = made
    return made


def listener(address: bytes, port: int = 80) -> Listener:
    return Listener(1, address, port, 5, (address, False, True))


def test_the_exact_address_before_any() -> None:
    demux = Demux()
    anybody, exact = listener(ANY), listener(HERE)
    demux.add_listener(anybody)
    assert demux.listener_for(HERE, 80) is anybody
    demux.add_listener(exact)
    assert demux.listener_for(HERE, 80) is exact
    assert demux.listener_for(b"\n\0\0\3", 80) is anybody
    assert demux.listener_for(HERE, 81) is None


def test_any_of_one_family_is_not_any_of_the_other() -> None:
    demux = Demux()
    demux.add_listener(listener(bytes(16)))
    assert demux.listener_for(HERE, 80) is None
    assert demux.listener_for(b"\xfd" + bytes(15), 80) is not None


def test_removed_listeners_leave_nothing() -> None:
    demux = Demux()
    made = listener(ANY)
    demux.add_listener(made)
    demux.remove_listener(made)
    demux.remove_listener(made)
    assert demux.listeners == {}


def test_the_earliest_timer_of_all_is_the_deadline() -> None:
    demux = Demux()
    for port, due in ((1, 300), (2, 100), (3, 200)):
        made = connection(demux, port)
        made.timers.start(RETRANSMIT, due)
        demux.arm(made)
    assert demux.deadline() == 100
    taken, _ = demux.take_due(100)
    assert taken is not None
    assert taken.id == 2
    assert demux.take_due(100) == (None, None)
    assert demux.deadline() == 200


def test_a_timer_that_moves_later_costs_no_wake_up() -> None:
    demux = Demux()
    made = connection(demux)
    made.timers.start(RETRANSMIT, 100)
    demux.arm(made)
    made.timers.start(RETRANSMIT, 500)
    assert demux.deadline() == 500
    assert demux.take_due(499) == (None, None)


def test_a_timer_that_moves_earlier_is_seen() -> None:
    demux = Demux()
    made = connection(demux)
    made.timers.start(RETRANSMIT, 500)
    demux.arm(made)
    made.timers.start(RETRANSMIT, 100)
    demux.arm(made)
    assert demux.deadline() == 100


def test_stopped_timers_leave_the_heap() -> None:
    demux = Demux()
    made = connection(demux)
    made.timers.start(RETRANSMIT, 100)
    demux.arm(made)
    made.timers.stop(RETRANSMIT)
    assert demux.deadline() == NEVER


def test_many_changes_leave_one_live_entry() -> None:
    """O(log n) per event, whatever was armed before."""
    demux = Demux()
    made = connection(demux)
    for due in range(1000, 0, -1):
        made.timers.start(RETRANSMIT, due)
        demux.arm(made)
    assert demux.take_due(1)[0] is made
    assert demux.take_due(10_000) == (None, None)


def test_busy() -> None:
    demux = Demux()
    connection(demux)
    assert demux.busy(key())
    assert not demux.busy(key(4001))
