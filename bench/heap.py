"""What one idle connection is made of: python -m bench.heap [--time-wait]

Accepts connections in the simulator, then walks from one connection and its socket (or from
one TIME-WAIT record) over everything that belongs to it alone, and prints the octets by class
and by attribute. Shared objects (settings, rules, hosts) are what a second one reaches, too.
Blocks of the allocator are a little larger; ``make bench BENCH_ARGS=memory`` measures all.
"""

import argparse
import sys
import types
from collections import deque
from collections.abc import Iterator

from bench.jobs import A, B
from synfin.core.settings import LINUX, MILLISECOND, SECOND
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network

PORT = 80
TAGGED = 1 << 62
"""Smaller integers stand in a compiled object itself, as do tuples."""
ATOMS = (int, float, str, bytes, bool, type(None))


class Crowd:
    """``count`` connections from host A to host B, all accepted and held."""

    def __init__(self, count: int) -> None:
        self.net = Network(seed=1)
        for name, address in (("A", A), ("B", B)):
            self.net.add_host(name, address, settings=LINUX.but(max_descriptors=1 << 20))
        self.net.link("A", "B", MILLISECOND)
        self.held: list[Socket] = []
        self.net.on_ready("B", self._accept)
        self.listener = self.host("B").socket()
        self.listener.bind(("", PORT))
        self.listener.listen(4096)
        self.clients: list[Socket] = []
        for number in range(count):
            self.net.at(number * MILLISECOND, self._connect, "A")
        self.net.run(self.net.now + SECOND + count * MILLISECOND, 10_000_000)

    def host(self, name: str) -> Host:
        """The engine of a simulated host."""
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def _connect(self) -> None:
        sock = self.host("A").socket()
        sock.connect_ex((B, PORT))
        self.clients.append(sock)

    def _accept(self, sock: object) -> None:
        if sock is self.listener:
            while self.listener.readable():
                self.held.append(self.listener.accept()[0])

    def end(self) -> None:
        """The clients close first: TIME-WAIT is A's."""
        for clients in (self.clients, self.held):
            for sock in clients:
                self.net.at(self.net.now, sock.close, "A" if clients is self.clients else "B")
            self.net.run(self.net.now + SECOND, 10_000_000)


def members(thing: object) -> Iterator[tuple[str, object]]:
    """What ``thing`` refers to, by attribute or place; compiled classes have no ``__dict__``."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield "key", key
            yield "value", value
        return
    if isinstance(thing, list | tuple | set | frozenset | deque):
        for item in thing:
            yield "item", item
        return
    yield from getattr(thing, "__dict__", {}).items()
    names: list[str] = []
    for kind in type(thing).__mro__:
        names += vars(kind).get("__mypyc_attrs__", ())
    for name in names:
        value = getattr(thing, name, None)
        for part in value if isinstance(value, tuple) else (value,):
            if not (isinstance(part, int) and -TAGGED <= part < TAGGED):
                yield name, part


Found = dict[int, tuple[str, object]]
"""By identity: the path by which it was found first, and the object (so that it lives)."""


def reach(roots: list[object], stop: tuple[type, ...]) -> Found:
    """Everything that ``roots`` lead to; hosts, modules and classes are not entered."""
    found: Found = {}
    waiting = [(type(root).__name__, root) for root in roots]
    while waiting:
        path, thing = waiting.pop(0)
        if id(thing) in found or isinstance(thing, stop):
            continue
        found[id(thing)] = path, thing
        if not isinstance(thing, ATOMS):
            waiting += [(f"{path}.{name}", value) for name, value in members(thing)]
        own = getattr(thing, "__dict__", None)
        if own is not None and not isinstance(thing, ATOMS):
            found.setdefault(id(own), (f"{path}.__dict__", own))
    return found


def alone(one: list[object], other: list[object], stop: tuple[type, ...]) -> Found:
    """What ``one`` leads to and ``other`` does not."""
    shared = reach(other, stop)
    return {key: value for key, value in reach(one, stop).items() if key not in shared}


def immortal(thing: object) -> bool:
    """Small numbers, one-octet strings and names take no room of their own."""
    return (isinstance(thing, int) and -5 <= thing <= 256) or isinstance(thing, str | type(None))


def table(found: Found) -> tuple[int, list[tuple[int, str]]]:
    """The octets in all, and (octets, path) of each object, largest first."""
    sizes = [(sys.getsizeof(t), f"{type(t).__name__:<16} {p}") for p, t in found.values()
             if not immortal(t)]  # fmt: skip
    sizes.sort(reverse=True)
    return sum(size for size, _ in sizes), sizes


def measure(time_wait: bool, count: int = 40) -> tuple[int, list[tuple[int, str]]]:
    """Of one connection with its socket, or one TIME-WAIT record."""
    crowd = Crowd(count)
    stop: tuple[type, ...] = (Host, type, types.ModuleType, types.FunctionType, types.MethodType)
    if time_wait:
        crowd.end()
        records: list[object] = list(crowd.host("A").tcp.demux.time_waits.values())
        assert len(records) == count, f"{len(records)} of {count} are in TIME-WAIT"
        return table(alone(records[5:6], records[9:10], stop))
    held: list[object] = list(crowd.held)
    assert len(held) == count, f"{len(held)} of {count} were accepted"
    return table(alone(held[5:6], held[9:10], stop))


def main(words: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.heap", description=__doc__)
    parser.add_argument("--time-wait", action="store_true", help="of a TIME-WAIT record")
    parser.add_argument("--least", type=int, default=40, help="smaller ones are summed up (40)")
    options = parser.parse_args(words)
    total, sizes = measure(options.time_wait)
    for size, name in sizes:
        if size >= options.least:
            print(f"{size:>6}  {name}")
    rest = [size for size, _ in sizes if size < options.least]
    print(f"{sum(rest):>6}  {len(rest)} smaller ones")
    print(f"{total:>6}  in {len(sizes)} objects")


if __name__ == "__main__":
    main()
