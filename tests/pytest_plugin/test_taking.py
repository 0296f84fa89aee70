"""Which tests are taken, with which seeds; everybody else's are left alone."""

import pytest

HEAD = """
import asyncio
import pytest
from programs import ask, serve
"""


def test_a_test_that_uses_net(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
async def test_echo(net):
    net.host("api").start(serve)
    client = net.host("client")
    net.drop("client > api", flags="S", count=2)
    assert await client.run(ask()) == b"hello"
    assert net.now > 2

def test_without_async(net):
    net.host("api").start(serve)
    assert net.run(ask(), host=net.host("client").name) == b"hello"

class TestInAClass:
    async def test_echo(self, net):
        net.host("api").start(serve)
        assert await net.host("client").run(ask()) == b"hello"
"""
    )
    inner.runpytest().assert_outcomes(passed=3)


def test_the_marker_and_the_option_take_async_tests(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
@pytest.mark.synfin
async def test_marked():
    start = asyncio.get_running_loop().time()
    await asyncio.sleep(3600)
    assert asyncio.get_running_loop().time() - start == 3600

async def test_plain():
    await asyncio.sleep(3600)

def test_other():
    import socket
    assert socket.socket.__module__ == "socket"
"""
    )
    inner.runpytest("--synfin").assert_outcomes(passed=3)
    inner.runpytest("-k", "marked or other").assert_outcomes(passed=2, deselected=1)


def test_who_does_not_use_it_does_not_pay_for_it(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
import sys

def test_nothing_is_imported():
    assert not [name for name in sys.modules if name.startswith("synfin.") and
                name.split(".")[1] not in ("pytest_plugin",)]

def test_own_fixture_of_that_name(net):
    assert net == 42

import pytest
@pytest.fixture
def net():
    return 42
"""
    )
    inner.runpytest_subprocess().assert_outcomes(passed=2)


def test_seeds(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
SEEN = []

@pytest.mark.synfin(seeds=3)
@pytest.mark.parametrize("word", ["x", "y"])
def test_many(net, word):
    SEEN.append((net.seed, word))

@pytest.mark.synfin(seeds=[7, 9])
def test_list(net):
    assert net.seed in (7, 9)

@pytest.mark.synfin(seed=5)
def test_one(net):
    assert net.seed == 5

def test_default(net):
    assert net.seed in (1, 2, 3, 4)
"""
    )
    result = inner.runpytest("-v")
    result.assert_outcomes(passed=10)
    result.stdout.fnmatch_lines(["*test_many*seed=2*PASSED*"])
    inner.runpytest("--synfin-seed", "5", "-k", "one or many").assert_outcomes(
        passed=3, deselected=2
    )
    inner.runpytest("--synfin-seeds", "4", "-k", "default").assert_outcomes(passed=4, deselected=16)


def test_the_markers_words_reach_the_net(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
@pytest.mark.synfin(profile="rfc", delay="100ms", faults=["client>api SYN nth=1 drop"])
async def test_echo(net):
    net.host("api").start(serve)
    assert await net.host("client").run(ask()) == b"hello"
    assert net.profile == "rfc" and net.now == pytest.approx(1.4)
"""
    )
    inner.runpytest().assert_outcomes(passed=1)


def test_a_fixture_of_the_users_may_add_to_ours(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
@pytest.fixture
def net(net):
    net.host("api").start(serve)
    return net

async def test_echo(net):
    assert await net.host("client").run(ask()) == b"hello"
"""
    )
    inner.runpytest().assert_outcomes(passed=1)


def test_async_fixtures(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        HEAD
        + """
STEPS = []

@pytest.fixture
async def api(net):
    host = net.host("api")
    host.start(serve)
    await asyncio.sleep(1)
    STEPS.append("up")
    yield host
    await asyncio.sleep(1)
    STEPS.append("down")

@pytest.fixture
async def client(net):
    await asyncio.sleep(1)
    return net.host("client")

async def test_echo(api, client, net):
    assert STEPS == ["up"] and net.now == 2
    assert await client.run(ask()) == b"hello"

def test_later():
    assert STEPS == ["up", "down"]
"""
    )
    inner.runpytest().assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["--synfin-seeds", "0"], "*--synfin-seeds is from 1 to*"),
        (["--synfin-seed", "1", "--synfin-seeds", "2"], "*exclude each other*"),
        (["--synfin-report", "nowhere/lines"], "*nowhere*cannot be written*"),
    ],
)
def test_wrong_options(inner: pytest.Pytester, args: list[str], line: str) -> None:
    result = inner.runpytest_subprocess(*args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([line])
    result.stderr.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("seeeds=3", "*has no seeeds=; there are seeds, seed, profile*"),
        ("3", "*takes names only, such as seeds=3*"),
        ("seeds='x'", "*seeds is how many*"),
        ("profile='beos'", "*no profile is called 'beos'*"),
        ("faults=['nonsense']", "*expected a direction such as*"),
        ("faults=3", "*faults is a text such as*"),
        ("leaks='maybe'", "*leaks is 'fail' or 'allow', not 'maybe'*"),
        ("seed=3, seeds=5", "*seed and seeds exclude each other*"),
        ("seeds=0", "*seeds is from 1 to*"),
    ],
)
def test_wrong_markers(inner: pytest.Pytester, words: str, line: str) -> None:
    inner.makepyfile(HEAD + f"@pytest.mark.synfin({words})\nasync def test_it(net):\n    pass\n")
    result = inner.runpytest()
    assert result.ret != 0
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*taking.py*")  # nor the way that pytest came there
    result.stdout.no_fnmatch_line("*another exception occurred*")


@pytest.mark.parametrize(
    ("lang", "text"),
    [("C.UTF-8", "run with this seed only*"), ("zh_CN.UTF-8", "只用这个种子运行*")],
)
def test_help_in_both_languages(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, lang: str, text: str
) -> None:
    monkeypatch.setenv("LC_ALL", lang)
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    result = inner.runpytest_subprocess("--help")
    result.stdout.fnmatch_lines([f"*--synfin-seed=N *{text}"])


def test_wrong_options_in_chinese(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    result = inner.runpytest_subprocess("--synfin-seeds", "viele")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--synfin-seeds 要的是个数*viele*"])
