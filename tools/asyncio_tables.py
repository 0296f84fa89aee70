"""Writes the tables of docs/asyncio.md and docs/asyncio.zh.md anew (``make docs``).

synfin's column is what the simulated loop gives now; the others' are what was recorded in
tests/aio/truths/recorded, with the commands named there.
"""

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.aio.truths.rows import ROWS, Notes  # noqa: E402
from tests.aio.truths.simulated import Simulation  # noqa: E402

LANGUAGES: Final = ("en", "zh")
RECORDED: Final = ROOT / "tests" / "aio" / "truths" / "recorded"
DAY: Final = 86_400

# row, what is tried in both languages, the notes that are shown
TRUTHS: Final = (
    ("connect-blackhole", "`connect()`, every SYN lost", "`connect()`，SYN 全部丢失", ("connect",)),
    (
        "connect-blackhole-before-6.5",
        "the same on kernels before 6.5 (profile `linux-old`)",
        "同上，6.5 之前的内核（profile `linux-old`）",
        ("connect",),
    ),
    (
        "connect-blackhole-syncnt-2",
        "the same with `TCP_SYNCNT` 2",
        "同上，设了 `TCP_SYNCNT` 为 2",
        ("connect",),
    ),
    (
        "partition-3-s",
        "write into a cut path, healed 2.5 s later: the answer",
        "链路断开时写入，2.5 s 后恢复：何时收到回复",
        ("echo",),
    ),
    (
        "partition-60-s",
        "the same, healed 59.5 s later",
        "同上，59.5 s 后恢复",
        ("echo",),
    ),
    (
        "cut-for-ever",
        "write, path cut for ever (`tcp_retries2` 15)",
        "写入后链路永久断开（`tcp_retries2` 为 15）",
        ("read",),
    ),
    ("cut-for-ever-rtt-300-ms", "the same, RTT 300 ms", "同上，RTT 300 ms", ("read",)),
    (
        "cut-retries2-3",
        "the same with `tcp_retries2` 3",
        "同上，`tcp_retries2` 为 3",
        ("read",),
    ),
    (
        "power-cut-while-reading",
        "the peer loses power while we read",
        "读的时候对端断电",
        ("read",),
    ),
    ("power-cut-while-reading-30-days", "the same, for longer", "同上，等得更久", ("read",)),
    (
        "reboot-then-write",
        "the peer reboots, then we write",
        "对端重启之后我们再写",
        ("echo",),
    ),
    (
        "keepalive-10-3-5",
        "keepalive 10 s + 3 × 5 s, path cut",
        "keepalive 10 s + 3 × 5 s，链路断开",
        ("read",),
    ),
    (
        "keepalive-2-2-1",
        "keepalive 2 s + 2 × 1 s, path cut",
        "keepalive 2 s + 2 × 1 s，链路断开",
        ("read",),
    ),
    ("megabyte", "1 MB written at once: reads", "一次写入 1 MB：对端读几次", ("reads",)),
    (
        "slow-reader",
        "a slow reader: `drain()` blocks after",
        "对端迟迟不读：写多少之后 `drain()` 阻塞",
        ("blocked_after",),
    ),
    (
        "close-with-unread-data",
        "`close()` with unread data: the peer reads",
        "还有数据没读就 `close()`：对端读到",
        ("end:read",),
    ),
    (
        "rebind-in-time-wait",
        "bind again in TIME-WAIT, no `SO_REUSEADDR` on the first listener",
        "TIME-WAIT 期间重新 bind，原监听套接字没设 `SO_REUSEADDR`",
        ("at_once", "with_reuseaddr"),
    ),
    (
        "rebind-in-time-wait-reuseaddr",
        "the same, with it on the first listener",
        "同上，原监听套接字设了",
        ("at_once", "with_reuseaddr"),
    ),
    (
        "rebind-after-time-wait",
        "the same without it, 61 s later",
        "没设，61 s 之后再 bind",
        ("later",),
    ),
    (
        "write-after-peer-closed",
        "two writes after the peer closed",
        "对端关闭之后写两次",
        ("first", "second"),
    ),
    (
        "abort",
        "`transport.abort()` after a write: the peer reads",
        "写完就 `transport.abort()`：对端读到",
        ("end:server_read",),
    ),
    (
        "abort-with-unread-data",
        "the same with unread data on our side",
        "同上，我们这边还有数据没读",
        ("end:server_read",),
    ),
    (
        "accept-queue-full",
        "backlog 1, `accept()` after 2.4 s: three clients",
        "backlog 为 1，2.4 s 后才 `accept()`：三个客户端",
        ("first", "second", "third"),
    ),
    (
        "accept-queue-full-for-ever",
        "the same, never accepted: the third",
        "同上，始终不 `accept()`：第三个",
        ("third",),
    ),
    (
        "half-open-in-pool",
        "httpx reuses a pooled connection after the server rebooted",
        "服务器重启后 httpx 复用连接池里的旧连接",
        ("second", "third"),
    ),
    (
        "nat-forgets",
        "a NAT forgets the connection: old one, new one",
        "NAT 表项被淘汰：旧连接、新连接",
        ("old", "new"),
    ),
    ("nat-forgets-for-an-hour", "the same, waiting on", "同上，继续等", ("old",)),
    ("pool", "three requests of one httpx client", "一个 httpx 客户端的三个请求", ("connections",)),
)

LIBRARIES: Final = (
    (
        "aiohttp_pair",
        "aiohttp",
        ("aiohttp",),
        "server, client, WebSocket",
        "服务端、客户端、WebSocket",
    ),
    (
        "uvicorn_httpx",
        "uvicorn, Starlette, httpx",
        ("uvicorn", "starlette", "httpx"),
        "`async def` and plain `def` endpoints, streams",
        "`async def` 与普通 `def` 端点、流式响应",
    ),
    ("hypercorn_httpx", "hypercorn", ("hypercorn",), "HTTP/1.1 and HTTP/2", "HTTP/1.1 与 HTTP/2"),
    (
        "websockets_pair",
        "websockets",
        ("websockets",),
        "server, client, close codes",
        "服务端、客户端、关闭码",
    ),
    ("grpclib_pair", "grpclib", ("grpclib",), "all four kinds of call", "四种调用方式"),
    (
        "redis_pair",
        "redis.asyncio",
        ("redis",),
        "RESP2 and RESP3, pipelines, BLPOP, channels; protocol-true stub",
        "RESP2 与 RESP3、流水线、BLPOP、订阅；服务端是协议真实的桩",
    ),
    (
        "asyncpg_pair",
        "asyncpg",
        ("asyncpg",),
        "SCRAM, both kinds of query, pool; protocol-true stub",
        "SCRAM、简单与扩展查询、连接池；服务端是协议真实的桩",
    ),
    (
        "anyio_pair",
        "anyio",
        ("anyio",),
        "streams, listeners, worker threads",
        "流、监听器、工作线程",
    ),
    ("streams", "asyncio streams", (), "lines, bulk, half-close", "按行、大块数据、半关闭"),
    (
        "tls",
        "asyncio TLS",
        (),
        "TLS 1.3, `start_tls`, certificates checked",
        "TLS 1.3、`start_tls`、校验证书",
    ),
    ("udp", "asyncio UDP", (), "datagrams, fragments, ECONNREFUSED", "数据报、分片、ECONNREFUSED"),
    ("socks", "`loop.sock_*`", (), "TCP and UDP, `sock_sendfile`", "TCP 与 UDP、`sock_sendfile`"),
)

HEADS: Final = {
    "en": ("what happens", "synfin", "Linux {kernel}", "simloop {simloop}"),
    "zh": ("情形", "synfin", "Linux {kernel}", "simloop {simloop}"),
}
LIBRARY_HEADS: Final = {
    "en": ("library", "what runs", "synfin, clean and bad link", "simloop {simloop}, clean link"),
    "zh": ("库", "跑了什么", "synfin，好链路与坏链路", "simloop {simloop}，好链路"),
}
WORDS: Final = {
    "en": {
        "runs": "runs",
        "cannot be said": "cannot be expressed",
        "not run": "not run",
        "done": "succeeds",
        "end": "the end of the stream",
        "silence": "silence ({time})",
        "after": "{what} after {time}",
        "one": "one",
        "several": "several",
        "about": "about {size} KB",
        "connections": "{count} connection",
        "days": "{days} days",
        "first": "first",
        "second": "second",
        "third": "third",
        "old": "old",
        "new": "new",
        "at_once": "at once",
        "with_reuseaddr": "with `SO_REUSEADDR`",
        "join": ": ",
    },
    "zh": {
        "runs": "能跑",
        "cannot be said": "无法表达",
        "not run": "未跑",
        "done": "成功",
        "end": "流的结束",
        "silence": "毫无动静（{time}）",
        "after": "{time} 后 {what}",
        "one": "一次",
        "several": "多次",
        "about": "约 {size} KB",
        "connections": "{count} 条连接",
        "days": "{days} 天",
        "first": "第一",
        "second": "第二",
        "third": "第三",
        "old": "旧",
        "new": "新",
        "at_once": "立即",
        "with_reuseaddr": "设 `SO_REUSEADDR`",
        "join": "：",
    },
}


SEMICOLON: Final = {": ": "; ", "：": "；"}


def time_text(seconds: float, words: dict[str, str]) -> str:
    """Seconds, or days."""
    if seconds >= 10 * DAY:
        return words["days"].format(days=round(seconds / DAY))
    return f"{seconds:,.1f} s" if seconds < 2_000 else f"{seconds:,.0f} s"


def cell(notes: Notes, keys: tuple[str, ...], words: dict[str, str]) -> str:
    """What came out of one row."""
    parts = [label(key, keys, words) + one(notes, key, words) for key in keys]
    return SEMICOLON[words["join"]].join(parts)


def label(key: str, keys: tuple[str, ...], words: dict[str, str]) -> str:
    """What a note is called, where a row shows several."""
    return words[key] + words["join"] if len(keys) > 1 else ""


def one(notes: Notes, key: str, words: dict[str, str]) -> str:
    """One note."""
    if key.startswith("end:"):
        how = notes.get(key.removeprefix("end:"))
        return words["end"] if how == "done" else str(how)
    value = notes.get(key)
    if key == "reads":
        return words["one" if value == 1 else "several"]
    if key == "blocked_after":
        return words["about"].format(size=round(float(value or 0), -5) / 1_000).replace(".0", "")
    if key == "connections":
        return words["connections"].format(count=value)
    seconds = float(notes.get(f"{key}_s") or 0)
    time = time_text(seconds, words)
    if value == "nothing":
        return words["silence"].format(time=time)
    what = words["done"] if value == "done" else str(value)
    if seconds < 0.45:
        return what
    text = words["after"].format(what=what, time=time)
    return text if what.isascii() else text.replace("后 ", "后")


def read_recorded() -> tuple[dict[str, Any], dict[str, Notes]]:
    """simloop's answers; the kernel's."""
    simloop: dict[str, Any] = json.loads((RECORDED / "simloop.json").read_text())
    lines = (RECORDED / "kernel.jsonl").read_text().splitlines()
    return simloop, {entry["row"]: entry["notes"] for entry in map(json.loads, lines)}


def line(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"


def truths(ours: dict[str, Notes], language: str) -> str:
    """The table of truths."""
    simloop, kernel = read_recorded()
    words = WORDS[language]
    versions = {"kernel": kernel_version(), "simloop": simloop["simloop"]}
    heads = [head.format(**versions) for head in HEADS[language]]
    lines = [line(*heads), line(*["---"] * len(heads))]
    for name, english, chinese, keys in TRUTHS:
        there = kernel.get(name)
        lines.append(
            line(
                english if language == "en" else chinese,
                cell(ours[name], keys, words),
                words["not run"] if there is None else cell(there, keys, words),
                of_simloop(simloop["truths"][name], keys, words),
            )
        )
    return "\n".join(lines)


def of_simloop(found: dict[str, Any], keys: tuple[str, ...], words: dict[str, str]) -> str:
    """simloop's cell: ✓ where it is what TCP does."""
    if found["result"] == "cannot be said":
        return words["cannot be said"]
    if found["result"] == "error":
        return "✗ " + error_text(found["error"])
    there = tuple(key for key in keys if key.removeprefix("end:") in found["notes"])
    if not there:  # the probe came no further than this
        there = ("at_once",)
        keys = ("at_once", "later")
    parts = [label(key, keys, words) + one(found["notes"], key, words) for key in there]
    text = SEMICOLON[words["join"]].join(parts)
    return ("✓ " if found["result"] == "as TCP" else "✗ ") + text


def error_text(error: str) -> str:
    """The kind of an error and what it names."""
    return "`" + error.split("; see")[0].replace("`", "'").strip().rstrip(":") + "`"


def kernel_version() -> str:
    """Of the machine on which the kernel's answers were recorded."""
    return (RECORDED / "kernel.txt").read_text().strip()


def libraries(language: str) -> str:
    """The table of libraries."""
    simloop, _ = read_recorded()
    words = WORDS[language]
    heads = [head.format(simloop=simloop["simloop"]) for head in LIBRARY_HEADS[language]]
    lines = [line(*heads), line(*["---"] * len(heads))]
    for name, title, packages, english, chinese in LIBRARIES:
        shown = title + (" " + ", ".join(map(metadata.version, packages)) if packages else "")
        found = simloop["libraries"][name]
        other = (
            "✓ " + words["runs"] if found["result"] == "runs" else "✗ " + error_text(found["error"])
        )
        lines.append(
            line(shown, english if language == "en" else chinese, "✓ " + words["runs"], other)
        )
    return "\n".join(lines)


def filled(text: str, tables: dict[str, str]) -> str:
    """``text`` with the tables between their marks."""
    for name, table in tables.items():
        start, end = f"<!-- {name}: make docs -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(start)
        if not found or end not in rest:
            raise SystemExit(f"docs/asyncio: no marks for the table '{name}'")
        text = before + start + table + "\n" + rest[rest.index(end) :]
    return text


def pages() -> dict[Path, str]:
    """Both pages as they should be."""
    ours = {row.name: Simulation(row).run() for row in ROWS}
    found = {}
    for language in LANGUAGES:
        path = ROOT / "docs" / ("asyncio.md" if language == "en" else "asyncio.zh.md")
        tables = {"truths": truths(ours, language), "libraries": libraries(language)}
        found[path] = filled(path.read_text(), tables)
    return found


def main() -> None:
    """Writes them."""
    for path, text in pages().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
