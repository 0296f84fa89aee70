"""The four-tuple as one string of octets: what the tables of connections are keyed by.

Local address, remote address (4 or 16 octets each), local port, remote port. A string
hashes once, holds no other objects, and the garbage collector never looks at it.
"""

Key = bytes


def make_key(local: bytes, local_port: int, remote: bytes, remote_port: int) -> Key:
    """The four-tuple as the demultiplexer looks it up."""
    return local + remote + ((local_port << 16) | remote_port).to_bytes(4, "big")


def local_of(key: Key) -> bytes:
    """The local address."""
    return key[: (len(key) - 4) >> 1]


def remote_of(key: Key) -> bytes:
    """The remote address."""
    end = len(key) - 4
    return key[end >> 1 : end]


def local_port_of(key: Key) -> int:
    """The local port."""
    at = len(key) - 4
    return (key[at] << 8) | key[at + 1]


def remote_port_of(key: Key) -> int:
    """The remote port."""
    at = len(key) - 2
    return (key[at] << 8) | key[at + 1]
