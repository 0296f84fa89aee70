"""Profiles and switches: the numbers of the RFCs and of the stacks they name."""

import pytest

from synfin.core.settings import (
    BSD44,
    FREEBSD,
    LINUX,
    LINUX_OLD,
    MILLISECOND,
    PROFILES,
    RFC,
    SECOND,
    Settings,
    switch_names,
)


def test_the_five_profiles() -> None:
    assert {
        "rfc": RFC,
        "linux": LINUX,
        "linux-old": LINUX_OLD,
        "freebsd": FREEBSD,
        "bsd44": BSD44,
    } == PROFILES


def test_the_rfc_profile_has_the_rfcs_numbers() -> None:
    assert RFC.initial_rto_ns == RFC.min_rto_ns == SECOND  # RFC 6298 §2.1, §2.4
    assert RFC.max_rto_ns >= 60 * SECOND  # §2.5
    assert RFC.rto_after_syn_timeout_ns == 3 * SECOND  # §5.7
    assert RFC.r1 >= 3  # SHLD-10
    assert RFC.r2_ns >= 100 * SECOND  # SHLD-11
    assert RFC.syn_r2_ns >= 180 * SECOND  # MUST-23
    assert RFC.keepalive_idle_ns >= 7200 * SECOND  # MUST-28
    assert not RFC.keepalive  # MUST-25
    assert RFC.msl_ns == 120 * SECOND  # §3.4.2
    assert RFC.time_wait_msl == 2  # MUST-13
    assert RFC.delayed_ack_ns < SECOND // 2  # MUST-40
    assert RFC.isn_tick_ns == 4000  # MUST-8
    assert 100 * MILLISECOND <= RFC.sws_override_ns <= SECOND  # §3.8.6.2.1
    assert RFC.challenge_acks == 10  # RFC 5961 §7
    assert RFC.challenge_ack_interval_ns == 5 * SECOND
    assert RFC.initial_window_segments == 10  # RFC 6928


def test_linux_differs_where_the_kernel_does() -> None:
    assert (LINUX.min_rto_ns, LINUX.max_rto_ns) == (200 * MILLISECOND, 120 * SECOND)
    assert LINUX.msl_ns * LINUX.time_wait_msl == 60 * SECOND  # TCP_TIMEWAIT_LEN
    assert (LINUX.syn_retries, LINUX.syn_linear_timeouts, LINUX.synack_retries) == (6, 4, 5)
    assert LINUX.retries2 == 15
    older = LINUX.but(syn_linear_timeouts=0, ack_unsent_silent=True, paws_ignores_old_acks=False)
    assert older == LINUX_OLD


@pytest.mark.parametrize(
    "changes",
    [
        {"delayed_ack_ns": SECOND // 2},  # MUST-40
        {"delayed_ack_ns": -1},
        {"window_scale": 15},
        {"mss": 0},
        {"min_rto_ns": 0},
        {"max_rto_ns": 1},
        {"initial_rto_ns": 0},
        {"receive_buffer": 0},
        {"send_buffer": 0},
        {"ts_clock_ns": 0},
        {"isn_tick_ns": 0},
        {"initial_window_segments": 0},
        {"congestion_control": "magic"},
    ],
)
def test_what_no_stack_may_be_set_to_is_refused(changes: dict[str, object]) -> None:
    (name,) = changes
    with pytest.raises(ValueError, match="RTOs" if name.endswith("rto_ns") else name):
        RFC.but(**changes)


def test_a_profile_does_not_change() -> None:
    other = RFC.but(mss=1000)
    assert (RFC.mss, other.mss) == (1460, 1000)
    assert other != RFC
    with pytest.raises(AttributeError):
        RFC.mss = 1  # type: ignore[misc]


def test_an_unknown_switch_is_an_error() -> None:
    with pytest.raises(TypeError, match="mms"):
        RFC.but(mms=1)


def test_every_switch_has_a_name() -> None:
    names = switch_names()
    assert len(names) == len(set(names)) > 70
    assert all(hasattr(Settings(), name) for name in names)


def test_freebsd_differs_where_its_kernel_does() -> None:
    assert (FREEBSD.min_rto_ns, FREEBSD.rto_slop_ns) == (30 * MILLISECOND, 200 * MILLISECOND)
    assert FREEBSD.msl_ns * FREEBSD.time_wait_msl == 60 * SECOND  # net.inet.tcp.msl
    assert FREEBSD.opening_timeout_ns == 75 * SECOND  # keepinit
    assert (FREEBSD.keepalive_probes, FREEBSD.synack_retries) == (8, 3)
    gaps = FREEBSD.syn_schedule_ns
    assert len(gaps) == 13  # the first one and TCP_MAXRXTSHIFT more
    assert [gap // MILLISECOND for gap in gaps[:4]] == [1000, 2200, 4200, 8200]
    assert gaps[-1] == FREEBSD.max_rto_ns == 64 * SECOND


def test_an_order_of_options_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="option_order"):
        RFC.but(option_order="sun")
