"""Writes docs/conformance.md: RFC 9293 requirement by requirement, with the code that
follows each and the test that shows it.

    python tools/conformance.py           writes the page
    python tools/conformance.py --check   fails when it is out of date

Code is found by the id in docstrings and comments of wire, core and host, and through
the rules (core/rules.py) that name the id: where such a rule acts, the id is followed.
Tests are found by the id in a test's docstring or body, or in the head of its file;
scenarios by the id in the file. Sources are read as text. The lower half, other RFCs and
profiles, comes from ``conformance_tables.py``.
"""

import ast
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.conformance_tables import lower_half  # noqa: E402 - found by the path above

TABLE = ROOT / "tools" / "requirements-rfc9293.txt"
PAGE = ROOT / "docs" / "conformance.md"
ENGINE = ("wire", "core", "host")
TEST_ROOMS = ("wire", "core", "host", "sim")
ID = re.compile(r"\b(?:MUST|SHLD|MAY|REC)-[0-9]+\b")
ANCHOR = re.compile(r"#L[0-9]+(?=\))")
LIST_OF_IDS = [
    f"{level}-{number}"
    for level, last in (("MUST", 69), ("SHLD", 31), ("MAY", 18), ("REC", 1))
    for number in range(1, last + 1)
]
"""All that RFC 9293 has."""
MOST_LINKS = 4
"""Per cell; more would hide the first ones."""


@dataclass
class Requirement:
    """One line of the table, and what was found for it."""

    id: str
    level: str
    section: str
    asks: str
    remark: str
    code: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """``done``, ``not yet`` or ``not applicable``."""
        return self.remark.split(":")[0] if self.remark else "done"


def read_table() -> dict[str, Requirement]:
    """The requirements in the order of the file."""
    found: dict[str, Requirement] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        id_, level, section, asks, remark = (part.strip() for part in line.split("|"))
        requirement = Requirement(id_, level, section, asks, remark)
        if requirement.id in found:
            raise SystemExit(f"{TABLE.name}: {requirement.id} stands there twice")
        found[requirement.id] = requirement
    return found


def names_by_line(tree: ast.Module) -> dict[int, str]:
    """The innermost function, class or assigned name around each line."""
    lines: dict[int, str] = {}

    def walk(nodes: list[ast.stmt], prefix: str) -> None:
        before: ast.stmt | None = None
        for node in nodes:
            name = _name_of(node)
            if not name and isinstance(node, ast.Expr) and before is not None:
                name = _name_of(before)  # the text below a constant describes it
            if name:
                for line in range(_first_line(node), (node.end_lineno or node.lineno) + 1):
                    lines[line] = prefix + name
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{prefix}{name}.")
            before = node

    walk(tree.body, "")
    return lines


def _first_line(node: ast.stmt) -> int:
    """With the decorators: what a test is run with belongs to it."""
    above = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in above)])


def _name_of(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    target: ast.expr | None = None
    if isinstance(node, ast.AnnAssign):
        target = node.target
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def link(path: Path, name: str, line: int) -> str:
    """A Markdown link to a line, with the name of what it is in."""
    short = path.relative_to(ROOT).as_posix()
    shown = short.removeprefix("src/synfin/").removeprefix("tests/")
    return f"[{shown}{': ' + name if name else ''}](../{short}#L{line})"


def without_lines(text: str) -> str:
    """The page as it would be if nothing had moved up or down in its file."""
    return ANCHOR.sub("", text)


def add(cell: list[str], entry: str) -> None:
    """The first line of each place, in order."""
    if without_lines(entry) not in [without_lines(other) for other in cell]:
        cell.append(entry)


def rule_requirements() -> dict[str, set[str]]:
    """Constants of core/rules.py with the ids that their rules name."""
    tree = ast.parse((ROOT / "src/synfin/core/rules.py").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            text = ast.unparse(node.value)
            ids = set(ID.findall(text))
            if ids and isinstance(node.target, ast.Name):
                found[node.target.id] = ids
    return found


def known_ids(table: dict[str, Requirement], line: str, path: Path, number: int) -> list[str]:
    """The ids in a line; one that RFC 9293 does not have is a slip to be mended."""
    found = ID.findall(line)
    for id_ in found:
        if id_ not in table:
            raise SystemExit(f"{path.relative_to(ROOT)}:{number}: RFC 9293 has no {id_}")
    return found


def find_code(table: dict[str, Requirement]) -> None:
    """Fills ``code``: named in the source, then where a rule that names it acts."""
    rules = rule_requirements()
    through_rules: list[tuple[str, str]] = []
    for room in ENGINE:
        for path in sorted((ROOT / "src/synfin" / room).glob("*.py")):
            if path.name == "rules.py":
                continue
            text = path.read_text(encoding="utf-8")
            names = names_by_line(ast.parse(text))
            for number, line in enumerate(text.splitlines(), 1):
                entry = link(path, names.get(number, ""), number)
                for id_ in known_ids(table, line, path, number):
                    add(table[id_].code, entry)
                for constant in re.findall(r"\brules\.([A-Z_0-9]+)\b", line):
                    through_rules += [(id_, entry) for id_ in sorted(rules.get(constant, ()))]
    for id_, entry in through_rules:
        add(table[id_].code, entry)


def find_tests(table: dict[str, Requirement]) -> None:
    """Fills ``tests``: functions, then files that name the id in their head, then scenarios."""
    heads: list[tuple[str, str]] = []
    for room in TEST_ROOMS:
        for path in sorted((ROOT / "tests" / room).glob("test_*.py")):
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
            names = names_by_line(tree)
            for number, line in enumerate(text.splitlines(), 1):
                name = names.get(number, "")
                if name.startswith("test_"):
                    for id_ in known_ids(table, line, path, number):
                        add(table[id_].tests, link(path, name.removeprefix("test_"), number))
            heads += [(id_, link(path, "", 1)) for id_ in ID.findall(ast.get_docstring(tree) or "")]
    for id_, entry in heads:
        if not table[id_].tests:
            add(table[id_].tests, entry)
    for path in sorted((ROOT / "src/synfin/lab/scenarios").glob("*.scn")):
        for id_ in ID.findall(path.read_text(encoding="utf-8")):
            if id_ in table:
                add(table[id_].tests, f"[scenario {path.stem}](../{path.relative_to(ROOT)})")


def cell(entries: list[str]) -> str:
    """At most a few links, and how many there are besides."""
    more = len(entries) - MOST_LINKS
    shown = "<br>".join(entries[:MOST_LINKS])
    return f"{shown}<br>and {more} more" if more > 0 else shown


def page(table: dict[str, Requirement]) -> str:
    """The whole of docs/conformance.md."""
    counts = {"done": 0, "not yet": 0, "not applicable": 0}
    for requirement in table.values():
        counts[requirement.status] += 1
    total = ", ".join(f"{number} {name}" for name, number in counts.items())
    lines = [
        "# RFC 9293, requirement by requirement",
        "",
        "RFC 9293 numbers its requirements in Appendix B: 69 MUST, 31 SHLD (should), 18 MAY and",
        "one REC. For each this page names the code that follows it and the tests that show it.",
        'In the rows of level "MUST NOT" and "SHOULD NOT" the words say what is forbidden.',
        "",
        f"{len(table)} identifiers: {total}.",
        "",
        "The page is made by `python tools/conformance.py`; a test fails when it is out of date,",
        "when a line named here is no longer where it was said to be, when a MUST has neither code",
        "nor test, and when a switch does not say where it comes from. Below the requirements:",
        "[the other RFCs](#the-other-rfcs) and",
        "[what the profiles change](#what-the-profiles-change).",
        "",
        "| id | level | § | what it asks | where | shown by | status |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in table.values():
        status = r.remark or "done"
        where, shown = (cell(r.code), cell(r.tests)) if r.status == "done" else ("", "")
        lines.append(
            f"| {r.id} | {r.level} | {r.section} | {r.asks} | {where} | {shown} | {status} |"
        )
    return "\n".join([*lines, "", *lower_half()]) + "\n"


def build() -> dict[str, Requirement]:
    """The table with all that was found."""
    table = read_table()
    find_code(table)
    find_tests(table)
    return table


def main(arguments: list[str]) -> int:
    """Write or check the page; 1 when something is missing."""
    table = build()
    for requirement in table.values():
        if requirement.status == "done":
            for what, found in (("code", requirement.code), ("test", requirement.tests)):
                if not found:
                    print(f"{requirement.id} is done, but no {what} names it")
    text = page(table)
    if "--check" in arguments:
        current = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if without_lines(current) != without_lines(text):
            print("docs/conformance.md is out of date: run python tools/conformance.py")
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
