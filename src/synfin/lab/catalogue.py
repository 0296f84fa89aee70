"""The shipped scenarios and a user's own: finding, reading, searching them.

Learning order is opening, closing, failures, data; inside a group the number
decides. :func:`find` takes a number (``7``, ``07``), a name (``synack-lost``) or
a file.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from synfin.core.problems import Problem
from synfin.lab.language import parse
from synfin.lab.model import Position, Scenario, ScenarioError
from synfin.lab.values import near

GROUPS: Final = ("opening", "closing", "failure", "data")
SUFFIX: Final = ".scn"
_CJK: Final = re.compile("[\\u3400-\\u9fff]+")


@cache
def shipped_files() -> tuple[str, ...]:
    """Names of the files that come with synfin, sorted."""
    folder = files("synfin.lab").joinpath("scenarios")
    if not folder.is_dir():
        return ()
    return tuple(sorted(item.name for item in folder.iterdir() if item.name.endswith(SUFFIX)))


@cache
def shipped(file: str) -> Scenario:
    """One shipped scenario, read once."""
    text = files("synfin.lab").joinpath("scenarios", file).read_text(encoding="utf-8")
    return parse(text, file)


def all_shipped() -> list[Scenario]:
    """All shipped scenarios in learning order."""
    return sorted((shipped(file) for file in shipped_files()), key=learning_order)


def learning_order(scenario: Scenario) -> tuple[int, int, str]:
    """Group first, then number."""
    group = GROUPS.index(scenario.group) if scenario.group in GROUPS else len(GROUPS)
    return group, scenario.number, scenario.name


def read_file(path: Path) -> Scenario:
    """A user's file; ScenarioError when it cannot be read or parsed."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        why = error.strerror or str(error)
        problem = Problem("file.unreadable", "cannot be read: {why}", why=why)
        raise ScenarioError(Position(str(path), 0, 0), problem) from None
    except UnicodeDecodeError:
        problem = Problem("file.utf-8", "is not UTF-8 text")
        raise ScenarioError(Position(str(path), 0, 0), problem) from None


def find(what: str) -> Scenario:
    """A scenario by number, name or file. KeyError (one line) when there is none."""
    path = Path(what)
    if what.endswith(SUFFIX) or path.is_file():
        return read_file(path)
    names: dict[str, str] = {}
    for file in shipped_files():
        number, _, name = file.removesuffix(SUFFIX).partition("-")
        names[name] = file
        if what in (name, file.removesuffix(SUFFIX)) or (
            what.isdigit() and number.isdigit() and int(what) == int(number)
        ):
            return shipped(file)
    raise KeyError(f"no scenario is called {what!r}; {near(what, names)}")


def texts_of(scenario: Scenario) -> list[str]:
    """Everything that a search looks at, the important first."""
    titles = [scenario.title.en, scenario.title.zh]
    questions = [scenario.question.en, scenario.question.zh]
    notes = [scenario.note.en, scenario.note.zh]
    cases = [
        text
        for case in scenario.cases
        for text in (case.name, case.title.en, case.title.zh, case.note.en, case.note.zh)
    ]
    name = [f"{scenario.number:02d} {scenario.name}"]
    return [" ".join(name), " ".join(titles), " ".join(questions), " ".join(notes + cases)]


def search(words: str, among: Iterable[Scenario] | None = None) -> list[Scenario]:
    """Scenarios that speak of ``words``, best first; all of them for no words.

    Latin words match at the beginning of words, Chinese ones anywhere; a Chinese
    phrase that nowhere stands as a whole is looked for by its pairs of characters.
    """
    scenarios = list(all_shipped() if among is None else among)
    wanted = _terms(words)
    if not wanted:
        return scenarios
    scored = [(score(scenario, wanted), scenario) for scenario in scenarios]
    best = max((points for points, _ in scored), default=0)
    floor = max(1, best // 3)
    found = [(points, scenario) for points, scenario in scored if points >= floor]
    found.sort(key=lambda pair: (-pair[0], learning_order(pair[1])))
    return [scenario for _, scenario in found]


def _terms(words: str) -> list[str]:
    """Latin words and Chinese runs, in lower case."""
    terms: list[str] = []
    for word in words.lower().split():
        runs = _CJK.findall(word)
        rest = _CJK.sub(" ", word)
        terms += runs
        terms += [part for part in re.split(r"[^0-9a-z_-]+", rest) if part]
    return terms


def score(scenario: Scenario, terms: list[str]) -> int:
    """How well a scenario answers; name and title weigh more than notes."""
    weights = (12, 9, 6, 2)
    total = 0
    for term in terms:
        best = 0
        for weight, text in zip(weights, texts_of(scenario), strict=True):
            best = max(best, weight * _hits(term, text.lower()))
        total += best
    return total


def _hits(term: str, text: str) -> int:
    """3 for the whole term, else for Chinese the share of its pairs, at most 2."""
    if _CJK.fullmatch(term):
        if term in text:
            return 3
        pairs = [term[i : i + 2] for i in range(len(term) - 1)]
        found = sum(1 for pair in pairs if pair in text)
        return 2 * found // len(pairs) if pairs else 0
    if term.isdigit():
        number = term.zfill(2)
        return 3 if re.search(rf"\b({re.escape(term)}|{re.escape(number)})\b", text) else 0
    return 3 if re.search(rf"(?<![a-z0-9]){re.escape(term)}", text) else 0
