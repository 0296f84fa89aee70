"""Defects once found by reading or by random runs; each stays away."""

from synfin.core.errors import NetworkError
from synfin.core.settings import LINUX, RFC, SECOND
from synfin.core.states import State
from synfin.wire.tcp import ACK, FIN, SYN, Options
from tests.core.pair import MS, PLAIN, Duo, Solo


def test_a_repeated_syn_with_text_is_no_other_syn() -> None:
    """App. A.2: its text overlaps the window, and still it is the SYN we know."""
    for answer, profile in (("listen", PLAIN), ("reset", PLAIN)):
        solo = Solo(profile.but(syn_received_new_syn=answer)).listening()
        for _ in range(2):
            assert solo.show(*solo.arrive(SYN, 0, 0, b"hello")) == ["SYN,ACK 0+0 1"]
        assert solo.conn.state is State.SYN_RECEIVED


def test_a_lone_fin_stays_within_the_window() -> None:
    """§3.8.6: the FIN takes a number, too. Beyond the window it would make all our
    ACKs unacceptable to a peer whose window closes behind the text."""
    solo = Solo().established(window=10)
    assert solo.show(*solo.send(b"0123456789")) == ["PSH,ACK 1+10 1"]
    solo.conn.shutdown(solo.now)
    assert solo.poll() == []
    assert solo.arrive(ACK, 1, 11, window=0) == []
    assert solo.show(*solo.arrive(ACK, 1, 11, window=10)) == ["FIN,ACK 11+0 1"]


def test_small_segments_do_not_creep_past_a_buffer_that_nobody_reads() -> None:
    """RFC 7323 §2.4: rounding the window up for ever would never close it."""
    settings = RFC.but(receive_buffer=1000, window_scale=7, delayed_ack_ns=0)
    duo = Duo(settings, settings.but(nagle=False)).established()
    for _ in range(400):
        duo.b.send(b"0123456789", duo.now)
        duo.run(200 * MS)
    assert duo.a.rcv.unread <= 1000 + 2 * 128


def test_sack_on_a_segment_with_text_is_a_duplicate_all_the_same() -> None:
    """RFC 6675 §2; on two-way streams there may be no others."""
    options = Options(mss=1000, sack_permitted=True)
    solo = Solo(PLAIN.but(sack=True)).established(options, mss=1000)
    solo.send(bytes(8000))
    seen: list[str] = []
    for n in range(3):
        blocks = (((solo.iss + 1001) & 0xFFFFFFFF, (solo.iss + 2001 + 1000 * n) & 0xFFFFFFFF),)
        seen += solo.show(*solo.arrive(ACK, 1 + n, 1, b"x", options=Options(sack=blocks)))
    assert any(line.split()[1] == "1+1000" for line in seen)


def test_out_of_order_text_earns_a_pure_ack_though_text_waits() -> None:
    """RFC 5681 §2: the peer counts only ACKs without text."""
    solo = Solo().established()
    solo.conn.send(b"answer", solo.now)
    shown = solo.show(*solo.arrive(ACK, 101, 1, bytes(100)))
    assert shown == ["ACK 1+0 1", "PSH,ACK 1+6 1"]


def test_a_segment_without_text_at_the_right_edge() -> None:
    """Table 6 refuses it, Linux tcp_sequence() does not."""
    for settings, taken in ((PLAIN, False), (PLAIN.but(right_edge_acks=True), True)):
        solo = Solo(settings.but(receive_buffer=100)).established()
        solo.send(b"x")
        solo.arrive(ACK, 101, 2)
        assert solo.conn.snd.board.empty() is taken
    assert LINUX.right_edge_acks
    assert not RFC.right_edge_acks


def test_user_timeout_counts_from_when_text_began_to_wait() -> None:
    """Not from the last progress of a connection that had nothing to do."""
    solo = Solo(PLAIN.but(user_timeout_ns=10 * SECOND)).established()
    solo.send(b"x")
    solo.now += SECOND
    solo.arrive(ACK, 1, 2, window=0)
    solo.wait(8500 * MS)
    solo.conn.send(b"y", solo.now)
    solo.poll()
    solo.wait(5 * SECOND)
    assert solo.watch.states()[-1] == "ESTABLISHED"
    solo.wait(10 * SECOND)
    assert solo.watch.states()[-1] == "CLOSED"


def test_a_hard_icmp_error_in_listen_is_nobodys() -> None:
    solo = Solo(PLAIN.but(hard_icmp_aborts=True)).listening()
    error = NetworkError(111, True, seq=solo.iss, type_=3, code=3)
    solo.conn.network_error(error, solo.now)
    assert solo.conn.state is State.LISTEN


def test_fin_with_text_beyond_a_full_window_is_not_lost() -> None:
    """The octets that fit are taken; the rest comes again, and the FIN once."""
    solo = Solo(PLAIN.but(receive_buffer=100)).established()
    solo.arrive(ACK | FIN, 1, 1, bytes(150))
    assert solo.watch.states()[-1] == "ESTABLISHED"
    assert solo.conn.recv(1000, solo.now) == bytes(100)
    solo.poll()
    solo.arrive(ACK | FIN, 101, 1, bytes(50))
    assert solo.conn.state is State.CLOSE_WAIT
    assert solo.conn.recv(1000, solo.now) == bytes(50)


def test_a_window_is_not_scaled_away() -> None:
    """A buffer smaller than one unit of the shift must not look full for ever."""
    settings = RFC.but(receive_buffer=200, window_scale=14, delayed_ack_ns=0)
    duo = Duo(settings, RFC).established()
    assert duo.a.rcv.scale == 7
    duo.a.rcv.buffer_size = 100  # SO_RCVBUF, now below one unit
    sent = got = 0
    for _ in range(50):
        sent += max(0, duo.b.send(b"0123456789", duo.now))
        duo.run(SECOND)
        got += len(duo.a.recv(1000, duo.now))
    duo.run(20 * SECOND)
    got += len(duo.a.recv(1000, duo.now))
    assert got == sent == 500


def test_late_text_that_is_not_reset_does_not_fill_the_buffer() -> None:
    """Without SHLD-3's reset the peer must still be able to finish."""
    solo = Solo(PLAIN.but(reset_orphans_with_data=False, receive_buffer=100)).established()
    solo.conn.close(solo.now)
    solo.poll()
    solo.arrive(ACK, 1, 2)
    for n in range(10):
        (ack,) = solo.arrive(ACK, 1 + 100 * n, 2, bytes(100))
        assert ack.window == 100
    solo.arrive(ACK | FIN, 1001, 2)
    assert solo.conn.state is State.TIME_WAIT


def test_user_timeout_holds_for_a_fin_that_waits_for_a_window() -> None:
    solo = Solo(PLAIN.but(user_timeout_ns=10 * SECOND)).established(window=0)
    solo.conn.shutdown(solo.now)
    assert solo.poll() == []
    for _ in range(20):  # the peer answers each probe: still closed
        solo.wait(SECOND)
        solo.arrive(ACK, 1, 1, window=0)
    assert solo.watch.states()[-1] == "CLOSED"


def test_a_closed_window_does_not_hold_an_orphan_for_ever() -> None:
    """Linux gives up when the application has gone and the probes are far apart;
    RFC 9293 §3.8.6.1 goes on for as long as they are answered."""
    for settings, last in ((PLAIN, "FIN-WAIT-1"), (PLAIN.but(orphan_retries=8), "CLOSED")):
        solo = Solo(settings).established(window=0)
        solo.conn.send(b"x", solo.now)
        solo.conn.close(solo.now)
        solo.poll()
        for _ in range(1000):
            solo.wait(SECOND)
            solo.arrive(ACK, 1, 1, window=0)
        assert solo.watch.states()[-1] == last
