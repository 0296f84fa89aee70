"""Every scenario has its interview question, in both languages."""

import re

import pytest

from synfin.show.facts import all_facts
from synfin.show.quiz import PARTS, Quiz, all_quizzes, quiz_for
from synfin.show.texts import LANGUAGES

NAMES = (
    "handshake-basic third-ack-data seq-arithmetic header-bytes isn-modes syn-lost synack-lost"
    " third-ack-lost refused-rst syn-blackhole ttl-expired historical-syn historical-syn-race"
    " two-way-handshake four-way-open simultaneous-open syn-data-tfo accept-queue-full"
    " syn-flood-cookies blind-attacks close-four close-three half-close simultaneous-close"
    " server-closes-first last-ack-lost no-time-wait old-duplicate-data time-wait-arrivals"
    " close-stuck host-b-reboots half-open-syn keepalive http-keepalive tuple-limits"
    " reliable-vs-udp zero-window slow-start mss-vs-fragmentation wrap-paws-wscale"
)
CJK = re.compile(r"[\u4e00-\u9fff]")


def test_there_is_one_for_each_of_the_forty() -> None:
    assert [quiz.name for quiz in all_quizzes()] == NAMES.split()
    assert [quiz.number for quiz in all_quizzes()] == [f"{n:02d}" for n in range(1, 41)]


@pytest.mark.parametrize("quiz", all_quizzes(), ids=lambda q: q.name)
def test_entries_are_complete(quiz: Quiz) -> None:
    for lang in LANGUAGES:
        parts = quiz.parts(lang)
        assert tuple(parts) == PARTS
        assert all(parts.values())
        assert len(set(parts.values())) == len(PARTS)
        for part in ("question", "follow_up"):
            assert parts[part][-1] in ("?", "？", "。", "."), parts[part]
    assert all(CJK.search(text) for text in quiz.parts("zh").values())
    assert not any(CJK.search(text) for text in quiz.parts("en").values())


@pytest.mark.parametrize("quiz", all_quizzes(), ids=lambda q: q.name)
def test_model_answers_can_be_said_in_half_a_minute(quiz: Quiz) -> None:
    """At 220 words or 380 characters a minute; names of states are not counted in Chinese."""
    assert 30 <= len(quiz.answer["en"].split()) <= 110
    assert 40 <= len(CJK.findall(quiz.answer["zh"])) <= 190


@pytest.mark.parametrize("quiz", all_quizzes(), ids=lambda q: q.name)
def test_chinese_has_full_width_punctuation(quiz: Quiz) -> None:
    for text in quiz.parts("zh").values():
        prose = re.sub(r"\w+\([^)]*\)", "", text)
        assert not re.search(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]", prose), prose


def test_found_by_name_and_number() -> None:
    for query in ("historical-syn", "12", "12-historical-syn", " Historical-SYN "):
        found = quiz_for(query)
        assert found is not None
        assert found.name == "historical-syn"
    assert quiz_for("1") is quiz_for("01") is quiz_for("handshake-basic")
    assert quiz_for("my-own") is None
    assert quiz_for("") is None


def test_commands_in_the_facts_name_scenarios_that_exist() -> None:
    commands = r"`synfin (?:play|tcb|ss|quiz|header|why) ([a-z0-9-]+)"
    for fact in all_facts():
        for lang in LANGUAGES:
            for name in re.findall(commands, fact.right[lang] + fact.body[lang]):
                assert name in NAMES.split(), f"{fact.name}: {name}"
