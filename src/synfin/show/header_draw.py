"""Header boxes in the manner of the RFCs: one row per 32 bits, two cells per bit.

Below each box stands a table of its fields with what they mean, then the
checksums, recomputed, and how the length of the data comes about.
"""

from typing import Final

from rich.cells import cell_len

from synfin.show.header_fields import Field
from synfin.show.header_view import Check, Dissection, Header
from synfin.show.texts import Texts
from synfin.show.words import Glyphs, encodable, fit, wrap

ROW: Final = 32
_TENS: Final = " 0" + " " * 19 + "1" + " " * 19 + "2" + " " * 19 + "3"
_ONES: Final = " " + " ".join(str(i % 10) for i in range(ROW))

_VERTICAL: Final = {
    "cwr": "CWR", "ece": "ECE", "urg": "URG", "ack_flag": "ACK", "psh": "PSH", "rst": "RST",
    "syn": "SYN", "fin": "FIN", "df": "DF", "mf": "MF",
}  # fmt: skip
"""Names of one-bit fields, written downwards as the RFCs do."""


def field_label(header: Header, field: Field, texts: Texts) -> str:
    """The field's name: RFC flag names as they are, everything else in the language."""
    if field.name in _VERTICAL:
        return _VERTICAL[field.name]
    return texts.ui(_message("field", header, field))


def field_meaning(header: Header, field: Field, texts: Texts) -> str:
    """What the field says here, in a short sentence."""
    value = -1 if field.value is None else field.value
    return texts.ui(_message("meaning", header, field), v=value, shown=field.shown)


def _message(prefix: str, header: Header, field: Field) -> str:
    kind = "icmp" if header.kind == "icmp6" else header.kind
    name = field.name.replace("_", "-")
    if name.startswith("opt-"):
        return f"{prefix}-{name}"
    # the two versions share what is the same in both
    return f"{prefix}-{kind}-{name}"


def render(packet: Dissection, texts: Texts, width: int = 80, encoding: str = "utf-8") -> list[str]:
    """The whole picture as lines: boxes, meanings, checks, data length."""
    glyphs = Glyphs.for_encoding(encoding)
    lines: list[str] = []
    for header in packet.headers:
        lines += ["", _title(header, texts)]
        lines += box(header, texts, glyphs)
        lines += table(header, texts, width, glyphs)
    lines.append("")
    lines += payload_lines(packet, texts)
    lines += [line for text in remarks(packet, texts) for line in wrap(text, width)]
    return [encodable(line if glyphs.unicode else line.replace("×", "x"), encoding).rstrip()
            for line in lines[1:]]  # fmt: skip


def _title(header: Header, texts: Texts) -> str:
    key = "header-title-quoted" if header.quoted else "header-title"
    name = texts.ui(f"header-{header.kind}")
    return texts.ui(key, name=name, start=header.start, length=header.length)


# --- the box -----------------------------------------------------------------


def box(header: Header, texts: Texts, glyphs: Glyphs) -> list[str]:
    """The header as RFC-style boxes with names and values."""
    lines = [_TENS, _ONES]
    rows = (max((f.first + f.width for f in header.fields), default=0) + ROW - 1) // ROW
    for row in range(rows):
        lines.append(_border(header, row))
        lines += _row(header, row, texts, glyphs)
    return [*lines, _border(header, rows)]


def _border(header: Header, row: int) -> str:
    """The line above ``row``; open where one field runs on through it."""
    edge = row * ROW
    line = []
    for bit in range(ROW + 1):
        here = edge + bit
        inside = any(f.first < edge and f.first + f.width > here for f in header.fields)
        line.append("+" if bit in (0, ROW) or not inside else " ")
        if bit < ROW:
            line.append(" " if inside else "-")
    return "".join(line)


def _row(header: Header, row: int, texts: Texts, glyphs: Glyphs) -> list[str]:
    low, high = row * ROW, row * ROW + ROW
    pieces = [f for f in header.fields if f.first < high and f.first + f.width > low]
    cells: list[list[str]] = []
    height = max((len(_VERTICAL.get(f.name, "")) for f in pieces), default=1) or 1
    used = low
    for field in pieces:
        start, stop = max(field.first, low), min(field.first + field.width, high)
        cells.append(_cell(header, field, start, stop, height, texts, glyphs))
        used = stop
    lines = ["|" + "|".join(c[i] for c in cells) + "|" for i in range(height + 1)]
    return [line + " " * ((high - used) * 2) for line in lines]


def _cell(
    header: Header, field: Field, start: int, stop: int, height: int, texts: Texts, glyphs: Glyphs
) -> list[str]:
    """``height`` lines of name and one of value, ``2 * bits - 1`` cells wide."""
    width = 2 * (stop - start) - 1
    if field.width == 1:
        name = _VERTICAL.get(field.name, "0").rjust(height)
        return [*name, field.shown[:1]]
    if start != field.first:
        # what goes on from the row above; long ones show the value once more in full
        more = field.shown if field.width > ROW and start == field.first + ROW else ""
        return [" " * width] * height + [_centre(more, width, glyphs)]
    blank = [" " * width] * (height - 1)
    label = field_label(header, field, texts)
    shown = "" if field.width > 2 * ROW else field.shown
    if cell_len(shown) > width:
        shown = shown.split(" ")[0]
    return [*blank, _centre(label, width, glyphs), _centre(shown, width, glyphs)]


def _centre(text: str, width: int, glyphs: Glyphs) -> str:
    space = width - cell_len(text)
    return fit(text, width, glyphs) if space < 0 else fit(" " * (space // 2) + text, width, glyphs)


# --- the table, the checks, the sum ------------------------------------------


def table(header: Header, texts: Texts, width: int, glyphs: Glyphs) -> list[str]:
    """Bits, name, value and meaning of each field."""
    rows = [
        (_bits(f), field_label(header, f, texts), f.shown, field_meaning(header, f, texts))
        for f in header.fields
    ]
    first, second, third = (
        min(max(cell_len(r[i]) for r in rows), limit) for i, limit in ((0, 7), (1, 22), (2, 24))
    )
    lines: list[str] = []
    indent = first + second + third + 6
    for place, label, shown, meaning in rows:
        head = f"{place:>{first}}  {fit(label, second, glyphs)}  {fit(shown, third, glyphs)}  "
        told = wrap(meaning, max(width - indent, 20))
        lines.append(head + told[0])
        lines += [" " * indent + more for more in told[1:]]
    return lines


def _bits(field: Field) -> str:
    last = field.first + field.width - 1
    return str(field.first) if field.width == 1 else f"{field.first}-{last}"


def payload_lines(packet: Dissection, texts: Texts, limit: int = 64) -> list[str]:
    """The data in hex and as text, at most ``limit`` octets of it."""
    data = packet.payload
    if not data or any(h.quoted for h in packet.headers):
        return []
    lines = [texts.ui("header-payload", count=len(data))]
    for at in range(0, min(len(data), limit), 16):
        part = data[at : at + 16]
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in part)
        lines.append(f"  {at:04x}  {part.hex(' '):<47}  {text}")
    if len(data) > limit:
        lines.append(texts.ui("header-payload-more", count=len(data) - limit))
    return lines


def remarks(packet: Dissection, texts: Texts) -> list[str]:
    """Data length, checksums and notes, one sentence each."""
    out: list[str] = []
    if packet.data_len is not None:
        length = packet.data_len
        out.append(
            texts.ui(
                f"header-data-length-{length.upper}",
                total=length.total,
                ip=length.ip_header,
                upper=length.upper_header,
                octets=length.octets,
            )
        )
    out += [check_text(c, texts) for c in packet.checks]
    out += [texts.ui(f"header-note-{n.id}", **n.values) for n in packet.notes]
    return out


def check_text(check: Check, texts: Texts) -> str:
    """One checksum's verdict."""
    name = texts.ui(f"header-{check.kind}")
    if check.good is None:
        key = "none" if check.kind == "udp" and check.found == 0 else "unknown"
        return texts.ui(f"header-check-{key}", name=name)
    key = "good" if check.good else "bad"
    return texts.ui(
        f"header-check-{key}",
        name=name,
        found=f"0x{check.found:04x}",
        expected=f"0x{check.expected:04x}",
    )
