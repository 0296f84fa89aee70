"""``python -m synfin``, and what the installed ``synfin`` command calls.

The commands' modules take a moment to import: Ctrl-C is quiet then, too.
"""

import sys

INTERRUPTED = 130


def main() -> None:
    """Runs the command line; imports everything in here."""
    try:
        from synfin.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
