"""The language: every form of time, packet, option and expression, and its errors."""

import pytest

from synfin.packetdrill.language import nanoseconds, parse
from synfin.packetdrill.model import (
    Array,
    Call,
    Code,
    Command,
    Dots,
    Either,
    IcmpSpec,
    Option,
    ScriptError,
    Structure,
    TcpSpec,
    Text,
    Timing,
    UdpSpec,
    Unsupported,
    When,
    Word,
)
from synfin.packetdrill.options import encode, shown
from synfin.packetdrill.packets import flag_letters

MS = 1_000_000


def only(text: str) -> object:
    """The action of a script of one event at time 0."""
    return parse(f"0 {text}\n", "t").events[0].action


def segment(text: str) -> TcpSpec:
    """The same, which must be a segment."""
    found = only(text)
    assert isinstance(found, TcpSpec)
    return found


def call(text: str) -> Call:
    """The same, which must be a call."""
    found = only(text)
    assert isinstance(found, Call)
    return found


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("0", When(Timing.ABSOLUTE, 0, 0)),
        ("1.5", When(Timing.ABSOLUTE, 1500 * MS, 1500 * MS)),
        ("+.1", When(Timing.RELATIVE, 100 * MS, 100 * MS)),
        ("+0", When(Timing.RELATIVE, 0, 0)),
        ("*", When(Timing.ANY)),
        (".2~.3", When(Timing.ABSOLUTE_RANGE, 200 * MS, 300 * MS)),
        ("+.2~+.3", When(Timing.RELATIVE_RANGE, 200 * MS, 300 * MS)),
    ],
)
def test_times(text: str, when: When) -> None:
    assert parse(f"{text} > . 1:1(0) ack 1\n", "t").events[0].when == when


def test_seconds_are_exact() -> None:
    assert nanoseconds("0.1") == 100_000_000
    assert nanoseconds(".000000001") == 1
    assert nanoseconds("-2.5") == -2_500_000_000


def test_a_segment_with_everything() -> None:
    options = "<mss 9,nop,nop,nop,eol>"
    spec = segment(f"< [ect0,ttl 9] 80 > 90 SEWP. 1:11(10) ack 5 win 99 urg 3 {options}")
    assert (spec.outbound, spec.ip.ecn, spec.ip.ttl) == (False, "ect0", 9)
    assert (spec.src_port, spec.dst_port) == (80, 90)
    assert set(flag_letters(spec.flags)) == set("SEWP.")
    assert (spec.seq, spec.length, spec.ack, spec.window, spec.urgent) == (1, 10, 5, 99, 3)
    assert spec.options == (Option(2, b"\0\x09"), *[Option(1)] * 3, Option(0))


def test_what_is_not_given() -> None:
    spec = segment("> - 1:1(0)")
    assert (spec.flags, spec.ack, spec.window, spec.urgent, spec.options) == (0, 0, -1, 0, ())
    assert segment("> . 1:1(0) ack 1 win * <...>").options is None


@pytest.mark.parametrize(
    "text",
    [
        "mss 1460,sackOK,TS val 100 ecr 7,nop,wscale 8",
        "nop,nop,sack 1:2 5:9",
        "FO,nop,nop",
        "FO 0123456789abcdef,nop,nop",
        "FO 1234567890123456,nop,nop",
        "FOEXP",
        "FOEXP aabbccdd",
        "md5 000102030405060708090a0b0c0d0e0f,nop,nop",
    ],
)
def test_options_are_read_and_written(text: str) -> None:
    options = segment(f"> . 1:1(0) ack 1 <{text}>").options
    assert options is not None
    assert shown(options) == text
    assert len(encode(options)) % 4 == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("> . 1:1(0) ack 1 <mss 1460,nop>", "option-words"),
        ("> . 1:1(0) ack 1 <mss 99999>", "option-value"),
        ("> . 1:1(0) ack 1 <FO abc,nop>", "hex"),
        ("< . 1:1(0) ack 1 <...>", "outbound"),
        ("> . 1:9(7) ack 1", "length"),
        ("> SX 1:1(0)", "flag"),
        ("> . 1:1(0) ack", "end"),
        ("socket(1, = 3", "token"),
    ],
)
def test_errors_have_a_line(text: str, why: str) -> None:
    with pytest.raises(ScriptError) as found:
        parse(f"// one\n0 {text}\n", "t")
    assert found.value.what.id == f"error-{why}"
    assert found.value.line in (2, 3)


@pytest.mark.parametrize("text", ["> .5 1:1(0) ack 1", "> S 0:0(0) <ECN e0b 1 ceb 2>"])
def test_what_nobody_here_can_do_has_a_name(text: str) -> None:
    with pytest.raises(Unsupported, match="AccECN"):
        only(text)


def test_calls() -> None:
    found = call("...0.25 write(4, ..., 10) = -1 EAGAIN (Try again)")
    assert (found.name, found.until, found.errno, found.result) == ("write", 250 * MS, "EAGAIN", -1)
    assert found.arguments == (4, Dots(), 10)
    assert call("fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)").result == 0x802
    assert call("accept(3, ..., ...) = 4").until == -1


def test_expressions() -> None:
    found = call('f(A|B|4, [1, X], {events=POLLIN, fd=3}, "a" "b", htons(80), {..., 9}) = 0')
    assert found.arguments == (
        Either(Either(Word("A"), Word("B")), 4),
        Array((1, Word("X"))),
        Structure((("events", Word("POLLIN")), ("fd", 3))),
        Text("ab"),
        80,
        Structure((("", Dots()), ("", 9))),
    )
    message = call("f({msg_name(...)=..., msg_iov(1)=[{..., 5}], msg_flags=0}) = 5").arguments[0]
    assert isinstance(message, Structure)
    assert message.get("msg_flags") == 0


def test_the_other_packets() -> None:
    found = only("< icmp unreachable frag_needed mtu 1200 [1:11(10)]")
    assert isinstance(found, IcmpSpec)
    assert (found.type, found.code, found.mtu, found.quoted) == (
        "unreachable", "frag_needed", 1200, (1, 10),
    )  # fmt: skip
    datagram = only("> udp (100)")
    assert isinstance(datagram, UdpSpec)
    assert (datagram.outbound, datagram.length) == (True, 100)


def test_the_parts_of_a_file() -> None:
    script = parse(
        '--tolerance_usecs=9 // why\n--define=FD=7\n--define=NAME="x"\n`a\nb`\n'
        "0 close(FD) = 0 /* c */\n+1 `tc x`\n+1 %{ assert 1 }%\n`end`\n",
        "t",
    )
    assert script.options == (("tolerance_usecs", "9"),)
    assert script.init == Command("a\nb")
    assert script.cleanup == Command("end")
    actions = [event.action for event in script.events]
    assert isinstance(actions[0], Call)
    assert actions[0].arguments == (7,)
    assert actions[1:] == [Command("tc x"), Code("assert 1")]
    assert [event.line for event in script.events] == [6, 7, 8]


# --- what FreeBSD's scripts write ------------------------------------------------------


def test_sequence_numbers_as_they_stand_and_any() -> None:
    assert segment("> R. 0:0(0)! ack 1 win 0").absolute
    assert not segment("> R. 0:0(0) ack 1 win 0").absolute
    free = segment("> S. ...(0) ack 1 win 0")
    assert (free.any_seq, free.length) == (True, 0)
    with pytest.raises(ScriptError):
        segment("< S ...(0) win 0")


def test_a_segment_in_a_datagram() -> None:
    assert segment("> . 1:1(0) ack 1 <nop,nop,nop,nop>/udp(9811 > 1)").udp == (9811, 1)
    assert segment("> . 1:1(0) ack 1").udp is None


def test_traffic_class_and_hop_limit() -> None:
    found = segment("> (class 0x20, hlim 4) . 1:1(0) ack 1").ip
    assert (found.tos, found.ttl) == (0x20, 4)
