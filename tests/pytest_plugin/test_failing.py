"""What a failed test says and leaves behind."""

import re
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "double_submit"
HEAD = """
import asyncio
import pytest
from programs import ask, serve, serve_leaking
"""


def lines_of(result: pytest.RunResult) -> list[str]:
    """The report, from our section on."""
    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if re.fullmatch("-+ synfin -+", line))
    return lines[start + 1 :]


def test_the_example_is_found_shrunk_and_replayed(inner: pytest.Pytester) -> None:
    for name in ("shop.py", "test_shop.py"):
        inner.makefile(".py", **{name[:-3]: (EXAMPLE / name).read_text(encoding="utf-8")})
    result = inner.runpytest("-x", "test_shop.py")
    lines = lines_of(result)
    seed = lines[0].removeprefix("seed ")
    if sys.version_info[:2] == (3, 11):  # another version's asyncio writes otherwise
        result.assert_outcomes(passed=6, failed=1)
        assert seed == "7"
        assert lines[3].startswith('  net.drop("shop > customer", nth=3)')
        assert lines[4].startswith('  net.drop("shop > customer", nth=5)')
        text = "\n".join(lines)
        assert re.search(r"✗─+PSH,ACK seq=1 ack=6 len=8 \(again, lost\)", text)
        assert "RACK, RFC 8985" in text
    command = f"pytest test_shop.py::test_one_purchase_is_one_order --synfin-seed {seed}"
    assert lines[1] == f"to run it again: {command}"
    assert lines[2].startswith("it takes only ")
    drops = [line.strip().partition("  #")[0] for line in lines if line.startswith("  net.drop(")]
    folder = inner.path / "synfin-out/test_shop/test_one_purchase_is_one_order"
    folder = folder / f"seed-{seed}"
    assert {path.name for path in folder.iterdir()} == {
        "customer.pcapng",
        "shop.pcapng",
        "ladder.txt",
        "trace.jsonl",
    }
    # the command finds it again
    inner.runpytest(*command.split()[1:]).assert_outcomes(failed=1)
    # so do the lines, with no loss on the link; and without one of them it passes
    source = (EXAMPLE / "test_shop.py").read_text(encoding="utf-8")
    source = source.replace(', loss="10%")', ")\n    " + "\n    ".join(drops))
    inner.makefile(".py", test_lines=source)
    inner.runpytest("test_lines.py", "--synfin-seed", seed).assert_outcomes(failed=1)
    inner.makefile(".py", test_fewer=source.replace(drops[1], ""))
    inner.runpytest("test_fewer.py", "--synfin-seed", seed).assert_outcomes(passed=1)


def test_a_failure_that_no_loss_is_needed_for(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
async def test_it(net):
    net.host("api").start(serve)
    net.link("client", "api", loss=0.3)
    assert await net.host("client").run(ask()) == b"bye"
"""
    )
    lines = lines_of(inner.runpytest("--synfin-seed", "2"))
    assert re.fullmatch(
        r"it fails without any of the \d+ random accidents as well \(2 runs\)", lines[2]
    )
    lines = lines_of(inner.runpytest("--synfin-seed", "2", "--synfin-shrink", "0"))
    assert re.fullmatch(r"\d+ random accidents \(losses, copies …\) happened in this run", lines[2])


def test_a_hang_says_what_bounds_each_wait(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
async def read_reply():
    reader, writer = await asyncio.open_connection("api", 80)
    writer.write(b"hello")
    return await reader.readexactly(6)

async def test_it(net):
    net.host("api").start(serve)
    await net.host("client").run(read_reply())
"""
    )
    text = "\n".join(lines_of(inner.runpytest()))
    assert "this read is bounded by nothing" in text
    assert "client: test_a_hang_says_what_bounds_each_wait.py:8 in read_reply" in text


def test_leaks_fail_the_test_unless_they_are_allowed(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
async def test_server(net):
    net.host("api").start(serve_leaking)
    await net.host("client").run(ask(b""))

async def open_only():
    return await asyncio.open_connection("api", 80)

async def test_client(net):
    net.host("api").start(serve)
    kept = await net.host("client").run(open_only())

@pytest.mark.synfin(leaks="allow")
async def test_allowed(net):
    net.host("api").start(serve)
    kept = await net.host("client").run(open_only())

async def test_in_use(net):
    async def pool():
        kept = await asyncio.open_connection("api", 80)
        await asyncio.sleep(1e6)
    net.host("api").start(serve)
    net.host("client").start(pool)
    await asyncio.sleep(10)
"""
    )
    result = inner.runpytest()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*LeakedSockets: 1 socket left open at the end of the test*",
            "*api: 10.0.0.1:80 > 10.0.0.2:* is in CLOSE-WAIT: the peer has closed, "
            "serve_leaking never does*",
            "*client: 10.0.0.2:* > 10.0.0.1:80 (ESTAB) was never closed; open_only has ended, "
            "made at test_leaks_fail_the_test_unless_they_are_allowed.py:* in open_only*",
        ]
    )


def test_fixtures_may_close_what_they_opened(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
@pytest.fixture
async def tidy(net):
    net.host("api").start(serve)
    client = net.host("client")
    reader, writer = await client.run(asyncio.open_connection("api", 80))
    yield reader, writer
    writer.close()

@pytest.fixture
async def untidy(net):
    net.host("api").start(serve)
    yield await net.host("client").run(asyncio.open_connection("api", 80))

async def test_tidy(tidy):
    tidy[1].write(b"hello")
    assert await tidy[0].readexactly(5) == b"hello"

async def test_untidy(untidy):
    pass
"""
    )
    result = inner.runpytest("--synfin")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_untidy*", "*(ESTAB) was never closed; *", "seed 1"]
    )


def test_chance_from_outside_is_named(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
ORDER = []

async def test_it(net):
    net.host("api").start(serve)
    ORDER.append(1)
    await net.host("client").run(ask(b"x" * len(ORDER)))
    assert len(ORDER) != 1
"""
    )
    text = "\n".join(lines_of(inner.runpytest()))
    assert "The failure did not come again with the same seed" in text
    result = inner.runpytest("--synfin-check-determinism", "-k", "it", "--synfin-seed", "3")
    result.assert_outcomes(failed=1)


def test_determinism_names_the_first_packet_that_differs(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
COUNT = []

async def test_chance(net):
    net.host("api").start(serve)
    COUNT.append(1)
    await net.host("client").run(ask(b"x" * len(COUNT)))

async def test_same(net):
    net.host("api").start(serve)
    net.link("client", "api", loss=0.2, jitter="3ms")
    await net.host("client").run(ask(bytes(20000)))
"""
    )
    result = inner.runpytest("--synfin-check-determinism")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "the same seed gave two different runs: packet 4 differs",
            "first run:  0.002000000 client > api * len=2 crc=*",
            "second run: 0.002000000 client > api * len=3 crc=*",
        ]
    )


def test_the_audit_lists_awaits_by_place(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
async def wait_long():
    reader, writer = await asyncio.open_connection("api", 80)
    writer.write(b"hello")
    await reader.readexactly(5)
    writer.close()

async def test_bad(net):
    net.host("api").start(serve)
    net.link("client", "api", delay="50ms")
    await net.host("client").run(wait_long())

async def test_good(net):
    net.host("api").start(serve)
    net.link("client", "api", delay="50ms")
    await net.host("client").run(asyncio.wait_for(ask(), 5))
"""
    )
    result = inner.runpytest("--synfin-audit")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*= synfin audit =*",
            "client: *.py:6 in wait_long: this connect is bounded by tcp_syn_retries, 131 s",
            "    *::test_bad",
            "client: *.py:8 in wait_long: this read is bounded by tcp_retries2, at least 924 s, "
            "until what was sent is acknowledged; then by nothing",
        ]
    )
    result.stdout.no_fnmatch_line("*in ask:*")


def test_it_works_beside_xdist(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
@pytest.mark.synfin(seeds=4)
async def test_it(net):
    net.host("api").start(serve)
    assert await net.host("client").run(ask()) == b"hello"
    assert net.seed != 3
"""
    )
    result = inner.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=3, failed=1)
    assert lines_of(result)[0] == "seed 3"
