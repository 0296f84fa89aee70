"""Many seeds without pytest, and texts in both languages."""

import re
from pathlib import Path

import pytest

from synfin.testing import CheckFailed, Net, check
from tests.testing.programs import ask, serve, serve_leaking


async def one_question(net: Net) -> None:
    """Fails where the answer is lost (whatever else is)."""
    net.host("api").start(serve)
    net.link("client", "api", delay="10ms", loss=0.2)
    await net.host("client").run(ask())
    assert net.now < 0.15


@pytest.mark.parametrize("lang", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_a_failure_is_shrunk_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("LC_ALL", lang)
    with pytest.raises(CheckFailed) as caught:
        check(one_question, seeds=50, folder=tmp_path)
    report = str(caught.value)
    assert isinstance(caught.value.__cause__, AssertionError)
    fewest = "it takes only" if lang.startswith("en") else "其实只需要"
    assert fewest in report
    drops = re.findall(r'net\.drop\("(\w+) > (\w+)", nth=(\d+)\)', report)
    assert drops
    files = tmp_path / "one_question" / f"seed-{caught.value.seed}"
    assert {path.name for path in files.iterdir()} >= {"api.pcapng", "ladder.txt"}

    def replayed(net: Net) -> None:
        net.host("api").start(serve)
        client = net.host("client")
        net.link("client", "api", delay="10ms")
        for source, target, nth in drops:
            net.drop(f"{source} > {target}", nth=int(nth))
        net.run(client.run(ask()))
        assert net.now < 0.15

    with pytest.raises(CheckFailed):
        check(replayed, seeds=[caught.value.seed], folder=None)


def test_what_passes_says_nothing(tmp_path: Path) -> None:
    async def fine(net: Net) -> None:
        net.host("api").start(serve)
        await net.host("client").run(ask())

    check(fine, seeds=3, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_leaks_are_failures() -> None:
    async def leaky(net: Net) -> None:
        net.host("api").start(serve_leaking)
        await net.host("client").run(ask(b""))

    with pytest.raises(CheckFailed, match="CLOSE-WAIT"):
        check(leaky, seeds=1, folder=None)
    check(leaky, seeds=1, folder=None, leaks=False)


def test_a_fault_of_a_host_that_never_was_is_an_error() -> None:
    """It could not act, and nobody would notice."""

    async def test(net: Net) -> None:
        net.fault("clinet>api SYN nth=1 drop")
        net.link("client", "api")

    with pytest.raises(CheckFailed, match="no host is called 'clinet'"):
        check(test, seeds=1, folder=None)
