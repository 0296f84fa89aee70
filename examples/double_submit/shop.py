"""A little shop and its client, with a bug that loss on the network brings out.

The client tries again when no answer comes in time. But no answer does not mean that
nothing happened: where only the answer was lost, the shop has the order already.
"""

import asyncio


async def serve(orders: list[str], port: int = 8080) -> None:
    """Takes one order per connection and confirms it."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            order = (await reader.readline()).decode().strip()
            if order:
                orders.append(order)
                writer.write(f"OK {order}\n".encode())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "0.0.0.0", port)
    async with server:
        await server.serve_forever()


async def order_once(item: str, host: str, port: int) -> str:
    """Sends an order and returns the confirmation."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"{item}\n".encode())
        answer = (await reader.readline()).decode().strip()
        if not answer:
            raise ConnectionError("closed before the answer came")
        return answer
    finally:
        writer.close()


async def buy(item: str, host: str = "shop", port: int = 8080, patience: float = 0.5) -> str:
    """Orders ``item``; tries again while the network is bad. (This is the bug.)"""
    for _ in range(10):
        try:
            return await asyncio.wait_for(order_once(item, host, port), patience)
        except (TimeoutError, OSError):
            continue
    raise ConnectionError("the shop cannot be reached")
