"""Accidents are drawn per kind and direction, written down, and played again."""

import pytest

from synfin.sim.luck import Luck
from synfin.sim.tap import LogTap
from tests.sim.fakes import MS, A, B, fake, network
from tests.sim.test_links import burst


def test_what_struck_can_be_struck_again() -> None:
    drawn = Luck(7, "link/A/B/0/>/loss")
    first = [drawn.strikes(0.2) for _ in range(500)]
    assert 60 < sum(first) < 140
    again = Luck(8, "another stream")
    again.script = frozenset(drawn.struck)
    assert [again.strikes(0.2) for _ in range(500)] == first
    assert again.struck == drawn.struck


def test_a_script_may_strike_less() -> None:
    luck = Luck(1, "x")
    luck.script = frozenset({3})
    assert [luck.strikes(1.0) for _ in range(4)] == [False, False, True, False]


@pytest.mark.parametrize("jitter", [0, 3 * MS])
def test_losing_what_was_lost_gives_the_same_run_with_no_loss_drawn(jitter: int) -> None:
    def run(script: frozenset[int] | None) -> tuple[list[str], list[int]]:
        net = network(seed=3)
        log = LogTap()
        net.tap(log)
        a, _ = fake(net.add_host("A", A)), fake(net.add_host("B", B))
        link = net.link("A", "B", MS, jitter_ns=jitter, loss=0.3, duplicate=0.1)
        link.forward.losses.script = script
        burst(net, a, 40)
        net.run()
        return log.lines, link.forward.losses.struck

    lines, struck = run(None)
    assert struck
    assert run(frozenset(struck)) == (lines, struck)
    assert run(frozenset(struck[1:]))[0] != lines
