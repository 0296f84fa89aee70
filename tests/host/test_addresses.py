"""Which address is ours, and which goes with a destination."""

from synfin.host.addresses import Addresses
from synfin.wire.address import parse_address as addr


def two_networks() -> Addresses:
    addresses = Addresses()
    addresses.add(addr("10.0.0.1"), 24)
    addresses.add(addr("10.1.0.1"), 16, mtu=1000)
    addresses.add(addr("fd00::1"), 64)
    addresses.add(addr("fe80::1"), 64)
    return addresses


def test_source_by_the_longest_network() -> None:
    addresses = two_networks()
    assert addresses.source_for(addr("10.1.9.9")) == addr("10.1.0.1")
    assert addresses.source_for(addr("10.0.0.9")) == addr("10.0.0.1")
    assert addresses.source_for(addr("8.8.8.8")) == addr("10.0.0.1")
    assert addresses.source_for(addr("fe80::9")) == addr("fe80::1")
    assert addresses.source_for(addr("2001:db8::1")) == addr("fd00::1")
    assert addresses.source_for(addr("10.1.0.1")) == addr("10.1.0.1")
    assert addresses.mtu_for(addr("10.1.9.9")) == 1000
    assert addresses.mtu_for(addr("10.1.0.1")) == 65_535


def test_no_address_of_that_version() -> None:
    addresses = Addresses()
    addresses.add(addr("fd00::1"), 64)
    assert addresses.source_for(addr("10.0.0.1")) == b""
    assert addresses.source_for(addr("127.0.0.1")) == addr("127.0.0.1")


def test_what_is_no_single_host() -> None:
    addresses = two_networks()
    broadcasts = ["255.255.255.255", "10.0.0.255", "10.1.255.255"]
    for text in broadcasts:
        assert addresses.is_broadcast(addr(text))
        assert not addresses.is_unicast(addr(text))
    for text in ["224.0.0.1", "ff02::1", "0.0.0.0", "::", "240.0.0.1"]:
        assert not addresses.is_unicast(addr(text))
    for text in ["10.1.0.255", "10.0.0.1", "fd00::2", "8.8.8.8"]:
        assert addresses.is_unicast(addr(text))


def test_an_address_can_change_and_go() -> None:
    addresses = two_networks()
    addresses.add(addr("10.0.0.1"), 24, mtu=576)
    assert len(addresses.interfaces) == 4
    assert addresses.mtu_for(addr("10.0.0.9")) == 576
    addresses.remove(addr("10.0.0.1"))
    addresses.remove(addr("10.0.0.1"))
    assert not addresses.is_own(addr("10.0.0.1"))
