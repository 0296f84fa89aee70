"""Probes of the stream itself: pieces, buffers, ends, queues."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

from tests.aio.truths.talk import Talk, error_name

MEGABYTE = 1_000_000
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listen(talk: Talk, handler: Handler) -> None:
    """Serves with ``handler`` until cancelled."""
    async with await asyncio.start_server(handler, host=talk.own, port=talk.port) as server:
        talk.ready()
        await server.serve_forever()


async def megabyte_server(talk: Talk) -> None:
    """Writes 1 MB in one call to whoever comes."""

    async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(MEGABYTE))
        await writer.drain()
        writer.close()

    await listen(talk, handle)


async def read_megabyte(talk: Talk) -> None:
    """Asks for 2 MB at a time."""
    reader, writer = await talk.connect()
    sizes = []
    while data := await reader.read(2 * MEGABYTE):
        sizes.append(len(data))
    talk.note("reads", len(sizes))
    talk.note("bytes", sum(sizes))
    writer.close()


async def slow_server(talk: Talk) -> None:
    """Reads nothing for three seconds, then everything."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        set_buffer(writer, socket.SO_RCVBUF, talk.settings["rcvbuf"])
        await asyncio.sleep(3)
        total = 0
        while data := await reader.read(65_536):
            total += len(data)
        talk.note("received", total)
        writer.close()

    await listen(talk, handle)


def set_buffer(writer: asyncio.StreamWriter, option: int, size: float) -> None:
    """The kernel's buffer, where the stream has a socket."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, option, int(size))


async def write_to_slow(talk: Talk) -> None:
    """4 MB in pieces of 16 KB with ``drain()``: after how many does it first block?"""
    loop = asyncio.get_running_loop()
    _, writer = await talk.connect()
    set_buffer(writer, socket.SO_SNDBUF, talk.settings["sndbuf"])
    blocked = 0
    longest = 0.0
    for start in range(0, 4_000_000, 16_000):
        before = loop.time()
        writer.write(bytes(16_000))
        await writer.drain()
        waited = loop.time() - before
        longest = max(longest, waited)
        if waited > 1 and not blocked:
            blocked = start
    talk.note("blocked_after", blocked)
    talk.note("blocked_s", longest)
    writer.close()
    await asyncio.sleep(5)


async def closing_server(talk: Talk) -> None:
    """Reads nothing and closes while a megabyte is coming."""

    async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.close()

    await listen(talk, handle)


async def write_unread(talk: Talk) -> None:
    """Sends a megabyte that is never read; the other side closes."""
    reader, writer = await talk.connect()
    writer.write(bytes(MEGABYTE))
    await talk.outcome("read", reader.read(1), 20)
    writer.close()


async def rebinding_server(talk: Talk) -> None:
    """Closes a connection first, then its listener, and binds again. What was accepted
    has its listener's SO_REUSEADDR, in TIME-WAIT, too."""
    gone = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        gone.set()

    reuse = bool(talk.settings.get("reuse"))
    server = await asyncio.start_server(handle, talk.own, talk.port, reuse_address=reuse)
    talk.ready()
    await gone.wait()
    await asyncio.sleep(0.5)
    server.close()
    await server.wait_closed()
    await rebind(talk, "at_once", False)
    await rebind(talk, "with_reuseaddr", True)
    if later := talk.settings.get("later"):
        await asyncio.sleep(later)
        await rebind(talk, "later", False)
    talk.note("finished", True)
    await asyncio.Event().wait()


async def rebind(talk: Talk, name: str, reuse: bool) -> None:
    """Binds, notes how that went, and closes."""
    try:
        server = await asyncio.start_server(
            lambda _reader, _writer: None, talk.own, talk.port, reuse_address=reuse
        )
    except OSError as error:
        talk.note(name, error_name(error))
        return
    server.close()
    talk.note(name, "done")


async def be_closed(talk: Talk) -> None:
    """Reads the FIN, closes second, and waits for the server to be done."""
    reader, writer = await talk.connect()
    assert await reader.read() == b""
    writer.close()
    await asyncio.sleep(1.5 + talk.settings.get("later", 0))


async def leaving_server(talk: Talk) -> None:
    """Closes whatever comes."""

    async def handle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    await listen(talk, handle)


async def write_after_peer_closed(talk: Talk) -> None:
    """FIN has come; the first write goes, and is answered by RST; the second fails."""
    reader, writer = await talk.connect()
    assert await reader.read() == b""
    await talk.outcome("first", write(writer, b"x"), 10)
    await asyncio.sleep(0.5)
    await talk.outcome("second", write(writer, b"y"), 10)
    writer.close()


async def write(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Writes and drains, twice: ``drain`` tells of the write before it."""
    writer.write(data)
    await writer.drain()
    await asyncio.sleep(0.1)
    await writer.drain()


async def watching_server(talk: Talk) -> None:
    """Notes how the connection of whoever comes ended. Sends a megabyte first, if asked."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if talk.settings.get("unread"):
            writer.write(bytes(MEGABYTE))
        await talk.outcome("server_read", read_all(talk, reader), 20)
        writer.close()

    await listen(talk, handle)


async def read_all(talk: Talk, reader: asyncio.StreamReader) -> None:
    """To the end; notes how much it was."""
    total = 0
    try:
        while data := await reader.read(1_000):
            total += len(data)
    finally:
        talk.note("server_got", total)


async def abort(talk: Talk) -> None:
    """``transport.abort()`` right after a write."""
    _, writer = await talk.connect()
    await asyncio.sleep(1)
    writer.write(b"last words")
    writer.transport.abort()
    await asyncio.sleep(1)


async def lazy_server(talk: Talk) -> None:
    """A listener with a backlog of 1 that accepts late, or never."""
    loop = asyncio.get_running_loop()
    with socket.socket() as listener, contextlib.ExitStack() as accepted:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((talk.own, talk.port))
        listener.listen(1)
        listener.setblocking(False)
        talk.ready()
        await asyncio.sleep(talk.settings["accepts_at"])
        while True:
            sock, _ = await loop.sock_accept(listener)
            accepted.enter_context(sock)


async def connect_three(talk: Talk) -> None:
    """Three connections, one after another."""
    writers: list[asyncio.StreamWriter] = []

    async def connect() -> None:
        writers.append((await talk.connect())[1])

    for name in ("first", "second", "third"):
        await talk.outcome(name, connect(), 1_000)
    for writer in writers:
        writer.close()
