"""Every rule has both texts, and they say what the rule compares."""

import re
import unicodedata
from collections import Counter

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from synfin.core.rules import Rule, all_rules
from synfin.show.texts import (
    LANGUAGES,
    NAME_COLUMNS,
    MissingText,
    Texts,
    default_language,
    format_ns,
    message_key,
    sources,
)

RULES = list(all_rules().values())


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)


def _variables(node: ast.BaseNode) -> set[str]:
    visitor = _Variables()
    visitor.visit(node)
    return visitor.names


def _messages(lang: str) -> dict[str, ast.Message]:
    found: dict[str, ast.Message] = {}
    for _, source in sources(lang):
        for entry in FluentParser().parse(source).body:
            if isinstance(entry, ast.Message):
                found[entry.id.name] = entry
    return found


MESSAGES = {lang: _messages(lang) for lang in LANGUAGES}


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_files_parse_without_junk(lang: str) -> None:
    for name, source in sources(lang):
        for entry in FluentParser().parse(source).body:
            assert not isinstance(entry, ast.Junk), f"{lang}/{name}: {entry.content}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_is_declared_twice(lang: str) -> None:
    names = Counter(
        entry.id.name
        for _, source in sources(lang)
        for entry in FluentParser().parse(source).body
        if isinstance(entry, ast.Message)
    )
    assert [n for n, count in names.items() if count > 1] == []


def test_rule_ids_stay_apart_as_message_keys() -> None:
    assert len({message_key(r.id) for r in RULES}) == len(RULES)


def test_both_languages_have_the_same_messages_with_the_same_variables() -> None:
    assert set(MESSAGES["en"]) == set(MESSAGES["zh"])
    for key, message in MESSAGES["en"].items():
        assert _variables(message) == _variables(MESSAGES["zh"][key]), key


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_a_text_with_exactly_its_values(lang: str, rule: Rule) -> None:
    message = MESSAGES[lang].get(message_key(rule.id))
    assert message is not None, f"{lang}: no text for {rule.id}"
    assert message.value is not None
    assert _variables(message.value) == set(rule.values)
    text = Texts(lang).rule(rule.id, dict.fromkeys(rule.values, 7))
    assert "{" not in text
    assert "?" not in text
    assert len(text) > 40 if lang == "en" else len(text) > 20


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_names_a_source_of_its_rule(lang: str, rule: Rule) -> None:
    text = Texts(lang).rule(rule.id, dict.fromkeys(rule.values, 7))
    places = re.findall(r"RFC \d+|\w+\(\d?\)|tcp_\w+|SO_\w+", rule.source)
    # "counterfactual" and "host limit" are sources in words.
    assert not places or any(place in text for place in places), (rule.source, text)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_has_a_short_name(lang: str, rule: Rule) -> None:
    name = Texts(lang).rule_name(rule.id)
    assert name != rule.id
    assert 0 < _columns(name) <= NAME_COLUMNS, f"{name}: {_columns(name)} columns"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_short_names_are_unique(lang: str) -> None:
    names = Counter(Texts(lang).rule_name(r.id) for r in RULES)
    assert [n for n, count in names.items() if count > 1] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_left_over(lang: str) -> None:
    """A rule that was renamed must not leave its old text behind."""
    messages = MESSAGES[lang].items()
    named = {key for key, m in messages if any(a.id.name == "name" for a in m.attributes)}
    assert named == {message_key(r.id) for r in RULES}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_compared_value_has_a_name(lang: str) -> None:
    for name in sorted({name for r in RULES for name in r.values}):
        assert Texts(lang).value_name(name) != name or Texts(lang).has("value-" + name), name


def test_chinese_has_full_width_punctuation() -> None:
    """Half-width commas and the like beside Chinese characters are slips."""
    beside = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]")
    for name, source in sources("zh"):
        for line in source.splitlines():
            text = re.sub(r"\w+\([^)]*\)|`[^`]*`", "", line)
            assert not beside.search(text), f"{name}: {line}"


def test_numbers_are_not_grouped() -> None:
    for lang in LANGUAGES:
        text = Texts(lang).rule("open.active", {"iss": 4294967290})
        assert "4294967290" in text


def test_times_are_readable() -> None:
    values = {"seq": 0, "count": 1, "rto_ns": 2_000_000_000}
    assert "2 s" in Texts("en").rule("rto.syn", values)
    assert "2 s" in Texts("zh").rule("rto.syn", values)


def test_counts_go_with_their_nouns() -> None:
    texts = Texts("en")
    assert "repeated 1 time over" in texts.rule(
        "rto.give-up-syn-ack", {"count": 1, "elapsed_ns": 1}
    )
    assert "repeated 5 times over" in texts.rule(
        "rto.give-up-syn-ack", {"count": 5, "elapsed_ns": 1}
    )
    assert "nothing is waiting" in texts.rule("close.call", {"state": "ESTABLISHED", "unsent": 0})
    assert "7 octets still queued" in texts.rule(
        "close.call", {"state": "ESTABLISHED", "unsent": 7}
    )
    assert "SEQ = 11; the FIN" in texts.rule("send.fin", {"seq": 11, "data_len": 0})
    assert "SEQ = 6, behind the 5 octets" in texts.rule("send.fin", {"seq": 6, "data_len": 5})


def test_flags_and_protocols_are_shown_by_name() -> None:
    assert "flags ACK " in Texts("en").rule("syn-sent.no-syn-dropped", {"flags": 16})
    assert "the TCP checksum" in Texts("en").rule("wire.bad-checksum", {"protocol": "tcp"})


def test_missing_and_unknown_do_not_break_a_ladder() -> None:
    assert "RCV.NXT = ?" in Texts("en").rule("rst.exact", {"seg_seq": 5})
    bare = Texts("en").rule("rst.exact", {})
    assert bare == "RST exact: connection reset (RFC 9293 §3.10.7.4 second; RFC 5961 §3.2)."
    text = Texts("en").rule("from.the-future", {"a": 1, "b_ns": 5})
    assert text == "from.the-future a=1 b_ns=5 ns"
    assert Texts("en").rule_name("from.the-future") == "from.the-future"


def test_ui_texts() -> None:
    assert Texts("en").ui("word-source") == "source"
    assert Texts("en").ui("ask-many", count=1, query="x").startswith("One")
    assert Texts("en").ui("ask-many", count=12, query="x").startswith("12 ")
    with pytest.raises(MissingText):
        Texts("en").ui("no-such-text")
    with pytest.raises(ValueError, match="en, zh"):
        Texts("fr")


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 s"),
        (1, "1 ns"),
        (12_000, "12 µs"),
        (200_000_000, "200 ms"),
        (1_000_000_000, "1 s"),
        (1_500_000_000, "1.5 s"),
        (-100_000_000, "-100 ms"),
        (924_600_000_000, "924.6 s"),
        (1_000_000_001, "1.000000001 s"),
    ],
)
def test_format_ns(ns: int, text: str) -> None:
    assert format_ns(ns) == text


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "zh-Hans-CN"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "de:en"}, "en"),
        ({"LANG": "nonsense!"}, "en"),
        ({"LANG": "sr_RS@latin"}, "en"),
    ],
)
def test_default_language(environ: dict[str, str], lang: str) -> None:
    assert default_language(environ) == lang
