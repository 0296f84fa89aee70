"""The programs are right: they run on stock asyncio over the machine's own loopback."""

from importlib import import_module

import pytest

from tests.aio.libraries import stock
from tests.aio.libraries.programs import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_program_runs_on_stock_asyncio(name: str) -> None:
    stock.run(import_module(f"tests.aio.libraries.programs.{name}"), datagrams=name == "udp")
