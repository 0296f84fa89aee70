"""Header boxes: golden packets, permissive about the rest, checksums recomputed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from synfin.show.header_draw import box, remarks, render
from synfin.show.header_view import Dissection, dissect, parse_hex
from synfin.show.texts import Texts
from synfin.show.words import Glyphs
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import Packet, encode_packet
from synfin.wire.udp import Datagram
from tests.show.traces import lost_syn, tcp

GOLDEN = {
    # tshark agrees that the IP, TCP and UDP checksums of these are good
    "SYN": "4500002c00014000400626c90a0000010a000002"
    "9c40005000000064000000006002ffffe72f0000020405b4",
    "hello": "4500002d00034000400626c60a0000010a000002"
    "9c400050000000650000012d5018ffffb9d0000068656c6c6f",
    "URG": "4500002b00044000400626c70a0000010a0000029c400050000000650000012d5038ffff7b1f0003616221",
    "UDP": "4500002100014000401126c90a0000010a0000029c400035000d0b8a68656c6c6f",
}
EN, ZH = Texts("en"), Texts("zh")


def attempt(data: bytes, kind: str) -> Dissection | None:
    """The dissection, or None when the refusal is one line."""
    try:
        return dissect(data, kind)
    except ValueError as error:
        if "\n" in str(error):
            raise
        return None


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_packets_have_good_checksums(name: str) -> None:
    assert [c.good for c in dissect(parse_hex(GOLDEN[name])).checks] == [True, True]


def test_the_syn_field_by_field() -> None:
    ip, segment = dissect(parse_hex(GOLDEN["SYN"])).headers
    assert (ip.kind, ip.length, segment.kind, segment.start, segment.length) == (
        ("ipv4", 20, "tcp", 20, 24)
    )
    shown = {f.name: f.shown for f in segment.fields}
    assert shown["src_port"] == "40000"
    assert shown["data_offset"] == "6 (×4=24)"
    assert (shown["syn"], shown["ack_flag"]) == ("1", "0")
    assert shown["checksum"] == "0xe72f"
    assert shown["opt_mss_value"] == "1460"


@pytest.mark.parametrize(
    ("name", "octets", "payload"),
    [("SYN", 0, b""), ("hello", 5, b"hello"), ("URG", 3, b"ab!"), ("UDP", 5, b"hello")],
)
def test_data_length_is_total_minus_headers(name: str, octets: int, payload: bytes) -> None:
    packet = dissect(parse_hex(GOLDEN[name]))
    assert packet.data_len is not None
    assert packet.data_len.octets == octets
    assert packet.payload == payload


@given(st.integers(0, 43), st.integers(1, 255))
def test_one_changed_octet_is_noticed(at: int, change: int) -> None:
    data = bytearray(parse_hex(GOLDEN["SYN"]))
    data[at] ^= change
    try:
        packet = dissect(bytes(data))
    except ValueError:
        assert at == 0  # no longer version 4 or 6
        return
    if packet.headers[0].kind == "ipv4":
        assert not all(c.good for c in packet.checks) or packet.notes


@given(st.binary(max_size=120), st.sampled_from(["ip", "tcp", "udp", "icmp"]))
def test_any_bytes_are_shown_or_refused_in_one_line(data: bytes, kind: str) -> None:
    packet = attempt(data, kind)
    if packet is None:
        return
    for texts in (EN, ZH):
        assert all(cell_len(line) <= 100 for line in render(packet, texts, 100))


@given(st.binary(max_size=80), st.sampled_from([0x45, 0x46, 0x60, 0x4F]), st.integers(0, 70))
def test_anything_behind_an_ip_version_is_shown(tail: bytes, first: int, proto: int) -> None:
    data = bytearray([first]) + tail
    if len(data) > 9:
        data[9 if first != 0x60 else 6] = proto
    packet = attempt(bytes(data), "ip")
    if packet is not None:
        render(packet, EN)


def test_boxes_are_straight_in_both_languages() -> None:
    for texts in (EN, ZH):
        for hexed in GOLDEN.values():
            for header in dissect(parse_hex(hexed)).headers:
                lines = box(header, texts, Glyphs(True))
                assert {cell_len(line) for line in lines[2:]} == {65}


def test_an_error_quotes_the_packet_it_is_about() -> None:
    syn = parse_hex(GOLDEN["SYN"])
    message = IcmpMessage(11, 0, 0, syn[:28])
    raw = encode_packet(Packet(bytes([10, 0, 1, 1]), bytes([10, 0, 0, 1]), 1, message))
    packet = dissect(raw)
    assert [(h.kind, h.quoted) for h in packet.headers] == [
        ("ipv4", False), ("icmp", False), ("ipv4", True), ("tcp", True),
    ]  # fmt: skip
    assert [c.good for c in packet.checks] == [True, True]
    assert packet.headers[3].number("seq") == 100
    assert packet.headers[3].fields[4].value is None, "only eight octets are quoted"


def test_ipv6_and_its_checksum() -> None:
    one, two = bytes(15) + b"\1", bytes(15) + b"\2"
    raw = encode_packet(Packet(one, two, 17, Datagram(1, 2, b"abc")))
    packet = dissect(raw)
    assert [h.kind for h in packet.headers] == ["ipv6", "udp"]
    assert [c.good for c in packet.checks] == [True]
    assert packet.data_len is not None
    assert packet.data_len.octets == 3
    bad = dissect(raw[:-1] + b"x")
    assert [c.good for c in bad.checks] == [False]
    assert any("BAD" in text for text in remarks(bad, EN))


def test_options_odd_ones_too() -> None:
    odd = b"\x01\x08\x0a" + bytes(7) + b"\x05" + b"\0\0\0\x09" + b"\x1e\x04ab" + b"\x03\x09"
    odd = odd[:10] + b"\x01" + b"\x1e\x04ab" + b"\x03\x09\x00"
    packet = dissect(tcp("10.0.0.1", "10.0.0.2", 1, 2, 3, 0, ("SYN",), options=odd + b"\0\0"))
    names = [f.name for f in packet.headers[1].fields if f.name.startswith("opt_")]
    assert names[0] == "opt_nop"
    assert "opt_unknown" in names or "opt_bad" in names
    assert names[-1] == "opt_bad"


def test_padding_fragments_and_impossible_lengths_are_remarked() -> None:
    syn = parse_hex(GOLDEN["SYN"])
    assert dissect(syn + b"\0\0").notes[0].id == "padding"
    assert dissect(syn[:30]).notes[0].id == "cut-short"
    fragment = bytearray(syn)
    fragment[6:8] = b"\x00\x05"
    assert [n.id for n in dissect(bytes(fragment)).notes] == ["fragment"]
    small = bytearray(syn)
    small[32] = 0x10
    assert "offset-small" in [n.id for n in dissect(bytes(small)).notes]
    large = bytearray(syn)
    large[32] = 0xF0
    packet = dissect(bytes(large))
    assert "offset-large" in [n.id for n in packet.notes]
    assert packet.data_len is None


def test_udp_without_checksum_is_lawful() -> None:
    raw = bytearray(parse_hex(GOLDEN["UDP"]))
    raw[26:28] = b"\0\0"
    packet = dissect(bytes(raw))
    assert packet.checks[1].good is None
    assert any("did not compute" in text for text in remarks(packet, EN))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no bytes given"),
        ("45 0", "one is missing"),
        ("45zz", "not hexadecimal: 'z'"),
        ("9c40", "begins with 4 or 6, not 9"),
        ("4500", "at least 20 octets, these are 2"),
        ("60", "40 octets"),
    ],
)
def test_wrong_input_is_told_in_one_line(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        dissect(parse_hex(text))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bare_header_when_asked_for() -> None:
    packet = dissect(parse_hex(GOLDEN["SYN"])[20:], "tcp")
    assert packet.headers[0].number("dst_port") == 80
    assert packet.checks[0].good is None
    with pytest.raises(ValueError, match="8 octets"):
        dissect(b"\0\1", "udp")
    with pytest.raises(ValueError, match="choose ip, tcp"):
        dissect(b"", "http")


def test_any_grouping_of_digits() -> None:
    assert parse_hex("0x45 00:00-2c\n00,01") == bytes.fromhex("4500002c0001")


def test_the_traces_packets_are_good() -> None:
    for segment in lost_syn().segments():
        assert all(c.good for c in dissect(segment.data).checks)


def test_ascii_terminals() -> None:
    for line in render(dissect(parse_hex(GOLDEN["hello"])), EN, encoding="ascii"):
        line.encode("ascii")
