"""grpclib: the four kinds of call, with a codec of plain bytes (no generated code)."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from grpclib.client import (
    Channel,
    StreamStreamMethod,
    StreamUnaryMethod,
    UnaryStreamMethod,
    UnaryUnaryMethod,
)
from grpclib.const import Cardinality, Handler, Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError
from grpclib.server import Server, Stream

from tests.aio.libraries.programs import payload

LARGE = payload(200_000, 4)


class Bytes(CodecBase):
    """Messages are bytes."""

    __content_subtype__ = "bytes"

    def encode(self, message: bytes, message_type: Any) -> bytes:
        """As they are."""
        return message

    def decode(self, data: bytes, message_type: Any) -> bytes:
        """As they are."""
        return data


class Words:
    """A service by hand."""

    async def reverse(self, stream: Stream[bytes, bytes]) -> None:
        """One in, one out."""
        message = await stream.recv_message()
        if not message:
            raise GRPCError(Status.INVALID_ARGUMENT, "nothing to turn round")
        await stream.send_message(message[::-1])

    async def join(self, stream: Stream[bytes, bytes]) -> None:
        """Many in, one out."""
        await stream.send_message(b"".join([message async for message in stream]))

    async def split(self, stream: Stream[bytes, bytes]) -> None:
        """One in, many out."""
        message = await stream.recv_message() or b""
        for start in range(0, len(message), 30_000):
            await stream.send_message(message[start : start + 30_000])

    async def echo(self, stream: Stream[bytes, bytes]) -> None:
        """Each one back as it comes."""
        async for message in stream:
            await stream.send_message(message)

    def __mapping__(self) -> Mapping[str, Handler]:
        """What generated code would say."""
        kinds = Cardinality
        return {
            "/Words/Reverse": Handler(self.reverse, kinds.UNARY_UNARY, bytes, bytes),
            "/Words/Join": Handler(self.join, kinds.STREAM_UNARY, bytes, bytes),
            "/Words/Split": Handler(self.split, kinds.UNARY_STREAM, bytes, bytes),
            "/Words/Echo": Handler(self.echo, kinds.STREAM_STREAM, bytes, bytes),
        }


async def serve(port: int) -> None:
    """Serves until cancelled."""
    server = Server([Words()], codec=Bytes())
    await server.start("0.0.0.0", port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        await server.wait_closed()


async def use(server: str, port: int) -> None:
    """All four kinds over one channel."""
    pieces = [LARGE[start : start + 30_000] for start in range(0, len(LARGE), 30_000)]
    async with Channel(server, port, codec=Bytes()) as channel:
        reverse = UnaryUnaryMethod(channel, "/Words/Reverse", bytes, bytes)
        assert await reverse(LARGE) == LARGE[::-1]
        with pytest.raises(GRPCError) as caught:
            await reverse(b"")
        assert caught.value.status is Status.INVALID_ARGUMENT
        join = StreamUnaryMethod(channel, "/Words/Join", bytes, bytes)
        assert await join(pieces) == LARGE
        split = UnaryStreamMethod(channel, "/Words/Split", bytes, bytes)
        assert await split(LARGE) == pieces
        echo = StreamStreamMethod(channel, "/Words/Echo", bytes, bytes)
        async with echo.open() as stream:
            for piece in pieces:
                await stream.send_message(piece)
                assert await stream.recv_message() == piece
            await stream.end()
