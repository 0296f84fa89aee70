"""Settings: one named switch for each place where stacks lawfully differ.

Three layers (profile -> host configuration -> socket options): a profile is a
frozen :class:`Settings`; a host replaces it whole when a ``sysctl`` changes; a
connection copies what it needs. Nothing in the engine asks "am I Linux?", it
asks the switch. All times are integer nanoseconds.

Declared in :mod:`synfin.core.switches_text` and :mod:`synfin.core.switches_life`, put
together in :mod:`synfin.core.switches`, given values in :mod:`synfin.core.profiles`; all
others import them from here.
"""

from synfin.core.profiles import (
    BSD44,
    FREEBSD,
    LINUX,
    LINUX_OLD,
    PROFILES,
    RFC,
    rexmit_schedule,
)
from synfin.core.switches import (
    CONGESTION_CONTROLS,
    COUNTERFACTUALS,
    ECN_MODES,
    SLOW_STARTS,
    Settings,
    counterfactuals_in,
    offered_scale,
    switch_names,
)
from synfin.core.units import (
    MICROSECOND,
    MILLISECOND,
    SECOND,
)

__all__ = [
    "BSD44",
    "CONGESTION_CONTROLS",
    "COUNTERFACTUALS",
    "ECN_MODES",
    "FREEBSD",
    "LINUX",
    "LINUX_OLD",
    "MICROSECOND",
    "MILLISECOND",
    "PROFILES",
    "RFC",
    "SECOND",
    "SLOW_STARTS",
    "Settings",
    "counterfactuals_in",
    "offered_scale",
    "rexmit_schedule",
    "switch_names",
]
