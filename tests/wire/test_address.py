"""Addresses between text and octets."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.wire.address import (
    directed_broadcast,
    format_address,
    is_broadcast,
    is_link_local,
    is_loopback,
    is_multicast,
    is_unspecified,
    parse_address,
    same_network,
)

octets = st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16)


@given(octets)
def test_round_trip(address: bytes) -> None:
    assert parse_address(format_address(address)) == address


@given(octets)
def test_kinds_as_the_standard_library_sees_them(address: bytes) -> None:
    known = ipaddress.ip_address(address)
    assert is_multicast(address) == known.is_multicast
    assert is_loopback(address) == known.is_loopback
    assert is_unspecified(address) == known.is_unspecified
    assert is_link_local(address) == known.is_link_local


@pytest.mark.parametrize("text", ["", "10.0.0", "10.0.0.256", "fe80::g", "host"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not an IPv4 or IPv6 address"):
        parse_address(text)


def test_a_zone_is_no_part_of_the_address() -> None:
    assert parse_address("fe80::1%eth0") == parse_address("fe80::1")


def test_broadcasts() -> None:
    assert is_broadcast(parse_address("255.255.255.255"))
    assert not is_broadcast(parse_address("10.0.0.255"))
    own = parse_address("10.0.0.1")
    assert format_address(directed_broadcast(own, 24)) == "10.0.0.255"
    assert format_address(directed_broadcast(own, 8)) == "10.255.255.255"
    assert directed_broadcast(own, 31) == b""
    assert directed_broadcast(parse_address("fe80::1"), 64) == b""


def test_networks() -> None:
    one, two = parse_address("10.0.0.1"), parse_address("10.0.1.1")
    assert same_network(one, two, 16)
    assert not same_network(one, two, 24)
    assert not same_network(one, parse_address("::1"), 0)
