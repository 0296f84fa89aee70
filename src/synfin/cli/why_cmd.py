"""``synfin why`` and ``why-not``: the rule behind a packet, and behind a silence."""

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.kinds import Time, Whole
from synfin.cli.runs import Plan, Wish, host_of, plan, ref, run, run_command, trace_of
from synfin.lab.trace import Record, Run
from synfin.lab.whynot import Silence
from synfin.lab.whynot import why_not as ask_why_not
from synfin.show.labels import Marks, marks_text, parts
from synfin.show.model import Arrival, Reason, Segment, TraceError
from synfin.show.texts import show_value
from synfin.show.words import seconds, wrap
from synfin.wire.tcp import FLAG_NAMES


@run_command("why", examples=("why 8 5", "why third-ack-lost 3 --case lost-for-ever --json"))
@click.argument("n", type=Whole(1), metavar="N")
@click.option("--json", "as_json", is_flag=True)
def why(app: App, wish: Wish, n: int, as_json: bool) -> None:
    """Why packet N was sent, what became of it, and what it did."""
    chosen = plan(app, wish)
    done = run(app, chosen)
    if as_json:
        packet_of(done, n)
        app.json(
            {
                "segment": done.segment(n),
                "arrival": done.verdicts.get(n),
                "then": consequences(done, n),
            }
        )
        return
    packet_why(app, done, n)
    app.line()
    app.line(app.ui("cli-why-header", command=f"synfin header {ref_first(chosen, n)}"), "dim")


def ref_first(chosen: Plan, n: int) -> str:
    """``08 3 --case x``: the reference with the packet's number where it belongs."""
    name, _, rest = ref(chosen).partition(" ")
    return f"{name} {n} {rest}".strip()


def packet_of(done: Run, n: int) -> Segment:
    """Packet ``n``, or a UserError that says how many there are."""
    try:
        return trace_of(done).segment(n)
    except TraceError:
        raise UserError("cli-error-packet", n=n, count=len(done.packets)) from None


def packet_why(app: App, done: Run, n: int) -> None:
    """The packet, its reason, its fate, the verdict at the other end."""
    segment = packet_of(done, n)
    trace = trace_of(done)
    marks = Marks()
    for other in trace.segments():
        found = marks.of(other)
        if other.n == n:
            break
    title = f"#{n}  {seconds(segment.t)} s  {segment.source} {app.glyphs.to} {segment.target}  "
    said = marks_text(found, segment, app.texts)
    lines = wrap(app.clean(title + " ".join([*parts(segment), said])), app.width - 4)
    app.head(lines[0])
    app.lines([f"    {line}" for line in lines[1:]], "bold")
    rules(app, app.ui("cli-why-sent"), [segment.reason])
    if segment.fault:
        app.para(app.ui("cli-why-fault", text=segment.fault), 2, "")
    arrival = done.verdicts.get(n)
    if arrival is None:
        app.para(app.ui(f"cli-fate-{segment.fate}" if app.texts.has(f"cli-fate-{segment.fate}")
                        else "cli-fate-dropped"), 0)  # fmt: skip
        return
    title = app.ui("cli-why-arrived", host=arrival["host"], time=seconds(arrival["t"]))
    told = next(
        r for r in trace.records if isinstance(r, Arrival) and (r.n, r.t) == (n, arrival["t"])
    )
    rules(app, title, [told.reason, *told.also])
    for record in consequences(done, n):
        app.para(consequence(app, record), 4, "  " + app.glyphs.to)


def rules(app: App, title: str, reasons: list[Reason | None]) -> None:
    """A heading; of each reason the rule's sentence, its id, source and the values compared.

    The reasons count sequence numbers as the packet's own line and the ladder do.
    """
    app.line()
    app.head(title)
    for found in reasons:
        if found is None:
            app.para(app.ui("cli-why-no-reason"), 2)
            continue
        app.para(app.texts.rule(found.rule, found.values), 2)
        detail = [f"{app.ui('word-rule')} {found.rule}", found.source]
        values = [
            f"{app.texts.value_name(k)} = {show_value(k, v)}" for k, v in found.values.items()
        ]
        app.para(" · ".join([*detail, *values]), 2, style="dim")


def consequences(done: Run, n: int) -> list[Record]:
    """State changes, signals and packets between the arrival and the next one there."""
    arrival = done.verdicts.get(n)
    if arrival is None:
        return []
    index = next(i for i, r in enumerate(done.trace) if r is arrival)
    found: list[Record] = []
    for record in done.trace[index + 1 :]:
        if record.get("t") != arrival["t"] or record["type"] in ("arrival", "end"):
            break
        who = record["from"] if record["type"] == "segment" else record.get("host")
        if who == arrival["host"] and record["type"] in ("state", "signal", "segment"):
            found.append(record)
    return found


def consequence(app: App, record: Record) -> str:
    """One of them as a line."""
    if record["type"] == "state":
        return f"{record['host']}: {record['old']} {app.glyphs.to} {record['new']}"
    if record["type"] == "signal":
        key = f"signal-{record['name']}"
        word = app.ui(key) if app.texts.has(key) else record["name"]
        return app.ui("cli-why-told", host=record["host"], what=word)
    flags = ",".join(record.get("flags") or [record["proto"].upper()])
    return app.ui("cli-why-answers", host=record["host"] if "host" in record else record["from"],
                  n=record["n"], what=flags)  # fmt: skip


# --- why not --------------------------------------------------------------------


@run_command(
    "why-not",
    examples=("why-not 8 A ACK --at 0.5", "why-not 36 A DATA --at 0.2", "why-not 28 A '*' --at 40"),
)
@click.argument("host", metavar="HOST")
@click.argument("flags", metavar="FLAGS")
@click.option("--at", type=Time(), required=True, metavar="T")
@click.option("--json", "as_json", is_flag=True)
def why_not(app: App, wish: Wish, host: str, flags: str, at: int, as_json: bool) -> None:
    """Why HOST sent no such packet at that time."""
    chosen = plan(app, wish)
    host = host_of(chosen, host)
    kind = check_flags(flags)
    done = run(app, chosen)
    answer = ask_why_not(done, host, kind, at)
    if as_json:
        app.json(
            {
                "kind": answer.kind,
                "time": answer.time,
                "packet": answer.packet or None,
                "due": answer.due,
                "next": answer.next or None,
                "reason": answer.reason,
            }
        )
        return
    silence(app, host, kind, at, answer)


def check_flags(word: str) -> str:
    """FLAGS as the engine knows them: ``syn,ack`` -> ``SYN,ACK``."""
    kind = word.upper().replace("+", ",")
    if kind in ("*", "DATA", "UDP", "ICMP"):
        return kind
    if not all(part in FLAG_NAMES for part in kind.split(",")):
        raise UserError("cli-error-flags", value=word)
    return kind


SELF_EXPLAINING = frozenset({"down", "lost", "coming"})
"""Answers whose rule only says that nothing is owed."""


def silence(app: App, host: str, flags: str, at: int, answer: Silence) -> None:
    """The answer in sentences."""
    what = app.ui("cli-not-any") if flags == "*" else flags
    app.head(app.ui("cli-not-title", host=host, what=what, time=seconds(at)))
    app.para(
        app.ui(
            f"cli-not-{answer.kind}",
            host=host,
            n=answer.packet,
            time=seconds(answer.time),
            due=seconds(answer.due or 0),
        ),
        2,
    )
    found = answer.reason
    if answer.kind not in SELF_EXPLAINING:
        app.para(app.texts.rule(found["rule"], found["values"]), 2)
        app.para(f"{app.ui('word-rule')} {found['rule']} · {found['source']}", 2, style="dim")
    if answer.next:
        app.para(app.ui("cli-not-next", n=answer.next), 2)
