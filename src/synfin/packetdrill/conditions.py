"""``#ifdef`` lines: parts of a script that hold on one platform only."""

from synfin.packetdrill.findings import finding
from synfin.packetdrill.model import ScriptError


def for_platform(text: str, platform: str) -> str:
    """``text`` with the lines of other platforms left blank, so that numbers stay.

    Raises ScriptError for a directive that is none of ``#ifdef NAME``, ``#ifndef NAME``,
    ``#else`` and ``#endif``, or that has no partner.
    """
    if "#" not in text:
        return text
    holds: list[bool] = []
    out: list[str] = []
    number = 0
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if words and words[0] in ("#ifdef", "#ifndef", "#else", "#endif"):
            _directive(words, holds, platform, number)
            out.append("")
        else:
            out.append(line if all(holds) else "")
    if holds:
        raise ScriptError(number, finding("error-endif"))
    return "\n".join(out)


def _directive(words: list[str], holds: list[bool], platform: str, number: int) -> None:
    name = words[0]
    if name in ("#ifdef", "#ifndef"):
        if len(words) < 2:
            raise ScriptError(number, finding("error-ifdef-name", text=name))
        holds.append((words[1] == platform) is (name == "#ifdef"))
    elif not holds:
        raise ScriptError(number, finding("error-ifdef", text=name))
    elif name == "#else":
        holds[-1] = not holds[-1]
    else:
        holds.pop()
