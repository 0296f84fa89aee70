"""``synfin limits``: what bounds the number of connections on this machine, explained."""

from dataclasses import asdict

import click

from synfin.cli.app import App
from synfin.cli.framework import command
from synfin.cli.limits import FOUR_TUPLES, Limits, read_limits

MIB = 1 << 20


@command("limits", examples=("limits", "limits --json"))
@click.option("--json", "as_json", is_flag=True)
def limits(app: App, as_json: bool) -> None:
    """Four-tuples, ports, descriptors, memory, queues."""
    found = read_limits()
    if as_json:
        app.json({"four_tuples": FOUR_TUPLES, **asdict(found), "port_count": found.port_count,
                  "server": found.server, "client": found.client})  # fmt: skip
        return
    show(app, found)


def show(app: App, found: Limits) -> None:
    """One paragraph for each bound, the number first."""
    app.head(app.ui("cli-limits-title"))
    _part(app, "tuples", "2^48 = 281 474 976 710 656")
    if found.ports is not None:
        low, high = found.ports
        _part(app, "ports", f"{high - low + 1} ({low}-{high})",
              rate=(high - low + 1) // 60)  # fmt: skip
    if found.nofile is not None:
        soft, hard = (app.ui("cli-limits-endless") if n < 0 else str(n) for n in found.nofile)
        _part(app, "descriptors", app.ui("cli-limits-soft-hard", soft=soft, hard=hard))
    if found.nr_open is not None:
        _part(app, "nr-open", str(found.nr_open))
    if found.file_max is not None:
        now = "" if found.files_open is None else app.ui("cli-limits-now", count=found.files_open)
        _part(app, "file-max", _short(found.file_max) + now)
    _memory(app, found)
    if found.somaxconn is not None:
        text = f"somaxconn {found.somaxconn}"
        if found.syn_backlog is not None:
            text += f", tcp_max_syn_backlog {found.syn_backlog}"
        _part(app, "queues", text)
    if found.max_time_wait is not None:
        now = "" if found.time_wait is None else app.ui("cli-limits-now", count=found.time_wait)
        _part(app, "time-wait", f"tcp_max_tw_buckets {found.max_time_wait}" + now)
    if found.conntrack is not None:
        _part(app, "conntrack", f"nf_conntrack_max {found.conntrack}")
    app.line()
    _first_bound(app, found)
    if found.unknown:
        app.para(app.ui("cli-limits-unknown", names=", ".join(found.unknown),
                        system=found.system), style="yellow")  # fmt: skip
    app.para(app.ui("cli-limits-more"), style="dim")


def _part(app: App, key: str, number: str, **values: int | str) -> None:
    app.line()
    app.para(app.ui("cli-limits-line", what=app.ui(f"cli-limits-{key}"), number=number),
             style="bold")  # fmt: skip
    app.para(app.ui(f"cli-limits-{key}-text", **values), 2)


def _memory(app: App, found: Limits) -> None:
    if found.tcp_mem is None or found.page is None:
        return
    low, pressure, high = (pages * found.page // MIB for pages in found.tcp_mem)
    text = f"tcp_mem {low} / {pressure} / {high} MiB"
    if found.tcp_pages is not None:
        text += app.ui("cli-limits-now", count=f"{found.tcp_pages * found.page / MIB:.1f} MiB")
    rest = found.rmem, found.wmem
    buffers = ", ".join(str(one[1]) for one in rest if one is not None) or "?"
    _part(app, "memory", text, pressure=pressure, high=high, buffers=buffers)


def _first_bound(app: App, found: Limits) -> None:
    if found.server is not None:
        app.para(app.ui("cli-limits-server", count=found.server))
    if found.client is not None:
        app.para(app.ui("cli-limits-client", count=found.client))


def _short(number: int) -> str:
    """2^63-1 is how Linux says "as many as you like"."""
    return "2^63-1" if number >= (1 << 63) - 1 else str(number)
