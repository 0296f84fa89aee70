"""What faults remember of each TCP flow: the ISN, what was sent, the last window.

It is the view of somebody on the wire: numbers relative to the ISN, zero-window
probes and window updates are recognised from the headers alone.
"""

from typing import Final

from synfin.wire.ip import Packet
from synfin.wire.tcp import ACK, FIN, RST, SYN, Segment

MAX_FLOWS: Final = 65_536
"""Flows remembered; the oldest one is forgotten for a new one."""

FlowKey = tuple[bytes, bytes, int, int]


class Flow:
    """One direction of a connection, as seen on the wire; numbers are wire numbers."""

    def __init__(self) -> None:
        self.isn: int = -1
        self.next_seq: int = -1
        self.last_ack: int = -1
        self.last_window: int = -1


class Look:
    """A packet as a selector sees it.

    ``seq`` is relative to the flow's ISN (absolute where none is known, -1 where
    there is no TCP header); ``probe`` and ``window_update`` as in
    :meth:`FlowMemory.look`.
    """

    def __init__(self, packet: Packet, n: int, origin: str, target: str, now: int) -> None:
        self.packet: Packet = packet
        self.n: int = n
        self.origin: str = origin
        self.target: str = target
        self.now: int = now
        self.seq: int = -1
        self.probe: bool = False
        self.window_update: bool = False


class FlowMemory:
    """Learns from packets as their hosts send them; spoofed ones teach nothing."""

    def __init__(self) -> None:
        self._flows: dict[FlowKey, Flow] = {}

    def flow(self, packet: Packet) -> Flow | None:
        """The direction ``packet`` belongs to, if it has been seen."""
        return self._flows.get(_key(packet)) if isinstance(packet.body, Segment) else None

    def reverse(self, packet: Packet) -> Flow | None:
        """The other direction of ``packet``'s connection, if seen."""
        body = packet.body
        if not isinstance(body, Segment):
            return None
        return self._flows.get((packet.final_dst, packet.src, body.dst_port, body.src_port))

    def look(self, packet: Packet, n: int, origin: str, target: str, now: int) -> Look:
        """What is known of ``packet`` before it teaches anything.

        A *probe* carries one octet while the peer's window is closed, or nothing at
        SND.NXT-1 (keep-alive, Linux's zero-window probe). A *window update* is a
        pure ACK of a number acknowledged before, with a larger window.
        """
        look = Look(packet, n, origin, target, now)
        segment = packet.body
        if not isinstance(segment, Segment):
            return look
        flow = self._flows.get(_key(packet))
        if segment.flags & SYN:
            look.seq = 0
            return look
        if flow is None or flow.isn < 0:
            look.seq = segment.seq
        else:
            look.seq = (segment.seq - flow.isn) & 0xFFFFFFFF
        if flow is None or segment.flags & (FIN | RST):
            return look
        size = len(segment.payload)
        if size == 0 and segment.flags & ACK:
            behind = (flow.next_seq - segment.seq) & 0xFFFFFFFF
            look.probe = flow.next_seq >= 0 and behind == 1
            look.window_update = (
                segment.ack == flow.last_ack and segment.window > flow.last_window >= 0
            )
        elif size == 1:
            peer = self.reverse(packet)
            look.probe = peer is not None and peer.last_window == 0 and segment.seq == peer.last_ack
        return look

    def learn(self, packet: Packet) -> None:
        """``packet`` is sent by the host whose address it bears."""
        segment = packet.body
        if not isinstance(segment, Segment):
            return
        key = _key(packet)
        flow = self._flows.get(key)
        if flow is None:
            if len(self._flows) >= MAX_FLOWS:
                del self._flows[next(iter(self._flows))]
            flow = Flow()
            self._flows[key] = flow
        if segment.flags & SYN and segment.seq != flow.isn:
            flow.isn = segment.seq
            flow.next_seq = -1
            flow.last_ack = -1
            flow.last_window = -1
        if segment.flags & RST:
            return
        end = (segment.seq + segment.seg_len) & 0xFFFFFFFF
        if flow.next_seq < 0 or (end - flow.next_seq) & 0xFFFFFFFF < 0x80000000:
            flow.next_seq = end
        if segment.flags & ACK:
            flow.last_ack = segment.ack
            flow.last_window = segment.window


def _key(packet: Packet) -> FlowKey:
    body = packet.body
    assert isinstance(body, Segment)
    return packet.src, packet.final_dst, body.src_port, body.dst_port
