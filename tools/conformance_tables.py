"""The lower half of docs/conformance.md: the other RFCs, and what each profile changes.

Like the upper half it is read off the sources: RFCs are found by their numbers, the
profiles and the switches' docstrings are taken from ``synfin.core``.
"""

import ast
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from synfin.core.settings import PROFILES, RFC, Settings, switch_names  # noqa: E402 - found by the path above

TABLE = ROOT / "tools" / "rfcs.txt"
SWITCHES = tuple(
    ROOT / "src/synfin/core" / name for name in ("switches_text.py", "switches_life.py")
)
RULES = ROOT / "src/synfin/core/rules.py"
ROOMS = ("wire", "core", "host", "sim")
NO_PLACE = ("rules.py", "settings.py", "profiles.py", "switches.py", *(p.name for p in SWITCHES))
"""They name RFCs for others to act on."""
ACTING = re.compile(r"\brules\.([A-Z_0-9]+)\b")
MENTION = re.compile(r"\bRFC ([0-9]+)\b")
SOURCE = re.compile(
    r"RFC [0-9]|§[0-9]|Linux|BSD|POSIX|(?:MUST|SHLD|MAY|REC)-[0-9]|\w\([0-9]\)|scenario|lab\b"
)
"""What a switch's docstring must name: where its values come from."""
MOST_LINKS = 4
TOLD_FROM = {"linux-old": "linux"}
"""Profiles told as the changes to another one."""


@dataclass
class Rfc:
    """One row, and what was found for it."""

    number: str
    title: str
    here: str
    left_out: str
    code: "Counter[str]" = field(default_factory=Counter)
    tests: "Counter[str]" = field(default_factory=Counter)


def read_rfcs() -> dict[str, Rfc]:
    """The rows of tools/rfcs.txt by number."""
    found: dict[str, Rfc] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        number, title, here, left_out = (part.strip() for part in line.split("|"))
        if number in found:
            raise SystemExit(f"{TABLE.name}: RFC {number} stands there twice")
        found[number] = Rfc(number, title, here, left_out)
    return found


def build_rfcs() -> dict[str, Rfc]:
    """The rows with the files that name each RFC, and how often."""
    rfcs = read_rfcs()
    rules = rfcs_by_rule()
    for path in _modules():
        text = path.read_text(encoding="utf-8")
        acting = [n for rule in ACTING.findall(text) for n in rules.get(rule, ())]
        for number in MENTION.findall(text) + acting:
            if number in rfcs:
                rfcs[number].code[_short(path)] += 1
    for path in _shows():
        for number in MENTION.findall(path.read_text(encoding="utf-8")):
            if number in rfcs:
                rfcs[number].tests[_short(path)] += 1
    return rfcs


def _modules() -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in sorted((ROOT / "src/synfin" / room).glob("*.py"))
        if path.name not in NO_PLACE
    ]


def _shows() -> list[Path]:
    tests = [p for room in ROOMS for p in sorted((ROOT / "tests" / room).glob("test_*.py"))]
    scripts = sorted((ROOT / "tests/packetdrill/scripts").glob("**/*.pkt"))
    return [*tests, *scripts, *sorted((ROOT / "src/synfin/lab/scenarios").glob("*.scn"))]


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rfcs_by_rule() -> dict[str, set[str]]:
    """Constants of core/rules.py with the RFCs that their rules come from."""
    tree = ast.parse(RULES.read_text(encoding="utf-8"))
    return {
        node.target.id: set(MENTION.findall(ast.unparse(node.value)))
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Call)
    }


def rfcs_of_rules() -> set[str]:
    """The RFCs behind all rules; RFC 9293 and what it obsoletes are the upper half."""
    return {n for numbers in rfcs_by_rule().values() for n in numbers} - {"9293", "793"}


def rfc_lines(rfcs: dict[str, Rfc]) -> list[str]:
    """The table of the other RFCs."""
    lines = [
        "## The other RFCs",
        "",
        "What the engine and the simulator follow beside RFC 9293, and what they leave out.",
        "",
        "| RFC | about | here | where | shown by | left out |",
        "|---|---|---|---|---|---|",
    ]
    for rfc in rfcs.values():
        where, shown = _cell(rfc.code), _cell(rfc.tests)
        name = f"[{rfc.number}](https://www.rfc-editor.org/rfc/rfc{rfc.number})"
        lines.append(f"| {name} | {rfc.title} | {rfc.here} | {where} | {shown} | {rfc.left_out} |")
    return lines


def _cell(found: "Counter[str]") -> str:
    """The files that say most about it."""
    ranked = sorted(found, key=lambda path: (-found[path], path))
    links = [f"[{_name(path)}](../{path})" for path in ranked[:MOST_LINKS]]
    more = len(ranked) - MOST_LINKS
    return "<br>".join(links) + (f"<br>and {more} more" if more > 0 else "")


def _name(path: str) -> str:
    for start in ("src/synfin/lab/scenarios/", "tests/packetdrill/scripts/", "src/synfin/"):
        path = path.removeprefix(start)
    return path.removeprefix("tests/")


# --- profiles ---------------------------------------------------------------------


def switch_docs() -> dict[str, str]:
    """What the docstring below each switch says, in one line; "" where there is none."""
    docs: dict[str, str] = {}
    for path in SWITCHES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        body = next(n for n in tree.body if isinstance(n, ast.ClassDef)).body
        for node, following in zip(body, [*body[1:], None], strict=True):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                docs[node.target.id] = _text_of(following)
    return docs


def _text_of(node: ast.stmt | None) -> str:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
        return ""
    return " ".join(str(node.value.value).split()).replace("``", "`").replace("|", "\\|")


def changed(profile: str) -> dict[str, tuple[object, object]]:
    """Each switch in which ``profile`` differs: the value it differs from, and its own."""
    base: Settings = PROFILES.get(TOLD_FROM.get(profile, ""), RFC)
    own = PROFILES[profile]
    return {
        name: (getattr(base, name), getattr(own, name))
        for name in switch_names()
        if getattr(base, name) != getattr(own, name)
    }


def profile_lines() -> list[str]:
    """One table for each profile but ``rfc``."""
    docs = switch_docs()
    lines = [
        "## What the profiles change",
        "",
        "`rfc` is every switch at its default: the texts above. The other profiles are stacks",
        "as they are found; each switch that they set otherwise, its values, what it does and",
        "where that is from (`synfin switches` shows all switches of all profiles).",
    ]
    for profile in PROFILES:
        if profile == "rfc":
            continue
        base = TOLD_FROM.get(profile, "rfc")
        found = changed(profile)
        lines += ["", f"### `{profile}`: {len(found)} switches other than in `{base}`", ""]
        lines += [f"| switch | `{base}` | `{profile}` | what it says |", "|---|---|---|---|"]
        for name, (before, now) in found.items():
            cells = (f"`{name}`", value_text(name, before), value_text(name, now), docs[name])
            lines.append("| " + " | ".join(cells) + " |")
    return lines


UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))


def value_text(name: str, value: object) -> str:
    """A value as people write it; times with their unit."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(value_text(name, part) for part in value) or "none"
    if isinstance(value, int) and name.endswith("_ns"):
        size, unit = next((s, u) for s, u in UNITS if value % s == 0)
        return f"{value // size} {unit}" if value else "0"
    if isinstance(value, int):
        return f"{value:,}"
    return f"`{value}`" if isinstance(value, str) else str(value)


def lower_half() -> list[str]:
    """All lines below the requirements."""
    return [*rfc_lines(build_rfcs()), "", *profile_lines()]
