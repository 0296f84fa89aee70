"""``synfin tcb`` and ``synfin ss``: what stood at one moment of a run."""

import click

from synfin.cli.app import App
from synfin.cli.kinds import Choice, Time
from synfin.cli.runs import Wish, host_of, plan, run, run_command, trace_of
from synfin.show.moment import Connection, Moment, moment
from synfin.show.names import STYLES, state_name
from synfin.show.ss_view import netstat_lines, queues, ss_lines, timer_text
from synfin.show.tcb_view import tcb_lines
from synfin.show.words import seconds


@run_command("tcb", examples=("tcb 1 A --at 0.2", "tcb 21 B --at 0.3 --names ss"))
@click.argument("host", metavar="HOST")
@click.option("--at", type=Time(), required=True, metavar="T")
@click.option("--names", type=Choice(STYLES), default="rfc", metavar="|".join(STYLES))
@click.option("--json", "as_json", is_flag=True)
def tcb(app: App, wish: Wish, host: str, at: int, names: str, as_json: bool) -> None:
    """The transmission control blocks of a host."""
    chosen = plan(app, wish)
    host = host_of(chosen, host)
    now = moment(trace_of(run(app, chosen)), at)
    if as_json:
        app.json([connection(now, one) for one in now.at(host)])
        return
    app.lines(tcb_lines(now, host, app.texts, names, app.width, app.encoding))


@run_command("ss", examples=("ss 1 --at 0.12", "ss 21 --at 1 --host A", "ss 18 --at 1 --netstat"))
@click.option("--at", type=Time(), required=True, metavar="T")
@click.option("--host", metavar="HOST")
@click.option("--netstat", is_flag=True)
@click.option("--info", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def ss(
    app: App, wish: Wish, at: int, host: str | None, netstat: bool, info: bool, as_json: bool
) -> None:
    """A look-alike of ``ss -tanpo`` (or ``netstat -tan``)."""
    chosen = plan(app, wish)
    wanted = host_of(chosen, host) if host is not None else None
    now = moment(trace_of(run(app, chosen)), at)
    found = now.at(wanted)
    if as_json:
        app.json([connection(now, one) for one in found])
        return
    if not found:
        app.para(app.ui("cli-ss-none", time=seconds(at)))
        return
    app.lines(netstat_lines(now, wanted) if netstat else ss_lines(now, wanted, info, app.width))


def connection(now: Moment, one: Connection) -> dict[str, object]:
    """One connection for a program."""
    received, sent = queues(now, one)
    return {
        "host": one.host,
        "conn": one.conn,
        "state": one.state,
        "ss_state": state_name(one.state, "ss"),
        "local": one.local,
        "remote": one.remote or None,
        "recv_q": received,
        "send_q": sent,
        "timer": timer_text(now, one) or None,
        "timers": {name: pending.due for name, pending in one.timers.items()},
        "fields": dict(one.fields),
    }
