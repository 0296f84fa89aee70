"""What a user got wrong, in the reader's language."""

import re
from functools import reduce
from typing import Final

from synfin.core.problems import Part, Problem, only_words, printable
from synfin.show.model import TraceError
from synfin.show.texts import Texts, Value

_NEEDLESS: Final = re.compile("(?<=[\u4e00-\u9fff“”（）]) (?=[\u4e00-\u9fff“”（）])")
"""Chinese words stand apart from Latin ones only, and a value may be either."""


def problem_text(texts: Texts, error: ValueError) -> str:
    """The text of a :class:`~synfin.core.problems.Problem`; the English one of anything else."""
    if isinstance(error, TraceError):
        error = error.problem
    if not isinstance(error, Problem) or not texts.has(problem_key(error.id)):
        return str(error)
    values = {name: part_text(texts, value) for name, value in error.values.items()}
    return _NEEDLESS.sub("", texts.ui(problem_key(error.id), **values))


def part_text(texts: Texts, value: Part) -> Value:
    """A value inside a problem's text."""
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, ValueError):
        return problem_text(texts, value)
    parts = [str(part_text(texts, one)) for one in value]
    between = "problem-comma" if only_words(value) else "problem-or"
    first = reduce(lambda one, other: texts.ui(between, one=one, other=other), parts[:-1] or parts)
    return texts.ui("problem-or", one=first, other=parts[-1]) if len(parts) > 1 else first


def problem_key(problem_id: str) -> str:
    """The message id of a problem: ``fault.two-actions`` -> ``problem-fault-two-actions``."""
    return "problem-" + problem_id.replace(".", "-")
