"""Packages with a network of their own say that they cannot run here, and what to do.

The packages are imitated by modules with the same names and ways in; the real ones
(grpcio, psycopg, pycares, uvloop) are too heavy to be installed for this.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from synfin.aio.errors import Fenced
from synfin.aio.foreign import FENCES
from tests.aio.places import world

SOURCES = {
    "grpc/__init__.py": "def insecure_channel(target): return 'real'\nserver = insecure_channel\n"
    "secure_channel = insecure_channel\nfrom grpc import aio\n",
    "grpc/aio.py": "def insecure_channel(target): return 'real'\nserver = insecure_channel\n"
    "secure_channel = insecure_channel\n",
    "psycopg.py": "class Connection:\n    @classmethod\n"
    "    def connect(cls, where): return 'real'\n"
    "class AsyncConnection:\n    @classmethod\n    async def connect(cls, where): return 'real'\n"
    "connect = Connection.connect\n",
    "psycopg2.py": "def connect(where): return 'real'\n",
    "pycares.py": "class Channel:\n    def __init__(self, where): self.where = where\n",
    "uvloop.py": "def run(main): return 'real'\ndef new_event_loop(): return 'real'\n"
    "def install(): raise AssertionError('the policy would have been changed')\n",
    "taker.py": "from psycopg2 import connect\nfrom time import monotonic\n",
}
MODULES = [name.removesuffix(".py").removesuffix("/__init__") for name in SOURCES]


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The imitations, importable."""
    for name, source in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    names = {name.replace("/", ".") for name in MODULES}
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    yield
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


WAYS = [(fence.module, way) for fence in FENCES for way in fence.ways]


@pytest.mark.parametrize("early", [True, False], ids=["imported before", "imported inside"])
@pytest.mark.parametrize(("module", "way"), WAYS, ids=lambda name: str(name))
def test_a_way_out_is_closed(module: str, way: str, early: bool) -> None:
    if early:
        importlib.import_module(module)

    async def use() -> None:
        found: object = importlib.import_module(module)
        for name in way.removesuffix(".__init__").split("."):
            found = getattr(found, name)
        assert callable(found)
        with pytest.raises(Fenced) as caught:
            found("10.0.0.1")
        text = str(caught.value)
        assert "synfin exec" in text
        assert text.startswith(f"{module}.{way.removesuffix('.__init__')}() cannot run inside")
        assert "\n" not in text

    with world() as here:
        here.run(use(), host="client")


def test_all_is_open_again_afterwards() -> None:
    async def use() -> None:
        taker = importlib.import_module("taker")
        with pytest.raises(Fenced):
            taker.connect("10.0.0.1")
        importlib.import_module("uvloop").install()

    with world() as here:
        here.run(use(), host="client")
    taker = importlib.import_module("taker")
    assert taker.connect("x") == importlib.import_module("psycopg2").connect("x") == "real"
    assert taker.monotonic is importlib.import_module("time").monotonic
    with pytest.raises(AssertionError, match="policy"):
        importlib.import_module("uvloop").install()
    assert importlib.import_module("psycopg").Connection.connect("x") == "real"
    assert importlib.import_module("pycares").Channel("x").where == "x"
    assert not any(type(finder).__module__ == "synfin.aio.foreign" for finder in sys.meta_path)


def test_modules_may_come_while_others_go(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gone_one", "gone_two"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    kept: list[Callable[[], float]] = []

    async def use() -> None:
        taker = importlib.import_module("taker")  # and psycopg2
        kept.append(taker.monotonic)
        del sys.modules["gone_one"], sys.modules["gone_two"]

    with world() as here:
        here.run(use(), host="client")
    taker = importlib.import_module("taker")
    real = importlib.import_module("time").monotonic
    assert taker.connect("x") == "real"
    assert taker.monotonic is real
    before = real()
    assert before <= kept[0]() <= real(), "what somebody kept tells the real time again"


def test_aiohttp_with_aiodns_asks_the_simulated_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp.connector
    import aiohttp.resolver

    for module in (aiohttp.connector, aiohttp.resolver):
        monkeypatch.setattr(module, "DefaultResolver", aiohttp.resolver.AsyncResolver)

    async def use() -> list[str]:
        connector = aiohttp.connector.TCPConnector()
        found = await connector._resolver.resolve("api", 80)
        await connector.close()
        return [result["host"] for result in found]

    with world() as here:
        assert here.run(use(), host="client") == ["10.0.0.1"]
    assert vars(aiohttp.connector)["DefaultResolver"] is aiohttp.resolver.AsyncResolver
