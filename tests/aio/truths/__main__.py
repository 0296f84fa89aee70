"""``python -m tests.aio.truths simulated|kernel [ROW ...]``: what came out, as lines of JSON.

``recorded/kernel.jsonl`` is what this printed with "kernel", and then with the rows that
take a quarter of an hour, by name.
"""

import json
import sys

from tests.aio.truths.rows import ROWS, Notes, Row


def play(stage: str, row: Row) -> Notes:
    """One row on one stage; what is heavy is imported only where it is needed."""
    if stage == "kernel":
        from tests.aio.truths.kernel import KernelStage

        return KernelStage(row).run(1_200)
    from tests.aio.truths.simulated import Simulation

    return Simulation(row).run()


def main(stage: str, names: list[str]) -> None:
    """The rows named, or all that this stage has."""
    for row in ROWS:
        if row.name in names or (not names and (stage != "kernel" or row.kernel != "no")):
            notes = play(stage, row)
            verdict = "as expected" if row.check(notes) else "NOT AS EXPECTED"
            print(json.dumps({"row": row.name, "verdict": verdict, "notes": notes}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("simulated", "kernel"):
        sys.exit("usage: python -m tests.aio.truths simulated|kernel [ROW ...]")
    main(sys.argv[1], sys.argv[2:])
