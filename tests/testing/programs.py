"""Small programs that the tests run on simulated hosts."""

import asyncio


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends back what comes, until the peer closes."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve(port: int = 80) -> None:
    """An echo server."""
    server = await asyncio.start_server(echo, "0.0.0.0", port)
    async with server:
        await server.serve_forever()


async def never_closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A handler that forgets its connection."""
    KEPT.append(writer)
    await reader.read()


KEPT: list[asyncio.StreamWriter] = []


async def serve_leaking() -> None:
    """A server that leaves every connection in CLOSE-WAIT."""
    server = await asyncio.start_server(never_closes, "0.0.0.0", 80)
    async with server:
        await server.serve_forever()


async def ask(text: bytes = b"hello", host: str = "api") -> bytes:
    """One question, one answer."""
    reader, writer = await asyncio.open_connection(host, 80)
    try:
        writer.write(text)
        return await reader.readexactly(len(text))
    finally:
        writer.close()


async def ask_patiently(text: bytes = b"hello") -> bytes:
    """As :func:`ask`, and waits until the connection has closed."""
    reader, writer = await asyncio.open_connection("api", 80)
    writer.write(text)
    answer = await reader.readexactly(len(text))
    writer.close()
    await writer.wait_closed()
    return answer
