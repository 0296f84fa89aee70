"""Socket options, UDP and echo requests."""

import struct

from synfin.core.errno import name_of
from synfin.host import constants
from synfin.host.signatures import md5sig
from synfin.lab.handles import Handle, number, socket_option
from synfin.lab.model import Call, Endpoint
from synfin.lab.transfer import Transfer
from synfin.lab.values import packed


class Datagrams(Transfer):
    """What is neither opening nor a stream of octets."""

    def _setsockopt(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        name, given = call.args.values
        level, option = socket_option(str(name), call)
        value = number(given)
        wanted: int | bytes = max(value, 0)
        if option == constants.SO_LINGER and level == constants.SOL_SOCKET:
            wanted = struct.pack("<ii", int(value >= 0), max(value, 0))
        self._try(handle, call, lambda: handle.sock.setsockopt(level, option, wanted))

    def _md5(self, call: Call, socket: str) -> None:
        """TCP_MD5SIG (RFC 2385): the key for one peer; an empty one takes it away."""
        handle = self._find(socket, call)
        peer, key = call.args.values
        assert isinstance(key, bytes)
        address, _ = self.world.address(Endpoint(str(peer), 0))
        wanted = md5sig(packed(address), key)
        level, option = constants.IPPROTO_TCP, constants.TCP_MD5SIG
        self._try(handle, call, lambda: handle.sock.setsockopt(level, option, wanted))

    def _getsockopt(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        level, option = socket_option(str(call.args.values[0]), call)
        try:
            value = handle.sock.getsockopt(level, option)
        except OSError as error:
            self._failed(handle, call, error)
            return
        if option == constants.SO_ERROR and isinstance(value, int) and value:
            self._done(handle, call, name_of(value))
        else:
            self._done(handle, call, value)

    def _udp(self, call: Call, socket: str) -> None:
        sock = self.host.socket(constants.SOCK_DGRAM)
        handle = Handle(self._name("u", call.args), sock, "udp")
        handle.reads = self.reads and "noread" not in call.args.flags
        self._add(handle)
        self._try(handle, call, lambda: sock.bind(("0.0.0.0", number(call.args.values[0]))))

    def _sendto(self, call: Call, socket: str) -> None:
        target, amount = call.args.values
        assert isinstance(target, Endpoint)
        address = self.world.address(target)
        open_ones = [h for h in self.handles.values() if h.kind == "udp" and not h.closed]
        if not socket and not open_ones:
            family = constants.AF_INET6 if ":" in address[0] else constants.AF_INET
            sock = self.host.socket(constants.SOCK_DGRAM, family)
            self._add(Handle(self._name("u", call.args), sock, "udp"))
        handle = self._find(socket, call)
        if "broadcast" in call.args.flags:
            handle.sock.setsockopt(constants.SOL_SOCKET, constants.SO_BROADCAST, 1)
        if call.args.option("ttl") is not None:
            ttl = call.args.integer("ttl", 64)
            handle.sock.setsockopt(constants.IPPROTO_IP, constants.IP_TTL, ttl)
        for data in self._payloads(handle, amount):
            try:
                handle.sock.sendto(data, address)
            except OSError as error:
                self._failed(handle, call, error)
            else:
                self._done(handle, call, len(data))

    def _group(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        join = call.verb == "join"
        option = constants.IP_ADD_MEMBERSHIP if join else constants.IP_DROP_MEMBERSHIP
        group = packed(str(call.args.values[0])) + bytes(4)
        self._try(handle, call, lambda: handle.sock.setsockopt(constants.IPPROTO_IP, option, group))

    def _ping(self, call: Call, socket: str) -> None:
        address, _ = self.world.address(Endpoint(str(call.args.values[0]), 0))
        self.made["s"] += 1
        payload = bytes(call.args.integer("size", 8))
        self.host.ping(packed(address), 1, self.made["s"], payload)
        self._done(None, call)
