"""Brings the output shown in the READMEs up to date (``make readme``).

Each command is run as the test runs it. Where the text leaves lines out (``…``),
the same lines stay around the omission; if they are gone, as many as before.
"""

import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.test_readme import READMES, ROOT, SHOWN_ONLY, commands_in, files_in, run, trimmed


def shortened(shown: list[str], printed: list[str]) -> list[str]:
    """``printed``, leaving out what ``shown`` leaves out."""
    if shown.count("…") != 1:
        return printed
    before = shown.index("…")
    if before and shown[before - 1] in printed:
        head = printed[: printed.index(shown[before - 1]) + 1]
    else:
        head = printed[:before]
    tail = shown[before + 1 :]
    if tail and tail[0] in printed:
        return [*head, "…", *printed[printed.index(tail[0]) :]]
    return [*head, "…", *printed[len(printed) - len(tail) :]]


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
            lines += [*shortened(trimmed(shown), printed), ""]
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
