"""When less than a full segment may go: Nagle (§3.7.4), silly windows (§3.8.6.2), cork."""

import pytest

from synfin.core.settings import RFC, SECOND
from synfin.wire.tcp import ACK, Options
from tests.core.pair import MS, PLAIN, Solo

STAMPS = RFC.but(window_scale=-1, sack=False, delayed_ack_ns=0)
STAMPED = Options(mss=1460, ts_val=1)


# --- Nagle (SHLD-7, MUST-17) -------------------------------------------------------


def test_small_text_goes_when_nothing_is_outstanding() -> None:
    solo = Solo().established()
    assert solo.show(*solo.send(b"x")) == ["PSH,ACK 1+1 1"]


def test_small_text_waits_for_the_ack_of_what_is_outstanding() -> None:
    """SHLD-7: three writes, two segments."""
    solo = Solo().established()
    solo.send(b"x")
    assert solo.send(b"y") == []
    assert solo.send(b"z") == []
    assert solo.watch.rules("silence")[-1] == "wait.nagle"
    assert solo.show(*solo.arrive(ACK, 1, 2)) == ["PSH,ACK 2+2 1"]


def test_a_full_segment_never_waits() -> None:
    solo = Solo().established()
    solo.send(b"x")
    assert solo.show(*solo.send(bytes(1460))) == ["PSH,ACK 2+1460 1"]


def test_full_is_the_mss_without_its_options() -> None:
    """With timestamps a full segment has 1448 octets: it must not be held back as if it
    were small (0.3 Mbit/s otherwise)."""
    solo = Solo(STAMPS).established(STAMPED)
    solo.send(b"x")
    assert [len(s.payload) for s in solo.send(bytes(1448))] == [1448]
    assert [len(s.payload) for s in solo.send(bytes(1447))] == []


def test_nagle_can_be_switched_off() -> None:
    """MUST-17."""
    solo = Solo().established()
    solo.conn.nodelay = True
    assert [len(solo.send(b"x")) for _ in range(5)] == [1] * 5


def test_switching_it_off_lets_go_what_waits() -> None:
    solo = Solo().established()
    solo.send(b"x")
    solo.send(b"y")
    solo.conn.nodelay = True
    assert solo.show(*solo.poll()) == ["PSH,ACK 2+1 1"]


def test_the_end_of_the_stream_does_not_wait() -> None:
    solo = Solo().established()
    solo.send(b"x")
    solo.send(b"y")
    solo.conn.shutdown(solo.now)
    assert solo.show(*solo.poll()) == ["FIN,PSH,ACK 2+1 1"]


# --- TCP_CORK ----------------------------------------------------------------------


def test_a_cork_holds_small_text_for_200_ms() -> None:
    """tcp(7)."""
    solo = Solo().established()
    solo.conn.corked = True
    assert solo.send(b"head") == []
    assert solo.watch.rules("silence") == ["wait.cork"]
    assert solo.show(*solo.send(bytes(1460))) == ["ACK 1+1460 1"]
    sent = solo.wait(SECOND - 1)
    assert [(when, solo.show(s)[0]) for when, s in sent] == [(200 * MS, "PSH,ACK 1461+4 1")]


def test_pulling_the_cork_lets_go() -> None:
    solo = Solo().established()
    solo.conn.corked = True
    solo.send(b"head")
    solo.conn.corked = False
    assert solo.show(*solo.poll()) == ["PSH,ACK 1+4 1"]


# --- silly windows, the sender's side (MUST-38) ------------------------------------


@pytest.mark.parametrize(("window", "lengths"), [(500, [500]), (499, [])])
def test_half_the_largest_window_is_worth_a_segment(window: int, lengths: list[int]) -> None:
    """MUST-38 (3): min(D, U) >= Fs * Max(SND.WND) with Fs = 1/2."""
    solo = Solo().established(window=1000)
    assert solo.show(*solo.send(bytes(3000))) == ["ACK 1+1000 1"]
    out = solo.arrive(ACK, 1, 1001, window=window)
    assert [len(s.payload) for s in out] == lengths


def test_a_full_segment_goes_whatever_the_largest_window_was() -> None:
    """MUST-38 (1): min(D, U) >= Eff.snd.MSS."""
    solo = Solo().established(window=60_000)
    solo.send(bytes(40_000))
    out = solo.arrive(ACK, 1, 14_601, window=1460)
    assert solo.show(*out) == ["ACK 14601+1460 1"]


def test_what_is_pushed_and_fits_goes_when_all_is_acknowledged() -> None:
    """MUST-38 (2): SND.NXT = SND.UNA, PUSHed, D <= U."""
    solo = Solo().established(window=60_000)
    solo.send(bytes(10))
    solo.arrive(ACK, 1, 11, window=20)
    assert solo.show(*solo.send(bytes(20))) == ["PSH,ACK 11+20 1"]


def test_the_override_ends_a_deadlock() -> None:
    """MUST-38 (4): the override timeout lies between 0.1 and 1.0 s; here 0.2 s."""
    solo = Solo().established(window=1000)
    solo.send(bytes(3000))
    assert solo.arrive(ACK, 1, 1001, window=100) == []
    assert solo.watch.rules("silence")[-1] == "wait.silly-window"
    when, segment = solo.wait(SECOND)[0]
    assert (when, solo.show(segment)) == (200 * MS, ["ACK 1001+100 1"])


def test_text_that_crosses_the_edge_is_not_cut_while_more_is_outstanding() -> None:
    """No tinygram to fill the last corner of a large window."""
    solo = Solo().established(window=3000)
    assert [len(s.payload) for s in solo.send(bytes(10_000))] == [1460, 1460]
    assert solo.conn.snd.usable == 80


# --- silly windows, the receiver's side (MUST-39) ----------------------------------


def test_small_reads_do_not_open_small_windows() -> None:
    """MUST-39: the edge stays until min(Fr * RCV.BUFF, Eff.snd.MSS) is free (§3.8.6.2.2)."""
    solo = Solo(PLAIN.but(receive_buffer=3000)).established()
    for n in range(3):
        solo.arrive(ACK, 1 + 1000 * n, 1, bytes(1000))
    windows = []
    for _ in range(30):
        solo.conn.recv(100, solo.now)
        windows += [segment.window for segment in solo.poll()]
    assert windows == [1500, 3000]


@pytest.mark.parametrize("read", [1, 100, 1459])
def test_the_ack_of_a_probe_does_not_offer_crumbs(read: int) -> None:
    solo = Solo(PLAIN.but(receive_buffer=14_600)).established()
    for n in range(10):
        solo.arrive(ACK, 1 + 1460 * n, 1, bytes(1460))
    solo.conn.recv(read, solo.now)
    (answer,) = solo.arrive(ACK, 14_601, 1, b"?")
    assert answer.window == 0
