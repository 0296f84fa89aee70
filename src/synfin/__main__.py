"""``python -m synfin``: the same as the ``synfin`` command."""

from synfin.cli.main import main

if __name__ == "__main__":
    main()
