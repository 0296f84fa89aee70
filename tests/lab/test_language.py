"""What scenario files may say, and what they are told when they say it wrong."""

from pathlib import Path

import pytest

from synfin.lab.calls import VERBS
from synfin.lab.expectations import AT_WORDS
from synfin.lab.language import parse, parse_switch
from synfin.lab.model import (
    Endpoint,
    ExpectAt,
    ExpectCount,
    ExpectIsn,
    ExpectNever,
    ExpectPacket,
    ExpectRead,
    ExpectState,
    Number,
    Scenario,
    ScenarioError,
)

HEAD = """scenario 07 example
group opening
title en "One"
title zh "一"
host A 10.0.0.1
host B 10.0.0.2 fd00::2
attacker X 10.0.0.66/16
link A B delay=50ms mtu=1400 queue=20 rate=10Mbit
"""
MS = 1_000_000
S = 1_000_000_000


def read(*lines: str) -> Scenario:
    return parse(HEAD + "\n".join(lines), "x.scn")


def test_header_and_network() -> None:
    scenario = read("profile linux", "seed 9")
    assert (scenario.number, scenario.name, scenario.group) == (7, "example", "opening")
    assert (scenario.title.en, scenario.title.zh) == ("One", "一")
    body = scenario.case().body
    assert [(h.name, h.kind) for h in body.hosts] == [
        ("A", "host"),
        ("B", "host"),
        ("X", "attacker"),
    ]
    assert body.hosts[1].addresses == (("10.0.0.2", 24), ("fd00::2", 64))
    assert body.hosts[2].addresses == (("10.0.0.66", 16),)
    link = body.links[0]
    assert (link.delay_ns, link.mtu, link.queue, link.rate_bps) == (50 * MS, 1400, 20, 10_000_000)
    assert (body.profile, body.seed) == ("linux", 9)


def test_settings_are_read_by_their_type() -> None:
    body = (
        read("set mss=500 msl=30s receive_buffer=64KB", "set B two_way=yes isn_mode=fixed")
        .case()
        .body
    )
    assert [(s.host, s.switch, s.value) for s in body.settings] == [
        ("", "mss", 500),
        ("", "msl_ns", 30 * S),
        ("", "receive_buffer", 65_536),
        ("B", "two_way", True),
        ("B", "isn_mode", "fixed"),
    ]
    schedule = read("set syn_schedule=6s,24s,45s").case().body.settings[0]
    assert schedule.value == (6 * S, 24 * S, 45 * S)


def test_calls_with_their_arguments() -> None:
    scenario = read(
        "at -1 B listen 80 backlog=5 noaccept iss=300,400 as web",
        "at 0.5 A connect B/6:80 from 40000 as c",
        "at 500ms A.c send 3x1000",
        'at 1 A send "a\\n\\x41"',
        "at 2 host B crash",
    )
    timed = scenario.case().body.calls
    assert [t.time for t in timed] == [-S, S // 2, S // 2, S, 2 * S]
    listen, connect, send, text, crash = (t.call for t in timed)
    assert listen.args.values == (80,)
    assert listen.args.flags == {"noaccept"}
    assert listen.args.option("iss") == (300, 400)
    assert listen.args.text("as") == "web"
    assert connect.args.values == (Endpoint("B", 80, True),)
    assert connect.args.integer("from", 0) == 40_000
    assert (send.socket, send.args.values) == ("c", ((3, 1000),))
    assert text.args.values == (b"a\nA",)
    assert (crash.host, crash.verb) == ("B", "crash")


def test_repeats() -> None:
    calls = (
        read("at 0 every 10ms times 3 A send 1", "at 0 every 1s to 2 A send 1").case().body.calls
    )
    assert [(t.every, t.times) for t in calls] == [(10 * MS, 3), (S, 3)]


def test_forgeries_and_reactions() -> None:
    body = (
        read(
            'at 1 X spoof A>B SYN,ACK seq=abs:90 ack=isn(B>X)+5 mss=1460 nodf "hi"',
            "at 1 X spoof src=A dst=B RST seq=50",
            "on B data 20 once send 100",
            "on B idle 5s close",
            "on B eof after 100ms close",
        )
        .case()
        .body
    )
    first = body.calls[0].call.args
    assert first.values == (("A", "B"), "SYN,ACK")
    assert first.option("seq") == Number(90, "absolute")
    assert first.option("ack") == Number(5, "isn", ("B", "X"))
    assert first.option("data") == b"hi"
    assert body.calls[1].call.args.option("src") == "A"
    data, idle, eof = body.reactions
    assert (data.event, data.amount, data.once, data.call.verb) == ("data", 20, True, "send")
    assert (idle.event, idle.amount) == ("idle", 5 * S)
    assert eof.after == 100 * MS


def test_established_is_short_for_two_preparations() -> None:
    calls = read("established A B:80 from 40001 backlog=2").case().body.calls
    assert [(t.time, t.call.host, t.call.verb) for t in calls] == [
        (-S, "B", "listen"),
        (-S, "A", "connect"),
    ]
    assert calls[0].call.args.integer("backlog", 0) == 2
    assert calls[1].call.args.integer("from", 0) == 40_001


def test_cases_take_the_files_statements_and_their_parents() -> None:
    scenario = read(
        "at 0 A connect B:80",
        "until 10",
        "case one",
        "profile linux",
        "fault A>B SYN nth=1 drop",
        "case two from one",
        "until 20",
        'note en "a"',
        'note en "b"',
        "case three",
    )
    one, two, three = scenario.cases
    assert (one.body.profile, one.body.until, len(one.body.faults)) == ("linux", 10 * S, 1)
    assert (two.body.profile, two.body.until, len(two.body.faults)) == ("linux", 20 * S, 1)
    assert (three.body.profile, len(three.body.faults), len(three.body.calls)) == ("", 0, 1)
    assert two.note.en == "a b"
    assert scenario.case("two") is two
    with pytest.raises(KeyError, match="no case 'four'"):
        scenario.case("four")


def test_expectations() -> None:
    expect = (
        read(
            "case main",
            "expect some from 0.5 to 3",
            "  0.050 B>A SYN,ACK seq=0 ack=abs:91 rule=listen.syn lost # a remark",
            "  0.020 B>A ICMP 11/0 mtu=1000",
            "  0.050 B ESTABLISHED→CLOSE-WAIT->LAST-ACK",
            "  at 0.2 A.c1 tcb snd_una=1 srtt=100ms",
            "  count A>B bytes 10",
            "  count B accept 1",
            "  never A>B RST",
            "  never A ->ESTABLISHED",
            '  read B "x y"',
            "  isn A>B 1 +250000",
            "end",
        )
        .case()
        .expect
    )
    assert (expect.some, expect.start, expect.stop) == (True, S // 2, 3 * S)
    packet, icmp, state, tcb, octets, accepts, never, never_state, said, isn = expect.items
    assert isinstance(packet, ExpectPacket)
    assert packet.flags == {"SYN", "ACK"}
    assert dict(packet.fields)["ack"] == Number(91, "absolute")
    assert packet.words == {"lost"}
    assert packet.position.line == 11
    assert isinstance(icmp, ExpectPacket)
    assert (icmp.kind, dict(icmp.fields)["type"]) == ("icmp", "11/0")
    assert isinstance(state, ExpectState)
    assert (state.old, state.new) == ("ESTABLISHED->CLOSE-WAIT", "LAST-ACK")
    assert isinstance(tcb, ExpectAt)
    assert (tcb.host, tcb.socket, tcb.fields) == ("A", "c1", (("snd_una", "1"), ("srtt", "100ms")))
    assert isinstance(octets, ExpectCount)
    assert (octets.direction, octets.what, octets.number) == (("A", "B"), "bytes", 10)
    assert isinstance(accepts, ExpectCount)
    assert (accepts.host, accepts.what) == ("B", "accept")
    assert isinstance(never, ExpectNever)
    assert never.flags == {"RST"}
    assert isinstance(never_state, ExpectNever)
    assert never_state.word == "->ESTABLISHED"
    assert isinstance(said, ExpectRead)
    assert said.data == b"x y"
    assert isinstance(isn, ExpectIsn)
    assert isn.step == 250_000


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("at 0 A conect B:80", "x.scn:9:8: no call is named conect; did you mean connect?"),
        ("at 0 A connect B", "x.scn:9:16: expected an endpoint such as B:80, not 'B'"),
        ("at 0 C close", "x.scn:9:8: no host is called C; there are A, B, X"),
        ("at x A close", "x.scn:9:4: expected a time (0.050, 3s, 50ms), not 'x'"),
        ("at 0 A", "x.scn:9:7: expected a call or event, not the end of the line"),
        ("at 0 A send", "x.scn:9:8: something is missing; expected send 10"),
        ("at 0 A listen 80 back=3", "x.scn:9:18: no back= here; expected listen PORT"),
        ("at 0 A connect B:99999", "x.scn:9:16: expected a port from 0 to 65535"),
        ("set mmss=3", "x.scn:9:5: no switch is called 'mmss'; did you mean mss"),
        ("set msl=30", "x.scn:9:5: '30' needs a unit: 30ms or 30s"),
        ("set mss", "x.scn:9:8: expected name=value, not the end of the line"),
        ("profile foo", "x.scn:9:9: expected rfc/linux/linux-old/freebsd/bsd44, not 'foo'"),
        ("bogus 1", "x.scn:9:1: expected a statement, not 'bogus'"),
        ("fault A>B SYN nth=1", "x.scn:9:7: fault 'A>B SYN nth=1':"),
        ("host B 1.2.3.4", "x.scn:9:6: B is there already"),
        ("case b from a", "x.scn:9:6: no case 'a' stands above this one"),
        (
            "on B eoff close",
            "x.scn:9:6: expected connected, accept, data, eof, reset, error or idle",
        ),
        ("expect\n0.1 A>B SYM\nend", "x.scn:10:9: no flag is called 'SYM'"),
        ("expect\n0.1 A>B SYN sek=0\nend", "x.scn:10:13: no field sek=; did you mean seq"),
        ("expect\n0.1 A CLOSED->SYNSENT\nend", "x.scn:10:7: no state is called SYNSENT; did"),
        ("expect\n0.1 A foo\nend", "x.scn:10:7: nothing is called foo;"),
        ("expect\n0.1 C eof\nend", "x.scn:10:1: no host is called C;"),
        ("expect\n0.1 A>B SYN", "x.scn:10:12: expected 'at' or"),
        ('title en "x', 'x.scn:9:10: expected a text in "quotes"'),
    ],
)
def test_errors_name_line_column_and_what_was_expected(line: str, message: str) -> None:
    with pytest.raises(ScenarioError) as error:
        read(line)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_file_begins_with_its_scenario() -> None:
    with pytest.raises(ScenarioError, match=r"y:1:1: expected 'scenario NN name' first"):
        parse("host A 10.0.0.1\n", "y")


def test_switches_from_the_command_line() -> None:
    setting = parse_switch("B.msl=1s")
    assert (setting.host, setting.switch, setting.value) == ("B", "msl_ns", S)
    assert parse_switch("two_way=true").value is True
    with pytest.raises(ScenarioError, match="expected switch=value"):
        parse_switch("two_way")


def test_the_documentation_knows_every_call_and_its_example_can_be_read() -> None:
    text = (Path(__file__).parents[2] / "docs/scenario-language.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"`{verb}" in text, verb
    for word in AT_WORDS:
        assert word in text
    example = text.split("```")[1]
    assert parse(example).case().expect.items
