"""What runs in a namespace of its own: ``python -m tests.aio.inside_tun NAME`` (see
test_over_tun.py). Programs of the asyncio world on synfin, the kernel's at the other end."""

import asyncio
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import redis.asyncio
from aiohttp import web

from synfin.aio.over_tun import Link, TunWorld, own_tun
from synfin.core.settings import MILLISECOND, SECOND
from synfin.sim.faults import parse_fault

KERNEL, SYNFIN = "10.77.0.1", "10.77.0.2"
BODY = hashlib.shake_128(b"body").digest(300_000)
BAD_LINK = Link(delay=2 * MILLISECOND, loss=0.03, reorder=0.02, duplicate=0.02, seed=7)
LIMIT_S = 30.0


@asynccontextmanager
async def web_server() -> AsyncIterator[None]:
    """An unmodified aiohttp server: GET gives BODY, POST its body's hash."""

    async def get(_request: web.Request) -> web.Response:
        return web.Response(body=BODY)

    async def post(request: web.Request) -> web.Response:
        return web.Response(text=hashlib.sha256(await request.read()).hexdigest())

    app = web.Application(client_max_size=1 << 24)
    app.router.add_get("/", get)
    app.router.add_post("/", post)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, SYNFIN, 8080).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def curl(*words: str, says: bytes = b"") -> bytes:
    """The kernel's curl at the web server."""
    process = await asyncio.create_subprocess_exec(
        "curl", "-sS", "--max-time", str(LIMIT_S), *words, f"http://{SYNFIN}:8080/",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate(says)
    assert process.returncode == 0, process.returncode
    return out


def served(world: TunWorld) -> None:
    """Both directions through curl."""

    async def main() -> None:
        async with web_server():
            assert await curl() == BODY
            said = await curl("--data-binary", "@-", says=BODY)
            assert said.decode() == hashlib.sha256(BODY).hexdigest()

    world.run(main())


def curl_bare() -> None:
    """With the kernel's offloads."""
    with own_tun() as world:
        assert world.device.max_segment > 60_000
        served(world)
        assert world.network is None


def curl_through_a_bad_link() -> None:
    """Bare packets, loss, reordering, copies."""
    with own_tun(link=BAD_LINK) as world:
        served(world)
        assert world.network is not None
        lost = [w.lost for link in world.network.links for w in (link.forward, link.backward)]
        assert all(lost), "both directions lost something"


def lost_syn() -> None:
    """A fault by segment: the kernel's SYN comes again after a second (RFC 6298 §2.1)."""
    link = Link(faults=("kernel>synfin SYN nth=1 drop",))
    with own_tun(link=link) as world:

        async def main() -> float:
            async with web_server():
                return float(await curl("-o", os.devnull, "-w", "%{time_connect}"))

        assert world.run(main()) >= 1.0
        assert world.network is not None
        assert [fault.acted for fault in world.network.faults] == [1]


# -- the kernel's servers ------------------------------------------------------------------


@contextmanager
def started(command: list[str], port: int, user: str | None = None) -> Iterator[None]:
    """A server on the kernel's side, once it listens."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, user=user
    )
    assert process.stderr is not None
    try:
        end = time.monotonic() + LIMIT_S
        while True:
            with socket.socket() as sock:
                if sock.connect_ex((KERNEL, port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < end, "it does not listen"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(LIMIT_S)
        process.stderr.close()


def redis_command(folder: str) -> list[str]:
    """redis-server on the kernel's address, nothing kept."""
    program = shutil.which("redis-server")
    assert program is not None
    return [program, "--bind", KERNEL, "--port", "6379", "--save", "", "--appendonly", "no",
            "--protected-mode", "no", "--dir", folder]  # fmt: skip


async def use_redis() -> None:
    """Strings, a pipeline, a subscription."""
    client = redis.asyncio.Redis(host="kernel", port=6379)
    try:
        assert await client.ping()
        await client.set("body", BODY)
        assert await client.get("body") == BODY
        async with client.pipeline(transaction=True) as pipeline:
            for _ in range(100):
                pipeline.incr("count")
            assert (await pipeline.execute())[-1] == 100
        async with client.pubsub() as channel:
            await channel.subscribe("news")
            assert (await channel.get_message(timeout=LIMIT_S) or {})["type"] == "subscribe"
            assert await client.publish("news", b"hello") == 1
            assert (await channel.get_message(timeout=LIMIT_S) or {})["data"] == b"hello"
    finally:
        await client.aclose()


def real_redis() -> None:
    """An unmodified client on synfin, bare."""
    with (
        tempfile.TemporaryDirectory() as folder,
        own_tun() as world,
        started(redis_command(folder), 6379),
    ):
        world.run(use_redis())


def real_redis_behind_faults() -> None:
    """The same behind a bad link; then one lost answer, which costs a timeout of the kernel's
    (200 ms at least) or a probe (RACK-TLP: two round trips, 2 ms at least)."""
    with (
        tempfile.TemporaryDirectory() as folder,
        own_tun(link=BAD_LINK) as world,
        started(redis_command(folder), 6379),
    ):
        world.run(use_redis())
    assert world.network is not None
    assert world.network.sent > 300


def lost_answer() -> None:
    """The answer to a PING is lost twice: only timers of the kernel's bring it again."""
    delay = 20 * MILLISECOND
    with (
        tempfile.TemporaryDirectory() as folder,
        own_tun(link=Link(delay=delay)) as world,
        started(redis_command(folder), 6379),
    ):
        network = world.network
        assert network is not None

        async def main() -> list[float]:
            client = redis.asyncio.Redis(host="kernel", port=6379)
            try:
                times: list[float] = []
                for _ in range(3):
                    before = time.monotonic()
                    assert await client.ping()
                    times.append(time.monotonic() - before)
                    if len(times) == 1:
                        network.add_fault(parse_fault("kernel>synfin DATA nth=1-2 drop"))
                return times
            finally:
                await client.aclose()

        _, struck, free = world.run(main())
        assert [fault.acted for fault in network.faults] == [2]
    assert free * SECOND >= 2 * delay
    assert struck * SECOND >= 6 * delay, "two more timers of a round trip each, at least"


def postgres_folder() -> Path:
    """Where PostgreSQL's programs are."""
    found = shutil.which("postgres")
    if found is not None:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin/postgres")).parent


async def use_postgres() -> None:
    """Tables, COPY, a cursor, an error, a cancelled statement."""
    connection = await asyncpg.connect(
        host="kernel", port=5432, user="synfin", database="postgres", timeout=LIMIT_S, ssl=False
    )
    try:
        await connection.execute("create table t (n int, body bytea)")
        rows = [(n, BODY[n : n + 1000]) for n in range(300)]
        await connection.copy_records_to_table("t", records=rows)
        got = await connection.fetch("select n, body from t order by n")
        assert [(row["n"], row["body"]) for row in got] == rows
        assert await connection.fetchval("select octet_length($1::bytea)", BODY) == len(BODY)
        try:
            await connection.execute("select 1/0")
        except asyncpg.DivisionByZeroError:
            pass
        else:
            raise AssertionError("1/0 was no error")
        try:
            await connection.execute("select pg_sleep(60)", timeout=0.3)
        except TimeoutError:
            pass
        else:
            raise AssertionError("the statement was not cancelled")
        assert await connection.fetchval("select 42") == 42
    finally:
        await connection.close()


def postgres_run(link: Link | None) -> None:
    """A database of our own; PostgreSQL does not run as root."""
    programs = postgres_folder()
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as folder:
        if user is not None:
            shutil.chown(folder, user)
        data = f"{folder}/data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "synfin", "-A", "trust", "--no-sync"],
            user=user, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with open(f"{data}/pg_hba.conf", "a", encoding="utf-8") as file:
            file.write("host all all 10.77.0.0/24 trust\n")
        command = [str(programs / "postgres"), "-D", data, "-h", KERNEL, "-k", folder, "-F"]
        with own_tun(link=link) as world, started(command, 5432, user):
            world.run(use_postgres())


def real_postgres() -> None:
    """An unmodified asyncpg on synfin, bare."""
    postgres_run(None)


def real_postgres_behind_faults() -> None:
    """The same behind a bad link."""
    postgres_run(BAD_LINK)


# -- what is not a socket of ours ----------------------------------------------------------


def the_rest_is_real() -> None:
    """Threads, pipes, child processes, signals, Unix sockets, clocks are the system's."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert await asyncio.to_thread(threading.get_ident) != threading.get_ident()
        caught = asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, caught.set)
        os.kill(os.getpid(), signal.SIGUSR1)
        async with asyncio.timeout(LIMIT_S):
            await caught.wait()
        loop.remove_signal_handler(signal.SIGUSR1)
        before = time.monotonic()
        await asyncio.sleep(0.05)
        assert time.monotonic() - before >= 0.05
        process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
        assert (await process.communicate(BODY))[0] == BODY
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/socket"

            async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.write(await reader.readline())
                writer.close()

            server = await asyncio.start_unix_server(echo, path)
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
            writer.close()
            server.close()
        assert (await loop.getaddrinfo("kernel", 80))[0][4] == (KERNEL, 80)

    with own_tun() as world:
        world.run(main())


def refusals_and_ends() -> None:
    """What the kernel says by RST and FIN reaches the program, and the other way round."""
    with own_tun() as world, socket.create_server((KERNEL, 5000)) as listener:
        heard: list[bytes] = []

        def accept() -> None:
            conn, _ = listener.accept()
            with conn:
                while data := conn.recv(1000):
                    heard.append(data)
                conn.sendall(b"bye")

        thread = threading.Thread(target=accept)
        thread.start()
        world.run(talk())
        thread.join(LIMIT_S)
        assert b"".join(heard) == b"hello"


async def talk() -> None:
    """The client of :func:`refusals_and_ends`."""
    try:
        await asyncio.open_connection(KERNEL, 5001)
    except ConnectionRefusedError:
        pass
    else:
        raise AssertionError("nobody listens there")
    reader, writer = await asyncio.open_connection(KERNEL, 5000)
    assert writer.get_extra_info("sockname")[0] == SYNFIN
    writer.write(b"hello")
    writer.write_eof()
    assert await reader.read() == b"bye"
    writer.close()
    await writer.wait_closed()


def closing_says_goodbye() -> None:
    """What a program leaves open is closed towards the kernel when the world closes."""
    kept: list[asyncio.StreamWriter] = []
    with own_tun() as world, socket.create_server((KERNEL, 5000)) as listener:

        async def main() -> None:
            _, writer = await asyncio.open_connection(KERNEL, 5000)
            writer.write(b"hello")
            kept.append(writer)

        world.run(main())
        conn, _ = listener.accept()
        conn.settimeout(LIMIT_S)
        with conn:
            world.close()
            assert conn.recv(1000) == b"hello"
            assert conn.recv(1000) == b""
    warnings.simplefilter("ignore", ResourceWarning)  # what is kept is still open for asyncio


def interrupted() -> None:
    """Ctrl-C cancels the program, its ``finally`` runs, and the world can be closed."""
    ended: list[str] = []

    async def main() -> None:
        try:
            asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
            await asyncio.sleep(LIMIT_S)
        finally:
            ended.append("finally")

    with own_tun() as world:
        try:
            world.run(main())
        except KeyboardInterrupt:
            ended.append("interrupted")
    assert ended == ["finally", "interrupted"]


def main() -> None:
    """Runs the function of that name."""
    chosen: Callable[[], None] = globals()[sys.argv[1]]
    chosen()


if __name__ == "__main__":
    main()
