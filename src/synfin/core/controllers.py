"""The congestion controllers by name (MAY-18: others may be added here)."""

from typing import Final

from synfin.core.congestion import CongestionControl, NewReno
from synfin.core.cubic import Cubic
from synfin.core.settings import Settings

SOCKET_NAMES: Final = {"newreno": "reno", "cubic": "cubic", "fixed": "fixed"}
"""How TCP_CONGESTION (tcp(7)) calls them."""
ENGINE_NAMES: Final = {"reno": "newreno", "newreno": "newreno", "cubic": "cubic"}
"""What it takes."""


def make_congestion_control(name: str, mss: int, settings: Settings) -> CongestionControl:
    """The controller called ``name``; a name that is none of
    :data:`synfin.core.settings.CONGESTION_CONTROLS` is the caller's to refuse."""
    if name == "cubic":
        return Cubic(mss, settings)
    if name == "fixed":
        return CongestionControl(mss, settings)
    return NewReno(mss, settings)


def exchanged(old: CongestionControl, name: str, settings: Settings) -> CongestionControl:
    """The controller called ``name`` where ``old`` was: the windows stay as they are."""
    if old.name() == name:
        return old
    new = make_congestion_control(name, old.mss, settings)
    new.cwnd = old.cwnd
    new.initial = old.initial
    new.ssthresh = old.ssthresh
    return new
