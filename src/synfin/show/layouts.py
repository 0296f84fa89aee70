"""Where things stand on a ladder's line: two hosts, up to four, or a plain list."""

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from rich.text import Text

from synfin.show.model import Hop, Meta, Segment
from synfin.show.words import Glyphs, fit, seconds, wrap

Margins = Mapping[str, str]
"""Host name -> the state shown for it."""

_HEAD: Final = 14
"""Cells before the drawing: packet number (4), time (9), one blank."""

_STATE: Final = 12
"""Cells of a state column: SYN-RECEIVED."""

_NEW: Final = "bold cyan"
_OLD: Final = "dim"
_BAD: Final = "bold red"


class Layout:
    """Base of the three layouts."""

    def __init__(self, width: int, glyphs: Glyphs) -> None:
        self.width: Final = width
        self.glyphs: Final = glyphs

    def header(self, seconds_word: str) -> list[Text]:
        """The line(s) naming the columns."""
        raise NotImplementedError

    def segment(
        self, segment: Segment, label: list[str], marks: str, margins: Margins, changed: bool,
        passed: bool,
    ) -> Text:  # fmt: skip
        """The line of a packet; ``changed``: its sender's state is new; ``passed``: a router
        sends it on later."""
        raise NotImplementedError

    def hop(self, hop: Hop) -> Text | None:
        """The line of a packet that a router sends on; None where routers have no place."""
        return None

    def event(
        self, t: int, host: str, text: str, margins: Margins, changed: bool, n: int | None = None
    ) -> Text:
        """The line of something that happened at ``host``."""
        raise NotImplementedError

    def room(self) -> int:
        """Cells for one event's text."""
        raise NotImplementedError

    def pack(self, texts: list[str]) -> list[str]:
        """Several texts of one instant, joined as long as they fit a line."""
        lines: list[str] = []
        joint = "; "
        for text in texts:
            if lines and text and cell_len(lines[-1]) + cell_len(text) + 2 <= self.room():
                lines[-1] = lines[-1] + joint + text if lines[-1] else text
            else:
                lines.extend(wrap(text, self.room()) if text else [text])
        return lines

    def remark(self, t: int, text: str) -> list[Text]:
        """A remark across all columns."""
        lines = wrap(text, self.width - _HEAD)
        stamps = [f"{'':4}{seconds(t):>9} "] + [" " * _HEAD] * len(lines)
        return [
            Text(stamp + line, style="yellow") for stamp, line in zip(stamps, lines, strict=False)
        ]

    def stamp(self, word: str) -> str:
        """The heading of the time column, in its nine cells."""
        return fit(word, 9, self.glyphs, right=True)

    def head(self, t: int, n: int | None = None) -> Text:
        """Packet number and time."""
        number = "" if n is None else str(n)
        return Text.assemble((f"{number:>4}", "bold"), (f"{seconds(t):>9} ", "dim"))


def arrow(
    ok: bool, label: list[str], marks: str, width: int, rightwards: bool, glyphs: Glyphs
) -> tuple[str, bool]:
    """An arrow of exactly ``width`` cells with its label, and whether all of the label fitted.

    Parts of the label fall off the end when it is too long; marks stay.
    """
    tail = f" {marks}" if marks else ""
    reach = width if ok else max(width - 2, 4)
    shown = list(label)
    while len(shown) > 1 and cell_len(" ".join(shown) + tail) > reach - 5:
        shown = less(shown)
    text = fit_label(" ".join(shown) + tail, reach - 5, glyphs)
    line = glyphs.line
    rest = reach - 1 - cell_len(text)
    before = 2 if rightwards else max(rest - 2, 0)
    body = line * before + text + line * (rest - before)
    tip = glyphs.right if rightwards else glyphs.left
    end = tip if ok else glyphs.lost
    gap = " " * (width - reach)
    drawn = body + end + gap if rightwards else gap + end + body
    return drawn, len(shown) == len(label) and cell_len(text) == cell_len(" ".join(shown) + tail)


def less(label: list[str]) -> list[str]:
    """The label without its least important part: the last, but ``ack=`` before ``len=``."""
    if len(label) > 2 and label[-1].startswith("len=") and label[-2].startswith("ack="):
        return [*label[:-2], label[-1]]
    return label[:-1]


def fit_label(text: str, width: int, glyphs: Glyphs) -> str:
    """``text`` cut to ``width`` cells, never padded."""
    return text if cell_len(text) <= width else fit(text, max(width, 1), glyphs)


class PairLayout(Layout):
    """Two hosts: states in the margins left and right, packets between them."""

    def __init__(self, left: str, right: str, width: int, glyphs: Glyphs) -> None:
        super().__init__(max(width, 60), glyphs)
        self._left = left
        self._right = right
        self._body = self.width - _HEAD - 2 * _STATE - 4

    def room(self) -> int:
        return self._body - 1

    def header(self, seconds_word: str) -> list[Text]:
        line = Text.assemble(
            (f"{'n':>4}{self.stamp(seconds_word)} ", "dim"),
            (fit(self._left, _STATE, self.glyphs), "bold"),
            " " * (self._body + 4),
            (fit(self._right, _STATE, self.glyphs), "bold"),
        )
        return [line]

    def segment(
        self, segment: Segment, label: list[str], marks: str, margins: Margins, changed: bool,
        passed: bool,
    ) -> Text:  # fmt: skip
        if segment.source == segment.target:
            said = f"{segment.source}{self.glyphs.to}{segment.target}: {' '.join([*label, marks])}"
            return self.event(segment.t, segment.source, said, margins, changed, segment.n)
        rightwards = segment.source == self._left or segment.target == self._right
        drawn, _ = arrow(segment.delivered, label, marks, self._body, rightwards, self.glyphs)
        style = "" if segment.delivered else _BAD
        return self._line(
            self.head(segment.t, segment.n),
            Text(drawn, style=style),
            margins,
            segment.source if changed else "",
        )

    def event(
        self, t: int, host: str, text: str, margins: Margins, changed: bool, n: int | None = None
    ) -> Text:
        if host == self._right:
            body = fit(text, self._body - 1, self.glyphs, right=True) + " "
        else:
            body = " " + fit(text, self._body - 1, self.glyphs)
        return self._line(self.head(t, n), Text(body), margins, host if changed else "")

    def _line(self, head: Text, body: Text, margins: Margins, new: str) -> Text:
        bar = self.glyphs.bar
        left, right = margins.get(self._left, ""), margins.get(self._right, "")
        return Text.assemble(
            head,
            (fit(left, _STATE, self.glyphs), _NEW if new == self._left else _OLD),
            f" {bar}",
            body,
            f"{bar} ",
            (right, _NEW if new == self._right else _OLD),
        )


class ColumnsLayout(Layout):
    """Three or four nodes: a line of life for each, texts standing on it."""

    def __init__(self, names: list[str], width: int, glyphs: Glyphs) -> None:
        super().__init__(max(width, 60), glyphs)
        self._column = (self.width - _HEAD) // len(names)
        self._names = names
        self._at = {name: i * self._column + self._column // 2 for i, name in enumerate(names)}

    def room(self) -> int:
        return self._column * 2 - 4

    def header(self, seconds_word: str) -> list[Text]:
        canvas = self._canvas(False)
        for name, at in self._at.items():
            canvas = self._put(canvas, at, f"[{name}]")
        return [Text.assemble((f"{'n':>4}{self.stamp(seconds_word)} ", "dim"), (canvas, "bold"))]

    def segment(
        self, segment: Segment, label: list[str], marks: str, margins: Margins, changed: bool,
        passed: bool,
    ) -> Text:  # fmt: skip
        start, stop = self._at.get(segment.source, 0), self._at.get(segment.via, -1)
        head = self.head(segment.t, segment.n)
        if stop < 0 or start == stop or segment.source not in self._at:
            text = f"{segment.source}{self.glyphs.to}{segment.target} {' '.join(label)} {marks}"
            return Text.assemble(head, self._put(self._canvas(), start, text.strip()))
        low, high = min(start, stop), max(start, stop)
        # a packet that a router sends on has reached the router, whatever becomes of it
        ok = segment.delivered or passed
        width, rightwards = high - low - 1, stop > start
        canvas = self._canvas()
        for count in range(min(len(label), 4), 0, -1):
            drawn, fits = arrow(ok, label[:count], marks, width, rightwards, self.glyphs)
            full = " ".join([*label[:count], marks] if marks else label[:count])
            at = self._beside(low, high, cell_len(full))
            if fits and count >= 2:
                canvas = self._put(canvas, low + 1, drawn, centred=False)
                break
            if at >= 0 or count == 1:
                inside = ([""], "") if at >= 0 else (label, marks)
                drawn, _ = arrow(ok, *inside, width, rightwards, self.glyphs)
                canvas = self._put(canvas, low + 1, drawn, centred=False)
                canvas = self._put(canvas, at, full, centred=False) if at >= 0 else canvas
                break
        return Text.assemble(head, (canvas, "" if ok else _BAD))

    def hop(self, hop: Hop) -> Text | None:
        start, stop = self._at.get(hop.source, -1), self._at.get(hop.target, -1)
        if -1 in (start, stop) or start == stop:
            return None
        low, high = min(start, stop), max(start, stop)
        ok = hop.arrives is not None
        label = [f"#{hop.n}", f"ttl={hop.ttl}"]
        drawn, _ = arrow(ok, label, "", high - low - 1, stop > start, self.glyphs)
        canvas = self._put(self._canvas(), low + 1, drawn, centred=False)
        return Text.assemble(self.head(hop.t), (canvas, _OLD if ok else _BAD))

    def _beside(self, low: int, high: int, size: int) -> int:
        """Where a label of ``size`` cells fits beside an arrow from ``low`` to ``high``, or -1."""
        if high + 2 + size <= self._column * len(self._names):
            return high + 2
        return low - 1 - size if low - 1 - size >= 0 else -1

    def event(
        self, t: int, host: str, text: str, margins: Margins, changed: bool, n: int | None = None
    ) -> Text:
        said = " ".join(x for x in (margins.get(host, "") if changed else "", text) if x)
        canvas = self._put(self._canvas(), self._at.get(host, 0), said)
        return Text.assemble(self.head(t, n), (canvas, _NEW if changed else ""))

    def _canvas(self, bars: bool = True) -> str:
        cells = [" "] * (self._column * len(self._names))
        for at in self._at.values():
            cells[at] = self.glyphs.bar if bars else " "
        return "".join(cells)

    def _put(self, canvas: str, at: int, text: str, centred: bool = True) -> str:
        """``text`` laid over ``canvas`` around cell ``at``; double-width letters count two.

        Only called on canvases that still are one cell per character to the
        right of the spot.
        """
        size = cell_len(text)
        if size > len(canvas):
            text, size = fit(text, len(canvas), self.glyphs), len(canvas)
        start = at - size // 2 if centred else at
        start = min(max(start, 0), len(canvas) - size)
        return canvas[:start] + text + canvas[start + size :]


class ListLayout(Layout):
    """Any number of nodes: one line per packet or event, names in front."""

    def __init__(self, names: list[str], width: int, glyphs: Glyphs) -> None:
        super().__init__(max(width, 60), glyphs)
        self._name = min(max((len(n) for n in names), default=1), 8)

    def room(self) -> int:
        return self.width - _HEAD - self._name - 2 - _STATE - 2

    def header(self, seconds_word: str) -> list[Text]:
        return [Text(f"{'n':>4}{self.stamp(seconds_word)}", style="dim")]

    def segment(
        self, segment: Segment, label: list[str], marks: str, margins: Margins, changed: bool,
        passed: bool,
    ) -> Text:  # fmt: skip
        glyphs = self.glyphs
        tip = glyphs.right if segment.delivered else glyphs.lost
        shown = [*label, marks] if marks else list(label)
        ends = (
            f"{fit(segment.source, self._name, glyphs)} {glyphs.line * 2}{tip} "
            f"{fit(segment.target, self._name, glyphs)}  "
        )
        room = self.width - _HEAD - cell_len(ends)
        while len(shown) > 2 and cell_len(" ".join(shown)) > room:
            del shown[-2 if marks else -1]
        text = fit_label(" ".join(shown), room, glyphs)
        style = "" if segment.delivered else _BAD
        return Text.assemble(self.head(segment.t, segment.n), (ends + text, style))

    def event(
        self, t: int, host: str, text: str, margins: Margins, changed: bool, n: int | None = None
    ) -> Text:
        name = fit(host, self._name, self.glyphs)
        state = margins.get(host, "") if changed else ""
        said = f"{state}  {text}".strip() if state else text
        style = _NEW if changed else ""
        return Text.assemble(self.head(t, n), (f"{name} ", "bold"), (said, style))


def order_nodes(meta: Meta) -> list[str]:
    """Node names from left to right: along the links where they form one chain."""
    names = [h.name for h in meta.hosts]
    near: dict[str, list[str]] = {name: [] for name in names}
    for link in meta.links:
        if link.a in near and link.b in near:
            near[link.a].append(link.b)
            near[link.b].append(link.a)
    ends = [name for name in names if len(near[name]) == 1]
    if len(ends) != 2 or any(len(v) > 2 for v in near.values()):
        return names
    chain = [ends[0]]
    while len(chain) < len(names):
        onward = [x for x in near[chain[-1]] if x not in chain]
        if not onward:
            return names
        chain.append(onward[0])
    return chain


def choose_layout(meta: Meta, width: int, glyphs: Glyphs) -> Layout:
    """Two nodes get margins, three or four get columns, more a list."""
    names = order_nodes(meta)
    if len(names) == 2:
        return PairLayout(names[0], names[1], width, glyphs)
    if 2 < len(names) <= 4 and (width - _HEAD) // len(names) >= 12:
        return ColumnsLayout(names, width, glyphs)
    return ListLayout(names, width, glyphs)
