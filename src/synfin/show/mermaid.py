"""A run as a Mermaid ``sequenceDiagram``, for documents that render Mermaid."""

import re
from collections.abc import Iterator
from typing import Final

from synfin.show import model
from synfin.show.labels import Marks, marks_text, parts
from synfin.show.layouts import order_nodes
from synfin.show.names import state_name
from synfin.show.texts import Texts
from synfin.show.words import seconds


def mermaid(trace: model.Trace, texts: Texts, names: str = "rfc") -> str:
    """The diagram's text: packets as arrows (lost ones end in a cross), states as notes."""
    return "\n".join(_lines(trace, texts, names)) + "\n"


def _lines(trace: model.Trace, texts: Texts, names: str) -> Iterator[str]:
    yield "sequenceDiagram"
    yield f"    title {_safe(trace.meta.title_in(texts.lang))}"
    nodes = order_nodes(trace.meta)
    ids = {name: f"n{i}" for i, name in enumerate(nodes)}
    for name in nodes:
        yield f"    participant {ids[name]} as {_safe(name)}"
    marks = Marks()
    for record in trace.records:
        match record:
            case model.Segment() if record.source in ids:
                told = marks_text(marks.of(record), record, texts)
                label = " ".join(["#" + str(record.n), seconds(record.t), *parts(record)[:4], told])
                arrow = "->>" if record.delivered else "-x"
                target = ids.get(record.target, ids[record.source])
                yield f"    {ids[record.source]}{arrow}{target}: {_safe(label.strip())}"
            case model.StateChange() if record.host in ids:
                old, new = state_name(record.old, names), state_name(record.new, names)
                text = f"{seconds(record.t)} {old} → {new}"
                yield f"    Note over {ids[record.host]}: {_safe(text)}"
            case model.Call() if record.host in ids:
                outcome = f" = {record.errno}" if record.errno else ""
                text = f"{seconds(record.t)} {record.call}({record.args}){outcome}"
                yield f"    Note over {ids[record.host]}: {_safe(text)}"
            case model.Note():
                text = record.text.get(texts.lang) or record.text.get("en", "")
                yield f"    Note over {ids[nodes[0]]},{ids[nodes[-1]]}: {_safe(text)}"
            case _:
                pass


_ENTITIES: Final = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "%%": "#37;#37;"}
"""Mermaid ends a statement at ;, begins comments at # and %%, and takes < for HTML."""


def _safe(text: str) -> str:
    return " ".join(re.sub(r"[#;<>]|%%", lambda m: _ENTITIES[m.group()], text).split())
