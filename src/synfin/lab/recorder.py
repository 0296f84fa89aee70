"""Writes the trace: one dictionary per happening, as docs/trace.md says (version 1).

A :class:`Recorder` is a tap of the network and hands an observer to each host.
Records whose last word is not known yet (a packet's fate, an arrival's verdict)
are completed in place; nothing may be read before the run has ended.
"""

from typing import Any, Final

from synfin.core.errno import name_of
from synfin.core.events import Event, Observer, Reason, Value
from synfin.lab.trace import MODULUS, Record
from synfin.sim.tap import IN_FLIGHT, Hop, Tap, Transmission
from synfin.wire.address import format_address
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import Packet
from synfin.wire.options import Options
from synfin.wire.tcp import ACK, SYN, Segment, flag_names
from synfin.wire.udp import Datagram

Flow = tuple[bytes, int, bytes, int]

ECN_NAMES: Final = ("no", "ect1", "ect0", "ce")
"""The ECN field of the IP header by its value (RFC 3168 §5)."""

_TELLS: Final = frozenset({"connected", "accepted", "error", "reset", "urgent", "notice", "pushed"})
"""Signals of the engine that are written down; what an application reads is written by it."""


def reason_record(reason: object) -> Record | None:
    """A reason as docs/trace.md writes it."""
    if not isinstance(reason, Reason):
        return None
    return {
        "rule": reason.rule.id,
        "source": reason.rule.source,
        "values": {k: _plain(k, v) for k, v in reason.values.items() if v is not None},
    }


def _plain(name: str, value: Value) -> Value:
    """A compared value as readers of the trace want it: errors by name."""
    if name == "errno" and isinstance(value, int):
        return name_of(value) or value
    return value


def show_octets(data: bytes) -> str:
    """Octets as text for people, at most 200 characters."""
    text = data[:200].decode("utf-8", "replace")
    shown = "".join(char if char.isprintable() else "." for char in text)
    return shown + (" …" if len(data) > 200 else "")


class Flows:
    """The ISN of each direction of each connection, as the wire showed it."""

    def __init__(self) -> None:
        self.isn: dict[Flow, int] = {}
        self.last: dict[tuple[bytes, bytes], tuple[int, int]] = {}

    def learn(self, packet: Packet, segment: Segment, spoofed: bool) -> None:
        """A segment was sent; a spoofed SYN teaches only what is not known yet."""
        key = (packet.src, segment.src_port, packet.final_dst, segment.dst_port)
        if segment.flags & SYN and not (spoofed and key in self.isn):
            self.isn[key] = segment.seq
        if not spoofed or (packet.src, packet.final_dst) not in self.last:
            self.last[packet.src, packet.final_dst] = (segment.src_port, segment.dst_port)
            self.last[packet.final_dst, packet.src] = (segment.dst_port, segment.src_port)

    def base(self, src: bytes, sport: int, dst: bytes, dport: int) -> int:
        """The ISN of that direction, 0 when none was seen."""
        return self.isn.get((src, sport, dst, dport), 0)

    def relative(self, packet: Packet, segment: Segment) -> tuple[int, int]:
        """SEQ and ACK relative to the ISNs; numbers before an ISN are negative."""
        mine = self.base(packet.src, segment.src_port, packet.final_dst, segment.dst_port)
        theirs = self.base(packet.final_dst, segment.dst_port, packet.src, segment.src_port)
        ack = _signed(segment.ack - theirs) if segment.flags & ACK else 0
        return _signed(segment.seq - mine), ack


def _signed(number: int) -> int:
    number %= MODULUS
    return number - MODULUS if number >= MODULUS - (1 << 30) else number


class Recorder(Tap):
    """Collects :attr:`records`; ``offset`` ns of the network's clock are the lesson's time 0."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.records: list[Record] = []
        self.flows = Flows()
        self.sent: dict[int, Transmission] = {}
        self.touched: set[tuple[str, int]] = set()
        self.flow_keys: dict[tuple[str, int], Flow] = {}
        """(host, engine's connection id) -> local address and port, remote address and port."""
        self._ends: dict[int, tuple[str, str]] = {}
        self.names: dict[tuple[str, str], int] = {}
        self._made = 0
        self.injecting = False
        """What is sent now was made by the scenario, not by a host's engine."""
        self._segments: dict[int, Record] = {}
        self._arrivals: dict[str, Record] = {}
        self._conns: dict[tuple[str, int], int] = {}
        self._by_flow: dict[tuple[str, Flow], int] = {}
        self._counters: dict[tuple[str, str], int] = {}
        self._snapshots: dict[int, Record] = {}

    def time(self, now: int) -> int:
        """The network's time as the lesson's."""
        return now - self.offset

    def add(self, kind: str, now: int, **fields: Any) -> Record:
        """One more record; ``now`` is the network's time."""
        record: Record = {"type": kind, "t": self.time(now), **fields}
        self.records.append(record)
        return record

    def observer(self, host: str) -> Observer:
        """Who shall watch ``host``."""
        return _HostObserver(self, host)

    def conn(self, host: str, engine_id: int) -> int:
        """The run's number of a host's connection; 0 stays 0."""
        if engine_id == 0:
            return 0
        known = self._conns.get((host, engine_id))
        if known is None:
            self._made += 1
            known = self._conns[host, engine_id] = self._made
        return known

    def named(self, host: str, name: str, engine_id: int) -> None:
        """A socket's name means that connection."""
        self.names[host, name] = self.conn(host, engine_id)

    # -- the network ------------------------------------------------------------------

    def transmitted(self, sent: Transmission) -> None:
        """A packet left its origin."""
        self.sent[sent.n] = sent
        packet = sent.packet
        record = self.add(
            "segment",
            sent.time,
            n=sent.n,
            arrives=None,
            src=format_address(packet.src),
            dst=format_address(packet.final_dst),
            proto=_protocol(packet),
            conn=0,
            fate=sent.fate,
            fault=sent.fault,
            copy_of=sent.copy_of or None,
            spoofed=sent.spoofed,
            injected=self.injecting,
            ttl=packet.ttl,
            len=0,
            bytes=sent.data().hex(),
            reason=reason_record(getattr(packet.body, "reason", None)),
            ident=packet.ident,
            via=sent.next_hop,
        )
        record["from"] = sent.origin
        record["to"] = sent.target
        if sent.part_of:
            record["part_of"] = sent.part_of
        if packet.tos & 3:
            record["ecn"] = ECN_NAMES[packet.tos & 3]
        self._segments[sent.n] = record
        self._describe(record, sent)
        self.settled(sent)

    def _describe(self, record: Record, sent: Transmission) -> None:
        packet, body = sent.packet, sent.packet.body
        if isinstance(body, Segment):
            self.flows.learn(packet, body, sent.spoofed)
            seq, ack = self.flows.relative(packet, body)
            flow = (packet.src, body.src_port, packet.final_dst, body.dst_port)
            record.update(
                conn=self._by_flow.get((sent.origin, flow), 0),
                len=len(body.payload),
                flags=list(flag_names(body.flags)),
                seq=seq,
                ack=ack,
                abs_seq=body.seq,
                abs_ack=body.ack,
                win=body.window,
                options=_options(body.options),
                sport=body.src_port,
                dport=body.dst_port,
                urgent=body.urgent,
                payload=bytes(body.payload).hex(),
            )
            if body.options.sack:
                base = self.flows.base(packet.final_dst, body.dst_port, packet.src, body.src_port)
                edges = [[_signed(a - base), _signed(b - base)] for a, b in body.options.sack]
                record["sack"] = edges
        elif isinstance(body, Datagram):
            record.update(
                len=len(body.payload),
                sport=body.src_port,
                dport=body.dst_port,
                payload=bytes(body.payload).hex(),
            )
        elif isinstance(body, IcmpMessage):
            record.update(len=len(body.data), icmp_type=body.type, icmp_code=body.code)
            record["mtu"] = body.rest & 0xFFFF if len(packet.src) == 4 else body.rest
        else:
            record.update(
                len=len(body),
                frag_offset=packet.frag_offset // 8,
                more_fragments=packet.more_fragments,
            )

    def settled(self, sent: Transmission) -> None:
        """Its fate is known."""
        record = self._segments.get(sent.n)
        if record is None:
            return
        fate = "delivered" if sent.fate == IN_FLIGHT else sent.fate
        record.update(fate=fate, fault=sent.fault)
        record["arrives"] = None if sent.arrives is None else self.time(sent.arrives)
        if sent.marked:
            record["marked"] = True
        if sent.cause:
            record["cause"] = sent.cause

    def forwarded(self, sent: Transmission, hop: Hop) -> None:
        """A router or switch sent it on."""
        arrives = None if hop.arrives is None else self.time(hop.arrives)
        record = self.add("hop", hop.time, n=sent.n, arrives=arrives, ttl=hop.packet.ttl)
        record["from"], record["to"] = hop.source, hop.target

    def arrived(self, sent: Transmission, host: str, packet: Packet, time: int) -> None:
        """A packet is at a host; what follows there is its doing."""
        self._arrivals[host] = self.add("arrival", time, n=sent.n, host=host, conn=0, reason=None)

    def handled(self, sent: Transmission, host: str, time: int) -> None:
        """The host has looked at it."""
        self._arrivals.pop(host, None)

    def host(self, name: str, action: str, time: int) -> None:
        """A machine crashed, came back, lost its link."""
        if action in ("crash", "power-off"):
            self._conns = {key: conn for key, conn in self._conns.items() if key[0] != name}
            self._by_flow = {key: conn for key, conn in self._by_flow.items() if key[0] != name}
            self.touched = {key for key in self.touched if key[0] != name}
            self.flow_keys = {key: f for key, f in self.flow_keys.items() if key[0] != name}
        self.add("host", time, host=name, action=action)

    # -- a host's events -----------------------------------------------------------------

    def observed(self, host: str, event: Event) -> None:
        """What a host reports."""
        conn = self.conn(host, event.conn)
        if event.conn:
            self.touched.add((host, event.conn))
        reason = reason_record(event.reason)
        kind, data = event.kind, event.data
        if kind in ("segment-in", "packet", "icmp"):
            self._verdict(host, conn, reason)
        elif kind == "state":
            self.add(
                "state",
                event.time,
                host=host,
                conn=conn,
                old=data["old"],
                new=data["new"],
                reason=reason,
            )
        elif kind == "timer":
            due = data.get("due") or 0
            self.add(
                "timer",
                event.time,
                host=host,
                conn=conn,
                name=data["name"],
                action=data["action"],
                due=self.time(due) if isinstance(due, int) and due else None,
                reason=reason,
            )
        elif kind == "queue":
            self.add("queue", event.time, host=host, **data, reason=reason)
        elif kind == "sample":
            self._aside(host, reason)
        elif kind == "silence":
            self.add("silence", event.time, host=host, conn=conn, reason=reason)
        elif kind == "conn":
            self._conn(host, conn, event)
        elif kind == "counter":
            self._counter(host, event)
        elif kind == "signal":
            self._signal(host, conn, event, reason)

    def _aside(self, host: str, reason: Record | None) -> None:
        """What an arriving segment taught besides: an RTT sample, or why there is none."""
        record = self._arrivals.get(host)
        if record is not None and reason is not None:
            record.setdefault("also", []).append(reason)

    def _verdict(self, host: str, conn: int, reason: Record | None) -> None:
        record = self._arrivals.get(host)
        if record is None or reason is None:
            return
        record["conn"] = record["conn"] or conn
        if record["reason"] is None:
            record["reason"] = reason
        else:
            record.setdefault("also", []).append(reason)

    def _conn(self, host: str, conn: int, event: Event) -> None:
        data = event.data
        action = str(data["action"])
        if action == "made":
            local, remote = bytes.fromhex(str(data["local"])), bytes.fromhex(str(data["remote"]))
            sport, dport = int(data["local_port"] or 0), int(data["remote_port"] or 0)
            self.flow_keys[host, event.conn] = (local, sport, remote, dport)
            self._by_flow[host, (local, sport, remote, dport)] = conn
            self._ends[conn] = (
                format_endpoint(local, sport),
                format_endpoint(remote, dport),
            )
        ends = self._ends.get(conn, ("", ""))
        self.add(
            "conn",
            event.time,
            host=host,
            conn=conn,
            action=action,
            local=ends[0],
            remote=ends[1],
        )

    def _counter(self, host: str, event: Event) -> None:
        name = str(event.data["name"])
        value = self._counters.get((host, name), 0) + 1
        self._counters[host, name] = value
        self.add("counter", event.time, host=host, name=name, value=value)

    def _signal(self, host: str, conn: int, event: Event, reason: Record | None) -> None:
        name = str(event.data["name"])
        if name not in _TELLS:
            return
        errno = event.data.get("errno") or 0
        shown = name_of(errno) if isinstance(errno, int) and errno else None
        by_reset = reason is not None and str(reason["rule"]).startswith("rst.")
        if name == "error" and (shown == "ECONNRESET" or (by_reset and shown == "EPIPE")):
            name = "reset"
        self.add(
            "signal",
            event.time,
            host=host,
            conn=conn,
            name=name,
            errno=shown,
            data=None,
            reason=reason,
        )

    def snapshot(self, now: int, host: str, conn: int, fields: Record) -> None:
        """The TCB's fields, written when something in them changed."""
        if self._snapshots.get(conn) != fields:
            self._snapshots[conn] = fields
            self.add("tcb", now, host=host, conn=conn, fields=fields)


def format_endpoint(address: bytes, port: int) -> str:
    """``10.0.0.1:80`` or ``[fd00::1]:80``."""
    text = format_address(address)
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


class _HostObserver(Observer):
    def __init__(self, recorder: Recorder, host: str) -> None:
        self.recorder = recorder
        self.name = host

    def event(self, event: Event) -> None:
        """See :class:`~synfin.core.events.Observer`."""
        self.recorder.observed(self.name, event)


def _protocol(packet: Packet) -> str:
    body = packet.body
    if isinstance(body, Segment):
        return "tcp"
    if isinstance(body, Datagram):
        return "udp"
    return "icmp" if isinstance(body, IcmpMessage) else "ip"


def _options(options: Options) -> Record:
    """Options that are there, under the names of docs/trace.md."""
    out: Record = {}
    if options.mss >= 0:
        out["mss"] = options.mss
    if options.window_scale >= 0:
        out["wscale"] = options.window_scale
    if options.sack_permitted:
        out["sack_permitted"] = True
    if options.ts_val >= 0:
        out["ts_val"] = options.ts_val
        out["ts_ecr"] = options.ts_ecr
    if options.sack:
        out["sack"] = [list(edges) for edges in options.sack]
    if options.fastopen is not None:
        out["fastopen"] = options.fastopen.hex()
    if options.md5 is not None:
        out["md5"] = options.md5.hex()
    return out
