"""What a probe may know of the world it runs in, and what it leaves behind.

Nothing here or in the probes knows synfin: the same functions run on the simulated
loop, on stock asyncio over the kernel's TCP, and on other simulators.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping

Note = str | int | float | bool | None


def error_name(error: BaseException) -> str:
    """The POSIX name where there is a number, else the name of the class."""
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number in errno.errorcode:
        return errno.errorcode[number]
    cause = error.__cause__ or error.__context__
    return type(error).__name__ if cause is None else error_name(cause)


class Talk:
    """One side of a probe: where it is, where the other is, its settings, its notes.

    ``settings`` are whole numbers or seconds, named in the row; ``note`` keeps facts
    that the row's check reads; ``ready`` says that the server listens.
    """

    def __init__(
        self,
        own: str,
        peer: str,
        port: int,
        settings: Mapping[str, float],
        note: Callable[[str, Note], None],
    ) -> None:
        self.own = own
        self.peer = peer
        self.port = port
        self.settings = settings
        self.note = note

    def ready(self) -> None:
        """The server listens now."""
        self.note("ready", True)

    def go(self) -> None:
        """The client has come to where the row's events are counted from."""
        self.note("go", True)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A stream to the other side."""
        return await asyncio.open_connection(self.peer, self.port)

    async def outcome(self, name: str, waiting: Awaitable[object], within: float) -> None:
        """Notes how ``waiting`` ended: "done", an error's name, or "nothing" (in ``within``
        seconds), and in ``NAME_s`` after how many seconds."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        how = "done"
        task = asyncio.ensure_future(waiting)
        finished, _ = await asyncio.wait([task], timeout=within)
        if not finished:
            task.cancel()
            await asyncio.wait([task], timeout=1)
            how = "nothing"
        elif error := task.exception():
            how = error_name(error)
        self.note(name, how)
        self.note(f"{name}_s", loop.time() - start)


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes = b"a"
) -> None:
    """Sends and waits for the echo."""
    writer.write(data)
    await writer.drain()
    assert await reader.readexactly(len(data)) == data


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server's handler: everything back, to the end or the first error."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def echo_server(talk: Talk) -> None:
    """An echo server, until cancelled."""
    async with await asyncio.start_server(echo, port=talk.port, host=talk.own) as server:
        talk.ready()
        await server.serve_forever()
