"""Every claim and mistake of the usual articles can be asked for, in both languages."""

import re

import pytest
from rich.cells import cell_len

from synfin.show.facts import Fact, all_facts, find, row_id, search_terms, topics
from synfin.show.texts import LANGUAGES

COUNTS = {"A": 20, "B": 21, "C": 38, "D": 7, "E": 37, "F": 7, "G": 5, "H": 8, "I": 5, "J": 10}
ROWS = [f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)]
MISTAKES = [f"E-{n:02d}" for n in range(1, 39)] + ["E-07b"]
TRAPS = [f"T{n}" for n in range(1, 8)]

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("row", [*ROWS, *MISTAKES, *TRAPS])
def test_every_row_can_be_reached_by_its_id(row: str) -> None:
    for query in (row, row.lower(), f" {row} "):
        found = find(query)
        assert len(found) == 1, f"{query}: {found}"
        assert row in found[0].rows


def test_no_row_is_answered_twice_and_none_is_invented() -> None:
    rows = [row for fact in all_facts() for row in fact.rows]
    assert sorted(rows) == sorted([*ROWS, *MISTAKES, *TRAPS])


def test_ids_of_mistakes_and_of_closing_steps_are_different_things() -> None:
    assert row_id("e1") == "E1"
    assert row_id("E-1") == row_id("e-01") == row_id("E01") == "E-01"
    assert row_id("e-7B") == "E-07B"
    assert row_id("handshake") == row_id("2^48") == row_id("") == ""
    assert find("E1") != find("E-01")
    assert find("E-07") != find("E-07b")


@pytest.mark.parametrize("fact", all_facts(), ids=lambda f: f.name)
def test_entries_are_complete(fact: Fact) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fact.name)
    assert fact.source
    assert fact.scenario == "" or 1 <= int(fact.scenario) <= 40
    for lang in LANGUAGES:
        assert fact.claim[lang]
        assert fact.right[lang]
        assert fact.keywords[lang]
        assert bool(fact.body["en"]) == bool(fact.body[lang])
    for text in (fact.claim, fact.right, fact.body):
        assert not CJK.search(text["en"].replace("（", ""))
    assert CJK.search(fact.claim["zh"])
    assert CJK.search(fact.right["zh"])


@pytest.mark.parametrize("fact", all_facts(), ids=lambda f: f.name)
def test_chinese_has_full_width_punctuation(fact: Fact) -> None:
    for text in (fact.claim["zh"], fact.right["zh"], fact.body["zh"]):
        prose = re.sub(r"`[^`]*`|\w+\([^)]*\)", "", text)
        slips = re.findall(r".?[\u4e00-\u9fff][,;:?!(].?|.?[,;:?!)][\u4e00-\u9fff].?", prose)
        assert slips == []


@pytest.mark.parametrize("fact", all_facts(), ids=lambda f: f.name)
def test_tables_are_rectangular(fact: Fact) -> None:
    for lang in LANGUAGES:
        plain = re.sub(r"```.*?```", "", fact.body[lang], flags=re.DOTALL)
        for block in plain.split("\n\n"):
            rows = [line for line in block.splitlines() if line.startswith("|")]
            assert len({row.count("|") for row in rows}) <= 1, rows


@pytest.mark.parametrize("fact", all_facts(), ids=lambda f: f.name)
def test_drawings_fit_eighty_columns(fact: Fact) -> None:
    for lang in LANGUAGES:
        for block in re.findall(r"^```\n(.*?)^```$", fact.body[lang], flags=re.M | re.S):
            assert max(cell_len(line) for line in block.splitlines()) <= 76


def test_topics_are_unique_and_each_gives_its_entry() -> None:
    assert len(set(topics())) == len(topics())
    for name in topics():
        assert [fact.name for fact in find(name)] == [name]
        assert find(name.replace("-", " "))[0].name == name


def test_topics_that_other_texts_point_to_exist() -> None:
    for fact in all_facts():
        for lang in LANGUAGES:
            text = fact.right[lang] + fact.body[lang]
            for pointed in re.findall(r"(?:[Ss]ee|See also|见)[:： ]+([a-z0-9]+-[a-z0-9-]+)", text):
                assert pointed in topics(), f"{fact.name} points to {pointed}"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("最后一个 ACK", "last-ack-lost"),
        ("最后一个ACK丢了怎么办", "last-ack-lost"),
        ("为什么三次握手", "why-three"),
        ("第三次握手丢了怎么办?", "handshake-lost"),
        ("TIME_WAIT 太多怎么办", "many-time-waits"),
        ("两次握手为什么不行", "two-way"),
        ("UDP 为什么有长度", "udp-length"),
        ("半连接队列满了", "queues"),
        ("每 4 毫秒加一", "isn-clock"),
        ("拔网线", "host-reboots"),
        ("粘包", "byte-stream"),
        ("挥手为什么是四次", "three-way-close"),
        ("fin 之后还能读吗", "read-after-fin"),
        ("最大连接数是多少", "max-connections"),
        ("SYN 攻击", "syn-flood"),
        ("大量 CLOSE_WAIT", "close-wait"),
        ("打电话的比喻", "analogy"),
        ("TCP 和 UDP 的区别", "tcp-vs-udp"),
        ("last ack lost", "last-ack-lost"),
        ("why 2MSL", "why-2msl"),
        ("address already in use", "reuseaddr"),
        ("too many open files", "descriptors"),
        ("can a SYN carry data?", "syn-data"),
        ("six flags", "flags"),
        ("slow start", "slow-start"),
        ("tcp fast open", "syn-data"),
        ("TIME_WAIT", "time-wait"),
        ("nagle", "nagle"),
        ("延迟确认", "delayed-ack"),
        ("PAWS", "timestamps"),
        ("dup ack", "fast-retransmit"),
        ("SO_KEEPALIVE", "keepalive"),
        ("rack", "rack"),
        ("tail loss", "tail-loss-probe"),
        ("尾部丢包", "tail-loss-probe"),
        ("prr", "prr"),
        ("F-RTO", "spurious-timeout"),
        ("limited transmit", "limited-transmit"),
        ("CUBIC", "cubic"),
        ("bbr", "cubic"),
        ("hystart", "hystart"),
        ("pacing", "pacing"),
        ("TCP MD5", "tcp-md5"),
        ("error queue", "zerocopy"),
        ("d-sack", "sack"),
    ],
)
def test_words_find_the_right_entry_first(query: str, name: str) -> None:
    for lang in LANGUAGES:
        found = [fact.name for fact in find(query, lang)]
        assert found[:1] == [name], found


def test_words_that_say_nothing_find_nothing() -> None:
    for query in ("", "   ", "为什么", "what is the", "xyzzy", "???"):
        assert find(query) == []


def test_a_claim_finds_its_own_entry() -> None:
    """Whoever pastes the sentence that he has read gets its answer among the first."""
    for lang in LANGUAGES:
        for fact in all_facts():
            assert fact in find(fact.claim[lang], lang)[:5], (lang, fact.name)


def test_search_terms_weigh_pairs_of_characters_less() -> None:
    terms = search_terms("全连接队列满了")
    assert terms["全连接队列满"] == 1.0
    assert terms["队列"] < 1.0
    assert search_terms("why is the SYN lost") == {"syn": 1.0, "lost": 1.0}


def test_limit() -> None:
    assert len(find("ack", limit=3)) == 3
