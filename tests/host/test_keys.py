"""The four-tuple as one string, and back."""

import pytest

from synfin.host.keys import local_of, local_port_of, make_key, remote_of, remote_port_of

V4 = (b"\n\0\0\2", b"\n\0\0\1")
V6 = (b"\xfd" + bytes(15), b"\xfe" + bytes(14) + b"\1")


@pytest.mark.parametrize(("local", "remote"), [V4, V6], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("ports", [(1, 65_535), (65_535, 1), (80, 4000), (0x0102, 0x0304)])
def test_all_four_can_be_read_again(local: bytes, remote: bytes, ports: tuple[int, int]) -> None:
    key = make_key(local, ports[0], remote, ports[1])
    assert (local_of(key), remote_of(key)) == (local, remote)
    assert (local_port_of(key), remote_port_of(key)) == ports
