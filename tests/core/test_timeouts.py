"""Retransmission, R1 and R2, the user timeout (§3.8.3, §3.10.8; RFC 6298 §5)."""

import pytest

from synfin.core.errno import EHOSTUNREACH, ETIMEDOUT
from synfin.core.errors import NetworkError
from synfin.core.settings import BSD44, LINUX, RFC, SECOND
from synfin.core.states import State
from synfin.core.tcb import NOTICE
from synfin.core.timeouts import doubling_ns, retries_to_ns
from synfin.core.timers import NEVER
from synfin.wire.tcp import ACK, SYN, Options
from tests.core.pair import MS, PLAIN, Solo, rule_of

HOUR = 3600 * SECOND


# --- text --------------------------------------------------------------------------


def test_text_is_sent_again_at_doubling_intervals_until_r2() -> None:
    """MUST-18, MUST-19, MUST-20; SHLD-11: R2 is 100 s at least, reached at 123 s."""
    solo = Solo().established()
    solo.send(b"hello")
    sent = solo.wait(HOUR)
    assert solo.times(sent) == [1, 3, 7, 15, 31, 63]
    assert solo.show(*[s for _, s in sent]) == ["PSH,ACK 1+5 1"] * 6
    assert solo.state == "CLOSED"
    assert solo.conn.error == ETIMEDOUT
    assert solo.watch.events[-1].time >= solo.now - HOUR + 100 * SECOND


def test_r1_tells_the_application_after_three() -> None:
    """SHLD-9, SHLD-10: once per trouble, at the third retransmission (7 s)."""
    solo = Solo().established()
    solo.send(b"hello")
    solo.conn.signals = 0
    solo.wait(7 * SECOND - 1)
    assert not solo.conn.signals & NOTICE
    solo.wait(30 * SECOND)
    assert solo.conn.signals & NOTICE
    assert solo.watch.names("signal").count("delivery-trouble") == 1


def test_progress_ends_the_trouble() -> None:
    solo = Solo().established()
    solo.send(bytes(100))
    solo.wait(90 * SECOND)
    solo.arrive(ACK, 1, 51)
    assert not solo.conn.r1_told
    solo.wait(90 * SECOND)
    assert solo.state == "ESTABLISHED", "R2 counts anew from the last progress"


def test_an_ack_ends_it_all() -> None:
    solo = Solo().established()
    solo.send(b"hello")
    solo.wait(20 * SECOND)
    solo.arrive(ACK, 1, 6)
    assert solo.conn.deadline() == NEVER
    assert solo.wait(HOUR) == []


def test_what_was_sent_twice_leaves_the_rto_doubled() -> None:
    """MUST-18: RFC 6298 §5 and Karn: only a sample ends the backoff."""
    solo = Solo().established()
    solo.send(b"one")
    solo.wait(100 * MS)
    assert solo.arrive(ACK, 1, 4) == []
    solo.send(b"hello")
    assert solo.times(solo.wait(3 * SECOND)) == [1, 3]
    assert solo.arrive(ACK, 1, 9) == []
    solo.send(b"again")
    assert solo.times(solo.wait(12 * SECOND)) == [4, 12]


def test_the_rto_follows_the_measured_round_trip() -> None:
    """MUST-18: SRTT = 2 s, RTTVAR = 1 s: RTO = 6 s."""
    solo = Solo().syn_sent()
    solo.now += 900 * MS
    solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460))
    solo.send(b"x")
    assert solo.times(solo.wait(8 * SECOND)) == [2.7]


@pytest.mark.parametrize(("r2", "last"), [(10, 15), (100, 123), (600, 603)])
def test_r2_can_be_set(r2: int, last: int) -> None:
    """MUST-21: the application's limit counts; it ends at the first expiry after it."""
    solo = Solo().established()
    solo.conn.r2_ns = r2 * SECOND
    solo.send(b"hello")
    began = solo.now
    solo.wait(HOUR)
    assert solo.conn.error == ETIMEDOUT
    assert solo.watch.events[-1].time - began == last * SECOND


def test_linux_counts_retries_as_time() -> None:
    """tcp_retries2 = 15 is 924.6 s at the minimum RTO (ip-sysctl)."""
    assert retries_to_ns(15, LINUX) == 924_600 * MS
    assert retries_to_ns(3, LINUX) == 3 * SECOND
    assert retries_to_ns(8, LINUX) == 102_200 * MS


# --- SYN ---------------------------------------------------------------------------


def test_a_syn_is_tried_for_three_minutes() -> None:
    """MUST-22, MUST-23: the same procedure with an R2 of its own."""
    solo = Solo().syn_sent()
    sent = solo.wait(HOUR)
    assert solo.times(sent) == [1, 3, 7, 15, 31, 63, 123]
    assert solo.show(*[s for _, s in sent]) == ["SYN 0+0"] * 7
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)
    assert solo.watch.events[-1].time == solo.now - HOUR + 183 * SECOND


@pytest.mark.parametrize(("way", "told"), [("active", 1), ("passive", 0)])
def test_r1_holds_for_syns_too(way: str, told: int) -> None:
    """MUST-22: "including notification of the application layer", at the third (7 s);
    behind a SYN,ACK of a passive open there is no application yet."""
    solo = Solo().syn_sent() if way == "active" else Solo().syn_received()
    solo.wait(7 * SECOND - 1)
    assert "delivery-trouble" not in solo.watch.names("signal")
    solo.wait(1)
    assert solo.watch.names("signal").count("delivery-trouble") == told
    solo.wait(100 * SECOND)
    assert solo.watch.names("signal").count("delivery-trouble") == told


@pytest.mark.parametrize(
    ("profile", "times"),
    [
        (LINUX, [1, 2, 3, 4, 5, 7, 11, 19, 35, 67]),
        (LINUX.but(syn_linear_timeouts=0), [1, 3, 7, 15, 31, 63]),
        (BSD44, [6, 30]),
    ],
)
def test_the_syns_of_other_stacks(profile: object, times: list[int]) -> None:
    """Linux: four linear ones, then six; 4.4BSD: 6 s, 24 s, gone at 75 s."""
    assert isinstance(profile, type(RFC))
    solo = Solo(profile).syn_sent()
    assert solo.times(solo.wait(HOUR)) == times
    assert solo.conn.error == ETIMEDOUT


def test_a_syn_ack_is_a_syn_too() -> None:
    """MUST-23: three minutes for the passive side as well."""
    solo = Solo().syn_received()
    sent = solo.wait(HOUR)
    assert solo.times(sent) == [1, 3, 7, 15, 31, 63, 123]
    assert rule_of(sent[0][1]) == "rto.syn-ack"
    assert solo.state == "CLOSED"


def test_after_a_lost_syn_data_starts_with_three_seconds() -> None:
    """RFC 6298 §5.7."""
    solo = Solo().syn_sent()
    solo.wait(SECOND)
    solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460))
    solo.send(b"x")
    assert solo.times(solo.wait(5 * SECOND)) == [3]


def test_a_soft_error_is_what_the_end_is_called() -> None:
    """MUST-47, RFC 1122 §4.2.3.9: the reason that ICMP gave, once it is given up."""
    solo = Solo().established()
    solo.send(b"hello")
    seq = solo.conn.snd.snd_una & 0xFFFFFFFF
    solo.conn.network_error(NetworkError(EHOSTUNREACH, False, seq=seq, type_=3, code=1), solo.now)
    solo.wait(HOUR)
    assert solo.conn.error == EHOSTUNREACH


# --- user timeout (§3.9.1.1, §3.10.8; RFC 5482) ------------------------------------


def test_the_user_timeout_ends_what_is_not_acknowledged() -> None:
    """MUST-21; §3.10.8: flush all queues, "error: connection aborted due to user timeout"."""
    solo = Solo(PLAIN.but(user_timeout_ns=5 * SECOND)).established()
    solo.wait(HOUR)
    assert solo.state == "ESTABLISHED", "an idle connection is no trouble"
    solo.send(b"hello")
    began = solo.now
    solo.wait(HOUR)
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)
    assert solo.watch.events[-1].time - began == 5 * SECOND


@pytest.mark.parametrize(
    "state", ["SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "CLOSING", "LAST-ACK", "CLOSE-WAIT"]
)
def test_the_user_timeout_holds_in_every_state(state: str) -> None:
    """§3.10.8: "For any state if the user timeout expires"."""
    solo = Solo(PLAIN.but(user_timeout_ns=5 * SECOND))
    if state == "SYN-SENT":
        solo.syn_sent()
    elif state == "SYN-RECEIVED":
        solo.syn_received()
    else:
        solo.in_state(State(state))
        solo.conn.send(b"answer", solo.now)
        solo.poll()
    assert solo.state == state
    solo.wait(5 * SECOND - 1)
    assert solo.state == state
    solo.wait(1)
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)


@pytest.mark.parametrize(("limit", "end"), [(300 * MS, SECOND + 4 * MS), (5 * SECOND, 5 * SECOND)])
def test_linux_counts_the_user_timeout_of_an_opening_from_its_first_syn(
    limit: int, end: int
) -> None:
    """tcp_clamp_rto_to_user_timeout(): but no earlier than a second SYN and a jiffy."""
    solo = Solo(LINUX.but(user_timeout_ns=limit))
    solo.conn.open_active(solo.now)
    solo.poll()
    solo.wait(end - 1)
    assert solo.state == "SYN-SENT"
    solo.wait(1)
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)


def test_progress_gives_it_new_time() -> None:
    solo = Solo(PLAIN.but(user_timeout_ns=5 * SECOND)).established()
    solo.send(bytes(100))
    solo.wait(4 * SECOND)
    solo.arrive(ACK, 1, 51)
    solo.wait(4 * SECOND)
    assert solo.state == "ESTABLISHED"
    solo.wait(2 * SECOND)
    assert solo.state == "CLOSED"


def test_the_user_timeout_may_be_set_later() -> None:
    """MUST-21."""
    solo = Solo().established()
    solo.send(b"hello")
    solo.conn.set_user_timeout(2500 * MS)
    solo.poll()
    solo.wait(HOUR)
    assert solo.conn.error == ETIMEDOUT
    assert solo.watch.rules("state")[-1] == "user-timeout.expired"


def test_the_user_timeout_may_be_shortened() -> None:
    solo = Solo(PLAIN.but(user_timeout_ns=50 * SECOND)).established()
    solo.send(b"hello")
    solo.conn.set_user_timeout(2500 * MS)
    solo.poll()
    solo.wait(2499 * MS)
    assert solo.state == "ESTABLISHED"
    solo.wait(2 * MS)
    assert solo.state == "CLOSED"


def test_the_user_timeout_may_be_taken_back() -> None:
    solo = Solo(PLAIN.but(user_timeout_ns=5 * SECOND)).established()
    solo.send(b"hello")
    solo.conn.set_user_timeout(0)
    solo.poll()
    solo.wait(60 * SECOND)
    assert solo.state == "ESTABLISHED"


# --- orphans -----------------------------------------------------------------------


def test_linux_lets_no_orphan_wait_for_ever_in_fin_wait_2() -> None:
    """tcp_fin_timeout: 60 s, after close() only (RFC 1122 §4.2.2.20)."""
    for detach, state in ((True, "CLOSED"), (False, "FIN-WAIT-2")):
        solo = Solo(LINUX).established(Options(mss=1460))
        if detach:
            solo.conn.close(solo.now)
        else:
            solo.conn.shutdown(solo.now)
        solo.poll()
        solo.arrive(ACK, 1, 2)
        solo.wait(60 * SECOND - 1)
        assert solo.state == "FIN-WAIT-2"
        solo.wait(SECOND)
        assert solo.state == state


def test_the_rfc_waits_in_fin_wait_2() -> None:
    solo = Solo().in_state(State.FIN_WAIT_2)
    solo.wait(1000 * HOUR)
    assert solo.state == "FIN-WAIT-2"
    assert solo.conn.deadline() == NEVER


# --- FreeBSD -----------------------------------------------------------------------


def test_text_is_given_up_by_count() -> None:
    """Switch most_retransmissions: the third timeout ends it, however soon."""
    solo = Solo(PLAIN.but(most_retransmissions=2)).established()
    solo.send(b"text")
    sent = solo.wait(60 * SECOND)
    assert len(sent) == 2
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)


def test_an_initial_rto_beyond_the_largest_is_cut_to_it() -> None:
    assert doubling_ns(2, 300 * SECOND, 120 * SECOND) == doubling_ns(2, 120 * SECOND, 120 * SECOND)
