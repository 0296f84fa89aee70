"""Two real endpoints over a bad link: what tests against a scripted peer do not find.

Each failure that design notes name ("the dearest lesson") has its test here.
"""

import hashlib
import random
import struct

import pytest

from synfin.core.errno import ECONNREFUSED, ECONNRESET, EHOSTUNREACH
from synfin.core.settings import BSD44, FREEBSD, LINUX, RFC, Settings
from synfin.host import constants as c
from synfin.host.sockets import Socket
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from synfin.sim.tap import LogTap
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.tcp import ACK, FIN, SYN, Options, Segment
from tests.sim.programs import MS, SECOND, A, B, Pair, Programs, Stream

PROFILES = {"rfc": RFC, "linux": LINUX, "freebsd": FREEBSD, "bsd44": BSD44}


def bad_pair(settings: Settings, delay: int, bytes_mode: bool = False) -> Pair:
    """1 % loss, 1 % duplication, reordering, corruption."""
    return Pair(
        settings,
        delay=delay,
        bytes_mode=bytes_mode,
        loss=0.01,
        duplicate=0.01,
        reorder=0.02,
        corrupt=0.005,
    )


def octets(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def both_ways(pair: Pair, size: int) -> tuple[Stream, Stream]:
    """``size`` octets in each direction, both ends close when they have sent all."""
    one, other = octets(1, size), octets(2, size)
    pair.b.listen(lambda sock: Stream(sock, other))
    stream = pair.a.connect(B, data=one)
    pair.net.run(max_events=40 * size // 1000 + 20_000, until_ns=3600 * SECOND)
    (answer,) = pair.b.accepted
    assert (stream.errno, answer.errno) == (0, 0)
    assert (stream.got, answer.got) == (size, size)
    assert answer.digest.digest() == hashlib.sha256(one).digest()
    assert stream.digest.digest() == hashlib.sha256(other).digest()
    assert stream.eof
    assert answer.eof
    return stream, answer


# --- bulk over a bad link -------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_bulk_both_ways_over_a_bad_link(profile: str) -> None:
    pair = bad_pair(PROFILES[profile], 10 * MS)
    both_ways(pair, 500_000)
    assert pair.tap.repeats["A"] > 0, "the link was bad enough to need repeats"


@pytest.mark.parametrize(
    ("profile", "other"), [("freebsd", "linux"), ("linux", "freebsd"), ("rfc", "linux")]
)
def test_different_stacks_over_a_bad_link(profile: str, other: str) -> None:
    pair = bad_pair(PROFILES[profile], 10 * MS)
    pair.b.host.settings = PROFILES[other]
    both_ways(pair, 300_000)


@pytest.mark.parametrize("seed", range(4))
def test_bulk_over_a_very_bad_link(seed: int) -> None:
    pair = Pair(LINUX, delay=5 * MS, seed=seed, loss=0.1, duplicate=0.1, reorder=0.1, corrupt=0.05)
    both_ways(pair, 60_000)


@pytest.mark.soak
def test_100_megabytes_each_way_at_one_percent() -> None:
    both_ways(bad_pair(LINUX, 2 * MS), 100_000_000)


def test_bulk_through_a_narrow_queue() -> None:
    pair = Pair(LINUX, delay=5 * MS, rate_bps=10_000_000, queue_packets=20)
    both_ways(pair, 500_000)
    assert any(sent.fate == "queue-full" for sent in pair.tap.sent)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_run_twice_and_by_octets_is_the_same(profile: str) -> None:
    logs = []
    for bytes_mode in (False, False, True):
        pair = bad_pair(PROFILES[profile], 5 * MS, bytes_mode)
        log = LogTap()
        pair.net.tap(log)
        both_ways(pair, 60_000)
        logs.append(log.lines)
    assert logs[0] == logs[1], "a run must not depend on anything but its inputs"
    assert logs[0] == logs[2], "objects and octets must make the same run"


# --- the dearest lesson -----------------------------------------------------------------


def test_nagle_with_timestamps_does_not_send_one_segment_per_round_trip() -> None:
    settings = LINUX.but(timestamps=True, nagle=True)
    pair = Pair(settings)
    both_ways(pair, 200_000)
    sizes = [len(s.packet.body.payload) for s in pair.tap.segments("A")]  # type: ignore[union-attr]
    full = [size for size in sizes if size == 1448]
    assert len(full) >= 130, "1448 octets is a full segment beside a timestamp option"
    last = max(s.time for s in pair.tap.segments("A") if s.packet.body.payload)  # type: ignore[union-attr]
    assert last < 10 * 100 * MS, "138 segments take a few round trips, not 138"


def test_small_writes_do_coalesce_under_nagle() -> None:
    pair = Pair(LINUX)
    stream = pair.established()

    def write() -> None:
        stream.sock.send(b"x" * 50)

    for number in range(20):
        pair.net.at(pair.net.now + number * MS, write, "A")
    before = len(pair.tap.segments("A"))
    pair.net.run(until_ns=pair.net.now + 2 * SECOND)
    texts = [s for s in pair.tap.segments("A")[before:] if s.packet.body.payload]  # type: ignore[union-attr]
    assert len(texts) == 2, "the first write at once, the rest together"
    assert pair.b.accepted[0].got == 1000


def test_queued_out_of_order_data_is_not_judged_again_by_paws() -> None:
    settings = LINUX.but(timestamps=True, sack=True)
    pair = Pair(settings, delay=10 * MS, loss=0.01)
    both_ways(pair, 3_000_000)
    lost = pair.tap.lost_text["A"]
    assert lost > 10
    assert lost <= pair.tap.repeats["A"] <= 2 * lost + 5


def test_a_reset_is_not_read_as_a_clean_end() -> None:
    pair = Pair(LINUX)
    stream = pair.established()
    child = pair.b.accepted[0].sock

    def abort() -> None:
        child.setsockopt(c.SOL_SOCKET, c.SO_LINGER, struct.pack("ii", 1, 0))
        child.close()

    pair.net.at(pair.net.now, abort, "B")
    pair.net.run(until_ns=pair.net.now + SECOND)
    assert stream.errno == ECONNRESET
    assert not stream.eof


@pytest.mark.parametrize("fault", ["", "A>B FIN nth=1 drop", "A>B DATA nth=1 drop"])
def test_eof_after_shutdown_is_seen_and_the_other_direction_lives_on(fault: str) -> None:
    pair = Pair(RFC)
    if fault:
        pair.net.add_fault(parse_fault(fault))
    stream = pair.established()
    (answer,) = pair.b.accepted

    def finish() -> None:
        stream.sock.send(b"last words")
        stream.sock.shutdown(c.SHUT_WR)

    pair.net.at(pair.net.now, finish, "A")
    pair.net.run(until_ns=pair.net.now + 10 * SECOND)
    assert bytes(answer.text) == b"last words"
    assert answer.eof
    assert not stream.eof
    answer.data, answer.finish = b"answer", True
    pair.net.at(pair.net.now, answer.pump, "B")
    pair.net.run(until_ns=pair.net.now + 10 * SECOND)
    assert bytes(stream.text) == b"answer"
    assert stream.eof


@pytest.mark.parametrize("profile", ["rfc", "linux"])
def test_draining_a_full_buffer_opens_the_window_at_once(profile: str) -> None:
    pair = Pair(PROFILES[profile].but(receive_buffer=20_000))
    stream = pair.established()
    (answer,) = pair.b.accepted
    answer.reads = False
    stream.data, stream.finish = octets(3, 100_000), True
    pair.net.at(pair.net.now, stream.pump, "A")
    pair.net.run(until_ns=pair.net.now + 20 * SECOND)
    assert pair.b.host.connections(), "still open"
    assert answer.got == 0
    drained = pair.net.now
    answer.reads = True
    count = len(pair.tap.sent)
    pair.net.at(drained, answer.pump, "B")
    pair.net.run(until_ns=drained + 2 * SECOND)
    update = pair.tap.sent[count]
    body = update.packet.body
    assert isinstance(body, Segment)
    assert (update.origin, update.time) == ("B", drained)
    assert body.window > 0
    assert answer.got == 100_000
    assert answer.eof


def test_a_lost_window_update_is_repaired_by_probes() -> None:
    pair = Pair(RFC.but(receive_buffer=10_000))
    stream = pair.established()
    (answer,) = pair.b.accepted
    answer.reads = False
    stream.data, stream.finish = octets(3, 30_000), True
    pair.net.at(pair.net.now, stream.pump, "A")
    pair.net.run(until_ns=pair.net.now + 20 * SECOND)
    pair.net.add_fault(parse_fault("B>A ACK nth=1 drop"))
    answer.reads = True
    pair.net.at(pair.net.now, answer.pump, "B")
    pair.net.run(until_ns=pair.net.now + 200 * SECOND)
    assert answer.got == 30_000
    assert answer.eof


@pytest.mark.parametrize("count", [1, 200])
def test_time_wait_costs_one_event_per_connection(count: int) -> None:
    pair = Pair(LINUX, delay=MS)
    pair.b.listen(lambda sock: Stream(sock), backlog=count)
    streams = [pair.a.connect(B) for _ in range(count)]
    pair.net.run(until_ns=5 * SECOND)
    for stream in streams:
        assert stream.eof
        stream.sock.close()
    pair.net.run(until_ns=10 * SECOND)
    for answer in pair.b.accepted:
        answer.sock.close()
    pair.net.run(until_ns=15 * SECOND)
    waiting = [state for state in pair.states() if state == "TIME-WAIT"]
    assert len(waiting) == count
    before = pair.net.events
    assert pair.net.run() == "quiescent"
    assert pair.states() == []
    assert pair.net.events - before <= count + 2


def test_an_orphan_in_fin_wait_2_goes_away_on_linux() -> None:
    pair = Pair(LINUX)
    stream = pair.established()
    start = pair.net.now
    pair.net.at(start, stream.sock.close, "A")
    pair.net.run(until_ns=start + 59 * SECOND)
    assert pair.states() == ["FIN-WAIT-2", "CLOSE-WAIT"]
    pair.net.run(until_ns=start + 61 * SECOND)
    assert pair.states() == ["CLOSE-WAIT"]


def test_fin_wait_2_after_shutdown_waits_for_the_peer() -> None:
    pair = Pair(LINUX)
    stream = pair.established()
    start = pair.net.now
    pair.net.at(start, lambda: stream.sock.shutdown(c.SHUT_WR), "A")
    pair.net.run(until_ns=start + 7000 * SECOND)
    assert pair.states() == ["FIN-WAIT-2", "CLOSE-WAIT"]


@pytest.mark.parametrize("cookies", ["off", "always", "when-full"])
def test_half_open_connections_are_bounded(cookies: str) -> None:
    settings = LINUX.but(syn_cookies=cookies)
    net = Network()
    net.add_host("B", B, settings=settings)
    net.add_host("C", "10.0.0.3")
    net.add_attacker("X", "10.0.0.66")
    net.add_switch("S")
    for name in ("B", "C", "X"):
        net.link(name, "S", MS)
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock), backlog=8)
    net.service()
    most = 0
    for number in range(2000):
        syn = Segment(number + 1024, 80, number * 7919, 0, SYN, 65535, Options(mss=1460))
        source = bytes((10, 9, number >> 8, number & 0xFF))
        net.spoof("X", Packet(source, parse_address(B), PROTO_TCP, syn))
        net.run(until_ns=net.now + MS)
        most = max(most, len(server.host.connections()))
    assert most <= 1 + 9, "the listener, and backlog + 1 half-open ones"
    client = Programs(net, "C")
    stream = client.connect(B)
    net.run(until_ns=net.now + 3 * SECOND)
    assert (len(server.accepted) == 1) is (cookies != "off")
    assert stream.errno == 0


def test_a_fin_is_sent_again_in_closing() -> None:
    pair = Pair(RFC)
    stream = pair.established()
    (answer,) = pair.b.accepted
    start = pair.net.now
    pair.net.add_fault(parse_fault("A>B FIN nth=1-2 drop"))
    pair.net.at(start, lambda: stream.sock.shutdown(c.SHUT_WR), "A")
    pair.net.at(start, lambda: answer.sock.shutdown(c.SHUT_WR), "B")
    pair.net.run(until_ns=start + 500 * MS)
    assert pair.states()[0] == "CLOSING"
    pair.net.run(until_ns=start + 10 * SECOND)
    fins = [sent.time - start for sent in pair.tap.segments("A", FIN)]
    assert fins == [0, SECOND, 3 * SECOND]
    assert pair.states() == ["TIME-WAIT", "TIME-WAIT"]
    assert pair.net.run() == "quiescent"
    assert pair.states() == []


@pytest.mark.parametrize("code", [0, 1, 2, 3, 13])
@pytest.mark.parametrize("profile", ["rfc", "linux"])
def test_unreachable_never_makes_connect_succeed(profile: str, code: int) -> None:
    net = Network()
    net.add_host("A", A, settings=PROFILES[profile])
    net.add_host("B", B)
    net.add_router("R", "10.0.0.254")
    net.link("A", "R", 10 * MS)
    net.link("R", "B", 10 * MS)
    net.reject("R", "A>B TCP", 3, code)
    client = Programs(net, "A")
    stream = client.connect(B, data=b"must not be sent")
    net.run(until_ns=SECOND // 2)
    states = [row.state for row in client.host.connections()]
    hard = code in (2, 3)
    if profile == "linux" or hard:
        assert states == []
        expected = {0: 101, 1: EHOSTUNREACH, 2: 92, 3: ECONNREFUSED, 13: EHOSTUNREACH}[code]
        error = stream.errno or stream.sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR)
        assert error == expected
    else:
        assert states == ["SYN-SENT"]
    assert stream.sent == 0
    assert stream.got == 0
    net.run()
    assert client.host.connections() == []
    assert stream.errno != 0 or stream.sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR) != 0


# --- beyond the list --------------------------------------------------------------------


def test_a_refused_connection_is_told_apart_from_silence() -> None:
    pair = Pair(LINUX)
    stream = pair.a.connect(B, port=81)
    pair.net.run(until_ns=SECOND)
    assert stream.errno == ECONNREFUSED
    assert pair.states() == []


def test_the_peer_reboots_and_answers_with_a_reset() -> None:
    pair = Pair(LINUX)
    stream = pair.established()
    host = pair.net.host("B")
    start = pair.net.now
    pair.net.at(start, host.crash, "B")
    pair.net.at(start + 200 * MS, host.reboot, "B")
    pair.net.run(until_ns=start + 300 * MS)
    stream.data = b"hello?"
    pair.net.at(start + 500 * MS, stream.pump, "A")
    pair.net.run(until_ns=start + 2 * SECOND)
    assert stream.errno == ECONNRESET
    assert pair.states() == []


def test_path_mtu_is_learnt_through_a_router() -> None:
    net = Network()
    net.add_host("A", A, settings=LINUX)
    net.add_host("B", B, settings=LINUX)
    net.add_router("R1", "10.0.1.1")
    net.add_router("R2", "10.0.1.2")
    net.link("A", "R1", MS)
    net.link("R1", "R2", MS, mtu=1000)
    net.link("R2", "B", MS)
    server, client = Programs(net, "B"), Programs(net, "A")
    server.listen(lambda sock: Stream(sock))
    data = octets(5, 100_000)
    client.connect(B, data=data)
    net.run(until_ns=60 * SECOND)
    assert server.accepted[0].digest.digest() == hashlib.sha256(data).digest()
    assert server.accepted[0].eof


def test_self_connect_talks_to_itself() -> None:
    pair = Pair(LINUX)
    host = pair.a.host
    sock = host.socket(c.SOCK_STREAM)
    stream = Stream(sock, b"echo", finish=False)
    pair.a.streams[sock] = stream
    sock.bind((A, 4000))
    with pytest.raises(BlockingIOError):
        sock.connect((A, 4000))
    pair.net.run(until_ns=SECOND)
    assert pair.states() == ["ESTABLISHED"]
    assert bytes(stream.text) == b"echo"


def silent_listener(settings: Settings) -> tuple[Pair, Socket]:
    pair = Pair(settings)
    sock = pair.b.host.socket(c.SOCK_STREAM)
    sock.bind(("0.0.0.0", 80))
    sock.listen(1)
    return pair, sock


def test_an_accept_queue_that_is_full_stays_bounded() -> None:
    pair, _ = silent_listener(LINUX)
    for _ in range(20):
        pair.a.connect(B)
    pair.net.run(until_ns=10 * SECOND)
    at_b = list(pair.b.host.connections())
    assert len(at_b) <= 1 + 2 + 2, "listener, accept queue, SYN queue: backlog + 1 each"
    assert len(pair.tap.segments("B", SYN | ACK)) > 0
