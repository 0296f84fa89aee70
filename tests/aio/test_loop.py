"""asyncio's own parts, unchanged, over simulated TCP."""

import asyncio
import time

from tests.aio.places import echo, server, world


def test_streams_echo_in_virtual_time() -> None:
    async def ask() -> tuple[bytes, float]:
        reader, writer = await asyncio.open_connection("api", 80)
        writer.write(b"hello")
        answer = await reader.readexactly(5)
        writer.close()
        await writer.wait_closed()
        return answer, asyncio.get_running_loop().time()

    began = time.monotonic()
    with world(delay_ms=10_000) as here:
        here.spawn("api", server(echo))
        # SYN, SYN,ACK, then data and its echo: two round trips of 20 s
        assert here.run(ask(), host="client") == (b"hello", 40.0)
    assert time.monotonic() - began < 20


def test_a_megabyte_both_ways_is_the_same_octets() -> None:
    octets = bytes(range(256)) * 4096

    async def ask() -> tuple[bytes, int]:
        reader, writer = await asyncio.open_connection("api", 80)
        reads = 0

        async def send() -> None:
            writer.write(octets)
            await writer.drain()
            writer.write_eof()

        sending = asyncio.create_task(send())
        received = bytearray()
        while data := await reader.read(1 << 20):
            received += data
            reads += 1
        await sending
        writer.close()
        return bytes(received), reads

    with world() as here:
        here.spawn("api", server(echo))
        received, reads = here.run(ask(), host="client")
    assert received == octets
    assert reads > 1
