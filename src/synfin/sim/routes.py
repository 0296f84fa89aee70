"""Static routes: the shortest path over links (by hops; the first link made wins ties)."""

from collections import deque

from synfin.sim.node import Channel, Node


def tree_towards(owner: Node) -> dict[Node, Channel]:
    """For every node that can reach ``owner``: its first channel on a shortest path.
    Only routers and switches are passed through."""
    found: dict[Node, Channel] = {}
    queue: deque[Node] = deque([owner])
    while queue:
        node = queue.popleft()
        for outward in node.channels:
            neighbour = outward.target
            if neighbour is owner or neighbour in found:
                continue
            back = channel_between(neighbour, node)
            if back is None:
                continue
            found[neighbour] = back
            if neighbour.forwards:
                queue.append(neighbour)
    return found


def channel_between(source: Node, target: Node) -> Channel | None:
    """The first link from ``source`` to its neighbour ``target``."""
    for channel in source.channels:
        if channel.target is target:
            return channel
    return None


def gateway(node: Node) -> Channel | None:
    """Where a host sends what nobody is known to have: toward the nearest router."""
    seen: set[Node] = {node}
    queue: deque[tuple[Node, Channel | None]] = deque([(node, None)])
    while queue:
        here, first = queue.popleft()
        for channel in here.channels:
            target = channel.target
            if target in seen:
                continue
            seen.add(target)
            way = first or channel
            if target.kind == "router":
                return way
            if target.forwards:
                queue.append((target, way))
    return None
