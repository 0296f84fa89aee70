"""What a user or a caller got wrong, as a value that can be said in any language.

A :class:`Problem` is a ValueError whose text is English; beside it stand a
stable id and the values in it, so that a face can say the same in the reader's
language (``show/locales/*/problems.ftl`` has a text for every id in the source,
and a test holds them together).
"""

from collections.abc import Sequence

Part = int | str | ValueError | Sequence[str | ValueError]
"""A value in a problem's text: a number, a word of the user's, a problem inside
this one, or several of which one would have been right."""


class Problem(ValueError):
    """``Problem("fault.probability", "expected 0 to 1, not '{word}'", word=word)``.

    ``english`` is a template for :meth:`str.format`; every value stands in it by
    its bare name. A part of a sentence ("a number") may be one too; such a problem
    is never raised itself.
    """

    def __init__(self, problem_id: str, english: str, **values: Part) -> None:
        shown = {name: show_part(value) for name, value in values.items()}
        super().__init__(english.format(**shown))
        self.id: str = problem_id
        self.values: dict[str, Part] = values

    @classmethod
    def again(cls, problem_id: str, text: str, values: dict[str, Part]) -> "Problem":
        """A problem that another process has told of: its finished text and its values."""
        made = cls(problem_id, "{text}", text=text)
        made.values = values
        return made


def show_part(value: Part) -> str:
    """A value in an English text."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, (int, ValueError)):
        return str(value)
    parts = [show_part(one) for one in value]
    if len(parts) > 2 and only_words(value):
        return ", ".join(parts[:-1]) + " or " + parts[-1]
    return " or ".join(parts)


def only_words(parts: Sequence[str | ValueError]) -> bool:
    """Whether commas may stand between the parts: phrases have commas of their own."""
    return all(isinstance(one, str) for one in parts)


def printable(text: str) -> str:
    """A user's word without line breaks and control characters: a message is one line."""
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else repr(char)[1:-1] for char in text])
