"""Sending and receiving as blocking programs do it."""

from typing import Final

from synfin.core.errno import EAGAIN, ECONNRESET, ENOTCONN, name_of
from synfin.host import constants
from synfin.lab.books import Books
from synfin.lab.handles import Handle, Send, number
from synfin.lab.model import Argument, Call
from synfin.lab.recorder import show_octets

READ_SIZE: Final = 1 << 20


class Transfer(Books):
    """The data calls of a program."""

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
        return [handle.pattern(number(amount))]

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
                flags = constants.MSG_MORE if "nopush" in first.call.args.flags else 0
                flags |= constants.MSG_EOR if "eor" in first.call.args.flags else 0
                queued = handle.sock.queue(first.data, flags)
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
        handle.sock.abort()

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
        limit = number(call.args.values[0]) if call.args.values else READ_SIZE
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
            wanted = number(call.args.values[0]) if call.args.values else READ_SIZE
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
                    self.react(handle, "reset" if error.errno == ECONNRESET else "error")
                return
            if not data:
                handle.ended = True
                self._tell(handle, "eof")
                self.react(handle, "eof")
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
            self.react(handle, "data", length)
