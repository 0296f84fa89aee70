"""A server of the Redis protocol (RESP2 and RESP3) with a handful of commands.

Written from the protocol's specification: requests are arrays of bulk strings;
``HELLO`` chooses the version; what a client does not know to exist here is
answered as Redis does: ``-ERR unknown command``.
"""

import asyncio
from collections import defaultdict, deque

Reply = bytes


class RespError(Exception):
    """The peer sent what is no request."""


def bulk(data: bytes | None) -> Reply:
    """A bulk string, or RESP2's null."""
    return b"$-1\r\n" if data is None else b"$%d\r\n%b\r\n" % (len(data), data)


def array(items: list[Reply], push: bool = False) -> Reply:
    """An array, or a push message of RESP3."""
    return b"%c%d\r\n%b" % (b">" if push else b"*", len(items), b"".join(items))


def number(value: int) -> Reply:
    """An integer."""
    return b":%d\r\n" % value


async def read_request(reader: asyncio.StreamReader) -> list[bytes]:
    """One request; empty at the end of the stream."""
    line = await reader.readline()
    if not line:
        return []
    if line[:1] != b"*":
        raise RespError("no array")
    words = []
    for _ in range(int(line[1:])):
        head = await reader.readline()
        if head[:1] != b"$":
            raise RespError("no bulk string")
        words.append(await reader.readexactly(int(head[1:])))
        if await reader.readexactly(2) != b"\r\n":
            raise RespError("no end of line")
    return words


class Client:
    """One connection: its version of the protocol, its transaction, its channels."""

    def __init__(self, store: "Store", writer: asyncio.StreamWriter) -> None:
        self.store = store
        self.writer = writer
        self.version = 2
        self.queued: list[list[bytes]] | None = None

    async def answer(self, words: list[bytes]) -> None:
        """Writes the reply to one request."""
        name = words[0].upper()
        if self.queued is not None and name not in (b"EXEC", b"DISCARD"):
            self.queued.append(words)
            reply = b"+QUEUED\r\n"
        else:
            reply = await self.run(name, words[1:])
        self.writer.write(reply)
        await self.writer.drain()

    async def run(self, name: bytes, args: list[bytes]) -> Reply:
        """The reply to one command."""
        handler = getattr(self, "do_" + name.decode().lower(), None)
        if handler is None:
            return b"-ERR unknown command '%b'\r\n" % name
        reply = await handler(*args)
        assert isinstance(reply, bytes)
        return reply

    async def do_hello(self, version: bytes = b"2", *_rest: bytes) -> Reply:
        """Chooses the protocol; a map in RESP3, a flat array in RESP2."""
        if version not in (b"2", b"3"):
            return b"-NOPROTO unsupported protocol version\r\n"
        self.version = int(version)
        items = [bulk(b"server"), bulk(b"stub"), bulk(b"proto"), number(self.version)]
        return array(items) if self.version == 2 else b"%2\r\n" + b"".join(items)

    async def do_client(self, *_args: bytes) -> Reply:
        """SETINFO, SETNAME and their like."""
        return b"+OK\r\n"

    async def do_ping(self, *message: bytes) -> Reply:
        """PONG, or the message."""
        return bulk(message[0]) if message else b"+PONG\r\n"

    async def do_set(self, key: bytes, value: bytes) -> Reply:
        """Keeps a value."""
        self.store.values[key] = value
        return b"+OK\r\n"

    async def do_get(self, key: bytes) -> Reply:
        """The value, or null."""
        value = self.store.values.get(key)
        return b"_\r\n" if value is None and self.version == 3 else bulk(value)

    async def do_incrby(self, key: bytes, step: bytes) -> Reply:
        """Counts."""
        value = self.store.values.get(key, b"0")
        if not value.isdigit():
            return b"-ERR value is not an integer or out of range\r\n"
        self.store.values[key] = b"%d" % (int(value) + int(step))
        return number(int(value) + int(step))

    async def do_multi(self) -> Reply:
        """Begins a transaction."""
        self.queued = []
        return b"+OK\r\n"

    async def do_exec(self) -> Reply:
        """Runs what was queued."""
        queued, self.queued = self.queued or [], None
        return array([await self.run(words[0].upper(), words[1:]) for words in queued])

    async def do_rpush(self, key: bytes, *values: bytes) -> Reply:
        """Appends to a list and wakes who waits for it."""
        items = self.store.lists[key]
        items.extend(values)
        async with self.store.changed:
            self.store.changed.notify_all()
        return number(len(items))

    async def do_blpop(self, key: bytes, timeout: bytes) -> Reply:
        """Waits for an item, 0 for ever."""
        items = self.store.lists[key]
        try:
            async with asyncio.timeout(float(timeout) or None), self.store.changed:
                await self.store.changed.wait_for(lambda: items)
        except TimeoutError:
            return b"_\r\n" if self.version == 3 else b"*-1\r\n"
        return array([bulk(key), bulk(items.popleft())])

    async def do_subscribe(self, *channels: bytes) -> Reply:
        """One confirmation for each channel."""
        replies = b""
        for count, channel in enumerate(channels, 1):
            self.store.channels[channel].add(self)
            replies += array([bulk(b"subscribe"), bulk(channel), number(count)], self.version == 3)
        return replies

    async def do_unsubscribe(self, *channels: bytes) -> Reply:
        """The same backwards."""
        replies = b""
        for channel in channels:
            self.store.channels[channel].discard(self)
            replies += array([bulk(b"unsubscribe"), bulk(channel), number(0)], self.version == 3)
        return replies

    async def do_publish(self, channel: bytes, message: bytes) -> Reply:
        """To every subscriber; answers how many there are."""
        clients = self.store.channels[channel]
        for client in clients:
            items = [bulk(b"message"), bulk(channel), bulk(message)]
            client.writer.write(array(items, client.version == 3))
        return number(len(clients))


class Store:
    """What all connections share."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.lists: dict[bytes, deque[bytes]] = defaultdict(deque)
        self.channels: dict[bytes, set[Client]] = defaultdict(set)
        self.changed = asyncio.Condition()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection to its end."""
        client = Client(self, writer)
        try:
            while words := await read_request(reader):
                await client.answer(words)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except RespError as error:
            writer.write(b"-ERR Protocol error: %b\r\n" % str(error).encode())
        finally:
            for clients in self.channels.values():
                clients.discard(client)
            writer.close()


async def serve(port: int) -> None:
    """Serves until cancelled."""
    async with await asyncio.start_server(Store().talk, "0.0.0.0", port) as server:
        await server.serve_forever()
