"""Losses told by time (RFC 8985 §6)."""

from synfin.core.delivery import NOTHING
from synfin.core.recovery import reorder_timeout, timed_out
from synfin.core.sender import DISORDER, OPEN, RECOVERY
from synfin.core.settings import LINUX
from synfin.core.timers import NEVER, REORDER, RETRANSMIT
from tests.core.flight import acknowledge, at, duplicate, lost, send_again, sender
from tests.core.pair import MS

TICK = 2 * MS


def test_one_later_arrival_waits_for_the_reordering_window() -> None:
    """§6.2 steps 4 and 5: a quarter of the least round trip."""
    snd = sender(4, sack=True, settings=LINUX)
    duplicate(snd, 101 * MS, (100, 200))
    assert snd.ca_state == DISORDER
    assert lost(snd) == []
    # RACK.rtt + window - elapsed = 100 + 25 - 101 ms
    assert snd.timers.due[REORDER] == 101 * MS + 24 * MS + TICK
    assert snd.timers.due[RETRANSMIT] == NEVER


def test_when_the_window_has_passed_it_is_lost() -> None:
    snd = sender(4, sack=True, settings=LINUX)
    duplicate(snd, 101 * MS, (100, 200))
    snd.timers.take_due(snd.timers.due[REORDER])
    assert reorder_timeout(snd, 127 * MS)
    assert snd.ca_state == RECOVERY
    assert lost(snd) == [(0, 100)]


def test_three_later_arrivals_leave_no_doubt() -> None:
    """§6.2 step 4: the reordering window is 0 until reordering has been seen."""
    snd = sender(10, sack=True, settings=LINUX)
    duplicate(snd, 105 * MS, (100, 400))
    assert lost(snd) == [(0, 100)]


def test_once_reordering_was_seen_three_are_not_enough() -> None:
    snd = sender(10, sack=True, settings=LINUX)
    duplicate(snd, 101 * MS, (100, 200))
    acknowledge(snd, at(200), 102 * MS)
    assert snd.rack.reordering_seen == 1
    assert snd.ca_state == OPEN
    duplicate(snd, 106 * MS, (300, 600))
    assert lost(snd) == []
    assert snd.timers.running(REORDER)


def test_what_was_sent_later_than_the_latest_arrival_is_left_alone() -> None:
    snd = sender(10, sack=True, settings=LINUX)
    duplicate(snd, 109 * MS, (100, 200), (300, 400), (500, 600))
    assert lost(snd) == [(0, 100), (200, 300), (400, 500)]


def test_a_lost_retransmission_is_lost_again() -> None:
    """What counting duplicates can never tell."""
    snd = sender(10, sack=True, settings=LINUX)
    duplicate(snd, 105 * MS, (100, 400))
    send_again(snd, 105 * MS)
    snd.news.begin(0, 0, 0, 0)
    for n in range(4, 10):
        duplicate(snd, (103 + n) * MS, (n * 100, n * 100 + 100))
    assert lost(snd) == []
    late = snd.board.ranges[snd.board.index_at(at(900))]
    assert late.sacked
    snd.rack.sent_at, snd.rack.end, snd.rack.rtt = 106 * MS, at(1100), 100 * MS
    snd.rack.advanced = True
    duplicate(snd, 206 * MS)
    assert lost(snd) == [(0, 100)]


def test_dsacks_widen_the_window_once_a_round_trip() -> None:
    """§6.2 step 4: RACK.reo_wnd_mult, for sixteen recoveries."""
    rack = sender(4, sack=True, settings=LINUX).rack
    rack.dsack_seen = True
    rack.widen(200 * MS, 150 * MS)
    assert (rack.window_steps, rack.window_persists) == (2, 16)
    rack.dsack_seen = True
    rack.widen(210 * MS, 160 * MS)
    assert rack.window_steps == 2, "sent before the window was widened"
    rack.reordering_seen = 1
    assert rack.window(True, True, 100 * MS, 120 * MS) == 50 * MS
    assert rack.window(True, True, 400 * MS, 120 * MS) == 120 * MS, "never more than SRTT"
    rack.window_persists = 0
    rack.widen(400 * MS, 300 * MS)
    assert rack.window_steps == 1


def test_what_was_sent_again_twice_hides_no_other_retransmission() -> None:
    """§6.2 step 5: in the order in which they left last."""
    snd = sender(10, sack=True, settings=LINUX)
    duplicate(snd, 105 * MS, (300, 600))
    send_again(snd, 110 * MS)
    send_again(snd, 120 * MS)
    snd.board.mark_lost(0)
    send_again(snd, 300 * MS)
    snd.rack.sent_at, snd.rack.end, snd.rack.rtt = 200 * MS, at(1200), 100 * MS
    snd.rack.advanced = True
    duplicate(snd, 305 * MS)
    assert (100, 200) in lost(snd)
    assert (0, 100) not in lost(snd)


def test_an_ack_that_delivers_nothing_keeps_the_dsack_for_the_next() -> None:
    """Linux tcp_rack_update_reo_wnd()."""
    rack = sender(4, sack=True, settings=LINUX).rack
    rack.widened_at = 100 * MS
    rack.dsack_seen = True
    rack.widen(200 * MS, NOTHING)
    assert rack.window_steps == 1
    rack.widen(210 * MS, 150 * MS)
    assert rack.window_steps == 2


def test_a_peer_that_reneged_has_nothing_however_recent() -> None:
    """RFC 2018 §8; Linux tcp_timeout_mark_lost()."""
    snd = sender(4, sack=True, settings=LINUX)
    duplicate(snd, 105 * MS, (100, 200))
    acknowledge(snd, at(100), 120 * MS)
    snd.rack.rtt = 50 * MS
    for sent in snd.board.ranges:
        sent.sent_at = 130 * MS
    timed_out(snd, 150 * MS, back_off=True)
    assert lost(snd) == [(100, 200), (200, 300), (300, 400)]
