"""What ss(8) and TCP_INFO show (STATUS, RFC 9293 §3.9.1.5)."""

from synfin.core.errno import ENOTCONN
from synfin.core.settings import RFC, SECOND
from synfin.core.timers import NEVER
from synfin.wire.address import parse_address
from synfin.wire.tcp import SYN
from tests.host.two import A, B, Lone, Two, errno_of

IMMEDIATE = RFC.but(delayed_ack_ns=0)


def test_a_listener_shows_its_queues() -> None:
    """Recv-Q: who waits for accept(); Send-Q: the backlog."""
    lone = Lone()
    lone.listen(backlog=7)
    lone.handshake()
    lone.arrive(SYN, 1, sport=4001)
    row = lone.host.connections()[0]
    assert (row.state, row.recv_q, row.send_q, row.half_open) == ("LISTEN", 1, 7, 1)
    assert (row.local, row.local_port) == (parse_address(B), 80)


def test_a_connection_shows_what_is_unread_and_unacknowledged() -> None:
    two = Two(IMMEDIATE)
    client, _ = two.pair()
    client.send(b"hello")
    two.run()
    rows = {row.state: row for row in two.b.connections()}
    assert rows["ESTABLISHED"].recv_q == 5
    two.cut = True
    client.send(b"12345678")
    two.run(0)
    (row,) = two.a.connections()
    assert (row.state, row.send_q, row.timer) == ("ESTABLISHED", 8, "retransmit")
    assert row.timer_due == two.now + SECOND
    two.run(4 * SECOND)
    assert two.a.connections()[0].retransmits == 2


def test_the_syn_counts_as_one_octet() -> None:
    lone = Lone()
    lone.socket().connect_ex((A, 80))
    lone.poll()
    (row,) = lone.host.connections()
    assert (row.state, row.send_q, row.remote_port) == ("SYN-SENT", 1, 80)


def test_time_wait_shows_its_timer() -> None:
    two = Two(IMMEDIATE)
    client, server = two.pair()
    client.close()
    two.run()
    server.close()
    two.run(0)
    two.run(2 * two.delay)
    (row,) = two.a.connections()
    assert (row.state, row.timer) == ("TIME-WAIT", "time-wait")
    assert row.timer_due == two.now - two.delay + 240 * SECOND
    assert two.b.connections()[0].state == "LISTEN"


def test_an_idle_connection_has_no_timer() -> None:
    two = Two(IMMEDIATE)
    two.pair()
    (row,) = two.a.connections()
    assert (row.timer, row.timer_due) == ("", NEVER)


def test_tcp_info() -> None:
    two = Two(IMMEDIATE)
    client, _ = two.pair()
    client.send(bytes(1000))
    two.run()
    two.cut = True
    client.send(bytes(100))
    two.run(0)
    info = client.tcp_info()
    assert info["state"] == "ESTABLISHED"
    assert info["rtt"] == 2 * two.delay
    assert info["min_rtt"] == 2 * two.delay
    assert info["rto"] == SECOND
    assert (info["unacked"], info["notsent_bytes"], info["total_retrans"]) == (100, 0, 0)
    assert info["snd_mss"] == 1448
    assert info["pmtu"] == 1500
    assert (info["segs_in"], info["segs_out"]) == (2, 4), "SYN,ACK and ACK; SYN, ACK, two texts"
    assert errno_of(two.a.socket().tcp_info) == ENOTCONN
