"""What a user did wrong, as one line in the user's language; the exit code is 2."""

from synfin.show.texts import Texts, Value


class UserError(Exception):
    """Bad input. ``message_id`` names a text; :meth:`plain` takes a finished line."""

    def __init__(self, message_id: str, **values: Value) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values

    @classmethod
    def plain(cls, line: str) -> "UserError":
        """A line that some other room has already written."""
        return cls("cli-error-plain", line=" ".join(line.split()))

    def text(self, texts: Texts) -> str:
        """The line."""
        return " ".join(texts.ui(self.message_id, **self.values).split())
