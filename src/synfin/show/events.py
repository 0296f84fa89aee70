"""What happened at a host in a few words: the same sentences in every picture."""

from typing import Final

from rich.cells import cell_len, set_cell_size

from synfin.show import model
from synfin.show.texts import Texts, format_ns
from synfin.show.words import Glyphs, word

_DATA: Final = 20
"""Cells of data that are shown."""


class Teller:
    """Turns records into short texts; remembers which calls still wait.

    ``timers``: 'none', 'fire' (and what TIME-WAIT waits for) or 'all'.
    """

    def __init__(self, texts: Texts, glyphs: Glyphs, timers: str = "fire") -> None:
        self._texts = texts
        self._glyphs = glyphs
        self._timers = timers
        self._queues: dict[tuple[str, int], tuple[int, int]] = {}
        self._blocked: set[tuple[str, int, str]] = set()

    def tell(self, record: model.Record) -> str:
        """The text, or '' for what is not told in words (packets, states, snapshots)."""
        ui = self._texts.ui
        match record:
            case model.Call():
                return self._call(record)
            case model.Signal() if self._says_more(record):
                said = [word(self._texts, "signal", record.name), record.errno, self._data(record)]
                return " ".join([self._glyphs.up, *(x for x in said if x)])
            case model.Queue() if self._queue_changed(record):
                counts = {"syn": record.syn, "accept": record.accept, "backlog": record.backlog}
                return ui("ladder-queue", **{k: str(v) for k, v in counts.items()})
            case model.Timer() if self._wants(record):
                due = format_ns(record.due - record.t) if record.due is not None else "0"
                name = word(self._texts, "timer", record.name)
                return ui(f"ladder-timer-{record.action}", name=name, due=due)
            case model.HostEvent():
                return f"{self._glyphs.lost} {word(self._texts, 'host', record.action)}"
            case model.Counter():
                return f"{record.name} = {record.value}"
            case _:
                return ""

    def _queue_changed(self, queue: model.Queue) -> bool:
        """Empty queues of a new listener are no news."""
        key, lengths = (queue.host, queue.port), (queue.syn, queue.accept)
        before = self._queues.get(key, (0, 0))
        self._queues[key] = lengths
        return before != lengths

    def _says_more(self, signal: model.Signal) -> bool:
        """Not told: what connect() is about to return, and PUSH (the reading is told)."""
        waits = any(host == signal.host and call == "connect" for host, _, call in self._blocked)
        return not (signal.name == "pushed" or (signal.name == "connected" and waits))

    def _data(self, signal: model.Signal) -> str:
        """What was read: short data as it is, long data by its beginning and its size."""
        data = signal.data or ""
        if cell_len(data) <= _DATA:
            return data
        size = "" if signal.octets is None else f" ({signal.octets})"
        return set_cell_size(data, _DATA - 1).rstrip() + self._glyphs.ellipsis + size

    def _call(self, call: model.Call) -> str:
        key = call.host, call.socket, call.call
        returns = key in self._blocked and not call.blocking
        (self._blocked.add if call.blocking else self._blocked.discard)(key)
        text = f"{self._glyphs.up if returns else self._glyphs.down} {call.call}"
        text += "" if returns else f"({call.args})"
        outcome = call.errno or call.result or ""
        plain = outcome in ("ok", "None") and not returns
        return text if plain or not outcome else f"{text} = {outcome}"

    def _wants(self, timer: model.Timer) -> bool:
        if self._timers == "all":
            return True
        if self._timers == "none":
            return False
        return timer.action == "fire" or (timer.name == "time-wait" and timer.action != "stop")
