"""What came of a script: of each step the outcome, the answers, the state afterwards."""

from dataclasses import dataclass, field


@dataclass
class Done:
    """One step. ``at`` and the answers' times are ns since the first step; ``state`` is
    what ``ss`` shows when the next step is about to begin."""

    at: int
    outcome: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    end: int = 0
    state: str = ""
    wire: str = ""
    """The segment of this step as packetdrill writes it, with the numbers it came to have."""
    heard: list[str] = field(default_factory=list)
    """The answers as packetdrill writes them."""

    @property
    def said(self) -> list[str]:
        """The answers without their times."""
        return [text for _, text in self.answers]
