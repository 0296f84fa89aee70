"""``synfin ask`` and ``synfin quiz``."""

import json

import pytest

from synfin.cli.quiz_cmd import Guess, read_guess
from synfin.lab.catalogue import all_shipped
from synfin.show.facts import all_facts
from synfin.show.quiz import all_quizzes
from synfin.show.words import wrap
from tests.cli.calling import LANGS, call, good, has_chinese, too_wide


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("fact", all_facts(), ids=lambda fact: fact.name)
def test_every_topic_is_shown_whole(fact: object, lang: str) -> None:
    from synfin.show.facts import Fact

    assert isinstance(fact, Fact)
    out = good("ask", fact.name, lang=lang)
    assert not too_wide(out)
    squeezed = "".join(out.split())
    for text in (fact.claim[lang], fact.right[lang]):
        words = "".join(text.replace("`", "").replace("*", "").split())
        assert words in squeezed.replace("`", "").replace("*", ""), fact.name
    assert "".join(fact.source.split()) in squeezed
    if fact.scenario:
        assert f"synfin play {int(fact.scenario)}" in out


@pytest.mark.parametrize("row", [row for fact in all_facts() for row in fact.rows])
def test_every_row_can_be_asked_for(row: str) -> None:
    for lang in LANGS:
        assert f"{row}" in good("ask", row, lang=lang).splitlines()[0]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("为什么是三次握手", "why-three"),
        ("TIME_WAIT 过多", "many-time-waits"),
        ("E-07", "isn-clock"),
    ],
)
def test_questions_in_words(question: str, topic: str) -> None:
    assert json.loads(good("ask", question, "--json", lang="zh"))[0]["name"] == topic


def test_all_topics_are_listed() -> None:
    out = " ".join(good("ask").split())
    assert all(fact.name in out for fact in all_facts())


# --- quiz -----------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", [s.name for s in all_shipped()])
def test_every_scenario_has_its_question(name: str, lang: str) -> None:
    out = good("quiz", name, "--no-segments", lang=lang)
    assert not too_wide(out)
    told = next(q for q in all_quizzes() if q.name == name).parts(lang)
    squeezed = "".join(out.split())
    for text in told.values():
        assert "".join("".join(wrap(text.replace("`", ""), 78)).split()) in squeezed


@pytest.mark.parametrize("lang", LANGS)
def test_guesses_are_asked_for_before_and_judged(lang: str) -> None:
    out = good("quiz", "1", says="A>B SYN\nB>A SYN\n?\nnonsense\na>b ack seq=1\n\n\n", lang=lang)
    assert not too_wide(out)
    assert out.count("✓") == 2
    assert out.count("✗") == 1
    first = out.index("──SYN seq=0")
    assert out.index("0.000", out.index("connect(B:80)")) < first
    assert has_chinese(out) == (lang == "zh")
    assert ("2 of 3 right" in out) == (lang == "en")


def test_nothing_is_shown_before_it_is_guessed() -> None:
    out = good("quiz", "1", says="A>B SYN\n")
    before = out[: out.index("✓")]
    assert "──SYN" not in before
    assert "SYN-RECEIVED" not in before


def test_an_empty_line_shows_without_a_score() -> None:
    assert " of " not in good("quiz", "1", says="\n\n\n\n\n").split("Question")[0].split("end:")[1]


def test_without_a_name_any_scenario_is_asked() -> None:
    assert "Question" in good("quiz", "--no-segments")


def test_a_scenario_of_the_readers_own_has_segments_only(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    file = tmp_path / "own.scn"
    file.write_text("scenario 99 own\ngroup data\nhost A 10.0.0.1\nhost B 10.0.0.2\n"
                    "link A B delay=1ms\nat 0 A connect B:80\ncase main\n")  # fmt: skip
    assert "RST" in good("quiz", str(file))
    assert call("quiz", str(file), "--no-segments").exit_code == 2


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("B>A SYN,ACK", Guess("B", "A", frozenset({"SYN", "ACK"}))),
        ("b->a ack+syn", Guess("B", "A", frozenset({"SYN", "ACK"}))),
        ("FIN ACK", Guess("", "", frozenset({"FIN", "ACK"}))),
        ("a>b data len=5", Guess("A", "B", kind="DATA", numbers=(("len", 5),))),
        ("A>B SYN seq=0 ack=1", Guess("A", "B", frozenset({"SYN"}), "", (("seq", 0), ("ack", 1)))),
        ("R>A ICMP 11/0", Guess("R", "A", kind="ICMP")),
        ("dunno", None),
        ("A>B", None),
        ("", None),
    ],
)
def test_how_guesses_are_read(text: str, guess: Guess | None) -> None:
    assert read_guess(text) == guess
