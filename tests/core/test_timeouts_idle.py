"""Zero windows, shrinking windows (§3.8.6), keep-alives (§3.8.4)."""

import pytest

from synfin.core.errno import ETIMEDOUT
from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.core.timers import NEVER, PERSIST
from synfin.wire.tcp import ACK, URG, Options
from tests.core.pair import MS, PLAIN, Duo, Sent, Solo, rule_of

HOUR = 3600 * SECOND
ALIVE = PLAIN.but(keepalive=True)


def closed_window(settings: Settings = PLAIN) -> Solo:
    """1000 octets were taken, the window is closed, 500 more wait."""
    solo = Solo(settings).established(Options(mss=1000), window=1000)
    solo.send(bytes(1500))
    solo.arrive(ACK, 1, 1001, window=0)
    return solo


def answered(solo: Solo, duration: int) -> list[Sent]:
    """Time passes; the peer answers every segment: the window is closed."""
    began, out = solo.now, []
    while solo.conn.deadline() <= began + duration:
        for _, segment in solo.wait(solo.conn.deadline() - solo.now):
            out.append((solo.now - began, segment))
            solo.arrive(ACK, 1, solo.conn.ours(solo.conn.snd.snd_una), window=0)
        assert len(out) < 100_000
    solo.now = began + duration
    return out


# --- zero-window probes ------------------------------------------------------------


def test_the_first_probe_comes_after_one_rto_the_next_ever_later() -> None:
    """MUST-36, SHLD-29, SHLD-30: one octet beyond the window."""
    solo = closed_window()
    sent = answered(solo, 200 * SECOND)
    assert solo.times(sent) == [1, 3, 7, 15, 31, 63, 123, 183]
    assert set(solo.show(*[s for _, s in sent])) == {"ACK 1001+1 1"}
    assert rule_of(sent[0][1]) == "persist.probe"


def test_the_connection_stays_open_while_probes_are_answered() -> None:
    """MUST-37: for hours; MAY-8: a receiver may keep its window closed."""
    solo = closed_window()
    sent = answered(solo, 12 * HOUR)
    assert solo.state == "ESTABLISHED"
    assert len(sent) == 6 + (12 * 3600 - 63) // 60
    (rest,) = solo.arrive(ACK, 1, 1001, window=1000)
    assert solo.show(rest) == ["PSH,ACK 1001+500 1"]


def test_unanswered_probes_fall_under_r2() -> None:
    """§3.8.6.1 speaks of probes that are answered; silence is trouble like any other."""
    solo = closed_window()
    solo.wait(HOUR)
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)


def test_a_probe_whose_octet_was_taken_is_progress() -> None:
    solo = closed_window()
    solo.wait(SECOND)
    (rest,) = solo.arrive(ACK, 1, 1002, window=1000)
    assert solo.show(rest) == ["PSH,ACK 1002+499 1"]


def test_linux_probes_with_nothing() -> None:
    """tcp_write_wakeup(): an old number, no octet, so that an ACK must come."""
    solo = closed_window(LINUX.but(window_scale=-1, timestamps=False, sack=False))
    ((_, probe),) = solo.wait(300_000_000)
    assert solo.show(probe) == ["ACK 1000+0 1"]


@pytest.mark.parametrize("empty", [False, True])
def test_a_probe_tells_of_urgent_data_that_cannot_go(empty: bool) -> None:
    """§3.8.5: the urgent field stands in all segments; a closed window is when it matters
    (MUST-30, MUST-66 at the other end)."""
    solo = closed_window(PLAIN.but(empty_window_probes=empty))
    solo.conn.send(b"now!", solo.now, urgent=True)
    assert solo.poll() == []
    ((_, probe),) = solo.wait(SECOND)
    end = solo.conn.snd.iss + 1 + 1504
    assert probe.flags & URG
    assert (probe.seq + probe.urgent) & 0xFFFFFFFF == end & 0xFFFFFFFF
    (answer,) = solo.arrive(ACK, 1, 1001, b"text", window=0)
    assert answer.flags & URG
    solo.arrive(ACK, 5, 1001, window=9000)
    solo.arrive(ACK, 5, 1505, window=9000)
    solo.conn.set_keepalive(True, solo.now)
    ((_, keepalive),) = solo.wait(2 * HOUR)
    assert not keepalive.flags & URG, "all of it is acknowledged"


def test_a_fin_alone_probes_too() -> None:
    solo = Solo().established(window=1000)
    solo.send(bytes(1000))
    solo.arrive(ACK, 1, 1001, window=0)
    solo.conn.shutdown(solo.now)
    assert solo.poll() == []
    ((_, probe),) = solo.wait(SECOND)
    assert solo.show(probe) == ["FIN,ACK 1001+0 1"]
    solo.arrive(ACK, 1, 1002, window=0)
    assert solo.state == "FIN-WAIT-2"


def test_two_ends_do_not_lock_up_when_the_window_update_is_lost() -> None:
    """MUST-36: what probes are there for."""
    duo = Duo(PLAIN.but(receive_buffer=2000)).established()
    duo.a.send(bytes(5000), duo.now)
    duo.run(SECOND // 2)
    assert duo.b.unread == 2000
    duo.lose = {("B", n) for n in range(1, 20)}
    duo.b.recv(2000, duo.now)
    duo.run(SECOND // 10)
    duo.lose = set()
    duo.run(10 * SECOND)
    assert duo.b.unread == 2000
    duo.b.recv(2000, duo.now)
    duo.run(10 * SECOND)
    assert duo.b.unread == 1000


# --- a window that shrinks ---------------------------------------------------------


def shrunk(window: int) -> Solo:
    """5000 octets are outstanding when the peer takes back all but ``window``."""
    solo = Solo().established(Options(mss=1000))
    solo.send(bytes(9000))
    assert solo.conn.snd.in_flight == 9000
    solo.arrive(ACK, 1, 1001, window=window)
    return solo


def test_no_new_data_after_a_shrink() -> None:
    """MUST-34, SHLD-15: the usable window is negative."""
    solo = shrunk(2000)
    assert solo.conn.snd.usable == -6000
    assert solo.send(bytes(5000)) == []
    assert solo.arrive(ACK, 1, 3001, window=2000) == []
    assert solo.conn.snd.usable == -4000


def test_old_data_is_sent_again_as_usual() -> None:
    """SHLD-16; MAY-7 lets what lies beyond the edge go again, too."""
    solo = shrunk(2000)
    ((when, again),) = solo.wait(SECOND)
    assert (when, solo.show(again)) == (SECOND, ["ACK 1001+1000 1"])


def test_a_window_that_shrank_to_zero_is_probed() -> None:
    """MUST-35: by the data that is outstanding, at the RTO's pace."""
    solo = shrunk(0)
    sent = answered(solo, 16 * SECOND)
    assert solo.times(sent) == [1, 3, 7, 15]


def test_data_beyond_the_edge_does_not_time_the_connection_out() -> None:
    """SHLD-17: not while the peer answers."""
    solo = shrunk(0)
    answered(solo, 3 * HOUR)
    assert solo.state == "ESTABLISHED"
    assert solo.arrive(ACK, 1, 9001, window=9000) == []
    assert solo.conn.snd.in_flight == 0


def test_we_do_not_shrink_ours() -> None:
    """SHLD-14: less buffer, same right edge."""
    solo = Solo().established()
    solo.conn.rcv.buffer_size = 1000
    (answer,) = solo.arrive(ACK, 1, 1, bytes(100))
    assert answer.window == 65_535 - 100


# --- keep-alives -------------------------------------------------------------------


def test_keep_alives_are_off_by_default() -> None:
    """MUST-25, MAY-5."""
    assert not RFC.keepalive
    assert not LINUX.keepalive
    solo = Solo().established()
    assert solo.conn.deadline() == NEVER


def test_the_default_interval_is_two_hours() -> None:
    """MUST-28; SHLD-12, MAY-6: SEG.SEQ = SND.NXT-1 and no octet."""
    solo = Solo(ALIVE).established()
    assert solo.wait(2 * HOUR - 1) == []
    ((_, probe),) = solo.wait(1)
    assert solo.show(probe) == ["ACK 0+0 1"]
    assert rule_of(probe) == "keepalive.probe"


def test_one_unanswered_probe_proves_nothing() -> None:
    """MUST-29: nine of them, 75 s apart, then the connection is dead."""
    solo = Solo(ALIVE).established()
    sent = solo.wait(24 * HOUR)
    assert solo.times(sent) == [7200 + 75 * n for n in range(9)]
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)
    assert solo.watch.events[-1].time == solo.now - 24 * HOUR + (7200 + 9 * 75) * SECOND


def test_an_answer_begins_the_interval_anew() -> None:
    solo = Solo(ALIVE).established()
    solo.wait(2 * HOUR + 75 * 8 * SECOND)
    solo.arrive(ACK, 1, 1)
    assert solo.wait(2 * HOUR - 1) == []
    assert len(solo.wait(1)) == 1


def test_anything_heard_counts() -> None:
    """MUST-26: only when nothing was received for the interval."""
    solo = Solo(ALIVE).established()
    solo.wait(HOUR)
    solo.arrive(ACK, 1, 1, b"news")
    assert solo.wait(2 * HOUR - 1) == []


def test_not_while_data_is_outstanding() -> None:
    """MUST-26: retransmissions find the truth sooner."""
    solo = Solo(ALIVE.but(keepalive_idle_ns=2 * SECOND)).established()
    solo.send(b"hello")
    sent = solo.wait(20 * SECOND)
    assert {rule_of(s) for _, s in sent} == {"rto.data"}


def test_the_interval_can_be_set() -> None:
    """MUST-27."""
    solo = Solo().established()
    solo.conn.keepalive_idle = 10 * SECOND
    solo.conn.keepalive_interval = 5 * SECOND
    solo.conn.keepalive_probes = 2
    solo.conn.set_keepalive(True, solo.now)
    assert solo.times(solo.wait(HOUR)) == [10, 15]
    assert solo.conn.error == ETIMEDOUT


def test_the_application_switches_them_on_and_off() -> None:
    """MUST-24: per connection."""
    solo = Solo().established()
    solo.conn.set_keepalive(True, solo.now)
    assert solo.conn.deadline() == solo.now + 2 * HOUR
    solo.conn.set_keepalive(False, solo.now)
    assert solo.conn.deadline() == NEVER


def test_a_live_peer_answers_a_probe() -> None:
    duo = Duo(ALIVE, PLAIN).established()
    duo.run(10 * HOUR)
    assert duo.state("A") == duo.state("B") == "ESTABLISHED"
    assert {rule_of(s) for s in duo.of("A")} == {"keepalive.probe"}
    assert len(duo.of("A")) == len(duo.of("B")) == 4


@pytest.mark.parametrize(("settings", "flags"), [(ALIVE, []), (LINUX.but(keepalive=True), ["RST"])])
def test_who_gives_up_may_say_so(settings: Settings, flags: list[str]) -> None:
    """Linux sends a RST,ACK with the end."""
    solo = Solo(settings).established(Options(mss=1460))
    sent = solo.wait(24 * HOUR)
    assert [line.split(",")[0] for line in solo.show(*[s for _, s in sent[9:]])] == flags


# --- FreeBSD -----------------------------------------------------------------------


def test_probes_keep_their_distance() -> None:
    """Switch least_probe_gap_ns; unanswered, they end by count (most_retransmissions)."""
    solo = Solo(PLAIN.but(least_probe_gap_ns=5 * SECOND, most_retransmissions=3)).established()
    solo.arrive(ACK, 1, 1, window=0)
    solo.send(b"text")
    sent = solo.wait(300 * SECOND)
    assert solo.times(sent) == [5.0, 10.0, 15.0]
    assert solo.state == "CLOSED"


@pytest.mark.parametrize("text", [b"", b"text"])
def test_linux_starts_the_interval_anew_but_not_for_predicted_text(text: bytes) -> None:
    """tcp_ack_probe(); tcp_rcv_established() does not call it for text in order."""
    solo = closed_window(PLAIN.but(probe_answer_restarts=True))
    before = solo.conn.timers.due[PERSIST]
    solo.now += 100 * MS
    solo.arrive(ACK, 1, 1001, window=0, text=text)
    moved = solo.conn.timers.due[PERSIST] - before
    assert moved == (0 if text else 100 * MS)


def test_linux_takes_no_later_segment_for_a_duplicate() -> None:
    """tcp_may_update_window(): it tells of the window, so FLAG_WIN_UPDATE."""
    for settings, counted in ((PLAIN, 1), (PLAIN.but(later_segment_no_duplicate=True), 0)):
        solo = Solo(settings).established(Options(mss=1000))
        solo.send(bytes(3000))
        solo.arrive(ACK, 1, 1, text=b"text")
        solo.arrive(ACK, 5, 1)
        assert solo.conn.snd.dupacks == counted
