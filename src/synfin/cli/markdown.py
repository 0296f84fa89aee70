"""The light Markdown of the ``ask`` texts, drawn for a terminal.

Paragraphs, lists, tables and fenced drawings; nothing else is used there. Rich
has a renderer, but it breaks Chinese where no reader would.
"""

import re
from typing import Final

from rich.cells import cell_len

from synfin.show.words import Glyphs, fit, wrap

_ITEM: Final = re.compile(r"(- |\d+\. )")
_GAP: Final = re.compile(r" {2,}")


def render(text: str, width: int, glyphs: Glyphs) -> list[str]:
    """The lines, none wider than ``width`` cells."""
    lines: list[str] = []
    block: list[str] = []
    fenced = False
    for line in [*text.split("\n"), ""]:
        if line.startswith("```"):
            lines += _block(block, width, glyphs)
            block, fenced = [], not fenced
            if not fenced:
                lines.append("")
        elif fenced:
            lines += _drawn(line, width)
        elif not line.strip() or (block and _kind(line) != _kind(block[0])):
            lines += _block(block, width, glyphs)
            block = [line] if line.strip() else []
        else:
            block.append(line)
    lines += _block(block, width, glyphs)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _kind(line: str) -> str:
    if line.startswith("|"):
        return "table"
    return "list" if _ITEM.match(line) else "text"


def _block(block: list[str], width: int, glyphs: Glyphs) -> list[str]:
    if not block:
        return []
    kind = _kind(block[0])
    if kind == "table":
        return [*_table(block, width, glyphs), ""]
    if kind == "text":
        return [*wrap(plain(" ".join(block)), width), ""]
    lines: list[str] = []
    for item in block:
        found = _ITEM.match(item)
        mark = found[0] if found else "  "
        pieces = wrap(plain(item[len(mark) :]), width - len(mark))
        lines.append(mark + pieces[0])
        lines += [" " * len(mark) + piece for piece in pieces[1:]]
    return [*lines, ""]


def plain(text: str) -> str:
    """Without the marks of emphasis and code."""
    return re.sub(r"\*\*?([^*\s](?:[^*]*[^*\s])?)\*\*?", r"\1", text).replace("`", "")


def _drawn(line: str, width: int) -> list[str]:
    """A line of a drawing; a remark at its end that is too long goes on below itself."""
    if cell_len(line) <= width:
        return [line]
    gaps = [m.end() for m in _GAP.finditer(line) if cell_len(line[: m.end()]) < width * 2 // 3]
    start = gaps[-1] if gaps else 0
    indent = cell_len(line[:start])
    pieces = wrap(line[start:], width - indent)
    return [line[:start] + pieces[0], *(" " * indent + piece for piece in pieces[1:])]


def _table(block: list[str], width: int, glyphs: Glyphs) -> list[str]:
    rows = [
        [plain(cell.strip()) for cell in line.strip().strip("|").split("|")]
        for line in block
        if not re.fullmatch(r"[|\s:-]+", line)
    ]
    if not rows:
        return []
    columns = max(len(row) for row in rows)
    rows = [row + [""] * (columns - len(row)) for row in rows]
    sizes = _sizes(rows, width - 2 * (columns - 1))
    lines: list[str] = []
    for index, row in enumerate(rows):
        cells = [wrap(cell, size) for cell, size in zip(row, sizes, strict=True)]
        for part in range(max(len(cell) for cell in cells)):
            texts = [
                fit(cell[part] if part < len(cell) else "", size, glyphs)
                for cell, size in zip(cells, sizes, strict=True)
            ]
            lines.append("  ".join(texts).rstrip())
        if index == 0:
            lines.append("  ".join(glyphs.line * size for size in sizes))
        elif any(len(cell) > 1 for cell in cells) and index < len(rows) - 1:
            lines.append("")
    return lines


def _sizes(rows: list[list[str]], room: int) -> list[int]:
    """Widths of the columns: what they need if that fits, else in proportion to it."""
    need = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    if sum(need) <= room:
        return need
    least = [min(n, max(8, room // (2 * len(need)))) for n in need]
    spare, wish = room - sum(least), [n - low for n, low in zip(need, least, strict=True)]
    total = sum(wish)
    return [low + spare * w // total for low, w in zip(least, wish, strict=True)]
