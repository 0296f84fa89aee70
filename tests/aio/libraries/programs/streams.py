"""asyncio's own streams: lines, a bulk, half-close in both directions."""

import asyncio

from tests.aio.libraries.programs import payload

LARGE = payload(400_000, 6)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Echoes a line, then everything up to the client's FIN, backwards."""
    writer.write(await reader.readline())
    data = await reader.read()
    writer.write(data[::-1])
    await writer.drain()
    writer.close()


async def serve(port: int) -> None:
    """Serves until cancelled."""
    async with await asyncio.start_server(answer, "0.0.0.0", port) as server:
        await server.serve_forever()


async def use(server: str, port: int) -> None:
    """Two clients at once."""
    await asyncio.gather(*(one(server, port, size) for size in (10, len(LARGE))))


async def one(server: str, port: int, size: int) -> None:
    """A line, a bulk, write_eof, and the whole answer."""
    reader, writer = await asyncio.open_connection(server, port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.write(LARGE[:size])
    await writer.drain()
    writer.write_eof()
    assert await reader.read() == LARGE[:size][::-1]
    writer.close()
    await writer.wait_closed()
