"""ECN in the scenario language: ``mark``, ``red=``, ``ecn=``."""

import pytest

from synfin.lab.check import check
from synfin.lab.language import parse
from synfin.lab.model import ScenarioError
from synfin.lab.runner import run_case

HEAD = """scenario 99 ecn
host A 10.0.0.1
host B 10.0.0.2
link A B delay=50ms{link}
set ecn=ask
established A B:80
case main
{body}
expect
{expect}
end
"""


def wrong(expect: str, body: str, link: str = "") -> list[str]:
    scenario = parse(HEAD.format(expect=expect, body=body, link=link), "x")
    case = scenario.case()
    return [str(mismatch) for mismatch in check(case, run_case(scenario, case))]


THREE = """fault A>B DATA nth=2 mark
at 0 A send 3x1460
at 1 A send 100
at 2 A send 100"""
TOLD = """
0.000 A>B ACK seq=1 len=1460 ecn=ect0
0.000 A>B ACK seq=1461 len=1460 ecn=ce settled=ecn.congestion-experienced
0.000 A>B PSH,ACK seq=2921 len=1460 ecn=ect0
0.050 B>A ACK ack=1461 ecn=no
0.050 B>A ACK,ECE ack=2921 settled=ecn.window-reduced
0.050 B>A ACK,ECE ack=4381 settled=ecn.reduced-already
1.000 A>B PSH,ACK,CWR seq=4381 len=100 ecn=ect0 settled=ecn.window-reduced-told
1.050 B>A ACK ack=4481
2.000 A>B PSH,ACK seq=4481 len=100 ecn=ect0
2.050 B>A ACK ack=4581
at 0.2 A tcb ecn=ecn
counter B InCEPkts 1
count A>B repeats 0
"""


def test_a_mark_its_echo_and_the_answer() -> None:
    assert wrong(TOLD, THREE) == []


def test_what_is_wrong_is_said() -> None:
    (message,) = wrong(TOLD.replace("seq=4481 len=100 ecn=ect0", "seq=4481 len=100 ecn=no"), THREE)
    assert "ecn was ect0" in message


def test_a_queue_marks_on_the_way() -> None:
    """The bytes are those that left; ``ecn=`` is what arrives."""
    sent = [("ACK", n * 1000 + 1, "ce" if n > 2 else "ect0") for n in range(5)]
    sent.append(("PSH,ACK", 5001, "ce"))
    lines = "\n".join(f"0.000 A>B {flags} seq={seq} ecn={ecn}" for flags, seq, ecn in sent)
    body = "set mss=1000\nat 0 A send 6000\nuntil 0.04"
    assert wrong(lines, body, " rate=10Mbit mark=2") == []


@pytest.mark.parametrize(
    ("body", "link", "expect", "told"),
    [
        ("", " red=9-3", "count SYN 1", "two lengths of the queue"),
        ("", " green=3", "count SYN 1", "expected delay="),
        ("", "", "0.000 A>B SYN ecn=maybe", "after ecn="),
        ("set ecn=on", "", "count SYN 1", "ecn must be one of"),
    ],
)
def test_mistakes(body: str, link: str, expect: str, told: str) -> None:
    with pytest.raises((ScenarioError, ValueError), match=told):
        wrong(expect, body, link)
