"""The applications of a run: blocking programs on top of non-blocking sockets.

A :class:`Program` is all that runs on one host. Calls come from the scenario at
their times; reactions come when the host says that a socket is ready. What a
call cannot do yet waits in the order in which it was made.
"""

from collections.abc import Callable
from typing import Final

from synfin.core.errno import EAGAIN, EALREADY, EINPROGRESS, EMFILE, name_of
from synfin.host import constants
from synfin.host.host import Host
from synfin.lab.datagrams import Datagrams
from synfin.lab.handles import Handle, World, any_address, number
from synfin.lab.model import Args, Call, Endpoint, Position, Reaction
from synfin.wire.address import parse_address
from synfin.wire.source_route import SourceRoute

_ACCEPT: Final = Call("", "", "accept", Args(), "accept", Position())
FIRST_PORT: Final = 40_000
"""Where a host's connections begin that the scenario gives no port (the catalogue's A:40000)."""


class Program(Datagrams):
    """Everything that applications do on one host."""

    def __init__(
        self,
        name: str,
        host: Host,
        world: World,
        reactions: list[Reaction],
        reads: bool,
        accepts: bool,
    ) -> None:
        super().__init__(name, host, world, reads)
        self.reactions = reactions
        self.accepts = accepts
        self.ports = 0
        self.verbs: dict[str, Callable[[Call, str], None]] = {
            "listen": self._listen,
            "connect": self._connect,
            "send": self._send,
            "recv": self._recv,
            "read": self._read_switch,
            "accept": self._accept,
            "shutdown": self._queue_behind,
            "close": self._queue_behind,
            "abort": self._abort,
            "socket": self._socket,
            "bind": self._bind,
            "setsockopt": self._setsockopt,
            "md5": self._md5,
            "getsockopt": self._getsockopt,
            "udp": self._udp,
            "sendto": self._sendto,
            "join": self._group,
            "leave": self._group,
            "ping": self._ping,
        }

    # -- the run's side ---------------------------------------------------------------

    def call(self, call: Call, socket: str = "") -> None:
        """Performs a call of the scenario; ``socket`` overrides the one it names."""
        self.verbs[call.verb](call, socket or call.socket)

    def ready(self, sock: object) -> None:
        """The host has news of ``sock``."""
        handle = self.by_socket.get(id(sock))
        if handle is not None and not handle.closed:
            self._service(handle)
            self._note_name(handle)

    def vanish(self) -> None:
        """The machine went down: nothing of the program is left."""
        self.by_socket.clear()
        for handle in self.handles.values():
            handle.closed = True

    def kill(self) -> None:
        """The process dies; the kernel closes its sockets."""
        for handle in list(self.handles.values()):
            if not handle.closed:
                handle.closed = True
                self._note_name(handle)
                handle.sock.close()
        self.by_socket.clear()

    # -- opening ---------------------------------------------------------------------------

    def _socket(self, call: Call, socket: str) -> None:
        family = constants.AF_INET6 if "v6" in call.args.flags else constants.AF_INET
        udp = "udp" in call.args.flags
        kind = constants.SOCK_DGRAM if udp else constants.SOCK_STREAM
        try:
            sock = self.host.socket(kind, family)
        except OSError as error:
            self._failed(None, call, error)
            return
        handle = self._add(Handle(self._name("s", call.args), sock, "udp" if udp else "stream"))
        handle.reads = self.reads
        self._done(handle, call)

    def _bind(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        target = call.args.values[0]
        if isinstance(target, Endpoint):
            address = self.world.address(target)
        else:
            address = (any_address(handle.sock), number(target))
        self._try(handle, call, lambda: handle.sock.bind(address))

    def _listen(self, call: Call, socket: str) -> None:
        args = call.args
        backlog = args.integer("backlog", 128)
        try:
            handle = self._listening(call, socket)
        except OSError as error:
            self._failed(None, call, error, "bind" if error.errno != EMFILE else "")
            return
        handle.kind = "listener"
        handle.accepts = self.accepts and "noaccept" not in args.flags
        handle.child_reads = self.reads and "noread" not in args.flags
        self._force_iss(args)
        self._try(handle, call, lambda: handle.sock.listen(backlog))

    def _listening(self, call: Call, socket: str) -> Handle:
        """The bound socket that shall listen; made on the spot unless one is named."""
        args = call.args
        if not args.values:
            return self._find(socket, call)
        address: tuple[str, int] = ("0.0.0.0", number(args.values[0]))
        family = constants.AF_INET
        where = args.text("address")
        if where:
            host, _, six = where.partition("/")
            address = self.world.address(Endpoint(host, address[1], six == "6"))
            family = constants.AF_INET6 if ":" in address[0] else family
        sock = self.host.socket(constants.SOCK_STREAM, family)
        if "reuseaddr" in args.flags or args.integer("reuseaddr", 0):
            sock.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEADDR, 1)
        if "fastopen" in args.flags:
            sock.setsockopt(constants.IPPROTO_TCP, constants.TCP_FASTOPEN, 16)
        if args.integer("defer", 0):
            seconds = args.integer("defer", 0)
            sock.setsockopt(constants.IPPROTO_TCP, constants.TCP_DEFER_ACCEPT, seconds)
        try:
            sock.bind(address)
        except OSError:
            sock.close()
            raise
        return self._add(Handle(self._name("listener", args), sock, "listener"))

    def _force_iss(self, args: Args) -> None:
        given = args.option("iss")
        if isinstance(given, int):
            self.host.force_iss(given)
        elif isinstance(given, tuple):
            self.host.force_iss(*(value for value in given if isinstance(value, int)))

    def _connect(self, call: Call, socket: str) -> None:
        args = call.args
        target = args.values[0]
        assert isinstance(target, Endpoint)
        address = self.world.address(target)
        if socket:
            handle = self._find(socket, call)
        else:
            family = constants.AF_INET6 if ":" in address[0] else constants.AF_INET
            try:
                sock = self.host.socket(constants.SOCK_STREAM, family)
            except OSError as error:
                self._failed(None, call, error)
                return
            handle = self._add(Handle(self._name("c", args), sock, "stream"))
            if not self._bind_local(handle, call):
                return
        handle.reads = self.reads and "noread" not in args.flags
        if "nodelay" in args.flags:
            handle.sock.setsockopt(constants.IPPROTO_TCP, constants.TCP_NODELAY, 1)
        self._force_iss(args)
        via = args.option("via")
        if isinstance(via, str):
            route = self._route(via, "strict" in args.flags)
            try:
                handle.sock.setsockopt(constants.IPPROTO_IP, constants.IP_OPTIONS, route)
            except OSError as error:
                self._failed(handle, call, error)
                return
        self._start_connect(handle, call, address)

    def _route(self, via: str, strict: bool) -> bytes:
        """ip(7) IP_OPTIONS for a source route by these routers (RFC 791 §3.1)."""
        hops = [parse_address(self.world.address(Endpoint(name, 0))[0]) for name in via.split(",")]
        return SourceRoute(tuple(hops), strict).named()

    def _bind_local(self, handle: Handle, call: Call) -> bool:
        port = call.args.integer("from", 0)
        if port < 0:
            return True
        if port == 0:
            port = FIRST_PORT + self.ports
            self.ports += 1
        try:
            handle.sock.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEADDR, 1)
            handle.sock.bind((any_address(handle.sock), port))
        except OSError as error:
            self._failed(handle, call, error, "bind")
            handle.closed = True
            handle.sock.close()
            return False
        return True

    def _start_connect(self, handle: Handle, call: Call, address: tuple[str, int]) -> None:
        data = call.args.option("fastopen")
        handle.active_at = self.world.now()
        if isinstance(data, bytes):
            handle.sock.setsockopt(constants.IPPROTO_TCP, constants.TCP_FASTOPEN_CONNECT, 1)
        number = handle.sock.connect_ex(address)
        if number not in (0, EINPROGRESS):
            self._record(handle, call, errno=name_of(number))
            return
        handle.connecting = call
        handle.target = address
        self._note_name(handle)
        self._waits(handle, call)
        if isinstance(data, bytes):
            handle.sock.queue(data)

    # -- accept ----------------------------------------------------------------------------

    def _accept(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        handle.accepting.append(call)
        self._take_children(handle)
        if handle.accepting and handle.accepting[-1] is call:
            self._waits(handle, call)

    def _take_children(self, handle: Handle) -> None:
        while (handle.accepts or handle.accepting) and not handle.closed:
            call = handle.accepting[0] if handle.accepting else _ACCEPT
            before = len(self.world.recorder.records)
            try:
                sock, _ = handle.sock.accept()
            except OSError as error:
                if error.errno == EAGAIN:
                    return
                if handle.accepting:
                    handle.accepting.popleft()
                self._failed(handle, call, error)
                return
            if handle.accepting:
                handle.accepting.popleft()
            child = self._add(Handle(self._name("c", call.args), sock, "stream"))
            child.reads = handle.child_reads and "noread" not in call.args.flags
            child.active_at = self.world.now()
            self._note_name(child)
            self._done(child, call)
            self._caused(before)
            self.react(child, "accept")
            self._service(child)

    # -- what a socket is ready for ------------------------------------------------------------

    def _service(self, handle: Handle) -> None:
        if handle.kind == "listener":
            self._take_children(handle)
            return
        if handle.connecting is not None and not self._connected(handle):
            return
        if handle.recvs:
            self._pull(handle)
        if handle.reads:
            self._read_all(handle)
        if handle.sends:
            self._push_sends(handle)

    def _connected(self, handle: Handle) -> bool:
        """The waiting connect has ended (well or not)."""
        call = handle.connecting
        assert call is not None
        number = handle.sock.connect_ex(handle.target)
        if number == EALREADY:
            return False
        handle.connecting = None
        if number:
            self._record(handle, call, errno=name_of(number))
            handle.ended = True
            self.react(handle, "error")
            return False
        self._note_name(handle)
        self._done(handle, call)
        self.react(handle, "connected")
        return True

    # -- reactions -------------------------------------------------------------------------------

    def react(self, handle: Handle, event: str, length: int = 0) -> None:
        for index, reaction in enumerate(self.reactions):
            if reaction.socket and reaction.socket != handle.name:
                continue
            if reaction.event == "idle" and event in ("accept", "connected", "data"):
                self._watch_idle(handle, index, reaction)
            if reaction.event != event:
                continue
            for _ in range(self._times(handle, index, reaction, length)):
                self._act(handle, reaction)

    def _times(self, handle: Handle, index: int, reaction: Reaction, length: int) -> int:
        """How often the reaction is due now."""
        if reaction.event == "data" and reaction.amount:
            before = handle.counted.get(index, 0)
            handle.counted[index] = before + length
            times = (before + length) // reaction.amount - before // reaction.amount
            first = before < reaction.amount
        else:
            first = index not in handle.counted
            handle.counted[index] = 1
            times = 1
        if reaction.once:
            return 1 if first and times else 0
        return times

    def _act(self, handle: Handle, reaction: Reaction) -> None:
        if reaction.after:
            time = self.world.now() + reaction.after
            self.world.later(time, lambda: self._act_now(handle, reaction))
        else:
            self._act_now(handle, reaction)

    def _act_now(self, handle: Handle, reaction: Reaction) -> None:
        if handle.closed and not reaction.call.socket:
            return
        self.call(reaction.call, reaction.call.socket or handle.name)

    def _watch_idle(self, handle: Handle, index: int, reaction: Reaction) -> None:
        due = handle.active_at + reaction.amount

        def look() -> None:
            if handle.closed or self.handles.get(handle.name) is not handle:
                return
            if handle.active_at + reaction.amount > self.world.now():
                self._watch_idle(handle, index, reaction)
            elif self._times(handle, index, reaction, 0):
                self._act(handle, reaction)

        self.world.later(due, look)
