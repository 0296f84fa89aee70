"""The state diagram as SVG, arranged like RFC 9293 Figure 5, drawn from the table.

What ends a connection at once (RST, ABORT, giving up) leads to CLOSED from
nearly everywhere; those edges are listed below the picture, as Figure 5's note
does, and highlighted there.
"""

from dataclasses import dataclass
from math import hypot
from typing import Final

from synfin.core.states import Trigger
from synfin.show.names import state_name
from synfin.show.states_view import Edge, Visit, coverage_text, edges
from synfin.show.templating import render
from synfin.show.texts import Texts

WIDTH: Final = 900
_BOX: Final = (132.0, 40.0)

_PLACES: Final[dict[str, tuple[float, float]]] = {
    "CLOSED": (450, 60), "LISTEN": (210, 160), "SYN-SENT": (690, 200),
    "SYN-RECEIVED": (210, 290), "ESTABLISHED": (450, 380), "FIN-WAIT-1": (230, 480),
    "CLOSE-WAIT": (690, 480), "FIN-WAIT-2": (120, 640), "CLOSING": (400, 600),
    "LAST-ACK": (690, 600), "TIME-WAIT": (330, 720),
}  # fmt: skip

_END: Final = (690.0, 720.0)
"""CLOSED stands twice, as in Figure 5: connections end at the bottom."""

_ABRUPT: Final = frozenset(t.value for t in (Trigger.RCV_RST, Trigger.ABORT, Trigger.GIVE_UP))


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    x: float
    y: float
    visited: bool


@dataclass(frozen=True, slots=True)
class _Arrow:
    path: str
    label_x: float
    label_y: float
    anchor: str
    label: tuple[str, ...]
    visited: int


def svg(texts: Texts, visit: Visit | None = None, names: str = "rfc") -> str:
    """The diagram; edges and states that ``visit`` reached are thick and coloured."""
    counts = visit.counts if visit else {}
    reached = {name for pair in counts for name in pair}
    boxes = [_Box(state_name(s, names), x, y, s in reached) for s, (x, y) in _PLACES.items()]
    boxes.append(_Box(state_name("CLOSED", names), *_END, "CLOSED" in reached))
    arrows: list[_Arrow] = []
    abrupt: list[tuple[str, str, bool]] = []
    for edge in edges():
        pair = edge.old, edge.new
        plain = tuple(t for t in edge.triggers if t not in _ABRUPT)
        rest = tuple(t for t in edge.triggers if t in _ABRUPT)
        used = counts.get(pair, 0)
        if plain:
            arrows.append(_arrow(edge, plain, used))
        if rest:
            name = f"{state_name(edge.old, names)} → {state_name(edge.new, names)}"
            abrupt.append((name, ", ".join(rest), bool(used) and not plain))
    return render(
        "states.svg.j2",
        lang=texts.lang,
        title=texts.ui("states-title"),
        subtitle=coverage_text(texts, visit) if visit else texts.ui("states-source"),
        abrupt_title=texts.ui("states-abrupt"),
        boxes=boxes,
        arrows=arrows,
        abrupt=abrupt,
        width=WIDTH,
        height=800 + 20 * ((len(abrupt) + 1) // 2),
        box=_BOX,
    )


def _arrow(edge: Edge, labels: tuple[str, ...], used: int) -> _Arrow:
    ends = edge.new == "CLOSED" and edge.old in ("TIME-WAIT", "LAST-ACK")
    start, stop = _PLACES[edge.old], _END if ends else _PLACES[edge.new]
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    length = hypot(dx, dy)
    # the way back runs beside the way there
    side = 9.0 if (edge.new, edge.old) in _BOTH_WAYS or (edge.old, edge.new) in _BOTH_WAYS else 0.0
    shift = -dy / length * side, dx / length * side
    bend = _BENDS.get((edge.old, edge.new), (0.0, 0.0))
    first = _leave(shift, dx + bend[0] * 2, dy + bend[1] * 2)
    last = _leave(shift, -dx + bend[0] * 2, -dy + bend[1] * 2)
    x1, y1 = start[0] + first[0], start[1] + first[1]
    x2, y2 = stop[0] + last[0], stop[1] + last[1]
    middle = (x1 + x2) / 2 + bend[0], (y1 + y2) / 2 + bend[1]
    label = tuple(part for text in labels for part in text.split(" / "))
    beside = 8 if side and abs(dx) < 1 else 0
    return _Arrow(
        path=f"M{x1:.1f} {y1:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {x2:.1f} {y2:.1f}",
        label_x=(x1 + x2) / 2
        + bend[0] / 2
        + (beside if dy < 0 else -beside)
        + shift[0] * 3 * (not beside),
        label_y=(y1 + y2) / 2 + bend[1] / 2 + shift[1] * 2 + 4 - 6 * (len(label) - 1),
        anchor="middle" if not beside else "start" if dy < 0 else "end",
        label=label,
        visited=used,
    )


_BOTH_WAYS: Final = frozenset(
    {("CLOSED", "LISTEN"), ("LISTEN", "SYN-RECEIVED"), ("CLOSED", "SYN-SENT")}
)
_BENDS: Final = {("SYN-RECEIVED", "CLOSE-WAIT"): (0.0, 85.0)}
"""How far a curve's control point lies off the straight line (others are straight)."""


def _leave(inside: tuple[float, float], dx: float, dy: float) -> tuple[float, float]:
    """Where a ray from ``inside`` a box (relative to its centre) towards (dx, dy) leaves it."""
    half_x, half_y = _BOX[0] / 2, _BOX[1] / 2
    ways = [float("inf")]
    if dx:
        ways.append(((half_x if dx > 0 else -half_x) - inside[0]) / dx)
    if dy:
        ways.append(((half_y if dy > 0 else -half_y) - inside[1]) / dy)
    far = min(ways)
    return inside[0] + dx * far, inside[1] + dy * far
