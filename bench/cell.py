"""One measurement in a process of its own: python -m bench.cell '{"work": "in", "peer": "kernel"}'.

Prints what came out as a line of JSON, with the form of the engine that ran.
"""

import json
import sys

from bench.cells import Cell, Measured
from bench.net import BenchError


def measure(cell: Cell) -> Measured:
    """By whoever does it. Raises BenchError, OSError."""
    if cell.work.startswith("sim-") and cell.peer == "synfin":
        from bench import simulated

        return simulated.run(cell)
    if cell.asyncio:
        from bench import streams

        return streams.run(cell)
    if cell.peer == "kernel":
        from bench import kernel_near

        return kernel_near.run(cell)
    if cell.peer == "synfin":
        from bench import synfin_near

        return synfin_near.run(cell)
    from bench import others

    return others.run(cell)


def form() -> str:
    """Which form of the engine this process has."""
    import synfin.core.connection as engine

    return "plain" if str(engine.__file__).endswith(".py") else "compiled"


def main() -> None:
    """The child's command line."""
    cell = Cell(**json.loads(sys.argv[1]))
    try:
        found = measure(cell)
    except (BenchError, OSError) as error:
        sys.exit(f"{cell.work} with {cell.peer}: {error}")
    print(json.dumps({**found.to_json(), "form": form()}))


if __name__ == "__main__":
    main()
