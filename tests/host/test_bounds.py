"""What an attacker or a busy day may fill is bounded; options that peers forget."""

import pytest

from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.wire.tcp import ACK, RST, SYN, Options
from tests.host.two import Lone, Two


def test_a_cookie_is_taken_only_while_cookies_are_being_sent() -> None:
    """Otherwise blind guesses could be tried against every listener at any time."""
    lone = Lone(LINUX.but(syn_cookies="always"))
    lone.listen()
    offer = Options(mss=1460)
    (answer,) = lone.arrive(SYN, 500, options=offer)
    lone.wait(129 * SECOND)
    (reset,) = lone.arrive(ACK, 501, answer.seq + 1)
    assert (reset.flags, reset.seq) == (RST, answer.seq + 1)
    assert lone.states() == []


def test_time_wait_records_are_bounded() -> None:
    two = Two(LINUX.but(max_time_waits=2))
    listener = two.listen()
    for _ in range(4):
        client = two.connect()
        two.run(4 * two.delay)
        server, _ = listener.accept()
        client.close()
        two.run(2 * two.delay)
        server.close()
        two.run(4 * two.delay)
    waiting = [row for row in two.a.connections() if row.state == "TIME-WAIT"]
    assert len(waiting) == 2
    assert two.a.tcp.counters.values["TCPTimeWaitOverflow"] == 2


@pytest.mark.parametrize(("settings", "taken"), [(RFC, 0), (LINUX, 5)], ids=["rfc", "linux"])
def test_text_without_the_timestamp_that_was_agreed_on(settings: Settings, taken: int) -> None:
    """RFC 7323 §3.2 drops it; Linux's tcp_validate_incoming() does not look."""
    lone = Lone(settings)
    sock = lone.listen()
    (answer,) = lone.arrive(SYN, 500, options=Options(mss=1460, ts_val=10))
    echo = Options(ts_val=11, ts_ecr=answer.options.ts_val)
    lone.arrive(ACK, 501, answer.seq + 1, options=echo)
    child, _ = sock.accept()
    lone.arrive(ACK, 501, answer.seq + 1, text=b"hello")
    assert child.conn is not None
    assert child.conn.unread == taken
