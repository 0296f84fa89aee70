"""Builds the package; wire, core, host, sim and the path of a TUN device are compiled
with mypyc.

``SYNFIN_PURE=1`` builds the same package as plain Python. Everything else is
declared in pyproject.toml. Use ``make build``: it builds in a copy, so that no
compiled module ever lies beside (and shadows) edited source.
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

COMPILED_ROOMS = ("wire", "core", "host", "sim")
ON_LINUX = ("tun/buffers.py", "tun/device.py", "tun/driver.py", "tun/frames.py")
"""Compiled where the system has TUN devices: what each packet passes."""
LEFT_PLAIN: frozenset[str] = frozenset({"wire/interpreted.py", "core/interpreted.py"})
"""Modules of those rooms that are not compiled, as ``room/module.py``."""


QUESTIONS = ("egg_info", "dist_info", "sdist", "clean")
"""Commands that only ask about the package: pip runs some before it builds."""

OPTIMIZATION = "1"
"""gcc -O1: the engine then runs as fast as with -O3 and compiles in half the time
(28 s against 51 s; 114,000 against 113,000 segments per second between two endpoints)."""

LOCAL_CALLS = ("-fvisibility=hidden", "-fno-semantic-interposition", "-fno-plt")
"""The engine is one C file: its functions call each other directly, and Python's without
the linker's stubs."""


def engine_modules() -> list[str]:
    """The engine's source files, in a stable order."""
    package = Path("src", "synfin")
    linux = ON_LINUX if sys.platform.startswith("linux") else ()
    return [
        path.as_posix()
        for room in COMPILED_ROOMS
        for path in sorted((package / room).glob("*.py"))
        if path.name != "__init__.py" and f"{room}/{path.name}" not in LEFT_PLAIN
    ] + [(package / name).as_posix() for name in linux]


def mend_trashcan(source: Path) -> int:
    """Takes Python's trashcan out of the deallocation of acyclic classes; returns of how many.

    mypyc 2.4 has every class use it, but it writes into the collector's head of the object,
    which an acyclic one does not have: 50 deallocations deep it would overwrite whatever lies
    before the object (tests/test_compiled.py).
    """
    mended = 0
    kept: list[str] = []
    body: list[str] | None = None
    for line in source.read_text(encoding="utf-8").splitlines(keepends=True):
        if body is None:
            if "_dealloc(" in line and line.rstrip().endswith("self)"):
                body = [line]
            else:
                kept.append(line)
            continue
        body.append(line)
        if "CPy_TRASHCAN_END(" in line or line.lstrip().startswith("static "):
            if not any("PyObject_GC_UnTrack(" in one for one in body):
                mended += any("CPy_TRASHCAN_BEGIN(" in one for one in body)
                body = [one for one in body if "CPy_TRASHCAN_" not in one]
            kept += body
            body = None
    source.write_text("".join(kept + (body or [])), encoding="utf-8")
    return mended


def compiled_modules() -> list[Extension]:
    """The engine as one group of compiled modules, or nothing for plain Python."""
    if os.environ.get("SYNFIN_PURE") == "1" or sys.argv[1:2] in [[name] for name in QUESTIONS]:
        return []
    from mypyc.build import mypycify

    built = mypycify(
        ["--config-file=", "--no-error-summary", *engine_modules()],
        opt_level=OPTIMIZATION,
        debug_level="0",
        separate=False,
    )
    extensions = [extension for extension in built if isinstance(extension, Extension)]
    sources = {Path(source) for extension in extensions for source in extension.sources}
    mended = sum(mend_trashcan(source) for source in sources if "__native" in source.name)
    if not mended:
        raise SystemExit("setup.py: mypyc's deallocation of acyclic classes looks otherwise now")
    if sys.platform != "win32":
        for extension in extensions:
            # Python's own -Wall looks for warnings in 40 MB of generated C, which takes
            # twice as long as compiling it.
            extension.extra_compile_args += ["-Wno-all", *LOCAL_CALLS]
    return extensions


setup(ext_modules=compiled_modules())
