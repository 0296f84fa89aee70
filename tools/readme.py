"""Brings the output shown in the READMEs up to date (``make readme``).

Each command is run as the test runs it. Where the text leaves lines out (``…``),
the same lines stay around the omission; if they are gone, choose new ones by hand.
"""

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.test_readme import READMES, ROOT, SHOWN_ONLY, commands_in, files_in, run, trimmed


def shortened(shown: list[str], printed: list[str]) -> list[str]:
    """``printed``, leaving out what ``shown`` leaves out: between the same lines as before."""
    omissions = [number for number, line in enumerate(shown) if line == "…"]
    kept: list[str] = []
    start = 0
    for number in omissions:
        end = start + printed[start:].index(shown[number - 1]) + 1
        kept += [*printed[start:end], "…"]
        following = shown[number + 1 : number + 2]
        start = end + printed[end:].index(following[0]) if following else len(printed)
    return kept + printed[start:]


def refreshed(block: str, lang: str, folder: Path) -> str:
    """One console block with the output of today."""
    lines = []
    for command, shown in commands_in(block):
        line = next(x for x in block.splitlines() if x.startswith("$ " + command))
        lines.append(line)
        if command.startswith(SHOWN_ONLY):
            lines += [*trimmed(shown), ""] if any(shown) else []
        else:
            printed = trimmed(run(command, lang, folder))
            if printed[0].startswith("Traceback"):
                raise SystemExit(f"{command}: {printed[-1]}")
            try:
                lines += [*shortened(trimmed(shown), printed), ""]
            except ValueError as error:
                raise SystemExit(f"{command}: {error}; edit what is shown by hand") from error
    return "```console\n" + "\n".join(trimmed(lines)) + "\n```"


def main() -> None:
    """Rewrites both READMEs in place."""
    for lang, name in READMES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            for file, content in files_in(text).items():
                Path(folder, file).write_text(content, encoding="utf-8")
            pieces = re.split(r"(```console\n.*?```)", text, flags=re.DOTALL)
            for number in range(1, len(pieces), 2):
                pieces[number] = refreshed(pieces[number], lang, Path(folder))
        (ROOT / name).write_text("".join(pieces), encoding="utf-8")


if __name__ == "__main__":
    main()
