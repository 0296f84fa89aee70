"""Settings: all switches together, what they accept, and which of them break TCP."""

from dataclasses import dataclass, fields, replace
from typing import Any, Final

from synfin.core.problems import Problem
from synfin.core.switches_life import LifeSwitches
from synfin.core.units import SECOND

CONGESTION_CONTROLS: Final = ("newreno", "cubic", "fixed")
"""What ``congestion_control`` accepts."""
ECN_MODES: Final = ("off", "accept", "ask")
"""What ``ecn`` accepts."""
SLOW_STARTS: Final = ("off", "classic", "plus")
"""What ``hystart`` accepts."""


@dataclass(frozen=True)
class Settings(LifeSwitches):
    """The switches, with the values of RFC 9293 and the RFCs it cites as defaults."""

    def __post_init__(self) -> None:
        """Refuse what no stack may be set to. Raises ValueError with what to do."""
        if not 0 <= self.delayed_ack_ns < SECOND // 2:
            raise Problem(
                "settings.delayed-ack", "delayed_ack_ns must be from 0 to below 0.5 s (MUST-40)"
            )
        if self.initial_rto_ns <= 0 or self.min_rto_ns <= 0 or self.max_rto_ns < self.min_rto_ns:
            raise Problem(
                "settings.rto", "RTOs must be positive and max_rto_ns at least min_rto_ns"
            )
        if not 1 <= self.mss <= 65_495:
            raise Problem("settings.mss", "mss must be from 1 to 65495 octets")
        if not -1 <= self.window_scale <= 14:
            raise Problem(
                "settings.window-scale",
                "window_scale must be from 0 to 14, or -1 for none (RFC 7323 §2.3)",
            )
        if self.ts_clock_ns <= 0 or self.isn_tick_ns <= 0:
            raise Problem("settings.clocks", "ts_clock_ns and isn_tick_ns must be positive")
        if self.receive_buffer < 1 or self.send_buffer < 1:
            raise Problem(
                "settings.buffers", "receive_buffer and send_buffer must be at least 1 octet"
            )
        if self.ecn not in ECN_MODES:
            names = ", ".join(ECN_MODES)
            raise Problem("settings.ecn", "ecn must be one of {names}", names=names)
        if self.option_order not in ("linux", "bsd"):
            raise Problem("settings.option-order", "option_order must be 'linux' or 'bsd'")
        if self.initial_window_segments < 1 or self.congestion_control not in CONGESTION_CONTROLS:
            raise Problem(
                "settings.congestion",
                "initial_window_segments must be at least 1 and congestion_control one of {names}",
                names=", ".join(CONGESTION_CONTROLS),
            )
        if self.hystart not in SLOW_STARTS:
            raise Problem(
                "settings.hystart", "hystart must be one of {names}", names=", ".join(SLOW_STARTS)
            )

    def but(self, **changes: Any) -> "Settings":
        """A copy with ``changes``; raises TypeError for an unknown switch."""
        return replace(self, **changes)


def offered_scale(settings: Settings) -> int:
    """The shift to offer: one by which the whole buffer would vanish is no use."""
    return min(settings.window_scale, settings.receive_buffer.bit_length() - 1)


COUNTERFACTUALS: Final = frozenset({"two_way", "split_synack", "no_time_wait"})
"""Switches that break TCP on purpose; with the ISN modes 'fixed' and 'clock-4ms' and
a ``time_wait_msl`` other than 2 they are allowed in the lab only."""


def counterfactuals_in(settings: Settings) -> tuple[str, ...]:
    """The switches that are set so that TCP breaks on purpose."""
    found = [name for name in sorted(COUNTERFACTUALS) if getattr(settings, name)]
    if settings.isn_mode == "fixed" or settings.isn_mode == "clock-4ms":
        found.append("isn_mode")
    if settings.time_wait_msl != 2:
        found.append("time_wait_msl")
    return tuple(found)


def switch_names() -> tuple[str, ...]:
    """All switch names, in the order of declaration."""
    return tuple(f.name for f in fields(Settings))
