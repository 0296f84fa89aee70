"""Tests of asyncio programs over real TCP, reproducibly: see :class:`Net`."""

from synfin.testing.net import Net
from synfin.testing.programs import Program, ProgramDied

__all__ = ["Net", "Program", "ProgramDied"]
