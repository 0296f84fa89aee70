"""The HTML page: self-contained, silent towards the network, safe, in two languages."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from synfin.show.html import embed, html
from synfin.show.page_data import HEX_LIMIT, page_data
from synfin.show.scene import MAX_PACKETS
from tests.show.test_pictures import NASTY, nasty
from tests.show.traces import MS, Maker, S, lost_syn


class Page(HTMLParser):
    """Collects tags, attributes and the contents of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data


def data_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Page(text).scripts[0])
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return html(lost_syn(), "zh")


def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    parsed = Page(page)
    for _, attributes in parsed.tags:
        assert not {"src", "href", "action", "background"} & set(attributes)
    policy = next(a["content"] for t, a in parsed.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "http:" not in policy
    # the one address is SVG's name of itself; no url() and no @import in the style
    assert set(re.findall(r"https?://[^\s\"'`<)]+", page)) == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"url\([^)]*\)", page) == ["url(#past)", "url(#tip)"]
    assert "@import" not in page
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "innerHTML", "eval(", "document.write"):
        assert word not in page


def test_texts_cannot_become_markup() -> None:
    text = html(nasty().trace())
    parsed = Page(text)
    assert len(parsed.scripts) == 2, "the data and the program, nothing of the trace's"
    assert any(NASTY in pair[0] for pair in data_of(text)["pool"])


def test_embedded_json_cannot_leave_its_element() -> None:
    text = embed({"a": "</script><!-- &\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- &\u2028"}


def test_every_text_is_there_in_both_languages(page: str) -> None:
    data = data_of(page)
    assert data["langs"] == ["en", "zh"]
    assert data["lang"] == "zh"
    assert all(len(pair) == 2 for pair in data["pool"])
    count = len(data["pool"])
    named = [n for s in data["steps"] for _, n in s["lines"]]
    named += [n for s in data["steps"] for pair in s["why"] for n in pair]
    named += list(data["ui"].values())
    assert named
    assert all(0 <= n < count for n in named)
    told = {data["pool"][n][1] for s in data["steps"] for _, n in s["lines"]}
    assert "#1 A → B: SYN seq=0 win=65535 mss=1460 (丢失)" in told


def test_the_program_asks_only_for_texts_that_are_there(page: str) -> None:
    data, program = data_of(page), Page(page).scripts[1]
    asked = set(re.findall(r'ui\("([a-z-]+)"\)', program))
    assert asked <= set(data["ui"])
    ids = set(re.findall(r'\$\("([a-z]+)"\)', program))
    assert ids <= {a["id"] for _, a in Page(page).tags if "id" in a}


def test_steps_follow_time_and_say_why() -> None:
    steps: Any = page_data(lost_syn())["steps"]
    times = [s["t"] for s in steps]
    assert times == sorted(times)
    assert steps[0]["host"] == "B"
    assert [s["n"] for s in steps if s["n"]][:4] == [1, 2, 3, 4]
    assert any(s["why"] for s in steps)


def test_replaying_the_changes_gives_the_states() -> None:
    state: dict[str, str] = {}
    steps: Any = page_data(lost_syn())["steps"]
    for step in steps:
        for op in step["ops"]:
            if op[0] == "state":
                state[op[1]] = op[3]
    assert state == {"A": "CLOSED", "B": "CLOSED"}


def test_packets_are_taken_apart_with_their_checks() -> None:
    data: Any = page_data(lost_syn())
    packet = data["packets"]["5"]
    titles = [data["pool"][h[0]][0] for h in packet["headers"]]
    assert titles == ["IPv4", "TCP"]
    notes = [data["pool"][n][0] for n in packet["notes"]]
    assert any("= 5" in note for note in notes)
    assert sum("good" in note for note in notes) == 2
    assert len(packet["hex"]) <= 2 * HEX_LIMIT


def test_a_damaged_packet_does_not_stop_the_page() -> None:
    maker = Maker()
    n = maker.send(0, "A", "B", "SYN", 0, fate="corrupted")
    maker.records[-1]["bytes"] = "00" * 20
    data: Any = page_data(maker.trace())
    assert "headers" not in data["packets"][str(n)]


def test_long_runs_are_cut_and_say_so() -> None:
    maker = Maker()
    for i in range(MAX_PACKETS + 50):
        maker.send(i * MS, "A", "B", "ACK", i, 1)
    maker.end(10 * S)
    data: Any = page_data(maker.trace())
    assert len(data["packets"]) == MAX_PACKETS
    assert "50 more" in data["pool"][data["more"]][0]


def test_the_same_trace_gives_the_same_page(page: str) -> None:
    assert html(lost_syn(), "zh") == page
