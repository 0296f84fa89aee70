"""Two endpoints in the corners where each might wait for the other for ever."""

import pytest

from synfin.core.settings import BSD44, FREEBSD, LINUX, RFC, Settings
from synfin.sim.faults import parse_fault
from tests.sim.programs import SECOND, B, Pair, Stream

PROFILES = pytest.mark.parametrize(
    "settings", [RFC, LINUX, FREEBSD, BSD44], ids=["rfc", "linux", "freebsd", "bsd44"]
)


def run_out(pair: Pair) -> None:
    assert pair.net.run(max_events=200_000) == "quiescent"
    assert pair.states() == []


def drop(pair: Pair, *faults: str) -> None:
    for fault in faults:
        pair.net.add_fault(parse_fault(fault))


@PROFILES
def test_both_windows_closed_at_once(settings: Settings) -> None:
    """Nobody reads, both have more to say; all updates are lost once reading begins."""
    pair = Pair(settings.but(receive_buffer=1000))
    text = bytes(5000)
    a = pair.established(text, text, finish=False)
    b = pair.b.accepted[0]
    a.reads = b.reads = False
    pair.net.run(until_ns=60 * SECOND)
    a.reads = b.reads = True
    for stream in (a, b):
        stream.finish = True
        stream.pump()
    pair.net.service()
    run_until_read(pair, a, b, 5000)
    for stream in (a, b):
        stream.sock.close()
    run_out(pair)


def run_until_read(pair: Pair, a: Stream, b: Stream, size: int) -> None:
    pair.net.run(until_ns=pair.net.now + 300 * SECOND)
    assert (a.got, b.got) == (size, size)
    assert a.eof
    assert b.eof


@PROFILES
@pytest.mark.parametrize("lost", ["A>B FIN nth=1 drop", "B>A FIN nth=1 drop", "* FIN nth=1-2 drop"])
@pytest.mark.parametrize("together", [False, True])
def test_a_lost_fin_comes_again_in_every_closing_state(
    settings: Settings, lost: str, together: bool
) -> None:
    """FIN-WAIT-1, CLOSING and LAST-ACK have a timer each."""
    pair = Pair(settings)
    a = pair.established()
    b = pair.b.accepted[0]
    drop(pair, lost, "* ACK nth=4 drop")
    pair.net.at(pair.net.now, lambda: a.sock.shutdown(1), "A")
    pair.net.at(pair.net.now + (0 if together else SECOND), lambda: b.sock.shutdown(1), "B")
    pair.net.run(until_ns=pair.net.now + 60 * SECOND)
    for stream in (a, b):
        stream.pump()
        assert stream.eof
        stream.sock.close()
    run_out(pair)


@PROFILES
def test_a_fin_waits_for_a_window_and_then_goes(settings: Settings) -> None:
    pair = Pair(settings.but(receive_buffer=1000))
    a = pair.established()
    b = pair.b.accepted[0]
    b.reads = False
    a.data, a.finish = bytes(1000), True
    a.pump()
    pair.net.service()
    pair.net.run(until_ns=pair.net.now + 30 * SECOND)
    b.reads = b.finish = True
    b.pump()
    pair.net.service()
    pair.net.run(until_ns=pair.net.now + 120 * SECOND)
    assert b.got == 1000
    assert b.eof
    a.sock.close()
    b.sock.close()
    run_out(pair)


@pytest.mark.parametrize("edge", [False, True])
def test_full_windows_both_ways_and_losses(edge: bool) -> None:
    """ACKs from behind a full window must not be needed for either stream to go on."""
    pair = Pair(LINUX.but(receive_buffer=8000, right_edge_acks=edge), loss=0.03, reorder=0.02)
    text = bytes(300_000)
    pair.b.listen(lambda sock: Stream(sock, text))
    a = pair.a.connect(B, data=text)
    pair.net.run(until_ns=200 * SECOND)
    b = pair.b.accepted[0]
    assert (a.got, b.got) == (300_000, 300_000)
