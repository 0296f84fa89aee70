"""pipe(2), open(2), sendfile(2) and splice(2) between a socket and the host's small files.

Octets move through the sockets' own ``send`` and ``recv``, so that what the engine does
is what it does for any other call.
"""

from typing import Final

from synfin.core.errno import EAGAIN, EBADF, EINVAL, ENOENT
from synfin.core.timers import NEVER
from synfin.host.errors import socket_error
from synfin.packetdrill.calls import Calls
from synfin.packetdrill.files import File, Pipe, Step
from synfin.packetdrill.model import Array, Call, Dots, Text, Unsupported
from synfin.packetdrill.symbols import number

SPLICE_F_NONBLOCK: Final = 2


class Transfers(Calls):
    """pipe, open, sendfile, splice."""

    def call_pipe(self, call: Call) -> int:
        pair = call.arguments[0] if call.arguments else Dots()
        if not isinstance(pair, Array) or len(pair.items) != 2:
            raise Unsupported("pipe(...)")
        pipe = Pipe()
        for item, reads in zip(pair.items, (True, False), strict=True):
            file = File()
            file.pipe, file.reads = pipe, reads
            self.files[number(item)] = file
        return 0

    def call_open(self, call: Call) -> int:
        name = call.arguments[0] if call.arguments else Dots()
        if not isinstance(name, Text):
            raise Unsupported("open(...)")
        size = self.programs.files.get(name.value)
        if size is None:
            raise socket_error(ENOENT)
        file = File()
        file.content, file.reads = bytes(size), True
        return self.add(call, file)

    def call_sendfile(self, call: Call) -> Step:
        """sendfile(out, in, [offset], count): the file's octets as one send."""
        source = self.file(call, 1)
        if source.content is None:
            raise socket_error(EINVAL)
        offset = call.arguments[2]
        start = source.offset
        if isinstance(offset, Array) and len(offset.items) == 1:
            start = number(offset.items[0])
        elif not self.is_null(call, 2):
            raise Unsupported("sendfile(offset)")
        data = source.content[start : start + self.argument(call, 3)]
        if not data:
            return 0
        file, sock = self.socket(call)
        done = yield from self._send_rest(sock, data, 0, 0, not file.nonblocking)
        sock.note_sent(done, 0)
        if self.is_null(call, 2):
            source.offset += done
        return done

    def call_splice(self, call: Call) -> Step:
        """splice(in, NULL, out, NULL, count, flags): one of the two must be a pipe."""
        source, target = self.file(call, 0), self.file(call, 2)
        if not (self.is_null(call, 1) and self.is_null(call, 3)):
            raise Unsupported("splice(offset)")
        count, flags = self.argument(call, 4), self.argument(call, 5)
        if target.pipe is not None and source.socket is not None:
            if target.reads:
                raise socket_error(EBADF)
            return (yield from self._into_pipe(source, target.pipe, count, flags))
        if source.pipe is not None and target.socket is not None:
            if not source.reads:
                raise socket_error(EBADF)
            return (yield from self._out_of_pipe(source.pipe, target, count, flags))
        raise socket_error(EINVAL)

    def _into_pipe(self, source: File, pipe: Pipe, count: int, flags: int) -> Step:
        """Linux stops before an urgent octet, which splice() cannot tell from others."""
        sock = source.socket
        assert sock is not None
        while True:
            most = min(count, pipe.room())
            if sock.urgent_left():
                most = min(most, sock.urgent_left() - 1)
                if most == 0:
                    return 0
            try:
                data = sock.recv(most)
                break
            except BlockingIOError:
                if source.nonblocking or flags & SPLICE_F_NONBLOCK:
                    raise
            yield NEVER
        pipe.data += data
        return len(data)

    def _out_of_pipe(self, pipe: Pipe, target: File, count: int, flags: int) -> Step:
        sock = target.socket
        assert sock is not None
        patient = not target.nonblocking and not flags & SPLICE_F_NONBLOCK
        while not pipe.data:
            if flags & SPLICE_F_NONBLOCK:
                raise socket_error(EAGAIN)
            yield NEVER
        data = bytes(pipe.data[:count])
        done = yield from self._send_rest(sock, data, 0, 0, patient)
        del pipe.data[:done]
        return done
