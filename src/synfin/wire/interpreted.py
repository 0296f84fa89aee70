"""The marks of classes for the compiler.

The compiler reads the decorator; when the program runs it does nothing, so nothing of a
third party is imported. ``mypyc_attr(allow_interpreted_subclasses=True)``: code outside the
compiled engine may subclass. ``mypyc_attr(acyclic=True)``: no object refers back to itself,
so that the collector need not watch those of this class: they are smaller and sooner made.
``free_list_len=1``: one that is no longer needed is kept for the next.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:

    def mypyc_attr(*names, **values):
        """A decorator that returns the class as it is."""
        return lambda marked: marked
