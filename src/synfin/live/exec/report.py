"""What the link did to which packets: counted as it happens, the rest remembered."""

from typing import Any, Final

from synfin.sim.fault import Fault
from synfin.sim.tap import CORRUPTED, DELIVERED, IN_FLIGHT, Tap, Transmission
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import Packet, packet_length
from synfin.wire.tcp import ACK, SYN, Segment, flag_names
from synfin.wire.udp import Datagram

REMEMBERED: Final = 10_000
"""Disturbed packets that are listed; later ones are only counted."""

Flow = tuple[bytes, int, bytes, int]


class Direction:
    """What left one side."""

    def __init__(self) -> None:
        self.sent = 0
        self.octets = 0
        self.delivered = 0
        self.copies = 0
        self.fates: dict[str, int] = {}
        """What was not simply delivered: ``loss``, ``fault``, ``queue``, ``corrupted`` ..."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "sent": self.sent,
            "octets": self.octets,
            "delivered": self.delivered,
            "copies": self.copies,
            "fates": dict(sorted(self.fates.items())),
        }


class Report(Tap):
    """A tap that counts. ``affected``: one record per packet that was not left alone."""

    def __init__(self) -> None:
        super().__init__()
        self.directions: dict[str, Direction] = {}
        self.affected: list[dict[str, Any]] = []
        self.left_out = 0
        self._records: dict[int, dict[str, Any]] = {}
        self._first: dict[Flow, int] = {}

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`synfin.sim.tap.Tap`."""
        direction = self._direction(sent)
        if sent.copy_of:
            direction.copies += 1
        else:
            direction.sent += 1
            direction.octets += len(sent.raw) or packet_length(sent.packet)
        words = self._describe(sent.packet)
        disturbed = (
            sent.fault is not None or sent.copy_of or sent.fate not in (DELIVERED, IN_FLIGHT)
        )
        if disturbed:
            self._remember(sent, words)

    def settled(self, sent: Transmission) -> None:
        """See :class:`synfin.sim.tap.Tap`."""
        direction = self._direction(sent)
        kind = "delivered" if sent.fate == DELIVERED else why(sent)
        if kind == "delivered":
            direction.delivered += 1
        else:
            direction.fates[kind] = direction.fates.get(kind, 0) + 1
        record = self._records.pop(sent.n, None)
        if record is not None:
            record["fate"] = kind

    def _direction(self, sent: Transmission) -> Direction:
        name = f"{sent.origin}>{sent.target}"
        return self.directions.setdefault(name, Direction())

    def _remember(self, sent: Transmission, words: dict[str, Any]) -> None:
        if len(self.affected) >= REMEMBERED:
            self.left_out += 1
            return
        record = {
            "n": sent.n,
            "t": sent.time,
            "from": sent.origin,
            "to": sent.target,
            **words,
            "fate": IN_FLIGHT,
            "fault": sent.fault,
            "copy_of": sent.copy_of or None,
        }
        self.affected.append(record)
        self._records[sent.n] = record

    def _describe(self, packet: Packet) -> dict[str, Any]:
        """A packet's kind and numbers, relative to the SYN where that was seen."""
        body = packet.body
        if isinstance(body, Segment):
            here = (packet.src, body.src_port, packet.dst, body.dst_port)
            there = (here[2], here[3], here[0], here[1])
            if body.flags & SYN:
                self._first[here] = body.seq
            seq = body.seq - self._first.get(here, 0) & 0xFFFFFFFF
            ack = body.ack - self._first.get(there, 0) & 0xFFFFFFFF
            return {
                "protocol": "TCP",
                "ports": [body.src_port, body.dst_port],
                "flags": ",".join(flag_names(body.flags)),
                "seq": seq,
                "ack": ack if body.flags & ACK else None,
                "length": len(body.payload),
            }
        if isinstance(body, Datagram):
            ports = [body.src_port, body.dst_port]
            return {"protocol": "UDP", "ports": ports, "length": len(body.payload)}
        if isinstance(body, IcmpMessage):
            return {"protocol": "ICMP", "type": body.type, "code": body.code}
        return {"protocol": str(packet.proto)}

    def as_dict(self, faults: list[Fault]) -> dict[str, Any]:
        """For JSON; ``faults``: the network's."""
        return {
            "directions": {name: d.as_dict() for name, d in sorted(self.directions.items())},
            "faults": [{"fault": fault.text, "acted": fault.acted} for fault in faults],
            "affected": self.affected,
            "left_out": self.left_out,
        }


def why(sent: Transmission) -> str:
    """In one word, why a packet was not delivered as it was."""
    return CORRUPTED if sent.fate == CORRUPTED else sent.cause or sent.fate


def segment_words(record: dict[str, Any]) -> str:
    """``SYN 40000>8000 seq=0``: a record's packet on a line."""
    words = [record["protocol"] if record["protocol"] != "TCP" else record["flags"] or "-"]
    if "ports" in record:
        words.append("{}>{}".format(*record["ports"]))
    if "type" in record:
        words.append(f"{record['type']}/{record['code']}")
    words += [f"{name}={record[name]}" for name in ("seq", "ack") if record.get(name) is not None]
    if record.get("length"):
        words.append(f"len={record['length']}")
    return " ".join(words)
