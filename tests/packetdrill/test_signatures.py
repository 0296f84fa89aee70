"""``md5 valid`` and ``setkey``."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.packetdrill.model import Option
from synfin.packetdrill.options import MD5, SIGNED, encode
from synfin.packetdrill.signatures import is_signed, read_setkey, signed
from synfin.wire.tcp import ACK, Segment, decode_segment, encode_segment

SRC, DST = b"\n\0\0\1", b"\n\0\0\2"
LINE = """kldstat -q -m tcpmd5 || kldload tcpmd5; echo 'add 10.0.0.1 10.0.0.2 tcp 0x1000 -A \
tcp-md5 "secret" ; add 10.0.0.2 10.0.0.1 tcp 0x1001 -A tcp-md5 "secret" ;' | setkey -c"""


def test_setkey() -> None:
    assert read_setkey(LINE) == {SRC: b"secret", DST: b"secret"}
    assert read_setkey("setkey -F") == {}
    assert read_setkey("echo nothing | setkey -c") is None
    assert read_setkey("sysctl -w net.inet.tcp.recvspace=1") is None


def body(options: tuple[Option, ...], text: bytes) -> bytes:
    """A TCP header with ``options``, and text."""
    octets = bytearray(encode_segment(Segment(1, 2, 3, 4, ACK, 5), SRC, DST))
    octets[12] = (20 + len(encode(options))) // 4 << 4
    return bytes(octets) + encode(options) + text


@given(st.binary(max_size=50), st.binary(min_size=1, max_size=20))
def test_what_is_signed_is_found_signed(text: bytes, key: bytes) -> None:
    options = (Option(1), Option(1), Option(MD5, SIGNED))
    segment = decode_segment(signed(body(options, text), SRC, DST, options, key), SRC, DST, False)
    assert isinstance(segment, Segment)
    assert is_signed(segment, SRC, DST, key)
    assert not is_signed(segment, SRC, DST, key + b"x")
    assert not is_signed(segment, DST, DST, key)


def test_a_signature_that_the_script_gives_stays() -> None:
    options = (Option(1), Option(1), Option(MD5, bytes(range(16))))
    assert signed(body(options, b""), SRC, DST, options, b"key") == body(options, b"")
