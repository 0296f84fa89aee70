"""The marks of classes for the compiler; see :mod:`synfin.wire.interpreted`."""

from synfin.wire.interpreted import mypyc_attr

__all__ = ["mypyc_attr"]
