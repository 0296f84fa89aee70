"""The addresses of one host, and the questions about them: is this one ours, is
it a broadcast, which of ours goes with that destination?"""

from synfin.wire.address import (
    LIMITED_BROADCAST,
    directed_broadcast,
    is_loopback,
    is_multicast,
    is_unspecified,
    same_network,
)


class Interface:
    """One address with its network and the MTU of its link, octets."""

    def __init__(self, address: bytes, prefix_len: int, mtu: int) -> None:
        self.address: bytes = address
        self.prefix_len: int = prefix_len
        self.mtu: int = mtu
        self.broadcast: bytes = directed_broadcast(address, prefix_len)


class Addresses:
    """All interfaces of a host, in the order in which they were added. There is
    no routing table: a destination on no own network goes out by the first
    interface of its version."""

    def __init__(self) -> None:
        self.interfaces: list[Interface] = []
        self._by_address: dict[bytes, Interface] = {}
        self._broadcasts: set[bytes] = {LIMITED_BROADCAST}

    def add(self, address: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """Add one, or change the network and MTU of one that is there."""
        self.remove(address)
        interface = Interface(address, prefix_len, mtu)
        self.interfaces.append(interface)
        self._by_address[address] = interface
        self._note_broadcasts()

    def remove(self, address: bytes) -> None:
        """Forget one; nothing happens when it is not there."""
        found = self._by_address.pop(address, None)
        if found is not None:
            self.interfaces.remove(found)
            self._note_broadcasts()

    def _note_broadcasts(self) -> None:
        self._broadcasts = {LIMITED_BROADCAST}
        for interface in self.interfaces:
            if interface.broadcast:
                self._broadcasts.add(interface.broadcast)

    def is_own(self, address: bytes) -> bool:
        """True for an added address and for loopback."""
        return address in self._by_address or is_loopback(address)

    def is_broadcast(self, address: bytes) -> bool:
        """True for 255.255.255.255 and the broadcast address of an own network."""
        return address in self._broadcasts

    def is_unicast(self, address: bytes) -> bool:
        """False for broadcast, multicast, unspecified and IPv4's class E: what no
        single host can be (RFC 1122 §3.2.1.3)."""
        if is_unspecified(address) or is_multicast(address) or self.is_broadcast(address):
            return False
        return len(address) == 16 or address[0] < 240

    def interface_for(self, dst: bytes) -> Interface | None:
        """The interface for ``dst``: the longest matching network, else the first
        of its version; None when there is none of that version."""
        if len(self.interfaces) == 1:
            only = self.interfaces[0]
            return only if len(only.address) == len(dst) else None
        best: Interface | None = None
        best_len = -1
        for interface in self.interfaces:
            if len(interface.address) != len(dst):
                continue
            near = same_network(interface.address, dst, interface.prefix_len)
            score = interface.prefix_len if near else -1
            if best is None or score > best_len:
                best = interface
                best_len = score
        return best

    def on_link(self, dst: bytes) -> bool:
        """True when ``dst`` is on a network of ours: no router lies between."""
        return any(same_network(i.address, dst, i.prefix_len) for i in self.interfaces)

    def source_for(self, dst: bytes) -> bytes:
        """The source address to use towards ``dst``; ``b""`` when there is none
        (ENETUNREACH). Towards an own address it is that address itself."""
        if self.is_own(dst):
            return dst
        interface = self.interface_for(dst)
        return interface.address if interface is not None else b""

    def mtu_for(self, dst: bytes) -> int:
        """The MTU of the first hop towards ``dst``, octets; 65,535 for an own address
        and where there is no interface."""
        if self.is_own(dst):
            return 65_535
        interface = self.interface_for(dst)
        return interface.mtu if interface is not None else 65_535
