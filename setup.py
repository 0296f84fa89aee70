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
    if sys.platform != "win32":
        for extension in extensions:
            # Python's own -Wall looks for warnings in 40 MB of generated C, which takes
            # twice as long as compiling it.
            extension.extra_compile_args += ["-Wno-all", *LOCAL_CALLS]
    return extensions


setup(ext_modules=compiled_modules())
