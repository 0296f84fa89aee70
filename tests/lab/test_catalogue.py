"""Finding scenarios by number, name, file and by words in two languages."""

from pathlib import Path

import pytest

from synfin.lab.catalogue import all_shipped, find, search
from synfin.lab.model import ScenarioError


def test_by_number_name_and_file(tmp_path: Path) -> None:
    assert find("1").name == "handshake-basic"
    assert find("07").name == "synack-lost"
    assert find("synack-lost").number == 7
    assert find("07-synack-lost").number == 7
    mine = tmp_path / "mine.scn"
    mine.write_text("scenario 77 mine\nhost A 10.0.0.1\n", encoding="utf-8")
    assert find(str(mine)).number == 77


def test_what_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="did you mean synack-lost"):
        find("synack-lots")
    with pytest.raises(ScenarioError, match="No such file"):
        find(str(tmp_path / "none.scn"))
    bad = tmp_path / "bad.scn"
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        find(str(bad))


def test_learning_order() -> None:
    groups = [scenario.group for scenario in all_shipped()]
    order = ["opening", "closing", "failure", "data"]
    assert groups == sorted(groups, key=order.index)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("最后一个 ACK", 26),
        ("最后一个ACK丢了", 26),
        ("半连接队列", 18),
        ("SYN flood", 19),
        ("zero window", 37),
        ("两次握手", 14),
        ("synack-lost", 7),
        ("12", 12),
    ],
)
def test_words_of_the_question(words: str, number: int) -> None:
    assert number in [scenario.number for scenario in search(words)[:4]]


def test_no_words_give_all_and_nonsense_none() -> None:
    assert len(search("")) == len(all_shipped())
    assert search("xyzzyplugh") == []
