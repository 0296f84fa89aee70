"""Forming segments: text, PUSH, URG, FIN, the numbers they carry."""

import pytest

from synfin.core.settings import RFC, SECOND
from synfin.core.states import State
from synfin.wire.tcp import ACK, FIN, PSH, SYN, URG, Options
from tests.core.pair import MS, PLAIN, Duo, Solo, rule_of

# --- text and PUSH -----------------------------------------------------------------


def test_maximum_sized_segments_and_push_on_the_last() -> None:
    """SHLD-28; MUST-61, SHLD-27: PSH where the buffered data ends, nowhere before."""
    solo = Solo(PLAIN.but(nagle=False)).established()
    assert solo.show(*solo.send(bytes(4000))) == [
        "ACK 1+1460 1",
        "ACK 1461+1460 1",
        "PSH,ACK 2921+1080 1",
    ]


def test_successive_sends_are_gathered_into_large_segments() -> None:
    """SHLD-27: marks in between are collapsed."""
    solo = Solo().established()
    for _ in range(4):
        solo.conn.send(bytes(500), solo.now)
    assert solo.show(*solo.poll()) == ["ACK 1+1460 1"]
    assert solo.show(*solo.arrive(ACK, 1, 1461)) == ["PSH,ACK 1461+540 1"]


def test_a_send_without_push_waits_for_more_but_not_for_ever() -> None:
    """MAY-15, MAY-16, MUST-60: 200 ms, then it goes with PSH (MUST-61)."""
    solo = Solo().established()
    assert solo.send(b"half", push=False) == []
    sent = solo.wait(SECOND)
    assert [(when, solo.show(s)[0]) for when, s in sent] == [(200 * MS, "PSH,ACK 1+4 1")]


def test_a_send_with_push_takes_the_waiting_text_along() -> None:
    solo = Solo().established()
    solo.send(b"head", push=False)
    assert solo.show(*solo.send(b"tail")) == ["PSH,ACK 1+8 1"]


def test_full_segments_go_without_push() -> None:
    """MAY-16: only the tail waits, and no segment of it is pushed."""
    solo = Solo().established()
    assert solo.show(*solo.send(bytes(2000), push=False)) == ["ACK 1+1460 1"]


def test_the_budget_bounds_one_turn() -> None:
    solo = Solo().established()
    solo.conn.send(bytes(14_600), solo.now)
    assert len(solo.conn.poll(solo.now, 3)) == 3
    assert len(solo.conn.poll(solo.now, 100)) == 7


def test_a_device_may_cut_large_segments() -> None:
    """The MSS stands beside a payload of many segments."""
    solo = Solo()
    solo.conn.max_segment = 65_000
    solo.established()
    (first,) = solo.send(bytes(1460))
    assert (len(first.payload), first.mss) == (1460, 0)
    (large,) = solo.send(bytes(30_000))
    assert (len(large.payload), large.mss) == (9 * 1460, 1460), "as the congestion window says"


# --- windows -----------------------------------------------------------------------


def test_the_congestion_window_bounds_the_first_flight() -> None:
    """MUST-19, RFC 6928: ten segments; each ACK lets two more go (slow start)."""
    solo = Solo().established()
    assert len(solo.send(bytes(100_000))) == 10
    assert len(solo.arrive(ACK, 1, 1461)) == 2
    assert solo.watch.rules("silence")[-1] == "wait.congestion-window"


def test_the_peers_window_bounds_too() -> None:
    solo = Solo().established(window=3000)
    assert solo.show(*solo.send(bytes(10_000)))[-1] == "ACK 1461+1460 1"
    assert solo.show(*solo.arrive(ACK, 1, 1461, window=3000)) == ["ACK 2921+1460 1"]


# --- urgent data, sending (MUST-30, MUST-31, MUST-62) ------------------------------


def test_urg_points_to_the_octet_after_the_urgent_data() -> None:
    """MUST-30, MUST-62: SND.UP = SND.NXT + 5; counted from the segment's own number."""
    solo = Solo().established()
    (segment,) = solo.send(b"hello", urgent=True)
    assert segment.flags == URG | PSH | ACK
    assert segment.urgent == 5
    assert rule_of(segment) == "send.urgent"


def test_the_pointer_is_relative_to_each_segment() -> None:
    """MUST-31: urgent data of three segments."""
    solo = Solo().established()
    out = solo.send(bytes(4000), urgent=True)
    assert [segment.urgent for segment in out] == [4000, 2540, 1080]


def test_what_follows_the_urgent_data_is_not_urgent() -> None:
    solo = Solo().established()
    solo.send(b"now!", urgent=True)
    solo.arrive(ACK, 1, 5)
    (segment,) = solo.send(b"later")
    assert rule_of(segment) == "send.data"
    assert not segment.flags & URG
    assert segment.urgent == 0


def test_a_pointer_too_far_for_the_field_says_all_it_can() -> None:
    """MUST-31: 65,535 now, the rest in later segments."""
    solo = Solo().established()
    out = solo.send(bytes(100_000), urgent=True)
    assert out[0].urgent == 0xFFFF
    assert out[-1].urgent == 0xFFFF


def test_urgent_text_is_marked_again_when_sent_again() -> None:
    solo = Solo().established()
    solo.send(b"now!", urgent=True)
    ((_, again),) = solo.wait(SECOND)
    assert (again.flags & URG, again.urgent) == (URG, 4)


def test_urgent_text_does_not_wait_for_nagle() -> None:
    solo = Solo().established()
    solo.send(b"first")
    assert solo.show(*solo.send(b"!", urgent=True)) == ["PSH,ACK,URG 6+1 1"]


# --- FIN ---------------------------------------------------------------------------


def test_the_fin_rides_on_the_last_text() -> None:
    solo = Solo().established()
    solo.conn.send(bytes(2000), solo.now)
    solo.conn.shutdown(solo.now)
    assert solo.show(*solo.poll()) == ["ACK 1+1460 1", "FIN,PSH,ACK 1461+540 1"]


def test_the_fin_waits_for_text_that_the_window_holds_back() -> None:
    """§3.10.4: "Queue this until all preceding SENDs have been segmentized"."""
    solo = Solo().established(window=1000)
    solo.conn.send(bytes(2000), solo.now)
    solo.conn.shutdown(solo.now)
    assert solo.state == "FIN-WAIT-1", "in any case, at the call"
    assert solo.show(*solo.poll()) == ["ACK 1+1000 1"]
    assert solo.show(*solo.arrive(ACK, 1, 1001, window=2000)) == ["FIN,PSH,ACK 1001+1000 1"]


def test_a_fin_is_sent_again_until_it_is_acknowledged() -> None:
    solo = Solo().in_state(State.FIN_WAIT_1)
    sent = solo.wait(8 * SECOND)
    assert solo.times(sent) == [1, 3, 7]
    assert solo.show(*[s for _, s in sent]) == ["FIN,ACK 1+0 1"] * 3


def test_the_window_field_is_unsigned() -> None:
    """MUST-1: 0xFFFF is 65,535 and not -1."""
    solo = Solo().established(window=0xFFFF)
    assert solo.conn.snd.snd_wnd == 65_535
    assert solo.conn.snd.usable == 65_535


# --- after idleness, loss, a smaller path ------------------------------------------


def test_after_an_idle_rto_the_window_starts_again() -> None:
    """RFC 5681 §4.1."""
    duo = Duo(RFC.but(receive_buffer=1 << 20)).established()
    duo.a.send(bytes(100_000), duo.now)
    duo.run(10 * SECOND)
    duo.b.recv(1 << 20, duo.now)
    assert duo.a.snd.cc.cwnd > 14_480
    duo.a.send(bytes(100_000), duo.now)
    duo.sent.clear()
    duo.run(0)
    assert sum(len(s.payload) for s in duo.of("A")) == 14_480


def test_retransmission_after_a_timeout_starts_with_one_segment() -> None:
    """MUST-19, RFC 5681 §3.1: loss window 1 SMSS, then slow start through what was lost."""
    solo = Solo().established()
    solo.send(bytes(14_600))
    sent = solo.wait(SECOND)
    assert solo.show(*[s for _, s in sent]) == ["ACK 1+1460 1"]
    assert solo.show(*solo.arrive(ACK, 1, 1461)) == ["ACK 1461+1460 1", "ACK 2921+1460 1"]


def test_a_window_update_when_the_application_has_read_enough() -> None:
    """§3.8.6.2.2 (MUST-39): one MSS after a closed window, not one octet."""
    solo = Solo(PLAIN.but(receive_buffer=4000)).established()
    for n in range(4):
        solo.arrive(ACK, 1 + 1000 * n, 1, bytes(1000))
    assert solo.conn.rcv.rcv_wnd == 0
    solo.conn.recv(1459, solo.now)
    assert solo.poll() == []
    solo.conn.recv(1, solo.now)
    (update,) = solo.poll()
    assert (rule_of(update), update.window) == ("send.window-update", 1460)


@pytest.mark.parametrize("flags", [SYN, SYN | ACK])
def test_syns_have_no_text_and_no_fin(flags: int) -> None:
    solo = Solo()
    solo.conn.open_active(solo.now)
    solo.conn.send(b"queued", solo.now)
    (syn,) = solo.poll()
    assert (syn.flags, bytes(syn.payload)) == (SYN, b"")
    assert not syn.flags & FIN
    out = solo.arrive(flags, 0, 1, options=Options(mss=1460))
    if flags == SYN:
        assert solo.show(*out) == ["SYN,ACK 0+0 1"]
        out = solo.arrive(ACK, 1, 1)
    assert [bytes(s.payload) for s in out if s.payload] == [b"queued"]
