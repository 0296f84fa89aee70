"""poll(2) and epoll(7) over the host's readiness, level and edge triggered."""

from synfin.core.errno import EEXIST, EINVAL, ENOENT
from synfin.core.states import State
from synfin.core.timers import NEVER
from synfin.host.errors import socket_error
from synfin.host.news_socket import EDGE_ERROR, EDGE_READ, EDGE_STATE, EDGE_WRITE
from synfin.host.sockets import Socket
from synfin.packetdrill import symbols as s
from synfin.packetdrill.files import Epoll, File, Step, only
from synfin.packetdrill.findings import Failure, differs
from synfin.packetdrill.model import Array, Call, Expression, Structure, Unsupported
from synfin.packetdrill.transfers import Transfers

MILLISECOND = 1_000_000
ALWAYS = s.POLLERR | s.POLLHUP
"""Reported whether asked for or not."""
FLAGS = s.EPOLLET | s.EPOLLONESHOT | s.SYMBOLS["EPOLLEXCLUSIVE"]


def ready(sock: Socket) -> int:
    """tcp_poll(): the bits that hold for a socket now."""
    if sock.listener is not None:
        return s.POLLIN if sock.readable() else 0
    connection = sock.conn
    error = s.POLLERR if sock.has_error() else 0
    if connection is None:
        return s.POLLOUT | s.POLLHUP | error
    if connection.fastopen_waiting:
        return s.POLLOUT | error
    bits = error
    read_over = sock.read_shut or connection.rcv.fin_received
    closed = connection.state is State.CLOSED
    if closed or (read_over and connection.write_shut):
        bits |= s.POLLHUP
    if read_over or closed:
        bits |= s.POLLIN | s.POLLRDHUP
    if connection.state is not State.SYN_SENT:
        if sock.readable():
            bits |= s.POLLIN
        if sock.writable():
            bits |= s.POLLOUT
        else:
            sock.wait_for_room()
    return bits


class Polling(Transfers):
    """poll, epoll_create, epoll_ctl, epoll_wait."""

    def _timeout(self, milliseconds: int) -> int:
        return NEVER if milliseconds < 0 else self.machine.now + milliseconds * MILLISECOND

    # -- poll ------------------------------------------------------------------
    def call_poll(self, call: Call) -> Step:
        array = call.arguments[0]
        if not isinstance(array, Array):
            raise Unsupported("poll(fds)")
        wanted = [self._pollfd(item) for item in array.items]
        deadline = self._timeout(self.argument(call, 2))
        while True:
            found = [self._bits(fd, events) for fd, events, _ in wanted]
            if any(found) or self.machine.now >= deadline:
                break
            yield deadline
        for (fd, _events, expected), bits in zip(wanted, found, strict=True):
            if bits != expected:
                names = s.names(expected, "POLL"), s.names(bits, "POLL")
                raise Failure(differs(f"revents ({fd})", *names))
        return sum(1 for bits in found if bits)

    def _pollfd(self, item: Expression) -> tuple[int, int, int]:
        if not isinstance(item, Structure):
            raise Unsupported("poll(fds)")
        fd, events, revents = item.get("fd"), item.get("events"), item.get("revents")
        if fd is None or events is None:
            raise Unsupported("poll(fds)")
        return s.number(fd), s.number(events), s.number(revents) if revents is not None else 0

    def _bits(self, fd: int, events: int) -> int:
        file = self.files.get(fd)
        if file is None:
            return s.SYMBOLS["POLLNVAL"]
        if file.socket is None:
            return 0
        return ready(file.socket) & (events | ALWAYS)

    # -- epoll -----------------------------------------------------------------
    def call_epoll_create(self, call: Call) -> int:
        if self.argument(call, 0) <= 0:
            raise socket_error(EINVAL)
        return self.add(call, File(epoll=Epoll()))

    def call_epoll_create1(self, call: Call) -> int:
        return self.add(call, File(epoll=Epoll()))

    def _epoll(self, call: Call) -> Epoll:
        epoll = self.file(call).epoll
        if epoll is None:
            raise socket_error(EINVAL)
        return epoll

    def _event(self, expression: Expression) -> tuple[int, int]:
        item = only(expression)
        if not isinstance(item, Structure):
            raise Unsupported("epoll_event")
        events = item.get("events")
        data = next((v for k, v in item.fields if k in ("fd", "ptr", "u32", "u64")), 0)
        return s.number(events) if events is not None else 0, s.number(data)

    def call_epoll_ctl(self, call: Call) -> int:
        epoll = self._epoll(call)
        operation, fd = self.argument(call, 1), self.argument(call, 2)
        known = fd in epoll.interest
        if operation == s.EPOLL_CTL_ADD and known:
            raise socket_error(EEXIST)
        if operation != s.EPOLL_CTL_ADD and not known:
            raise socket_error(ENOENT)
        if operation == s.EPOLL_CTL_DEL:
            del epoll.interest[fd]
            return 0
        epoll.interest[fd] = self._event(call.arguments[3])
        epoll.edges.add(fd)
        epoll.disarmed.discard(fd)
        return 0

    def wake(self) -> None:
        """Sockets whose readiness changed: new edges for whoever watches them."""
        woken, self.machine.woken = self.machine.woken, []
        for sock in dict.fromkeys(woken):
            edges = sock.take_edges()
            for fd, file in self.files.items():
                if file.socket is not sock:
                    continue
                for other in self.files.values():
                    if other.epoll is not None and _concerns(other.epoll, fd, edges):
                        other.epoll.edges.add(fd)

    def call_epoll_wait(self, call: Call) -> Step:
        epoll = self._epoll(call)
        most = self.argument(call, 2)
        if most <= 0:
            raise socket_error(EINVAL)
        deadline = self._timeout(self.argument(call, 3))
        while True:
            self.wake()
            found = self._collect(epoll, most)
            if found or self.machine.now >= deadline:
                break
            yield deadline
        expected = [self._event(call.arguments[1])] if found else []
        for wanted, actual in zip(expected, found, strict=False):
            if wanted != actual:
                raise Failure(differs("epoll_event", _shown(wanted), _shown(actual)))
        return len(found)

    def _collect(self, epoll: Epoll, most: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for fd, (events, data) in epoll.interest.items():
            if fd in epoll.disarmed or len(found) >= most:
                continue
            if events & s.EPOLLET and fd not in epoll.edges:
                continue
            bits = self._bits(fd, events & ~FLAGS)
            epoll.edges.discard(fd)
            if not bits:
                continue
            found.append((bits, data))
            if events & s.EPOLLONESHOT:
                epoll.disarmed.add(fd)
        return found


def _concerns(epoll: Epoll, fd: int, edges: int) -> bool:
    """ep_poll_callback(): whether whoever watches ``fd`` hears of it at all."""
    if fd not in epoll.interest:
        return False
    events = epoll.interest[fd][0]
    if edges & (EDGE_STATE | EDGE_ERROR):
        return True
    wanted = EDGE_READ if events & s.POLLIN else 0
    return bool(edges & (wanted | (EDGE_WRITE if events & s.POLLOUT else 0)))


def _shown(event: tuple[int, int]) -> str:
    return f"{s.names(event[0], 'EPOLL')} {event[1]}"
