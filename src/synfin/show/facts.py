"""What people say about TCP, what is right, and the run that shows it (``synfin ask``).

The entries are data: ``knowledge/*.toml``. An entry covers one subject and
names the row ids it answers: ``C29`` (a claim of the usual articles), ``E-07``
(a common mistake; not to be mixed up with ``E7``, a step of the close), ``T3``
(a trap for implementers), ``J2`` (a question often asked).
"""

import math
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from synfin.show.texts import LANGUAGES

_LATIN: Final = re.compile(r"[a-z0-9][a-z0-9_+./-]*[a-z0-9+]|[a-z0-9]")
_CJK: Final = re.compile(r"[\u3400-\u9fff]+")
_ROW: Final = re.compile(r"([A-Z])(-?)0*(\d+)([A-Z]?)$")

_STOP_EN: Final = re.compile(
    "(?:a|an|and|are|as|at|be|by|can|do|does|for|from|how|i|if|in|is|it|its|of|on|or|should|so"
    "|tcp|than|that|the|then|there|this|to|vs|was|what|when|where|which|who|why|will|with)$"
)
_STOP_ZH: Final = re.compile(
    "为什么|是什么|什么|怎么办|怎么样|怎么|怎样|如何|会不会|能不能|是不是|可以|请问|到底|还是"
    "|一个|哪些|哪个|吗|呢|的|了|会|是|和|与|在|有"
)


class Fact:
    """One subject: what people say (``claim``), what is right, and where to see it.

    ``name`` is the topic's name (``why-three``), ``rows`` the ids it answers (some none),
    ``scenario`` the number of the run that shows it ("" if none does), and
    ``body`` a longer explanation in light Markdown ("" if two sentences do).
    Texts are by language: ``fact.claim["zh"]``.
    """

    def __init__(self, entry: dict[str, Any], section: str) -> None:
        self.name: Final = str(entry["name"])
        self.section: Final = section
        self.rows: Final = tuple(str(r) for r in entry["rows"])
        self.claim: Final = _both(entry["claim"])
        self.right: Final = _both(entry["right"])
        self.body: Final = _both(entry.get("body", {"en": "", "zh": ""}))
        self.source: Final = str(entry["source"])
        self.scenario: Final = str(entry.get("scenario", ""))
        self.keywords: Final = {
            lang: tuple(str(k) for k in entry["keywords"][lang]) for lang in LANGUAGES
        }
        # What the search looks at, best field first.
        words = [k.lower() for lang in LANGUAGES for k in self.keywords[lang]]
        self._fields: Final = (
            (6.0, "\n".join([self.name, self.name.replace("-", " "), *words])),
            (3.0, "\n".join(self.claim.values()).lower()),
            (2.0, "\n".join(self.right.values()).lower()),
            (1.0, "\n".join(self.body.values()).lower()),
        )
        self._words: Final = frozenset(words)

    def __repr__(self) -> str:
        return f"Fact({self.name})"

    def score(self, term: str) -> float:
        """How well one search term fits: 0 not at all, 10 a keyword exactly."""
        if term in self._words or term == self.name:
            return 10.0
        for weight, text in self._fields:
            if _contains(text, term):
                return weight
        return 0.0

    def phrase(self, query: str) -> float:
        """A bonus for keywords that stand in the query as they are: the longer the better."""
        squeezed = query.replace(" ", "")
        fits = [k for k in self._words if len(k) > 1 and k.replace(" ", "") in squeezed]
        return max((float(len(k.encode())) for k in fits), default=0.0)


def _both(texts: dict[str, str]) -> dict[str, str]:
    return {lang: texts[lang].strip() for lang in LANGUAGES}


def _contains(text: str, term: str) -> bool:
    if _CJK.match(term):
        return term in text
    # "ack" shall find "acks" and "acknowledge", but "rst" not "first".
    return re.search(rf"(?<![a-z0-9]){re.escape(term)}", text) is not None


@cache
def all_facts() -> tuple[Fact, ...]:
    """Every entry, in the order of the files and within them."""
    folder = files("synfin.show").joinpath("knowledge")
    found: list[Fact] = []
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=_by_name):
        section = file.name.removesuffix(".toml")
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        found += [Fact(entry, section) for entry in data["fact"]]
    return tuple(found)


def _by_name(file: Any) -> str:
    return str(file.name)


@cache
def _by_row() -> dict[str, Fact]:
    return {row.upper(): fact for fact in all_facts() for row in fact.rows}


def topics() -> list[str]:
    """The names of all topics."""
    return [fact.name for fact in all_facts()]


def row_id(text: str) -> str:
    """``text`` as a row id in its usual spelling, or "" if it has no such form.

    ``e-7`` and ``E07`` are the mistake ``E-07``; ``e7`` is the row ``E7``.
    """
    word = text.strip().upper()
    match = _ROW.match(word)
    if match is None:
        return ""
    letter, dash, number, tail = match.groups()
    if letter == "E" and (dash or word[1] == "0"):
        return f"E-{int(number):02d}{tail}"
    return f"{letter}{int(number)}{tail}"


def find(query: str, lang: str = "en", limit: int = 8) -> list[Fact]:
    """The entries that answer ``query``, best first.

    A row id or a topic's name gives exactly that entry; anything else is
    searched for as words of either language (``lang`` breaks ties). Empty if
    nothing fits.
    """
    wanted = query.strip().lower()
    exact = _by_row().get(row_id(wanted))
    if exact is not None:
        return [exact]
    for fact in all_facts():
        if fact.name == re.sub("[ _]", "-", wanted):
            return [fact]
    scored = _search(wanted, lang)
    best = max((score for score, _ in scored), default=0.0)
    scored = [(score, fact) for score, fact in scored if score >= best * 0.4]
    scored.sort(key=lambda pair: -pair[0])
    return [fact for _, fact in scored[:limit]]


def _search(wanted: str, lang: str) -> list[tuple[float, Fact]]:
    facts = all_facts()
    terms = search_terms(wanted)
    if not terms:
        return []
    scores = {term: [fact.score(term) for fact in facts] for term in terms}
    found: list[tuple[float, Fact]] = []
    for index, fact in enumerate(facts):
        total = 0.0
        for term, weight in terms.items():
            hits = sum(1 for s in scores[term] if s)
            # A rare word says more than one that is everywhere.
            total += weight * scores[term][index] * math.log(1 + len(facts) / (1 + hits))
        if wanted in fact.claim[lang].lower() or wanted in fact.right[lang].lower():
            total *= 1.5
        if total:
            found.append((total + fact.phrase(wanted), fact))
    return found


def search_terms(query: str) -> dict[str, float]:
    """The words to look for with their weights.

    Chinese has no spaces: what lies between words that say nothing is looked
    for as it stands, and by pairs of characters with less weight.
    """
    terms: dict[str, float] = {}
    for word in _LATIN.findall(query.lower()):
        if not _STOP_EN.match(word):
            terms[word] = 1.0
    for run in _CJK.findall(query):
        for piece in (p for p in _STOP_ZH.split(run) if p):
            terms[piece] = 1.0
            if len(piece) > 2:
                for i in range(len(piece) - 1):
                    terms.setdefault(piece[i : i + 2], 0.4)
    return terms
