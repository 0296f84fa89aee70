"""uvicorn with Starlette, its endpoints both coroutines and plain functions, and httpx."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.aio.libraries.programs import payload

LARGE = payload(200_000, 2)


async def digest(request: Request) -> Response:
    """The SHA-256 of what was sent."""
    return PlainTextResponse(hashlib.sha256(await request.body()).hexdigest())


def plain(request: Request) -> Response:
    """A plain function, which Starlette runs in a thread of its pool."""
    return JSONResponse({"path": request.url.path, "named": bool(threading.current_thread().name)})


async def parts() -> AsyncIterator[bytes]:
    """A body that takes a while."""
    for start in range(0, len(LARGE), 40_000):
        yield LARGE[start : start + 40_000]
        await asyncio.sleep(0.01)


async def stream(_request: Request) -> Response:
    """The large body, in chunks."""
    return StreamingResponse(parts())


async def serve(port: int) -> None:
    """Serves until cancelled."""
    routes = [Route("/plain", plain), Route("/stream", stream)]
    app = Starlette(routes=[*routes, Route("/digest", digest, methods=["POST"])])
    config = uvicorn.Config(app, host="0.0.0.0", port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving


async def use(server: str, port: int) -> None:
    """Talks to it through one client."""
    async with httpx.AsyncClient(base_url=f"http://{server}:{port}", timeout=60) as client:
        for _ in range(3):
            answer = await client.get("/plain")
            assert answer.json() == {"path": "/plain", "named": True}
        answer = await client.post("/digest", content=LARGE)
        assert answer.text == hashlib.sha256(LARGE).hexdigest()
        answer = await client.get("/stream")
        assert answer.content == LARGE
        async with client.stream("GET", "/stream") as flow:
            assert b"".join([piece async for piece in flow.aiter_bytes()]) == LARGE
        assert (await client.get("/nothing")).status_code == 404
