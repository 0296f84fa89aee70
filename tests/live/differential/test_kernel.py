"""Random sequences against the real kernel: the share of them that CI can afford."""

from typing import Any

import pytest

from synfin.live.differential.named import OPEN
from synfin.live.launch import ask

COUNT = 300
SOAK = 10_000


pytestmark = pytest.mark.needs_tun


def campaign(seed: int, first: int, count: int, **more: Any) -> dict[str, Any]:
    """A worker's answer; it must not have failed."""
    job = {"do": "fuzz", "seed": seed, "first": first, "count": count, **more}
    answer = ask(job, 300)
    assert "error" not in answer, answer
    return answer


def told(answer: dict[str, Any]) -> str:
    """What to read when it fails."""
    return "\n".join(
        f"{one['line']}\n{one['script']}synfin live --fuzz 1 --seed {one['seed']} "
        f"--only {one['number']}"
        for one in answer["differences"]
    )


def test_sequences_of_calls_and_segments() -> None:
    answer = campaign(1, 0, COUNT)
    assert answer["count"] == COUNT
    assert answer["steps"] > 5 * COUNT
    assert not answer["differences"], told(answer)
    assert answer["races"] + answer["unsteady"] < COUNT // 10


def test_a_wrong_switch_is_noticed_and_shrunk() -> None:
    """An engine that answers text after close() by an ACK, as Linux does not."""
    wrong = {"reset_orphans_with_data": False, "text_after_shutdown_resets": False}
    answer = campaign(1, 0, COUNT, set=wrong)
    found = answer["differences"]
    assert found
    resets = [one for one in found if " -> R" in one["line"]]
    shortest = min(resets, key=lambda one: len(one["rows"]))
    assert len(shortest["rows"]) <= 8
    assert "> R" in shortest["packetdrill"].splitlines()[-1]


def test_one_sequence_side_by_side() -> None:
    text = "listen\n< S seq=iss win=65535 <mss 1460>\n< R seq=nxt win=65535\n"
    answer = ask({"do": "fuzz", "one": True, "seed": 1, "first": 0, "script": text}, 60)
    assert answer["line"] == ""
    assert [row["kernel"]["state"] for row in answer["rows"]] == [
        "CLOSED",
        "SYN-RECEIVED",
        "CLOSED",
    ]
    assert answer["rows"][1]["kernel"]["answers"][0][1] == "S. seq=0 ack=1 mss=1460"


@pytest.mark.soak
def test_ten_thousand_sequences() -> None:
    for first in range(0, SOAK, 1000):
        answer = campaign(2, first, 1000)
        new = [one for one in answer["differences"] if one["number"] not in OPEN]
        assert not new, told({"differences": new})
