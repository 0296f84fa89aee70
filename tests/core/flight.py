"""A sender with a flight outstanding, and ACKs for it: for the tests of recovery."""

from synfin.core import undo
from synfin.core.recovery import advance, react
from synfin.core.scoreboard_range import Sent
from synfin.core.sender import Sender
from synfin.core.settings import RFC, Settings
from synfin.core.timers import Timers
from tests.core.pair import MS

ISS = 1 << 32
MSS = 100


def at(octets: int) -> int:
    """Absolute number of the octet at ``octets``."""
    return ISS + 1 + octets


def sender(segments: int = 10, sack: bool = False, settings: Settings = RFC) -> Sender:
    """``segments`` of MSS octets are outstanding, sent at 0, 1, 2 ... ms."""
    snd = Sender(settings, ISS, Timers())
    snd.set_mss(MSS, MSS, fresh=True)
    snd.snd_una = snd.snd_nxt = snd.snd_max = ISS + 1
    snd.recover = ISS
    snd.sack_ok = sack
    snd.set_window(65535, 1, ISS + 1)
    snd.buffer.append(bytes(segments * MSS))
    for n in range(segments):
        start = ISS + 1 + n * MSS
        was_empty = snd.board.empty()
        snd.board.add(Sent(start, start + MSS, n * MS, 0, MSS))
        snd.snd_nxt = snd.snd_max = start + MSS
        snd.sent_new(was_empty, n * MS)
    return snd


def acknowledge(
    snd: Sender, ack: int, now: int, *blocks: tuple[int, int], echo: int = -1, ecr: int = -1
) -> None:
    """An ACK that moves SND.UNA, with SACK ``blocks`` (octets) and a timestamp's RTT."""
    snd.news.begin(now, snd.snd_una, snd.recover, snd.fack, snd.rtt.min_rtt)
    snd.news.echo = ecr
    for left, right in blocks:
        snd.board.sack(at(left), at(right), snd.news)
    advance(snd, ack, echo, now)
    react(snd, snd.news)


def duplicate(snd: Sender, now: int, *blocks: tuple[int, int]) -> None:
    """A duplicate ACK, with SACK ``blocks``."""
    snd.news.begin(now, snd.snd_una, snd.recover, snd.fack, snd.rtt.min_rtt)
    for left, right in blocks:
        snd.board.sack(at(left), at(right), snd.news)
    snd.dupacks += 1
    snd.news.duplicate = True
    react(snd, snd.news)


def send_again(snd: Sender, now: int, stamp: int = 0) -> tuple[int, int]:
    """Retransmit the first lost range; its octets."""
    index = snd.board.next_lost()
    sent = snd.board.ranges[index]
    undo.note_retransmission(snd, stamp, sent.cost)
    snd.board.sent_again(index, now)
    snd.spend(sent.cost)
    snd.retransmit_now = False
    snd.sent_again(index == snd.board.head, now)
    return sent.start - at(0), sent.end - at(0)


def lost(snd: Sender) -> list[tuple[int, int]]:
    """What is deemed lost and not yet sent again, in octets."""
    return [(r.start - at(0), r.end - at(0)) for r in snd.board.ranges[snd.board.head :] if r.lost]


def more(snd: Sender, segments: int, now: int) -> None:
    """``segments`` of MSS octets leave besides."""
    snd.buffer.append(bytes(segments * MSS))
    for _ in range(segments):
        snd.board.add(Sent(snd.snd_nxt, snd.snd_nxt + MSS, now, 0, MSS))
        snd.snd_nxt += MSS
    snd.snd_max = snd.snd_nxt
