"""Runs the tests on both forms of the engine.

Where the engine is compiled, the engine's own tests run on the plain source and
then the whole suite on what is installed (``.venv``); where it is not, the whole
suite runs on the plain source. Every run says in its header which form it tests;
both run even if the first fails.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE_TESTS = ("tests/wire", "tests/core", "tests/host", "tests/sim", "tests/lab")


def is_compiled() -> bool:
    """Whether what is installed in this Python has a compiled engine."""
    code = "import synfin.wire.tcp as m; raise SystemExit(m.__file__.endswith('.py'))"
    environment = dict(os.environ, PYTHONPATH="")
    return (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )


def run(form: str, workers: int, arguments: list[str]) -> int:
    """pytest on one form; its exit status (an empty selection counts as passed)."""
    environment = dict(os.environ, SYNFIN_FORM=form)
    environment["PYTHONPATH"] = "src" if form == "plain" else ""
    command = [sys.executable, "-m", "pytest", "-n", str(workers), "--dist", "worksteal"]
    status = subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=False)
    return 0 if status.returncode == 5 and "-k" in arguments else status.returncode


def main() -> None:
    """Runs what is due and exits with the first failure's status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("arguments", nargs="*", help="passed on to pytest")
    options = parser.parse_args()
    if not is_compiled():
        raise SystemExit(run("plain", options.workers, options.arguments))
    engine_tests = [path for path in ENGINE_TESTS if (ROOT / path).is_dir()]
    engine = run("plain", options.workers, [*options.arguments, *engine_tests])
    whole = run("compiled", options.workers, options.arguments)
    if engine:
        print("synfin: the engine's tests failed on plain Python (see above)", flush=True)
    raise SystemExit(whole or engine)


if __name__ == "__main__":
    main()
