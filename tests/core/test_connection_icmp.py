"""What ICMP says to a connection (RFC 9293 §3.9.2.2; RFC 5461, 5927, 1191)."""

import pytest

from synfin.core.errno import ECONNREFUSED, EHOSTUNREACH, EMSGSIZE, ENETUNREACH, ETIMEDOUT
from synfin.core.errors import NetworkError
from synfin.core.settings import RFC, SECOND
from synfin.core.states import State
from synfin.core.tcb import NOTICE
from synfin.wire.tcp import ACK, Options
from tests.core.pair import PLAIN, Solo, rule_of


def tell(solo: Solo, error: NetworkError, offset: int = 0) -> None:
    """An error about the segment at SND.UNA + ``offset``."""
    error.seq = (solo.conn.snd.snd_una + offset) & 0xFFFFFFFF
    solo.conn.network_error(error, solo.now)


def soft(errno: int = EHOSTUNREACH) -> NetworkError:
    return NetworkError(errno, False, type_=3, code=1)


def hard() -> NetworkError:
    return NetworkError(ECONNREFUSED, True, type_=3, code=3)


def with_text_out() -> Solo:
    solo = Solo().established()
    solo.send(bytes(5000))
    return solo


@pytest.mark.parametrize("errno", [ENETUNREACH, EHOSTUNREACH])
def test_soft_errors_never_abort(errno: int) -> None:
    """MUST-56; SHLD-25, MUST-47: but the application may learn of them."""
    solo = with_text_out()
    solo.conn.signals = 0
    tell(solo, soft(errno))
    assert (solo.state, solo.conn.error) == ("ESTABLISHED", 0)
    assert solo.conn.soft_error == errno
    assert solo.conn.signals & NOTICE


def test_a_soft_error_does_not_end_an_opening() -> None:
    """MUST-56: SYNs go on; its name is told at the end (RFC 5461 §3.2)."""
    solo = Solo().syn_sent()
    tell(solo, soft())
    assert solo.state == "SYN-SENT"
    assert len(solo.wait(3600 * SECOND)) == 7
    assert solo.conn.error == EHOSTUNREACH


def test_without_one_it_is_a_timeout() -> None:
    solo = Solo().syn_sent()
    solo.wait(3600 * SECOND)
    assert solo.conn.error == ETIMEDOUT


def test_other_stacks_fail_the_connect_at_once() -> None:
    """RFC 5461 §4.1: what Linux does, by a switch."""
    solo = Solo(PLAIN.but(icmp_fails_connect=True)).syn_sent()
    tell(solo, soft())
    assert (solo.state, solo.conn.error) == ("CLOSED", EHOSTUNREACH)


def test_a_hard_error_ends_an_opening() -> None:
    """SHLD-26."""
    solo = Solo().syn_sent()
    tell(solo, hard())
    assert (solo.state, solo.conn.error) == ("CLOSED", ECONNREFUSED)


@pytest.mark.parametrize(("literally", "state"), [(True, "CLOSED"), (False, "ESTABLISHED")])
def test_a_hard_error_in_a_synchronized_state(literally: bool, state: str) -> None:
    """SHLD-26 to the letter; by default as RFC 5927 §5.2 advises against blind resets."""
    solo = Solo(PLAIN.but(hard_icmp_aborts=literally)).established()
    solo.send(b"x")
    tell(solo, hard())
    assert solo.state == state


def test_source_quench_is_dropped() -> None:
    """MUST-55."""
    solo = with_text_out()
    solo.conn.signals = 0
    tell(solo, NetworkError(0, False, type_=4, quench=True))
    assert (solo.conn.signals, solo.conn.error, solo.conn.soft_error) == (0, 0, 0)
    assert solo.poll() == []


@pytest.mark.parametrize("offset", [-1, 5001])
def test_an_error_about_nothing_outstanding_is_forged(offset: int) -> None:
    """RFC 5927 §4.1: SND.UNA =< SEG.SEQ < SND.NXT."""
    solo = with_text_out()
    tell(solo, soft(), offset)
    assert solo.conn.soft_error == 0
    assert solo.watch.rules("icmp") == ["icmp.bad-sequence"]


def test_a_smaller_path_mtu() -> None:
    """RFC 1191 §6.3: smaller segments, and what was too big again at once."""
    solo = Solo(PLAIN.but(nagle=False)).established()
    solo.send(bytes(2920))
    tell(solo, NetworkError(EMSGSIZE, False, 1000, type_=3, code=4))
    out = solo.poll()
    assert [len(s.payload) for s in out] == [960, 500, 960, 500]
    assert {rule_of(s) for s in out} == {"retransmit.path-mtu"}


def test_a_larger_path_mtu_is_not_believed() -> None:
    solo = with_text_out()
    tell(solo, NetworkError(EMSGSIZE, False, 9000, type_=3, code=4))
    assert solo.conn.mtu == 1500
    assert solo.poll() == []


def test_time_wait_and_closed_hear_nothing() -> None:
    solo = Solo().in_state(State.TIME_WAIT)
    tell(solo, hard())
    assert solo.state == "TIME-WAIT"
    done = Solo()
    tell(done, hard())
    assert done.conn.error == 0


def test_an_acknowledged_connection_forgets_nothing_it_was_told() -> None:
    """MUST-47: SO_ERROR can still be asked for it later."""
    solo = Solo(RFC.but(delayed_ack_ns=0)).established(Options(mss=1460))
    solo.send(b"x")
    tell(solo, soft())
    solo.arrive(ACK, 1, 2)
    assert solo.conn.soft_error == EHOSTUNREACH


# --- FreeBSD -----------------------------------------------------------------------

REFUSING = PLAIN.but(icmp_hard_codes_refuse=True)


@pytest.mark.parametrize(
    ("type_", "code", "error"),
    [
        (3, 0, 0),
        (3, 1, 0),
        (3, 2, ECONNREFUSED),
        (3, 3, ECONNREFUSED),
        (3, 9, ECONNREFUSED),
        (3, 13, ECONNREFUSED),
        (11, 0, EHOSTUNREACH),
        (11, 1, 0),
    ],
)
@pytest.mark.parametrize("allowed", [True, False])
def test_what_refuses_a_connection_there(type_: int, code: int, error: int, allowed: bool) -> None:
    """Switches icmp_hard_codes_refuse, icmp_may_reset."""
    solo = Solo(REFUSING.but(icmp_may_reset=allowed)).syn_sent()
    tell(solo, NetworkError(EHOSTUNREACH, False, type_=type_, code=code))
    assert solo.conn.error == (error if allowed else 0)
    assert solo.state == ("CLOSED" if error and allowed else "SYN-SENT")


@pytest.mark.parametrize(("switch", "state"), [(False, "SYN-SENT"), (True, "CLOSED")])
def test_an_error_about_snd_nxt_itself(switch: bool, state: str) -> None:
    """RFC 5927 §4.1: SEG.SEQ < SND.NXT; Linux counts SND.NXT in (icmp_at_snd_nxt)."""
    solo = Solo(PLAIN.but(icmp_at_snd_nxt=switch)).syn_sent()
    tell(solo, hard(), 1)
    assert solo.state == state
