"""The trace of a run, its ladder, and its files: what a failed test leaves behind."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from synfin.core.problems import Problem
from synfin.host.host import Host as Engine
from synfin.lab.trace import Record
from synfin.show import json_out, model, pcapng
from synfin.show.ladder import Ladder, Options, Row, passed_on
from synfin.show.model import Trace
from synfin.show.reader import from_records
from synfin.show.texts import Texts
from synfin.testing.base import Base
from synfin.testing.expecting import own_texts
from synfin.wire.address import format_address

FOLDER: Final = "synfin-out"
WIDTH: Final = 100


class Recording(Base):
    """What a :class:`~synfin.testing.net.Net` made with ``trace=True`` can tell."""

    def trace(self) -> list[Record]:
        """The run up to now as records (docs/trace.md)."""
        if self.recorder is None:
            raise Problem("net.no-trace", "nothing was recorded: make the Net with trace=True")
        self.settled()
        return [self._meta(), *self.recorder.records, self._end()]

    def ladder(self, *, last: int = 0, reasons: bool = True, width: int = WIDTH) -> str:
        """The run as a ladder with the reason of each step; ``last``: only so many of its
        packets, and what lies between them."""
        return ladder(from_records(self.trace()), own_texts(), last, reasons, width)

    def save(self, folder: str | Path = FOLDER) -> list[Path]:
        """Writes ``HOST.pcapng`` for each host, as tcpdump would have seen it there, and
        ``ladder.txt`` and ``trace.jsonl``; makes the folder. The captures bear the secrets of
        the programs' TLS connections, so that Wireshark can read them. Returns the files."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        records = self.trace()
        trace, texts = from_records(records), own_texts()
        files: list[Path] = []
        keys = self.keys.read() if self.keys is not None else b""
        for name in self.hosts:
            files.append(place / f"{name}.pcapng")
            with files[-1].open("wb") as out:
                pcapng.write(out, trace, texts, [name], keys)
        files.append(place / "ladder.txt")
        files[-1].write_text(ladder(trace, texts, 0, True, WIDTH) + "\n", encoding="utf-8")
        files.append(place / "trace.jsonl")
        with files[-1].open("w", encoding="utf-8", newline="\n") as text:
            json_out.write(text, records)
        return files

    def _meta(self) -> Record:
        nodes = self.network.nodes.values()
        return {
            "type": "meta",
            "version": 1,
            "scenario": "net",
            "number": 0,
            "case": "main",
            "title": {"en": self.title, "zh": self.title},
            "profile": self.profile,
            "seed": self.seed,
            "settings": {},
            "faults": [str(fault) for fault in self.network.faults],
            "hosts": [
                {
                    "name": node.name,
                    "addresses": [format_address(address) for address in node.addresses],
                    "kind": "host" if node.kind == "switch" else node.kind,
                }
                for node in nodes
            ],
            "links": [
                {
                    "a": link.a.name,
                    "b": link.b.name,
                    "delay": link.forward.delay,
                    "rate": link.forward.rate,
                    "mtu": link.forward.mtu,
                }
                for link in self.network.links
            ],
        }

    def _end(self) -> Record:
        assert self.recorder is not None
        left: list[Record] = []
        for name, host in self.hosts.items():
            if host.sim.up and isinstance(host.sim.engine, Engine):
                for info in host.sim.engine.connections():
                    if info.conn:
                        conn = self.recorder.conn(name, info.conn)
                        left.append({"host": name, "conn": conn, "state": info.state})
        segments = sum(1 for record in self.recorder.records if record["type"] == "segment")
        outcome = "quiescent" if self.network.next_time() is None else "idle"
        return {
            "type": "end",
            "t": self.network.now,
            "outcome": outcome,
            "connections": left,
            "segments": segments,
        }


def ladder(trace: Trace, texts: Texts, last: int, reasons: bool, width: int) -> str:
    """The drawing; of it the ``last`` packets, and reasons for what is out of the ordinary
    only (0: everything)."""
    drawn = Ladder(trace.meta, texts, Options(width, reasons=reasons), passed_on(trace))
    head, rows = drawn.header(), list[Row]()
    told = Notable()
    for record in trace.records:
        # jitter draws nanoseconds, for which a ladder has no room
        shown = replace(record, t=round(record.t, -3))
        rows += drawn.feed(told.pruned(shown) if last else shown)
    rows += drawn.flush()
    packets = [index for index, row in enumerate(rows) if row.n is not None]
    lines = [row.text.plain.rstrip() for row in head]
    if last and len(packets) > last:
        cut = packets[-last]
        lines.append(texts.ui("testing-ladder-cut", count=len(packets) - last))
        rows = rows[cut:]
    return "\n".join(lines + [row.text.plain.rstrip() for row in rows])


class Notable:
    """What a short ladder gives reasons for: losses, repetitions, resets, timers that fire,
    and what came of them."""

    def __init__(self) -> None:
        self._packets: Final[set[int]] = set()
        self._sent: Final[set[tuple[int, str, int, int, int]]] = set()

    def pruned(self, record: model.Record) -> model.Record:
        """The record, without its reason where that is everyday."""
        match record:
            case model.Segment():
                return record if self._is_notable(record) else replace(record, reason=None)
            case model.Arrival():
                if record.n in self._packets:
                    return record
                return replace(record, reason=None, also=())
            case model.Timer(action="fire") | model.Signal(name="reset" | "error"):
                return record
            case model.StateChange() | model.Timer() | model.Signal():
                return replace(record, reason=None)
            case _:
                return record

    def _is_notable(self, segment: model.Segment) -> bool:
        key = (segment.conn, segment.source, segment.abs_seq, segment.length, len(segment.flags))
        again = key in self._sent and (segment.length > 0 or segment.flags != ("ACK",))
        self._sent.add(key)
        if again or not segment.delivered or segment.fault or "RST" in segment.flags:
            self._packets.add(segment.n)
        return segment.n in self._packets
