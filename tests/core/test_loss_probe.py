"""Tail loss probe (RFC 8985 §7)."""

from synfin.core import loss_probe
from synfin.core.sender import NO_STAMP, OPEN
from synfin.core.settings import LINUX
from synfin.core.timers import LOSS_PROBE, NEVER, RETRANSMIT
from tests.core.flight import acknowledge, at, duplicate, sender
from tests.core.pair import MS

TICK = 2 * MS


def test_two_round_trips_after_the_last_ack() -> None:
    """§7.2: PTO = 2 * SRTT, and a tick; the two timers are one."""
    snd = sender(4, sack=True, settings=LINUX)
    acknowledge(snd, at(200), 101 * MS)
    assert snd.timers.due[LOSS_PROBE] == 101 * MS + 2 * snd.rtt.srtt + TICK
    assert snd.timers.due[RETRANSMIT] == NEVER


def test_a_lone_segment_allows_for_a_delayed_ack() -> None:
    """§7.2: WCDelAckT, 200 ms; never later than the RTO."""
    snd = sender(3, sack=True, settings=LINUX)
    acknowledge(snd, at(200), 21 * MS)
    assert snd.timers.due[LOSS_PROBE] == 21 * MS + min(2 * snd.rtt.srtt + 200 * MS, snd.rtt.rto)


def test_without_sack_there_is_none() -> None:
    snd = sender(4, sack=False, settings=LINUX)
    acknowledge(snd, at(200), 101 * MS)
    assert not snd.timers.running(LOSS_PROBE)
    assert snd.timers.running(RETRANSMIT)


def test_not_while_something_looks_lost() -> None:
    snd = sender(6, sack=True, settings=LINUX)
    duplicate(snd, 105 * MS, (100, 200), (300, 400))
    assert not loss_probe.schedule(snd, 105 * MS, False)


def test_after_the_probe_the_retransmission_timer_takes_over() -> None:
    snd = sender(4, sack=True, settings=LINUX)
    acknowledge(snd, at(200), 101 * MS)
    snd.timers.take_due(snd.timers.due[LOSS_PROBE])
    loss_probe.expired(snd, 304 * MS)
    loss_probe.sent(snd, True, 304 * MS)
    assert snd.timers.due[RETRANSMIT] == 304 * MS + snd.rtt.rto
    snd.probe_tail_due = False
    loss_probe.expired(snd, 600 * MS)
    assert not snd.probe_tail_due, "one probe at a time"


def test_original_and_probe_both_arrived() -> None:
    """§7.4.2: an ACK of all, then its duplicate: nothing was lost, the window stays."""
    snd = sender(4, sack=True, settings=LINUX)
    acknowledge(snd, at(200), 101 * MS)
    loss_probe.sent(snd, True, 304 * MS)
    window = snd.cc.cwnd
    acknowledge(snd, at(400), 305 * MS)
    assert snd.probe_end == at(400)
    duplicate(snd, 306 * MS)
    assert snd.probe_end == NO_STAMP
    assert snd.cc.cwnd >= window


def test_the_probe_repaired_a_loss() -> None:
    """§7.4.2: only later text is acknowledged: as after any loss the window falls."""
    snd = sender(4, sack=True, settings=LINUX)
    acknowledge(snd, at(200), 101 * MS)
    snd.probe_end = at(300)
    snd.probe_resent = True
    window = snd.cc.cwnd
    acknowledge(snd, at(400), 400 * MS)
    assert snd.probe_end == NO_STAMP
    assert snd.cc.cwnd == snd.cc.ssthresh < window
    assert snd.ca_state == OPEN
