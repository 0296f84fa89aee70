"""The order of events, and timers that move."""

import gc
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from synfin.core.timers import NEVER
from synfin.sim.node import Flight
from synfin.sim.queue import ARRIVAL, CALL, NOTHING, TIMER, EventQueue, Item, Lane
from tests.sim.fakes import MS, SECOND, fake, network, pair, udp


class Named(Item):
    def __init__(self, name: str, old: bool = False) -> None:
        super().__init__()
        self.name = name
        self.old = old
        self.dropped_at = -1

    def stale(self, time: int) -> bool:
        return self.old

    def dropped(self, time: int) -> None:
        self.dropped_at = time


def test_priorities_at_one_time_then_order_of_scheduling() -> None:
    queue = EventQueue()
    for time, priority, name in (
        (5, CALL, "call"),
        (5, TIMER, "timer"),
        (5, ARRIVAL, "second"),
        (5, ARRIVAL, "third"),
        (4, CALL, "first"),
    ):
        queue.push(time, priority, Named(name))
    assert drained(queue) == ["first", "second", "third", "timer", "call"]


def drained(queue: EventQueue) -> list[str]:
    order = []
    while queue.next_time() != NOTHING:
        item = queue.pop()
        assert isinstance(item, Named)
        order.append(item.name)
    assert len(queue) == 0
    return order


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.booleans()), max_size=60))
def test_lanes_change_nothing_in_the_order(steps: list[tuple[int, int, bool]]) -> None:
    """Items of three lanes and of none (in and out of order), calls, and items that are
    taken and scheduled once more in another lane: as one sorted list would have it."""
    queue = EventQueue()
    lanes = [Lane(), Lane(), Lane()]
    waiting: list[tuple[int, int, int, Named]] = []
    now = 0
    for number, (delay, kind, take) in enumerate(steps):
        item = Named(str(number))
        if take and waiting:
            waiting.sort(key=lambda entry: entry[:3])
            now, _, _, expected = waiting.pop(0)
            assert queue.next_time() == now
            assert queue.pop() is expected
            item = expected
        if kind < 3:
            queue.push_arrival(now + delay, item, lanes[kind])
        else:
            queue.push(now + delay, ARRIVAL if kind < 5 else CALL, item)
        waiting.append((now + delay, CALL if kind == 5 else ARRIVAL, number, item))
        assert len(queue) == len(waiting)
    waiting.sort(key=lambda entry: entry[:3])
    assert drained(queue) == [entry[3].name for entry in waiting]


def test_stale_timers_are_dropped_without_being_events() -> None:
    queue = EventQueue()
    old = Named("old", old=True)
    queue.push(1, TIMER, old)
    assert queue.next_time() == NOTHING
    assert old.dropped_at == 1
    assert len(queue) == 0


def test_a_timer_that_moves_on_costs_one_entry_and_no_event() -> None:
    net, a, _ = pair()
    a.timers = [SECOND]
    net.service()
    a.timers = [3 * SECOND]
    assert net.run() == "quiescent"
    assert a.fired == [3 * SECOND]
    assert net.now == 3 * SECOND
    assert net.events == 1


def test_a_timer_that_moves_closer_fires_then() -> None:
    net, a, _ = pair()
    a.timers = [5 * SECOND]
    net.service()
    a.timers = [SECOND, 5 * SECOND]
    net.run()
    assert a.fired == [SECOND, 5 * SECOND]


def test_short_timers_beside_a_long_one_do_not_pile_up() -> None:
    net, a, _ = pair()
    a.timers = [7200 * SECOND]
    net.service()
    for turn in range(1000):
        a.timers = [turn * MS + MS, 7200 * SECOND]
        net.host("A").service()
        assert net.step()
        assert len(net.queue) <= 3
    assert len(a.fired) == 1000


def test_a_cancelled_timer_leaves_the_network_quiescent() -> None:
    net, a, _ = pair()
    a.timers = [SECOND]
    net.service()
    a.timers = []
    assert a.deadline() == NEVER
    assert net.run() == "quiescent"
    assert net.now == 0


def test_arrivals_before_timers_before_calls() -> None:
    net, a, b = pair()
    order: list[str] = []
    net.at(50 * MS, lambda: order.append(f"call {len(b.inbox)} {len(b.fired)}"))
    net.at(0, lambda: a.outbox.append(udp("10.0.0.1", "10.0.0.2")), "A")
    b.timers = [50 * MS]
    net.on_ready("B", lambda _: order.append(f"arrival {len(b.fired)}"))
    net.run()
    assert order == ["arrival 0", "call 1 1"]


def test_only_the_host_concerned_is_looked_at() -> None:
    net = network()
    net.add_switch("S")
    hosts = [net.add_host(f"H{i}", f"10.0.1.{i + 1}") for i in range(50)]
    for host in hosts:
        net.link(host.name, "S", MS)
    first, second = fake(hosts[0]), fake(hosts[1])
    net.service()
    before = [fake(host).deadline_calls for host in hosts[2:]]
    first.outbox.append(udp("10.0.1.1", "10.0.1.2"))
    hosts[0].service()
    while net.step():
        pass
    assert len(second.inbox) == 1
    assert [fake(host).deadline_calls for host in hosts[2:]] == before


def test_a_long_lane_is_let_go_at_once() -> None:
    """Each item leads to the next one: that must not cost a level of recursion each."""
    net = network()
    sender = net.add_host("A", "10.0.0.1")
    packet = udp("10.0.0.1", "10.0.0.2")
    lane = Lane()
    for number in range(100_000):
        net.at(number, net.service)
        net.queue.push_arrival(number, Flight(number, 0, packet, sender), lane)
    assert len(net.queue) == 200_000
    before = sys.getallocatedblocks()
    del net, sender, lane
    gc.collect()
    assert sys.getallocatedblocks() < before - 200_000
