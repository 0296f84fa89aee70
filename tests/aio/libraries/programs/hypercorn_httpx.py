"""hypercorn with a bare ASGI application; httpx over HTTP/1.1 and over HTTP/2 without TLS."""

import asyncio
import hashlib

import httpx
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from tests.aio.libraries.programs import payload

LARGE = payload(200_000, 5)


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Answers with the version of HTTP and the SHA-256 of the body."""
    if scope["type"] != "http":
        return
    digest, more = hashlib.sha256(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        digest.update(message["body"])
        more = message["more_body"]
    text = f"{scope['http_version']} {digest.hexdigest()}".encode()
    start: dict[str, object] = {"type": "http.response.start", "status": 200}
    start["headers"] = [(b"content-length", b"%d" % len(text))]
    await send(start)  # type: ignore[arg-type]
    await send({"type": "http.response.body", "body": text, "more_body": False})


async def serve(port: int) -> None:
    """Serves until cancelled."""
    config = Config()
    config.bind = [f"0.0.0.0:{port}"]
    config.errorlog = None
    stop = asyncio.Event()
    serving = asyncio.ensure_future(
        hypercorn_serve(application, config, shutdown_trigger=stop.wait)
    )
    try:
        await asyncio.shield(serving)
    finally:
        stop.set()
        await serving


async def use(server: str, port: int) -> None:
    """The same requests in both versions."""
    expected = hashlib.sha256(LARGE).hexdigest()
    for version, old in (("1.1", True), ("2", False)):
        async with httpx.AsyncClient(http1=old, http2=not old, timeout=60) as client:
            for _ in range(3):
                answer = await client.post(f"http://{server}:{port}/", content=LARGE)
                assert answer.text == f"{version} {expected}"
