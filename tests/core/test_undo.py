"""Reductions that proved wrong: Eifel, D-SACK, F-RTO (RFC 3522, 4015, 3708, 5682)."""

import pytest

from synfin.core import undo
from synfin.core.recovery import timed_out
from synfin.core.sender import LOSS, OPEN, RECOVERY, Sender
from synfin.core.settings import LINUX
from tests.core.flight import MSS, acknowledge, at, duplicate, lost, send_again, sender
from tests.core.pair import MS


def recovering(stamp: int = 1000) -> Sender:
    """The first of ten segments was sent again with TSval ``stamp``."""
    snd = sender(10, sack=True, settings=LINUX)
    duplicate(snd, 105 * MS, (100, 400))
    assert snd.ca_state == RECOVERY
    send_again(snd, 105 * MS, stamp)
    return snd


def test_an_echo_older_than_the_retransmission_undoes_it() -> None:
    """RFC 3522 §3.2 step 4: the original had arrived."""
    snd = recovering(stamp=1000)
    acknowledge(snd, at(1000), 120 * MS, ecr=990)
    assert snd.ca_state == OPEN
    assert snd.undone == 1
    assert snd.cc.cwnd >= 10 * MSS
    assert snd.cc.ssthresh > 10 * MSS


def test_an_echo_of_the_retransmission_does_not() -> None:
    snd = recovering(stamp=1000)
    acknowledge(snd, at(1000), 210 * MS, ecr=1000)
    assert snd.undone == 0
    assert snd.cc.ssthresh <= 7 * MSS


def test_the_stamp_wraps() -> None:
    snd = recovering(stamp=5)
    acknowledge(snd, at(1000), 120 * MS, ecr=0xFFFFFFF0)
    assert snd.undone == 1


def test_a_dsack_for_every_retransmission_undoes_it() -> None:
    """RFC 3708 §2."""
    snd = recovering()
    assert snd.undo_left == 1
    undo.take_dsack(snd, at(100), 1)
    assert undo.by_dsack(snd, 130 * MS)
    assert snd.cc.ssthresh > 10 * MSS
    assert not undo.by_dsack(snd, 131 * MS), "once"


def test_one_of_two_dsacks_is_not_enough() -> None:
    snd = recovering()
    undo.note_retransmission(snd, 1001, MSS)
    undo.take_dsack(snd, at(100), 1)
    assert not undo.by_dsack(snd, 130 * MS)


def test_ecn_reductions_are_never_undone() -> None:
    """RFC 3168: the congestion was real whatever was lost."""
    snd = recovering(stamp=1000)
    snd.undo_ssthresh = 0
    ssthresh = snd.cc.ssthresh
    acknowledge(snd, at(1000), 120 * MS, ecr=990)
    assert snd.cc.ssthresh == ssthresh


def test_a_spurious_timeout_is_found_out_by_new_text() -> None:
    """RFC 5682 §3.1: step 2b sends new text, step 3b ends the loss."""
    snd = sender(10, sack=True, settings=LINUX)
    timed_out(snd, 400 * MS, back_off=True)
    assert (snd.ca_state, snd.frto) == (LOSS, True)
    send_again(snd, 400 * MS)
    snd.buffer.append(bytes(500))
    acknowledge(snd, at(200), 410 * MS)
    assert snd.ca_state == OPEN, "text that was never sent again has arrived"
    assert lost(snd) == []
    assert snd.undone == 1


def test_a_real_loss_shows_in_a_duplicate() -> None:
    """RFC 5682 §3.1 step 3a."""
    snd = sender(10, sack=True, settings=LINUX)
    timed_out(snd, 400 * MS, back_off=True)
    send_again(snd, 400 * MS)
    snd.buffer.append(bytes(500))
    acknowledge(snd, at(100), 500 * MS)
    assert snd.ca_state == LOSS
    assert snd.frto_new_text, "step 2b: new text goes before anything is sent again"
    snd.snd_nxt = snd.snd_max = at(1100)
    duplicate(snd, 600 * MS, (1000, 1100))
    assert not snd.frto
    assert snd.ca_state == LOSS


def test_the_profile_without_undo_lets_reductions_stand() -> None:
    snd = sender(10, sack=True, settings=LINUX.but(undo=False))
    duplicate(snd, 105 * MS, (100, 400))
    send_again(snd, 105 * MS, 1000)
    acknowledge(snd, at(1000), 120 * MS, ecr=990)
    assert snd.undone == 0


def test_a_reduction_taken_back_is_not_told_the_peer() -> None:
    """RFC 3168 §6.1.2: CWR says that the window is smaller (Linux tcp_ecn_withdraw_cwr())."""
    snd = recovering(stamp=1000)
    assert snd.cwr_due
    acknowledge(snd, at(1000), 120 * MS, ecr=990)
    assert not snd.cwr_due


@pytest.mark.parametrize(("sack", "state"), [(True, OPEN), (False, LOSS)])
def test_without_sack_an_ack_of_text_sent_again_proves_nothing(sack: bool, state: int) -> None:
    """Linux tcp_clean_rtx_queue(): what was sent once may have come for that reason only."""
    snd = sender(10, sack=sack, settings=LINUX)
    timed_out(snd, 400 * MS, back_off=True)
    send_again(snd, 400 * MS)
    acknowledge(snd, at(200), 500 * MS)
    assert snd.ca_state == state
