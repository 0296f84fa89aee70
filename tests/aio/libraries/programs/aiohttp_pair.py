"""aiohttp's server and client: small and large bodies, a stream, a web socket."""

import asyncio
import hashlib

import aiohttp
from aiohttp import web

from tests.aio.libraries.programs import payload

LARGE = payload(300_000)


async def hello(request: web.Request) -> web.Response:
    """A small answer made from the query."""
    return web.json_response({"hello": request.query["name"]})


async def digest(request: web.Request) -> web.Response:
    """The SHA-256 of what was sent."""
    return web.Response(text=hashlib.sha256(await request.read()).hexdigest())


async def parts(request: web.Request) -> web.StreamResponse:
    """A body in chunks, with pauses."""
    response = web.StreamResponse()
    await response.prepare(request)
    for start in range(0, len(LARGE), 50_000):
        await response.write(LARGE[start : start + 50_000])
        await asyncio.sleep(0.01)
    await response.write_eof()
    return response


async def socket(request: web.Request) -> web.WebSocketResponse:
    """Echoes messages until the client closes."""
    response = web.WebSocketResponse()
    await response.prepare(request)
    async for message in response:
        await response.send_bytes(message.data[::-1])
    return response


async def serve(port: int) -> None:
    """Serves until cancelled."""
    app = web.Application(client_max_size=10**6)
    app.add_routes([web.get("/hello", hello), web.post("/digest", digest)])
    app.add_routes([web.get("/parts", parts), web.get("/socket", socket)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "0.0.0.0", port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def use(server: str, port: int) -> None:
    """Talks to it through one session."""
    async with aiohttp.ClientSession(f"http://{server}:{port}") as session:
        for name in ("syn", "ack", "fin"):
            async with session.get("/hello", params={"name": name}) as answer:
                assert answer.status == 200
                assert await answer.json() == {"hello": name}
        async with session.post("/digest", data=LARGE) as answer:
            assert await answer.text() == hashlib.sha256(LARGE).hexdigest()
        async with session.get("/parts") as answer:
            assert await answer.read() == LARGE
        async with session.get("/nothing") as answer:
            assert answer.status == 404
        async with session.ws_connect("/socket") as messages:
            for size in (1, 1_000, 70_000):
                await messages.send_bytes(LARGE[:size])
                assert await messages.receive_bytes() == LARGE[:size][::-1]
