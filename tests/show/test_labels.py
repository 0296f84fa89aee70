"""What a packet is called, and what is unusual about it."""

from dataclasses import replace

from synfin.show.labels import Marks, marks_text, option_parts, parts
from synfin.show.texts import Texts
from tests.show.traces import MS, Maker, lost_syn


def test_parts_come_in_order_of_importance() -> None:
    syn, _, synack = lost_syn().segments()[:3]
    assert parts(syn) == ["SYN", "seq=0", "win=65535", "mss=1460"]
    assert parts(synack, show_window=False) == ["SYN,ACK", "seq=0", "ack=1", "mss=1460"]


def test_a_closed_window_is_always_named() -> None:
    ack = replace(lost_syn().segments()[3], win=0)
    assert "win=0" in parts(ack, show_window=False)


def test_udp_icmp_and_fragments() -> None:
    base = lost_syn().segments()[0]
    udp = replace(base, proto="udp", sport=40000, dport=53, length=5)
    assert parts(udp) == ["UDP", "40000>53", "len=5"]
    icmp = replace(base, proto="icmp", icmp_type=3, icmp_code=4, mtu=1280)
    assert parts(icmp) == ["ICMP 3/4", "frag-needed", "mtu=1280"]
    six = replace(icmp, src="fd00::1", icmp_type=2, icmp_code=0)
    assert parts(six) == ["ICMP 2/0", "too-big", "mtu=1280"]
    assert parts(replace(base, proto="ip", length=8)) == ["IP", "fragment", "len=8"]


def test_options_in_a_fixed_order() -> None:
    options = {"ts_val": 7, "ts_ecr": 3, "wscale": 7, "mss": 1460, "sack_permitted": True}
    assert option_parts(options) == ["mss=1460", "ws=7", "sack-ok", "ts=7/3"]
    assert option_parts({"sack": [[1, 5], [9, 12]]}) == ["sack=1-5,9-12"]
    assert option_parts({"mss": None, "wscale": -1, "ts_val": None, "fastopen": None}) == []


def test_marks_tell_lost_again_copied_delayed_forged() -> None:
    maker = Maker()
    maker.send(0, "A", "B", "SYN", 0, fate="dropped")
    first = maker.send(MS, "A", "B", "SYN", 0, fault="A>B SYN nth=2 delay=300ms")
    maker.send(MS, "A", "B", "SYN", 0, copy_of=first)
    maker.send(MS, "A", "B", "RST", 9, spoofed=True)
    maker.send(MS, "A", "B", "ACK", 1, 1)
    maker.send(MS, "A", "B", "ACK", 1, 1, fate="corrupted")
    maker.send(MS, "A", "B", "PSH,ACK", 1, 1, payload=b"x", fate="expired")
    marks = Marks()
    assert [marks.of(s) for s in maker.trace().segments()] == [
        ["mark-lost"],
        ["mark-again", "mark-delay"],
        ["mark-copy"],
        ["mark-spoofed"],
        [],
        ["mark-corrupt"],
        ["mark-expired"],
    ]


def test_marks_in_both_languages() -> None:
    segment = lost_syn().segments()[0]
    assert marks_text(["mark-lost"], segment, Texts("en")) == "(lost)"
    assert marks_text(["mark-lost"], segment, Texts("zh")) == "(丢失)"
    assert marks_text([], segment, Texts("en")) == ""


def test_the_ecn_field_and_a_mark_on_the_way() -> None:
    segment = replace(lost_syn().segments()[0], ecn="ect0", marked=True, fault=None)
    assert parts(segment)[:3] == ["SYN", "seq=0", "ecn=ect0"]
    assert Marks().of(replace(segment, fate="delivered", arrives=1)) == ["mark-ce"]
    fault = replace(segment, marked=False, fault="A>B DATA mark", fate="delivered", arrives=1)
    assert Marks().of(fault) == ["mark-ce"]
    assert marks_text(["mark-ce"], segment, Texts("en")) == "(marked CE)"
