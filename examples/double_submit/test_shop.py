"""Orders over a bad network, with many seeds.

Run it with ``pytest examples/double_submit --synfin-seeds 200``.
"""

import pytest
from shop import buy, serve

from synfin.testing import Net


@pytest.mark.synfin(seeds=20)
async def test_one_purchase_is_one_order(net: Net) -> None:
    """However bad the network: what the customer buys once is ordered once."""
    orders: list[str] = []
    net.link("customer", "shop", delay="40ms", jitter="10ms", loss="10%")
    net.host("shop").start(serve, orders)

    answer = await net.host("customer").run(buy("book"))

    assert answer == "OK book"
    assert orders == ["book"]
