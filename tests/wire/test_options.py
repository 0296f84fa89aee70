"""TCP options: tolerant reading, Linux's order in writing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synfin.wire.options import (
    NO_OPTIONS,
    Options,
    encode_options,
    options_length,
    parse_options,
)
from tests.wire.strategies import option_fields, option_sets


@pytest.mark.parametrize(
    ("options", "raw"),
    [
        (Options(mss=1460), "020405b4"),
        (
            Options(mss=1460, window_scale=7, sack_permitted=True, ts_val=1, ts_ecr=2),
            "020405b4" "0402080a" "00000001" "00000002" "01030307",
        ),
        (Options(mss=1460, window_scale=7, sack_permitted=True), "020405b4" "01010402" "01030307"),
        (Options(ts_val=0xFFFFFFFF, ts_ecr=0), "0101080a" "ffffffff" "00000000"),
        (
            Options(ts_val=1, ts_ecr=2, sack=((3, 4),)),
            "0101080a" "00000001" "00000002" "0101050a" "00000003" "00000004",
        ),
        (Options(mss=536, fastopen=b""), "02040218" "22020101"),
        (Options(fastopen=b"\1" * 8), "220a" + "01" * 8 + "0101"),
        (Options(fastopen=b"\1" * 4, fastopen_experimental=True), "fe08f989" + "01" * 4),
    ],
)  # fmt: skip
def test_written_as_linux_writes_them(options: Options, raw: str) -> None:
    """The last one is Fast Open's experimental kind 254 with its ExID (RFC 6994)."""
    assert encode_options(options).hex() == raw
    assert option_fields(parse_options(bytes.fromhex(raw))) == option_fields(options)


@given(option_sets())
def test_round_trip(options: Options) -> None:
    raw = encode_options(options)
    assert len(raw) % 4 == 0
    assert len(raw) <= 40
    assert option_fields(parse_options(raw)) == option_fields(options)


@given(option_sets())
def test_length_without_encoding(options: Options) -> None:
    assert options_length(options) == len(encode_options(options))


@given(st.binary(max_size=40))
@example(b"\x02")
@example(b"\x02\x00\x05\xb4")
@example(b"\x08\x0a\x00")
@example(b"\x05\x02")
def test_any_bytes_are_survived(raw: bytes) -> None:
    options = parse_options(raw)
    again = encode_options(options)
    assert len(again) <= 40
    if options.malformed:
        assert raw  # something stood there


@pytest.mark.parametrize("raw", ["0200", "0201", "0205b4", "fd", "01fd00", "080a00000001"])
def test_a_bad_length_ends_the_reading(raw: str) -> None:
    """MUST-7: survived and reported; what stood before it counts."""
    options = parse_options(bytes.fromhex("020405b4" + raw))
    assert options.malformed
    assert options.mss == 1460


def test_unknown_kinds_are_skipped_by_their_length() -> None:
    """MUST-6: kind 253 says nothing to us; the option after it counts."""
    options = parse_options(bytes.fromhex("fd06aabbccdd020405b401030307"))
    assert options.unknown == (253,)
    assert options.mss == 1460
    assert not options.malformed


def test_a_known_kind_of_a_wrong_length_is_skipped() -> None:
    options = parse_options(bytes.fromhex("0203aa0304aabb0503ff080401020402"))
    assert options.unknown == (2, 3, 5, 8)
    assert options.mss == options.window_scale == options.ts_val == -1
    assert options.sack == ()
    assert options.sack_permitted


def test_no_alignment_is_asked_for() -> None:
    """MUST-64: an option may begin at any octet."""
    options = parse_options(bytes.fromhex("01080a0000000a0000000b020405b4030302"))
    assert (options.ts_val, options.ts_ecr, options.mss, options.window_scale) == (10, 11, 1460, 2)


def test_nothing_counts_after_the_end_of_the_list() -> None:
    options = parse_options(bytes.fromhex("00020405b4000000"))
    assert options.mss == -1
    assert not options.malformed


def test_padding_after_the_last_option_is_zero() -> None:
    """MUST-69: an odd cookie makes padding necessary."""
    assert encode_options(Options(fastopen=b"\1\2\3\4\5")).hex() == "2207010203040500"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 15, 17, 18])
def test_cookies_of_a_wrong_length_are_skipped(size: int) -> None:
    """RFC 7413 §4.1.1: 4 to 16 octets, an even number."""
    options = parse_options(bytes((34, 2 + size)) + bytes(size))
    assert options.fastopen is None
    assert options.unknown == (34,)


def test_as_many_sack_blocks_as_fit() -> None:
    blocks = tuple((n, n + 1) for n in range(0, 12, 2))
    alone = parse_options(encode_options(Options(sack=blocks)))
    beside = parse_options(encode_options(Options(ts_val=1, sack=blocks)))
    assert alone.sack == blocks[:4]
    assert beside.sack == blocks[:3]
    assert options_length(Options(ts_val=1, sack=blocks)) == 40


def test_no_options_are_one_object() -> None:
    assert parse_options(b"") is NO_OPTIONS
    assert encode_options(NO_OPTIONS) == b""
    assert options_length(NO_OPTIONS) == 0


BSD = [
    (Options(mss=1460), "020405b4"),
    (
        Options(mss=1460, window_scale=6, sack_permitted=True, ts_val=1, ts_ecr=2),
        "020405b4" "01030306" "0402" "080a" "00000001" "00000002",
    ),
    (Options(mss=1460, sack_permitted=True), "020405b4" "0402" "0000"),
    (Options(mss=1460, ts_val=1, ts_ecr=2), "020405b4" "0101080a" "00000001" "00000002"),
    (
        Options(mss=1460, window_scale=6, sack_permitted=True, ts_val=1, fastopen=b""),
        "020405b4" "01030306" "0402" "080a" "00000001" "00000000" "2202" "0000",
    ),
    (
        Options(ts_val=1, sack=((3, 4),)),
        "0101080a" "00000001" "00000000" "0101050a" "00000003" "00000004",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("options", "raw"), BSD)
def test_written_as_freebsd_writes_them(options: Options, raw: str) -> None:
    """tcp_addoptions(): NOPs where an option wants its alignment, zeros at the end."""
    options.bsd_order = True
    assert encode_options(options).hex() == raw
    assert options_length(options) == len(raw) // 2


@given(option_sets())
def test_round_trip_in_freebsds_order(options: Options) -> None:
    options.bsd_order = True
    raw = encode_options(options)
    assert len(raw) % 4 == 0
    assert len(raw) <= 40
    found = parse_options(raw)
    assert (found.mss, found.ts_val, found.window_scale) == (
        options.mss,
        options.ts_val,
        min(options.window_scale, 255),
    )


def test_a_copy_has_every_field() -> None:
    """An option that a copy forgot would vanish where a fault or a signature changes another."""
    old = Options(1460, 7, True, 5, 6, ((1, 2),), b"cookie", True)
    old.bsd_order, old.md5, old.wire_length = True, bytes(16), 40
    old.unknown, old.malformed = (99,), True
    new = old.copy()
    names = [name for name in dir(old) if not name.startswith("_") and name != "copy"]
    assert len(names) == 13
    assert all(getattr(new, name) == getattr(old, name) for name in names)
    new.mss = 1
    assert old.mss == 1460


@given(st.integers(0, 0xFFFF), st.integers(0, 255), st.integers(0, 0xFFFFFFFF), st.integers(0, 3))
def test_the_usual_syn_is_read_and_written_as_any_other(
    mss: int, scale: int, stamp: int, moved: int
) -> None:
    """In one go; the same octets with a NOP more are read one by one, and mean the same."""
    options = Options(mss, scale, True, stamp, stamp ^ 0xFFFFFFFF)
    raw = encode_options(options)
    assert len(raw) == 20
    slow = parse_options(bytes((1,)) * (4 * moved) + raw[:16] + raw[17:] + bytes((1,)))
    for read in (parse_options(raw), slow):
        assert (read.mss, read.window_scale, read.sack_permitted) == (mss, scale, True)
        assert (read.ts_val, read.ts_ecr) == (stamp, stamp ^ 0xFFFFFFFF)
        assert not read.malformed
        assert read.sack == ()
    assert raw[:4] == bytes((2, 4, mss >> 8, mss & 0xFF))
    assert raw[4:8] == bytes((4, 2, 8, 10))
    assert raw[16:] == bytes((1, 3, 3, scale))
