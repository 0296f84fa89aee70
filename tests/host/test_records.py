"""What a host keeps beside a connection."""

from synfin.core.settings import RFC
from synfin.core.states import State
from synfin.host.keys import make_key
from synfin.host.records import Counters, HostConnection
from tests.core.pair import Watch

KEY = make_key(b"\n\0\0\2", 80, b"\n\0\0\1", 4000)


def test_keys_tell_all_four_apart() -> None:
    keys = {
        KEY,
        make_key(b"\n\0\0\2", 81, b"\n\0\0\1", 4000),
        make_key(b"\n\0\0\2", 80, b"\n\0\0\1", 4001),
        make_key(b"\n\0\0\3", 80, b"\n\0\0\1", 4000),
        make_key(b"\n\0\0\2", 80, b"\n\0\0\3", 4000),
        make_key(b"\n\0\0\2", 4000, b"\n\0\0\1", 80),
    }
    assert len(keys) == 6


def test_a_child_starts_in_listen_without_a_word() -> None:
    """The transition was the listener's."""
    watch = Watch()
    child = HostConnection(RFC, KEY, 5, 1, 1500, (b"", False, False), watch)
    child.open_silently(9)
    assert child.state is State.LISTEN
    assert watch.events == []
    assert (child.local_port, child.remote_port) == (80, 4000)


def test_data_before_the_syn_is_bounded_by_the_buffer() -> None:
    """RFC 7413 §4.2.1: what a Fast Open SYN will carry."""
    child = HostConnection(RFC.but(send_buffer=4), KEY, 5, 1, 1500, (b"", False, False), None)
    assert child.queue_before_open(b"hello") == 4
    assert child.queue_before_open(b"o") == 0


def test_counters_only_count_up() -> None:
    counters = Counters()
    assert [counters.add("x"), counters.add("y"), counters.add("x")] == [1, 1, 2]
    assert counters.values == {"x": 2, "y": 1}
