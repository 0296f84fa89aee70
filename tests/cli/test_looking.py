"""The commands that look at runs: list, why, why-not, diff, tcb, ss, header, states, switches."""

import json
import re
from xml.etree import ElementTree

import pytest

from synfin.core.settings import PROFILES, switch_names
from synfin.core.states import State
from synfin.lab.catalogue import all_shipped
from tests.cli.calling import LANGS, good, has_chinese, too_wide

LINES = [
    "list --cases", "list TIME-WAIT", "why 8 4", "why 8 3", "why 11 1", "why 20 5",
    "why-not 8 A ACK --at 0.5", "why-not 8 A * --at 0.1", "why-not 31 B ACK --at 99",
    "diff 8 --case lost-for-ever --profiles rfc,linux", "diff 21 --set time_wait_msl=1 --all",
    "tcb 1 A --at 0.2", "tcb 1 B --at 0.12 --names ss", "ss 18 --at 1", "ss 18 --at 1 --netstat",
    "ss 1 --at 0.3 --info",
    "ss 21 --at 1", "ss 37 --at 1",
    "ss 1 --at 0.12 --host A", "header 1 1", "header 4 3", "states", "states 21", "switches",
    "limits", "ask", "ask why-three", "ask --analogy", "ask nagle --analogy",
]  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("line", LINES)
def test_eighty_columns_in_the_language(line: str, lang: str) -> None:
    out = good(*line.split(), lang=lang)
    assert out.strip()
    assert not too_wide(out)
    assert all(row == row.rstrip() for row in out.splitlines())
    if lang == "zh":
        assert has_chinese(out) or line.startswith(("ss", "diff"))
    else:
        assert not has_chinese(out) or line.startswith("list")


# --- list -----------------------------------------------------------------------


def test_list_has_both_titles_the_chosen_one_first() -> None:
    english, chinese = (good("list", lang=lang).splitlines() for lang in LANGS)
    for scenario in all_shipped():
        assert f"{scenario.number:>3} {scenario.title.en}" in english
        assert f"    {scenario.title.zh}" in english
        assert f"{scenario.number:>3} {scenario.title.zh}" in chinese
        assert f"    {scenario.title.en}" in chinese


def test_list_stands_in_learning_order() -> None:
    heads = [line for line in good("list").splitlines() if line and not line.startswith(" ")]
    assert heads[:4] == ["Opening", "Closing", "Failures", "Data"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["最后一个 ACK"], "last-ack-lost"),
        (["最后一个", "ACK"], "last-ack-lost"),
        (["两次握手"], "two-way-handshake"),
        (["zero", "window"], "zero-window"),
        (["keepalive"], "keepalive"),
    ],
)
def test_list_searches_in_either_language(words: list[str], name: str) -> None:
    for lang in LANGS:
        assert json.loads(good("list", *words, "--json", lang=lang))[0]["name"] == name


# --- why, why-not ---------------------------------------------------------------


def test_why_names_rule_source_values_fate_and_consequence() -> None:
    out = good("why", "1", "2")
    assert "SEG.ACK = 1 · ISS = 0" in out  # counted as in the packet's own line
    for word in ("listen.syn", "RFC 9293 §3.10.7.2", "RCV.NXT", "At A, 0.100 s",
                 "syn-sent.established", "SYN-SENT → ESTABLISHED", "sends #3 ACK"):  # fmt: skip
        assert word in out
    lost = good("why", "8", "3")
    assert "(lost)" in lost
    assert "never arrives" in lost
    assert "A>B ACK nth=1 drop" in lost


def test_ss_puts_a_timer_that_does_not_fit_below() -> None:
    assert "0          10.0.0.1:40000       10.0.0.2:80\n         timer:(timewait,59sec,0)" in good(
        "ss", "21", "--at", "1", "--host", "A"
    )


def test_diff_names_switches_as_set_takes_them() -> None:
    out = good("diff", "21", "--set", "msl=1s")
    assert "because of msl\n" in out
    assert "msl: 30 s │ 1 s" in out
    out = good("diff", "10", "--profiles", "rfc,linux")
    assert "_ns" not in out
    joined = re.search(r"because of (.*) \+ (\w+)", out)
    assert joined, "several switches at once"
    listed = out.partition("The switches behind them")[2]
    for name in (*joined[1].split(" + "), joined[2]):
        assert f"  {name}: " in listed


def test_why_for_programs() -> None:
    answer = json.loads(good("why", "1", "2", "--json"))
    assert answer["segment"]["reason"]["rule"] == "listen.syn"
    assert answer["arrival"]["reason"]["rule"] == "syn-sent.established"
    assert {"state", "segment"} <= {record["type"] for record in answer["then"]}


def test_why_takes_changes() -> None:
    assert "rto.syn" in good("why", "1", "2", "--fault", "A>B SYN nth=1 drop")


def test_why_not_tells_what_it_waits_for() -> None:
    answer = json.loads(good("why-not", "8", "B", "SYN,ACK", "--at", "0.05", "--json"))
    assert (answer["kind"], answer["packet"]) == ("sent", 2)
    out = good("why-not", "1", "A", "ACK", "--at", "0.07")
    assert "Packet 2" in out
    assert "0.100" in out
    down = json.loads(good("why-not", "31", "B", "*", "--at", "1", "--json"))
    assert down["reason"]["rule"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["sent", "down", "arrival", "silence", "lost", "timer", "coming",
                                  "nothing"])  # fmt: skip
def test_every_kind_of_silence_has_words(kind: str, lang: str) -> None:
    from synfin.show.texts import Texts

    text = Texts(lang).ui(f"cli-not-{kind}", host="A", n=3, time="0.100", due="1.000")
    assert "{" not in text


# --- diff -----------------------------------------------------------------------


def test_diff_names_the_switch() -> None:
    out = good("diff", "21", "--set", "time_wait_msl=1")
    assert "60.250 A TIME-WAIT->CLOSED" in out
    assert "30.250 A TIME-WAIT->CLOSED" in out
    assert "because of time_wait_msl" in out
    assert "time_wait_msl: 2 │ 1" in out


def test_diff_of_profiles_for_programs() -> None:
    found = json.loads(good("diff", "8", "--case", "lost-for-ever", "--profiles", "rfc,linux",
                            "--json"))  # fmt: skip
    assert found["names"] == ["rfc", "linux"]
    different = [row for row in found["rows"] if not row["same"]]
    assert different
    assert all(row["switches"] for row in different)


def test_diff_with_a_fault_and_without_a_difference() -> None:
    assert "!" in good("diff", "1", "--fault", "A>B SYN nth=1 drop")
    assert "No difference" in good("diff", "1", "--set", "keepalive_probes=3")


# --- tcb, ss --------------------------------------------------------------------


def test_tcb_and_ss_for_programs() -> None:
    (block,) = json.loads(good("tcb", "1", "A", "--at", "0.2", "--json"))
    assert block["fields"]["snd_nxt"] == 1
    assert block["state"] == "ESTABLISHED"
    rows = json.loads(good("ss", "1", "--at", "0.12", "--json"))
    assert {(r["host"], r["ss_state"]) for r in rows} == {
        ("A", "ESTAB"), ("B", "LISTEN"), ("B", "SYN-RECV"),
    }  # fmt: skip


def test_hosts_in_lower_case_and_times_with_units() -> None:
    assert good("tcb", "1", "a", "--at", "200ms") == good("tcb", "1", "A", "--at", "0.2")


def test_nothing_there_is_said() -> None:
    assert "No host has a connection" in good("ss", "1", "--at", "-1")


# --- header ---------------------------------------------------------------------


def test_header_of_a_run_and_of_hex_are_the_same() -> None:
    record = next(json.loads(line) for line in good("play", "1", "--json").splitlines()
                  if '"n":2' in line and '"type":"segment"' in line)  # fmt: skip
    data = record["bytes"]
    assert good("header", "1", "2") == good("header", data)
    assert good("header", data) == good("header", data[:10], data[10:])
    found = json.loads(good("header", data, "--json"))
    assert [c["good"] for c in found["checks"]] == [True, True]
    assert found["headers"][1]["fields"]["syn"] == 1


def test_header_can_begin_above_ip() -> None:
    found = json.loads(good("header", "9c40003500080000", "--as", "udp", "--json"))
    assert found["headers"][0]["fields"]["dst_port"] == 53


# --- states, switches -----------------------------------------------------------


def test_states_shows_all_and_marks_what_was_visited() -> None:
    out = good("states")
    assert all(state.value in out for state in State)
    assert "SYN_RECV" in out
    marked = [line for line in good("states", "21").splitlines() if line.startswith("* ")]
    assert any("TIME-WAIT" in line for line in marked)
    edges = json.loads(good("states", "21", "--json"))["edges"]
    assert sum(edge["visited"] for edge in edges if edge["to"] == "TIME-WAIT") == 1


def test_states_as_picture_and_mermaid() -> None:
    ElementTree.fromstring(good("states", "21", "--svg", "-"))
    assert good("states", "--mermaid").startswith("stateDiagram-v2\n")


def test_switches_lists_what_set_takes() -> None:
    found = json.loads(good("switches", "--json"))
    assert set(found) == set(switch_names())
    assert set(found["mss"]) == set(PROFILES)
    out = good("switches", "time_wait")
    assert "time_wait_msl" in out
    assert "nagle" not in out
    assert "accepts" in good("switches", "accepts")
