"""A window that was never full says nothing about the path (RFC 2861, RFC 7661)."""

import pytest

from synfin.core.sender import Sender
from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.core.window_validation import validate_window
from tests.core.flight import sender


def unused(settings: Settings) -> Sender:
    """4 segments of 40 are outstanding, and have been for ten seconds."""
    snd = sender(4, sack=True, settings=settings)
    snd.cc.cwnd, snd.cc.ssthresh = 4000, 1000
    snd.window_checked_at = snd.snd_nxt
    snd.window_used_at = 0
    return snd


@pytest.mark.parametrize(("settings", "cwnd"), [(LINUX, 2500), (RFC, 4000)])
def test_half_of_what_is_not_used_for_an_rto_is_given_up(settings: Settings, cwnd: int) -> None:
    """Switch window_validation: Linux tcp_cwnd_application_limited(), initial window 1000."""
    snd = unused(settings)
    validate_window(snd, False, 10 * SECOND)
    assert snd.cc.cwnd == cwnd


def test_a_window_that_was_full_in_this_flight_is_in_use() -> None:
    """Linux tcp_is_cwnd_limited() remembers it for the whole flight."""
    snd = unused(LINUX)
    snd.window_was_full = True
    validate_window(snd, False, 10 * SECOND)
    assert snd.cc.cwnd == 4000
    assert snd.window_used_at == 10 * SECOND
