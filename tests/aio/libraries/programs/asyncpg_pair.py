"""asyncpg against a server of its protocol: password, queries of both kinds, a pool."""

import asyncpg
import pytest

from tests.aio.libraries.programs import payload
from tests.aio.libraries.stubs.postgres import PASSWORD, USER, serve

__all__ = ["serve", "use"]

LARGE = payload(200_000, 11)


async def use(server: str, port: int) -> None:
    """One connection, then a pool, then a wrong password."""
    where = {"host": server, "port": port, "user": USER, "database": "test"}
    connection = await asyncpg.connect(**where, password=PASSWORD)
    await connection.execute("CREATE TABLE kv (id int4 PRIMARY KEY, body bytea)")
    await queries(connection)
    await transactions(connection)
    await connection.close()
    async with asyncpg.create_pool(**where, password=PASSWORD, min_size=2, max_size=2) as pool:
        for _ in range(5):
            assert await pool.fetchval("SELECT body FROM kv WHERE id = $1", 2) == LARGE
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(**where, password="wrong")


async def queries(connection: asyncpg.Connection) -> None:
    """In, out, errors of both kinds."""
    for key, body in ((1, b""), (2, LARGE)):
        done = await connection.execute("INSERT INTO kv (id, body) VALUES ($1, $2)", key, body)
        assert done == "INSERT 0 1"
    assert await connection.fetchval("SELECT body FROM kv WHERE id = $1", 2) == LARGE
    assert await connection.fetchval("SELECT body FROM kv WHERE id = $1", 3) is None
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO kv (id, body) VALUES ($1, $2)", 1, b"again")
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await connection.fetch("SELCT 1")


async def transactions(connection: asyncpg.Connection) -> None:
    """One that is undone, one that stays, many rows at once."""
    undone = connection.transaction()
    await undone.start()
    await connection.execute("INSERT INTO kv (id, body) VALUES ($1, $2)", 7, b"gone")
    await undone.rollback()
    async with connection.transaction():
        rows = [(key, b"row %d" % key) for key in range(10, 110)]
        await connection.executemany("INSERT INTO kv (id, body) VALUES ($1, $2)", rows)
    found = await connection.fetch("SELECT id, body FROM kv ORDER BY id")
    assert [(row["id"], row["body"]) for row in found] == [(1, b""), (2, LARGE), *rows]
