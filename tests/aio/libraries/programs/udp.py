"""Datagram endpoints: an echo server, and a client that asks again until it is answered."""

import asyncio
from typing import cast

from tests.aio.libraries.programs import payload

SIZES = (1, 500, 1_400, 4_000)
"""The last is cut into fragments on its way."""


class Echo(asyncio.DatagramProtocol):
    """Sends back what comes, backwards."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Answers one."""
        self.transport.sendto(data[::-1], addr)


class Asking(asyncio.DatagramProtocol):
    """Puts answers and errors into a queue."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """An answer."""
        self.answers.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        """An ICMP message came back."""
        self.answers.put_nowait(exc)


async def serve(port: int) -> None:
    """Serves until cancelled."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Echo, ("0.0.0.0", port))
    try:
        await asyncio.Event().wait()
    finally:
        transport.close()


async def use(server: str, port: int) -> None:
    """Each size until it is answered; then a port where nobody listens."""
    loop = asyncio.get_running_loop()
    transport, asking = await loop.create_datagram_endpoint(Asking, remote_addr=(server, port))
    for number, size in enumerate(SIZES):
        data = payload(size, number)
        assert await ask(transport, asking, data) == data[::-1]
    transport.close()
    transport, asking = await loop.create_datagram_endpoint(Asking, remote_addr=(server, port + 1))
    assert isinstance(await ask(transport, asking, b"anybody?"), ConnectionRefusedError)
    transport.close()


async def ask(
    transport: asyncio.DatagramTransport, asking: Asking, data: bytes
) -> bytes | Exception:
    """Sends, again after each second of silence, at most 20 times."""
    for _ in range(20):
        transport.sendto(data)
        try:
            async with asyncio.timeout(1):
                answer = await asking.answers.get()
                while answer != data[::-1] and not isinstance(answer, Exception):
                    answer = await asking.answers.get()
                return answer
        except TimeoutError:
            continue
    raise AssertionError(f"no answer to {len(data)} bytes")
