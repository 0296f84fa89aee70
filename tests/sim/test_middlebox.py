"""A middlebox lets pass what it remembers; it forgets idle connections in silence."""

from functools import partial

import pytest

from synfin.sim.middlebox import Middlebox, entry_of
from synfin.sim.network import Network
from synfin.wire.ip import Packet
from synfin.wire.tcp import ACK, RST, SYN
from tests.sim.fakes import MS, A, B, FakeHost, fake, network, tcp, udp


def through(idle: int = 100 * MS, most: int = 10) -> tuple[Network, FakeHost, FakeHost, Middlebox]:
    net = network()
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    box = net.add_middlebox("M", idle, most)
    net.link("A", "M", MS)
    net.link("M", "B", MS)
    return net, a, b, box


def send(host: FakeHost, packet: Packet) -> None:
    host.outbox.append(packet)


def test_only_a_syn_opens_and_both_directions_renew() -> None:
    net, a, b, box = through()
    net.at(0, lambda: a.outbox.append(tcp(A, B)))
    net.at(10 * MS, lambda: a.outbox.append(tcp(A, B, SYN)))
    net.at(90 * MS, lambda: b.outbox.append(tcp(B, A, SYN | ACK, sport=80, dport=40000)))
    net.at(180 * MS, lambda: a.outbox.append(tcp(A, B)))
    net.at(290 * MS, lambda: a.outbox.append(tcp(A, B)))
    net.run()
    assert b.times() == [12 * MS, 182 * MS]
    assert a.times() == [92 * MS]
    assert box.evicted == 1
    assert box.entries == 0


def test_a_reset_ends_an_entry_and_datagrams_make_one() -> None:
    net, a, b, box = through()
    net.at(0, lambda: a.outbox.append(tcp(A, B, SYN)))
    net.at(10 * MS, lambda: a.outbox.append(tcp(A, B, RST)))
    net.at(20 * MS, lambda: a.outbox.append(tcp(A, B)))
    net.at(30 * MS, lambda: a.outbox.append(udp(A, B)))
    net.run(until_ns=40 * MS)
    assert b.times() == [2 * MS, 12 * MS, 32 * MS]
    assert box.entries == 1
    box.forget()
    assert box.entries == 0


def test_the_longest_idle_entry_makes_room() -> None:
    net, a, b, box = through(most=2)
    for at, port in ((0, 1), (1, 2), (2, 1), (3, 3)):
        net.at(at * MS, partial(send, a, tcp(A, B, SYN, sport=port)))
    net.at(5 * MS, lambda: a.outbox.append(tcp(A, B, sport=2)))
    net.at(6 * MS, lambda: a.outbox.append(tcp(A, B, sport=1)))
    net.run(until_ns=20 * MS)
    assert b.times() == [2 * MS, 3 * MS, 4 * MS, 5 * MS, 8 * MS]
    assert box.evicted == 1


def test_entries_have_no_direction() -> None:
    assert entry_of(b"a", 1, b"b", 2) == entry_of(b"b", 2, b"a", 1)
    with pytest.raises(ValueError, match="middlebox"):
        network().add_middlebox("M", 0)
