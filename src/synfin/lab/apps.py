"""The applications of a run: blocking programs on top of non-blocking sockets.

A :class:`Program` is all that runs on one host. Calls come from the scenario at
their times; reactions come when the host says that a socket is ready. What a
call cannot do yet waits in the order in which it was made.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from synfin.core.errno import (
    EAGAIN,
    ECONNRESET,
    EINPROGRESS,
    EMFILE,
    ENOTCONN,
    name_of,
)
from synfin.host import constants
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.lab.model import Args, Argument, Call, Endpoint, Position, Reaction
from synfin.lab.recorder import Recorder, show_octets
from synfin.lab.values import packed

_ACCEPT: Final = Call("", "", "accept", Args(), "accept", Position())
READ_SIZE: Final = 1 << 20
LETTERS: Final = bytes(range(97, 123))
FIRST_PORT: Final = 40_000
"""Where a host's connections begin that the scenario gives no port (the catalogue's A:40000)."""


class World(Protocol):
    """What a program may ask of the run around it."""

    recorder: Recorder

    def now(self) -> int:
        """The network's time, ns."""

    def later(self, time: int, action: Callable[[], None]) -> None:
        """Calls ``action`` at ``time``, as an application call."""

    def address(self, endpoint: Endpoint) -> tuple[str, int]:
        """The address and port that an endpoint means."""


class Send:
    """A send that has not been queued whole yet, or what waits behind it."""

    def __init__(self, call: Call, data: bytes, total: int) -> None:
        self.call = call
        self.data = data
        self.total = total


class Handle:
    """One socket of a program, and what its calls wait for."""

    def __init__(self, name: str, sock: Socket, kind: str) -> None:
        self.name = name
        self.sock = sock
        self.number = sock.fileno()
        self.kind = kind
        self.reads = True
        self.accepts = kind == "listener"
        self.child_reads = True
        self.connecting: Call | None = None
        self.sends: deque[Send] = deque()
        self.recvs: deque[tuple[Call, bytearray]] = deque()
        self.accepting: deque[Call] = deque()
        self.letters = 0
        self.read_total = 0
        self.ended = False
        self.closed = False
        self.active_at = 0
        self.counted: dict[int, int] = {}

    @property
    def engine_id(self) -> int:
        """The engine's connection id, 0 when there is no connection."""
        conn = self.sock.conn
        return conn.id if conn is not None else 0

    def pattern(self, length: int) -> bytes:
        """The next ``length`` letters of this connection."""
        start = self.letters % len(LETTERS)
        self.letters += length
        return (LETTERS * (length // len(LETTERS) + 2))[start : start + length]


class Program:
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
        self.name = name
        self.host = host
        self.world = world
        self.reactions = reactions
        self.reads = reads
        self.accepts = accepts
        self.handles: dict[str, Handle] = {}
        self.by_socket: dict[int, Handle] = {}
        self.made: dict[str, int] = {"c": 0, "listener": 0, "u": 0, "s": 0}
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

    def _note_name(self, handle: Handle) -> None:
        """Remember which connection the name means by now."""
        if handle.engine_id:
            self.world.recorder.named(self.name, handle.name, handle.engine_id)

    # -- records ------------------------------------------------------------------------

    def _record(self, handle: Handle | None, call: Call, **fields: object) -> None:
        conn = self.world.recorder.conn(self.name, handle.engine_id) if handle else 0
        self.world.recorder.add(
            "call",
            self.world.now(),
            host=self.name,
            conn=conn,
            socket=handle.number if handle else 0,
            name=handle.name if handle else "",
            call=call.verb,
            args=call.text.partition(" ")[2],
            **fields,
        )

    def _done(
        self, handle: Handle | None, call: Call, result: object = "ok", **more: object
    ) -> None:
        self._record(handle, call, result=result, **more)

    def _failed(self, handle: Handle | None, call: Call, error: OSError, verb: str = "") -> None:
        self._record(handle, call, errno=name_of(error.errno or 0))
        if verb:
            self.world.recorder.records[-1]["call"] = verb

    def _waits(self, handle: Handle, call: Call) -> None:
        self._record(handle, call, blocking=True)

    def _tell(self, handle: Handle, name: str, **fields: object) -> None:
        conn = self.world.recorder.conn(self.name, handle.engine_id)
        fields = {"errno": None, "data": None, "reason": None, **fields}
        self.world.recorder.add(
            "signal", self.world.now(), host=self.name, conn=conn, name=name, **fields
        )

    # -- sockets by name -------------------------------------------------------------------

    def _add(self, handle: Handle) -> Handle:
        self.handles[handle.name] = handle
        self.by_socket[id(handle.sock)] = handle
        return handle

    def _name(self, kind: str, args: Args) -> str:
        self.made[kind] += 1
        number = self.made[kind]
        plain = "listener" if kind == "listener" and number == 1 else f"{kind}{number}"
        return args.text("as") or plain

    def _find(self, name: str, call: Call) -> Handle:
        if name:
            if name not in self.handles:
                known = ", ".join(self.handles) or "none"
                raise CallError(call, f"{self.name} has no socket {name}; there are {known}")
            return self.handles[name]
        orders = {"accept": ("listener",), "sendto": ("udp",), "join": ("udp",), "leave": ("udp",)}
        for kind in orders.get(call.verb, ("stream", "udp", "listener")):
            for handle in reversed(self.handles.values()):
                if handle.kind == kind and not handle.closed:
                    return handle
        for handle in reversed(self.handles.values()):
            return handle
        raise CallError(call, f"{self.name} has no socket for {call.verb}")

    # -- opening ---------------------------------------------------------------------------

    def _socket(self, call: Call, socket: str) -> None:
        family = constants.AF_INET6 if "v6" in call.args.flags else constants.AF_INET
        udp = "udp" in call.args.flags
        kind = constants.SOCK_DGRAM if udp else constants.SOCK_STREAM
        try:
            sock = self.host.socket(family, kind)
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
            address = (_any(handle.sock), _number(target))
        self._try(handle, call, lambda: handle.sock.bind(address))

    def _try(self, handle: Handle, call: Call, action: Callable[[], object]) -> bool:
        try:
            action()
        except OSError as error:
            self._failed(handle, call, error)
            return False
        self._done(handle, call)
        return True

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
        address: tuple[str, int] = ("0.0.0.0", _number(args.values[0]))
        family = constants.AF_INET
        where = args.text("address")
        if where:
            host, _, six = where.partition("/")
            address = self.world.address(Endpoint(host, address[1], six == "6"))
            family = constants.AF_INET6 if ":" in address[0] else family
        sock = self.host.socket(family, constants.SOCK_STREAM)
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
                sock = self.host.socket(family, constants.SOCK_STREAM)
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
        self._start_connect(handle, call, address)

    def _bind_local(self, handle: Handle, call: Call) -> bool:
        port = call.args.integer("from", 0)
        if port < 0:
            return True
        if port == 0:
            port = FIRST_PORT + self.ports
            self.ports += 1
        try:
            handle.sock.setsockopt(constants.SOL_SOCKET, constants.SO_REUSEADDR, 1)
            handle.sock.bind((_any(handle.sock), port))
        except OSError as error:
            self._failed(handle, call, error, "bind")
            handle.closed = True
            handle.sock.close()
            return False
        return True

    def _start_connect(self, handle: Handle, call: Call, address: tuple[str, int]) -> None:
        data = call.args.option("fastopen")
        handle.active_at = self.world.now()
        try:
            if isinstance(data, bytes):
                handle.sock.sendto(data, constants.MSG_FASTOPEN, address)
            else:
                handle.sock.connect(address)
        except OSError as error:
            if error.errno != EINPROGRESS:
                self._failed(handle, call, error)
                return
            handle.connecting = call
            self._note_name(handle)
            self._waits(handle, call)
            return
        self._done(handle, call)
        self._react(handle, "connected")

    # -- data ------------------------------------------------------------------------------

    def _send(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        for data in self._payloads(handle, call.args.values[0]):
            if "nonblocking" in call.args.flags or "urgent" in call.args.flags:
                self._send_now(handle, call, data)
            else:
                handle.sends.append(Send(call, data, len(data)))
        self._push_sends(handle)

    def _payloads(self, handle: Handle, amount: Argument) -> list[bytes]:
        if isinstance(amount, bytes):
            return [amount]
        if isinstance(amount, tuple):
            times, size = amount
            assert isinstance(times, int)
            assert isinstance(size, int)
            return [handle.pattern(size) for _ in range(times)]
        return [handle.pattern(_number(amount))]

    def _send_now(self, handle: Handle, call: Call, data: bytes) -> None:
        flags = constants.MSG_OOB if "urgent" in call.args.flags else 0
        try:
            queued = handle.sock.send(data, flags)
        except OSError as error:
            self._failed(handle, call, error)
        else:
            self._done(handle, call, queued)

    def _queue_behind(self, call: Call, socket: str) -> None:
        """close and shutdown: after whatever is still to be queued."""
        handle = self._find(socket, call)
        handle.sends.append(Send(call, b"", 0))
        self._push_sends(handle)

    def _push_sends(self, handle: Handle) -> None:
        while handle.sends:
            first = handle.sends[0]
            if first.call.verb in ("close", "shutdown"):
                handle.sends.popleft()
                self._end(handle, first.call)
                continue
            try:
                push = "nopush" not in first.call.args.flags
                queued = handle.sock.queue(first.data, push)
            except OSError as error:
                if error.errno == EAGAIN:
                    return
                handle.sends.popleft()
                self._failed(handle, first.call, error)
                continue
            handle.active_at = self.world.now()
            if queued < len(first.data):
                if len(first.data) == first.total:
                    self._waits(handle, first.call)
                first.data = first.data[queued:]
                return
            handle.sends.popleft()
            self._done(handle, first.call, first.total)

    def _end(self, handle: Handle, call: Call) -> None:
        if call.verb == "shutdown":
            how = {"RD": constants.SHUT_RD, "RDWR": constants.SHUT_RDWR}.get(
                str(call.args.values[0]) if call.args.values else "WR", constants.SHUT_WR
            )
            self._try(handle, call, lambda: handle.sock.shutdown(how))
            return
        self._note_name(handle)
        self._done(handle, call)
        handle.closed = True
        self.by_socket.pop(id(handle.sock), None)
        handle.sock.close()

    def _abort(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        self._note_name(handle)
        self._done(handle, call)
        handle.closed = True
        self.by_socket.pop(id(handle.sock), None)
        handle.sock.setsockopt(constants.SOL_SOCKET, constants.SO_LINGER, (1, 0))
        handle.sock.close()

    def _recv(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        handle.reads = False
        if call.args.flags & {"nonblocking", "peek", "oob"}:
            self._recv_now(handle, call)
            return
        handle.recvs.append((call, bytearray()))
        self._pull(handle)
        if handle.recvs and handle.recvs[-1][0] is call:
            self._waits(handle, call)

    def _recv_now(self, handle: Handle, call: Call) -> None:
        flags = constants.MSG_PEEK if "peek" in call.args.flags else 0
        flags |= constants.MSG_OOB if "oob" in call.args.flags else 0
        limit = _number(call.args.values[0]) if call.args.values else READ_SIZE
        try:
            data = handle.sock.recv(limit if limit > 0 else READ_SIZE, flags)
        except OSError as error:
            self._failed(handle, call, error)
            return
        peeked = "peek" in call.args.flags
        self._received(handle, call, data, peeked)

    def _received(self, handle: Handle, call: Call, data: bytes, peeked: bool = False) -> None:
        if not data:
            self._done(handle, call, "eof")
            return
        more = {} if peeked else {"octets": data.hex()}
        self._done(handle, call, len(data), data=show_octets(data), **more)

    def _pull(self, handle: Handle) -> None:
        """Waiting recv calls take what is there."""
        while handle.recvs:
            call, got = handle.recvs[0]
            wanted = _number(call.args.values[0]) if call.args.values else READ_SIZE
            try:
                data = handle.sock.recv(wanted if wanted > 0 else READ_SIZE)
            except OSError as error:
                if error.errno == EAGAIN:
                    return
                handle.recvs.popleft()
                self._failed(handle, call, error)
                continue
            got += data
            if wanted < 0 and data:
                continue
            handle.recvs.popleft()
            self._received(handle, call, bytes(got))
            self._after_read(handle, len(got))

    def _read_switch(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        handle.reads = call.args.values[0] == "on"
        self._done(handle, call)
        if handle.reads:
            self._read_all(handle)

    def _read_all(self, handle: Handle) -> None:
        """An application that reads whenever it may."""
        if handle.kind == "udp":
            self._read_datagrams(handle)
            return
        while handle.reads and not handle.ended and not handle.closed:
            try:
                data = handle.sock.recv(READ_SIZE)
            except OSError as error:
                if error.errno not in (EAGAIN, ENOTCONN):
                    handle.ended = True
                    self._react(handle, "reset" if error.errno == ECONNRESET else "error")
                return
            if not data:
                handle.ended = True
                self._tell(handle, "eof")
                self._react(handle, "eof")
                return
            self._tell(handle, "data", result=len(data), data=show_octets(data), octets=data.hex())
            self._after_read(handle, len(data))

    def _read_datagrams(self, handle: Handle) -> None:
        while handle.reads and not handle.closed:
            try:
                data, _ = handle.sock.recvfrom(65_535)
            except OSError as error:
                if error.errno != EAGAIN:
                    self._tell(handle, "error", errno=name_of(error.errno or 0))
                    continue
                return
            self._tell(handle, "data", result=len(data), data=show_octets(data), octets=data.hex())
            self._after_read(handle, len(data))

    def _after_read(self, handle: Handle, length: int) -> None:
        handle.active_at = self.world.now()
        handle.read_total += length
        if length:
            self._react(handle, "data", length)

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
            self._react(child, "accept")
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
        number = handle.sock.connect_result()
        if number == EINPROGRESS:
            return False
        handle.connecting = None
        if number:
            self._record(handle, call, errno=name_of(number))
            handle.ended = True
            self._react(handle, "error")
            return False
        self._note_name(handle)
        self._done(handle, call)
        self._react(handle, "connected")
        return True

    # -- reactions -------------------------------------------------------------------------------

    def _react(self, handle: Handle, event: str, length: int = 0) -> None:
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

    # -- options, UDP, echo --------------------------------------------------------------------

    def _setsockopt(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        name, given = call.args.values
        level, option = socket_option(str(name), call)
        value = _number(given)
        wanted: int | tuple[int, int] = max(value, 0)
        if option == constants.SO_LINGER and level == constants.SOL_SOCKET:
            wanted = (0, 0) if value < 0 else (1, value)
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
        sock = self.host.socket(constants.AF_INET, constants.SOCK_DGRAM)
        handle = Handle(self._name("u", call.args), sock, "udp")
        handle.reads = self.reads and "noread" not in call.args.flags
        if "nochecksum" in call.args.flags:
            sock.setsockopt(constants.SOL_SOCKET, constants.SO_NO_CHECK, 1)
        self._add(handle)
        self._try(handle, call, lambda: sock.bind(("0.0.0.0", _number(call.args.values[0]))))

    def _sendto(self, call: Call, socket: str) -> None:
        target, amount = call.args.values
        assert isinstance(target, Endpoint)
        address = self.world.address(target)
        open_ones = [h for h in self.handles.values() if h.kind == "udp" and not h.closed]
        if not socket and not open_ones:
            family = constants.AF_INET6 if ":" in address[0] else constants.AF_INET
            sock = self.host.socket(family, constants.SOCK_DGRAM)
            self._add(Handle(self._name("u", call.args), sock, "udp"))
        handle = self._find(socket, call)
        if "broadcast" in call.args.flags:
            handle.sock.setsockopt(constants.SOL_SOCKET, constants.SO_BROADCAST, 1)
        if call.args.option("ttl") is not None:
            ttl = call.args.integer("ttl", 64)
            handle.sock.setsockopt(constants.IPPROTO_IP, constants.IP_TTL, ttl)
        for data in self._payloads(handle, amount):
            try:
                handle.sock.sendto(data, 0, address)
            except OSError as error:
                self._failed(handle, call, error)
            else:
                self._done(handle, call, len(data))

    def _group(self, call: Call, socket: str) -> None:
        handle = self._find(socket, call)
        join = call.verb == "join"
        option = constants.IP_ADD_MEMBERSHIP if join else constants.IP_DROP_MEMBERSHIP
        group = str(call.args.values[0])
        self._try(handle, call, lambda: handle.sock.setsockopt(constants.IPPROTO_IP, option, group))

    def _ping(self, call: Call, socket: str) -> None:
        address, _ = self.world.address(Endpoint(str(call.args.values[0]), 0))
        self.made["s"] += 1
        payload = bytes(call.args.integer("size", 8))
        self.host.ping(packed(address), 1, self.made["s"], payload)
        self._done(None, call)


class CallError(ValueError):
    """A call that makes no sense in this run; ``call.position`` says where it stands."""

    def __init__(self, call: Call, message: str) -> None:
        super().__init__(message)
        self.call = call


def socket_option(name: str, call: Call) -> tuple[int, int]:
    """Level and number of a socket option's name."""
    level = {"SO": constants.SOL_SOCKET, "TCP": constants.IPPROTO_TCP, "IP": constants.IPPROTO_IP}
    number = getattr(constants, name, None)
    if not isinstance(number, int):
        raise CallError(call, f"no socket option is called {name}")
    return level[name.partition("_")[0]], number


def _any(sock: Socket) -> str:
    return "::" if sock.family == constants.AF_INET6 else "0.0.0.0"


def _number(value: Argument) -> int:
    assert isinstance(value, int)
    return value
