"""A server of PostgreSQL's wire protocol 3.0 with one table, ``kv (id int4, body bytea)``.

Written from the chapter "Frontend/Backend Protocol" of PostgreSQL's manual:
startup with refused SSL and GSS encryption, SCRAM-SHA-256 (RFC 5802, RFC 7677),
the simple and the extended query, errors that skip to Sync, transactions' status in
ReadyForQuery. It knows a few statements; any other is a syntax error, as in
PostgreSQL.
"""

import asyncio
import base64
import hashlib
import hmac
import struct
from collections.abc import Callable
from typing import Final, NamedTuple

USER: Final = "tester"
PASSWORD: Final = "not a secret"
SALT: Final = b"salt of the stub"
ROUNDS: Final = 4_096

SSL_REQUEST: Final = 80877103
GSS_REQUEST: Final = 80877104
PROTOCOL: Final = 196608
INT4: Final = 23
BYTEA: Final = 17

Row = list[bytes]


class Statement(NamedTuple):
    """One statement: the types of its parameters, its columns, what it does."""

    parameters: tuple[int, ...]
    columns: tuple[tuple[str, int], ...]
    run: Callable[["Session", Row], tuple[list[Row], str]]


class PostgresError(Exception):
    """An ErrorResponse: the SQLSTATE and the message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def message(kind: bytes, *parts: bytes) -> bytes:
    """One message with its length."""
    body = b"".join(parts)
    return kind + struct.pack("!i", len(body) + 4) + body


def text(value: str) -> bytes:
    """A string with its zero."""
    return value.encode() + b"\0"


def insert(session: "Session", values: Row) -> tuple[list[Row], str]:
    """A row; its key must be new."""
    key = int.from_bytes(values[0], "big")
    if key in session.table:
        raise PostgresError("23505", 'duplicate key value violates unique constraint "kv_pkey"')
    session.table[key] = values[1]
    return [], "INSERT 0 1"


def select_one(session: "Session", values: Row) -> tuple[list[Row], str]:
    """The row with this key."""
    key = int.from_bytes(values[0], "big")
    rows = [[session.table[key]]] if key in session.table else []
    return rows, f"SELECT {len(rows)}"


def select_all(session: "Session", _values: Row) -> tuple[list[Row], str]:
    """Every row in the order of the keys."""
    rows = [[struct.pack("!i", key), session.table[key]] for key in sorted(session.table)]
    return rows, f"SELECT {len(rows)}"


def begin(session: "Session", _values: Row) -> tuple[list[Row], str]:
    """A transaction, of which there is one at a time."""
    session.before = dict(session.table)
    return [], "BEGIN"


def commit(session: "Session", _values: Row) -> tuple[list[Row], str]:
    """Keeps it, unless something in it failed."""
    if session.failed:
        return rollback(session, _values)
    session.before = None
    return [], "COMMIT"


def rollback(session: "Session", _values: Row) -> tuple[list[Row], str]:
    """As it was before."""
    if session.before is not None:
        session.table.clear()
        session.table.update(session.before)
    session.before, session.failed = None, False
    return [], "ROLLBACK"


def reset(_session: "Session", _values: Row) -> tuple[list[Row], str]:
    """Nothing here outlives a statement."""
    return [], "RESET"


STATEMENTS: Final = {
    "create table kv (id int4 primary key, body bytea)": Statement((), (), reset),
    "insert into kv (id, body) values ($1, $2)": Statement((INT4, BYTEA), (), insert),
    "select body from kv where id = $1": Statement((INT4,), (("body", BYTEA),), select_one),
    "select id, body from kv order by id": Statement(
        (), (("id", INT4), ("body", BYTEA)), select_all
    ),
    "begin": Statement((), (), begin),
    "commit": Statement((), (), commit),
    "rollback": Statement((), (), rollback),
    "select pg_advisory_unlock_all()": Statement((), (("pg_advisory_unlock_all", 2278),), reset),
    "close all": Statement((), (), reset),
    "unlisten *": Statement((), (), reset),
    "reset all": Statement((), (), reset),
}


def find(query: str) -> Statement:
    """The statement, by its words."""
    words = " ".join(query.strip().rstrip(";").lower().split())
    if words not in STATEMENTS:
        raise PostgresError("42601", f'syntax error at or near "{words.split(" ")[0]}"')
    return STATEMENTS[words]


def described(columns: tuple[tuple[str, int], ...], formats: list[int]) -> bytes:
    """RowDescription, or NoData."""
    if not columns:
        return message(b"n")
    fields = b"".join(
        text(name) + struct.pack("!ihihih", 0, 0, kind, -1, -1, formats[at] if formats else 0)
        for at, (name, kind) in enumerate(columns)
    )
    return message(b"T", struct.pack("!h", len(columns)), fields)


class Cursor:
    """What is left of a message."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, size: int) -> bytes:
        """The next bytes."""
        part, self.data = self.data[:size], self.data[size:]
        return part

    def string(self) -> str:
        """Up to a zero."""
        part, _, self.data = self.data.partition(b"\0")
        return part.decode()

    def short(self) -> int:
        """Two bytes."""
        return int.from_bytes(self.take(2), "big", signed=True)

    def long(self) -> int:
        """Four bytes."""
        return int.from_bytes(self.take(4), "big", signed=True)


class Scram:
    """The server's side of SCRAM-SHA-256 without channel binding."""

    def __init__(self, first: str) -> None:
        header, _, self.bare = first.partition(",,")
        if header not in ("n", "y"):
            raise PostgresError("08P01", "channel binding is not offered here")
        self.nonce = dict(item.split("=", 1) for item in self.bare.split(","))["r"] + "stub"
        salt = base64.b64encode(SALT).decode()
        self.challenge = f"r={self.nonce},s={salt},i={ROUNDS}"

    def finish(self, final: str) -> str:
        """Checks the client's proof; the server's signature."""
        without, _, proof = final.rpartition(",p=")
        salted = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), SALT, ROUNDS)
        signed = f"{self.bare},{self.challenge},{without}".encode()
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        stored = hashlib.sha256(client_key).digest()
        signature = hmac.digest(stored, signed, "sha256")
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if hashlib.sha256(key).digest() != stored or f"r={self.nonce}" not in without:
            raise PostgresError("28P01", f'password authentication failed for user "{USER}"')
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        return "v=" + base64.b64encode(hmac.digest(server_key, signed, "sha256")).decode()


class Session:
    """One connection, from its first byte to its last."""

    def __init__(
        self,
        table: dict[int, bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.table = table
        self.before: dict[int, bytes] | None = None
        self.failed = False
        self.reader = reader
        self.writer = writer
        self.prepared: dict[str, Statement] = {}
        self.portal: tuple[Statement, Row, list[int]] | None = None

    async def read(self) -> tuple[bytes, Cursor]:
        """One message."""
        kind = await self.reader.readexactly(1)
        (size,) = struct.unpack("!i", await self.reader.readexactly(4))
        return kind, Cursor(await self.reader.readexactly(size - 4))

    async def startup(self) -> None:
        """Up to the first ReadyForQuery."""
        while True:
            (size,) = struct.unpack("!i", await self.reader.readexactly(4))
            body = Cursor(await self.reader.readexactly(size - 4))
            code = body.long()
            if code not in (SSL_REQUEST, GSS_REQUEST):
                break
            self.writer.write(b"N")
        if code != PROTOCOL:
            raise PostgresError("0A000", "unsupported frontend protocol")
        words = body.data.split(b"\0")
        if dict(zip(words[::2], words[1::2], strict=False)).get(b"user") != USER.encode():
            raise PostgresError("28000", "role does not exist")
        await self.authenticate()
        for name, value in (("server_version", "15.0"), ("client_encoding", "UTF8")):
            self.writer.write(message(b"S", text(name), text(value)))
        self.writer.write(message(b"K", struct.pack("!ii", 1, 2)))
        self.ready()

    async def authenticate(self) -> None:
        """SASL with the one mechanism."""
        self.writer.write(message(b"R", struct.pack("!i", 10), text("SCRAM-SHA-256"), b"\0"))
        _, body = await self.read()
        if body.string() != "SCRAM-SHA-256":
            raise PostgresError("28000", "no such mechanism")
        scram = Scram(body.take(body.long()).decode())
        self.writer.write(message(b"R", struct.pack("!i", 11), scram.challenge.encode()))
        _, body = await self.read()
        last = scram.finish(body.data.decode())
        self.writer.write(message(b"R", struct.pack("!i", 12), last.encode()))
        self.writer.write(message(b"R", struct.pack("!i", 0)))

    def ready(self) -> None:
        """ReadyForQuery with the transaction's status."""
        status = b"I" if self.before is None else b"E" if self.failed else b"T"
        self.writer.write(message(b"Z", status))

    def error(self, problem: PostgresError) -> None:
        """ErrorResponse; a transaction is spoilt by it."""
        self.failed = self.before is not None
        fields = [b"S" + text("ERROR"), b"V" + text("ERROR"), b"C" + text(problem.code)]
        self.writer.write(message(b"E", *fields, b"M" + text(str(problem)), b"\0"))

    def execute(self, statement: Statement, values: Row) -> None:
        """DataRow for each row, then CommandComplete."""
        if self.failed and statement.run not in (commit, rollback):
            raise PostgresError("25P02", "current transaction is aborted")
        rows, tag = statement.run(self, values)
        for row in rows:
            cells = b"".join(struct.pack("!i", len(cell)) + cell for cell in row)
            self.writer.write(message(b"D", struct.pack("!h", len(row)), cells))
        self.writer.write(message(b"C", text(tag)))

    def simple(self, query: str) -> None:
        """Several statements; the first error ends them."""
        try:
            for part in query.split(";"):
                if part.strip():
                    self.execute(find(part), [])
        except PostgresError as problem:
            self.error(problem)
        self.ready()

    def extended(self, kind: bytes, body: Cursor) -> None:
        """One message of the extended query."""
        if kind == b"P":
            name, query = body.string(), body.string()
            self.prepared[name] = find(query)
            self.writer.write(message(b"1"))
        elif kind == b"D":
            self.describe(body.take(1), body.string())
        elif kind == b"B":
            self.bind(body)
        elif kind == b"E":
            assert self.portal is not None
            self.execute(self.portal[0], self.portal[1])
        elif kind == b"C":
            if body.take(1) == b"S":
                self.prepared.pop(body.string(), None)
            self.writer.write(message(b"3"))

    def describe(self, which: bytes, name: str) -> None:
        """A statement with its parameters, or the portal."""
        if which == b"P":
            assert self.portal is not None
            self.writer.write(described(self.portal[0].columns, self.portal[2]))
            return
        statement = self.prepared[name]
        count = len(statement.parameters)
        self.writer.write(message(b"t", struct.pack(f"!h{count}i", count, *statement.parameters)))
        self.writer.write(described(statement.columns, []))

    def bind(self, body: Cursor) -> None:
        """Parameters, in binary as asyncpg sends them."""
        _portal, name = body.string(), body.string()
        formats = [body.short() for _ in range(body.short())]
        if any(each != 1 for each in formats):
            raise PostgresError("0A000", "parameters in text are not known here")
        values = [body.take(body.long()) for _ in range(body.short())]
        results = [body.short() for _ in range(body.short())]
        statement = self.prepared[name]
        if len(results) == 1:
            results *= len(statement.columns)
        self.portal = (statement, values, results)
        self.writer.write(message(b"2"))

    async def serve(self) -> None:
        """Messages up to Terminate; after an error all up to Sync are skipped."""
        await self.startup()
        skipping = False
        while True:
            await self.writer.drain()
            kind, body = await self.read()
            if kind == b"X":
                return
            if kind == b"Q":
                self.simple(body.string())
            elif kind == b"S":
                skipping = False
                self.ready()
            elif not skipping:
                try:
                    self.extended(kind, body)
                except PostgresError as problem:
                    self.error(problem)
                    skipping = True


async def serve(port: int) -> None:
    """Serves until cancelled; all sessions share the table."""
    table: dict[int, bytes] = {}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(table, reader, writer)
        try:
            await session.serve()
        except PostgresError as problem:
            session.error(problem)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            if session.before is not None:
                rollback(session, [])
            writer.close()

    async with await asyncio.start_server(talk, "0.0.0.0", port) as server:
        await server.serve_forever()
