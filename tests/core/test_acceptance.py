"""What both SYNs agree on: MSS (§3.7.1), window scale, timestamps, SACK."""

import pytest

from synfin.core.errno import ETIMEDOUT
from synfin.core.settings import LINUX, RFC, SECOND
from synfin.wire.options import parse_options
from synfin.wire.tcp import ACK, SYN, Options
from tests.core.pair import PLAIN, Duo, Solo

BARE = Options()
"""No option at all, and not the one that stands for the usual MSS."""


def offered(solo: Solo) -> Options:
    """The options of our SYN."""
    solo.conn.open_active(solo.now)
    (syn,) = solo.poll()
    assert syn.flags == SYN
    return syn.options


# --- MSS ---------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "default"), [(4, 536), (16, 1220)])
def test_without_an_mss_option_the_default_holds(size: int, default: int) -> None:
    """MUST-15."""
    solo = Solo(size=size).established(BARE)
    (first, *_) = solo.send(bytes(5000))
    assert len(first.payload) == default


@pytest.mark.parametrize(
    ("size", "peer", "mtu", "expected"),
    [
        (4, 1460, 1500, 1460),
        (4, 1000, 1500, 1000),
        (4, 1460, 1000, 960),
        (4, 8960, 1500, 1460),
        (16, 1440, 1500, 1440),
        (16, 8960, 1280, 1220),
    ],
)
def test_effective_send_mss(size: int, peer: int, mtu: int, expected: int) -> None:
    """MUST-14, MUST-16: min(SendMSS + 20, MMS_S) - TCPhdrsize - IPoptionsize."""
    solo = Solo(size=size, mtu=mtu).established(Options(mss=peer))
    (first, *_) = solo.send(bytes(20_000))
    assert len(first.payload) == expected


def test_options_come_out_of_the_mss() -> None:
    """MUST-16, RFC 6691: 12 octets of timestamps, 12 more for one SACK block."""
    settings = RFC.but(delayed_ack_ns=0)
    both = Options(mss=1460, ts_val=1, sack_permitted=True)
    solo = Solo(settings).established(both)
    assert [len(s.payload) for s in solo.send(bytes(2896))] == [1448, 1448]
    solo.conn.receive(solo.segment(ACK, 5, 1, b"hole", options=Options(ts_val=2)), solo.now)
    solo.poll()
    assert [len(s.payload) for s in solo.send(bytes(1436))] == [1436]


@pytest.mark.parametrize("mss", [0, 1, 10])
def test_an_absurdly_small_mss_is_survived(mss: int) -> None:
    solo = Solo().established(Options(mss=mss), mss=0)
    assert solo.send(bytes(100))


@pytest.mark.parametrize(
    ("size", "mtu", "expected"),
    [(4, 1500, 1460), (4, 576, 536), (16, 1500, 1440), (16, 1280, 1220)],
)
def test_the_mss_announced(size: int, mtu: int, expected: int) -> None:
    """MUST-14, MUST-67: at most MMS_R - 20; SHLD-5, MAY-3: in each SYN."""
    assert offered(Solo(size=size, mtu=mtu)).mss == expected


def test_a_syn_ack_announces_it_too() -> None:
    """MUST-14."""
    solo = Solo().listening()
    (answer,) = solo.arrive(SYN, 0, 0, options=Options(mss=536))
    assert answer.options.mss == 1460


def test_only_syns_carry_the_mss_option() -> None:
    """MUST-65."""
    duo = Duo(LINUX)
    duo.b.open_passive(duo.now)
    duo.a.open_active(duo.now)
    duo.run(SECOND)
    duo.a.send(bytes(50_000), duo.now)
    duo.a.shutdown(duo.now)
    duo.run(SECOND)
    for _, _, segment in duo.sent:
        assert (segment.options.mss > 0) == bool(segment.flags & SYN)


def test_tcp_maxseg_lowers_both() -> None:
    solo = Solo()
    solo.conn.user_mss = 700
    assert offered(solo).mss == 700
    solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460))
    assert [len(s.payload) for s in solo.send(bytes(1400))] == [700, 700]


# --- window scale (RFC 7323 §2) ----------------------------------------------------


def test_the_windows_of_syns_are_not_scaled() -> None:
    solo = Solo(PLAIN.but(window_scale=3, receive_buffer=1 << 20))
    solo.established(Options(mss=1460, window_scale=2), window=1000)
    assert solo.conn.snd.snd_wnd == 1000
    solo.arrive(ACK, 1, 1, window=1000)
    assert solo.conn.snd.snd_wnd == 4000


def test_ours_is_scaled_once_agreed() -> None:
    solo = Solo(PLAIN.but(window_scale=3, receive_buffer=1 << 19))
    solo.conn.open_active(solo.now)
    (syn,) = solo.poll()
    assert (syn.window, syn.options.window_scale) == (0xFFFF, 3)
    (ack,) = solo.arrive(SYN | ACK, 0, 1, options=Options(mss=1460, window_scale=0))
    assert ack.window == 0xFFFF
    assert solo.conn.rcv.rcv_wnd == 0xFFFF << 3


def test_without_the_peers_option_nothing_is_scaled() -> None:
    solo = Solo(PLAIN.but(window_scale=3, receive_buffer=1 << 20)).established(Options(mss=1460))
    assert (solo.conn.rcv.scale, solo.conn.snd.scale) == (0, 0)
    (segment,) = solo.send(b"x")
    assert segment.window == 0xFFFF


def test_a_shift_above_14_counts_as_14() -> None:
    """RFC 7323 §2.3."""
    solo = Solo(PLAIN.but(window_scale=7)).established(Options(mss=1460, window_scale=255))
    assert solo.conn.snd.scale == 14


# --- which options are offered and answered ----------------------------------------


def test_a_syn_ack_offers_only_what_the_syn_did() -> None:
    solo = Solo(RFC).listening()
    (answer,) = solo.arrive(SYN, 0, 0, options=Options(mss=1460, sack_permitted=True))
    options = answer.options
    assert options.sack_permitted
    assert (options.ts_val, options.window_scale) == (-1, -1)


def test_a_syn_ack_echoes_the_syns_timestamp() -> None:
    """RFC 7323 §3.2."""
    solo = Solo(RFC).listening()
    (answer,) = solo.arrive(SYN, 0, 0, options=Options(mss=1460, ts_val=4711))
    assert (answer.options.ts_val, answer.options.ts_ecr) == (solo.conn.ts_now(), 4711)


def test_the_echo_of_a_first_syn_is_zero() -> None:
    """RFC 7323 §3.2: TSecr is valid only with ACK; without it, zero."""
    assert offered(Solo(RFC)).ts_ecr == 0


# --- options in any segment, in any shape (MUST-4 to MUST-7, MUST-64, MUST-68) -----


@pytest.mark.parametrize(
    "raw",
    [
        "01 01 01 00",  # NOP, NOP, NOP, EOL
        "fd 06 de ad be ef 00 00",  # an experiment nobody knows (MUST-6)
        "01 02 04 05 b4 00 00 00",  # MSS off its word boundary (MUST-64), and not on a SYN
        "02 00 00 00",  # length 0 (MUST-7)
        "08 ff 00 00",  # longer than the header (MUST-7)
        "fd",  # a length that is not there (MUST-68, MUST-7)
    ],
)
@pytest.mark.parametrize("state", ["LISTEN", "ESTABLISHED"])
def test_options_of_all_sorts_leave_the_segment_alone(raw: str, state: str) -> None:
    """MUST-4, MUST-5: in a SYN as in any other segment."""
    options = parse_options(bytes.fromhex(raw))
    if state == "LISTEN":
        solo = Solo().listening()
        assert solo.show(*solo.arrive(SYN, 0, 0, options=options)) == ["SYN,ACK 0+0 1"]
    else:
        solo = Solo().established()
        assert solo.show(*solo.arrive(ACK, 1, 1, b"text", options=options)) == ["ACK 1+0 5"]
        assert solo.conn.effective_mss == 1460, "an MSS counts on a SYN only"


# --- FreeBSD -----------------------------------------------------------------------


def test_buffers_become_whole_segments() -> None:
    """Switch whole_segment_buffers: tcp_mss() rounds up what holds more than one."""
    settings = PLAIN.but(whole_segment_buffers=True, receive_buffer=65_536, send_buffer=1000)
    solo = Solo(settings).established()
    assert solo.conn.rcv.buffer_size == 45 * 1460
    assert solo.conn.snd.buffer_size == 1000


def test_options_are_dropped_from_late_syns() -> None:
    """Switch syn_options_dropped_after."""
    solo = Solo(RFC.but(syn_options_dropped_after=2))
    solo.conn.open_active(solo.now)
    solo.poll()
    sent = solo.wait(4 * SECOND)
    assert [one[1].options.window_scale for one in sent] == [7, -1]
    assert [one[1].options.mss for one in sent] == [1460, 1460]


def test_the_opening_has_its_own_limit_and_loses_it() -> None:
    """Switch opening_timeout_ns."""
    settings = PLAIN.but(opening_timeout_ns=5 * SECOND)
    solo = Solo(settings).syn_sent()
    solo.wait(6 * SECOND)
    assert (solo.state, solo.conn.error) == ("CLOSED", ETIMEDOUT)
    solo = Solo(settings).established()
    solo.send(b"text")
    solo.wait(8 * SECOND)
    assert solo.state == "ESTABLISHED"
