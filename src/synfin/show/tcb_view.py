"""A transmission control block as RFC 9293 §3.3.1 groups it: sockets, send, receive.

Below them the timers that run, the estimators, and both directions of the
sequence space as number lines (the RFC's Figures 3 and 4 with real numbers).
"""

from typing import Final

from rich.cells import cell_len

from synfin.show.moment import Connection, Moment
from synfin.show.names import state_name
from synfin.show.texts import Texts, format_ns
from synfin.show.words import Glyphs, encodable, fit, seconds, word

_SEND: Final = ("iss", "snd_una", "snd_nxt", "snd_wnd", "snd_wl1", "snd_wl2", "unsent")
_RECEIVE: Final = ("irs", "rcv_nxt", "rcv_wnd", "unread", "out_of_order")
_ESTIMATE: Final = ("rto", "srtt", "rttvar", "cwnd", "ssthresh", "mss", "ecn")
_TIMES: Final = frozenset({"rto", "srtt", "rttvar"})
_ENDLESS: Final = 1 << 29
"""A threshold this high was never lowered."""


def value_text(name: str, found: Connection) -> str:
    """A field's value as people write it."""
    value = found.fields.get(name)
    if value is None:
        return "-"
    if name in _TIMES and isinstance(value, int):
        return format_ns(value) if value else "-"
    if name == "ssthresh" and isinstance(value, int) and value >= _ENDLESS:
        return "∞"
    return str(value)


def tcb_lines(
    now: Moment,
    host: str,
    texts: Texts,
    names: str = "rfc",
    width: int = 80,
    encoding: str | None = "utf-8",
) -> list[str]:
    """All control blocks of ``host`` at that moment; one line when there is none."""
    found = now.at(host)
    glyphs = Glyphs.for_encoding(encoding)
    lines = [texts.ui("tcb-title", host=host, t=seconds(now.t))]
    if not found:
        lines.append(texts.ui("tcb-none", host=host))
    for one in found:
        lines += ["", *_block(now, one, texts, names, width, glyphs)]
    return [
        encodable(line if glyphs.unicode else line.replace("∞", "inf").replace("µ", "u"), encoding)
        for line in lines
    ]


def _block(
    now: Moment, one: Connection, texts: Texts, names: str, width: int, glyphs: Glyphs
) -> list[str]:
    state = state_name(one.state, names)
    title = "tcb-listener" if one.conn < 0 else "tcb-connection"
    lines = [texts.ui(title, n=one.conn, state=state)]
    lines += _group(
        texts.ui("tcb-sockets"), [f"{one.local} {glyphs.to} {one.remote or '*'}"], glyphs
    )
    if one.state == "LISTEN":
        queue = now.queues.get((one.host, one.port))
        if queue is not None:
            text = texts.ui("ladder-queue", syn=str(queue.syn), accept=str(queue.accept),
                            backlog=str(queue.backlog))  # fmt: skip
            lines += _group(texts.ui("tcb-queues"), [text], glyphs)
        return lines
    for title, fields in (("send", _SEND), ("receive", _RECEIVE), ("estimate", _ESTIMATE)):
        shown = [f"{field_name(f)}={value_text(f, one)}" for f in fields if f in one.fields]
        if shown:
            lines += _group(texts.ui(f"tcb-{title}"), _pack(shown, width - _LABEL), glyphs)
    timers = [
        texts.ui("tcb-timer", name=word(texts, "timer", name), left=format_ns(p.due - now.t))
        for name, p in sorted(one.timers.items())
    ]
    if timers:
        lines += _group(texts.ui("tcb-timers"), timers, glyphs)
    if one.fields:
        lines += ["", *send_line(one, texts, glyphs), "", *receive_line(one, texts, glyphs)]
    return lines


_LABEL: Final = 20


def _group(title: str, rows: list[str], glyphs: Glyphs) -> list[str]:
    first = fit(f"  {title}", _LABEL, glyphs)
    return [(first if i == 0 else " " * _LABEL) + row for i, row in enumerate(rows)]


def _pack(items: list[str], width: int) -> list[str]:
    rows = [""]
    for item in items:
        if rows[-1] and len(rows[-1]) + len(item) + 2 > width:
            rows.append(item)
        else:
            rows[-1] = f"{rows[-1]}  {item}" if rows[-1] else item
    return rows


def field_name(field: str) -> str:
    """The RFC's spelling: snd_una -> SND.UNA."""
    for prefix in ("snd", "rcv"):
        if field.startswith(prefix + "_"):
            return field.replace("_", ".", 1).replace("_", "").upper()
    return {"iss": "ISS", "irs": "IRS", "rto": "RTO", "srtt": "SRTT", "rttvar": "RTTVAR",
            "mss": "MSS"}.get(field, field.replace("_", "-"))  # fmt: skip


# --- number lines ---------------------------------------------------------------


def send_line(one: Connection, texts: Texts, glyphs: Glyphs) -> list[str]:
    """RFC 9293 Figure 3: acknowledged | in flight | may be sent | not yet."""
    una, nxt = one.number("snd_una"), one.number("snd_nxt")
    edge = una + one.number("snd_wnd")
    marks = [("SND.UNA", una), ("SND.NXT", nxt), ("SND.UNA+SND.WND", max(edge, nxt))]
    words = [
        texts.ui("tcb-acknowledged"),
        texts.ui("tcb-in-flight", count=nxt - una),
        texts.ui("tcb-usable", count=max(edge - nxt, 0)),
        texts.ui("tcb-beyond"),
    ]
    return _line(marks, words, glyphs)


def receive_line(one: Connection, texts: Texts, glyphs: Glyphs) -> list[str]:
    """RFC 9293 Figure 4: received | window | not yet."""
    nxt = one.number("rcv_nxt")
    marks = [("RCV.NXT", nxt), ("RCV.NXT+RCV.WND", nxt + one.number("rcv_wnd"))]
    words = [
        texts.ui("tcb-received"),
        texts.ui("tcb-window", count=one.number("rcv_wnd")),
        texts.ui("tcb-beyond"),
    ]
    return _line(marks, words, glyphs)


def _line(marks: list[tuple[str, int]], words: list[str], glyphs: Glyphs) -> list[str]:
    """Words between the marks, a ruler, and under each mark its name and number."""
    above, ruler, names, numbers = "  ", "  ", "", ""
    for index, text in enumerate(words):
        size = max(cell_len(text) + 2, 14)
        space = size - cell_len(text)
        above += fit(" " * (space // 2) + text, size, glyphs) + " "
        ruler += glyphs.line * size
        if index < len(marks):
            name, number = marks[index][0], str(marks[index][1])
            at = len(ruler)
            ruler += glyphs.bar
            names = names.ljust(max(at - len(name) // 2, len(names) + 1)) + name
            numbers = numbers.ljust(max(at - len(number) // 2, len(numbers) + 1)) + number
    return [above.rstrip(), ruler, names, numbers]
