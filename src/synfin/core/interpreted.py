"""The mark of classes that code outside the compiled engine may subclass.

The compiler reads the decorator (``mypyc_attr(allow_interpreted_subclasses=True)``);
when the program runs it does nothing, so nothing of a third party is imported.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:

    def mypyc_attr(*names, **values):
        """A decorator that returns the class as it is."""
        return lambda marked: marked
