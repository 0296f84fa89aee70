"""``synfin packetdrill --pcap``: the packets of a script as pcapng, each with its reason."""

from io import BytesIO
from pathlib import Path

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.files import STDOUT, check_writable, write_file
from synfin.packetdrill.findings import Captured, Result
from synfin.show.pcapng import Writer

HOST = "host"


def check(path: str, scripts: int) -> None:
    """One script makes a file, several make files in a folder. UserError where that
    cannot be written."""
    if path == STDOUT:
        raise UserError("packetdrill-pcap-stdout")
    if scripts == 1:
        check_writable(path)
        return
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise UserError("packetdrill-pcap-folder", path=path, count=scripts)


def write(app: App, path: str, results: list[Result]) -> None:
    """Writes what :func:`check` has allowed, and says so on standard error."""
    if len(results) == 1:
        write_file(path, pcapng(app, results[0]))
        app.note(app.ui("cli-wrote", path=path))
        return
    folder = Path(path)
    for result in results:
        name = result.name.removesuffix(".pkt").strip("/").replace("/", "-") + ".pcapng"
        folder.mkdir(parents=True, exist_ok=True)
        write_file(str(folder / name), pcapng(app, result))
    app.note(app.ui("packetdrill-pcap-wrote", path=path, count=len(results)))


def pcapng(app: App, result: Result) -> bytes:
    """One interface, the host's; a packet's comment is its rule and what that says."""
    out = BytesIO()
    writer = Writer(out, result.name)
    writer.interface(HOST)
    for packet in result.packets:
        writer.packet(HOST, packet.time, packet.octets, _comment(app, packet), packet.inbound)
    return out.getvalue()


def _comment(app: App, packet: Captured) -> str:
    why = packet.why
    if why is None:
        return ""
    return f"{why.rule}: {app.texts.rule(why.rule, dict(why.values))}"
