"""Tests of asyncio programs over real TCP, reproducibly: see :class:`Net`."""

from synfin.testing.checking import CheckFailed, check
from synfin.testing.net import Net
from synfin.testing.programs import Program, ProgramDied

__all__ = ["CheckFailed", "Net", "Program", "ProgramDied", "check"]
