"""``synfin states``: the state diagram, the states' names, and what a run visited."""

import click

from synfin.cli.app import App
from synfin.cli.files import STDOUT, check_writable, write_file
from synfin.cli.kinds import Choice
from synfin.cli.runs import Wish, plan, run, run_command, trace_of
from synfin.show import states_svg
from synfin.show.names import STYLES, alias_table
from synfin.show.states_view import Visit, alias_lines, edge_text, edges, mermaid, visited
from synfin.show.words import wrap


@run_command(
    "states",
    examples=("states", "states 16", "states 21 --names ss --svg states.svg", "states --mermaid"),
    required=False,
)
@click.option("--names", type=Choice(STYLES), default="rfc", metavar="|".join(STYLES))
@click.option("--svg", metavar="FILE")
@click.option("--mermaid", "as_mermaid", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def states(
    app: App, wish: Wish | None, names: str, svg: str | None, as_mermaid: bool, as_json: bool
) -> None:
    """Every edge of Figure 5 and its notes, from the table the engine runs on."""
    if svg is not None:
        check_writable(svg)
    visit = visited([trace_of(run(app, plan(app, wish)))]) if wish else None
    if as_mermaid:
        app.raw(mermaid(visit, names))
    elif as_json:
        app.json(document(visit))
    elif svg != STDOUT:
        text(app, visit, names)
    if svg is not None:
        picture = states_svg.svg(app.texts, visit, names)
        if svg == STDOUT:
            app.raw(picture)
        else:
            write_file(svg, picture.encode())
            app.note(app.ui("cli-wrote", path=svg))


def text(app: App, visit: Visit | None, names: str) -> None:
    """Edges and names as text."""
    app.head(app.ui("states-title"))
    app.line(app.ui("states-source"), "dim")
    app.line()
    for line in edge_text(app.texts, visit, names, app.encoding):
        head, body = line[:31], line[31:]
        pieces = wrap(body, app.width - 33) if line[:1] in "* " and body else [body]
        style = "green" if line.startswith("*") else ""
        app.line(head + pieces[0], style)
        app.lines([" " * 33 + piece for piece in pieces[1:]], style)
    if visit is None:
        app.line()
        for line in alias_lines(app.texts):
            pieces = wrap(line[39:], app.width - 39)
            app.line(line[:39] + pieces[0])
            app.lines([" " * 39 + piece for piece in pieces[1:]])
        app.line()
        app.para(app.ui("cli-states-hint"), style="dim")
    else:
        app.para(app.ui("cli-states-star"), style="dim")


def document(visit: Visit | None) -> dict[str, object]:
    """The diagram for a program."""
    counts = visit.counts if visit is not None else {}
    return {
        "edges": [
            {
                "from": edge.old,
                "to": edge.new,
                "triggers": list(edge.triggers),
                "counterfactual": edge.counterfactual,
                "visited": counts.get((edge.old, edge.new), 0),
            }
            for edge in edges(counterfactual=True)
        ],
        "names": [{"rfc": a, "netstat": b, "ss": c} for a, b, c in alias_table()],
    }
