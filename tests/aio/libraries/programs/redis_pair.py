"""redis.asyncio against a server of its protocol: values, pipelines, lists, channels."""

import asyncio

import pytest
import redis.asyncio
from redis.exceptions import ResponseError

from tests.aio.libraries.programs import payload
from tests.aio.libraries.stubs.resp import serve

__all__ = ["serve", "use"]

LARGE = payload(200_000, 10)


async def use(server: str, port: int) -> None:
    """In both versions of the protocol."""
    for version in (2, 3):
        async with redis.asyncio.Redis(host=server, port=port, protocol=version) as client:
            await values(client)
            await lists(client)
            await channels(client)


async def values(client: redis.asyncio.Redis) -> None:
    """Strings, an error, a transaction."""
    assert await client.ping()
    assert await client.set("large", LARGE)
    assert await client.get("large") == LARGE
    assert await client.get("nothing") is None
    with pytest.raises(ResponseError, match="not an integer"):
        await client.incr("large")
    async with client.pipeline(transaction=True) as pipe:
        pipe.set("count", 41)
        pipe.incr("count")
        pipe.get("count")
        assert await pipe.execute() == [True, 42, b"42"]


async def lists(client: redis.asyncio.Redis) -> None:
    """One waits while another pushes; a wait that ends empty."""
    waiting = asyncio.ensure_future(client.blpop(["jobs"], timeout=0))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await client.rpush("jobs", b"first")
    assert list(await waiting or ()) == [b"jobs", b"first"]
    assert await client.blpop(["jobs"], timeout=1) is None


async def channels(client: redis.asyncio.Redis) -> None:
    """A message to the subscriber that we are ourselves."""
    async with client.pubsub() as listener:
        await listener.subscribe("news")
        assert (await listener.get_message(timeout=60))["type"] == "subscribe"
        assert await client.publish("news", LARGE) == 1
        message = await listener.get_message(timeout=60)
        assert message is not None
        assert (message["type"], message["data"]) == ("message", LARGE)
