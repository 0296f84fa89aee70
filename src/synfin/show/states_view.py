"""The state diagram, generated from the transition table of ``core.states``.

As text (one line per edge), as Mermaid, and as SVG in the arrangement of
RFC 9293 Figure 5; the edges that a run went along are highlighted and counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from synfin.core.states import COUNTERFACTUAL, TRANSITIONS, State
from synfin.show.model import StateChange, Trace
from synfin.show.names import alias_table, state_name
from synfin.show.texts import Texts
from synfin.show.words import Glyphs, fit

Pair = tuple[str, str]
"""(old, new): RFC names."""


@dataclass(frozen=True, slots=True)
class Edge:
    """All ways from ``old`` to ``new``; ``triggers`` are the labels of Figure 5."""

    old: str
    new: str
    triggers: tuple[str, ...]
    counterfactual: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """How often a run went along each pair; ``unknown`` is not in the table (our bug)."""

    counts: dict[Pair, int]
    unknown: dict[Pair, int]

    def covered(self, edges: Iterable[Edge]) -> int:
        """How many of ``edges`` were used."""
        return sum((e.old, e.new) in self.counts for e in edges)


def edges(counterfactual: bool = False) -> list[Edge]:
    """The diagram's edges in the table's order; counterfactual ones only when asked for."""
    triggers: dict[Pair, list[str]] = {}
    lawful: set[Pair] = set()
    for (old, trigger), new in TRANSITIONS.items():
        pair = old.value, new.value
        triggers.setdefault(pair, []).append(trigger.value)
        if (old, trigger) not in COUNTERFACTUAL:
            lawful.add(pair)
    return [
        Edge(*pair, tuple(labels), pair not in lawful)
        for pair, labels in triggers.items()
        if counterfactual or pair in lawful
    ]


def visited(traces: Iterable[Trace]) -> Visit:
    """The edges that runs went along.

    A child connection begins where its listener stands, so LISTEN to
    SYN-RECEIVED is an edge of the child.
    """
    known = {(e.old, e.new) for e in edges(counterfactual=True)}
    counts: dict[Pair, int] = {}
    unknown: dict[Pair, int] = {}
    for trace in traces:
        for record in trace.records:
            if isinstance(record, StateChange):
                pair = record.old, record.new
                where = counts if pair in known else unknown
                where[pair] = where.get(pair, 0) + 1
    return Visit(counts, unknown)


def edge_text(
    texts: Texts, visit: Visit | None = None, names: str = "rfc", encoding: str | None = "utf-8"
) -> list[str]:
    """One line per edge: from, to, what moves it; a star marks what was visited."""
    glyphs = Glyphs.for_encoding(encoding)
    lines: list[str] = []
    last = ""
    shown = edges(counterfactual=True)
    for edge in shown:
        mark = " "
        if visit is not None and (edge.old, edge.new) in visit.counts:
            mark = "*"
        first = "" if edge.old == last else state_name(edge.old, names)
        last = edge.old
        target = fit(state_name(edge.new, names), 12, glyphs)
        labels = "; ".join(edge.triggers)
        if edge.counterfactual:
            labels += f" ({texts.ui('states-counterfactual')})"
        lines.append(f"{mark} {fit(first, 12, glyphs)} {glyphs.to} {target}  {labels}")
    if visit is not None:
        lines.append(coverage_text(texts, visit))
    return lines


def coverage_text(texts: Texts, visit: Visit) -> str:
    """How many edges a run went along."""
    lawful = edges()
    return texts.ui("states-coverage", visited=visit.covered(lawful), all=len(lawful))


def alias_lines(texts: Texts) -> list[str]:
    """The table of names: RFC, netstat, ss, and what each state means."""
    rows = [("RFC 9293", "netstat", "ss", "")]
    rows += [(*row, texts.ui(f"state-{row[0].lower()}")) for row in alias_table()]
    return [f"{a:<13} {b:<12} {c:<11} {d}".rstrip() for a, b, c, d in rows]


def mermaid(visit: Visit | None = None, names: str = "rfc") -> str:
    """A Mermaid state diagram; visited states are set off by a class."""
    lines = ["stateDiagram-v2"]
    for state in State:
        name = state_name(state.value, names)
        lines.append(f'    state "{name}" as {_ident(state.value)}')
    for edge in edges():
        label = " / ".join(t.replace(":", " ").replace(";", ",") for t in edge.triggers)
        lines.append(f"    {_ident(edge.old)} --> {_ident(edge.new)}: {label}")
    if visit is not None and visit.counts:
        reached = sorted({name for pair in visit.counts for name in pair})
        lines.append("    classDef visited stroke-width:3px,font-weight:bold")
        lines += [f"    class {_ident(name)} visited" for name in reached]
    return "\n".join(lines) + "\n"


def _ident(state: str) -> str:
    return state.replace("-", "_")
