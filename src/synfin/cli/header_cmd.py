"""``synfin header``: the bits of a packet's headers, from hex digits or from a run."""

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.kinds import Choice, Whole
from synfin.cli.runs import Wish, plan, run, run_command
from synfin.cli.why_cmd import packet_of
from synfin.show.header_draw import render
from synfin.show.header_view import KINDS, Dissection, dissect, parse_hex

SHORTEST = 4
"""Fewer digits are no packet; they may be a scenario's number."""

EXAMPLE = "4500001c00010000401166ce0a0000010a0000029c40003500084f66"
"""A UDP packet without data."""


@run_command(
    "header",
    examples=("header 1 1", "header 4 2 --case main", f"header {EXAMPLE}"),
)
@click.argument("more", nargs=-1, metavar="[N]")
@click.option("--as", "kind", type=Choice(KINDS), default="ip", metavar="|".join(KINDS))
@click.option("--json", "as_json", is_flag=True)
def header(app: App, wish: Wish, more: tuple[str, ...], kind: str, as_json: bool) -> None:
    """Boxes, meanings, checksums, and how the length of the data comes about."""
    if is_packet_of_run(wish.name, more):
        number = Whole(1).convert(more[0], None, None) if more[0].isdigit() else 0
        if not number:
            raise UserError("cli-error-whole", name="N", value=more[0], least=1)
        data = packet_of(run(app, plan(app, wish)), number).data
        kind = "ip"
    else:
        data = octets("".join([wish.name, *more]))
    try:
        found = dissect(data, kind)
    except ValueError as error:
        raise UserError("cli-error-bytes", why=error) from None
    if as_json:
        app.json(document(found))
        return
    app.lines(render(found, app.texts, app.width, app.encoding))


def is_packet_of_run(name: str, more: tuple[str, ...]) -> bool:
    """``NAME N``; anything else is hexadecimal."""
    if len(more) != 1:
        return False
    looks_hex = len(name) >= SHORTEST and all(c in "0123456789abcdefABCDEFx:" for c in name)
    return not looks_hex


def octets(text: str) -> bytes:
    """The hex digits; a scenario without a packet's number is a mistake worth its own line."""
    if len(text) < SHORTEST:
        raise UserError("cli-error-header", text=text)
    try:
        return parse_hex(text)
    except ValueError as error:
        if text[:1].isalpha() and not text[:2].isdigit():
            raise UserError("cli-error-header", text=text) from None
        raise UserError("cli-error-bytes", why=error) from None


def document(found: Dissection) -> dict[str, object]:
    """The packet for a program."""
    return {
        "octets": len(found.data),
        "headers": [
            {
                "kind": one.kind,
                "start": one.start,
                "length": one.length,
                "fields": {field.name: field.value for field in one.fields},
            }
            for one in found.headers
        ],
        "checks": [
            {"kind": c.kind, "found": c.found, "expected": c.expected, "good": c.good}
            for c in found.checks
        ],
        "payload": found.payload.hex(),
        "data_length": None if found.data_len is None else found.data_len.octets,
    }
