"""The process in which one live run happens: it enters a namespace and ends with it.

``python -m synfin.live.worker`` reads one JSON object from standard input and
writes one to standard output. Nothing else may be printed there.
"""

import json
import os
import signal
import sys
from typing import Any

from synfin.tun import namespace

Answer = dict[str, Any]


def main() -> None:
    """Reads the job, does it, says how it went."""
    namespace.die_with_parent()
    job = json.load(sys.stdin)
    if os.getppid() != job["parent"]:
        return
    signal.signal(signal.SIGTERM, _stop)
    try:
        answer = do(job)
    except OSError as error:
        answer = {"error": error.strerror or str(error), "errno": error.errno or 0,
                  "what": str(error.filename or "")}  # fmt: skip
    except KeyboardInterrupt:
        sys.exit(130)
    json.dump(answer, sys.stdout)
    sys.stdout.flush()


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def do(job: dict[str, Any]) -> Answer:
    """One job: ``scenario``, ``transfer`` or ``trial``."""
    if job["do"] == "scenario":
        from synfin.live.replay import replay

        return replay(job["scenario"], job["case"], job["kernel"], job["most"])
    if job["do"] == "transfer":
        from synfin.live.transfer import Wish, transfer

        return transfer(Wish(**job["wish"]))
    namespace.enter()
    device = namespace.make_device("10.77.0.1/24")
    device.close()
    return {"offloads": device.offloads()}


if __name__ == "__main__":
    main()
