"""A trace made by hand after docs/trace.md: a lost SYN, data, an orderly close.

The packets' bytes are packed here, not by ``synfin.wire``, so that the two can
be held against each other.
"""

import struct
from itertools import pairwise
from typing import Any

from synfin.show.model import Trace
from synfin.show.reader import from_records

MS = 1_000_000
S = 1_000_000_000
FLAG_BITS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
ADDRESSES = {"A": "10.0.0.1", "B": "10.0.0.2", "R": "10.0.1.1", "X": "10.9.9.9"}
ISN = {"A": 1_000_000_100, "B": 3_000_000_300}


def ones_sum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) by the plain loop."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def octets(address: str) -> bytes:
    return bytes(int(x) for x in address.split("."))


def ipv4(src: str, dst: str, proto: int, body: bytes, ttl: int = 64) -> bytes:
    """An IPv4 packet with a good header checksum."""
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0x4000, ttl, proto, 0, octets(src), octets(dst)
    )
    return head[:10] + struct.pack("!H", ones_sum(head)) + head[12:] + body


def tcp(
    src: str, dst: str, sport: int, dport: int, seq: int, ack: int, flags: tuple[str, ...],
    win: int = 65535, options: bytes = b"", payload: bytes = b"", ttl: int = 64,
) -> bytes:  # fmt: skip
    """An IPv4 packet with a TCP segment, both checksums good."""
    bits = sum(FLAG_BITS[f] for f in flags)
    offset = (5 + len(options) // 4) << 4
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, offset, bits, win, 0, 0)
    body = head + options + payload
    pseudo = octets(src) + octets(dst) + struct.pack("!HH", 6, len(body))
    check = struct.pack("!H", ones_sum(pseudo + body))
    return ipv4(src, dst, 6, body[:16] + check + body[18:], ttl)


def reason(rule: str, source: str = "RFC 9293", **values: object) -> dict[str, object]:
    return {"rule": rule, "source": source, "values": values}


class Maker:
    """Collects records; segments get their number, addresses and bytes."""

    def __init__(self, hosts: tuple[str, ...] = ("A", "B"), **meta: object) -> None:
        self.records: list[dict[str, Any]] = [
            {
                "type": "meta",
                "version": 1,
                "scenario": "by-hand",
                "case": "main",
                "title": {"en": "A lost SYN, data, close", "zh": "SYN 丢失、数据与关闭"},
                "profile": "rfc",
                "seed": 1,
                "settings": {},
                "hosts": [
                    {"name": h, "addresses": [ADDRESSES.get(h, "10.0.0.9")], "kind": "host"}
                    for h in hosts
                ],
                "links": [
                    {"a": a, "b": b, "delay": 50 * MS, "rate": 0, "mtu": 1500}
                    for a, b in pairwise(hosts)
                ],
                **meta,
            }
        ]
        self.n = 0

    def add(self, kind: str, t: int, host: str, **fields: object) -> None:
        self.records.append({"type": kind, "t": t, "host": host, **fields})

    def state(self, t: int, host: str, old: str, new: str, rule: dict[str, object]) -> None:
        conn = 1 if host == "A" else 3
        self.add("state", t, host, conn=conn, old=old, new=new, reason=rule)

    def send(
        self, t: int, source: str, target: str, flags: str, seq: int, ack: int = 0,
        payload: bytes = b"", fate: str = "delivered", delay: int = 50 * MS,
        rule: dict[str, object] | None = None, arrival: dict[str, object] | None = None,
        **more: object,
    ) -> int:  # fmt: skip
        """A TCP segment; returns its number. ``delay`` is ignored when it is lost."""
        self.n += 1
        names = tuple(flags.split(","))
        options = b"\x02\x04\x05\xb4" if "SYN" in names else b""
        sport, dport = (40000, 80) if source != "B" else (80, 40000)
        abs_seq = ISN.get(source, 0) + seq
        abs_ack = ISN.get(target, 0) + ack if "ACK" in names else 0
        src, dst = ADDRESSES[source], ADDRESSES[target]
        data = tcp(
            src, dst, sport, dport, abs_seq, abs_ack, names, options=options, payload=payload
        )
        self.records.append(
            {
                "type": "segment",
                "n": self.n,
                "t": t,
                "arrives": t + delay if fate in ("delivered", "corrupted") else None,
                "from": source,
                "to": target,
                "src": src,
                "dst": dst,
                "proto": "tcp",
                "conn": 1 if source == "A" else 3,
                "fate": fate,
                "fault": None,
                "copy_of": None,
                "spoofed": False,
                "ttl": 64,
                "len": len(payload),
                "bytes": data.hex(),
                "reason": rule,
                "flags": list(names),
                "seq": seq,
                "ack": ack,
                "abs_seq": abs_seq,
                "abs_ack": abs_ack,
                "win": 65535,
                "options": {"mss": 1460} if options else {},
                **more,
            }
        )
        return self.n

    def arrive(self, t: int, host: str, n: int, rule: dict[str, object] | None = None) -> None:
        self.add("arrival", t, host, n=n, conn=1 if host == "A" else 3, reason=rule)

    def end(self, t: int, outcome: str = "quiescent") -> None:
        self.records.append(
            {"type": "end", "t": t, "outcome": outcome, "connections": [], "segments": self.n}
        )

    def trace(self) -> Trace:
        return from_records(self.records)


def tcb(m: Maker, t: int, host: str, state: str, una: int, nxt: int, rcv: int, **more: Any) -> None:
    fields = {
        "state": state, "iss": ISN[host], "irs": ISN["B" if host == "A" else "A"],
        "snd_una": una, "snd_nxt": nxt, "snd_wnd": 65535, "snd_wl1": 0, "snd_wl2": 0,
        "rcv_nxt": rcv, "rcv_wnd": 65535, "rto": S, "srtt": 100 * MS, "rttvar": 50 * MS,
        "cwnd": 14600, "ssthresh": 1 << 30, "unsent": 0, "unread": 0, "out_of_order": 0, **more,
    }  # fmt: skip
    m.add("tcb", t, host, conn=1 if host == "A" else 3, fields=fields)


def lost_syn() -> Trace:
    """Handshake whose first SYN is lost, 5 octets from A, four-segment close."""
    m = Maker()
    fifth = "RFC 9293 §3.10.7.4 fifth"
    m.add("queue", 0, "B", port=80, syn=0, accept=0, backlog=5)
    m.add("call", 0, "B", conn=0, socket=1, call="listen", args="80 backlog=5", result="ok")
    m.add("call", 0, "A", conn=1, socket=1, call="connect", args="B:80", blocking=True)
    m.add("conn", 0, "A", conn=1, action="made", local="10.0.0.1:40000", remote="10.0.0.2:80")
    opened = reason("open.active", "RFC 9293 §3.10.1", iss=0)
    m.state(0, "A", "CLOSED", "SYN-SENT", opened)
    tcb(m, 0, "A", "SYN-SENT", 0, 1, 0)
    m.add("timer", 0, "A", conn=1, name="retransmit", action="set", due=S, reason=None)
    m.send(0, "A", "B", "SYN", 0, fate="dropped", fault="A>B SYN nth=1 drop", rule=opened)
    m.add("timer", S, "A", conn=1, name="retransmit", action="fire", due=S, reason=None)
    again = m.send(S, "A", "B", "SYN", 0, rule=opened)
    t = S + 50 * MS
    m.arrive(t, "B", again, reason("listen.syn", seg_seq=0, rcv_nxt=1, iss=0))
    m.add("conn", t, "B", conn=3, action="made", local="10.0.0.2:80", remote="10.0.0.1:40000")
    heard = reason("listen.syn", "RFC 9293 §3.10.7.2 third", seg_seq=0, rcv_nxt=1, iss=0)
    m.state(t, "B", "LISTEN", "SYN-RECEIVED", heard)
    m.add("queue", t, "B", port=80, syn=1, accept=0, backlog=5)
    tcb(m, t, "B", "SYN-RECEIVED", 0, 1, 1)
    synack = m.send(t, "B", "A", "SYN,ACK", 0, 1, rule=heard)
    t += 50 * MS
    m.arrive(t, "A", synack)
    up = reason("syn-sent.established", fifth, seg_ack=1, iss=0, seg_seq=0, rcv_nxt=1)
    m.state(t, "A", "SYN-SENT", "ESTABLISHED", up)
    m.add("signal", t, "A", conn=1, name="connected", errno=None, data=None, reason=up)
    m.add("call", t, "A", conn=1, socket=1, call="connect", args="B:80", result="ok")
    tcb(m, t, "A", "ESTABLISHED", 1, 1, 1)
    last = m.send(t, "A", "B", "ACK", 1, 1, rule=up)
    t += 50 * MS
    m.arrive(t, "B", last)
    done = reason("ack.establishes", fifth, seg_ack=1, snd_una=0, snd_nxt=1)
    m.state(t, "B", "SYN-RECEIVED", "ESTABLISHED", done)
    m.add("queue", t, "B", port=80, syn=0, accept=1, backlog=5)
    tcb(m, t, "B", "ESTABLISHED", 1, 1, 1)
    t = 2 * S
    m.add("call", t, "A", conn=1, socket=1, call="send", args="'hello'", result="5")
    data = m.send(t, "A", "B", "PSH,ACK", 1, 1, payload=b"hello")
    t += 50 * MS
    m.arrive(t, "B", data)
    m.add("signal", t, "B", conn=3, name="data", errno=None, data="'hello'", reason=None)
    tcb(m, t, "B", "ESTABLISHED", 1, 1, 6, unread=5)
    m.arrive(t + 50 * MS, "A", m.send(t, "B", "A", "ACK", 1, 6))
    _close(m, 3 * S)
    return m.trace()


def _close(m: Maker, t: int) -> None:
    close = reason("send.fin", "RFC 9293 §3.10.4", seq=6, data_len=0)
    m.add("call", t, "A", conn=1, socket=1, call="close", args="", result="ok")
    m.state(t, "A", "ESTABLISHED", "FIN-WAIT-1", close)
    tcb(m, t, "A", "FIN-WAIT-1", 6, 7, 1)
    fin = m.send(t, "A", "B", "FIN,ACK", 6, 1, rule=close)
    t += 50 * MS
    m.arrive(t, "B", fin)
    heard = reason("fin.received", "RFC 9293 §3.10.7.4 eighth", seg_seq=6, rcv_nxt=7)
    m.state(t, "B", "ESTABLISHED", "CLOSE-WAIT", heard)
    m.add("signal", t, "B", conn=3, name="eof", errno=None, data=None, reason=heard)
    ack = m.send(t, "B", "A", "ACK", 1, 7)
    m.arrive(t + 50 * MS, "A", ack)
    m.state(t + 50 * MS, "A", "FIN-WAIT-1", "FIN-WAIT-2", reason("ack.of-fin"))
    t += 100 * MS
    m.add("call", t, "B", conn=3, socket=2, call="close", args="", result="ok")
    m.state(t, "B", "CLOSE-WAIT", "LAST-ACK", close)
    fin = m.send(t, "B", "A", "FIN,ACK", 1, 7)
    t += 50 * MS
    m.arrive(t, "A", fin)
    m.state(t, "A", "FIN-WAIT-2", "TIME-WAIT", reason("fin.time-wait", seg_seq=1, rcv_nxt=2))
    due = t + 60 * S
    m.add("timer", t, "A", conn=1, name="time-wait", action="set", due=due, reason=None)
    ack = m.send(t, "A", "B", "ACK", 7, 2)
    m.arrive(t + 50 * MS, "B", ack)
    m.state(t + 50 * MS, "B", "LAST-ACK", "CLOSED", reason("ack.last", seg_ack=2, snd_nxt=2))
    m.add("conn", t + 50 * MS, "B", conn=3, action="deleted", local="10.0.0.2:80", remote="")
    m.add("timer", due, "A", conn=1, name="time-wait", action="fire", due=due, reason=None)
    m.state(due, "A", "TIME-WAIT", "CLOSED", reason("time-wait.expired", length_ns=60 * S))
    m.end(due)
