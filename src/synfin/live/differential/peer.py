"""The peer: forms what a script lets arrive, and puts what it hears into relative words.

Both sides, the engine and the kernel, talk to this same peer; it never answers by itself.
"""

import zlib
from typing import Final

from synfin.live.differential.packetdrill import segment_text
from synfin.live.differential.script import Arrival, Place
from synfin.wire.ip import PROTO_TCP, Packet, encode_packet
from synfin.wire.tcp import ACK, FIN, NO_OPTIONS, RST, SYN, URG, Options, Segment, flag_names

MASK: Final = 0xFFFF_FFFF
NOWHERE: Final = 0x1000_0000
"""Stands for the host's ISN as long as nobody has heard it."""
TS_STEP: Final = 80
"""By how much the peer's timestamp clock goes on from step to step."""
PERIOD: Final = 251


def octets(start: int, length: int, salt: int = 0) -> bytes:
    """``length`` octets of a stream from offset ``start`` on."""
    return bytes((at + at // PERIOD + salt) % PERIOD for at in range(start, start + length))


def sign(data: bytes) -> str:
    """Length and digest of what was read."""
    return f"{len(data)}:{zlib.crc32(data):08x}" if data else "0"


def near(number: int) -> int:
    """A difference of two sequence numbers as the nearest integer."""
    number &= MASK
    return number - (1 << 32) if number >> 31 else number


class Peer:
    """One peer of one connection under test. ``iss`` and ``ts`` are its own."""

    def __init__(self, here: bytes, port: int, there: bytes, there_port: int, number: int) -> None:
        self.here = here
        self.port = port
        self.there = there
        self.there_port = there_port
        mixed = zlib.crc32(number.to_bytes(8, "big"))
        self.iss = (0xFFFF_FF00 + mixed % 4096) & MASK if number % 4 == 0 else mixed
        self.ts = (mixed * 7 + 1) & MASK
        self.nxt = 0
        """What it sends next, from its ISN."""
        self.acked = 0
        """How much of that the host has acknowledged."""
        self.host_iss = NOWHERE
        self.heard_syn = False
        self.seen = 0
        """The end of what was seen of the host, from the host's ISN."""
        self.una = 0
        """What the peer has acknowledged."""
        self.offered_ts = False
        self.host_ts = -1
        """The host's last TSval; -1: none seen."""
        self.first_ts = -1
        self.wire = ""
        """What was formed or heard last, as packetdrill writes it."""

    # -- out -------------------------------------------------------------------
    def octets_of(self, arrival: Arrival, index: int) -> bytes:
        """The packet of step ``index``; takes note of what it says."""
        packet = self._packet(arrival, index)
        data = encode_packet(packet)
        if "badsum" in arrival.options:
            data = data[:36] + bytes((data[36] ^ 0x55,)) + data[37:]
        return data

    def _packet(self, arrival: Arrival, index: int) -> Packet:
        bits = arrival.bits
        seq = self._place(arrival.seq, True)
        ack = self._place(arrival.ack, False) if arrival.ack is not None else 0
        first = seq + (bits >> 1 & 1)
        salt = 7 if "other" in arrival.options else 0
        segment = Segment(
            self.port,
            self.there_port,
            (self.iss + seq) & MASK,
            (self.host_iss + ack) & MASK if bits & ACK else 0,
            bits,
            arrival.window,
            self._options(arrival, index),
            octets(first, arrival.length, salt),
            arrival.urgent if bits & URG else 0,
        )
        base = self.host_iss if bits & ACK else 0
        self.wire = segment_text(segment, self.iss, base, self.ts, self.first_ts)
        end = seq + segment.seg_len
        if seq <= self.nxt < end and not bits & RST and "badsum" not in arrival.options:
            self.nxt = end
        if bits & ACK and self.una < ack <= self.seen:
            self.una = ack
        return Packet(self.here, self.there, PROTO_TCP, segment)

    def _place(self, place: Place, ours: bool) -> int:
        if ours:
            base = {"nxt": self.nxt, "una": self.acked}.get(place.base, 0)
        else:
            base = {"all": self.seen, "una": self.una}.get(place.base, 0)
        return base + place.delta

    def _options(self, arrival: Arrival, index: int) -> Options:
        made = Options()
        words = arrival.options
        if arrival.bits & SYN:
            self.offered_ts = "TS" in words
            stamped = self.offered_ts
        else:
            stamped = self.offered_ts and "noTS" not in words and self.host_ts >= 0
            stamped = stamped or "TS" in words
        if stamped:
            made.ts_val = (self.ts + index * TS_STEP) & MASK
            made.ts_ecr = max(self.host_ts, 0) if arrival.bits & ACK else 0
        for word in words:
            name, _, value = word.partition(" ")
            if name == "mss":
                made.mss = int(value)
            elif name == "wscale":
                made.window_scale = int(value)
            elif name == "sackOK":
                made.sack_permitted = True
            elif name == "sack":
                low, _, high = value.partition(":")
                block = tuple((self.host_iss + self.una + int(n)) & MASK for n in (low, high))
                made.sack += ((block[0], block[1]),)
            elif name == "ecr" and stamped:
                made.ts_ecr = int(value)
            elif name.startswith("TS-") and stamped:
                made.ts_val = (made.ts_val - int(name[3:])) & MASK
        return made if words or stamped else NO_OPTIONS

    # -- in --------------------------------------------------------------------
    def hear(self, segment: Segment) -> str:
        """What the host said, in relative words."""
        bits = segment.flags
        if bits & SYN:
            if not self.heard_syn or segment.seq != self.host_iss:
                self.seen = self.una = 0
            self.host_iss, self.heard_syn = segment.seq, True
        if self.first_ts < 0:
            self.first_ts = segment.options.ts_val
        zero = 0 if segment.seq == 0 and bits & RST else self.host_iss
        self.wire = segment_text(segment, zero, self.iss, self.first_ts, self.ts)
        seq = near(segment.seq - self.host_iss)
        absent = segment.seq == 0 and bits & RST
        words = ["".join(name[0] for name in flag_names(bits & ~ACK)) + "." * (bits >> 4 & 1)]
        words[0] = words[0] or "-"
        words.append("seq=0!" if absent else f"seq={seq}")
        if bits & ACK:
            acked = near(segment.ack - self.iss)
            words.append(f"ack={acked}")
            if not bits & RST and acked <= self.nxt:
                self.acked = max(self.acked, acked)
        size = len(segment.payload)
        if size:
            words.append(f"len={size}" + ("" if self._genuine(segment, seq) else " WRONG"))
        words.append(self._window(segment))
        if bits & URG:
            words.append(f"urg={segment.urgent}")
        words += self._heard_options(segment.options)
        if not bits & RST:
            self.seen = max(self.seen, seq + segment.seg_len)
        return " ".join(word for word in words if word)

    @staticmethod
    def _window(segment: Segment) -> str:
        """Sizes are each stack's own; that there is no room at all is not."""
        return "" if segment.window or segment.flags & RST else "win=0"

    @staticmethod
    def _genuine(segment: Segment, seq: int) -> bool:
        first = seq + (segment.flags >> 1 & 1)
        return bytes(segment.payload) == octets(first, len(segment.payload))

    def _heard_options(self, options: Options) -> list[str]:
        words = []
        if options.mss >= 0:
            words.append(f"mss={options.mss}")
        if options.window_scale >= 0:
            words.append(f"wscale={options.window_scale}")
        if options.sack_permitted:
            words.append("sackOK")
        if options.ts_val >= 0:
            self.host_ts = options.ts_val
            # The peer's clock by steps: which of its stamps is echoed.
            echo = near(options.ts_ecr - self.ts)
            words.append(f"ecr={echo / TS_STEP:g}" if options.ts_ecr else "ecr=0!")
        for low, high in options.sack:
            words.append(f"[{near(low - self.iss)},{near(high - self.iss)})")
        return words


__all__ = ["FIN", "Peer", "near", "octets", "sign"]
