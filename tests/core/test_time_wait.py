"""TIME-WAIT as a record of its own (§3.6.1, §3.10.7.4; RFC 1337, RFC 6191)."""

import pytest

from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.core.states import State
from synfin.core.time_wait import ANSWER, GONE, NEW_SYN, NOTHING, TimeWait
from synfin.core.timers import NEVER
from synfin.wire.tcp import ACK, FIN, RST, SYN, Options, Segment
from tests.core.pair import PLAIN, Solo

ENTERED = 50 * SECOND
SND_NXT = 5000
RCV_NXT = 0xFFFFFFFE
MSL = 120 * SECOND


def record(settings: Settings = RFC, ts_recent: int = -1) -> TimeWait:
    """TIME-WAIT, entered at 50 s."""
    return TimeWait(7, settings, SND_NXT, RCV_NXT, 500, ts_recent, 0, RCV_NXT - 100, ENTERED)


def segment(
    flags: int, offset: int = 0, text: bytes = b"", ts: int = -1, ack: int = SND_NXT
) -> Segment:
    """Of the peer's, ``offset`` from RCV.NXT."""
    options = Options(ts_val=ts)
    return Segment(1, 2, (RCV_NXT + offset) & 0xFFFFFFFF, ack, flags, 100, options, text)


def test_it_lasts_two_msl() -> None:
    """MUST-13; §3.4.2: MSL is two minutes."""
    made = record()
    assert made.deadline() == ENTERED + 2 * MSL
    made.tick(ENTERED + 2 * MSL - 1)
    assert made.state.value == "TIME-WAIT"
    made.tick(ENTERED + 2 * MSL)
    assert made.state.value == "CLOSED"
    assert made.deadline() == NEVER


def test_a_connection_enters_it_and_leaves_it() -> None:
    """MUST-13: the one that closed first waits, 2 * 120 s."""
    solo = Solo().in_state(State.TIME_WAIT)
    assert solo.wait(240 * SECOND - 1) == []
    assert solo.state == "TIME-WAIT"
    solo.wait(1)
    assert solo.state == "CLOSED"


def test_the_peers_fin_again_is_answered_and_starts_anew() -> None:
    """Eighth: "Restart the 2 MSL time-wait timeout"."""
    made = record()
    now = ENTERED + 100 * SECOND
    assert made.receive(segment(FIN | ACK, -1), now) == ANSWER
    assert made.until == now + 2 * MSL
    answer = made.answer(80, 4000, now)
    assert (answer.flags, answer.seq, answer.ack) == (ACK, SND_NXT, RCV_NXT)


@pytest.mark.parametrize("offset", [-10, 10])
def test_old_text_is_answered_but_starts_nothing(offset: int) -> None:
    """First: unacceptable, so an ACK; only a FIN restarts the timer."""
    made = record()
    assert made.receive(segment(ACK, offset, b"old"), ENTERED + SECOND) == ANSWER
    assert made.until == ENTERED + 2 * MSL


def test_on_linux_it_does() -> None:
    """tcp_timewait_state_process(): inet_twsk_schedule() for whatever has an ACK."""
    made = record(LINUX)
    assert made.receive(segment(ACK, -10, b"old"), ENTERED + SECOND) == ANSWER
    assert made.until == ENTERED + SECOND + 60 * SECOND


def test_an_ack_in_place_needs_no_answer() -> None:
    assert record().receive(segment(ACK), ENTERED) == NOTHING


@pytest.mark.parametrize("offset", [0, 1, -1])
def test_a_reset_does_not_assassinate(offset: int) -> None:
    """RFC 1337 fix F1: TIME-WAIT ignores RST."""
    made = record()
    assert made.receive(segment(RST, offset), ENTERED) == NOTHING
    assert made.state.value == "TIME-WAIT"


@pytest.mark.parametrize(("offset", "verdict"), [(0, GONE), (1, NOTHING), (-1, NOTHING)])
def test_without_the_fix_an_exact_one_does(offset: int, verdict: int) -> None:
    """Second: RFC 9293 has TIME-WAIT deleted; RFC 5961: by the exact number only."""
    made = record(RFC.but(rfc1337=False))
    assert made.receive(segment(RST, offset), ENTERED) == verdict
    assert (made.state.value == "CLOSED") == (verdict == GONE)


# --- a new SYN (MAY-2, SHLD-4) -----------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "old", "new", "verdict"),
    [
        (1, -1, -1, NEW_SYN),
        (1000, -1, -1, NEW_SYN),
        (0, -1, -1, ANSWER),
        (-5, -1, -1, ANSWER),
        # RFC 6191 §2: the timestamp decides
        (-5, 100, 101, NEW_SYN),
        (5, 100, 99, ANSWER),
        # equal: the sequence number decides
        (5, 100, 100, NEW_SYN),
        (-5, 100, 100, ANSWER),
        # timestamps were used and this SYN has none, or the reverse: by sequence number
        (5, 100, -1, NEW_SYN),
        (-5, 100, -1, ANSWER),
        (5, -1, 100, NEW_SYN),
        # across the wrap of the timestamp clock
        (-5, 0xFFFFFFFF, 3, NEW_SYN),
    ],
)
def test_which_syn_may_reopen(offset: int, old: int, new: int, verdict: int) -> None:
    """MAY-2 (1): larger than the last number used; SHLD-4: or newer by its timestamp."""
    made = record(ts_recent=old)
    assert made.receive(segment(SYN, offset, ts=new, ack=0), ENTERED) == verdict
    assert (made.state.value == "CLOSED") == (verdict == NEW_SYN)


def test_the_new_isn_lies_above_the_old_numbers() -> None:
    """MAY-2: "assigns its initial sequence number ... larger than the largest"."""
    made = record()
    assert (made.new_iss() - SND_NXT) & 0xFFFFFFFF == 65_537


def test_it_may_be_forbidden() -> None:
    made = record(RFC.but(time_wait_accepts_syn=False))
    assert made.receive(segment(SYN, 5, ack=0), ENTERED) == ANSWER


def test_without_a_listener_a_syn_neither_opens_nor_ends() -> None:
    """§3.4.2: the numbers must stay out of use."""
    made = record()
    assert made.receive(segment(SYN, 5, ack=0), ENTERED, listening=False) == ANSWER
    assert made.state.value == "TIME-WAIT"


def test_a_syn_with_ack_is_no_opening() -> None:
    assert record().receive(segment(SYN | ACK, 5), ENTERED) == ANSWER


# --- limits, reuse, switches -------------------------------------------------------


def test_answers_are_limited_but_not_those_to_text_and_fins() -> None:
    """RFC 5961 §7: ten in five seconds; what has text makes no ACK loop."""
    made = record()
    verdicts = [made.receive(segment(ACK, -10), ENTERED) for _ in range(12)]
    assert verdicts == [ANSWER] * 10 + [NOTHING] * 2
    assert made.receive(segment(FIN | ACK, -1), ENTERED) == ANSWER
    assert made.receive(segment(ACK, -10, b"x"), ENTERED) == ANSWER
    assert made.receive(segment(ACK, -10), ENTERED + 5 * SECOND) == ANSWER


def test_connect_may_take_over_after_a_second_with_timestamps() -> None:
    """tcp_tw_reuse, RFC 6191 §2 from the other side."""
    settings = LINUX.but(time_wait_reuse=True)
    assert not record(settings, 5).reusable(ENTERED + SECOND - 1)
    assert record(settings, 5).reusable(ENTERED + SECOND)
    assert not record(settings, -1).reusable(ENTERED + 50 * SECOND)
    assert not record(RFC, 5).reusable(ENTERED + 50 * SECOND)


@pytest.mark.parametrize(("times", "length"), [(1, MSL), (2, 2 * MSL), (3, 3 * MSL)])
def test_how_many_msl(times: int, length: int) -> None:
    """MUST-13 is two; one and three are there to see why."""
    assert record(RFC.but(time_wait_msl=times)).until == ENTERED + length


def test_answers_carry_the_timestamp_of_the_peer() -> None:
    solo = Solo(RFC).established(Options(mss=1460, ts_val=77))
    solo.conn.shutdown(solo.now)
    solo.poll()
    solo.arrive(FIN | ACK, 1, 2, options=Options(ts_val=78))
    assert solo.state == "TIME-WAIT"
    (answer,) = solo.arrive(FIN | ACK, 1, 2, options=Options(ts_val=79))
    assert answer.options.ts_ecr == 78


def test_abort_deletes_the_record_silently() -> None:
    """§3.10.5."""
    solo = Solo(PLAIN).in_state(State.TIME_WAIT)
    solo.conn.abort(solo.now)
    assert solo.poll() == []
    assert solo.state == "CLOSED"


# --- FreeBSD -----------------------------------------------------------------------


@pytest.mark.parametrize("flags", [SYN, FIN])
def test_without_ack_there_is_no_answer(flags: int) -> None:
    """Switch time_wait_needs_ack: tcp_twcheck() drops an old SYN and a bare FIN."""
    made = record(RFC.but(time_wait_needs_ack=True))
    offset = -1 if flags & FIN else 0
    assert made.receive(segment(flags, offset), ENTERED) == NOTHING
    assert record().receive(segment(flags, offset), ENTERED) == ANSWER


def test_a_newer_syn_still_opens() -> None:
    made = record(RFC.but(time_wait_needs_ack=True))
    assert made.receive(segment(SYN, 1), ENTERED) == NEW_SYN


# --- Linux -------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [0, FIN])
def test_linux_answers_what_has_no_ack_and_starts_nothing(flags: int) -> None:
    """tcp_timewait_state_process(): all that lies elsewhere is acknowledged."""
    made = record(LINUX)
    assert made.receive(segment(flags, 0, b"text"), ENTERED + SECOND) == ANSWER
    assert made.until == ENTERED + 60 * SECOND
    assert record().receive(segment(flags, 0, b"text"), ENTERED + SECOND) == NOTHING
