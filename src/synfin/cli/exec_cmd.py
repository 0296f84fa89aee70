"""``synfin exec``: any program behind a link that loses, delays, repeats and alters.

What is Linux's own is imported when the command runs: its help shows everywhere.
"""

import json
import shlex
import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.exec_capture import SIDES, LiveCapture
from synfin.cli.files import STDOUT, check_writable, write_file
from synfin.cli.framework import command, stop
from synfin.cli.kinds import Ctx, Param, Span, Whole, wrong
from synfin.cli.live_cmd import need
from synfin.cli.runs import why_not_read
from synfin.core.settings import PROFILES
from synfin.lab.values import parse_rate
from synfin.show.words import seconds, word
from synfin.sim.faults import parse_fault

if TYPE_CHECKING:
    from synfin.live.exec.run import ExecWish, Outcome

    _Kind = click.ParamType[Any]
else:  # generic only in newer releases of click
    _Kind = click.ParamType

LISTED: Final = 10
"""Disturbed packets that are shown; the JSON document has more of them."""
LINK_OPTIONS: Final = (
    "delay", "jitter", "rate", "queue", "mtu", "loss", "reorder", "duplicate", "corrupt", "seed",
)  # fmt: skip
LEAST_MTU: Final = 68
MOST_MTU: Final = 65_535


class Share(_Kind):
    """A probability, 0 to 1."""

    name = "p"

    def convert(self, value: object, param: Param, ctx: Ctx) -> float:
        """1%, 0.01."""
        if isinstance(value, float):
            return value
        text = str(value)
        try:
            share = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except InvalidOperation:
            share = Decimal(-1)
        if not 0 <= share <= 1:
            wrong(param, "exec-error-share", value=text)
        return float(share)


class Rate(_Kind):
    """Bits per second."""

    name = "rate"

    def convert(self, value: object, param: Param, ctx: Ctx) -> int:
        """10Mbit."""
        if isinstance(value, int):
            return value
        try:
            rate = parse_rate(str(value))
        except ValueError:
            rate = 0
        if rate <= 0:
            wrong(param, "exec-error-rate", value=str(value))
        return rate


@command(
    "exec",
    examples=(
        "exec --delay 50ms --loss 1% -- curl -s http://server:8000/",
        "exec --drop 'client>server SYN nth=1' -- curl -s http://server:8000/",
        "exec --rate 1Mbit --queue 20 --pcap slow.pcapng -- python3 client.py",
        "exec --peer 'python3 -m http.server 8000' -- curl -s server:8000",
    ),
)
@click.option("--delay", type=Span(), default=0, metavar="T")
@click.option("--jitter", type=Span(), default=0, metavar="T")
@click.option("--rate", type=Rate(), default=0, metavar="RATE")
@click.option("--queue", type=Whole(1), default=1000, metavar="N")
@click.option("--mtu", type=Whole(LEAST_MTU), default=1500, metavar="N")
@click.option("--loss", type=Share(), default=0.0, metavar="P")
@click.option("--reorder", type=Share(), default=0.0, metavar="P")
@click.option("--duplicate", type=Share(), default=0.0, metavar="P")
@click.option("--corrupt", type=Share(), default=0.0, metavar="P")
@click.option("--drop", multiple=True, metavar="'A>B SYN nth=1'")
@click.option("--fault", multiple=True, metavar="'A>B SYN drop'")
@click.option("--seed", type=Whole(), default=1, metavar="N")
@click.option("--profile", default="linux", metavar="NAME")
@click.option("--peer", metavar="COMMAND")
@click.option("--wait", type=Span(), default=10 * 10**9, metavar="T")
@click.option("--pcap", metavar="FILE")
@click.option("--json", "json_file", metavar="FILE")
@click.option("--quiet", is_flag=True)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND…")
def exec_(app: App, words: tuple[str, ...], quiet: bool, **options: Any) -> None:
    """Runs a command in a network namespace behind a link."""
    faults = read_faults(options["drop"], options["fault"])
    peer = read_peer(options["peer"])
    settings = PROFILES.get(options["profile"])
    if settings is None:
        raise UserError("cli-error-profile", name=options["profile"], names=", ".join(PROFILES))
    if options["mtu"] > MOST_MTU:
        raise UserError("exec-error-mtu", value=options["mtu"], most=MOST_MTU)
    if options["pcap"] == STDOUT:
        raise UserError("live-error-pcap-stdout")
    for path in (options["pcap"], options["json_file"]):
        if path not in (None, STDOUT):
            check_writable(path)
    if not sys.platform.startswith("linux"):
        raise UserError("cli-error-needs-linux", name="exec")
    from synfin.live.exec.link import LinkWish
    from synfin.live.exec.run import ExecWish

    link = LinkWish(
        faults=faults,
        settings=settings,
        reasons=options["pcap"] is not None,
        **{name: options[name] for name in LINK_OPTIONS},
    )
    wish = ExecWish(words, link, peer, options["wait"])
    outcome = execute(app, wish, options["pcap"])
    if not quiet:
        summary(app, wish, outcome)
    if options["json_file"] is not None:
        report(app, options["json_file"], wish, outcome)
    if options["pcap"] is not None and not quiet:
        app.note(app.ui("cli-wrote", path=options["pcap"]))
    stop(outcome.code)


def read_faults(drops: tuple[str, ...], faults: tuple[str, ...]) -> tuple[str, ...]:
    """The faults' texts, checked; blanks around ``>`` are allowed. UserError."""
    texts: list[str] = []
    for option, text in [("--drop", t) for t in drops] + [("--fault", t) for t in faults]:
        plain = ">".join(part.strip() for part in text.split(">"))
        whole = f"{plain} drop" if option == "--drop" else plain
        try:
            selector = parse_fault(whole).selector
        except ValueError as error:
            why = why_not_read(error)
            raise UserError("exec-error-fault", option=option, text=text, why=why) from None
        for name in (selector.source, selector.target):
            if name not in ("*", *SIDES, *SIDES.values()):
                raise UserError("cli-error-host", name=name, names=", ".join(SIDES))
        texts.append(whole)
    return tuple(texts)


def read_peer(text: str | None) -> tuple[str, ...]:
    """The words of ``--peer``, as a shell would split them; () without it. UserError."""
    if text is None:
        return ()
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserError("exec-error-peer", text=text, words=str(error)) from None
    if not words:
        raise UserError("exec-error-peer-empty")
    return tuple(words)


def execute(app: App, wish: "ExecWish", pcap: str | None) -> "Outcome":
    """Runs it; UserError when the system refuses, 127 or 126 when there is no program."""
    from synfin.live.exec.run import Execution
    from synfin.live.exec.space import NOT_EXECUTABLE, NOT_FOUND, SpaceError

    try:
        execution = Execution(wish)
    except SpaceError as error:
        need(app, "exec")  # says what is missing, where it finds that, too
        raise UserError("exec-error-refused", words=error.strerror or str(error)) from None
    capture: LiveCapture | None = None
    try:
        if pcap is not None:
            try:
                out = open(pcap, "wb")  # noqa: SIM115 - closed with the capture
            except OSError as error:
                why = error.strerror or str(error)
                raise UserError("cli-error-write", path=pcap, why=why) from None
            capture = LiveCapture(app, out)
            execution.watch(capture)
        return execution.run()
    except SpaceError as error:
        app.note(app.ui("exec-cannot-start", words=error.strerror or str(error)))
        stop(NOT_FOUND if error.errno == 2 else NOT_EXECUTABLE)
    finally:
        execution.close()
        if capture is not None:
            capture.close()
            if capture.failed:
                app.note(app.ui("cli-error-write", path=pcap or "", why=capture.failed))


# -- afterwards ------------------------------------------------------------------------------


def summary(app: App, wish: "ExecWish", outcome: "Outcome") -> None:
    """A few lines on standard error: the command's output stays its own."""
    from synfin.live.exec.report import segment_words

    if not outcome.listened:
        app.note(app.ui("exec-peer-silent", seconds=seconds(wish.wait)))
    if not outcome.named:
        app.note(app.ui("exec-no-names", **SIDES))
    told = outcome.report
    for name, way in told["directions"].items():
        fates = ", ".join(f"{word(app.texts, 'exec-fate', k)} {n}" for k, n in way["fates"].items())
        app.note(
            app.ui(
                "exec-direction",
                name=name.replace(">", " > "),
                sent=way["sent"],
                octets=way["octets"],
                delivered=way["delivered"],
                copies=way["copies"],
                fates=fates or "-",
            )
        )
    for record in told["affected"][:LISTED]:
        fate = word(app.texts, "exec-fate", record["fate"])
        tail = f" ({record['fault']})" if record["fault"] else ""
        packet = (
            f"{seconds(record['t'])}  #{record['n']} {record['from']} > {record['to']}"
            f"  {segment_words(record)}"
        )
        app.note("  " + app.ui("exec-struck", packet=packet, fate=fate) + tail)
    more = len(told["affected"]) + told["left_out"] - LISTED
    if more > 0:
        app.note("  " + app.ui("exec-more", count=more))
    for fault in told["faults"]:
        if not fault["acted"]:
            app.note(app.ui("cli-fault-unused", text=fault["fault"]))


def report(app: App, path: str, wish: "ExecWish", outcome: "Outcome") -> None:
    """The JSON document; times are ns."""
    link = {name: getattr(wish.link, name) for name in wish.link.__dataclass_fields__}
    del link["settings"], link["faults"], link["reasons"]
    document = {
        "command": list(wish.command),
        "peer": list(wish.peer) or None,
        "code": outcome.code,
        "seconds": round(outcome.seconds, 6),
        "link": link,
        **outcome.report,
    }
    if path == STDOUT:
        app.json(document)
    else:
        write_file(path, (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())
