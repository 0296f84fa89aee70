"""ECN (RFC 3168, SHLD-8): what both SYNs agree on."""

import pytest

from synfin.core.ecn import Ecn, agrees, asks, listener_agrees
from synfin.core.settings import BSD44, LINUX, RFC, SECOND, Settings
from synfin.wire.tcp import ACK, CE, CWR, ECE, ECT_0, SYN, Options, Segment
from tests.core.pair import PLAIN, Solo

ASK = PLAIN.but(ecn="ask")
MSS = Options(mss=1460)


def flags(value: int) -> Segment:
    """A segment with these flags."""
    return Segment(1, 2, 0, 0, value, 0)


def test_only_both_flags_on_a_syn_ask_and_only_ece_on_a_syn_ack_agrees() -> None:
    """RFC 3168 §6.1.1; a SYN,ACK with both flags is a reflection of ours."""
    assert [f for f in (SYN, SYN | ECE, SYN | CWR, SYN | ECE | CWR) if asks(flags(f))] == [
        SYN | ECE | CWR
    ]
    assert [f for f in (0, ECE, CWR, ECE | CWR) if agrees(flags(SYN | ACK | f))] == [ECE]
    assert not asks(flags(SYN | ACK | ECE | CWR))
    assert not agrees(flags(ACK | ECE))


@pytest.mark.parametrize(
    ("ecn", "asked", "agreed"),
    [("off", False, False), ("accept", False, True), ("ask", True, True)],
)
def test_the_switch_says_who_asks_and_who_agrees(ecn: str, asked: bool, agreed: bool) -> None:
    """Linux tcp_ecn 0, 2, 1."""
    settings = PLAIN.but(ecn=ecn)
    client = Solo(settings)
    client.conn.open_active(client.now)
    (syn,) = client.poll()
    assert syn.flags == (SYN | ECE | CWR if asked else SYN)
    server = Solo(settings).listening()
    (answer,) = server.arrive(SYN | ECE | CWR, 0)
    assert answer.flags == (SYN | ACK | ECE if agreed else SYN | ACK)
    assert syn.ecn == answer.ecn == 0, "never ECT on a SYN or SYN,ACK"


def test_a_plain_syn_is_answered_plainly() -> None:
    (answer,) = Solo(ASK).listening().arrive(SYN, 0)
    assert answer.flags == SYN | ACK


def test_profiles() -> None:
    assert [s.ecn for s in (RFC, LINUX, BSD44)] == ["accept", "accept", "off"]


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="ecn must be one of off, accept, ask"):
        RFC.but(ecn="on")


def opened(settings: Settings, answer: int) -> Solo:
    """An active open whose SYN asks, answered with these flags."""
    solo = Solo(settings)
    solo.conn.open_active(solo.now)
    solo.poll()
    solo.arrive(SYN | ACK | answer, 0, 1, options=MSS)
    return solo


@pytest.mark.parametrize(("answer", "agreed"), [(0, False), (ECE, True), (ECE | CWR, False)])
def test_text_is_marked_only_when_the_peer_agreed(answer: int, agreed: bool) -> None:
    (text,) = opened(ASK, answer).send(b"text")
    assert text.ecn == (ECT_0 if agreed else 0)


def test_a_syn_that_goes_again_asks_no_more() -> None:
    """RFC 3168 §6.1.1.1."""
    solo = Solo(ASK)
    solo.conn.open_active(solo.now)
    solo.poll()
    (again,) = [segment for _, segment in solo.wait(SECOND)]
    assert again.flags == SYN
    without = Solo(ASK.but(ecn_fallback=False))
    without.conn.open_active(without.now)
    without.poll()
    assert [s.flags for _, s in without.wait(SECOND)] == [SYN | ECE | CWR]


@pytest.mark.parametrize(("strict", "marked"), [(True, False), (False, True)])
def test_after_a_plain_syn_the_answer_to_the_first_one(strict: bool, marked: bool) -> None:
    """RFC 3168 §6.1.1: who sent a SYN that did not ask sets no ECT; CE is echoed yet."""
    solo = Solo(ASK.but(ecn_strict_setup=strict))
    solo.conn.open_active(solo.now)
    solo.poll()
    solo.wait(SECOND)
    solo.arrive(SYN | ACK | ECE, 0, 1, options=MSS)
    (text,) = solo.send(b"text")
    assert text.ecn == (ECT_0 if marked else 0)
    assert bool(text.flags & CWR) is marked, "the SYN's timeout counts as congestion"
    marked_text = solo.segment(ACK, 1, 5, b"reply")
    marked_text.ecn = CE
    solo.conn.receive(marked_text, solo.now)
    (ack,) = solo.poll()
    assert ack.flags & ECE


@pytest.mark.parametrize(("strict", "marked"), [(True, False), (False, True)])
def test_a_peer_that_asked_and_then_did_not(strict: bool, marked: bool) -> None:
    solo = Solo(PLAIN.but(ecn_strict_setup=strict)).listening()
    solo.arrive(SYN | ECE | CWR, 0, options=MSS)
    (again,) = solo.arrive(SYN, 0, options=MSS)
    assert again.flags == SYN | ACK | ECE
    solo.arrive(ACK, 1, 1)
    assert solo.send(b"text")[0].ecn == (ECT_0 if marked else 0)


def test_linux_refuses_a_syn_that_is_marked_itself() -> None:
    """tcp_ecn_create_request()."""
    syn = flags(SYN | ECE | CWR)
    assert listener_agrees(syn, RFC)
    assert listener_agrees(syn, LINUX)
    syn.ecn = ECT_0
    assert listener_agrees(syn, RFC)
    assert not listener_agrees(syn, LINUX)


def test_crossing_syns_agree_when_both_ask() -> None:
    """Simultaneous open: an ECN-setup SYN is answered by an ECN-setup SYN,ACK."""
    for answer, said in ((ECE | CWR, ECE), (0, 0)):
        solo = Solo(ASK)
        solo.conn.open_active(solo.now)
        solo.poll()
        (crossed,) = solo.arrive(SYN | answer, 0, 0, options=MSS)
        assert crossed.flags == SYN | ACK | said


def test_nothing_is_agreed_to_begin_with() -> None:
    ecn = Ecn()
    assert (ecn.ok, ecn.may_mark, ecn.echo, ecn.seen) == (False, False, False, False)
