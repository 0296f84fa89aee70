"""What a user did wrong, as one line in the user's language; the exit code is 2."""

from synfin.show.problems import problem_text
from synfin.show.texts import Texts, Value


class UserError(Exception):
    """Bad input. ``message_id`` names a text; a value may be another room's error, which
    is said in the same language. :meth:`plain` takes a finished line."""

    def __init__(self, message_id: str, **values: Value | ValueError) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values

    @classmethod
    def plain(cls, line: str) -> "UserError":
        """A line that some other room has already written."""
        return cls("cli-error-plain", line=" ".join(line.split()))

    def text(self, texts: Texts) -> str:
        """The line."""
        said = {
            name: problem_text(texts, value) if isinstance(value, ValueError) else value
            for name, value in self.values.items()
        }
        return " ".join(texts.ui(self.message_id, **said).split())
