"""The same probes on simloop, another simulator for asyncio, to be compared with ours.

simloop wants Python 3.12 or newer (3.13 here: until 3.12.2 asyncio fails over a cancelled
handler of a stream), and what the programs need beside it:

    python3.13 -m venv build/simloop
    build/simloop/bin/pip install simloop pytest httpx aiohttp uvicorn starlette websockets \\
        redis asyncpg grpclib hypercorn anyio trustme h2
    PYTHONPATH=. build/simloop/bin/python tools/simloop_probes.py > \\
        tests/aio/truths/recorded/simloop.json

Every probe is a process of its own with a bound. Its network is given what it offers:
0.1 ms of latency, partitions, crashes, restarts, and flow control, which is off by default.
"""

import asyncio
import contextlib
import importlib
import importlib.metadata
import json
import subprocess
import sys
from typing import Any

from tests.aio.libraries.programs import NAMES
from tests.aio.truths.rows import ROWS, Notes, Row
from tests.aio.truths.talk import Note, Talk

BOUND_S = 60
PORT = 8_080


def make_loop() -> Any:
    """simloop's loop with both hosts."""
    simloop: Any = importlib.import_module("simloop")
    loop = simloop.SimLoop(1)
    loop.net.set_defaults(latency=(0.0001, 0.0001))
    loop.net.set_flow_control()
    return loop


def finish(loop: Any) -> None:
    """Lets go of what still runs."""
    with contextlib.suppress(BaseException):
        importlib.import_module("simloop._run").finish(loop)


def play_row(row: Row) -> dict[str, object]:
    """One truth: its notes, and whether they are what TCP does."""
    if any(event == "forget" for _, event in row.events):
        return {"result": "cannot be said"}
    if row.sysctls or row.profile != "linux":
        return {"result": "cannot be said"}
    loop = make_loop()
    notes: Notes = {}
    server = loop.net.host("server")
    client = loop.net.host("client")

    def happen(event: str) -> None:
        if event == "cut":
            loop.net.partition({"client"}, {"server"})
        elif event == "heal":
            loop.net.heal()
        elif event == "crash":
            server.crash()
        else:
            server.restart()
            start()

    def note(name: str, value: Note) -> None:
        notes[name] = value
        if name == "go":
            for after, event in row.events:
                loop.call_later(after, happen, event)

    serving: list[asyncio.Task[None]] = []

    def start() -> None:
        talk = Talk("server", "client", PORT, row.settings, note)
        serving.append(server.create_task(row.server(talk)))

    async def main() -> None:
        start()
        await asyncio.sleep(1)
        await client.create_task(row.client(Talk("client", "server", PORT, row.settings, note)))

    try:
        loop.run_until_complete(main())
    except Exception as error:
        for task in serving:
            if task.done() and not task.cancelled():
                failed = task.exception()
                error = failed if isinstance(failed, Exception) else error
        return {"result": "error", "error": first_line(error), "notes": notes}
    finally:
        finish(loop)
    return {"result": "as TCP" if row.check(notes) else "otherwise", "notes": notes}


def play_library(name: str) -> dict[str, object]:
    """One program."""
    program = importlib.import_module(f"tests.aio.libraries.programs.{name}")
    loop = make_loop()
    server, client = loop.net.host("server"), loop.net.host("client")

    async def main() -> None:
        serving = server.create_task(program.serve(PORT))
        await asyncio.sleep(1)
        if serving.done():
            await serving
        await client.create_task(program.use("server", PORT))

    try:
        loop.run_until_complete(main())
    except BaseException as error:
        return {"result": "error", "error": first_line(error)}
    finally:
        finish(loop)
    return {"result": "runs"}


def first_line(error: BaseException) -> str:
    """The kind and the first line, of the innermost of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".split("\n", 1)[0][:160]


def apart(kind: str, name: str) -> dict[str, object]:
    """One probe in a process of its own."""
    command = [sys.executable, __file__, kind, name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=BOUND_S, check=False)
    except subprocess.TimeoutExpired:
        return {"result": "error", "error": f"not over after {BOUND_S} s of wall time"}
    try:
        found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"result": "error", "error": done.stderr.decode().strip().rsplit("\n", 1)[-1][:160]}
    return found


def main(words: list[str]) -> None:
    """All probes, or the one that is named."""
    if words[:1] == ["row"]:
        row = next(row for row in ROWS if row.name == words[1])
        print(json.dumps(play_row(row)))
    elif words[:1] == ["library"]:
        print(json.dumps(play_library(words[1])))
    else:
        found = {
            "simloop": importlib.metadata.version("simloop"),
            "python": ".".join(str(part) for part in sys.version_info[:2]),
            "truths": {row.name: apart("row", row.name) for row in ROWS},
            "libraries": {name: apart("library", name) for name in NAMES},
        }
        print(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1:])
