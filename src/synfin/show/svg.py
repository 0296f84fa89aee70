"""The ladder as one standalone SVG file: states as coloured bars, slopes true to time."""

from dataclasses import dataclass
from math import atan2, degrees
from typing import Final

from synfin.show.model import Trace
from synfin.show.scene import LINE, Arrow, build
from synfin.show.templating import render
from synfin.show.texts import Texts

COLOURS: Final = {
    # Okabe and Ito's palette: told apart with every kind of colour vision;
    # the state's name always stands beside its bar as well
    "CLOSED": "#d0d0d0", "LISTEN": "#9a9a9a", "SYN-SENT": "#e69f00", "SYN-RECEIVED": "#f0c35a",
    "ESTABLISHED": "#009e73", "FIN-WAIT-1": "#0072b2", "FIN-WAIT-2": "#56b4e9",
    "CLOSING": "#7f9fbf", "CLOSE-WAIT": "#cc79a7", "LAST-ACK": "#b5517f",
    "TIME-WAIT": "#d9c400",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """Where an arrow's label stands, and how it is turned (degrees)."""

    x: float
    y: float
    angle: float
    anchor: str


def svg(trace: Trace, texts: Texts, names: str = "rfc") -> str:
    """The picture of a whole run."""
    scene = build(trace, texts, names)
    return render(
        "ladder.svg.j2",
        lang=texts.lang,
        title=trace.meta.title_in(texts.lang),
        subtitle=texts.ui(
            "ladder-run",
            scenario=trace.meta.scenario,
            profile=trace.meta.profile,
            seed=str(trace.meta.seed),
        ),
        desc=describe(trace, texts),
        scene=scene,
        left=scene.columns[0][0] if scene.columns else "",
        columns=dict(scene.columns),
        arrows=[(a, place(a, len(scene.columns))) for a in scene.arrows],
        colours=COLOURS,
        line=LINE,
        more=texts.ui("svg-left-out", count=scene.left_out) if scene.left_out else "",
    )


def describe(trace: Trace, texts: Texts) -> str:
    """The picture in one sentence, for those who do not see it."""
    packets = trace.segments()
    lost = sum(not s.delivered for s in packets)
    hosts = ", ".join(h.name for h in trace.meta.hosts)
    return texts.ui("svg-description", count=len(packets), lost=lost, hosts=hosts)


def place(arrow: Arrow, columns: int) -> Label:
    """The label stands on the arrow, turned with it, never upside down.

    Among several hosts it keeps to the sender's part, where arrows still lie apart.
    """
    dx, dy = arrow.x2 - arrow.x1, arrow.y2 - arrow.y1
    angle = degrees(atan2(dy, dx))
    if angle > 90:
        angle -= 180
    elif angle < -90:
        angle += 180
    if abs(angle) > 50:
        # steep (a long delay): beside the start, level
        right = dx > 0
        x = arrow.x1 + (14 if right else -14)
        return Label(x, arrow.y1 + 14, 0, "start" if right else "end")
    share = 0.5 if columns <= 2 else 0.38
    return Label(arrow.x1 + dx * share, arrow.y1 + dy * share - 4, angle, "middle")
