"""The house rules of docs/architecture.md, read from the syntax trees.

Import directions; no clock, randomness, thread or I/O below ``sim``; nothing of
a third party below ``lab``; one file that assigns a state; nothing that only
Linux has outside ``tun``.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "synfin"

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "wire": (),
    "core": ("wire",),
    "host": ("core", "wire"),
    "sim": ("host", "core", "wire"),
    "tun": ("sim", "host", "core", "wire"),
    "aio": ("tun", "sim", "host", "core", "wire"),
    "lab": ("sim", "host", "core", "wire"),
    "live": ("tun", "lab", "sim", "host", "core", "wire"),
    "packetdrill": ("host", "core", "wire"),
    "show": ("wire", "core.problems", "core.rules", "core.states"),
    "testing": ("aio", "lab", "show", "sim", "host", "core", "wire"),
    "pytest_plugin": ("testing", "core.problems", "show"),
    "cli": ("testing", "live", "packetdrill", "tun", "lab", "show", "sim", "host", "core", "wire"),
}
"""Room -> what of ours it may import besides itself."""

COMPILED = ("wire", "core", "host", "sim")

PURE_LIBRARY = {
    "__future__", "abc", "array", "bisect", "collections", "dataclasses", "decimal", "enum",
    "functools",
    "hashlib", "heapq", "hmac", "ipaddress", "itertools", "math", "operator", "re",
    "struct", "types", "typing",
}  # fmt: skip
"""What of the standard library the engine may use: no clock, no randomness, no
thread, no I/O, nothing that differs between platforms."""

EXTRA_LIBRARY: dict[str, set[str]] = {"sim": {"random"}}

COMPILER_MARK = "mypy_extensions.mypyc_attr"
"""Read by the compiler alone: ``wire/interpreted.py`` never imports it when it runs."""

IMPURE_CALLS = {
    "open", "print", "input", "breakpoint", "exec", "eval", "__import__",
    "hash",  # of text differs from process to process
    "id",  # so do addresses
}  # fmt: skip

UNIX_ONLY = {"fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "syslog", "curses"}


def modules(*rooms: str) -> list[Path]:
    """The source files of ``rooms``."""
    return [path for room in rooms for path in sorted((PACKAGE / room).rglob("*.py"))]


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def where(path: Path, node: ast.AST) -> str:
    """file:line, for messages."""
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 0)}"


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import in ``tree`` as a full dotted name, with the names taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, from synfin"
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def lies_in(name: str, places: tuple[str, ...]) -> bool:
    """Whether dotted ``name`` is one of ``places`` or inside one."""
    return any(name == place or name.startswith(place + ".") for place in places)


def room_of(path: Path) -> str:
    """The room a source file lies in ('' for the package itself)."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


def test_every_room_has_its_rule() -> None:
    assert set(ROOMS) <= set(MAY_IMPORT), "a new room needs a line here and in the docs"
    assert {"wire", "core"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_downward(room: str) -> None:
    allowed = tuple(f"synfin.{name}" for name in (room, *MAY_IMPORT[room]))
    if room == "cli":
        allowed += ("synfin.__version__",)
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in modules(room)
        for node, name in imports(tree_of(path))
        if lies_in(name, ("synfin",)) and not lies_in(name, allowed)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_documented_table_is_this_one() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)/` \|.*\| (.*) \|$", text, re.MULTILINE))
    assert set(rows) == set(MAY_IMPORT)
    for room in ("wire", "core", "host", "show"):
        named = set(re.findall(r"`([\w.]+)`", rows[room]))
        assert named == set(MAY_IMPORT[room]), room


def test_the_event_loop_knows_the_world_below_by_two_doors() -> None:
    """``aio`` runs over any driver; ``simulated.py`` says that it is the simulator,
    ``over_tun.py`` that it is a device."""
    below = ("synfin.sim", "synfin.tun")
    users = {
        (path.stem, room)
        for path in modules("aio")
        for _, name in imports(tree_of(path))
        for room in below
        if lies_in(name, (room,))
    }
    doors = {(name, below[0]) for name in ("simdriver", "simulated", "over_tun")}
    doors |= {("over_tun", below[1])}
    assert users == doors


@pytest.mark.parametrize("room", ["core", "host"])
def test_the_map_of_files_is_complete(room: str) -> None:
    """docs/architecture.md says in which file to look; each file stands there once."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition(f"| in `{room}/` | files |")[2].partition("\n\n")[0]
    rows = [row.split("|")[2] for row in table.splitlines() if row.count("|") == 3]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    files = [path.stem for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__"]
    assert len(named) == len(set(named))
    assert set(named) == set(files), "docs/architecture.md, Which file has the rule: name it there"


@pytest.mark.parametrize("room", [room for room in ROOMS if room in COMPILED])
def test_engine_has_no_clock_randomness_thread_or_io(room: str) -> None:
    allowed = PURE_LIBRARY | EXTRA_LIBRARY.get(room, set())
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in modules(room)
        for node, name in imports(tree_of(path))
        if name.split(".")[0] not in allowed | {"synfin"} and name != COMPILER_MARK
    ]
    wrong += [
        f"{where(path, node)} calls {node.func.id}()"
        for path in modules(room)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in IMPURE_CALLS
    ]
    assert not wrong, "\n".join(wrong)


def test_the_compilers_mark_is_for_the_compiler_alone() -> None:
    users = [
        path.relative_to(PACKAGE).as_posix()
        for path in modules(*COMPILED)
        if any(name == COMPILER_MARK for _, name in imports(tree_of(path)))
    ]
    assert users == ["wire/interpreted.py"]
    code = "import sys, synfin.wire.interpreted; sys.exit('mypy_extensions' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_random_is_only_ever_a_seeded_generator() -> None:
    """In ``sim``: ``random.Random(seed)``, or ``random.Random`` as a type; nothing else."""
    wrong = []
    for path in modules("sim"):
        tree = tree_of(path)
        for node, name in imports(tree):
            if name.startswith("random.") and name != "random.Random":
                wrong.append(f"{where(path, node)} imports {name}")
        for item in ast.walk(tree):
            if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name):
                if item.value.id == "random" and item.attr != "Random":
                    wrong.append(f"{where(path, item)} uses random.{item.attr}")
            if isinstance(item, ast.Call) and not (item.args or item.keywords):
                if ast.unparse(item.func) in ("random.Random", "Random"):
                    wrong.append(f"{where(path, item)} makes an unseeded generator")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", [room for room in ROOMS if room in (*COMPILED, "tun", "aio")])
def test_nothing_below_the_lab_is_a_third_partys(room: str) -> None:
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in modules(room)
        for node, name in imports(tree_of(path))
        if name.split(".")[0] not in sys.stdlib_module_names | {"synfin"} and name != COMPILER_MARK
    ]
    assert not wrong, "\n".join(wrong)


def test_engine_is_written_for_the_compiler() -> None:
    """No star imports, and no dataclass where segments are handled (settings may be one)."""
    wrong = []
    for path in modules(*COMPILED):
        for node, name in imports(tree_of(path)):
            if name.endswith(".*"):
                wrong.append(f"{where(path, node)}: {name}")
    assert not wrong, "\n".join(wrong)


def assigned(node: ast.AST) -> list[ast.expr]:
    """The targets of an assignment, whatever its form."""
    if isinstance(node, ast.Assign):
        return list(node.targets)
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return [node.target]
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("setattr", "object.__setattr__"):
        return [
            ast.Attribute(node.args[0], argument.value)
            for argument in node.args[1:2]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
    return []


def flattened(target: ast.expr) -> Iterator[ast.expr]:
    """``target`` and, for a tuple, its parts."""
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from flattened(part)
    else:
        yield target


def state_assignments(tree: ast.AST) -> list[ast.AST]:
    """Where ``something.state`` is assigned; a text declared as such is only a copy to show."""
    return [
        node
        for node in ast.walk(tree)
        if not (isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "str")
        for target in assigned(node)
        for part in flattened(target)
        if isinstance(part, ast.Attribute) and part.attr == "state"
    ]


def test_only_states_py_assigns_a_state() -> None:
    wrong = [
        where(path, node)
        for path in modules("core", "host")
        if path.relative_to(PACKAGE).as_posix() != "core/states.py"
        for node in state_assignments(tree_of(path))
    ]
    assert not wrong, "\n".join(wrong)
    assert state_assignments(tree_of(PACKAGE / "core" / "states.py"))


@pytest.mark.parametrize(
    "code",
    ["c.state = S", "c.state: State = S", "a, c.state = 1, S", "setattr(c, 'state', S)"],
)
def test_a_state_assignment_is_seen(code: str) -> None:
    assert state_assignments(ast.parse(code))


def test_nothing_only_unix_has_outside_tun() -> None:
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in modules(*COMPILED, "lab", "packetdrill", "show")
        for node, name in imports(tree_of(path))
        if name.split(".")[0] in UNIX_ONLY or lies_in(name, ("synfin.tun",))
    ]
    assert not wrong, "\n".join(wrong)


def test_everything_but_tun_imports_where_unix_modules_are_missing() -> None:
    """As on Windows: the modules that only Unix has raise ImportError.

    (The commands that talk to the kernel are loaded only when they are called.)
    """
    names = [
        ".".join(("synfin", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in modules(*COMPILED, "lab", "packetdrill", "show", "cli")
        if path.name != "__init__.py" and not path.name.startswith("live")
    ]
    code = f"import sys, importlib\nfor name in {sorted(UNIX_ONLY)!r}: sys.modules[name] = None\n"
    code += f"for name in {names!r}: importlib.import_module(name)\n"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr


def repository_files() -> list[Path]:
    """Every text file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.fail("git ls-files failed; the tests run in a clone")
    files = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in files if path.is_file()]


REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "conda" + ".anaconda", "npm" + "js.")
MACHINE_PATHS = ("/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/", "/Us" + "ers/")


def test_no_file_names_a_registry_or_one_machines_paths() -> None:
    wrong = []
    for path in repository_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        wrong += [
            f"{path.relative_to(ROOT)} mentions {word}"
            for word in (*REGISTRIES, *MACHINE_PATHS)
            if word in text
        ]
    assert not wrong, "\n".join(wrong)


def pinned(name: str) -> dict[str, str]:
    """Package -> the rest of its entry, of one requirements file."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=; ]", line)[0]: line for line in lines}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_pinned_with_its_hashes(name: str) -> None:
    for package, line in pinned(name).items():
        assert "==" in line, package
        assert "--hash=sha256:" in line, package


def test_declared_and_pinned_dependencies_are_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=! ]", item)[0].replace(".", "-") for item in project["dependencies"]}
    asked = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert declared == {
        line.replace(".", "-") for line in asked if line and not line.startswith("#")
    }
    assert declared <= set(pinned("requirements.txt"))
    tools = pinned("requirements-dev.txt")
    for package, line in pinned("requirements.txt").items():
        assert tools[package] == line, package


def test_make_needs_nothing_newer_than_3_81() -> None:
    """macOS ships GNU make 3.81: no shell assignment, no .ONESHELL, no $(file)."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for newer in (".ONESHELL", "!=", "$(file", "::=", "undefine", "$(guile", ".NOTINTERMEDIATE"):
        assert newer not in text, newer
