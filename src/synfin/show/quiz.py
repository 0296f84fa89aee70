"""The interview question of each scenario (``synfin quiz``).

Data: ``questions/*.toml``, one entry for each of the 40 scenarios: the question,
an answer for 30 seconds, the usual wrong answer and why it is wrong, the
follow-up an interviewer would ask, and its short answer.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from synfin.show.texts import LANGUAGES

PARTS: Final = ("question", "answer", "wrong", "why_wrong", "follow_up", "follow_up_answer")
"""The parts of an entry, in the order in which they are told."""


class Quiz:
    """The interview question that the run of scenario ``name`` answers.

    Texts are by language: ``quiz.answer["zh"]``. ``number`` is the scenario's,
    two digits.
    """

    def __init__(self, entry: dict[str, Any]) -> None:
        self.number: Final = str(entry["number"])
        self.name: Final = str(entry["name"])
        self.question: Final = _both(entry["question"])
        self.answer: Final = _both(entry["answer"])
        self.wrong: Final = _both(entry["wrong"])
        self.why_wrong: Final = _both(entry["why_wrong"])
        self.follow_up: Final = _both(entry["follow_up"])
        self.follow_up_answer: Final = _both(entry["follow_up_answer"])

    def __repr__(self) -> str:
        return f"Quiz({self.number}-{self.name})"

    def parts(self, lang: str) -> dict[str, str]:
        """All texts of one language by their names in :data:`PARTS`, in that order."""
        texts: dict[str, dict[str, str]] = {
            "question": self.question,
            "answer": self.answer,
            "wrong": self.wrong,
            "why_wrong": self.why_wrong,
            "follow_up": self.follow_up,
            "follow_up_answer": self.follow_up_answer,
        }
        return {part: texts[part][lang] for part in PARTS}


def _both(texts: dict[str, str]) -> dict[str, str]:
    return {lang: texts[lang].strip() for lang in LANGUAGES}


@cache
def all_quizzes() -> tuple[Quiz, ...]:
    """Every entry, in the order of the scenarios' numbers."""
    folder = files("synfin.show").joinpath("questions")
    found: list[Quiz] = []
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            data = tomllib.loads(file.read_text(encoding="utf-8"))
            found += [Quiz(entry) for entry in data["quiz"]]
    return tuple(sorted(found, key=lambda quiz: quiz.number))


def quiz_for(scenario: str) -> Quiz | None:
    """The entry of a scenario by name, number or both: ``historical-syn``, ``12``,
    ``12-historical-syn``; None if there is none (a scenario of the reader's own)."""
    wanted = scenario.strip().lower()
    for quiz in all_quizzes():
        names = (quiz.name, quiz.number, str(int(quiz.number)), f"{quiz.number}-{quiz.name}")
        if wanted in names:
            return quiz
    return None
