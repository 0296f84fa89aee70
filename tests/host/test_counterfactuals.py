"""Switches that break TCP on purpose stay in the lab."""

import pytest

from synfin.core.settings import BSD44, FREEBSD, LINUX, RFC, Settings
from synfin.host.host import Host

BROKEN = {
    "two_way": RFC.but(two_way=True),
    "split_synack": RFC.but(split_synack=True),
    "no_time_wait": LINUX.but(no_time_wait=True),
    "isn_mode": RFC.but(isn_mode="fixed"),
    "time_wait_msl": RFC.but(time_wait_msl=3),
}


def host(settings: Settings, lab: bool = False) -> Host:
    return Host("h", settings, lambda: 0, bytes, lab=lab)


@pytest.mark.parametrize("switch", BROKEN)
def test_refused_outside_the_lab(switch: str) -> None:
    with pytest.raises(ValueError, match=switch):
        host(BROKEN[switch])


@pytest.mark.parametrize("switch", BROKEN)
def test_nor_may_a_running_host_be_changed_to_them(switch: str) -> None:
    running = host(RFC)
    with pytest.raises(ValueError, match=switch):
        running.settings = BROKEN[switch]
    assert running.settings is RFC


@pytest.mark.parametrize("switch", BROKEN)
def test_the_lab_may(switch: str) -> None:
    assert host(BROKEN[switch], lab=True).settings == BROKEN[switch]


@pytest.mark.parametrize(
    "settings", [RFC, LINUX, FREEBSD, BSD44], ids=["rfc", "linux", "freebsd", "bsd44"]
)
def test_profiles_are_welcome(settings: Settings) -> None:
    assert host(settings).settings is settings
