"""The checker sees what differs: each kind of expectation can fail, and says how."""

import pytest

from synfin.lab.check import check
from synfin.lab.language import parse
from synfin.lab.runner import run_case

HEAD = """scenario 99 sample
host A 10.0.0.1
host B 10.0.0.2
link A B delay=50ms
at 0 B listen 80
at 0 A connect B:80
at 0.2 A send "hi"
at 0.5 A close
on B eof close
case main
"""
SENT = """
0.000 A>B SYN seq=0
0.050 B>A SYN,ACK seq=0 ack=1
0.100 A>B ACK seq=1 ack=1 len=0
0.200 A>B PSH,ACK seq=1 len=2
0.250 B>A ACK ack=3
0.500 A>B FIN,ACK seq=3
0.550 B>A FIN,ACK ack=4
0.600 A>B ACK seq=4 ack=2
"""


def wrong(expect: str, head: str = "expect", before: str = "") -> list[str]:
    scenario = parse(f"{HEAD}{before}\n{head}\n{expect}\nend\n", "x")
    case = scenario.case()
    return [str(mismatch) for mismatch in check(case, run_case(scenario, case))]


def test_what_happened_is_right() -> None:
    right = (
        SENT
        + """
        0.000 A CLOSED->SYN-SENT rule=open.active
        0.550 B ESTABLISHED->CLOSE-WAIT->LAST-ACK
        0.100 A connect ok
        0.150 B accept ok
        0.250 B data "hi"
        0.550 B eof
        0.150 B queue 80 syn=0 accept=1
        0.600 A timer time-wait set due=60.600
        0.100 A arrival syn-sent.established
        at 0.3 A.c1 tcb snd_una=3 srtt=100ms state=ESTABLISHED
        at 0.3 B state ESTABLISHED
        at 1 B state none
        at 1 A states TIME-WAIT=1
        at 1 A timer time-wait due=60.600
        at 1 A timer retransmit none
        at 0.2 B queue 80 syn=0 accept=0
        count segments 8
        count A>B bytes 2
        count A>B numbers 4
        count A>B repeats 0
        count B accept 1
        count A>B SYN 1
        read B "hi"
        read B.c1 2
        silent B from 0.3 to 0.5
        never A>B RST
        never B ->TIME-WAIT
        outcome quiescent
        """
    )
    assert wrong(right) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("0.001 A CLOSED->SYN-SENT", "that was at 0.000 [open.active"),
        ("0.000 A CLOSED->SYN-SENT rule=open.passive", "the rule was open.active"),
        ("0.000 A CLOSED->ESTABLISHED", "last was CLOSED->SYN-SENT at 0.000"),
        ("0.110 A connect ok", "that was at 0.100"),
        ("0.100 A connect ETIMEDOUT", "it was A connect ok"),
        ("0.150 A accept ok", "it never happened"),
        ('0.250 B data "ho"', "it was B data hi"),
        ("0.250 B data 3", "it was B data hi"),
        ("0.150 B queue 80 syn=0 accept=2", "it was queue 80 syn=0 accept="),
        ("0.600 A timer time-wait set due=60", "it was timer time-wait set due=60.600"),
        ("0.100 A arrival ack.new", "it was arrival syn-sent.established"),
        ("at 0.3 A tcb snd_una=4", "snd_una was 3"),
        ("at 0.3 A tcb srtt=90ms", "srtt was 0.100"),
        ("at 0.3 A tcb nonsense=1", "there is no field nonsense"),
        ("at 0.3 B state CLOSE-WAIT", "it was ESTABLISHED"),
        ("at 0.3 B state none", "it was ESTABLISHED"),
        ("at 1 A states TIME-WAIT=2", "TIME-WAIT was 1"),
        ("at 0.2 B queue 80 syn=1", "syn was 0"),
        ("at 1 A timer time-wait due=60", "due at 60.600"),
        ("at 1 A timer persist due=60", "it was not running; running: time-wait"),
        ("at 1 A counter OutRsts 1", "it was 0"),
        ("counter A OutRsts 1", "it was 0"),
        ("count segments 9", "it was 8"),
        ("count A>B bytes 3", "it was 2"),
        ("count B accept 2", "it was 1"),
        ('read B "ho"', 'it read "hi"'),
        ("read B 3", "it read 2 octets"),
        ("silent B from 0.3 to 0.6", "it sent 0.550 B>A FIN,ACK"),
        ("never B>A SYN,ACK", "it happened: 0.050 B>A SYN,ACK"),
        ("never B ->ESTABLISHED", "it happened: 0.150 B SYN-RECEIVED->ESTABLISHED"),
        ("never B accept", "it happened: 0.150 B accept"),
        ("outcome idle", "it was quiescent"),
        ("isn A>B 1 +5", "there were only 1 different ISNs"),
    ],
)
def test_each_kind_of_line_can_fail(line: str, says: str) -> None:
    (message,) = wrong(line)
    assert message.startswith("x:13:1: expected ")
    assert says in message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.200 A>B PSH,ACK seq=1 len=2", "0.200 A>B PSH,ACK seq=2 len=2", "seq was 1 [send.data"),
        ("0.200 A>B PSH,ACK seq=1 len=2", "0.200 A>B PSH,ACK len=3", "len was 2"),
        ("0.200 A>B PSH,ACK seq=1 len=2", "0.200 A>B PSH,ACK rule=send.fin", "rule was send.data"),
        ("0.200 A>B PSH,ACK seq=1 len=2", "0.200 A>B PSH,ACK seq=1 lost", "it was delivered"),
        ("0.200 A>B PSH,ACK seq=1 len=2", "0.210 A>B PSH,ACK", "instead came 0.200 A>B PSH,ACK"),
        ("0.200 A>B PSH,ACK seq=1 len=2", "0.200 A>B ACK", "instead came 0.200 A>B PSH,ACK"),
        ("0.200 A>B PSH,ACK seq=1 len=2", "", "not expected: 0.200 A>B PSH,ACK"),
        ("0.500 A>B FIN,ACK seq=3", "0.500 A>B FIN,ACK seq=3\n0.520 A>B RST", "no such packet"),
        ("0.000 A>B SYN seq=0", "0.000 A>B SYN seq=abs:7", "seq was abs:"),
        ("0.000 A>B SYN seq=0", "0.000 A>B SYN settled=listen.ack-reset", "settled was listen.syn"),
        ("0.000 A>B SYN seq=0", "0.000 A>B SYN mss=1400", "mss was 1460"),
        ("0.000 A>B SYN seq=0", "0.000 A>B SYN nooption", "it had options mss"),
    ],
)
def test_every_packet_counts(old: str, new: str, says: str) -> None:
    assert old in SENT
    (message,) = wrong(SENT.replace(old, new))
    assert says in message


def test_some_lets_others_lie_between() -> None:
    assert wrong("0.000 A>B SYN\n0.500 A>B FIN,ACK", "expect some") == []
    (message,) = wrong("0.000 A>B SYN\n0.500 A>B RST", "expect some")
    assert "no such packet was ever sent" in message


def test_from_and_to_bound_the_list() -> None:
    assert wrong("0.200 A>B PSH,ACK\n0.250 B>A ACK", "expect from 0.2 to 0.3") == []
    assert len(wrong("0.200 A>B PSH,ACK", "expect from 0.2 to 0.3")) == 1


def test_a_lost_packet_must_be_said_to_be_lost() -> None:
    lost = "fault B>A SYN,ACK nth=1 drop"
    (message,) = wrong("0.050 B>A SYN,ACK", "expect some", lost)
    assert "it was lost by B>A SYN,ACK nth=1 drop" in message
    assert wrong("0.050 B>A SYN,ACK lost", "expect some", lost) == []


def test_copies_and_forgeries_need_not_be_listed() -> None:
    more = "attacker X 10.0.0.9\nlink X B delay=1ms\nat 0.3 X spoof A>B RST seq=3000000000"
    assert wrong(SENT, before="fault A>B DATA nth=1 dup\n" + more.replace("RST", "RST")) != []
    dup = wrong(
        SENT.replace("0.250 B>A ACK ack=3", "0.250 B>A ACK ack=3\n0.250 B>A ACK ack=3"),
        before="fault A>B DATA nth=1 dup\n" + more,
    )
    assert dup == []
