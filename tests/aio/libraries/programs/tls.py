"""TLS from the first byte, and ``start_tls`` in the middle, with certificates checked."""

import asyncio
import ssl
from functools import cache

import trustme

from tests.aio.libraries.programs import payload

LARGE = payload(200_000, 7)
NAME = "server.test"


@cache
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For the server, with a certificate for NAME; for the client, which trusts its maker."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(NAME).configure_cert(server)
    authority.configure_trust(client)
    return server, client


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Echoes blocks of a stated length until the client ends."""
    while head := await reader.read(1):
        size = int.from_bytes(head + await reader.readexactly(3), "big")
        writer.write(await reader.readexactly(size))
        await writer.drain()
    writer.close()


async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Plain text up to STARTTLS, as mail servers do; TLS from there."""
    assert await reader.readline() == b"STARTTLS\r\n"
    writer.write(b"220 go ahead\r\n")
    await writer.drain()
    await writer.start_tls(contexts()[0])
    await echo(reader, writer)


async def serve(port: int) -> None:
    """Serves TLS on ``port`` and STARTTLS on the next, until cancelled."""
    secure = await asyncio.start_server(echo, "0.0.0.0", port, ssl=contexts()[0])
    async with secure, await asyncio.start_server(upgrade, "0.0.0.0", port + 1):
        await secure.serve_forever()


async def use(server: str, port: int) -> None:
    """Both, and a client that trusts nobody."""
    client = contexts()[1]
    reader, writer = await asyncio.open_connection(server, port, ssl=client, server_hostname=NAME)
    await talk(reader, writer)
    reader, writer = await asyncio.open_connection(server, port + 1)
    writer.write(b"STARTTLS\r\n")
    assert await reader.readline() == b"220 go ahead\r\n"
    await writer.start_tls(client, server_hostname=NAME)
    await talk(reader, writer)
    try:
        await asyncio.open_connection(
            server, port, ssl=ssl.create_default_context(), server_hostname=NAME
        )
    except ssl.SSLCertVerificationError:
        return
    raise AssertionError("a certificate from nobody was accepted")


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Blocks out and back, and an orderly end."""
    assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
    for size in (1, 1_000, len(LARGE)):
        writer.write(size.to_bytes(4, "big") + LARGE[:size])
        await writer.drain()
        assert await reader.readexactly(size) == LARGE[:size]
    writer.close()
    await writer.wait_closed()
