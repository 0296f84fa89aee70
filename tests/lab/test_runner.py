"""Building and running: layers of settings, machines that die, what cannot be done."""

import pytest

from synfin.lab.language import parse, parse_switch
from synfin.lab.model import ScenarioError
from synfin.lab.runner import Changes, Experiment, run_case
from synfin.lab.trace import Run

HEAD = """scenario 99 sample
host A 10.0.0.1 fd00::1
host B 10.0.0.2 fd00::2
link A B delay=50ms
at 0 B listen 80
"""
MS = 1_000_000
S = 1_000_000_000


def experiment(text: str, changes: Changes | None = None) -> Experiment:
    scenario = parse(HEAD + text + "\n", "x")
    return Experiment(scenario, scenario.case(), changes or Changes())


def run(text: str, changes: Changes | None = None) -> Run:
    return experiment(text, changes).finish()


def calls(of: Run, name: str) -> list[object]:
    return [
        record.get("errno") or record.get("result")
        for record in of.of("call")
        if record["call"] == name and not record.get("blocking")
    ]


def test_settings_lie_in_layers() -> None:
    built = experiment(
        "profile linux\nset mss=900\nset B mss=800 delayed_ack=1ms",
        Changes(settings=(parse_switch("A.mss=700"),)),
    )
    a, b = built.settings("A"), built.settings("B")
    assert (a.mss, b.mss) == (700, 800)
    assert (a.delayed_ack_ns, b.delayed_ack_ns) == (0, MS)
    assert a.syn_linear_timeouts == 4
    assert a.msl_ns == 30 * S
    assert experiment("", Changes(profile="bsd44")).settings("A").rfc5961 is False


@pytest.mark.parametrize(
    ("text", "switch", "says"),
    [
        ("set B mss=0 sack=yes", "sack=no", "x:6:7: mss must be"),
        ("set mss=900", "mss=0", "--set:1:1: mss must be"),
        ("set min_rto=2min max_rto=1min", "sack=no", "x:6:5: RTOs must be"),
        ("set mss=0 window_scale=99", "sack=no", "x:1:1: mss must be"),
    ],
)
def test_a_setting_that_no_stack_may_have_is_named(text: str, switch: str, says: str) -> None:
    with pytest.raises(ScenarioError) as error:
        run(text, Changes(settings=(parse_switch(switch),)))
    assert str(error.value).startswith(says)


def test_seed_and_iss_from_outside() -> None:
    plain = run("at 0 A connect B:80")
    seeded = run("at 0 A connect B:80", Changes(seed=2))
    forced = run("at 0 A connect B:80", Changes(iss=(1234567, 7654321)))
    assert plain.packets[0]["abs_seq"] != seeded.packets[0]["abs_seq"]
    assert [p["abs_seq"] for p in forced.packets[:2]] == [1234567, 7654321]


def test_faults_from_outside_and_their_errors() -> None:
    lost = run("at 0 A connect B:80", Changes(faults=("A>B SYN nth=1 drop",)))
    assert lost.packets[0]["fate"] == "dropped"
    with pytest.raises(ScenarioError, match=r"^--fault:1:1: fault 'A>B': expected an action"):
        run("at 0 A connect B:80", Changes(faults=("A>B",)))


def test_ports_begin_at_40000_per_host() -> None:
    both = run("at 0 A connect B:80\nat 0 A connect B:80\nat 0 A connect B:80 from any")
    ports = [p["sport"] for p in both.packets if p["flags"] == ["SYN"]]
    assert ports[:2] == [40_000, 40_001]
    assert ports[2] not in ports[:2]


def test_ipv6() -> None:
    text = 'at 0 B listen 81 address=B/6\nat 0 A connect B/6:81\nat 0.3 A send "hi"'
    six = run(text)
    assert {p["src"] for p in six.packets} == {"fd00::1", "fd00::2"}
    assert calls(six, "connect") == ["ok"]
    assert [r["data"] for r in six.of("signal") if r["name"] == "data"] == ["hi"]


def test_blocking_calls_wait_in_order() -> None:
    text = "set B reads=no\nat 0 A connect B:80\nat 0.2 B recv 4\nat 0.2 B recv all\n"
    waited = run(text + 'at 0.3 A send "abcdef"\nat 0.5 A close')
    got = [(r["t"], r.get("data")) for r in waited.of("call") if r["call"] == "recv"]
    assert got == [
        (200 * MS, None),
        (200 * MS, None),
        (350 * MS, "abcd"),
        (550 * MS, "ef"),
    ]


def test_a_send_larger_than_the_buffer_blocks_and_close_waits_for_it() -> None:
    slow = run("set A send_buffer=1000\nat 0 A connect B:80\nat 0.2 A send 5000\nat 0.2 A close")
    assert calls(slow, "send") == [5000]
    read = sum(r["result"] for r in slow.of("signal") if r["name"] == "data")
    assert read == 5000
    assert slow.of("signal")[-1]["name"] == "eof"


def test_reactions() -> None:
    text = (
        "at 0 A connect B:80\nat 0.2 A send 25\n"
        'on B data 10 send "x"\non B data once send "y"\n'
        "on B idle 1s close\non A eof after 1s close"
    )
    done = run(text)
    answers = [r["octets"] for r in done.of("signal") if r["host"] == "A" and "octets" in r]
    assert bytes.fromhex("".join(answers)) == b"xxy"
    closes = [(r["host"], r["t"]) for r in done.of("call") if r["call"] == "close"]
    assert closes == [("B", 1250 * MS), ("A", 2300 * MS)]


def test_a_machine_that_is_down_takes_no_calls() -> None:
    with pytest.raises(ScenarioError, match=r"^x:7:8: A is down: reboot it first"):
        run("at 1 A crash\nat 2 A connect B:80")
    after = run("at 0 A connect B:80\nat 1 A crash\nat 2 A reboot\nat 3 A connect B:80 from 40000")
    numbers = {r["conn"] for r in after.of("state") if r["host"] == "A"}
    assert len(numbers) == 2


def test_what_makes_no_sense_names_its_line() -> None:
    with pytest.raises(ScenarioError, match=r"^x:6:8: A has no socket for send"):
        run("at 0 A send 5")
    with pytest.raises(ScenarioError, match=r"^x:7:11: A has no socket c9; there are c1"):
        run("at 0 A connect B:80\nat 1 A.c9 send 5")
    with pytest.raises(ScenarioError, match=r"^x:6:8: no SYN from B to A was seen yet"):
        run("at 0 A spoof A>B ACK ack=isn(B>A)+1")
    with pytest.raises(ScenarioError, match=r"^x:6:8: A has not sent such a packet to B yet"):
        run("at 0 A resend A>B SYN")


def test_the_run_ends_when_nothing_is_left_or_at_until() -> None:
    assert run("at 0 A connect B:80").outcome == "quiescent"
    idle = run("at 0 A connect B:80\nset A keepalive=yes keepalive_idle=10s\nuntil 25")
    assert idle.outcome == "idle"
    assert run_case(parse(HEAD, "x"), parse(HEAD, "x").case()).outcome == "quiescent"


DETOUR = """scenario 98 detour
host A 10.0.0.1
host B 10.9.0.2
router R1 10.1.0.1
router R2 10.2.0.1
router R3 10.3.0.1
link A R1 delay=10ms
link R1 R2 delay=10ms
link R1 R3 delay=10ms
link R3 R2 delay=10ms
link R2 B delay=10ms
at 0 B listen 80
"""


def detour(text: str) -> Run:
    scenario = parse(DETOUR + text + "\n", "x")
    return Experiment(scenario, scenario.case(), Changes()).finish()


def test_a_connection_by_way_of_routers() -> None:
    """MUST-51, MUST-53: four hops instead of three, there and back."""
    straight = detour("at 0 A connect B:80")
    assert [p["arrives"] for p in straight.packets[:2]] == [30 * MS, 60 * MS]
    routed = detour('at 0 A connect B:80 via R3\nat 1 A send "hi"')
    assert [p["arrives"] for p in routed.packets[:2]] == [40 * MS, 80 * MS]
    assert [(p["from"], p["to"]) for p in routed.packets[:2]] == [("A", "B"), ("B", "A")]
    assert [r["data"] for r in routed.of("signal") if r["name"] == "data"] == ["hi"]
    assert calls(routed, "connect") == ["ok"]


def test_routers_of_profile_linux_drop_it() -> None:
    refused = detour("profile linux\nat 0 A connect B:80 via R1,R3")
    assert {(p["fate"], p["cause"]) for p in refused.packets} == {("dropped", "source-route")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("at 0 A connect B:80 via R1,,R2", "expected 1 to 9 routers"),
        ("at 0 A connect B:80 via " + ",".join(["R1"] * 10), "expected 1 to 9 routers"),
        ("at 0 A connect B:80 via nobody", "nobody has no such address"),
    ],
)
def test_what_is_no_way(text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        detour(text)


def test_a_strict_way_begins_next_door() -> None:
    assert calls(detour("at 0 A connect B:80 via R1 strict"), "connect") == ["EHOSTUNREACH"]
