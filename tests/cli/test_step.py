"""``synfin play --step``, driven over a pipe."""

import re

import pytest

from synfin.lab.catalogue import find
from synfin.lab.step import Stepper
from tests.cli.calling import LANGS, good, has_chinese, too_wide


def step(*lines: str, name: str = "1", lang: str = "en", options: tuple[str, ...] = ()) -> str:
    said = "".join(line + "\n" for line in lines)
    return good("play", name, "--step", *options, lang=lang, says=said)


def test_the_end_of_the_input_ends_it() -> None:
    assert "5 steps" in step()


@pytest.mark.parametrize("lang", LANGS)
def test_question_mark_shows_every_key(lang: str) -> None:
    out = step("?", lang=lang)
    for key in ("drop N", "delay N 300ms", "dup N", "edit N win=0", "corrupt N"):
        assert key in out
    assert not too_wide(out)
    assert has_chinese(out) == (lang == "zh")


def test_forward_to_the_end_draws_what_play_draws() -> None:
    played = [line for line in good("play", "1").splitlines() if "│" in line]
    for walk in (["e"], [""] * 5, ["n 2", "3"], ["g 0.05", "e"], ["p 3", "n 9"]):
        assert [line for line in step(*walk).splitlines() if "│" in line] == played


def test_one_step_at_a_time() -> None:
    scenario = find("1")
    stepper = Stepper(scenario, scenario.case())
    out = step("", "")
    assert "──SYN seq=0" in out
    assert "SYN,ACK" not in out.split("arrives 0.050")[0].replace("SYN-SENT", "")
    assert "on its way: #1 A>B SYN seq=0" in out
    assert stepper.length == 5


def test_back_shows_what_was_before() -> None:
    out = step("n 3", "b").split("step 2 of 5")[1]
    assert "──SYN seq=0" in out
    assert "SYN,ACK" not in out
    assert "arrives 0.050" in out


def test_the_ends_are_said() -> None:
    assert "beginning" in step("b")
    assert "the end" in step("e", "n")


def test_drop_in_flight_and_undo() -> None:
    out = step("p 2", "drop 2", "e", "0", "u", "e")
    dropped, undone = out.split("undone")
    assert "(lost)" in dropped
    assert "1.050" in dropped
    assert "1.050" not in undone.split("step 0 of")[-1]


def test_delay_duplicate_corrupt_edit() -> None:
    assert "arrives 0.350" in step("p 2", "delay 2 300ms")
    assert "(copy of #2)" in step("p 2", "dup 2", "e")
    assert "(corrupted)" in step("p 2", "corrupt 2", "e")
    assert "win=7" in step("p 2", "edit 2 win=7", "e")


def test_the_edits_as_a_command_line() -> None:
    out = step("p 2", "delay 2 300ms", "f")
    fault = out.split("--fault '")[1].split("'")[0]
    again = good("play", "1", "--fault", fault)
    assert "0.350" in again


def test_edits_come_on_top_of_the_command_line() -> None:
    out = step("e", "f", options=("--fault", "A>B SYN nth=1 drop"))
    assert "--fault 'A>B SYN nth=1 drop'" in out
    assert "1.000" in out


def test_looking_around() -> None:
    out = step("n 4", "w", "w 1", "t A", "s", "v", "l")
    assert "syn-sent.established" in out
    assert "open.active" in out
    assert "SND.UNA" in out
    assert "ESTAB" in out
    assert "on its way: #3" in out


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "line",
    ["foo", "g", "g x", "p", "p x", "p 99", "drop", "drop 99", "drop x", "delay 1", "delay 1 x",
     "edit 1", "edit 1 nonsense", "edit 1 foo=1", "w 99", "w", "t Q", "n x", "n 0", "u"],
)  # fmt: skip
def test_mistakes_lose_nothing(line: str, lang: str) -> None:
    out = step("n 0" if line == "w" else "", line, "e", lang=lang)
    assert out.count("──SYN seq=0") >= 1
    assert "Traceback" not in out
    plain = step("n 0" if line == "w" else "", "e", lang=lang)
    assert len(out.splitlines()) > len(plain.splitlines())


def test_every_key_has_a_name_that_does_the_same() -> None:
    pairs = re.findall(r"\b(\w), ([a-z]+)\b", step("?"))
    assert {key for key, _ in pairs} == set("nbgp0evlufwtsq")
    for key, name in pairs:
        more = {"g": " 0.05", "p": " 2", "w": " 1", "t": " A"}.get(key, "")
        before = ("p 2", "drop 2", "n")
        assert step(*before, name + more, "e") == step(*before, key + more, "e"), name


@pytest.mark.parametrize("name", ["forward", "backward", "start", "show", "flying", "sockets"])
def test_other_names(name: str) -> None:
    assert "no command" not in step("n", name)
    assert "no command" in step("n", name + "x")


def test_undo_takes_the_edit_back() -> None:
    dropped, undone = step("p 2", "drop 2", "undo", "e").split("undone")
    assert "(lost)" in dropped
    assert "(lost)" not in undone


def test_long_words_and_case_do_not_matter() -> None:
    assert step("NEXT", "Back", "END", "Quit", "next").count("──SYN seq=0") == 1
