"""A flame graph from folded stacks: widths are samples, the root is at the bottom."""

import re
from html import escape

WIDTH, ROW, LETTER = 1200, 17, 6.6
LEAST = 0.4
"""Frames narrower than this many pixels are left out."""
COMPILED, PYTHON, NATIVE = "#4e9fd6", "#f28e2b", "#c9b458"
ENGINE = re.compile(r"\((\w+__mypyc)[^)]*\)")
ENGINE_SHORT = "(engine)"


class Frame:
    """One box: the samples that passed through it, and those that ended in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.samples = 0
        self.own = 0
        self.callees: dict[str, Frame] = {}

    def depth(self) -> int:
        """Boxes on the tallest stack above it, itself among them."""
        return 1 + max((callee.depth() for callee in self.callees.values()), default=0)


def parse(text: str, root: str = "") -> list[tuple[list[str], int]]:
    """Stacks ``outer;inner;… count``, from the frame that begins with ``root`` inwards;
    stacks without it (start-up) are left out."""
    stacks: list[tuple[list[str], int]] = []
    for line in text.splitlines():
        names, _, count = ENGINE.sub(ENGINE_SHORT, line).rpartition(" ")
        frames = names.split(";")
        if root:
            at = [index for index, name in enumerate(frames) if name.startswith(root)]
            if not at:
                continue
            frames = frames[at[0] + 1 :]
        if frames:
            stacks.append((frames, int(count)))
    return stacks


def tree(stacks: list[tuple[list[str], int]]) -> Frame:
    """All stacks as one."""
    top = Frame("all")
    for frames, count in stacks:
        top.samples += count
        frame = top
        for name in frames:
            frame = frame.callees.setdefault(name, Frame(name))
            frame.samples += count
        frame.own += count
    return top


def function(name: str) -> str:
    """A frame's name without its line, so that a function is counted once."""
    head, _, place = name.partition(" (")
    return f"{head} ({place.split(':')[0].rstrip(')')})" if place else head


def hottest(stacks: list[tuple[list[str], int]], number: int = 10) -> list[tuple[str, int, int]]:
    """(function, samples in itself, samples in it and below), the first ``number`` by the
    former."""
    own: dict[str, int] = {}
    below: dict[str, int] = {}
    for frames, count in stacks:
        names = [function(name) for name in frames]
        own[names[-1]] = own.get(names[-1], 0) + count
        for name in set(names):
            below[name] = below.get(name, 0) + count
    order = sorted(own, key=lambda name: (-own[name], name))
    return [(name, own[name], below[name]) for name in order[:number]]


def colour(name: str) -> str:
    """Compiled engine, Python, or the rest."""
    if name.endswith(ENGINE_SHORT):
        return COMPILED
    return PYTHON if ".py:" in name else NATIVE


def svg(top: Frame, title: str) -> str:
    """The picture; hovering over a box tells its name and share."""
    height = (top.depth() + 2) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="monospace" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="4" y="13">{escape(title)}</text>',
    ]
    _boxes(parts, top, 0.0, height - ROW, max(top.samples, 1))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _boxes(parts: list[str], frame: Frame, left: float, y: int, total: int) -> None:
    width = frame.samples / total * WIDTH
    if width < LEAST:
        return
    share = 100 * frame.samples / total
    text = frame.name[: max(int((width - 4) / LETTER), 0)] if width > 3 * LETTER else ""
    parts.append(
        f"<g><title>{escape(frame.name)}: {frame.samples} samples, {share:.1f} %</title>"
        f'<rect x="{left:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" '
        f'fill="{colour(frame.name)}" rx="1"/>'
        f'<text x="{left + 2:.1f}" y="{y + 12}">{escape(text)}</text></g>'
    )
    for callee in sorted(frame.callees.values(), key=lambda callee: callee.name):
        _boxes(parts, callee, left, y - ROW, total)
        left += callee.samples / total * WIDTH
